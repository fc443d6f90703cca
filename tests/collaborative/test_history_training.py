"""Models of the history: the target is hidden from itself, order matters where it should, attention is a share."""

import numpy as np
import pytest
import torch
from scipy import sparse

from audiorec.collaborative.amnn import AmnnNet
from audiorec.collaborative.history import top_songs, without_target
from audiorec.collaborative.history_training import HistoryRecipe, train
from audiorec.collaborative.nnrec import NnrecNet
from audiorec.collaborative.pair_net import QuickDropout
from audiorec.collaborative.sasrec import SequenceNet

CPU = torch.device("cpu")
HISTORY = torch.tensor([[0, 1, 2, 3], [2, 0, 5, 5]])


def test_top_songs_are_the_most_played() -> None:
    counts = sparse.csr_array(np.array([[1, 7, 0, 3], [0, 0, 2, 0]], dtype=np.float32))
    assert top_songs(counts, 3).tolist() == [[1, 3, 0], [2, 4, 4]]


def test_the_target_is_hidden_and_the_last_place_stands_in() -> None:
    visible = without_target(HISTORY, torch.tensor([[1, 4], [0, 4]]), pad=5)
    assert visible[0].tolist() == [[True, False, True, True], [True, True, True, False]]
    assert visible[1].tolist() == [[True, False, False, False], [True, True, False, False]]


@pytest.mark.parametrize("query", ["none", "shared", "user", "song"])
def test_attention_is_a_share_of_what_is_visible(query: str) -> None:
    net = AmnnNet(HISTORY, 5, query, 4, (6, 3), 0.0, products=True)
    weights = net.weights(torch.tensor([0, 1]), torch.tensor([[1, 4], [0, 4]]))
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(2, 2))
    assert weights[0, 0, 1] == 0.0
    assert weights[1, 1, 2:].sum() == 0.0
    if query == "none":
        torch.testing.assert_close(weights[0, 1], torch.tensor([1 / 3, 1 / 3, 1 / 3, 0.0]))


def test_a_target_in_the_history_does_not_see_itself() -> None:
    """Changing the target's own history vector must not change its score, only those of other targets."""
    torch.manual_seed(0)
    net = NnrecNet(HISTORY, 5, 4, 6, 0.0)
    users, songs = torch.tensor([0]), torch.tensor([[1, 4]])
    before = net.pairs(users, songs)[0]
    with torch.no_grad():
        net.songs.weight[1] += 10.0
    after = net.pairs(users, songs)[0]
    assert after[0, 0] == before[0, 0]
    assert after[0, 1] != before[0, 1]


def test_a_state_never_sees_a_later_song() -> None:
    torch.manual_seed(0)
    net = SequenceNet(HISTORY, 5, 8, 2, 2, 0.0).eval()
    with torch.no_grad():
        first, second = net.read(torch.tensor([[5, 0, 1, 2]])), net.read(torch.tensor([[5, 0, 1, 3]]))
    torch.testing.assert_close(first[:, :3], second[:, :3])
    assert not torch.allclose(first[:, 3], second[:, 3])


def test_the_next_song_is_learned_from_the_order() -> None:
    """On a circle of ten songs everybody goes on to the neighbour: only the order tells which one comes next."""
    users, songs, length = 60, 10, 5
    rows = np.repeat(np.arange(users), length)
    steps = np.tile(np.arange(length), users)
    columns = (rows + steps) % songs
    counts = sparse.csr_array(sparse.coo_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(users, songs)))
    times = sparse.csr_array(sparse.coo_array((steps + 1.0, (rows, columns)), shape=(users, songs)))
    recipe = HistoryRecipe(
        model="sequence", history=6, factors=16, batch=64, learning_rate=0.01, dropout=0.0, epochs=15, patience=15
    )
    scores = train(counts, recipe.model_copy(update={"refit": False}), times=times, device=CPU).scores(np.arange(users))
    scores[counts.toarray() > 0] = -np.inf
    expected = (np.arange(users) + length) % songs
    assert np.mean(scores.argmax(axis=1) == expected) > 0.8


def test_quick_dropout_keeps_the_mean_and_rests_after_training() -> None:
    torch.manual_seed(0)
    drop = QuickDropout(0.3)
    found = drop(torch.ones(200, 200))
    assert float((found == 0.0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert float(found.mean()) == pytest.approx(1.0, abs=0.01)
    assert torch.equal(drop.eval()(torch.ones(3)), torch.ones(3))
