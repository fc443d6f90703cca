"""The network musicnn (Pons and Serra 2019) as an ONNX model that takes sound: spectrogram, convolutions, tags.

A patch is 3 s at 16 kHz: 187 frames of 512 samples, 256 apart, 96 mel bands (Slaney), log10(1 + 10000 power). As in
the published program the bands are of half precision, but loud ones do not overflow. Outputs: `penultimate` [B, 200]
and `tags` [B, 50] (probabilities). The weights come from elsewhere: nothing here was learned.

Source: https://arxiv.org/abs/1909.06654; shapes as in the published program (ISC licence).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audiorec.content.onnx_writer import FLOAT, FLOAT16, Graph

Floats = NDArray[np.float32]
RATE, FFT, HOP, BANDS, FRAMES = 16_000, 512, 256, 96, 187
SAMPLES = (FRAMES - 1) * HOP + FFT
TIMBRAL, TEMPORAL, MIDDLE, PENULTIMATE, TAGS = 204, 51, 64, 200, 50
_HEIGHTS = (38, 67)  # 0.4 and 0.7 of the bands
_LENGTHS = (128, 64, 32)
_EPSILON = 1e-3
_FRONT = 2 * TIMBRAL + 3 * TEMPORAL
_POOLED = 2 * (_FRONT + 3 * MIDDLE)


def shapes() -> dict[str, tuple[int, ...]]:
    """Every tensor that a checkpoint must have, with its shape."""
    kernels = [(7, height, 1, TIMBRAL) for height in _HEIGHTS] + [(length, 1, 1, TEMPORAL) for length in _LENGTHS]
    kernels += [(7, _FRONT, 1, MIDDLE), (7, MIDDLE, 1, MIDDLE), (7, MIDDLE, 1, MIDDLE)]
    norms = [1, *(kernel[3] for kernel in kernels), _POOLED, PENULTIMATE]
    found: dict[str, tuple[int, ...]] = {}
    for place, kernel in enumerate(kernels):
        found |= {f"{_numbered('conv2d', place)}/kernel": kernel, f"{_numbered('conv2d', place)}/bias": kernel[3:]}
    for place, size in enumerate(norms):
        name = _numbered("batch_normalization", place)
        found |= {f"{name}/{part}": (size,) for part in ("gamma", "beta", "moving_mean", "moving_variance")}
    for place, sizes in enumerate(((_POOLED, PENULTIMATE), (PENULTIMATE, TAGS))):
        found |= {f"{_numbered('dense', place)}/kernel": sizes, f"{_numbered('dense', place)}/bias": sizes[1:]}
    return found


def build(weights: Mapping[str, Floats], notes: Mapping[str, str]) -> bytes:
    """The ONNX file of a checkpoint whose tensors have `shapes()`; `notes` become its metadata."""
    net = _Network(weights)
    image = net.norm(net.spectrogram("sound"), 0)
    front = [net.timbral(image, 0), net.timbral(image, 1), *(net.temporal(image, place) for place in (2, 3, 4))]
    add = net.graph.add
    levels = [add("Concat", front, axis=1)]
    last = net.middle(levels[0], 5)
    levels.append(last)
    for place in (6, 7):
        last = add("Add", [net.middle(last, place), last])
        levels.append(last)
    together = add("Concat", levels, axis=1)
    pooled = [add(operator, [together], axes=[2], keepdims=1) for operator in ("ReduceMax", "ReduceMean")]
    flat = net.norm(add("Flatten", [add("Concat", pooled, axis=2)], axis=1), 9)
    net.norm(add("Relu", [net.dense(flat, 0)]), 10, "penultimate")
    add("Sigmoid", [net.dense("penultimate", 1)], "tags")
    return net.graph.model(("sound", (0, SAMPLES)), {"penultimate": (0, PENULTIMATE), "tags": (0, TAGS)}, notes)


class _Network:
    """Layers of a checkpoint by their numbers."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self.graph, self._weights = Graph(), weights

    def spectrogram(self, sound: str) -> str:
        """[B, samples] to [B, 1, frames, bands]: the Fourier transform as a convolution with cosines and sines."""
        add, weight = self.graph.add, self.graph.weight
        column = add("Reshape", [sound, self.graph.whole((0, 1, SAMPLES))])
        cosines, sines = _waves()
        parts = [add("Conv", [column, weight(waves)], strides=[HOP]) for waves in (cosines, sines)]
        squares = add("Add", [add("Mul", [part, part]) for part in parts])
        bands = add("MatMul", [add("Transpose", [squares], perm=[0, 2, 1]), weight(mel_filters().T)])
        power = self.rounded(bands)
        raised = self.rounded(add("Mul", [power, self.number(1e4)]), unit=1024.0)
        raised = self.rounded(add("Add", [raised, self.number(1.0)]), unit=1024.0)
        levels = self.rounded(add("Mul", [add("Log", [raised]), self.number(1 / np.log(10))]))
        return add("Reshape", [levels, self.graph.whole((0, 1, FRAMES, BANDS))])

    def rounded(self, values: str, unit: float = 1.0) -> str:
        """Numbers to the nearest of half precision, counted in a power of two: what is above 65,504 units overflows."""
        add = self.graph.add
        counted = values if unit == 1.0 else add("Mul", [values, self.number(1 / unit)])
        half = add("Cast", [add("Cast", [counted], to=FLOAT16)], to=FLOAT)
        return half if unit == 1.0 else add("Mul", [half, self.number(unit)])

    def number(self, value: float) -> str:
        """A constant."""
        return self.graph.weight(np.array([value], np.float32))

    def norm(self, source: str, place: int, name: str = "") -> str:
        """Batch normalisation with the statistics of training."""
        base = _numbered("batch_normalization", place)
        parts = [
            self.graph.weight(self._weights[f"{base}/{part}"])
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        ]
        return self.graph.add("BatchNormalization", [source, *parts], name, epsilon=_EPSILON)

    def timbral(self, image: str, place: int) -> str:
        """[B, 1, T, F] to [B, filters, T]: shapes of the spectrum wherever they are in pitch."""
        return self._front(image, place, [3, 0, 3, 0])

    def temporal(self, image: str, place: int) -> str:
        """[B, 1, T, F] to [B, filters, T]: courses in time of single bands; of an even length, one less before."""
        length = _LENGTHS[place - 2]
        return self._front(image, place, [(length - 1) // 2, 0, length // 2, 0])

    def _front(self, image: str, place: int, pads: list[int]) -> str:
        kernel, bias = self._kernel("conv2d", place)
        wide = self.graph.add("Conv", [image, self.graph.weight(kernel.transpose(3, 2, 0, 1)), bias], pads=pads)
        normed = self.norm(self.graph.add("Relu", [wide]), place + 1)
        return self.graph.add("ReduceMax", [normed], axes=[3], keepdims=0)

    def middle(self, source: str, place: int) -> str:
        """[B, C, T] to [B, filters, T]."""
        kernel, bias = self._kernel("conv2d", place)
        weight = self.graph.weight(kernel[:, :, 0].transpose(2, 1, 0))
        return self.norm(
            self.graph.add("Relu", [self.graph.add("Conv", [source, weight, bias], pads=[3, 3])]), place + 1
        )

    def dense(self, source: str, place: int) -> str:
        """[B, n] to [B, m]."""
        kernel, bias = self._kernel("dense", place)
        return self.graph.add("Gemm", [source, self.graph.weight(kernel), bias])

    def _kernel(self, layer: str, place: int) -> tuple[Floats, str]:
        base = _numbered(layer, place)
        return self._weights[f"{base}/kernel"], self.graph.weight(self._weights[f"{base}/bias"])


def mel_filters() -> Floats:
    """Slaney's triangles [96, 257]: linear below 1 kHz, logarithmic above, each of area 1 in Hz."""
    knee, step = 1000.0, np.log(6.4) / 27
    top = 15.0 + np.log(RATE / 2 / knee) / step
    mels = np.linspace(0.0, top, BANDS + 2)
    hertz = np.where(mels < 15.0, mels * 200.0 / 3, knee * np.exp(step * (mels - 15.0)))
    slopes = hertz[:, None] - np.linspace(0.0, RATE / 2, FFT // 2 + 1)[None]
    gaps = np.diff(hertz)[:, None]
    triangles = np.maximum(0.0, np.minimum(-slopes[:-2] / gaps[:-1], slopes[2:] / gaps[1:]))
    return np.asarray(triangles * (2.0 / (hertz[2:] - hertz[:-2]))[:, None], dtype=np.float32)


def _waves() -> tuple[Floats, Floats]:
    """Cosines and sines under a Hann window, [257, 1, 512] each."""
    turns = 2.0 * np.pi * np.outer(np.arange(FFT // 2 + 1), np.arange(FFT)) / FFT
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FFT) / FFT)
    cosines, sines = np.cos(turns) * window, np.sin(turns) * window
    return cosines[:, None].astype(np.float32), sines[:, None].astype(np.float32)


def _numbered(layer: str, place: int) -> str:
    return f"{layer}_{place}" if place else layer
