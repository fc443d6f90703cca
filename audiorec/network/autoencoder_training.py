"""Training of the network's auto-encoders: when to stop is found on held-out listens, then all listens are learned.

The first run holds a part of every user's songs out and notes its best epoch; the second learns everything for that
many epochs. It does not choose sizes: recipes do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pydantic
import torch
from scipy import sparse
from torch.nn import functional

from audiorec.errors import InputError
from audiorec.learning.loop import Epoch, choose_then_refit, fit, quiet
from audiorec.network import autoencoder, graph_autoencoder
from audiorec.network.autoencoder import AutoencoderEmbedding, RowAutoencoder, unit_patterns
from audiorec.network.embedding import NetworkEmbedding
from audiorec.network.graph import Network
from audiorec.network.graph_autoencoder import GraphAutoencoder, GraphEmbedding
from audiorec.network.spectral import SpectralSettings, embed
from audiorec.network.spectral_training import TOP, hold_out, popularity_recall, recall_at
from audiorec.recipes import Recipe

Report = Callable[[Epoch], None]
_CPU = torch.device("cpu")


class AutoencoderRecipe(Recipe):
    """How the auto-encoder of the network's rows is trained."""

    dims: int = pydantic.Field(default=128, ge=2)
    """Length of a vector."""
    dropout: float = pydantic.Field(default=0.5, ge=0, lt=1)
    """Share of inputs that is hidden in training."""
    divergence: float = pydantic.Field(default=0.0, ge=0)
    """Weight of the KL term; 0: a plain auto-encoder."""
    rate: float = pydantic.Field(default=3e-3, gt=0)
    """Step size of the optimiser."""
    batch: int = pydantic.Field(default=64, ge=1)
    """Users in a step."""
    epochs: int = pydantic.Field(default=150, ge=1)
    """Most passes over the data."""
    patience: int = pydantic.Field(default=15, ge=1)
    """Passes without a better validation score before training stops."""
    held_out: float = pydantic.Field(default=0.1, gt=0, lt=1)
    """Share of the listens that finds the epoch to stop."""


class GraphRecipe(Recipe):
    """How the graph auto-encoder is trained."""

    dims: int = pydantic.Field(default=256, ge=2)
    """Length of a vector."""
    artist_weight: float = pydantic.Field(default=0.3, ge=0)
    """Weight of an artist's edge in the spectral vectors that it starts from."""
    song_damping: float = pydantic.Field(default=3.0, ge=0)
    """Listens added to a song's degree in the spectral vectors that it starts from."""
    gain: float = pydantic.Field(default=8.0, gt=0)
    """Mean score of a listen at the start."""
    rate: float = pydantic.Field(default=1e-3, gt=0)
    """Step size of the optimiser."""
    batch: int = pydantic.Field(default=4096, ge=1)
    """Listens in a step."""
    negatives: int = pydantic.Field(default=256, ge=1)
    """Songs sampled against a step's listens."""
    epochs: int = pydantic.Field(default=20, ge=1)
    """Most passes over the data."""
    patience: int = pydantic.Field(default=4, ge=1)
    """Passes without a better validation score before training stops."""
    held_out: float = pydantic.Field(default=0.1, gt=0, lt=1)
    """Share of the listens that finds the epoch to stop."""


# The models beside the spectral one, and what steers them.
RECIPES: Mapping[str, type[AutoencoderRecipe] | type[GraphRecipe]] = {
    "ae": AutoencoderRecipe,
    "vae": AutoencoderRecipe,
    "gae": GraphRecipe,
}


@dataclass(frozen=True)
class TrainedAutoencoder:
    """The embedding of the whole network, and what the held-out listens said."""

    model: NetworkEmbedding
    score: dict[str, float]


def train(
    network: Network,
    name: str,
    recipe: AutoencoderRecipe | GraphRecipe,
    device: torch.device = _CPU,
    report: Report = quiet,
) -> TrainedAutoencoder:
    """Embed a network with a model of RECIPES; raises InputError when there are no listens."""
    if not network.listens.nnz:
        raise InputError("no listens to songs of the library: run audiorec import auto FILE first")
    measured: list[float] = []

    def note(epoch: Epoch) -> None:
        measured.append(epoch.metric)
        report(epoch)

    found: AutoencoderEmbedding | GraphEmbedding
    if isinstance(recipe, GraphRecipe):
        found = fit_graph(network.listens, network.credits, recipe, device, note)
        folding = {"features": found.features, "hidden": found.hidden, "out": found.out, "scale": found.scale}
    else:
        found = fit_autoencoder(network.listens, network.credits, recipe, device, note)
        folding = {"encoder": found.encoder, "bias": found.bias}
    ones = np.ones(len(found.songs), dtype=np.float32)
    names = network.users, network.songs, network.artists
    model = NetworkEmbedding(*names, found.users, found.songs, found.artists, ones, name, folding)
    kept, held = hold_out(network.listens, recipe.held_out, recipe.seed)
    popular = popularity_recall(kept, held)
    score = {f"recall@{TOP}": max(measured, default=np.nan), f"popularity_recall@{TOP}": popular}
    return TrainedAutoencoder(model, {key: value for key, value in score.items() if np.isfinite(value)})


@torch.random.fork_rng()
def fit_autoencoder(
    listens: sparse.csr_array,
    credits: sparse.csr_array,
    recipe: AutoencoderRecipe,
    device: torch.device = _CPU,
    report: Report = quiet,
) -> AutoencoderEmbedding:
    """Embed a network with an auto-encoder: listens CSR [U, S], credits CSR [S, A]."""
    kept, held = hold_out(listens, recipe.held_out, recipe.seed)

    def run(rows: sparse.csr_array, epochs: int, watch: bool) -> tuple[RowAutoencoder, list[Epoch]]:
        torch.manual_seed(recipe.seed)
        model = RowAutoencoder(credits, recipe.dims, recipe.dropout, recipe.divergence > 0).to(device)

        def validate() -> float:
            found = autoencoder.extract(model, rows)
            return recall_at(found.users, found.songs, kept, held) if watch else float("nan")

        learn = _row_epoch(model, rows, recipe, device)
        return model, fit(model, learn, validate, epochs=epochs, patience=recipe.patience, report=report)

    model, _ = choose_then_refit(lambda: run(kept, recipe.epochs, True), lambda epochs: run(listens, epochs, False))
    return autoencoder.extract(model, listens)


@torch.random.fork_rng()
def fit_graph(
    listens: sparse.csr_array,
    credits: sparse.csr_array,
    recipe: GraphRecipe,
    device: torch.device = _CPU,
    report: Report = quiet,
) -> GraphEmbedding:
    """Embed a network with a graph auto-encoder: listens CSR [U, S], credits CSR [S, A]."""
    kept, held = hold_out(listens, recipe.held_out, recipe.seed)

    def run(rows: sparse.csr_array, epochs: int, watch: bool) -> tuple[GraphAutoencoder, list[Epoch]]:
        torch.manual_seed(recipe.seed)
        model = _start_graph(rows, credits, recipe).to(device)

        def validate() -> float:
            found = graph_autoencoder.extract(model, rows, credits)
            return recall_at(found.users, found.songs, kept, held) if watch else float("nan")

        learn = _graph_epoch(model, rows, recipe)
        return model, fit(model, learn, validate, epochs=epochs, patience=recipe.patience, report=report)

    model, _ = choose_then_refit(lambda: run(kept, recipe.epochs, True), lambda epochs: run(listens, epochs, False))
    return graph_autoencoder.extract(model, listens, credits)


def _start_graph(rows: sparse.csr_array, credits: sparse.csr_array, recipe: GraphRecipe) -> GraphAutoencoder:
    """The graph network with spectral vectors as features, scaled so that a listen scores `gain` on the mean."""
    nobody: sparse.csr_array = sparse.csr_array((rows.shape[0], rows.shape[0]))
    wanted = SpectralSettings(recipe.dims, recipe.artist_weight, recipe.song_damping, 0.0, recipe.seed)
    found = embed(rows, credits, nobody, wanted)
    model = GraphAutoencoder(rows, credits, np.vstack([found.songs, found.artists]))
    with torch.no_grad():
        vectors = model()
        users, songs = (torch.from_numpy(side.astype(np.int64)) for side in sparse.coo_array(rows).coords)
        score = (vectors[users] * vectors[model.users + songs]).sum(dim=1).mean()
        model.features.mul_(torch.sqrt(recipe.gain / score.clamp(min=1e-9)))
    return model


def _row_epoch(
    model: RowAutoencoder, rows: sparse.csr_array, recipe: AutoencoderRecipe, device: torch.device
) -> Callable[[], float]:
    optimiser = torch.optim.Adam(model.parameters(), lr=recipe.rate)
    rng = np.random.default_rng(recipe.seed)
    inputs = unit_patterns(rows)
    able = np.flatnonzero(np.diff(inputs.indptr))
    step = 0

    def epoch() -> float:
        nonlocal step
        losses = []
        order = rng.permutation(able)
        for first in range(0, len(order), recipe.batch):
            batch = torch.from_numpy(inputs[order[first : first + recipe.batch]].toarray()).to(device)
            logits, divergence = model(batch)
            target = (batch > 0).float()
            likelihood = -(functional.log_softmax(logits, dim=1) * target).sum(dim=1) / target.sum(dim=1)
            # The KL term grows in slowly: at once it would press every user into one point.
            weight = recipe.divergence * min(1.0, step / 200) / max(recipe.dims, 1)
            loss = (likelihood + weight * divergence).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step += 1
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    return epoch


def _graph_epoch(model: GraphAutoencoder, rows: sparse.csr_array, recipe: GraphRecipe) -> Callable[[], float]:
    optimiser = torch.optim.Adam(model.parameters(), lr=recipe.rate)
    rng = np.random.default_rng(recipe.seed)
    users, songs = (torch.from_numpy(side.astype(np.int64)) for side in sparse.coo_array(rows).coords)

    def epoch() -> float:
        losses = []
        order = torch.from_numpy(rng.permutation(len(users)))
        for first in range(0, len(order), recipe.batch):
            chosen = order[first : first + recipe.batch]
            vectors = model()
            mine, theirs = vectors[users[chosen]], vectors[model.users + songs[chosen]]
            others = torch.from_numpy(rng.integers(0, model.songs, recipe.negatives))
            against = mine @ vectors[model.users + others].T
            logits = torch.cat([(mine * theirs).sum(dim=1, keepdim=True), against], dim=1)
            loss = functional.cross_entropy(logits, torch.zeros(len(chosen), dtype=torch.int64, device=logits.device))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    return epoch
