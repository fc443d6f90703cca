"""Files described on a Ray cluster: the outcomes of `workers.describe_all`, in the same order, to the bit.

A unit of work is at most a shard's worth of files. On its node it goes through a crew of one process, so that a file
that crashes, hangs or eats the memory is found and told as on one machine; the death of a node or of Ray's own worker
costs the time of its unit. Who calls is the coordinator and writes; nodes only read music and answer.
"""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from pebble import ProcessPool

from audiorec import __version__
from audiorec.features import workers
from audiorec.features.recipe import FeatureRecipe, feature_digest
from audiorec.features.track import Task, describe_file
from audiorec.features.workers import MOST_CRASHES, Crew, Outcome, Work
from audiorec.learning import ray_cluster

# Files of a unit at most, and units under way for each processor: enough that a slow one in front stops nobody.
_UNIT, _UNDER_WAY = 64, 4


def describe_all(
    tasks: Sequence[Task], crew: Crew, work: Work = describe_file, *, address: str | None = None
) -> Iterator[Outcome]:
    """Describe every task on the cluster at `address` (None: RAY_ADDRESS, else one that is started on this machine).

    Every processor of the cluster takes a unit at a time, whatever `crew.jobs` says; `nice` and `megabytes` hold on
    the nodes. Raises InputError without Ray, without a cluster, and for a node without this version of audiorec.
    """
    if not tasks:
        return
    with ray_cluster.connected(address) as ray:
        yield from _Coordinator(ray, replace(crew, jobs=1), work, tasks[0].recipe).in_order(tasks)


@dataclass
class _Unit:
    """Some tasks under way, and how often their worker or node has died."""

    tasks: Sequence[Task]
    pending: Any
    deaths: int = 0


@dataclass
class _Coordinator:
    """Hands out units and takes their outcomes back in order."""

    ray: Any
    crew: Crew
    work: Work
    recipe: FeatureRecipe
    _expected: str = field(init=False)
    _remote: Any = field(init=False)

    def __post_init__(self) -> None:
        self._expected = _version(self.recipe)
        # Never tried again by Ray itself: the coordinator must know of every death.
        self._remote = self.ray.remote(num_cpus=1, max_retries=0)(_describe_unit)

    def in_order(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Outcomes in the order of the tasks; a bounded number of units is under way at any time."""
        size = max(1, min(_UNIT, len(tasks) // (_UNDER_WAY * max(1, ray_cluster.processors(self.ray)))))
        running: deque[_Unit] = deque()
        for start in range(0, len(tasks), size):
            running.append(self._begin(tasks[start : start + size]))
            if len(running) >= _UNDER_WAY * max(1, ray_cluster.processors(self.ray)):
                yield from self._finish(running.popleft())
        while running:
            yield from self._finish(running.popleft())

    def _begin(self, tasks: Sequence[Task], deaths: int = 0) -> _Unit:
        return _Unit(tasks, self._remote.remote(tasks, self.crew, self.work, self._expected), deaths)

    def _finish(self, unit: _Unit) -> list[Outcome]:
        """The outcomes of a unit; after a death each of its files goes alone, so that the one at fault is named."""
        try:
            outcomes: list[Outcome] = ray_cluster.answer(self.ray, unit.pending)
            return outcomes
        except self.ray.exceptions.RayTaskError as error:
            raise ray_cluster.as_ours(error) from None
        except self.ray.exceptions.RayError as error:
            deaths = unit.deaths + 1
            if deaths >= MOST_CRASHES and len(unit.tasks) == 1:
                return [self._given_up(unit.tasks[0], error, deaths)]
            alone = [self._begin([task], deaths) for task in unit.tasks]
            return [outcome for one in alone for outcome in self._finish(one)]

    def _given_up(self, task: Task, error: Exception, deaths: int) -> Outcome:
        """A file lost its worker in company and alone (then it is at fault), or its node (then nobody knows)."""
        if isinstance(error, self.ray.exceptions.WorkerCrashedError):
            return workers.failed(task, f"ended the worker that described it {deaths} times", deaths)
        return workers.passing(task, f"was lost with its node {deaths} times ({type(error).__name__})")


def _version(recipe: FeatureRecipe) -> str:
    return f"audiorec {__version__} with features {feature_digest(recipe)}"


def _describe_unit(tasks: Sequence[Task], crew: Crew, work: Work, expected: str) -> list[Outcome]:
    """On a node: the outcomes of a unit."""
    ray_cluster.refuse_other_version(_version(tasks[0].recipe), expected)
    return list(workers.despite_losses(tasks, lambda left: _in_the_standing_pool(left, crew, work)))


def _in_the_standing_pool(tasks: Sequence[Task], crew: Crew, work: Work) -> Iterator[Outcome]:
    try:
        yield from workers.describe_in(_standing_pool(crew), tasks, work, window=len(tasks))
    except workers.PoolLostError:
        _standing_pool.cache_clear()
        raise


@lru_cache(maxsize=1)
def _standing_pool(crew: Crew) -> ProcessPool:
    """On a node: the process that does the work, kept for the units that come after; it ends with Ray's worker."""
    os.environ.update(workers.ENVIRONMENT)
    return workers.open_pool(crew)
