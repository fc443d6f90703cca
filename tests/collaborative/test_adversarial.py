"""The worst small change: no random change of that length makes the loss larger, and training with it still learns."""

import numpy as np
import pytest
import torch
from scipy import sparse

from audiorec.collaborative.adversarial import adversarial_loss
from audiorec.collaborative.neumf import NeumfRecipe, train
from audiorec.collaborative.pairwise import pair_loss

CPU = torch.device("cpu")


def test_no_random_change_is_worse() -> None:
    generator = torch.Generator().manual_seed(0)
    users = torch.randn(6, 4, generator=generator, requires_grad=True)
    songs = torch.randn(6, 3, 4, generator=generator, requires_grad=True)
    usable = torch.ones(6, 2, dtype=torch.bool)

    def product(mine: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
        return (mine.unsqueeze(1) * theirs).sum(2)

    size = 0.01
    worst = float(adversarial_loss(product, (users, songs), usable, size).detach())
    assert worst > float(pair_loss(product(users, songs), usable).detach())
    for _ in range(50):
        drawn = [torch.randn(vector.shape, generator=generator) for vector in (users, songs)]
        moves = [torch.nn.functional.normalize(move, dim=-1) for move in drawn]
        moved = pair_loss(product(users + size * moves[0], songs + size * moves[1]), usable)
        assert float(moved.detach()) < worst


def test_none_is_the_loss_itself() -> None:
    users, songs = torch.ones(2, 3, requires_grad=True), torch.ones(2, 2, 3, requires_grad=True)
    usable = torch.ones(2, 1, dtype=torch.bool)

    def product(mine: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
        return (mine.unsqueeze(1) * theirs).sum(2)

    plain = float(pair_loss(product(users, songs), usable).detach())
    worst = float(adversarial_loss(product, (users, songs), usable, 0.0).detach())
    assert worst == pytest.approx(plain)


def test_training_with_it_still_learns_the_checkerboard() -> None:
    """Even users play even songs, odd ones odd songs."""
    rng = np.random.default_rng(0)
    parity = (np.arange(40)[:, None] + np.arange(30)[None]) % 2 == 0
    counts = sparse.csr_array((parity & (rng.random((40, 30)) < 0.7)).astype(np.float32))
    sizes = {"factors": 8, "tower_factors": 0, "model": "gmf", "batch": 64, "weight_decay": 0.0, "dropout": 0.0}
    recipe = NeumfRecipe(**sizes, epochs=30, patience=30, learning_rate=0.03, adversarial=0.1)
    scores = train(counts, recipe, device=CPU).scores(np.arange(40))
    assert scores[parity].mean() > scores[~parity].mean() + 2.0
