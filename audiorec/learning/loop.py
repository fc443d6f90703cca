"""The training loop that every neural model shares: epochs, early stopping on a validation metric, the best state kept.

It does not know losses or data; it calls the two functions that do.
"""

import copy
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np
import torch

from audiorec.errors import InputError
from audiorec.learning import snapshots
from audiorec.learning.distributed import copy_first, from_first
from audiorec.learning.snapshots import Parts

Net = TypeVar("Net")


@dataclass(frozen=True)
class Epoch:
    """One line of a learning curve. `metric` is the validation metric (higher is better), `best` the best so far."""

    number: int
    of: int
    loss: float
    metric: float
    best: float
    seconds: float


def choose_device(name: str) -> torch.device:
    """`auto` (a GPU when there is one), `cpu` or `cuda`; raises InputError for another name or an absent GPU."""
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"no device {name!r}: choose auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("no CUDA device can be used here: choose --device auto or cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def fit(
    model: torch.nn.Module,
    train_epoch: Callable[[], float],
    validate: Callable[[], float],
    *,
    epochs: int,
    patience: int,
    report: Callable[[Epoch], None],
    parts: Parts | None = None,
) -> list[Epoch]:
    """Train until the validation metric has not risen for `patience` epochs; leave the model in its best state.

    A metric of NaN (nothing to validate on) never counts as better, so the last state is kept then. Of several ranks
    (`distributed`) the first one validates. With `parts` an interrupted training goes on after its last epoch, see
    `snapshots`.
    """
    standing = snapshots.begin(model, parts)
    curve = [Epoch(**epoch) for epoch in json.loads(standing.curve)]
    best = curve[-1].best if curve else float("-inf")
    best_state = standing.best or copy.deepcopy(model.state_dict())
    start = time.monotonic() - (curve[-1].seconds if curve else 0.0)
    for number in range(len(curve) + 1, epochs + 1):
        if best > float("-inf") and number - best_epoch(curve).number > patience:
            break
        model.train()
        loss = train_epoch()
        model.eval()
        metric = from_first(validate)
        if metric > best:
            best, best_state = metric, copy.deepcopy(model.state_dict())
        curve.append(Epoch(number, epochs, loss, metric, best, time.monotonic() - start))
        report(curve[-1])
        standing.save(json.dumps([asdict(epoch) for epoch in curve]), best_state)
    if best > float("-inf"):
        model.load_state_dict(best_state)
    copy_first(model)
    model.eval()
    return curve


def quiet(epoch: Epoch) -> None:
    """A reporter that says nothing."""


def best_epoch(curve: list[Epoch]) -> Epoch:
    """The epoch with the best metric, the first of equals; the last one when nothing could be measured."""
    if all(np.isnan(epoch.metric) for epoch in curve):
        return curve[-1]
    return max(curve, key=lambda epoch: np.nan_to_num(epoch.metric, nan=-np.inf))


def choose_then_refit(
    choose: Callable[[], tuple[Net, list[Epoch]]], refit: Callable[[int], tuple[Net, list[Epoch]]] | None
) -> tuple[Net, list[Epoch]]:
    """Train with a part of the data held out, then anew on all of it for as many epochs as were best there.

    choose: gives a net and its curve; refit: the same for a number of epochs, None to keep the first net. The curve is
    that of `choose`.
    """
    net, curve = choose()
    return (net if refit is None else refit(best_epoch(curve).number)[0]), curve
