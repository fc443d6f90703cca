"""A 2-D network with fewer channels that says nearly the same: whole filters are left out, the next layer is refitted.

Left out are the channels of a stage that the others tell best; the next layer's weights for these are then solved by
least squares so that its sums over real patches stay what they were, at the pruned inputs, so that errors do not add
up (He, Zhang and Sun 2017, "Channel pruning for accelerating very deep neural networks", equations 1 and 3). Needs
patches, no labels and no training. Unlike single weights set to zero, it makes a file smaller and faster.
"""

import copy
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import numpy as np
import torch
from scipy.linalg import qr
from torch import nn

from audiorec.content.spectrogram_cnn import SpectrogramCnn

# Places of maps that a layer is fitted to, and its ridge, of the mean square of its inputs.
_PLACES, _RIDGE = 8_000, 1e-3
_PATCHES = 64


@torch.no_grad()
def pruned(net: SpectrogramCnn, patches: torch.Tensor, share: float) -> SpectrogramCnn:
    """A copy without this share of all weights, fitted to patches [P, bands, frames]; every stage keeps a channel."""
    small = copy.deepcopy(net).eval()
    # From everywhere among them: the first ones are those of a few folders.
    given = net.standardise(patches[torch.linspace(0, len(patches) - 1, min(len(patches), _PATCHES)).long()])[:, None]
    whole = pruned_maps = given
    convolutions = [cast(nn.Conv2d, cast(nn.Sequential, stage)[0]) for stage in small.stages] + [small.fold]
    part = _part_of_channels(small, convolutions, 1.0 - share)
    for stage, (layer, following) in enumerate(pairwise(convolutions)):
        whole = net.stages[stage](whole)
        maps = small.stages[stage](pruned_maps)
        kept = _telling(maps, following, max(1, round(part * maps.shape[1])))
        wanted = nn.functional.conv2d(whole, following.weight, None, following.stride, following.padding)
        _keep_outputs(layer, cast(nn.BatchNorm2d, cast(nn.Sequential, small.stages[stage])[1]), kept)
        pruned_maps = maps[:, kept]
        following.weight = nn.Parameter(_refitted(pruned_maps, wanted, following, kept))
        following.in_channels = len(kept)
    return small


def _part_of_channels(net: SpectrogramCnn, convolutions: Sequence[nn.Conv2d], left: float) -> float:
    """The part of each stage's channels with which this share of all weights is left; a layer has inputs x outputs."""
    first, *inner, last = (layer.weight.numel() for layer in convolutions)
    total = sum(weight.numel() for weight in net.parameters())
    fixed = total - first - sum(inner) - last
    part, square = first + last, sum(inner)
    # fixed + part r + square r^2 = left total, whose positive root is r.
    room = max(left * total - fixed, 0.0)
    return min(1.0, (math.sqrt(part**2 + 4.0 * square * room) - part) / (2.0 * square))


def _telling(maps: torch.Tensor, following: nn.Conv2d, count: int) -> torch.Tensor:
    """The channels that together tell most of all, in their order: pivots of a QR factorisation.

    Each counts by what the next layer makes of it; of two that say the same, one is taken.
    """
    rows = maps.transpose(0, 1).flatten(1).T
    rows = rows[torch.linspace(0, len(rows) - 1, min(len(rows), _PLACES)).long()]
    weighed = (rows - rows.mean(0)) * following.weight.square().sum((0, 2, 3)).sqrt()
    pivots = qr(weighed.numpy(), mode="r", pivoting=True)[-1]
    return torch.from_numpy(pivots[:count].astype(np.int64)).sort().values


def _keep_outputs(layer: nn.Conv2d, norm: nn.BatchNorm2d, kept: torch.Tensor) -> None:
    layer.weight = nn.Parameter(layer.weight[kept].contiguous(memory_format=torch.channels_last))
    layer.out_channels = norm.num_features = len(kept)
    norm.weight, norm.bias = nn.Parameter(norm.weight[kept]), nn.Parameter(norm.bias[kept])
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean, norm.running_var = norm.running_mean[kept], norm.running_var[kept]


def _refitted(maps: torch.Tensor, wanted: torch.Tensor, layer: nn.Conv2d, kept: torch.Tensor) -> torch.Tensor:
    """Weights [out, kept, height, width] by which the kept maps give nearly the wanted sums [P, out, h, w].

    Shrunk towards what they were, which an odd sample then cannot move far.
    """
    height, width = layer.kernel_size
    columns = nn.functional.unfold(
        maps, (height, width), padding=cast(tuple[int, ...], layer.padding), stride=layer.stride
    )
    rows, sums = columns.transpose(1, 2).flatten(0, 1), wanted.flatten(2).transpose(1, 2).flatten(0, 1)
    chosen = torch.linspace(0, len(rows) - 1, min(len(rows), _PLACES)).long()
    rows, sums = rows[chosen].double(), sums[chosen].double()
    before = layer.weight[:, kept].flatten(1).T.double()
    gram = rows.T @ rows
    gram += _RIDGE * gram.diagonal().mean() * torch.eye(len(gram), dtype=gram.dtype)
    change = torch.linalg.solve(gram, rows.T @ (sums - rows @ before))
    refitted: torch.Tensor = (before + change).T.float().reshape(len(layer.weight), len(kept), height, width)
    return refitted
