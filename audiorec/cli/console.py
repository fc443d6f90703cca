"""What a person sees: one console, plain tables, a progress bar on a terminal and plain lines in a pipe.

Everything for people goes to standard error, so that standard output stays clean for `--json`; tables that are the
answer of a command go to standard output.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from audiorec.learning.loop import Epoch

# What steers a terminal (ESC, C1) or turns the letters that follow (bidirectional overrides); lines and tabs stay.
_STEERS = {
    **{code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"},
    0x7F: "\u2421",
    **{code: f"\\x{code:02x}" for code in range(0x80, 0xA0)},
    **{code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))},
}
_ESCAPED = {code: f"\\u{code:04x}" for code in _STEERS if code >= 0x7F}
Advance = Callable[[str], None]


def visible(text: str) -> str:
    """A text whose signs cannot steer a terminal: those that would are shown.

    >>> visible("Tide\\x1b[31m")
    'Tide␛[31m'
    """
    return text.translate(_STEERS)


class _Plain(Console):
    """A console on which names of songs, users and files print as they are, and never steer it."""

    def print(self, *objects: Any, **how: Any) -> None:
        """As of rich, without what texts would make the terminal do."""
        super().print(*(visible(each) if isinstance(each, str) else each for each in objects), **how)

    def print_json(self, json: str | None = None, **how: Any) -> None:
        """As of rich; what would steer a terminal stands escaped, and is still the same JSON."""
        from rich.highlighter import JSONHighlighter
        from rich.json import JSON

        text = JSON(json or "", highlight=False, **how).text.plain.translate(_ESCAPED)
        super().print(JSONHighlighter()(text), soft_wrap=True)


def console() -> Console:
    """Standard output for answers; what is printed is no markup, since songs and users may be called "[b]"."""
    return _Plain(highlight=False, markup=False, emoji=False, soft_wrap=not sys.stdout.isatty())


def notes(quiet: bool = False) -> Console:
    """Standard error for everything that is not the answer; says nothing when quiet."""
    return _Plain(
        stderr=True, highlight=False, markup=False, emoji=False, quiet=quiet, soft_wrap=not sys.stderr.isatty()
    )


def counted(number: int, word: str) -> str:
    """A number with its word: "1 song", "2 songs"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table to standard output; numbers look best when given as right-aligned text."""
    from rich.table import Table
    from rich.text import Text

    # Text, not markup: a song called "[b]" must be printed as it is.
    table = Table(title=Text(visible(title), style="bold"), title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", min_width=max(map(len, column.split()), default=0))
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console().print(table)


@contextmanager
def progress(title: str, total: int, quiet: bool = False) -> Iterator[Advance]:
    """A bar on a terminal, a line every ten seconds in a pipe; call the result with a word after each unit of work."""
    out = notes(quiet)
    if not out.is_terminal:
        yield _plain_progress(title, total, out)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True, disable=quiet) as bar:
        task = bar.add_task(title, total=total)
        yield lambda word: bar.update(task, advance=1)


def _plain_progress(title: str, total: int, out: Console) -> Advance:
    done, is_due = 0, _every_ten_seconds()

    def advance(word: str) -> None:
        nonlocal done
        done += 1
        if is_due() or done == total:
            out.print(f"{title}: {done} of {total}")

    return advance


@contextmanager
def progress_by_size(title: str, files: int, size: int, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Like `progress` for work that grows with the size of files: call the result with the bytes of each that is done.

    The time that is left comes from bytes, since songs of ten hours stand beside songs of three minutes.
    """
    from rich.progress import BarColumn, Progress, TextColumn

    out, clock, is_due = notes(quiet), Clock(size), _every_ten_seconds()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[words]}"))
    with Progress(*columns, console=out, transient=True, disable=quiet or not out.is_terminal) as bar:
        task, done = bar.add_task(title, total=size, words=f"0 of {files}"), 0

        def advance(more: int) -> None:
            nonlocal done
            done += 1
            words = f"{done} of {files}{clock.left(more)}"
            bar.update(task, advance=more, words=words)
            if not out.is_terminal and (is_due() or done == files):
                out.print(f"{title}: {words}")

        yield advance


class Clock:
    """How long the rest will take, by how long it took since the first piece was done; what came before is starting."""

    def __init__(self, total: int, now: Callable[[], float] = time.monotonic) -> None:
        self._total, self._now = total, now
        self._done, self._first = 0, 0
        self._start = 0.0

    def left(self, more: int) -> str:
        """Count a piece; says ", 3 min left", or nothing before there is something to go by."""
        self._done += more
        seconds = self.seconds()
        if seconds is None or self._done >= self._total:
            return ""
        return f", {round(seconds)} s left" if seconds < 100 else f", {round(seconds / 60)} min left"

    def seconds(self) -> float | None:
        """Seconds that are left."""
        if not self._first:
            self._first, self._start = self._done, self._now()
        since = self._done - self._first
        return (self._total - self._done) / since * (self._now() - self._start) if since else None


def _every_ten_seconds() -> Callable[[], bool]:
    last = time.monotonic()

    def is_due() -> bool:
        nonlocal last
        due = time.monotonic() - last > 10
        last = time.monotonic() if due else last
        return due

    return is_due


def epoch_reporter(title: str, metric: str, quiet: bool = False) -> "Callable[[Epoch], None]":
    """A live line with loss and validation metric: rewritten on a terminal, every tenth epoch in a pipe."""
    out = notes(quiet)

    def report(epoch: "Epoch") -> None:
        # Where nothing is validated, as in pretraining on songs without labels, there is no metric to show.
        known = f"{metric} {epoch.metric:.4f} (best {epoch.best:.4f}), " if epoch.metric == epoch.metric else ""
        line = (
            f"{title}: epoch {epoch.number} of at most {epoch.of}, loss {epoch.loss:.4f}, {known}{epoch.seconds:.0f} s"
        )
        if out.is_terminal:
            out.print(line, end="\r", overflow="ellipsis", no_wrap=True)
        elif epoch.number == 1 or epoch.number % 10 == 0:
            out.print(line)

    return report
