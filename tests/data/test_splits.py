"""Leave-one-out holds out one song a user, candidates are untouched and different, the latest means the latest."""

import numpy as np
from scipy import sparse

from audiorec.data import splits

COUNTS = sparse.csr_array(np.array([[1, 2, 0, 0, 3], [0, 1, 0, 0, 0], [1, 1, 1, 1, 1]], dtype=np.float32))


def test_one_song_of_every_user_with_two_is_held_out() -> None:
    split = splits.leave_one_out(COUNTS, np.random.default_rng(0), negatives=3)
    assert split.users.tolist() == [0, 2]
    assert split.train.nnz == COUNTS.nnz - 2
    for user, row in zip(split.users, split.candidates, strict=True):
        assert COUNTS[user, row[0]] > 0
        assert split.train[user, row[0]] == 0
    assert sorted(split.candidates[0, 1:].tolist()) == [-1, 2, 3]
    assert split.candidates[1, 1:].tolist() == [-1, -1, -1]


def test_the_latest_is_held_out_when_times_are_given() -> None:
    times = sparse.csr_array(np.array([[5, 9, 0, 0, 7], [0, 1, 0, 0, 0], [1, 1, 4, 1, 3]], dtype=np.float64))
    split = splits.leave_one_out(COUNTS, np.random.default_rng(0), how=splits.HoldOut(times))
    assert split.candidates[:, 0].tolist() == [1, 2]


def test_drawn_songs_are_untouched_and_different() -> None:
    rng = np.random.default_rng(1)
    counts = sparse.csr_array((rng.random((50, 300)) < 0.2).astype(np.float32))
    users = np.arange(50)
    drawn = splits.draw_untouched(counts, users, 99, rng)
    assert not splits.touched(counts, np.repeat(users[:, None], 99, axis=1), drawn).any()
    assert all(len(set(row)) == 99 for row in drawn.tolist())


def test_touched_is_the_matrix() -> None:
    rows, columns = np.indices(COUNTS.shape)
    np.testing.assert_array_equal(splits.touched(COUNTS, rows, columns), COUNTS.toarray() > 0)


def test_folds_share_out_every_listen_once() -> None:
    parts = list(splits.folds(COUNTS, 3, np.random.default_rng(0), negatives=2))
    asked = sorted((user, song) for part in parts for user, song in zip(part.users, part.candidates[:, 0], strict=True))
    assert asked == sorted(zip(*(place.tolist() for place in COUNTS.nonzero()), strict=True))
    for part in parts:
        assert (len(part.users), part.train.nnz) == (3, 6)
        held = np.column_stack((part.users, part.candidates[:, 0]))
        assert all(part.train[user, song] == 0 for user, song in held)
        others = [(user, song) for user, row in zip(part.users, part.candidates[:, 1:], strict=True) for song in row]
        assert all(COUNTS[user, song] == 0 for user, song in others if song >= 0)


def test_a_list_may_hold_known_songs_when_it_is_asked_for() -> None:
    counts = sparse.csr_array((np.arange(40) < 30).astype(np.float32)[None].repeat(50, axis=0))
    how = splits.HoldOut(known=True)
    split = splits.leave_one_out(counts, np.random.default_rng(0), negatives=20, how=how)
    others = split.candidates[:, 1:]
    known = splits.touched(split.train, np.broadcast_to(split.users[:, None], others.shape), others)
    assert 0.6 < known.mean() < 0.9, "29 of the 39 songs but the held-out one are known"
    assert not (others == split.candidates[:, :1]).any()
    assert split.how is how
