"""A collaborative model that has met songs nobody has played: songs dropped to cold at random while it learns.

Volkovs et al. 2017 (DropoutNet): the vector of a dropped song is replaced by what content predicts, so that users and
tower learn what such a vector is worth. Here the prediction is made by maps that have not seen the song; from its own
map it would be as good as its own vector, and nothing would be learned. The map itself is a regression (van den Oord
et al. 2013). It does not know what the points mean.
"""

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.kernel_ridge import fit_kernel_map
from audiorec.collaborative.neumf import Neumf, NeumfNet
from audiorec.collaborative.pair_net import PairNet
from audiorec.collaborative.pairwise import fit_pairs
from audiorec.learning.loop import quiet
from audiorec.recipes import Recipe

Floats = NDArray[np.float64]


class ColdDropoutRecipe(Recipe):
    """How songs are dropped to cold, in a training that goes on from a trained model."""

    share: float = 0.5
    """Share of the songs in a step that is dropped."""
    folds: int = 8
    """Maps, each of which leaves some songs out."""
    kernels: tuple[str, ...] = ("cosine", "linear")
    """Kernels of the maps that a vector is the mean of: two that err elsewhere are better than the better one."""
    strengths: tuple[float, ...] = (1.5, 1.5)
    """Ridge strengths of these maps."""
    epochs: int = 1
    """Most passes over the data."""
    learning_rate: float = 0.001
    """Step size of the optimiser."""
    batch: int = 2048
    """Pairs in a step."""
    negatives: int = 4
    """Songs without a listen sampled for each listen."""
    weight_decay: float = 0.03
    """L2 penalty of the weights."""
    averaging: float = 0.0
    """Share of the running mean of the weights that is kept each epoch; 0: no mean."""
    patience: int = 99
    """Passes without a better validation score before training stops."""


def predict_vectors(
    points: NDArray[np.floating], vectors: NDArray[np.floating], learn: NDArray[np.integer], recipe: ColdDropoutRecipe
) -> Floats:
    """Vectors [I, d] of all points [I, D] by maps fitted on the rows `learn` of points and vectors."""
    found = [
        fit_kernel_map(points[learn], vectors[learn], kernel=kernel, strength=strength).predict(points)
        for kernel, strength in zip(recipe.kernels, recipe.strengths, strict=True)
    ]
    return np.asarray(np.mean(found, axis=0))


def unseen_vectors(
    points: NDArray[np.floating],
    vectors: NDArray[np.floating],
    groups: NDArray[np.integer],
    recipe: ColdDropoutRecipe,
) -> Floats:
    """Vectors [N, d] of points [N, D], each predicted by maps that saw no song of its group (its artist)."""
    names, group = np.unique(groups, return_inverse=True)
    fold = (np.random.default_rng(recipe.seed).permutation(len(names)) % recipe.folds)[group]
    found = np.zeros(vectors.shape)
    for one in np.unique(fold):
        others = np.flatnonzero(fold != one)
        if len(others):
            found[fold == one] = predict_vectors(points, vectors, others, recipe)[fold == one]
    return found


@torch.random.fork_rng()
def train_on_dropped(
    model: Neumf,
    counts: sparse.csr_array,
    points: NDArray[np.floating],
    groups: NDArray[np.integer],
    recipe: ColdDropoutRecipe,
) -> Neumf:
    """A copy of a trained model, trained on with songs dropped to cold; the given one stays as it is.

    counts CSR [U, I]; points [I, D], rows of NaN for songs without content, which are never dropped; groups int [I].
    """
    vectors = model.item_vectors()
    known = np.flatnonzero(np.isfinite(vectors).all(axis=1) & np.isfinite(points).all(axis=1))
    predicted = np.full(vectors.shape, np.nan, dtype=np.float32)
    predicted[known] = unseen_vectors(points[known], vectors[known], groups[known], recipe)
    torch.manual_seed(recipe.seed)
    device = model.net.items.weight.device
    net = _Dropping(copy.deepcopy(model.net), torch.from_numpy(predicted).to(device), recipe.share)
    fit_pairs(net.train(), counts, None, recipe, quiet)
    return Neumf(net.net.eval(), model.users_seen, model.items_seen)


class _Dropping(PairNet):
    """NeuMF with some of the song vectors replaced by predicted ones (NaN: never) in every step."""

    predicted: torch.Tensor
    known: torch.Tensor

    def __init__(self, net: NeumfNet, predicted: torch.Tensor, share: float) -> None:
        super().__init__()
        self.net, self.share = net, share
        self.register_buffer("predicted", predicted.nan_to_num())
        self.register_buffer("known", predicted.isfinite().all(dim=1))

    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits and the sum of the squared vectors; see `PairNet`."""
        mine, own = self.net.users.weight.index_select(0, users), self._rows(self.net.items.weight, songs)
        dropped = (torch.rand(songs.shape, device=songs.device) < self.share) & self.known[songs]
        theirs = torch.where(dropped.unsqueeze(2), self._rows(self.predicted, songs), own)
        logits: torch.Tensor = self.net(mine, theirs)
        return logits, mine.square().sum() * songs.shape[1] + own.square().sum()

    @staticmethod
    def _rows(table: torch.Tensor, songs: torch.Tensor) -> torch.Tensor:
        return table.index_select(0, songs.reshape(-1)).view(*songs.shape, -1)
