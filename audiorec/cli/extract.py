"""`audiorec extract`: look at a library's files and keep what they are, in numbers."""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, counted, notes, print_table, progress_by_size
from audiorec.cli.session import Session, as_one, pass_session
from audiorec.errors import InputError

if TYPE_CHECKING:
    from audiorec.features.extract import Engine, Outcomes, Plan

# A worker with its libraries and a song of an hour needs less than this.
_LEAST_MB = 400
# How many files that are not whole are listed; `audiorec status --files` lists them all.
_SHOWN = 20
_DEAF_NODES = "songs are heard by the encoder on this machine only: run it again without --engine ray"


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    paths: tuple[Path, ...]
    recipe: str
    overrides: tuple[str, ...]
    jobs: int | None
    nice: int
    max_memory: int | None
    limit: int | None
    since: datetime | None
    strict: bool
    retry: bool
    min_length: float
    engine: str
    address: str | None
    shards: str


@click.command("extract")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
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
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Turn the music below PATHS into features: sound, tags and lyrics.

    Files that were looked at before and have not changed are passed over; run it again at any time, also after it was
    interrupted. Files that cannot be used are listed with the reason and never stop the run.
    """
    from audiorec import recipes
    from audiorec.content.hearing import ear_of
    from audiorec.data import shard_places
    from audiorec.data.workspace import Workspace
    from audiorec.features.extract import make_plan, run_plan
    from audiorec.features.recipe import FeatureRecipe
    from audiorec.features.workers import Crew
    from audiorec.sources.importing import rematch

    chosen, engine = recipes.load(asked.recipe, FeatureRecipe, asked.overrides), _engine(asked)
    ear, deaf = ear_of(chosen) if engine is None else (None, _DEAF_NODES)
    if asked.shards:
        shard_places.check(asked.shards)
    start = time.monotonic()
    with Workspace.open(session.workspace, write=True) as space:
        earliest = asked.since.timestamp() if asked.since else 0.0
        paths = [os.fsencode(path) for path in asked.paths]
        plan = make_plan(space, paths, chosen, asked.limit, earliest, asked.retry, asked.min_length, ear)
        notes(session.quiet).print(_intent(plan))
        crew = Crew(asked.jobs or len(os.sched_getaffinity(0)), asked.nice, asked.max_memory)
        sizes = [task.file.size for task in (*plan.tasks, *plan.unheard)]
        with progress_by_size("Extracting", len(sizes), sum(sizes), session.quiet) as advance:
            outcomes = run_plan(space, plan, chosen, crew, advance, engine, asked.shards)
        found_late = rematch(space)
    _show(outcomes, time.monotonic() - start)
    if found_late:
        notes(session.quiet).print(f"{counted(found_late, 'listen')} of earlier imports found a song")
    if deaf:
        notes(session.quiet).print(deaf)
    if asked.strict and outcomes.failed:
        raise click.exceptions.Exit(1)


def _intent(plan: "Plan") -> str:
    text = f"{counted(len(plan.tasks), 'file')} to look at, {len(plan.unchanged)} as before"
    text += f", {counted(len(plan.reread), 'file')} with tags that an older version read" if plan.reread else ""
    return text + (
        f", {len(plan.unheard)} of them not heard by {plan.ear.by.name} yet" if plan.ear and plan.unheard else ""
    )


def _engine(asked: Options) -> "Engine | None":
    if asked.engine == "local":
        if asked.address is not None:
            raise InputError("--address names a Ray cluster: add --engine ray")
        return None
    from audiorec.features import ray_engine

    if asked.jobs is not None:
        raise InputError("--engine ray uses every processor of the cluster: leave out --jobs")
    return partial(ray_engine.describe_all, address=asked.address)


def _show(outcomes: "Outcomes", seconds: float) -> None:
    from audiorec.features.extract import SHORT

    speed = f", {outcomes.seconds / seconds:.0f} times as fast as it plays" if outcomes.done else ""
    rows = [
        ("done", str(outcomes.done), f"in {seconds:.1f} s{speed}"),
        ("reused", str(outcomes.reused), "unchanged since an earlier run"),
        ("partial", str(outcomes.partial), "usable, but cut short or silent; counted above too"),
        ("failed", str(outcomes.failed), "left out"),
        ("heard", str(outcomes.heard), "by the encoder"),
        ("gone", str(outcomes.gone), "no longer there; left out of recommendations"),
    ]
    print_table("Extraction", ["files", "how many", ""], rows)
    if outcomes.short:
        console().print(
            f"{counted(outcomes.short, 'song')} of less than {SHORT:g} s: --min-length {SHORT:g} leaves such out"
        )
    if outcomes.left_out:
        endings = ", ".join(f"{count} {ending}" for ending, count in outcomes.left_out.items())
        console().print(f"not looked at, as nothing here reads them: {endings}", markup=False)
    for path, status, reason in outcomes.reasons[:_SHOWN]:
        console().print(f"{status}: {_printable(path)} {reason}", markup=False)
    if len(outcomes.reasons) > _SHOWN:
        console().print(f"and {len(outcomes.reasons) - _SHOWN} more: audiorec status --files lists them all")


def _printable(path: bytes) -> str:
    here = os.path.relpath(path, os.getcwdb())
    return os.fsdecode(here if not here.startswith(b"..") else path).encode("utf-8", "replace").decode()
