"""`audiorec evaluate`: the hybrid against baselines on the user's own data, split by how cold a song is."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, epoch_reporter, print_table
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.ranking.evaluation import Row


@click.command("evaluate")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--seed", default=0, show_default=True, help="Draws the listens that are held out.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
def command(session: Session, as_json: bool, seed: int, device: str) -> None:
    """Measure how good the lists are: for songs that are known, and for songs and artists that are new."""
    from audiorec.data.workspace import Workspace
    from audiorec.ranking.evaluation import as_columns, evaluate

    report = epoch_reporter("evaluation", "NDCG@10", session.quiet)
    with Workspace.open(session.workspace) as space:
        found = evaluate(space, device=device, seed=seed, report=report)
    if as_json:
        console().print_json(json.dumps(as_columns(found)))
        return
    show(found)


def show(found: "list[Row]", protocols: Sequence[str] = ("warm", "cold song", "cold artist", "mixed")) -> None:
    """Print a table for each of these protocols."""
    from audiorec.ranking.evaluation import METRICS, PROTOCOLS

    for protocol in protocols:
        about = PROTOCOLS[protocol][1]
        mine = [row for row in found if row.protocol == protocol]
        if not mine:
            console().print(f"{protocol}: nobody plays a song of this kind, so nothing can be measured.")
            continue
        systems = list(dict.fromkeys(row.system for row in mine))
        of = {(row.system, row.metric): row for row in mine}
        rows = [
            (system, *(f"{r.value:.3f} [{r.low:.3f}, {r.high:.3f}]" for r in (of[system, m] for m in METRICS)))
            for system in systems
        ]
        print_table(f"{protocol}: {about}, {mine[0].users} users", ("system", *METRICS), rows)
