"""`audiorec train`: whatever is missing or stale, in order, saying why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, counted, notes, print_table
from audiorec.cli.session import Session, as_one, pass_session
from audiorec.errors import InputError

if TYPE_CHECKING:
    from audiorec.errors import TooLittleError
    from audiorec.library import Library
    from audiorec.plan import Step


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    only: tuple[str, ...]
    dry_run: bool
    device: str
    search: str | None
    budget: int | None
    engine: str
    address: str | None


@click.command("train")
@click.option("--only", multiple=True, metavar="NAME", help="This model only; may be given again.")
@click.option("--dry-run", is_flag=True, help="Print what would be trained and why, and train nothing.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option(
    "--search", metavar="MODEL", help="First choose recipe values of cf or cnn on validation data, and keep them."
)
@click.option("--budget", type=click.IntRange(1), metavar="N", help="With --search: settings to try.  [default: 27]")
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), default="local", help="With --search: ray tries many at once."
)
@click.option(
    "--address", metavar="HOST:PORT", help="With --engine ray: the cluster.  [default: RAY_ADDRESS, else here]"
)
@pass_session
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Train every model that is missing or whose features, listens or recipe have changed, and skip the others.

    The train-* commands train one model each, with a recipe of one's own.
    """
    from audiorec.library import Library

    library, only = Library(session.workspace), asked.only or None
    if asked.search is not None:
        _search(session, library, asked.search, asked)
    elif asked.budget is not None or asked.engine != "local" or asked.address is not None:
        raise InputError("--budget, --engine and --address are for a search: add --search cf or --search cnn")
    if asked.dry_run:
        rows = [(step.name, step.does, step.reason) for step in library.plan(only)]
        if rows:
            print_table("What would be trained", ["model", "what it does", "why"], rows)
        else:
            console().print("Nothing is due.")
        return

    def begin(step: "Step", number: int, of: int) -> None:
        if not session.quiet:
            console().print(f"{number} of {of}: {step.name}: {step.does} ({step.reason})")

    waiting = list[str]()

    def passed(step: "Step", why: "TooLittleError") -> None:
        waiting.append(step.name)
        console().print(f"{step.name} is passed over: {why}")

    done = library.train(only, device=asked.device, begin=begin, passed=passed)
    for step in done:
        if step.evidence:
            console().print(f"{step.name} was learned from {step.evidence}.")
    if done or waiting:
        console().print(
            f"{counted(len(done), 'model')} trained." + (f" Passed over: {', '.join(waiting)}." if waiting else "")
        )
    else:
        console().print("Nothing is due: every model is as it should be.")


def _search(session: Session, library: "Library", model: str, asked: Options) -> None:
    if asked.dry_run:
        raise InputError("a search trains: give --search or --dry-run, not both")
    out = notes(session.quiet)
    done = library.search(
        model,
        **({} if asked.budget is None else {"budget": asked.budget}),
        device=asked.device,
        engine=asked.engine,
        address=asked.address,
        begin=lambda settings, epochs: out.print(f"{counted(settings, 'setting')}, at most {counted(epochs, 'epoch')}"),
    )
    names = list(done.tried[0].values)
    rows = [[*(f"{one.values[name]:g}" for name in names), str(one.epochs), f"{one.score:.4f}"] for one in done.tried]
    print_table(f"Settings of {model}, best first", [*names, "epochs", done.metric], rows)
    console().print(f"The first is kept in {done.file}; remove the file for the shipped recipe.")
