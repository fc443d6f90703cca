"""The auto-encoder: a user is their songs, batch and single agree, and users of the same songs have the same scores."""

import numpy as np
import torch
from scipy import sparse

from audiorec.collaborative.multi_dae import DenoisingRecipe, over, train

CPU = torch.device("cpu")
COUNTS = sparse.csr_array(np.array([[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 3, 1], [1, 1, 0, 0]], dtype=np.float32))


def test_reading_is_the_sum_of_the_songs_over_the_root_of_their_number() -> None:
    torch.manual_seed(0)
    net = over(COUNTS, 3, 0.5).eval()
    with torch.no_grad():
        found = net.read(torch.tensor([2, 1, 0]))
        table = net.inner.weight
        expected = torch.stack([(table[2] + table[3]) / 2**0.5, torch.zeros(3), (table[0] + table[1]) / 2**0.5])
        torch.testing.assert_close(found, torch.tanh(expected + net.inner_bias))


def test_pairs_and_catalogue_agree() -> None:
    net = over(COUNTS, 3, 0.0).eval()
    users, songs = torch.tensor([3, 2]), torch.tensor([[3, 0, 1], [2, 2, 1]])
    with torch.no_grad():
        torch.testing.assert_close(net.pairs(users, songs)[0], net.catalogue(users).gather(1, songs))


def camps() -> sparse.csr_array:
    """Two camps of six users and four songs each; one user has three songs of theirs, as has another, one has none."""
    counts = np.kron(np.eye(2), np.ones((6, 4))).astype(np.float32)
    counts[[0, 5], 3] = 0
    counts[1] = 0
    return sparse.csr_array(counts)


def test_who_likes_the_same_songs_has_the_same_scores() -> None:
    recipe = DenoisingRecipe(factors=8, batch=4, learning_rate=0.05, epochs=40, averaging=0.0, refit=True)
    scores = train(camps(), recipe, device=CPU).scores(np.arange(12))
    np.testing.assert_allclose(scores[0], scores[5], atol=1e-5)
    assert np.isnan(scores[1]).all()
    # Eight seeds end .25 to 4.2 above.
    assert scores[0, :4].min() > scores[0, 4:].max()
