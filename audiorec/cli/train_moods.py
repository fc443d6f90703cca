"""`audiorec train-moods FILE`: learn moods, genres or any labels from some songs, and give every song one."""

import shutil
from pathlib import Path

import click

from audiorec.cli.console import console, notes, print_table, progress
from audiorec.cli.session import Session, pass_session


@click.command("train-moods")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--column", help="The column of FILE that holds the labels, if it is not called label.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write every song's label to this CSV too."
)
@pass_session
def command(session: Session, file: Path, column: str | None, out: Path | None) -> None:
    """Learn labels of songs (CSV: song,label) from sound, words, listeners and genre tags, and label the whole library.

    A song that has a label is labelled by models that did not learn from its artist, so that the figure is honest and a
    doubtful label shows. New songs are labelled when the command is run again.
    """
    from audiorec.data.workspace import Workspace
    from audiorec.labels import predictions
    from audiorec.labels.from_everything import FOLDS
    from audiorec.labels.training import train_moods

    notice = notes(session.quiet)
    with (
        Workspace.open(session.workspace, write=True) as space,
        progress("moods", FOLDS + 1, session.quiet) as advance,
    ):
        done = train_moods(space, file, column, advance=advance, note=lambda words: notice.print(words))
    if out is not None:
        shutil.copyfile(done.csv, out)
    print_table(
        f"Labels of {len(done.given)} songs",
        ["label", "songs with it", "of these found", "songs found in all"],
        [
            (name, str(given), f"{share:.0%}", str(every))
            for name, given, every, share in predictions.counts(done.table, done.given)
        ],
    )
    score, learned = done.table.score, sum(label in done.table.names for label in done.given)
    console().print(
        f"Learned from {learned} songs. Of artists left out: macro F1 {score['macro_f1']:.3f}, accuracy "
        f"{score['accuracy']:.3f}; the commonest label alone {score['common_macro_f1']:.3f} and "
        f"{score['common_accuracy']:.3f}. The probabilities are off by {score['calibration_error']:.1%} on the mean. "
        f"Every song's label is in {out or done.csv}.",
    )
