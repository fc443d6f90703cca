"""Many independent pieces of work, such as trainings with other seeds, folds or settings: here, or on a Ray cluster.

What they answer is the same either way, and in the order of the tasks; on a cluster a piece takes one processor, and
one whose node dies is done again. It does not know what is learned.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from audiorec import __version__
from audiorec.errors import InputError
from audiorec.learning import ray_cluster

Task = TypeVar("Task")
Answer = TypeVar("Answer")
# each(work, tasks): what `work` answers to every task.
Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]
# So often a piece is begun again when its worker or node has died.
_AGAIN = 2


@contextmanager
def workers(engine: str = "local", address: str | None = None, gpus: int = 0) -> Iterator[Each]:
    """Who works: `local`, one piece after the other in this process, or `ray`, the cluster at `address`.

    Yields `each(work, tasks)`; `work` and what it holds must be picklable for a cluster. gpus: what a piece takes of a
    cluster beside its processor. Raises InputError for an address without Ray, and as `ray_cluster.connected`.
    """
    if engine == "local":
        if address is not None:
            raise InputError("--address names a Ray cluster: add --engine ray")
        yield map
        return
    with ray_cluster.connected(address) as ray:
        if gpus > ray.cluster_resources().get("GPU", 0):
            raise InputError("no node of the cluster has a GPU: choose --device cpu")

        def each(work: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
            remote = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=_AGAIN)(_on_node)
            held = ray.put(work)
            pending = [remote.remote(__version__, held, task) for task in tasks]
            return (_answer(ray, one) for one in pending)

        yield each


def _on_node(version: str, work: Callable[[Task], Answer], task: Task) -> Answer:
    ray_cluster.refuse_other_version(f"audiorec {__version__}", f"audiorec {version}")
    return work(task)


def _answer(ray: Any, pending: Any) -> Any:
    try:
        return ray_cluster.answer(ray, pending)
    except ray.exceptions.RayTaskError as error:
        raise ray_cluster.as_ours(error) from None
    except ray.exceptions.RayError as error:
        said = type(error).__name__
        raise InputError(f"a piece of work was lost with its node {_AGAIN + 1} times ({said}): see to it") from None
