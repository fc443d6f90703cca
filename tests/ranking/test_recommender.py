"""From a workspace to lists: cold songs in the right style, shares that match the arithmetic, honest evaluation."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from audiorec.cli.main import cli
from audiorec.data.workspace import Workspace
from audiorec.errors import CheckpointError, UnknownNameError
from audiorec.ranking.diversify import Wishes
from audiorec.ranking.neighbours import Block
from audiorec.ranking.recommender import Recommender
from tests.ranking.small_library import USERS, build, style_of


def call(root: Path, *words: str) -> str:
    found = CliRunner().invoke(cli, ["--workspace", str(root), "--quiet", *words], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hybrid") / "w"
    build(folder)
    with Workspace.open(folder) as space, pytest.raises(CheckpointError, match="audiorec train"):
        Recommender.open(space)
    call(folder, "train-hybrid")
    return folder


@pytest.fixture(scope="module")
def recommender(root: Path) -> Recommender:
    with Workspace.open(root) as space:
        return Recommender.open(space)


def test_lists_follow_the_style(recommender: Recommender) -> None:
    right = [
        style_of(song.track_id) == user % 2
        for user in range(USERS)
        for song in recommender.recommend(f"user {user}", 3)
    ]
    assert np.mean(right) > 0.9


def test_cold_songs_of_the_style_are_found(recommender: Recommender) -> None:
    for user in ("user 0", "user 1"):
        found = recommender.recommend(user, 5, cold_only=True)
        assert {song.track_id for song in found} == {31, 32}
        assert all(song.cold and song.plays == 0 for song in found)
    loved = recommender.recommend("user 1", 1, cold_only=True)[0].score
    assert loved > recommender.recommend("user 0", 1, cold_only=True)[0].score


def test_own_songs_are_not_recommended_and_artists_are_capped(recommender: Recommender) -> None:
    own = recommender.listens.counts[[0]].indices
    found = recommender.recommend("user 0", 20, wishes=Wishes(per_artist=2))
    assert not {song.track_id for song in found} & set((own + 1).tolist())
    artists = [song.artist for song in found]
    assert max(artists.count(name) for name in artists) <= 2


def test_explored_songs_are_of_the_tail(recommender: Recommender) -> None:
    tail = recommender.shelf.tail
    assert tail is not None
    for user in recommender.users[:4]:
        found = recommender.recommend(user, 6, wishes=Wishes(explore=0.5, per_artist=6))
        assert sum(tail[song.track_id - 1] for song in found) >= 3


@pytest.mark.parametrize("cold_only", [False, True])
def test_shares_match_the_arithmetic(recommender: Recommender, cold_only: bool) -> None:
    for user in recommender.users[:6]:
        row = recommender.listens.user_row(user)
        scored = recommender.score(row)
        for song in recommender.recommend(user, 6, cold_only):
            column = song.track_id - 1
            assert min(song.why.values()) >= 0.0
            assert sum(song.why.values()) == pytest.approx(1.0)
            assert song.score == pytest.approx(sum(part[0, column] for part in scored.contributions.values()))
            for name, share in song.why.items():
                assert share * song.score == pytest.approx(scored.contributions[name][0, column])
            strongest = max(song.why, key=lambda name: song.why[name])
            assert f"({song.why[strongest]:.0%})".replace("%", " %") in song.reason


def test_reasons_name_the_users_own_songs(recommender: Recommender) -> None:
    row = recommender.users.index("user 2")
    own = set((recommender.listens.counts[[row]].indices + 1).tolist())
    for song in recommender.recommend("user 2", 5):
        assert song.nearest
        assert {track for track, _ in song.nearest} <= own


def test_a_song_without_listeners_shares_none(recommender: Recommender) -> None:
    size = len(recommender.tracks)
    network = {"network": Block(np.ones((size, 2)), np.ones(size, dtype=bool))}
    other = Recommender(recommender.serving, recommender.weights, blocks=network)
    assert all("shares listeners" in song.reason for song in other.recommend("user 1", 3) if not song.cold)
    assert not any(song.nearest for song in other.recommend("user 1", 2, cold_only=True))


def test_unknown_user(recommender: Recommender) -> None:
    with pytest.raises(UnknownNameError, match="did you mean user 1"):
        recommender.recommend("uzer 1")


def test_command_prints_the_agreed_json_and_a_playlist(root: Path, tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u"
    found = json.loads(call(root, "recommend", "--user", "user 3", "--top", "4", "--json", "--m3u", str(playlist)))
    assert len(found) == 4
    names = ["user", "track_id", "path", "title", "artist", "score", "plays", "cold", "why"]
    assert all(list(song) == names for song in found)
    lines = playlist.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[2::2] == [song["path"] for song in found]
    said = call(root, "recommend", "--user", "user 3", "--why", "--cold-only", "--explore", "0.3")
    assert "song 31" in said or "song 32" in said


@pytest.mark.parametrize("user", ["user 0", "user 3", "user 6"])
def test_what_why_prints_of_new_songs_is_what_json_says(root: Path, user: str) -> None:
    words = ("recommend", "--user", user, "--top", "4", "--cold-only")
    songs = json.loads(call(root, *words, "--json"))
    said = " ".join(call(root, *words, "--why").split())
    assert songs
    assert all(song["cold"] and not song["plays"] for song in songs)
    for song in songs:
        assert sum(song["why"].values()) == pytest.approx(1.0)
        shares = sorted((share for share in song["why"].values() if share >= 0.005), reverse=True)
        reason = said.split(f"{song['title']}: ")[1].split("]")[0]
        assert [float(number) for number in re.findall(r" (0\.\d\d|1\.00)\b", reason.split("[")[1])] == pytest.approx(
            shares, abs=0.0051
        )
        told = [int(number) / 100 for number in re.findall(r"\((\d+) %\)", reason)]
        assert told == pytest.approx([share for share in shares[:2] if share >= 0.05], abs=0.0051)


def test_evaluation_tells_the_protocols_apart(root: Path) -> None:
    rows = json.loads(call(root, "evaluate", "--json"))
    value = {(row["protocol"], row["system"], row["metric"]): row["value"] for row in rows}
    # One artist of one style is cold: who loves the style cannot be told from within, but in the mixed list.
    assert value["cold artist", "popularity", "auc"] == pytest.approx(0.5)
    # The artist tells nothing of a stranger, but much of a new song by somebody known.
    assert value["cold artist", "artist prior", "auc"] == pytest.approx(0.5)
    assert value["cold song", "artist prior", "auc"] > 0.7
    for protocol in ("warm", "mixed"):
        assert value[protocol, "hybrid", "auc"] > 0.75
        for system in ("random", "popularity"):
            assert value[protocol, "hybrid", "ndcg@20"] > value[protocol, system, "ndcg@20"]
    assert all(row["interval"][0] <= row["value"] <= row["interval"][1] for row in rows)
