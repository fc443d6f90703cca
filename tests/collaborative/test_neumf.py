"""NeuMF and its halves: song vectors, warm start, refit and small data; what all models owe is in test_rankers."""

from typing import cast

import numpy as np
import pytest
import torch
from scipy import sparse

from audiorec.collaborative.neumf import Neumf, NeumfNet, NeumfRecipe, start_from_halves, train
from audiorec.collaborative.pair_net import PairNet
from audiorec.collaborative.pairwise import candidate_ndcg, pair_loss
from audiorec.data.splits import LeaveOneOut
from audiorec.errors import InputError

CPU = torch.device("cpu")
SMALL = NeumfRecipe(
    factors=8, tower_factors=8, hidden=(16, 8), batch=64, learning_rate=0.02, epochs=12, patience=12, refit=False
)


def checkerboard(users: int = 24, items: int = 20) -> sparse.csr_array:
    """Even users like even songs and odd users odd ones; of every row some squares are left out."""
    rows, columns = np.indices((users, items))
    liked = ((rows + columns) % 2 == 0) & ((rows * 7 + columns * 3) % 5 != 0)
    return sparse.csr_array(liked.astype(np.float32))


def test_the_same_seed_gives_the_same_scores() -> None:
    first, second = (train(checkerboard(), SMALL.model_copy(update={"epochs": 3}), device=CPU) for _ in range(2))
    np.testing.assert_array_equal(first.scores(np.arange(24)), second.scores(np.arange(24)))


def test_batch_equals_single_and_arrays_bring_it_back() -> None:
    trained = train(checkerboard(), SMALL.model_copy(update={"epochs": 2}), device=CPU)
    rows = np.array([3, 0, 11])
    whole = trained.scores(rows)
    np.testing.assert_allclose(whole, np.concatenate([trained.scores(rows[i : i + 1]) for i in range(3)]), atol=1e-5)
    np.testing.assert_array_equal(whole, Neumf.from_arrays(trained.to_arrays()).scores(rows))


def test_own_item_vectors_give_the_own_scores() -> None:
    trained = train(checkerboard(), SMALL.model_copy(update={"epochs": 2}), device=CPU)
    rows = np.arange(5)
    given = trained.score_with_item_vectors(rows, trained.item_vectors())
    np.testing.assert_allclose(given, trained.scores(rows), atol=1e-6)


def test_pairs_and_catalogue_agree() -> None:
    net = NeumfNet(4, 6, 3, 5, (8, 4)).eval()
    users = net.users.weight
    pairs = net(users, net.items.weight.expand(4, -1, -1))
    torch.testing.assert_close(pairs, net.catalogue(users, net.items.weight))


def test_unseen_users_and_songs_have_no_score() -> None:
    counts = checkerboard().toarray()
    counts[5] = 0.0
    counts[:, 7] = 0.0
    trained = train(sparse.csr_array(counts), SMALL.model_copy(update={"epochs": 1, "refit": True}), device=CPU)
    scores = trained.scores(np.arange(24))
    assert np.isnan(scores[5]).all()
    assert np.isnan(scores[:, 7]).all()
    assert np.isfinite(np.delete(np.delete(scores, 5, axis=0), 7, axis=1)).all()
    assert np.isnan(trained.item_vectors()[7]).all()


@pytest.mark.parametrize(
    "counts",
    [
        np.array([[1.0]]),
        np.array([[1.0, 0.0]]),
        np.array([[1.0, 1.0], [1.0, 1.0]]),
        np.eye(5),
        np.ones((1, 40)),
    ],
    ids=["one song", "one of two", "no negatives left", "one song each", "one user"],
)
@pytest.mark.parametrize("refit", [True, False])
def test_tiny_data_never_fail(counts: np.ndarray, refit: bool) -> None:
    recipe = SMALL.model_copy(update={"epochs": 2, "refit": refit, "pretrain": True})
    trained = train(sparse.csr_array(counts.astype(np.float32)), recipe, device=CPU)
    assert trained.scores(np.arange(len(counts))).shape == counts.shape
    assert trained.curve


def test_no_listens_is_a_clear_mistake() -> None:
    with pytest.raises(InputError, match="import listens"):
        train(sparse.csr_array((3, 4), dtype=np.float32), SMALL, device=CPU)


def test_pair_loss_is_cross_entropy_over_what_is_usable() -> None:
    logits = torch.tensor([[0.0, 0.0, 5.0], [0.0, 0.0, 0.0]])
    usable = torch.tensor([[True, False], [True, True]])
    assert float(pair_loss(logits, usable)) == pytest.approx(np.log(2.0))


def test_short_numbers_are_near_while_training_and_gone_after_it() -> None:
    nets = []
    for short in (False, True):
        torch.manual_seed(0)
        nets.append(NeumfNet(50, 60, 8, 16, (32, 16), short=short))
    users, songs = torch.arange(50), torch.arange(60).expand(50, -1)
    full, short = (net.pairs(users, songs)[0] for net in nets)
    assert short.dtype == torch.float32
    assert not torch.equal(full, short)
    torch.testing.assert_close(short, full, atol=0.01, rtol=0.01)
    for logits in (full, short):
        pair_loss(logits, torch.ones(50, 59, dtype=torch.bool)).backward()
    slopes = [net.item_in.weight.grad for net in nets]
    assert float((slopes[0] - slopes[1]).norm() / slopes[0].norm()) < 0.1
    torch.testing.assert_close(*(net.eval().pairs(users, songs)[0] for net in nets), atol=0.0, rtol=0.0)


def test_warm_start_adds_the_halves() -> None:
    gmf, mlp, net = NeumfNet(3, 4, 2, 0, ()), NeumfNet(3, 4, 0, 5, (6, 4)), NeumfNet(3, 4, 2, 5, (6, 4))
    start_from_halves(net, gmf, mlp)
    both = 0.5 * (gmf.catalogue(gmf.users.weight, gmf.items.weight) + mlp.catalogue(mlp.users.weight, mlp.items.weight))
    torch.testing.assert_close(net.catalogue(net.users.weight, net.items.weight), both)


class ByNumber(torch.nn.Module):
    """Scores every song by its number."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(1))

    def pairs(self, users: torch.Tensor, songs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return songs.float(), torch.zeros(())


def test_songs_that_nobody_played_do_not_count_in_validation() -> None:
    # They are never drawn as negatives: a network that knows little ranks them above what was played.
    train_part = sparse.csr_array(np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0]], dtype=np.float32))
    split = LeaveOneOut(train_part, np.array([0, 1]), np.array([[2, 3, 4, -1], [0, 3, 4, -1]]))
    # Songs 3 and 4 stand above 2 and 0 by number, but nobody has played them: the held-out songs come first.
    assert candidate_ndcg(cast(PairNet, ByNumber()), split)() == 1.0
