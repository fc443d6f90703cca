"""`audiorec demo`: every step from files to recommended songs, on the shipped library or on a folder of music."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli import (
    augment,
    evaluate,
    extract,
    import_,
    train_cf,
    train_cnn,
    train_hybrid,
    train_network,
    train_svm,
)
from audiorec.cli.console import console, counted
from audiorec.cli.session import Session, pass_session
from audiorec.errors import InputError, TooLittleError

if TYPE_CHECKING:
    from audiorec.cli.report import Step

_LIST = 20
# The demo shows the generator and does not need it: a fifth of its reference training keeps the demo within minutes.
_SHORT_GAN = ("steps=240", "batch=16")


@click.command("demo")
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/demo"), show_default=True,
    help="Folder for the report, the list and the workspace.",
)  # fmt: skip
@pass_session
@click.pass_context
def command(context: click.Context, session: Session, folder: Path | None, out: Path) -> None:
    """Run every step on the shipped library, or on the music in FOLDER; ends with a page to open.

    The shipped library is 48 short songs composed for audiorec, with 40 made listeners. For a FOLDER, playlists found
    in it are the listens of a user called "you"; without any, the page shows what needs none: songs that sound alike.
    """
    from audiorec.shipped_files import shipped_folder

    start = time.monotonic()
    assets = shipped_folder("assets") / "demo"
    music = folder or assets / "library"
    context.obj = replace(session, workspace=_workspace(out, folder), quiet=True)
    steps = _Steps(context)
    with steps.progress_shown():
        words = f"Reading the music in {_shown(music)}: sound, tags, lyrics."
        steps.run("Extracting features", words, extract.command, paths=(music,))
    _refuse_nothing(steps.session.workspace, music)
    note = _bring_listens(steps, assets if folder is None else None, music)
    if note is None:
        _finish_without_listens(steps, out)
        return
    steps.run("Network", "Embedding listeners, songs and artists in one space.", train_network.command)
    steps.run(
        "Content networks",
        "A 2-D network on spectrograms and a 1-D network on waveforms learn who likes which sound.",
        train_cnn.command,
    )
    steps.run("SVM", "A support vector machine learns the same from descriptors and lyrics.", train_svm.command)
    steps.run(
        "DCGAN", "A generator learns to make spectrogram patches like these; they can balance rare classes.",
        augment.command, overrides=_SHORT_GAN,
    )  # fmt: skip
    steps.run("NeuMF", "A collaborative model learns from who plays the same songs.", train_cf.command)
    steps.run(
        "Hybrid ranker", "Weights of all signals are learned on songs whose listens are hidden.", train_hybrid.command
    )
    _finish(steps, out, note, assets / "tastes.csv" if folder is None else None)
    console().print(f"\nDone in {time.monotonic() - start:.0f} s. Open {out / 'report.html'} in a browser.")
    console().print(f"The lists of all listeners: {out / 'recommendations.json'}")


class _Steps:
    """Runs commands one after the other, says what each does, and remembers how long it took."""

    def __init__(self, context: click.Context) -> None:
        self.context = context
        self.session: Session = context.obj
        self.begun = 0
        self.done: list[Step] = []

    @contextmanager
    def progress_shown(self) -> Iterator[None]:
        """Let the steps inside show their progress: reading a library takes minutes."""
        self.context.obj = replace(self.session, quiet=False)
        yield
        self.context.obj = self.session

    def run(self, name: str, words: str, step: click.Command | Callable[[], None], **options: Any) -> None:
        """Run one step; one that has too little to learn from is passed over with a line."""
        from rich.text import Text

        from audiorec.cli.report import Step

        self.begun += 1
        console().print(Text.assemble((f"\n{self.begun}. {name}.", "bold"), f" {words}"))
        start = time.monotonic()
        try:
            if isinstance(step, click.Command):
                self.context.invoke(step, **options)
            else:
                step()
        except TooLittleError as why:
            console().print(f"Passed over: {why}")
            return
        self.done.append(Step(name, words, time.monotonic() - start))


def _workspace(out: Path, folder: Path | None) -> Path:
    """Every folder has a workspace of its own, so that libraries never mix."""
    if folder is None:
        return out / "workspace"
    import hashlib

    return out / f"workspace-{hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:8]}"


def _refuse_nothing(workspace: Path, music: Path) -> None:
    from audiorec.data.workspace import Workspace

    with Workspace.open(workspace) as space:
        if not set(space.statuses()) - {"failed"}:
            raise InputError(f"there is no music in {_shown(music)} that can be used: give another folder")


def _bring_listens(steps: _Steps, assets: Path | None, music: Path) -> str | None:
    """Import what is known of listeners; returns what the page must say of them, None when nothing is known."""
    from audiorec.sources.playlists.read_playlist import playlists_below

    listens = import_.command.commands
    if assets is not None:
        words = "Who played what, who are friends, and a playlist."
        steps.run("Importing listens", words, listens["listens"], files=(assets / "listens.csv",))
        steps.context.invoke(listens["friends"], files=(assets / "friends.csv",))
        return "The songs, the artists and the listeners of this page were made for audiorec."
    playlists = tuple(playlists_below(music))
    if playlists:
        words = f"What you play, by {counted(len(playlists), 'playlist')} in the folder."
        steps.run("Importing playlists", words, listens["playlists"], files=playlists, user="you")
    return "" if _has_listens(steps.session.workspace) else None


def _has_listens(workspace: Path) -> bool:
    """Whether any song of the playlists is in the library."""
    from audiorec.data.workspace import Workspace

    with Workspace.open(workspace) as space:
        return space.has_listens()


def _finish_without_listens(steps: _Steps, out: Path) -> None:
    """Show which songs sound alike; tastes cannot be learned without listens."""
    from audiorec.cli.report import render
    from audiorec.cli.report.without_listens import report_without_listens
    from audiorec.data.workspace import Workspace

    with Workspace.open(steps.session.workspace) as space:
        page = render(report_without_listens(space, tuple(steps.done)))
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.html").write_text(page, encoding="utf-8")
    console().print(f"\nOpen {out / 'report.html'} in a browser: it shows which songs sound alike.")
    console().print(
        "There are no listens, so nothing can be recommended yet: put playlists (.m3u8) into the folder, or run "
        "audiorec import with what you have."
    )


def _finish(steps: _Steps, out: Path, note: str, tastes: Path | None) -> None:
    """Measure, recommend, and write the list and the page."""
    import json

    from audiorec.cli.report import Evaluation, render
    from audiorec.cli.report.gather import evaluations, gather_report
    from audiorec.cli.report.truth import against_truth
    from audiorec.data.workspace import Workspace
    from audiorec.hybrid.evaluation import evaluate as measure
    from audiorec.ranking.recommender import Recommender

    lists: list[dict[str, object]] = []
    tables: list[Evaluation] = []
    with Workspace.open(steps.session.workspace) as space:
        recommender = Recommender.open(space)

        def ask() -> None:
            rows = measure(space)
            evaluate.show(rows, ("cold artist", "mixed"))
            tables.extend([*([against_truth(recommender, tastes)] if tastes else []), *evaluations(rows)])

        def recommend() -> None:
            for user in recommender.users:
                lists.extend(song.as_json() for song in recommender.recommend(user, _LIST))

        steps.run("Evaluation", "Songs and artists are hidden, and their places in the lists are measured.", ask)
        steps.run("Recommendation", "Every listener's list of songs that they do not have.", recommend)
        page = render(gather_report(space, recommender, tuple(tables), tuple(steps.done), note))
    out.mkdir(parents=True, exist_ok=True)
    (out / "recommendations.json").write_text(json.dumps(lists, ensure_ascii=False, indent=1), encoding="utf-8")
    (out / "report.html").write_text(page, encoding="utf-8")


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
