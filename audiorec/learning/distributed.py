"""Training on several processes that torchrun has started: who am I, whose gradients, who writes.

Every rank holds the whole network and learns from its share of each batch; gradients are added up after `backward`, so
that one step on n ranks is the step of one process. It does not know losses or data.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch

# Its functions take the group of the moment of import as a default value. An optimiser imports it, so imported later it
# holds the group beyond `joined`, and gloo's threads abort a process that ends while they run (SIGABRT, now and then).
import torch.distributed.nn.functional
from torch import distributed as dist
from torch.distributed.rendezvous import rendezvous

from audiorec.errors import InputError

# A rank that says nothing for so long is taken for dead; validation on the first rank must end inside it.
_PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class World:
    """The processes of a training: which of them this is, and how many there are."""

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the process that validates and writes."""
        return self.rank == 0

    def share(self, count: int) -> slice:
        """This process's part of `count` rows; the parts of all processes are all rows, each once."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)


def world() -> World:
    """The processes that were joined; one alone without torchrun."""
    return World(dist.get_rank(), dist.get_world_size()) if is_joined() else World()


def is_joined() -> bool:
    """Whether torchrun has started this process and `joined` has made it one of several."""
    return dist.is_available() and dist.is_initialized()


@contextmanager
def joined(device: str) -> Iterator[World]:
    """Join the other processes when torchrun has started this one; device as in `choose_device`, one GPU a process.

    Raises InputError when the processes do not find each other.
    """
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        yield World()
        return
    is_cuda = device != "cpu" and torch.cuda.is_available()
    if is_cuda:
        torch.cuda.set_device(_own_gpu())
    try:
        _join("nccl" if is_cuda else "gloo")
    except (RuntimeError, ValueError) as error:
        raise InputError(f"the processes do not find each other ({str(error)[:200]}): start them by torchrun") from None
    try:
        yield world()
    finally:
        dist.destroy_process_group()


def _join(backend: str) -> None:
    """Meet the others. On one machine torchrun keeps its store over restarts, with the addresses of the dead in it, so
    each start has a part of the store for itself; across machines the number of restarts is not the same everywhere."""
    store, rank, size = next(rendezvous("env://", timeout=_PATIENCE))
    if os.environ.get("GROUP_WORLD_SIZE") == "1":
        store = dist.PrefixStore(f"start {os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)  # type: ignore[attr-defined]
    dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=_PATIENCE)


def _own_gpu() -> int:
    mine, here = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if mine >= here:
        raise InputError(f"process {mine} of this machine has no GPU of its own: --nproc-per-node {here} at most")
    return mine


def add_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Give every rank the sum of all ranks' gradients; each rank's loss must be its part of the whole one."""
    if world().size == 1:
        return
    held = [value for value in parameters if value.requires_grad]
    dense = [value for value in held if value.grad is None or not value.grad.is_sparse]
    flat = torch.cat([_flat_gradient(value) for value in dense]) if dense else torch.zeros(0)
    dist.all_reduce(flat)
    for value, part in zip(dense, flat.split([value.numel() for value in dense]), strict=True):
        value.grad = part.view_as(value)
    for value in held:
        if value.grad is not None and value.grad.is_sparse:
            value.grad = _joined_rows(value.grad)


def _flat_gradient(value: torch.nn.Parameter) -> torch.Tensor:
    return torch.zeros_like(value).reshape(-1) if value.grad is None else value.grad.reshape(-1)


def _joined_rows(mine: torch.Tensor) -> torch.Tensor:
    """The sum of every rank's sparse gradient of some rows: only rows that a batch has touched travel."""
    mine = mine.coalesce()
    rows, values = mine.indices()[0], mine.values()
    counts = [torch.zeros(1, dtype=torch.int64, device=rows.device) for _ in range(world().size)]
    dist.all_gather(counts, torch.tensor([len(rows)], device=rows.device))
    most = max(int(count) for count in counts)
    # Ranks touch different numbers of rows, and what is gathered must be of one size.
    padded = torch.zeros(most, dtype=rows.dtype, device=rows.device), values.new_zeros(most, values.shape[1])
    padded[0][: len(rows)], padded[1][: len(rows)] = rows, values
    all_rows, all_values = ([torch.empty_like(part) for _ in counts] for part in padded)
    dist.all_gather(all_rows, padded[0])
    dist.all_gather(all_values, padded[1])
    parts = list(zip(all_rows, all_values, (int(count) for count in counts), strict=True))
    where = torch.cat([part[:count] for part, _, count in parts])
    what = torch.cat([part[:count] for _, part, count in parts])
    # Rows in one order, each once: the optimiser and the next rank see the same tensor.
    return torch.sparse_coo_tensor(where[None], what, mine.shape).coalesce()


def added(value: torch.Tensor) -> torch.Tensor:
    """The sum of a tensor over all ranks."""
    if world().size > 1:
        dist.all_reduce(value)
    return value


def from_first(measure: Callable[[], float]) -> float:
    """What `measure` says on the first rank; the others wait for it, so that all stop at the same epoch."""
    here = world()
    if here.size == 1:
        return measure()
    found = torch.tensor([measure() if here.is_first else 0.0], dtype=torch.float64, device=_channel())
    dist.broadcast(found, 0)
    return float(found)


def copy_first(module: torch.nn.Module) -> None:
    """Give every rank the first one's parameters and buffers (batch norm counts on each rank what it has seen)."""
    if world().size == 1:
        return
    for value in module.state_dict().values():
        dist.broadcast(value, 0)


def gathered(state: torch.Tensor) -> torch.Tensor:
    """Every rank's tensor of one shape, [ranks, ...], on the processor."""
    here = world()
    if here.size == 1:
        return state.cpu()[None]
    mine = state.to(_channel())
    found = [torch.empty_like(mine) for _ in range(here.size)]
    dist.all_gather(found, mine)
    return torch.stack(found).cpu()


def _channel() -> torch.device:
    """Where tensors must lie to be sent."""
    return torch.device("cuda" if dist.get_backend() == "nccl" else "cpu")
