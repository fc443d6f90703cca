"""`audiorec train`: whatever is missing or stale, in order, saying why."""

from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, counted, print_table
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.errors import TooLittleError
    from audiorec.plan import Step


@click.command("train")
@click.option("--only", multiple=True, metavar="NAME", help="This model only; may be given again.")
@click.option("--dry-run", is_flag=True, help="Print what would be trained and why, and train nothing.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
def command(session: Session, only: tuple[str, ...], dry_run: bool, device: str) -> None:
    """Train every model that is missing or whose features or listens have changed, and skip the others.

    The train-* commands train one model each, with a recipe of one's own.
    """
    from audiorec.library import Library

    library = Library(session.workspace)
    if dry_run:
        rows = [(step.name, step.does, step.reason) for step in library.plan(only or None)]
        if rows:
            print_table("What would be trained", ["model", "what it does", "why"], rows)
        else:
            console().print("Nothing is due.")
        return

    def begin(step: "Step", number: int, of: int) -> None:
        if not session.quiet:
            console().print(f"{number} of {of}: {step.name}: {step.does} ({step.reason})", markup=False)

    waiting = list[str]()

    def passed(step: "Step", why: "TooLittleError") -> None:
        waiting.append(step.name)
        console().print(f"{step.name} is passed over: {why}", markup=False)

    done = library.train(only or None, device=device, begin=begin, passed=passed)
    if done or waiting:
        console().print(
            f"{counted(len(done), 'model')} trained." + (f" Passed over: {', '.join(waiting)}." if waiting else "")
        )
    else:
        console().print("Nothing is due: every model is as it should be.")
