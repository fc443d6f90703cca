"""Pieces of work on all processors at once, in threads: for work that NumPy does without holding Python's lock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")
# Over fewer numbers a piece takes no longer than handing it to a thread.
FROM = 50_000


def at_once(pieces: Sequence[Callable[[], Answer]], size: int) -> list[Answer]:
    """What the pieces answer, in their order; one after the other where each works on fewer than `FROM` numbers."""
    workers = min(len(os.sched_getaffinity(0)), len(pieces))
    if size < FROM or workers < 2:
        return [piece() for piece in pieces]
    with ThreadPoolExecutor(workers) as threads:
        return list(threads.map(lambda piece: piece(), pieces))
