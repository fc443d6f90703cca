"""`audiorec train-network` and `similar` on songs known by name: two circles of listeners who share nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from audiorec.cli.main import cli
from audiorec.errors import InputError, UnknownNameError

VAE = ("train-network", "--model", "vae", "--set", "dims=8", "--set", "epochs=30", "--set", "rate=0.02")


def call(root: Path, *words: str) -> str:
    return CliRunner().invoke(cli, ["--workspace", str(root), *words], catch_exceptions=False).stdout


def answer(root: Path, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(call(root, "similar", *words, "--json"))
    return found


def two_circles(folder: Path) -> Path:
    """Artists a and b are played by users 0-4, c and d by users 5-9; song 16 is by a and nobody played it."""
    songs = ["id,title,artist", *(f"{n},song {n},{'abcd'[n // 4]}" for n in range(16)), "16,song 16,a", "17,alone,z"]
    (folder / "songs.csv").write_text("\n".join(songs).replace("id,title", "song_id,title"))
    rows = [f"u{u},{s}" for u in range(10) for s in range(16) if (s < 8) == (u < 5) and (u + s) % 4]
    (folder / "listens.csv").write_text("\n".join(["user,song", *rows]))
    call(folder / "w", "import", "songs", str(folder / "songs.csv"))
    call(folder / "w", "import", "listens", str(folder / "listens.csv"))
    return folder / "w"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = two_circles(tmp_path_factory.mktemp("similar"))
    call(folder, "train-network")
    return folder


def test_training_first(tmp_path: Path) -> None:
    root = two_circles(tmp_path)
    with pytest.raises(InputError, match="train-network"):
        answer(root, "--song", "a - song 1")
    assert {row["user"] for row in answer(root, "--user", "u1")} == {"u0", "u2", "u3", "u4"}
    assert "Network of 10 users, 18 songs and 5 artists" in call(root, "train-network")


def test_songs_of_the_same_circle(root: Path) -> None:
    found = answer(root, "--song", "a - song 1", "--top", "7")
    assert {row["artist"] for row in found} == {"a", "b"}
    assert all(set(row["by"]) == {"network"} for row in found)
    assert found == sorted(found, key=lambda row: -row["score"])
    cold = answer(root, "--song", "song 16", "--top", "4")
    assert {row["artist"] for row in cold} <= {"a", "b"}
    with pytest.raises(InputError, match="nothing is known"):
        answer(root, "--song", "alone")
    with pytest.raises(UnknownNameError, match="did you mean a - song 1"):
        answer(root, "--song", "a - sonk 1")
    with pytest.raises(UnknownNameError, match=r"audiorec tracks lists all$"):
        answer(root, "--song", "4711")


def test_artists_and_users(root: Path) -> None:
    assert answer(root, "--artist", "C", "--top", "1")[0]["artist"] == "d"
    users = answer(root, "--user", "u7", "--top", "4")
    assert {row["user"] for row in users} == {"u5", "u6", "u8", "u9"}
    assert users[0]["songs_in_common"] > 0
    table = call(root, "similar", "--user", "u7")
    assert "songs in common" in table
    assert "network" in table


def test_new_songs_and_artists_for_a_user_stay_in_her_circle(root: Path) -> None:
    songs = answer(root, "--user", "u1", "--show", "songs")
    played = {s for s in range(8) if (1 + s) % 4}
    assert {row["title"] for row in songs} == {f"song {s}" for s in set(range(8)) - played} | {"song 16"}
    assert set(songs[0]["by"]) == {"users", "walks"}
    assert answer(root, "--user", "u1", "--show", "artists") == []  # they have both artists of their circle
    assert "share" in call(root, "similar", "--user", "u1", "--show", "songs")
    for wrong in (["--artist", "a", "--show", "songs"], ["--user", "u1", "--by", "network"]):
        assert CliRunner().invoke(cli, ["--workspace", str(root), "similar", *wrong]).exit_code == 2


def test_groups_are_the_circles(root: Path) -> None:
    found = json.loads(call(root, "clusters", "--json"))
    assert {one["groups"] for one in found["tried"]} <= {4, 8, 16}
    for group in found["groups"]:
        assert set(group["artists"]) <= {"a", "b"} or set(group["artists"]) <= {"c", "d"}
    assert "groups by network" in call(root, "clusters")
    mine = {n for n in range(8) if (1 + n) % 4}
    offered = json.loads(call(root, "clusters", "--user", "u1", "--json"))
    titles = [row["title"] for row in offered]
    assert len(set(titles)) == len(titles) > 0
    # Of their own circle, and none that they have.
    assert set(titles) <= {*(f"song {n}" for n in set(range(8)) - mine), "song 16"}
    assert "For u1, by network" in call(root, "clusters", "--user", "u1")
    with pytest.raises(InputError, match="run audiorec extract"):
        call(root, "clusters", "--by", "sound")


def test_other_models_of_the_network_stand_beside_the_first(root: Path) -> None:
    with pytest.raises(InputError, match="train-network --model vae"):
        answer(root, "--song", "a - song 1", "--network", "vae")
    before = answer(root, "--song", "a - song 1")
    said = call(root, *VAE)
    assert "in 8 dimensions" in said
    found = answer(root, "--song", "a - song 1", "--network", "vae", "--top", "5")
    assert {row["artist"] for row in found} <= {"a", "b"}
    assert {row["user"] for row in answer(root, "--user", "u7", "--network", "vae", "--top", "4")} <= {
        f"u{n}" for n in range(5, 10)
    }
    assert answer(root, "--song", "a - song 1") == before


def test_a_user_who_came_after_the_training_is_placed_by_their_songs(tmp_path: Path) -> None:
    root = two_circles(tmp_path)
    call(root, "train-network")
    call(root, *VAE)
    late = tmp_path / "late.csv"
    late.write_text("user,song\nlate,9\nlate,10\nlate,17\n")
    call(root, "import", "listens", str(late))
    for network in ("spectral", "vae"):
        found = answer(root, "--user", "late", "--network", network, "--top", "5")
        assert {row["user"] for row in found} == {f"u{n}" for n in range(5, 10)}
        assert all("network" in row["by"] for row in found)
