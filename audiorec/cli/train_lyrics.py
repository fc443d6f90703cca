"""`audiorec train-lyrics FILE`: learn from labelled song texts what words feel, for `audiorec lyrics` to say."""

from pathlib import Path

import click

from audiorec.cli.console import console, notes
from audiorec.cli.session import Session, pass_session


@click.command("train-lyrics")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def command(session: Session, file: Path) -> None:
    """Learn moods or emotions of lyrics from FILE: CSV with the columns text and label, or a JSON list of such."""
    from audiorec.data.workspace import Workspace
    from audiorec.labels.training import train_lyrics

    out = notes(session.quiet)
    with Workspace.open(session.workspace, write=True) as space:
        done = train_lyrics(space, file, note=lambda words: out.print(words))
    console().print(
        f"Lyrics of {done.texts} texts, {len(done.labels)} labels: {done.score['accuracy']:.0%} of left-out texts "
        f"are classified rightly (macro F1 {done.score['macro_f1']:.2f}); the commonest label alone is right for "
        f"{done.common:.0%}. {done.songs} songs of the library are labelled."
    )
