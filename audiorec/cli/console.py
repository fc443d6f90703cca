"""What a person sees: one console, plain tables, a progress bar on a terminal and plain lines in a pipe.

Everything for people goes to standard error, so that standard output stays clean for `--json`; tables that are the
answer of a command go to standard output.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from audiorec.training.loop import Epoch

Advance = Callable[[str], None]


def console() -> Console:
    """Standard output for answers."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def notes(quiet: bool = False) -> Console:
    """Standard error for everything that is not the answer; says nothing when quiet."""
    return Console(stderr=True, highlight=False, quiet=quiet, soft_wrap=not sys.stderr.isatty())


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table to standard output; numbers look best when given as right-aligned text."""
    from rich.text import Text

    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # Text, not markup: a song called "[b]" must be printed as it is.
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


@contextmanager
def progress(title: str, total: int, quiet: bool = False) -> Iterator[Advance]:
    """A bar on a terminal, a line every ten seconds in a pipe; call the result with a word after each unit of work."""
    out = notes(quiet)
    if not out.is_terminal:
        yield _plain_progress(title, total, out)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True, disable=quiet) as bar:
        task = bar.add_task(title, total=total)
        yield lambda word: bar.update(task, advance=1)


def _plain_progress(title: str, total: int, out: Console) -> Advance:
    done, last = 0, time.monotonic()

    def advance(word: str) -> None:
        nonlocal done, last
        done += 1
        now = time.monotonic()
        if done == total or now - last > 10:
            last = now
            out.print(f"{title}: {done} of {total}")

    return advance


def epoch_reporter(title: str, metric: str, quiet: bool = False) -> "Callable[[Epoch], None]":
    """A live line with loss and validation metric: rewritten on a terminal, every tenth epoch in a pipe."""
    out = notes(quiet)

    def report(epoch: "Epoch") -> None:
        line = (
            f"{title}: epoch {epoch.number} of at most {epoch.of}, loss {epoch.loss:.4f}, "
            f"{metric} {epoch.metric:.4f} (best {epoch.best:.4f}), {epoch.seconds:.0f} s"
        )
        if out.is_terminal:
            out.print(line, end="\r", overflow="ellipsis", no_wrap=True)
        elif epoch.number == 1 or epoch.number % 10 == 0:
            out.print(line)

    return report
