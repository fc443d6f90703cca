"""Training of the network's auto-encoders: when to stop is found on held-out listens, then all listens are learned.

The first run holds a part of every user's songs out and notes its best epoch; the second learns everything for that
many epochs. It does not choose sizes: settings do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional

from audiorec.models import autoencoder, graph_autoencoder
from audiorec.models.autoencoder import AutoencoderEmbedding, RowAutoencoder, unit_rows
from audiorec.models.graph_autoencoder import GraphAutoencoder, GraphEmbedding
from audiorec.models.spectral_embedding import SpectralSettings, embed
from audiorec.training.loop import Epoch, fit, quiet
from audiorec.training.network import hold_out, recall_at

Report = Callable[[Epoch], None]


@dataclass(frozen=True)
class AutoencoderSettings:
    """divergence: weight of the KL term, 0 for a plain auto-encoder; held_out: share that finds the epoch to stop."""

    dims: int = 128
    dropout: float = 0.5
    divergence: float = 0.0
    rate: float = 3e-3
    decay: float = 0.0
    batch: int = 64
    epochs: int = 150
    patience: int = 15
    held_out: float = 0.1
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class GraphSettings:
    """artist_weight, song_damping: of the spectral vectors that it starts from; gain: mean score of a listen at the
    start; negatives: songs sampled against every step's listens."""

    dims: int = 256
    artist_weight: float = 0.3
    song_damping: float = 3.0
    gain: float = 8.0
    rate: float = 1e-3
    decay: float = 0.0
    batch: int = 4096
    negatives: int = 256
    epochs: int = 20
    patience: int = 4
    held_out: float = 0.1
    seed: int = 0
    device: str = "cpu"


def fit_autoencoder(
    listens: sparse.csr_array, credits: sparse.csr_array, settings: AutoencoderSettings, report: Report = quiet
) -> AutoencoderEmbedding:
    """Embed a network with an auto-encoder: listens CSR [U, S], credits CSR [S, A]."""
    kept, held = hold_out(listens, settings.held_out, settings.seed)

    def run(rows: sparse.csr_array, epochs: int, patience: int, watch: bool) -> tuple[RowAutoencoder, int]:
        torch.manual_seed(settings.seed)
        model = RowAutoencoder(credits, settings.dims, settings.dropout, settings.divergence > 0).to(settings.device)

        def validate() -> float:
            found = autoencoder.extract(model, rows)
            return recall_at(found.users, found.songs, kept, held) if watch else float("nan")

        curve = fit(model, _row_epoch(model, rows, settings), validate, epochs=epochs, patience=patience, report=report)
        return model, _best_epoch(curve)

    _, epochs = run(kept, settings.epochs, settings.patience, True)
    model, _ = run(listens, epochs, epochs, False)
    return autoencoder.extract(model, listens)


def fit_graph(
    listens: sparse.csr_array, credits: sparse.csr_array, settings: GraphSettings, report: Report = quiet
) -> GraphEmbedding:
    """Embed a network with a graph auto-encoder: listens CSR [U, S], credits CSR [S, A]."""
    kept, held = hold_out(listens, settings.held_out, settings.seed)

    def run(rows: sparse.csr_array, epochs: int, patience: int, watch: bool) -> tuple[GraphAutoencoder, int]:
        torch.manual_seed(settings.seed)
        model = _start_graph(rows, credits, settings).to(settings.device)

        def validate() -> float:
            found = graph_autoencoder.extract(model, rows, credits)
            return recall_at(found.users, found.songs, kept, held) if watch else float("nan")

        curve = fit(
            model, _graph_epoch(model, rows, settings), validate, epochs=epochs, patience=patience, report=report
        )
        return model, _best_epoch(curve)

    _, epochs = run(kept, settings.epochs, settings.patience, True)
    model, _ = run(listens, epochs, epochs, False)
    return graph_autoencoder.extract(model, listens, credits)


def _start_graph(rows: sparse.csr_array, credits: sparse.csr_array, settings: GraphSettings) -> GraphAutoencoder:
    """The graph network with spectral vectors as features, scaled so that a listen scores `gain` on the mean."""
    nobody: sparse.csr_array = sparse.csr_array((rows.shape[0], rows.shape[0]))
    wanted = SpectralSettings(settings.dims, settings.artist_weight, settings.song_damping, 0.0, settings.seed)
    found = embed(rows, credits, nobody, wanted)
    model = GraphAutoencoder(rows, credits, np.vstack([found.songs, found.artists]))
    with torch.no_grad():
        vectors = model()
        users, songs = (torch.from_numpy(side.astype(np.int64)) for side in sparse.coo_array(rows).coords)
        score = (vectors[users] * vectors[model.users + songs]).sum(dim=1).mean()
        model.features.mul_(torch.sqrt(settings.gain / score.clamp(min=1e-9)))
    return model


def _best_epoch(curve: list[Epoch]) -> int:
    """The epoch with the best metric; the last one when nothing could be measured."""
    metrics = np.array([epoch.metric for epoch in curve])
    return int(np.nanargmax(metrics)) + 1 if not np.isnan(metrics).all() else len(curve)


def _row_epoch(model: RowAutoencoder, rows: sparse.csr_array, settings: AutoencoderSettings) -> Callable[[], float]:
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.rate, weight_decay=settings.decay)
    rng = np.random.default_rng(settings.seed)
    inputs = unit_rows(rows)
    able = np.flatnonzero(np.diff(inputs.indptr))
    step = 0

    def epoch() -> float:
        nonlocal step
        losses = []
        order = rng.permutation(able)
        for first in range(0, len(order), settings.batch):
            batch = torch.from_numpy(inputs[order[first : first + settings.batch]].toarray()).to(settings.device)
            logits, divergence = model(batch)
            target = (batch > 0).float()
            likelihood = -(functional.log_softmax(logits, dim=1) * target).sum(dim=1) / target.sum(dim=1)
            # The KL term grows in slowly: at once it would press every user into one point.
            weight = settings.divergence * min(1.0, step / 200) / max(settings.dims, 1)
            loss = (likelihood + weight * divergence).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step += 1
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    return epoch


def _graph_epoch(model: GraphAutoencoder, rows: sparse.csr_array, settings: GraphSettings) -> Callable[[], float]:
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.rate, weight_decay=settings.decay)
    rng = np.random.default_rng(settings.seed)
    users, songs = (torch.from_numpy(side.astype(np.int64)) for side in sparse.coo_array(rows).coords)

    def epoch() -> float:
        losses = []
        order = torch.from_numpy(rng.permutation(len(users)))
        for first in range(0, len(order), settings.batch):
            chosen = order[first : first + settings.batch]
            vectors = model()
            mine, theirs = vectors[users[chosen]], vectors[model.users + songs[chosen]]
            others = torch.from_numpy(rng.integers(0, model.songs, settings.negatives))
            against = mine @ vectors[model.users + others].T
            logits = torch.cat([(mine * theirs).sum(dim=1, keepdim=True), against], dim=1)
            loss = functional.cross_entropy(logits, torch.zeros(len(chosen), dtype=torch.int64, device=logits.device))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    return epoch
