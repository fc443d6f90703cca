"""`audiorec train-lyrics FILE`: learn from labelled song texts what words feel, for `audiorec lyrics` to say."""

from pathlib import Path

import click

from audiorec.cli.console import console, notes
from audiorec.cli.session import Session, pass_session

_FEWEST = 10  # texts


@click.command("train-lyrics")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def command(session: Session, file: Path) -> None:
    """Learn moods or emotions of lyrics from FILE: CSV with the columns text and label, or a JSON list of such."""
    import numpy as np

    from audiorec.data.labelled_texts import read_labelled
    from audiorec.data.workspace import Workspace
    from audiorec.errors import InputError
    from audiorec.features.lyrics.reading import text_blocks
    from audiorec.features.lyrics.wording import song_words
    from audiorec.models import text_checkpoint
    from audiorec.models.text import TextClassifier

    found, out = read_labelled(file), notes(session.quiet)
    if len(set(found.labels)) < 2 or len(found.texts) < _FEWEST:
        raise InputError(
            f"{file} has {len(found.texts)} texts of {len(set(found.labels))} labels: too few to learn from"
        )
    for problem in found.problems:
        out.print(f"row {problem.line} not used: {problem.reason}")
    out.print(f"lyrics: learning {len(set(found.labels))} labels from {len(found.texts)} texts")
    blocks = text_blocks(found.texts)
    numbers = list(blocks.values())
    model = TextClassifier.fit(found.texts, found.labels, np.random.default_rng(0), read=song_words, numbers=numbers)
    with Workspace.open(session.workspace, write=True) as space:
        space.publish_model("lyrics", lambda folder: text_checkpoint.save(folder, model, list(blocks)))
    score, common = model.score, max(map(found.labels.count, model.labels)) / len(found.labels)
    console().print(
        f"Lyrics of {len(found.texts)} texts, {len(model.labels)} labels: {score['accuracy']:.0%} of left-out texts "
        f"are named rightly (macro F1 {score['macro_f1']:.2f}); the commonest label alone is right for {common:.0%}."
    )
