"""The 1-D network begins as a filter bank in the order of frequency, and keeps it through steps that would ruin it."""

import math

import torch
from torch import nn

from audiorec.content.waveform_cnn import SlowConv1d, WaveformCnn, gabor_filters

RATE = 11_025


def tone(hertz: float) -> torch.Tensor:
    """Mu-law steps uint8 [1, 2, 8192] of a quiet sine."""
    wave = 0.3 * torch.sin(2 * math.pi * hertz * torch.arange(8192) / RATE)
    steps = torch.sign(wave) * torch.log1p(255 * wave.abs()) / math.log(256) * 127 + 128
    return steps.round().to(torch.uint8).expand(1, 2, -1)


def test_filters_have_unit_energy_and_rise_in_frequency() -> None:
    filters = gabor_filters(32, 256)
    torch.testing.assert_close(filters.square().sum(1), torch.ones(32))
    peaks = torch.fft.rfft(filters, 4096).abs().argmax(1)
    assert (peaks.diff() > 0).all()


def test_a_tone_is_loudest_in_the_band_of_its_frequency() -> None:
    torch.manual_seed(0)
    net = WaveformCnn().eval()
    peaks = torch.fft.rfft(gabor_filters(64, 256), 8192).abs().argmax(1) * RATE / 8192
    with torch.no_grad():
        for hertz in (200.0, 800.0, 3000.0):
            loudest = int(net.bank(net.standardise(tone(hertz))).mean(2).argmax())
            assert abs(float(peaks[loudest]) / hertz - 1) < 0.15


def test_a_slow_convolution_is_that_convolution_and_hardly_moves_in_a_step_of_adam() -> None:
    weight = gabor_filters(8, 64)[:, None] / 2
    slow, plain = SlowConv1d(weight, 4), nn.Conv1d(1, 8, 64, stride=4, padding=32, bias=False)
    plain.load_state_dict({"weight": weight})
    signal = torch.randn(2, 1, 512, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(slow(signal), plain(signal))
    moved = []
    for convolution, unit in ((slow, slow.unit), (plain, 1.0)):
        before = convolution.weight.detach().clone()
        optimizer = torch.optim.Adam(convolution.parameters(), 0.002)
        convolution(signal).square().sum().backward()
        optimizer.step()
        moved.append(float((convolution.weight.detach() - before).norm()) * unit / float(weight.norm()))
    assert moved[0] < 0.003 < 0.02 < moved[1]


def test_stereo_counts_once_the_channels_differ_in_weight() -> None:
    torch.manual_seed(0)
    net = WaveformCnn().eval()
    left, right = tone(300.0)[:, :1], tone(2000.0)[:, :1]
    with torch.no_grad():
        first = net.bank[0]
        assert isinstance(first, SlowConv1d)
        first.weight[:, 1] *= 0.5
        same, swapped = (net(torch.cat(pair, 1)) for pair in ((left, right), (right, left)))
    assert not torch.allclose(same, swapped)
