"""DCGAN on log-mel patches: noise -> a patch, and a patch -> how real it looks; its training, its file, its measures.

After Radford et al. 2016: strided convolutions instead of pooling, batch norm in both networks, no fully connected
layer, global pooling at the discriminator's end. The discriminator's convolutions are spectrally normalised (Miyato et
al. 2018), which kept it from running away from the generator, and it learns faster than the generator (Heusel et al.
2017). The Frechet distance between embeddings of real and generated patches judges the outcome, beside the distance
between two halves of the real ones (the floor).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import numpy as np
import safetensors
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.optim.swa_utils import AveragedModel

from audiorec.errors import CheckpointError, TooLittleError
from audiorec.learning.averaging import mean_of_steps
from audiorec.learning.checkpoint import write_arrays
from audiorec.learning.distributed import add_gradients, copy_first, world
from audiorec.learning.loop import Epoch
from audiorec.recipes import Recipe

NOISE = 64
SIZES = (64, 128)


class Generator(nn.Module):
    """Noise -> patches.

    Shape:
        input: float32 [B, NOISE]; output: float32 [B, 1, size, size] in [-1, 1].
    """

    def __init__(self, size: int = 128, width: int = 16) -> None:
        super().__init__()
        stages = _stages(size)
        widths = [width * 2 ** min(stage, 3) for stage in reversed(range(stages))]
        layers: list[nn.Module] = [nn.ConvTranspose2d(NOISE, widths[0], 4, bias=False)]
        for before, after in zip(widths, [*widths[1:], None], strict=True):
            layers += [nn.BatchNorm2d(before), nn.ReLU()]
            layers.append(nn.ConvTranspose2d(before, after or 1, 4, stride=2, padding=1, bias=after is None))
        self.layers = nn.Sequential(*layers, nn.Tanh())
        self.apply(_initialise)

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        """[B, NOISE] -> [B, 1, size, size]."""
        return cast(torch.Tensor, self.layers(noise[:, :, None, None]))


class Discriminator(nn.Module):
    """Patches -> logits of being real.

    Shape:
        input: float32 [B, 1, size, size]; output: float32 [B].
    """

    def __init__(self, size: int = 128, width: int = 16) -> None:
        super().__init__()
        widths = [1, *(width * 2 ** min(stage, 3) for stage in range(_stages(size)))]
        layers: list[nn.Module] = []
        for stage, (before, after) in enumerate(zip(widths[:-1], widths[1:], strict=True)):
            layers.append(spectral_norm(nn.Conv2d(before, after, 4, stride=2, padding=1, bias=stage == 0)))
            layers += [nn.BatchNorm2d(after)] if stage else []
            layers.append(nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(*layers, spectral_norm(nn.Conv2d(widths[-1], 1, 3, padding=1)))

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """[B, 1, size, size] -> [B]: the mean over the last map is the verdict."""
        return cast(torch.Tensor, self.layers(patches).mean(dim=(1, 2, 3)))


def _stages(size: int) -> int:
    """Halvings from the patch to 4 x 4."""
    return {64: 4, 128: 5}[size]


def _initialise(module: nn.Module) -> None:
    """Radford et al. 2016, section 4: weights from a normal of deviation 0.02."""
    if isinstance(module, nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


FILE = "generated.safetensors"


def save_generated(folder: Path, patches: NDArray[np.uint8]) -> None:
    """Write patches uint8 [G, bands, frames], in the stored steps of the feature table."""
    write_arrays(folder / FILE, {"patches": patches})


def load_generated(folder: Path) -> NDArray[np.uint8]:
    """Read them; raises CheckpointError when there are none."""
    try:
        return np.asarray(load_file(folder / FILE)["patches"], dtype=np.uint8)
    except (OSError, KeyError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{folder} holds no generated patches ({error}): run audiorec augment --dcgan") from error


Bytes = NDArray[np.uint8]
Embed = Callable[[Bytes], NDArray[np.floating]]


class DcganRecipe(Recipe):
    """How the DCGAN is trained."""

    size: Literal[64, 128] = 64
    """Bands and frames of a generated patch; 64 halves both by the mean of neighbours."""
    width: int = 16
    """Channels of the layer of full size; deeper layers have up to eight times as many."""
    batch: int = 32
    """Patches in a step."""
    steps: int = 1200
    """Steps of the training."""
    generator_rate: float = 0.0002
    """Step size of the generator's optimiser."""
    discriminator_rate: float = 0.0004
    """Step size of the discriminator's optimiser."""
    noise_share: float = 0.05
    """Noise added to what the discriminator gets, in units of the patches."""
    average: float = 0.99
    """Weight of the past in the moving mean of the generator, from which samples are drawn."""
    samples: int = 64
    """Generated patches that are kept."""
    grids: int = 4
    """Pictures of samples drawn as training goes on."""


@dataclass
class TrainedGan:
    """The averaged generator, curves, grids of samples as training went on, and how log-mel steps map to [-1, 1]."""

    generator: Generator
    discriminator: Discriminator
    curve: list[Epoch]
    grids: list[tuple[int, Bytes]] = field(default_factory=list)


@torch.random.fork_rng()
def train_gan(
    patches: Bytes, recipe: DcganRecipe, *, device: torch.device, report: Callable[[Epoch], None]
) -> TrainedGan:
    """Train on stored log-mel patches uint8 [P, 128, frames]; raises TooLittleError for fewer than 8 of them.

    The curve's metric is the discriminator's accuracy: near 0.5 to 0.9 they are in balance, 1.0 means collapse.
    """
    if len(patches) < 8:
        raise TooLittleError(f"{len(patches)} patches are too few to learn from: the DCGAN needs at least 8")
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    generator, discriminator = Generator(recipe.size, recipe.width), Discriminator(recipe.size, recipe.width)
    generator, discriminator = generator.to(device), discriminator.to(device)
    averaged = mean_of_steps(generator, recipe.average)
    steps = GanSteps(torch.from_numpy(patches), recipe, generator, discriminator, rng)
    fixed = torch.from_numpy(rng.standard_normal((16, NOISE)).astype(np.float32)).to(device)
    trained = TrainedGan(cast(Generator, averaged.module), discriminator, [])
    for number, count in enumerate(_rounds(recipe), start=1):
        epoch = steps.run(count, averaged, number)
        trained.curve.append(epoch)
        report(epoch)
        if number * recipe.grids % _ROUNDS == 0:
            trained.grids.append((number, to_bytes(sample_with(averaged.module, fixed))))
    copy_first(averaged.module)
    averaged.module.eval()
    return trained


# A training is reported in this many equal rounds.
_ROUNDS = 20


def _rounds(recipe: DcganRecipe) -> list[int]:
    return [max(1, recipe.steps // _ROUNDS)] * _ROUNDS


class GanSteps:
    """Alternating steps of discriminator and generator on random real patches."""

    def __init__(
        self,
        patches: torch.Tensor,
        recipe: DcganRecipe,
        generator: Generator,
        discriminator: Discriminator,
        rng: np.random.Generator,
    ) -> None:
        self._device = next(generator.parameters()).device
        self._patches, self._recipe, self._rng = patches.to(self._device), recipe, rng
        self._generator, self._discriminator = generator, discriminator
        betas = (0.5, 0.999)
        self._by_generator = torch.optim.Adam(generator.parameters(), recipe.generator_rate, betas)
        self._by_discriminator = torch.optim.Adam(discriminator.parameters(), recipe.discriminator_rate, betas)
        self._seconds = 0.0
        # Each rank draws its own patches and noise, its share of a batch.
        self._world = world()
        mine = self._world.share(recipe.batch)
        self._batch = mine.stop - mine.start
        self._part = self._batch / recipe.batch
        if self._world.size > 1:
            self._rng = np.random.default_rng((recipe.seed, self._world.rank))

    def run(self, count: int, averaged: AveragedModel, number: int) -> Epoch:
        """Some steps; the epoch's loss is the generator's, its metric the discriminator's accuracy."""
        start = time.monotonic()
        losses, right = [], []
        for _ in range(count):
            real, fake = self._real(), self._fake()
            right.append(self._teach_discriminator(real, fake.detach()))
            losses.append(self._teach_generator())
            averaged.update_parameters(self._generator)
        self._seconds += time.monotonic() - start
        loss, accuracy = float(torch.stack(losses).mean()), float(torch.stack(right).mean())
        return Epoch(number, _ROUNDS, loss, accuracy, accuracy, self._seconds)

    def _real(self) -> torch.Tensor:
        rows = torch.from_numpy(self._rng.integers(len(self._patches), size=self._batch)).to(self._device)
        room = self._patches.shape[2] - 128
        start = int(self._rng.integers(room + 1)) if room > 0 else 0
        return to_units(self._patches[rows, :, start : start + 128], self._recipe.size)

    def _fake(self) -> torch.Tensor:
        noise = torch.from_numpy(self._rng.standard_normal((self._batch, NOISE)).astype(np.float32))
        out: torch.Tensor = self._generator(noise.to(self._device))
        return out

    def _blurred(self, patches: torch.Tensor) -> torch.Tensor:
        """Instance noise: without it real patches, which are quantised, are told apart by their steps alone."""
        noise = torch.from_numpy(self._rng.standard_normal(tuple(patches.shape)).astype(np.float32)).to(self._device)
        return patches + self._recipe.noise_share * noise

    def _teach_discriminator(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        on_real, on_fake = self._discriminator(self._blurred(real)), self._discriminator(self._blurred(fake))
        loss = nn.functional.softplus(-on_real).mean() + nn.functional.softplus(on_fake).mean()
        self._by_discriminator.zero_grad(set_to_none=True)
        (loss * self._part).backward()
        add_gradients(self._discriminator.parameters())
        self._by_discriminator.step()
        right: torch.Tensor = ((on_real > 0).float().mean() + (on_fake < 0).float().mean()).detach() / 2
        return right

    def _teach_generator(self) -> torch.Tensor:
        loss = nn.functional.softplus(-self._discriminator(self._blurred(self._fake()))).mean()
        self._by_generator.zero_grad(set_to_none=True)
        (loss * self._part).backward()
        add_gradients(self._generator.parameters())
        self._by_generator.step()
        return loss.detach()


def to_units(patches: torch.Tensor, size: int) -> torch.Tensor:
    """Stored steps [B, 128, 128] -> [B, 1, size, size] in [-1, 1]."""
    units = patches[:, None].float() / 127.5 - 1.0
    return units if size == 128 else nn.functional.avg_pool2d(units, 2)


def to_bytes(units: torch.Tensor) -> Bytes:
    """Generated patches [B, 1, size, size] -> stored steps uint8 [B, 128, 128]."""
    if units.shape[-1] != 128:
        units = nn.functional.interpolate(units, size=(128, 128), mode="bilinear", align_corners=False)
    steps = ((units[:, 0] + 1.0) * 127.5).round().clamp(0, 255)
    return np.asarray(steps.cpu().numpy(), dtype=np.uint8)


@torch.no_grad()
def sample_with(generator: nn.Module, noise: torch.Tensor) -> torch.Tensor:
    """Patches from given noise with the batch statistics of training time; leaves the mode as it was."""
    was_training = generator.training
    generator.eval()
    out: torch.Tensor = generator(noise)
    generator.train(was_training)
    return out


def generate(generator: Generator, count: int, seed: int) -> Bytes:
    """`count` new patches uint8 [count, 128, 128]."""
    rng = np.random.default_rng(seed)
    noise = torch.from_numpy(rng.standard_normal((count, NOISE)).astype(np.float32))
    device = next(generator.parameters()).device
    return np.concatenate([to_bytes(sample_with(generator, part.to(device))) for part in noise.split(64)])


@dataclass(frozen=True)
class GanReport:
    """frechet: real to generated; frechet_floor: one half of the real patches to the other; nearest: median distance
    of a generated patch to its nearest real one, over that of a real patch to its nearest other (near 0: copies)."""

    frechet: float
    frechet_floor: float
    nearest: float


def judge(real: Bytes, generated: Bytes, embed: Embed, seed: int) -> GanReport:
    """Compare generated patches [G, 128, 128] with real ones [P, 128, T] in the space of `embed` (to [n, d]).

    Every dimension is put in units of its deviation among the real ones: a network that was trained briefly may keep
    its embeddings within a hair, and distances in its own units would say nothing then (a floor of 0.0 was seen). One
    that says the same of all real patches, in all but a dimension, cannot judge: statistics of the bands stand in.
    """
    rng = np.random.default_rng(seed)
    real = real[rng.permutation(len(real))[:2000], :, :128]
    here, there = _in_units(embed, real, generated)
    if here.shape[1] < 2:
        here, there = _in_units(band_statistics, real, generated)
    half = len(here) // 2
    to_real = np.sqrt(_least_squares(there, here))
    among_real = np.sqrt(_least_squares(here, here, skip_same=True))
    nearest = float(np.median(to_real) / max(float(np.median(among_real)), 1e-9))
    return GanReport(frechet(here, there), frechet(here[:half], here[half:]), nearest)


def _in_units(embed: Embed, real: Bytes, generated: Bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Embeddings of both in units of the real ones' deviation, without dimensions in which these do not differ.

    A unit is a tenth of the usual one at least: real music is silent in the highest bands, and what a young generator
    puts there was 25,000 of that dimension's own units away.
    """
    here, there = embed(real).astype(np.float64), embed(generated).astype(np.float64)
    unit = here.std(axis=0)
    alive = unit > 1e-5 * np.abs(here.mean(axis=0)) + 1e-12
    if not alive.any():
        return here[:, alive], there[:, alive]
    unit = np.maximum(unit[alive], 0.1 * np.median(unit[alive]))
    return here[:, alive] / unit, there[:, alive] / unit


def frechet(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Frechet distance of two Gaussians fitted to rows [n, d] and [m, d] (Heusel et al. 2017)."""
    means = one.mean(axis=0) - other.mean(axis=0)
    first, second = np.atleast_2d(np.cov(one, rowvar=False)), np.atleast_2d(np.cov(other, rowvar=False))
    # The trace of (first second)^(1/2) by symmetric matrices, which have a root also where patches are few.
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0.0)).sum()
    return float(means @ means + np.trace(first) + np.trace(second) - 2.0 * shared)


def _least_squares(
    rows: NDArray[np.float64], others: NDArray[np.float64], skip_same: bool = False
) -> NDArray[np.float64]:
    square = (rows**2).sum(1)[:, None] + (others**2).sum(1)[None] - 2.0 * rows @ others.T
    if skip_same:
        # Looped and silent songs give the same patch many times: a distance of nothing is no measure for others.
        square[square < 1e-6 * rows.shape[1]] = np.inf
    least: NDArray[np.float64] = np.maximum(square.min(axis=1), 0.0)
    return least


def band_statistics(patches: Bytes) -> NDArray[np.float32]:
    """An embedding where no trained network is at hand: mean and deviation of 16 groups of bands, float32 [n, 32]."""
    grouped = patches.astype(np.float32).reshape(len(patches), 16, -1, patches.shape[2])
    return np.concatenate([grouped.mean(axis=(2, 3)), grouped.std(axis=(2, 3))], axis=1)
