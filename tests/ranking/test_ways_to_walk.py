"""Paths, radio, words, the joint space and the map, on made vectors whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness

from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.ranking import song_map
from audiorec.ranking.joint_space import joint_vectors, known_rows, likeness
from audiorec.ranking.mood_search import build_index, search
from audiorec.ranking.neighbours import Block, nearest
from audiorec.ranking.paths import find_path
from audiorec.ranking.radio import Tuning, next_songs
from audiorec.ranking.song_map import lay_out, neighbour_graph


def track(number: int, artist: str = "", title: str = "", album: str = "", genre: str = "") -> Track:
    return Track(
        number, b"/m/x", title or f"song {number}", (artist,) if artist else (), album, None, genre, 60.0, "ok", ""
    )


def arc(count: int) -> np.ndarray:
    """Songs along a quarter of a circle, in order."""
    angle = np.linspace(0, np.pi / 2, count)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def clumps(songs: int = 150, dims: int = 20, groups: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    middles = rng.normal(size=(groups, dims))
    group = np.arange(songs) % groups
    points = middles[group] + 0.25 * rng.normal(size=(songs, dims))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), group


def test_the_joint_cosine_is_the_weighted_mean_of_the_others() -> None:
    rng = np.random.default_rng(0)
    known = np.ones(6, dtype=bool)
    blocks = {"sound": Block(rng.normal(size=(6, 4)), known), "words": Block(rng.normal(size=(6, 3)), known)}
    vectors = joint_vectors(blocks)
    for near in nearest(blocks, 0, 5):
        assert vectors[near.row] @ vectors[0] == pytest.approx(near.score, abs=1e-6)
    assert likeness(vectors, []).tolist() == [0.0] * 6
    half = joint_vectors({"sound": Block(blocks["sound"].vectors, known & (np.arange(6) > 0))})
    assert known_rows(half).tolist() == [False] + [True] * 5
    with pytest.raises(InputError, match="extract"):
        joint_vectors({})


def test_a_path_walks_along_the_arc() -> None:
    steps = find_path(arc(31), [(str(n),) for n in range(31)], (0, 30), songs=7)
    rows = [step.row for step in steps]
    assert rows == sorted(rows)
    assert rows[0] == 0
    assert rows[-1] == 30
    assert max(abs(row - wanted) for row, wanted in zip(rows, range(0, 31, 5), strict=True)) <= 2


@given(seed=st.integers(0, 50), variance=st.floats(0, 1), songs=st.integers(2, 12), artists=st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_a_path_always_answers_and_never_repeats_a_song(seed: int, variance: float, songs: int, artists: int) -> None:
    vectors, _ = clumps(20)
    names = [(f"artist {n % artists}",) for n in range(20)]
    steps = find_path(vectors, names, (3, 8), songs, variance, seed)
    rows = [step.row for step in steps]
    assert rows[0] == 3
    assert rows[-1] == 8
    assert len(rows) == len(set(rows)) == songs
    assert all(-1.001 <= step.likeness <= 1.001 for step in steps)


def test_a_path_meets_each_artist_once_while_there_are_enough() -> None:
    vectors, _ = clumps(60)
    names = [(f"artist {n % 20}", f"artist {n % 20 - 1}") if n % 3 else (f"artist {n % 20}",) for n in range(60)]
    steps = find_path(vectors, names, (0, 31), songs=9)
    met = [name for step in steps for name in names[step.row]]
    assert len(met) == len(set(met))
    with pytest.raises(InputError, match="nothing is known"):
        find_path(np.zeros((3, 2), np.float32), ["a", "b", "c"], (0, 1))
    assert [step.row for step in find_path(vectors, names, (5, 5))] == [5]


def test_the_radio_stays_near_and_spreads_artists_and_albums() -> None:
    vectors, group = clumps()
    tracks = [track(n, f"artist {n % 15}", album=f"album {n % 30}") for n in range(len(vectors))]
    found = next_songs(vectors, tracks, Tuning([0]), [], 12, np.random.default_rng(0), window=2)
    assert np.mean(group[found] == group[0]) > 0.9
    artists = [tracks[row].artist for row in [0, *found]]
    assert all(artists[n] not in artists[max(n - 2, 0) : n] for n in range(1, len(artists)))


def test_a_sampler_is_an_album_whoever_sings_and_a_guest_is_an_artist() -> None:
    vectors, _ = clumps(40)
    tracks = [
        Track(n, f"/m/{n % 8}/{n}.mp3".encode(), f"song {n}", (f"artist {n}",), "Hits", None, "", 60.0, "ok", "")
        for n in range(40)
    ]
    tracks[:9] = [replace(one, artists=(one.artist, "a guest")) for one in tracks[:9]]
    for seed in range(5):
        found = [39, *next_songs(vectors, tracks, Tuning([39]), [], 20, np.random.default_rng(seed), window=4)]
        folders = [tracks[row].path.split(b"/")[2] for row in found]
        guests = [row < 9 for row in found]
        for n in range(1, len(found)):
            assert folders[n] not in folders[max(n - 4, 0) : n]
            assert not (guests[n] and any(guests[max(n - 4, 0) : n]))


def test_the_radio_plays_a_whole_library_once_whatever_the_window() -> None:
    vectors, _ = clumps(30)
    tracks = [track(n, "the only artist", album="the only album") for n in range(30)]
    found = next_songs(vectors, tracks, Tuning([0], never=[4]), [0], 99, np.random.default_rng(0))
    assert sorted(found) == [n for n in range(30) if n not in (0, 4)]


def test_the_radio_turns_away_from_what_is_disliked() -> None:
    vectors, group = clumps()
    tracks = [track(n) for n in range(len(vectors))]
    one, other = 0, int(np.flatnonzero(group == 1)[0])
    found = next_songs(vectors, tracks, Tuning([one, other], unlike=[6], never=[6]), [], 10, np.random.default_rng(0))
    assert not np.any(group[found] == 1)


def test_words_find_names_moods_and_languages() -> None:
    tracks = [
        track(1, "Ægir", "Salt Road", genre="Folk"),
        track(2, "Björk-like", "Sad Machine", genre="Metal"),
        track(3, "暮山", "悲伤的河", genre="Folk"),
        track(4, "Nobody", "Plain", genre="Pop"),
    ]
    numbers = {
        "polarity_mean": np.array([0.0, 0.2, np.nan, -0.9]),
        "tempo_bpm": np.array([60.0, 180.0, 90.0, 80.0]),
        "onset_rate": np.array([1.0, 6.0, 2.0, 2.0]),
        "language_zh": np.array([0.0, 0.0, 1.0, 0.0]),
    }
    index = build_index(tracks, numbers)

    def rows(text: str) -> list[int]:
        return [hit.row for hit in search(index, text)]

    assert rows("bjork") == [1]
    assert rows("salt folk") == [0, 2]
    assert rows("fast")[0] == 1
    assert rows("slow")[0] == 0
    assert rows("a sad song")[0] == 1  # its title says so
    assert rows("sad")[1] == 3
    assert rows("悲伤的歌")[0] == 2
    assert rows("chinese") == [2]
    assert rows("slow folk") == [0, 2]
    assert rows("nonsense") == []
    for text in ("", "   ", "x" * 201):
        with pytest.raises(InputError, match="1 to 200"):
            search(index, text)


def test_the_map_keeps_neighbours_together() -> None:
    vectors, group = clumps(240)
    made = lay_out(np.arange(240), vectors)
    assert trustworthiness(vectors, made.points, n_neighbors=12, metric="cosine") >= 0.9
    assert np.mean(group[made.neighbours[:, 0]] == group) > 0.95
    assert np.abs(made.points).max() <= 1.2
    assert np.array_equal(lay_out(np.arange(240), vectors).points, made.points)


def test_songs_stay_where_they_were_when_others_come() -> None:
    vectors, group = clumps(240)
    old = np.arange(240) % 10 != 0
    before = lay_out(np.flatnonzero(old), vectors[old])
    after = lay_out(np.arange(240), vectors, before)
    assert np.array_equal(after.points[old], before.points)
    assert trustworthiness(vectors, after.points, n_neighbors=12, metric="cosine") >= 0.88
    far = ((after.points[~old][:, None] - after.points[old][None]) ** 2).sum(axis=2)
    assert np.mean(group[old][far.argmin(axis=1)] == group[~old]) > 0.9


@pytest.mark.parametrize("songs", [0, 1, 2, 3, 4, 7])
def test_a_map_of_few_songs(songs: int) -> None:
    vectors, _ = clumps(10)
    made = lay_out(np.arange(songs), vectors[:songs])
    assert made.points.shape == (songs, 2)
    assert np.isfinite(made.points).all()


def test_songs_of_which_nothing_is_known_have_no_neighbours() -> None:
    vectors, _ = clumps(30)
    vectors[7] = 0.0
    near, graph = neighbour_graph(vectors)
    assert (near[7] == -1).all()
    assert not (near == 7).any()
    assert (graph != graph.T).nnz == 0
    assert np.isfinite(lay_out(np.arange(30), vectors).points).all()


def test_the_map_of_a_large_library_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, group = clumps(1500)
    vectors[7] = 0.0
    monkeypatch.setattr(song_map, "_EXACT_UP_TO", 0)
    near, _ = neighbour_graph(vectors)
    assert (near[7] == -1).all()
    assert not (near == 7).any()
    others = np.delete(np.arange(1500), 7)
    assert (group[near[others]] == group[others, None]).mean() > 0.99
    made = lay_out(np.arange(1500), vectors)
    assert trustworthiness(vectors[others], made.points[others], n_neighbors=12, metric="cosine") >= 0.88
