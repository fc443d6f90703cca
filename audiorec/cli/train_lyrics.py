"""`audiorec train-lyrics FILE`: learn from labelled song texts what words feel, for `audiorec lyrics` to say."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, notes
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.data.workspace import Workspace
    from audiorec.labels.text_checkpoint import SongLabels
    from audiorec.labels.text_classifier import TextClassifier

_FEWEST = 10  # texts
_AT_ONCE = 500  # songs


@click.command("train-lyrics")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def command(session: Session, file: Path) -> None:
    """Learn moods or emotions of lyrics from FILE: CSV with the columns text and label, or a JSON list of such."""
    import numpy as np

    from audiorec.data.workspace import Workspace
    from audiorec.errors import InputError
    from audiorec.features.lyrics.reading import text_blocks
    from audiorec.features.lyrics.wording import song_words
    from audiorec.labels import text_checkpoint
    from audiorec.labels.text_classifier import TextClassifier
    from audiorec.sources.labelled_texts import read_labelled

    found, out = read_labelled(file), notes(session.quiet)
    if len(set(found.labels)) < 2 or len(found.texts) < _FEWEST:
        raise InputError(
            f"{file} has {len(found.texts)} texts of {len(set(found.labels))} labels: too few to learn from"
        )
    for problem in found.problems:
        out.print(f"row {problem.row} not used: {problem.reason}")
    out.print(f"lyrics: learning {len(set(found.labels))} labels from {len(found.texts)} texts")
    blocks = text_blocks(found.texts)
    numbers = list(blocks.values())
    model = TextClassifier.fit(found.texts, found.labels, np.random.default_rng(0), read=song_words, numbers=numbers)
    with Workspace.open(session.workspace, write=True) as space:
        songs = _songs(space, model, list(blocks))
        space.publish_model("lyrics", lambda folder: text_checkpoint.save(folder, model, list(blocks), songs))
    score, common = model.score, max(map(found.labels.count, model.labels)) / len(found.labels)
    console().print(
        f"Lyrics of {len(found.texts)} texts, {len(model.labels)} labels: {score['accuracy']:.0%} of left-out texts "
        f"are named rightly (macro F1 {score['macro_f1']:.2f}); the commonest label alone is right for {common:.0%}. "
        f"{len(songs.track_ids)} songs of the library are labelled."
    )


def _songs(space: "Workspace", model: "TextClassifier", blocks: list[str]) -> "SongLabels":
    """What the model makes of every song of the library that has words."""
    import numpy as np

    from audiorec.errors import WorkspaceError
    from audiorec.features.lyrics.reading import same_blocks
    from audiorec.labels.text_checkpoint import SongLabels

    try:
        table = space.features()
    except WorkspaceError:
        return SongLabels(model.labels, np.zeros(0, np.int64), np.zeros((0, len(model.labels)), np.float32))
    sung = [(int(track), text) for track, text in zip(table.track_ids, table.texts(), strict=True) if text]
    texts = [text for _, text in sung]
    parts = [texts[first : first + _AT_ONCE] for first in range(0, len(texts), _AT_ONCE)]
    likely = [model.probabilities(part, same_blocks(part, blocks)) for part in parts]
    rows = np.vstack([np.zeros((0, len(model.labels))), *likely]).astype(np.float32)
    return SongLabels(model.labels, np.array([track for track, _ in sung], dtype=np.int64), rows)
