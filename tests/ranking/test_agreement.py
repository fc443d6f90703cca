"""Several users: what their scores say together, and lists of what none of them has."""

import numpy as np
import pytest

import audiorec
from audiorec.errors import InputError, UnknownNameError
from audiorec.ranking.agreement import least_misery, mean
from tests.ranking.small_library import build, style_of


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> audiorec.Library:
    root = tmp_path_factory.mktemp("together") / "ws"
    build(root)
    found = audiorec.Library(root)
    found.train(["network", "hybrid"])
    return found


def test_least_misery_and_mean() -> None:
    scores = [np.array([1.0, 0.5, -np.inf]), np.array([0.0, 0.4, 0.9])]
    assert least_misery(scores).tolist() == [0.0, 0.4, -np.inf]
    assert mean(scores).tolist() == [0.5, 0.45, -np.inf]


def test_a_list_for_two_is_of_what_neither_has_and_shares_add_up(library: audiorec.Library) -> None:
    listens = library.recommender().listens
    for pair in (("user 1", "user 3"), ("user 0", "user 1")):
        found = library.recommend(pair, top=5)
        owned = {int(listens.items[song]) for name in pair for song in listens.counts[[listens.user_row(name)]].indices}
        assert found
        assert not owned & {song["track_id"] for song in found}
        assert {song["user"] for song in found} == {" and ".join(pair)}
        assert all(abs(sum(song["why"].values()) - 1.0) < 1e-9 for song in found)
    # Both love style 1, and the new songs that are left are not all of it.
    alike = library.recommend(["user 1", "user 3"], top=1, cold_only=True)
    assert style_of(alike[0]["track_id"]) == 1


def test_one_user_named_twice_is_one_user(library: audiorec.Library) -> None:
    assert library.recommend(["user 1", "user 1"], 4) == library.recommend("user 1", 4)


def test_what_one_of_them_never_wants_is_not_listed(library: audiorec.Library) -> None:
    first = library.recommend(["user 1", "user 3"], top=1)[0]["track_id"]
    library.feedback("user 3", first, "never")
    assert first not in [song["track_id"] for song in library.recommend(["user 1", "user 3"], top=10)]


def test_nobody_and_strangers(library: audiorec.Library) -> None:
    with pytest.raises(InputError, match="name a user"):
        library.recommend([])
    with pytest.raises(UnknownNameError, match="uzer"):
        library.recommend(["user 1", "uzer"])
