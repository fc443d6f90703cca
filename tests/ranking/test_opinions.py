"""What is said of songs changes the next list at once, is on the disk when it was answered, and fades."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import audiorec
from audiorec.cli.main import cli
from audiorec.data.ledger import Event, said_by
from audiorec.errors import InputError, UnknownNameError
from audiorec.ranking.opinions import opinions
from tests.ranking.small_library import build, style_of


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("opinions") / "ws"
    build(root)
    audiorec.Library(root).train(["network", "hybrid"])
    return root


@pytest.fixture
def library(trained: Path) -> audiorec.Library:
    for name in ("", "-wal", "-shm"):
        (trained / f"feedback.sqlite{name}").unlink(missing_ok=True)
    return audiorec.Library(trained)


def ids(library: audiorec.Library, user: str, top: int = 6) -> list[int]:
    return [song["track_id"] for song in library.recommend(user, top)]


@pytest.mark.parametrize("style", [0, 1])
def test_a_new_user_with_three_likes_gets_a_list_of_their_style(library: audiorec.Library, style: int) -> None:
    with pytest.raises(UnknownNameError):
        library.recommend("newcomer")
    liked = [track for track in range(1, 31) if style_of(track) == style][:3]
    for track in liked:
        library.feedback("newcomer", track, "like")
    found = ids(library, "newcomer")
    assert not set(found) & set(liked)
    assert np.mean([style_of(track) == style for track in found]) >= 0.8


def test_a_dislike_and_never_take_the_song_out(library: audiorec.Library) -> None:
    first, second = ids(library, "user 1")[:2]
    library.feedback("user 1", first, "dislike")
    library.feedback("user 1", second, "never")
    assert not {first, second} & set(ids(library, "user 1", 20))


def test_a_skip_weighs_less_than_a_dislike_and_both_fade() -> None:
    now = 1e9
    said = [Event("u", 1, "dislike", 1.0, now), Event("u", 2, "skip", 1.0, now), Event("u", 3, "skip", 1.0, now - 1e8)]
    found = opinions(said, np.array([1, 2, 3]), now)
    assert found.pushes[0] > found.pushes[1] > 10 * found.pushes[2]
    assert found.barred == {0}
    directions = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [1.0, 0.1]])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    moved = found.moved(np.array([1.0, 0.9, 0.8, 0.7]), np.arange(4), directions)
    assert moved[0] == -np.inf
    assert 0.7 - moved[3] > 0.8 - moved[2] > 0  # what is like the disliked song goes down most


def test_ratings_are_likes_and_dislikes() -> None:
    said = [Event("u", 1, "rating", 5.0, 0.0), Event("u", 2, "rating", 1.0, 0.0), Event("u", 9, "like", 1.0, 0.0)]
    found = opinions(said, np.array([1, 2]), 0.0)
    assert (dict(found.listens), found.barred) == ({0: 3.0}, {1})


def test_the_command_says_what_was_meant(library: audiorec.Library) -> None:
    words = ["--workspace", str(library.path), "feedback", "--user", "ann", "--like", "artist 1 - song 5"]
    assert "like: artist 1 - song 5" in CliRunner().invoke(cli, words, catch_exceptions=False).stdout
    assert [(event.track_id, event.kind) for event in said_by(library.path, "ann")] == [(5, "like")]
    with pytest.raises(UnknownNameError):
        library.feedback("ann", "no such song", "like")
    with pytest.raises(InputError):
        library.feedback("ann", 5, "adore")


def test_what_was_answered_survives_a_kill(library: audiorec.Library) -> None:
    code = (
        "import sys, audiorec\nlibrary = audiorec.Library(sys.argv[1])\n"
        "for n in range(1, 31):\n    library.feedback('ann', n, 'like')\n    print(n, flush=True)\n"
    )
    running = subprocess.Popen([sys.executable, "-c", code, str(library.path)], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    answered = [running.stdout.readline() for _ in range(7)]
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    stored = {event.track_id for event in said_by(library.path, "ann")}
    assert {int(line) for line in answered} <= stored


def test_feedback_is_learned_from_and_counts_once(tmp_path: Path) -> None:
    build(tmp_path / "ws")
    library = audiorec.Library(tmp_path / "ws")
    library.train(["network", "hybrid"])
    for track in (1, 2):
        library.feedback("newcomer", track, "like")
    assert {step.name for step in library.train(["network", "hybrid"])} == {"network", "hybrid"}
    recommender = library.recommender()
    said = opinions(said_by(library.path, "newcomer"), recommender.listens.items)
    stored = recommender.serving.parts_of("newcomer").seen.counts
    assert stored.sum() == 6.0
    np.testing.assert_array_equal(
        recommender.serving.parts_of("newcomer", said.listens).seen.counts.toarray(), stored.toarray()
    )
    assert not library.train(["network", "hybrid"])  # the same feedback is no reason to train again
