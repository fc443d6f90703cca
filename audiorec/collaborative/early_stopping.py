"""Training on listens that stops by songs held out, one a user, and then starts anew on everything.

It does not know networks or losses; the caller trains.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative.pairwise import TOP
from audiorec.data.splits import HoldOut, LeaveOneOut, leave_one_out
from audiorec.errors import TooLittleError
from audiorec.learning.loop import Epoch, best_epoch, choose_then_refit

Net = TypeVar("Net")
# Counts to learn, the question that says when to stop (None: none), and the number of epochs.
Train = Callable[[sparse.csr_array, LeaveOneOut | None, int], tuple[Net, list[Epoch]]]


class StopSettings(Protocol):
    """What a recipe must say about stopping."""

    @property
    def seed(self) -> int: ...
    @property
    def epochs(self) -> int: ...
    @property
    def refit(self) -> bool: ...
    @property
    def validation_users(self) -> int: ...


@dataclass(frozen=True)
class Stopped(Generic[Net]):
    """A trained net, its learning curve and validation score, and the listens CSR [U, I] that it learned."""

    net: Net
    curve: list[Epoch]
    score: dict[str, float]
    seen: sparse.csr_array

    @property
    def users_seen(self) -> NDArray[np.bool_]:
        """Users with a learned listen, bool [U]."""
        return np.asarray(np.diff(self.seen.indptr) > 0)

    @property
    def items_seen(self) -> NDArray[np.bool_]:
        """Songs with a learned listen, bool [I]."""
        return np.bincount(self.seen.indices, minlength=self.seen.shape[1]) > 0


def train_stopped(counts: sparse.csr_array, settings: StopSettings, how: HoldOut, train: Train[Net]) -> Stopped[Net]:
    """Train on CSR counts [U, I], any count being one listen; raises TooLittleError without any.

    Without a user who has two songs there is nothing to ask, and the full number of epochs is run.
    """
    counts = _without_zeros(counts)
    if not counts.nnz:
        raise TooLittleError("no listens to train on: import listens to songs of the library first")
    # A song only ever held out would be unknown to the model that is validated, so the split is of users' songs.
    rng = np.random.default_rng(settings.seed)
    split = leave_one_out(counts, rng, how=how, most_users=settings.validation_users)
    again = settings.refit and len(split.users) > 0
    net, curve = choose_then_refit(
        lambda: train(split.train, split, settings.epochs),
        (lambda epochs: train(counts, None, epochs)) if again else None,
    )
    score = {f"ndcg@{TOP}": best_epoch(curve).metric} if len(split.users) else {}
    return Stopped(net, curve, score, counts if again else split.train)


def _without_zeros(counts: sparse.csr_array) -> sparse.csr_array:
    counts = sparse.csr_array(counts, copy=True)
    counts.eliminate_zeros()
    counts.sort_indices()
    return counts
