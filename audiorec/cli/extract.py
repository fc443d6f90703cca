"""`audiorec extract`: look at a library's files and keep what they are, in numbers."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, counted, notes, print_table, progress_by_size
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.features.extract import Outcomes, Plan

# A worker with its libraries and a song of an hour needs less than this.
_LEAST_MB = 400
# How many files that are not whole are listed; `audiorec status --files` lists them all.
_SHOWN = 20


@click.command("extract")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--recipe", default="features/default", show_default=True, help="Shipped feature recipe, or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change one key of the recipe.")
@click.option("--jobs", type=click.IntRange(1, 256), default=None, help="Processes.  [default: one for each core]")
@click.option("--nice", type=click.IntRange(0, 19), default=0, help="Give way to other programs: 0 not, 19 always.")
@click.option("--max-memory", type=click.IntRange(_LEAST_MB), metavar="MB", help="What each process may have.")
@click.option("--limit", type=click.IntRange(1), default=None, help="Describe at most this many files in this run.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Pass over files last changed before this day.")
@click.option("--retry", is_flag=True, help="Look again at files that failed before.")
@click.option(
    "--min-length",
    type=click.FloatRange(0.0),
    default=0.0,
    metavar="SECONDS",
    help="Leave out what is shorter: effects.",
)
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="Who works.")
@click.option(
    "--address", metavar="HOST:PORT", help="With --engine ray: the cluster.  [default: RAY_ADDRESS, else here]"
)
@click.option(
    "--shards", metavar="URL", default="", help="Where features go: s3://, gs://, file://.  [default: workspace]"
)
@click.option("--strict", is_flag=True, help="Exit with 1 when any file could not be used.")
@pass_session
def command(session: Session, /, paths: tuple[str, ...], strict: bool, since: datetime | None, **options: Any) -> None:
    """Turn the music below PATHS (folders, files, URLs s3://, gs://) into features: sound, tags and lyrics.

    Files that were looked at before and have not changed are passed over; run it again at any time, also after it was
    interrupted. Files that cannot be used are listed with the reason and never stop the run.
    """
    from audiorec.library import Library

    start, out = time.monotonic(), notes(session.quiet)
    with ExitStack() as shown:
        bars: list[Callable[[int], None]] = []

        def begin(plan: "Plan") -> None:
            out.print(_intent(plan) if plan.found.files else "No sound was found there: give a folder of music.")
            sizes = [task.file.size for task in (*plan.tasks, *plan.unencoded, *plan.reread)]
            bars.append(shown.enter_context(progress_by_size("Extracting", len(sizes), sum(sizes), session.quiet)))

        earliest = since.timestamp() if since else 0.0
        outcomes = Library(session.workspace).extract(
            paths, begin=begin, advance=lambda size: bars[0](size), since=earliest, **options
        )
    if outcomes.done or outcomes.reused or outcomes.failed or outcomes.gone:
        _show_counts(outcomes, time.monotonic() - start)
    _show_words(outcomes)
    if outcomes.found_late:
        out.print(f"{counted(outcomes.found_late, 'listen')} of earlier imports found a song")
    if outcomes.why_not_encoded:
        out.print(outcomes.why_not_encoded)
    if strict and outcomes.failed:
        raise click.exceptions.Exit(1)


def _intent(plan: "Plan") -> str:
    text = counted(len(plan.tasks), "file") + " to look at"
    if plan.otherwise_described:
        text += f" (another recipe or version has described {plan.otherwise_described} of them)"
    text += f", {len(plan.unchanged)} as before"
    left = len(plan.found.files) - len(plan.tasks) - len(plan.unchanged)
    text += f", {left} left for another run (--since, --limit)" if left else ""
    text += f", {counted(len(plan.reread), 'file')} with tags that an older version read" if plan.reread else ""
    return text + (
        f", {len(plan.unencoded)} of them without the output of {plan.encoder.by.name} yet"
        if plan.encoder and plan.unencoded
        else ""
    )


def _show_counts(outcomes: "Outcomes", seconds: float) -> None:
    speed = f", {outcomes.seconds / seconds:.0f} times as fast as it plays" if outcomes.done else ""
    rows = [
        ("done", str(outcomes.done), f"in {seconds:.1f} s{speed}"),
        ("reused", str(outcomes.reused), "unchanged since an earlier run"),
        ("partial", str(outcomes.partial), "usable, but cut short; counted above too"),
        ("failed", str(outcomes.failed), "left out"),
        ("encoded", str(outcomes.encoded), "by the encoder"),
        ("gone", str(outcomes.gone), "no longer there; left out of recommendations"),
    ]
    print_table("Extraction", ["files", "how many", ""], rows)


def _show_words(outcomes: "Outcomes") -> None:
    from audiorec.features.extract import SHORT

    if outcomes.short:
        console().print(
            f"{counted(outcomes.short, 'song')} of less than {SHORT:g} s: --min-length {SHORT:g} leaves such out"
        )
    if outcomes.left_out:
        endings = ", ".join(f"{count} {ending}" for ending, count in outcomes.left_out.items())
        console().print(f"not looked at, as nothing here reads them: {endings}")
    if outcomes.not_entered:
        names = ", ".join(f"{count} {name}" for name, count in islice(outcomes.not_entered.items(), _SHOWN))
        console().print(f"folders not entered, as they are no music: {names.encode('utf-8', 'replace').decode()}")
    for path, status, reason in outcomes.reasons[:_SHOWN]:
        console().print(f"{status}: {_printable(path)} {reason}")
    if len(outcomes.reasons) > _SHOWN:
        console().print(f"and {len(outcomes.reasons) - _SHOWN} more: audiorec status --files lists them all")


def _printable(path: bytes) -> str:
    if b"://" in path:
        return os.fsdecode(path).encode("utf-8", "replace").decode()
    here = os.path.relpath(path, os.getcwdb())
    return os.fsdecode(here if not here.startswith(b"..") else path).encode("utf-8", "replace").decode()
