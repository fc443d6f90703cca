"""The worst small change of the log-mel is bounded by its size, does more than chance, and can be trained against."""

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from audiorec.content.augmentation import uphill
from audiorec.content.encoder_training import TrainedView, train_view
from audiorec.learning.loop import quiet
from tests.content.test_encoder_training import BY_KIND, CPU, RECIPE, library, logmel, waveform

SIZE = 0.6


def test_of_a_sum_it_is_known() -> None:
    """Of a weighted sum every cell moves by the size against its weight, where the sum should be high."""
    rng = torch.Generator().manual_seed(0)
    weights, patches = (torch.randn(3, 4, 5, generator=rng) for _ in range(2))
    weights[0, 0, 0] = 0.0
    patches.requires_grad_()
    loss = -(weights * patches).sum()
    moved = uphill(patches, loss, SIZE)
    assert torch.equal(moved, patches.detach() - SIZE * weights.sign())
    assert not moved.requires_grad
    assert float(-(weights * moved).sum() - loss.detach()) == pytest.approx(SIZE * float(weights.abs().sum()), rel=1e-5)


def losses(trained: TrainedView, size: float) -> tuple[float, float, float]:
    """Of all songs: the loss as they are, under the worst change, and the largest under twenty random ones."""
    patches, data, net = logmel(), library(), trained.encoder.net
    owner, likes = torch.from_numpy(patches.owner), torch.from_numpy(data.likes).float()

    def loss(seen: torch.Tensor) -> torch.Tensor:
        songs = trained.encoder.pooled(net.encode(seen), owner, len(likes))
        return binary_cross_entropy_with_logits(trained.head(songs), likes)

    seen = net.standardise(torch.from_numpy(patches.values)).requires_grad_()  # type: ignore[operator]
    plain = loss(seen)
    moved = uphill(seen, plain, size)
    assert float((moved - seen.detach()).abs().max()) <= size * (1 + 1e-5)
    rng = torch.Generator().manual_seed(0)
    ways = [torch.randint(2, seen.shape, generator=rng).float() * 2 - 1 for _ in range(20)]
    with torch.no_grad():
        return float(plain), float(loss(moved)), max(float(loss(seen + size * way)) for way in ways)


@pytest.mark.slow
def test_it_hurts_more_than_any_random_change_and_training_with_it_helps() -> None:
    data, patches = library(), logmel()
    plain = train_view("spectrogram", patches, data, RECIPE, device=CPU, report=quiet)
    hard = RECIPE.model_copy(update={"adversarial": SIZE})
    hardened = train_view("spectrogram", patches, data, hard, device=CPU, report=quiet)
    clean, worst, random = losses(plain, SIZE)
    assert worst > random
    assert worst > clean + 0.01
    assert max(epoch.metric for epoch in hardened.curve) > BY_KIND - 0.08
    hardened_clean, hardened_worst, _ = losses(hardened, SIZE)
    assert hardened_worst - hardened_clean < 0.8 * (worst - clean)


def test_the_waveform_is_left_alone() -> None:
    short = RECIPE.model_copy(update={"epochs": 1})
    curves = [
        train_view("waveform", waveform(), library(), recipe, device=CPU, report=quiet).curve
        for recipe in (short, short.model_copy(update={"adversarial": SIZE}))
    ]
    assert np.array_equal([one.loss for one in curves[0]], [one.loss for one in curves[1]])
