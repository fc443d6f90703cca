"""The rules on a network small enough to work out by hand."""

import numpy as np
from scipy import sparse

from audiorec.network.rules import (
    RuleSettings,
    artists_for_user,
    artists_of_groups,
    similar_songs,
    similar_users,
    songs_for_user,
    walk_scores,
)
from audiorec.network.walks import song_links

# Users: 0 has songs 0 1; 1 has 0 1 2; 2 has 1 2 3; 3 has 4. Artists: songs 0 1 by 0, 2 by 1, 3 by 2, 4 by 3.
LISTENS = sparse.csr_array(np.array([[9, 1, 0, 0, 0], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 1]]))
CREDITS = sparse.csr_array(np.array([[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))


def test_similar_users_share_songs() -> None:
    found = similar_users(LISTENS, 0)
    assert [user for user, _ in found] == [1, 2]
    assert found[0][1] > found[1][1] > 0
    assert [user for user, _ in similar_users(LISTENS, 0, RuleSettings(threshold=0.3))] == [1]
    assert similar_users(LISTENS, 3) == []


def test_songs_are_those_of_similar_users_minus_own_by_frequency() -> None:
    scores = songs_for_user(LISTENS, 0)
    assert np.floor(scores).tolist() == [0, 0, 2, 1, 0]
    assert songs_for_user(LISTENS, 3).tolist() == [0, 0, 0, 0, 0]


def test_similar_songs_and_new_artists_follow_the_links() -> None:
    links = song_links(LISTENS, support=1)
    assert similar_songs(links, 3, 5) == [(1, 1.0), (2, 1.0)]
    assert similar_songs(links, 4, 5) == []
    scores = artists_for_user(LISTENS, CREDITS, links, 0)
    assert scores[0] == scores[3] == 0
    assert scores[1] > scores[2] > 0


def test_walks_prefer_what_near_users_have() -> None:
    scores = walk_scores(LISTENS, CREDITS, np.array([0, 3]))
    assert scores[0, 2] > scores[0, 3] > scores[0, 4] == 0
    assert scores[1, :4].tolist() == [0, 0, 0, 0]


def test_artists_come_from_the_groups_of_ones_own_songs_and_large_groups_are_not_louder() -> None:
    listens = sparse.csr_array(np.array([[1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1]]))
    credits = sparse.csr_array(np.eye(7)[[0, 1, 2, 3, 3, 4, 0]])
    # Song 0 votes for song 2 alone; song 1 shares its vote among songs 3, 4 and 6; song 5 is in a group of its own.
    labels = np.array([0, 1, 0, 1, 1, 2, 1])
    np.testing.assert_allclose(artists_of_groups(listens, credits, labels, 0), [0, 0, 1, 2 / 3, 0, 0, 0])
    assert not artists_of_groups(listens, credits, np.full(7, -1), 0).any()
