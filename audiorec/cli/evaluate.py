"""`audiorec evaluate`: the hybrid against baselines on the user's own data, or collaborative models under P1 or P2."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, epoch_reporter, print_table
from audiorec.cli.session import Session, as_one, pass_session
from audiorec.collaborative.model_names import MODELS

if TYPE_CHECKING:
    from audiorec.hybrid.evaluation import Row
    from audiorec.sources.tables.ncf_format import NcfData

BASELINES = ("popularity", "itemknn", "ease", "neumf")


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    as_json: bool
    seed: int
    device: str
    protocol: str | None
    models: tuple[str, ...]
    files: Path | None
    least_songs: int
    least_value: float
    folds: int | None
    write: Path | None
    latest: bool


@click.command("evaluate")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--seed", default=0, show_default=True, help="Draws the listens that are held out.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option(
    "--protocol",
    type=click.Choice(["p1", "p2"]),
    help="Measure collaborative models instead: p1, one held-out song a user among 99 others; p2, among all songs.",
)
@click.option("--model", "models", multiple=True, type=click.Choice(MODELS), help="Which, with --protocol.")
@click.option(
    "--files",
    type=click.Path(path_type=Path),
    help="With --protocol: a split's PREFIX or a file of `user TAB song TAB count` instead of the workspace.",
)
@click.option("--least-songs", default=1, show_default=True, help="With --files: songs a user must have to be kept.")
@click.option("--least-value", default=0.0, help="With --files: leave out rows with a lower count or rating.")
@click.option(
    "--folds",
    type=click.IntRange(min=2),
    help="With --protocol: cross-validate over all listens, such as AMNN's 5 folds.",
)
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --protocol: write what is asked into this folder, as split-N.train.rating and so on.",
)
@click.option("--latest", is_flag=True, help="With --protocol: hold out each user's latest song, not a random one.")
@pass_session
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Measure how good the lists are: for songs that are known, and for songs and artists that are new."""
    if asked.protocol is not None:
        _by_protocol(session, asked, asked.protocol)
        return
    if asked.models or asked.files is not None or asked.latest or asked.folds or asked.write:
        raise click.UsageError(
            "--model, --files, --folds, --write and --latest say how to measure --protocol p1 or p2: add one of them"
        )
    from audiorec.data.workspace import Workspace
    from audiorec.hybrid.evaluation import as_columns, evaluate

    report = epoch_reporter("evaluation", "NDCG@10", session.quiet)
    with Workspace.open(session.workspace) as space:
        found = evaluate(space, device=asked.device, seed=asked.seed, report=report)
    if asked.as_json:
        console().print_json(json.dumps(as_columns(found)))
        return
    show(found)


def show(found: "list[Row]", protocols: Sequence[str] = ("warm", "cold song", "cold artist", "mixed")) -> None:
    """Print a table for each of these protocols."""
    from audiorec.hybrid.evaluation import METRICS, PROTOCOLS, caution

    for protocol in protocols:
        about = PROTOCOLS[protocol][1]
        mine = [row for row in found if row.protocol == protocol]
        if not mine:
            console().print(f"{protocol}: nobody plays a song of this kind, so nothing can be measured.")
            continue
        systems = list(dict.fromkeys(row.system for row in mine))
        of = {(row.system, row.metric): row for row in mine}
        rows = [
            (
                system,
                *(f"{_short(r.value)} [{_short(r.low)}, {_short(r.high)}]" for r in (of[system, m] for m in METRICS)),
            )
            for system in systems
        ]
        print_table(f"{protocol}: {about}; {mine[0].users} users, {mine[0].songs} songs", ("system", *METRICS), rows)
        if careful := caution(mine[0].songs):
            console().print(careful)


def _short(value: float) -> str:
    """Three decimals without the leading zero: value and interval then fit into a terminal of 80 columns."""
    return f"{value:.3f}".replace("0.", ".", 1) if value < 1.0 else f"{value:.2f}"


def _measured(value: float) -> str:
    """Three decimals; a list of one song has no diversity, and no list no novelty."""
    return f"{value:.3f}" if math.isfinite(value) else "not measured"


def _by_protocol(session: Session, asked: Options, protocol: str) -> None:
    """Collaborative models under P1 or P2."""
    if asked.latest and asked.folds:
        raise click.UsageError("--latest holds out one song a user, --folds all: choose one")
    questions = _drawn(session, asked) if asked.files is None else _from_files(asked.files, asked)
    if asked.write is not None:
        _write(asked.write, questions)
    each = [_measure(question, asked.models or BASELINES, protocol, asked) for question in questions]
    _show_protocol(_mean(each), protocol, asked.as_json)


def _from_files(files: Path, asked: Options) -> "list[NcfData]":
    """A published split as it is, or one or several drawn from a listening file."""
    from audiorec.sources.tables import bare_files

    if asked.latest:
        raise click.UsageError("bare files hold no times to find the latest song by: leave --latest out")
    seed, least_songs, least_value = asked.seed, asked.least_songs, asked.least_value
    if asked.folds:
        return bare_files.read_folds(files, asked.folds, seed=seed, least_songs=least_songs, least_value=least_value)
    return [bare_files.read(files, seed=seed, least_songs=least_songs, least_value=least_value)]


def _drawn(session: Session, asked: Options) -> "list[NcfData]":
    """One song of every user held out of the workspace's listens, or in turn all of them."""
    import numpy as np

    from audiorec.data import splits
    from audiorec.data.splits import HoldOut
    from audiorec.data.workspace import Workspace
    from audiorec.errors import InputError
    from audiorec.sources.tables.ncf_format import NcfData

    with Workspace.open(session.workspace) as space:
        listens = space.interactions(every_song=True)
    if asked.latest and listens.times is None:
        raise InputError("no listen carries a time: leave --latest out, or import listens with times")
    how, rng = HoldOut(listens.times if asked.latest else None), np.random.default_rng(asked.seed)
    if asked.folds:
        return [NcfData(fold, listens.times) for fold in splits.folds(listens.counts, asked.folds, rng)]
    return [NcfData(splits.leave_one_out(listens.counts, rng, how=how), listens.times)]


def _write(folder: Path, questions: "Sequence[NcfData]") -> None:
    """Write every question as three files that others can be measured on."""
    from audiorec.sources.tables import ncf_format

    folder.mkdir(parents=True, exist_ok=True)
    for number, question in enumerate(questions):
        ncf_format.write(folder / f"split-{number}", question.split)


def _mean(found: Sequence[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Mean over the questions of what each model got."""
    return {
        model: {name: sum(part[model][name] for part in found) / len(found) for name in values}
        for model, values in found[0].items()
    }


def _measure(question: "NcfData", models: Sequence[str], protocol: str, asked: Options) -> dict[str, dict[str, float]]:
    """Model -> metric -> value: the protocol's metrics, and one of the other protocol, as the two can disagree."""
    from audiorec.collaborative import registry
    from audiorec.collaborative.protocols import full_report, sampled_report
    from audiorec.errors import InputError
    from audiorec.learning.loop import choose_device

    if not len(question.split.users):
        raise InputError("nobody has two songs, so none can be held out: import more listens")
    found = {}
    for model in models:
        recipe = registry.recipe_of(model, overrides=(f"seed={asked.seed}",))
        split, where = question.split, choose_device(asked.device)
        ranker = registry.train(split.train, recipe, times=question.times, how=split.how, device=where)
        sampled, full = sampled_report(ranker, question.split), full_report(ranker, question.split)
        beside = {"p2 recall@20": full["recall@20"]} if protocol == "p1" else {"p1 hr@10": sampled["hr@10"]}
        found[model] = (sampled if protocol == "p1" else full) | beside
    return found


def _show_protocol(found: dict[str, dict[str, float]], protocol: str, as_json: bool) -> None:
    if as_json:
        known = {
            model: {name: value if math.isfinite(value) else None for name, value in values.items()}
            for model, values in found.items()
        }
        console().print_json(json.dumps({"protocol": protocol, "models": known}))
        return
    names = list(next(iter(found.values())))
    rows = [(name, *(_measured(values[name]) for values in found.values())) for name in names]
    print_table(f"protocol {protocol.upper()}", ("metric", *found), rows)
