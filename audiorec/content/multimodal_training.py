"""Training of the multimodal head: sound embeddings, descriptors, lyrics and network of a song -> who likes it.

The encoders are done learning here; the head sees every song of the fit part at once, parts hidden at random.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec.content.dataset import LikeData
from audiorec.content.encoder_training import KEPT, CnnRecipe, mean_auc
from audiorec.content.multimodal import LikeHead, Multimodal
from audiorec.learning.averaging import mean_of_steps
from audiorec.learning.loop import Epoch

Blocks = Mapping[str, NDArray[np.float32]]
_BATCH = 256
# Strong, for songs are few beside what is known of each: chosen on artists made cold inside the training part.
_DECAY = 1.0
# A training is reported in this many equal rounds.
_ROUNDS = 20


@dataclass
class TrainedParts:
    """The trained multimodal network with its head, and the learning curve."""

    parts: Multimodal
    head: LikeHead
    curve: list[Epoch]


@torch.random.fork_rng()
def train_parts(
    blocks: Blocks, data: LikeData, recipe: CnnRecipe, *, device: torch.device, report: Callable[[Epoch], None]
) -> TrainedParts:
    """Train on blocks name -> float32 [N, d] (rows of NaN: absent), whose rows are those of `data`.

    All steps are taken and the mean of the last ones is kept: the songs of a few validation artists stop too early.
    """
    fit_rows, held = data.rows("fit"), data.rows("validation")
    torch.manual_seed(recipe.seed)
    tensors = {name: torch.from_numpy(np.ascontiguousarray(block)).to(device) for name, block in blocks.items()}
    net = PartsLiker(Multimodal({name: block.shape[1] for name, block in tensors.items()}, recipe.dim), data).to(device)
    for name, block in tensors.items():
        net.parts.set_scale(name, block[torch.from_numpy(fit_rows).to(device)])
    averaged = mean_of_steps(net, KEPT)
    steps = _steps(net, tensors, torch.from_numpy(data.likes).float().to(device), fit_rows, recipe)
    mean, curve, start = cast(PartsLiker, averaged.module), list[Epoch](), time.monotonic()
    each = -(-recipe.head_steps // _ROUNDS)
    for number in range(1, _ROUNDS + 1):
        losses = []
        for loss in islice(steps, each):
            losses.append(loss)
            averaged.update_parameters(net)
        metric = mean.auc(tensors, held, data.likes)
        total = float(torch.stack(losses).mean())
        curve.append(Epoch(number, _ROUNDS, total, metric, metric, time.monotonic() - start))
        report(curve[-1])
    mean.eval()
    return TrainedParts(mean.parts, mean.head, curve)


class PartsLiker(nn.Module):
    """The multimodal network with its head."""

    def __init__(self, parts: Multimodal, data: LikeData) -> None:
        super().__init__()
        self.parts = parts
        self.head = LikeHead(parts.dim, torch.from_numpy(data.users), torch.from_numpy(data.rates))

    @torch.no_grad()
    def auc(self, tensors: Mapping[str, torch.Tensor], rows: NDArray[np.int64], likes: NDArray[np.bool_]) -> float:
        """Mean AUC over users on some songs; NaN without any."""
        if not len(rows):
            return float("nan")
        self.eval()
        chosen = torch.from_numpy(rows).to(self.head.users.device)
        scores = self.head(self.parts({name: block[chosen] for name, block in tensors.items()}))
        return mean_auc(scores.cpu().numpy(), likes[rows])


def _steps(
    net: PartsLiker,
    tensors: Mapping[str, torch.Tensor],
    likes: torch.Tensor,
    rows: NDArray[np.int64],
    recipe: CnnRecipe,
) -> Iterator[torch.Tensor]:
    """Step after step over the fit songs in ever new orders; gives the loss of each."""
    optimizer = torch.optim.AdamW(net.parameters(), recipe.learning_rate, weight_decay=_DECAY)
    while True:
        for batch in torch.from_numpy(rows)[torch.randperm(len(rows))].to(likes.device).split(_BATCH):
            net.train()
            seen = _hide_network({name: block[batch] for name, block in tensors.items()}, recipe)
            loss = nn.functional.binary_cross_entropy_with_logits(net.head(net.parts(seen)), likes[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            yield loss.detach()


def _hide_network(blocks: dict[str, torch.Tensor], recipe: CnnRecipe) -> dict[str, torch.Tensor]:
    """A fit song's place in the network shows who plays it: unless it is often hidden, nothing else is learned."""
    if "network" not in blocks:
        return blocks
    hidden = torch.rand(len(blocks["network"])) < recipe.network_hidden
    network = blocks["network"].masked_fill(hidden[:, None].to(blocks["network"].device), float("nan"))
    return {**blocks, "network": network}
