"""DCGAN on log-mel patches: noise -> a patch, and a patch -> how real it looks.

After Radford et al. 2016: strided convolutions instead of pooling, batch norm in both networks, no fully connected
layer, global pooling at the discriminator's end. The discriminator's convolutions are spectrally normalised (Miyato et
al. 2018), which kept it from running away from the generator. It does not know how it is trained.
"""

from typing import cast

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

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
