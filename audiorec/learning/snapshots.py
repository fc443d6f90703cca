"""Where an unfinished training stands, after each epoch, so that it goes on when a process or a machine has died.

One safetensors file a training loop, written by the first rank, whole or not at all. It is kept for trainings started
by torchrun, and gone when they are done. It does not know losses or data.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

from audiorec.errors import CheckpointError
from audiorec.learning import distributed

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Parts:
    """What changes while a training runs, beside the model that `fit` keeps."""

    modules: Sequence[torch.nn.Module] = ()
    optimizers: Sequence[torch.optim.Optimizer] = ()
    generators: Sequence[torch.Generator] = ()
    tensors: Sequence[torch.Tensor] = ()


@dataclass
class Snapshots:
    """The unfinished training in a folder: `of` says of what it is; its loops are numbered as they begin."""

    folder: Path
    of: Mapping[str, str]
    begun: int = field(default=0)

    def next_file(self) -> Path:
        """Where the loop that begins now is kept."""
        self.begun += 1
        return self.folder / f"{self.begun:02d}.safetensors"


_CURRENT: ContextVar[Snapshots | None] = ContextVar("snapshots", default=None)


@contextmanager
def kept_in(folder: Path, of: Mapping[str, str]) -> Iterator[None]:
    """Keep the trainings inside the block; without torchrun nothing is kept.

    of: fingerprints of recipe and data. What is found of another recipe or other data is begun anew; raises
    CheckpointError for what another number of processes has begun.
    """
    if not distributed.is_joined():
        yield
        return
    token = _CURRENT.set(Snapshots(folder, of))
    try:
        yield
    finally:
        _CURRENT.reset(token)
    if distributed.world().is_first:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Standing:
    """One training loop: what is known of its earlier epochs (JSON of the curve, the best state), and its file."""

    model: torch.nn.Module
    parts: Parts | None
    file: Path | None = None
    of: Mapping[str, str] = field(default_factory=dict)
    curve: str = "[]"
    best: Tensors | None = None

    def save(self, curve: str, best: Mapping[str, torch.Tensor]) -> None:
        """Store the state after an epoch; all ranks must call."""
        if self.file is None or self.parts is None:
            return
        tensors = _state(self.model, self.parts) | {f"best.{name}": value for name, value in best.items()}
        if distributed.world().is_first:
            said = {"curve": curve, "of": json.dumps(dict(self.of)), "processes": str(distributed.world().size)}
            _write(self.file, tensors, said)

    def load(self) -> "Standing":
        """Put back what the file holds, if it is of the same training; raises CheckpointError, see `kept_in`."""
        if self.file is None or self.parts is None or not self.file.is_file():
            return self._agreed()
        with safetensors.safe_open(self.file, "pt") as opened:
            said, tensors = opened.metadata(), {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        if json.loads(said["of"]) != dict(self.of):
            return self._agreed()
        size = distributed.world().size
        if said["processes"] != str(size):
            raise CheckpointError(
                f"{self.file.parent} is a training of {said['processes']} processes that was interrupted: start as many"
                f" again, not {size}, or remove the folder to begin anew"
            )
        _put_back(self.model, self.parts, tensors)
        self.curve, self.best = said["curve"], _with_prefix(tensors, "best.")
        return self._agreed()

    def _agreed(self) -> "Standing":
        """Ranks that see different files would wait for each other for ever."""
        if self.file is not None and distributed.from_first(lambda: len(self.curve)) != len(self.curve):
            raise CheckpointError(
                f"the processes see different files in {self.file.parent}: put the workspace on storage that all share"
            )
        return self


def begin(model: torch.nn.Module, parts: Parts | None) -> Standing:
    """The training loop that begins now, put back where it was interrupted; `model` is the one that is validated."""
    kept = _CURRENT.get()
    if kept is None:
        return Standing(model, parts)
    return Standing(model, parts, kept.next_file(), kept.of).load()


def _state(model: torch.nn.Module, parts: Parts) -> Tensors:
    found = {f"model.{name}": value for name, value in model.state_dict().items()}
    for place, module in enumerate(parts.modules):
        found |= {f"module{place}.{name}": value for name, value in module.state_dict().items()}
    for place, optimizer in enumerate(parts.optimizers):
        for number, values in optimizer.state_dict()["state"].items():
            found |= {f"optimizer{place}.{number}.{name}": torch.as_tensor(value) for name, value in values.items()}
    for place, generator in enumerate(parts.generators):
        found[f"generator{place}"] = distributed.gathered(generator.get_state())
    found |= {f"tensor{place}": value for place, value in enumerate(parts.tensors)}
    return found | {"chance": distributed.gathered(torch.get_rng_state())}


def _put_back(model: torch.nn.Module, parts: Parts, tensors: Tensors) -> None:
    # States are cloned: of a row of a larger tensor torch reads the wrong bytes.
    rank = distributed.world().rank
    model.load_state_dict(_with_prefix(tensors, "model."))
    for place, module in enumerate(parts.modules):
        module.load_state_dict(_with_prefix(tensors, f"module{place}."))
    for place, optimizer in enumerate(parts.optimizers):
        state: dict[int, dict[str, torch.Tensor | int]] = {}
        for name, value in _with_prefix(tensors, f"optimizer{place}.").items():
            number, _, key = name.partition(".")
            is_count = value.dtype == torch.int64 and not value.ndim
            state.setdefault(int(number), {})[key] = int(value) if is_count else value
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    for place, generator in enumerate(parts.generators):
        generator.set_state(tensors[f"generator{place}"][rank].clone())
    for place, value in enumerate(parts.tensors):
        value.copy_(tensors[f"tensor{place}"])
    torch.set_rng_state(tensors["chance"][rank].clone())


def _with_prefix(tensors: Mapping[str, torch.Tensor], prefix: str) -> Tensors:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _write(file: Path, tensors: Tensors, said: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Cloned: one storage must not stand under two names.
    plain = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    temporary = file.with_suffix(".tmp")
    save_file(plain, temporary, said)
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(temporary, file)
