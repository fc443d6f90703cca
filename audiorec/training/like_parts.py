"""Training of the multimodal head: sound embeddings, descriptors, lyrics and network of a song -> who likes it.

The encoders are done learning here; the head sees every song of the fit part at once, parts hidden at random.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec.models.like_head import LikeHead
from audiorec.models.multimodal import Multimodal
from audiorec.training.like import CnnRecipe, mean_auc
from audiorec.training.like_data import LikeData
from audiorec.training.loop import Epoch, fit

Blocks = Mapping[str, NDArray[np.float32]]


@dataclass
class TrainedParts:
    """The trained multimodal network with its head, and the learning curve."""

    parts: Multimodal
    head: LikeHead
    curve: list[Epoch]


def train_parts(
    blocks: Blocks, data: LikeData, recipe: CnnRecipe, *, device: torch.device, report: Callable[[Epoch], None]
) -> TrainedParts:
    """Train on blocks name -> float32 [N, d] (rows of NaN: absent), whose rows are those of `data`."""
    fit_rows, held = data.rows("fit"), data.rows("validation")
    torch.manual_seed(recipe.seed)
    tensors = {name: torch.from_numpy(np.ascontiguousarray(block)).to(device) for name, block in blocks.items()}
    parts = Multimodal({name: block.shape[1] for name, block in tensors.items()}, recipe.dim).to(device)
    for name, block in tensors.items():
        parts.set_scale(name, block[torch.from_numpy(fit_rows).to(device)])
    head = LikeHead(recipe.dim, torch.from_numpy(data.users), torch.from_numpy(data.rates)).to(device)
    model = nn.ModuleList([parts, head])
    optimizer = torch.optim.AdamW(model.parameters(), recipe.learning_rate, weight_decay=0.1)
    likes = torch.from_numpy(data.likes).float().to(device)

    def epoch() -> float:
        rows = torch.from_numpy(fit_rows)[torch.randperm(len(fit_rows))]
        losses = []
        for batch in rows.split(256):
            seen = _hide_network({name: block[batch.to(device)] for name, block in tensors.items()}, recipe)
            loss = nn.functional.binary_cross_entropy_with_logits(head(parts(seen)), likes[batch.to(device)])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return float(torch.stack(losses).mean())

    @torch.no_grad()
    def validate() -> float:
        if not len(held):
            return float("nan")
        chosen = {name: block[torch.from_numpy(held).to(device)] for name, block in tensors.items()}
        return mean_auc(head(parts(chosen)).cpu().numpy(), data.likes[held])

    epochs = recipe.head_epochs if len(held) else recipe.epochs_blind
    curve = fit(model, epoch, validate, epochs=epochs, patience=recipe.head_patience, report=report)
    return TrainedParts(parts, head, curve)


def _hide_network(blocks: dict[str, torch.Tensor], recipe: CnnRecipe) -> dict[str, torch.Tensor]:
    """A fit song's place in the network tells who plays it: unless it is often hidden, nothing else is learned."""
    if "network" not in blocks:
        return blocks
    hidden = torch.rand(len(blocks["network"])) < recipe.network_hidden
    network = blocks["network"].masked_fill(hidden[:, None].to(blocks["network"].device), float("nan"))
    return {**blocks, "network": network}
