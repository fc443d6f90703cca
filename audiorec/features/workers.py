"""Supervised workers: files are described in processes of their own, so that a crash or a hang costs one file.

Results come in the order of the tasks, whatever the number of workers. It does not write anything.
"""

import os
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import active_children, get_context, process

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from audiorec.data.catalogue import NO_STAMP, FileRecord
from audiorec.data.tables import TrackFeatures
from audiorec.features.track import READER, Task, describe_file

Outcome = tuple[FileRecord, TrackFeatures | None]
Work = Callable[[Task], Outcome]
# A file may kill a worker twice; then it is left alone until it changes.
MOST_CRASHES = 2
# A pool ends with a worker that is killed while it starts; so often in a row without a file between them.
_MOST_LOSSES = 5
_LOOK_SECONDS = 5.0
# Between two looks of a process that runs less time goes by on the clock of the day.
_PAUSE_SECONDS = 30.0
# So long behind its time limit a worker cannot be ended: the system lets nobody go that waits for a disk or share. Each
# file more would cost the same again.
_STUCK_SECONDS, _MOST_STUCK = 60.0, 2
_NO_ANSWER = "the disk or share does not answer"
# Time limit of a file: a start, and what the slowest sane storage and decoder need for its size.
_LIMIT_SECONDS, _LIMIT_BYTES_A_SECOND = 120.0, 250_000
# One thread each: the processes are the parallelism, and sums come out the same every time. Memory that was freed is
# kept: handing the blocks of every 3 s back to the system and asking for them anew takes a tenth of the time (glibc).
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"),
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "134217728",
}


class PoolLostError(Exception):
    """The processes are gone, for no fault of a file."""


class StuckError(PoolLostError):
    """The worker of the file whose turn it is waits for a disk or share that does not answer, and cannot be ended."""


@dataclass(frozen=True)
class Crew:
    """How many processes, how much they give way to other programs (0..19), and the memory each may have in MB."""

    jobs: int
    nice: int = 0
    megabytes: int | None = None


def describe_all(tasks: Sequence[Task], crew: Crew, work: Work = describe_file) -> Iterator[Outcome]:
    """Describe every task by a call of `work` in one of the crew's processes."""
    with _environment():
        yield from despite_losses(tasks, lambda left: _in_a_pool(left, crew, work))


def despite_losses(tasks: Sequence[Task], describe: Callable[[Sequence[Task]], Iterator[Outcome]]) -> Iterator[Outcome]:
    """Describe every task; when the pool is lost (PoolLostError), go on with the next one, but not for ever."""
    done = losses = stuck = 0
    while done < len(tasks) and losses < _MOST_LOSSES and stuck < _MOST_STUCK:
        try:
            for outcome in describe(tasks[done:]):
                done, losses = done + 1, 0
                yield outcome
        except StuckError:
            yield passing(tasks[done], _NO_ANSWER)
            done, stuck = done + 1, stuck + 1
        except PoolLostError:
            losses += 1
    why = _NO_ANSWER if stuck else "its workers ended again and again"
    yield from (passing(task, why) for task in tasks[done:])


def _in_a_pool(tasks: Sequence[Task], crew: Crew, work: Work) -> Iterator[Outcome]:
    pool = open_pool(crew)
    try:
        yield from describe_in(pool, tasks, work, window=4 * crew.jobs)
    except StuckError:
        _leave_behind(active_children())
        raise
    except BaseException:
        pool.stop()
        pool.join()
        raise
    pool.close()
    pool.join()


def _leave_behind(processes: Sequence[process.BaseProcess]) -> None:
    """End processes and wait for none of them, at the end of Python neither: the system ends them when it can."""
    for one in processes:
        one.terminate()
        process._children.discard(one)  # type: ignore[attr-defined]


def open_pool(crew: Crew) -> ProcessPool:
    """The crew's processes; who opens it sees to ENVIRONMENT."""
    prepare = partial(_prepare, crew.nice, crew.megabytes)
    return ProcessPool(crew.jobs, max_tasks=500, initializer=prepare, context=get_context("spawn"))


def describe_in(pool: ProcessPool, tasks: Sequence[Task], work: Work, window: int) -> Iterator[Outcome]:
    """Describe every task in an open pool, at most `window` of them under way; raises PoolLostError."""
    return _Supervised(pool, work).in_order(tasks, window)


class _Pauses:
    """How often this process stood still, the machine slept or its clock was set: none of it is a file's fault."""

    def __init__(self) -> None:
        self.count, self._then = 0, time.time()

    def look(self) -> None:
        now = time.time()
        self.count += not 0.0 <= now - self._then < _PAUSE_SECONDS
        self._then = now


class _Supervised:
    """A pool that answers every task with an outcome, whatever happens to the worker."""

    def __init__(self, pool: ProcessPool, work: Work) -> None:
        self._pool, self._work, self._pauses = pool, work, _Pauses()

    def in_order(self, tasks: Sequence[Task], window: int) -> Iterator[Outcome]:
        """Outcomes in the order of the tasks, at most `window` of them under way."""
        running: deque[tuple[Task, ProcessFuture[Outcome], int]] = deque()
        for task in tasks:
            self._pauses.look()
            running.append((task, self._schedule(task), self._pauses.count))
            if len(running) >= window:
                yield self._outcome(*running.popleft())
        while running:
            yield self._outcome(*running.popleft())

    def _schedule(self, task: Task) -> "ProcessFuture[Outcome]":
        try:
            return self._pool.schedule(self._work, args=[task], timeout=_limit(task))
        except RuntimeError as error:
            raise PoolLostError from error

    def _result(self, task: Task, future: "ProcessFuture[Outcome]") -> Outcome:
        """What a worker gives; a pool that ended, or cannot end a worker, would leave it open for ever."""
        self._pauses.look()
        looks = 0
        while not wait([future], _LOOK_SECONDS).done:
            self._pauses.look()
            looks += 1
            if not self._pool.active:
                raise PoolLostError
            if looks * _LOOK_SECONDS > _limit(task) + _STUCK_SECONDS:
                raise StuckError
        try:
            return future.result()
        except (BrokenExecutor, CancelledError) as error:
            raise PoolLostError from error

    def _outcome(self, task: Task, future: "ProcessFuture[Outcome]", pauses: int) -> Outcome:
        """The result of a task; a crash is tried once more, and a timeout if time went by while nothing ran.

        The pool counts by the clock of the day, which goes on while the machine sleeps and jumps when it is set.
        """
        crashes = 0
        while True:
            try:
                record, features = self._result(task, future)
                return replace(record, crashes=crashes), features
            except PoolLostError:
                raise
            except FutureTimeoutError:
                self._pauses.look()
                if self._pauses.count == pauses:
                    return passing(task, "took too long and was stopped")
                future, pauses = self._schedule(task), self._pauses.count
            except MemoryError:
                return passing(task, "needs more memory than a worker may have")
            except ProcessExpired as error:
                crashes += 1
                if crashes >= MOST_CRASHES and error.exitcode == -signal.SIGKILL:
                    # Nobody but the system kills so: it had no memory left.
                    return passing(task, "the system stopped it, most likely for want of memory")
                if crashes >= MOST_CRASHES:
                    return failed(task, f"crashed the decoder {crashes} times (exit code {error.exitcode})", crashes)
                future = self._schedule(task)
            except Exception as error:  # noqa: BLE001 - the worker boundary: a bug on one file must not lose the others
                return failed(task, f"could not be described: {type(error).__name__}: {error}"[:300], crashes)


def _limit(task: Task) -> float:
    """The seconds that a file may take."""
    return _LIMIT_SECONDS + task.file.size / _LIMIT_BYTES_A_SECOND


def passing(task: Task, reason: str) -> Outcome:
    """A failure that may pass: no verdict on the file, which keeps what is known of it."""
    record, _ = failed(task, f"{reason}; tried again at the next run", 0)
    return replace(record, mtime_ns=NO_STAMP), None


def failed(task: Task, reason: str, crashes: int) -> Outcome:
    """A verdict on the file, which holds until it changes."""
    name = os.fsdecode(os.path.basename(task.file.path)).encode("utf-8", "replace").decode()
    record = FileRecord(
        task.track_id,
        task.file.size,
        task.file.mtime_ns,
        "failed",
        reason,
        task.file.sidecar,
        title=name,
        crashes=crashes,
        reader=READER,
    )
    return record, None


@contextmanager
def _environment() -> Iterator[None]:
    """Workers inherit what suits them."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _prepare(nice: int, megabytes: int | None) -> None:
    """In a new worker: Ctrl-C is the coordinator's to handle, and C libraries do not chatter on the terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(nice)
    if megabytes is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 2**20, megabytes * 2**20))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    os.close(silence)
