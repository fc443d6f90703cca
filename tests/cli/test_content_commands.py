"""The commands of the content models over one made library, and what the hybrid makes of all of them."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from audiorec.cli.main import cli
from audiorec.cold_start.block_weights import ContentRecipe
from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.hybrid.inputs import gather
from audiorec.learning import checkpoint
from audiorec.ranking.recommender import Recommender

LAYOUT = Layout("d" * 16, tuple(f"d{n}" for n in range(6)), ("w0", "w1"), 0.5, -80.0, 11025)
SONGS, USERS, UNPLAYED = 48, 12, 4
QUICK_CNN = ("dim=8", "epochs=2", "head_steps=20", "batch=8", "crop_frames=32", "pretrain_epochs=0", "user_dims=4")
QUICK_GAN = ("steps=20", "batch=4", "width=4", "samples=6")


def kind_of(track: int) -> int:
    return track % 2


def fill(root: Path) -> None:
    """Songs of as many artists in two kinds: bright low bands or bright high ones; users play one kind."""
    rng = np.random.default_rng(0)
    nothing = np.zeros((1, 1, 4), np.uint8)
    rows, records = [], []
    for track in range(1, SONGS + 1):
        patches = rng.integers(0, 60, (2, 128, 140))
        patches[:, 64 * kind_of(track) : 64 * kind_of(track) + 64] += 120
        sound = rng.normal(size=6).astype(np.float32)
        sound[:2] += 3.0 * kind_of(track)
        rows.append((track, TrackFeatures(patches.astype(np.uint8), nothing, sound)))
        records.append(FileRecord(track, 1, 1, "ok", title=f"song {track}", artists=(f"artist {track}",), seconds=3.0))
    listens = [
        (f"user {user}", track, 1.0, None)
        for user in range(USERS)
        for track in range(1, SONGS + 1 - UNPLAYED)
        if rng.random() < (0.6 if kind_of(track) == user % 2 else 0.1)
    ]
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/m/{track:02d}.mp3".encode() for track in range(1, SONGS + 1)])
        space.commit_shard(rows, records, LAYOUT)
        space.use_features(LAYOUT.digest)
        space.add_listens("test", listens)


def call(root: Path, *words: str, changes: tuple[str, ...] = ()) -> Result:
    settings = [part for change in changes for part in ("--set", change)]
    done = CliRunner().invoke(cli, ["--workspace", str(root), "--quiet", *words, *settings], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("content") / "ws"
    fill(folder)
    call(folder, "train-network", changes=("dims=[4]",))
    call(folder, "train-cnn", "--view", "spectrogram", "--device", "cpu", changes=QUICK_CNN)
    call(folder, "train-svm")
    call(folder, "train-hybrid")
    return folder


def test_the_svm_says_how_good_it_is_on_artists_kept_aside(root: Path) -> None:
    assert "AUC on songs of artists kept aside" in call(root, "train-svm").output
    with Workspace.open(root) as space:
        header = checkpoint.read_header(space.model("svm"), "svm", LAYOUT.digest)
    # Of each kind three songs or so are kept aside; four seeds give .59 to .75.
    assert header.score["auc"] > 0.55


def test_augment_makes_patches_a_picture_and_a_sound(root: Path, tmp_path: Path) -> None:
    grid, sound = tmp_path / "grid.png", tmp_path / "sound.wav"
    done = call(
        root, "augment", "--dcgan", "--device", "cpu", "--grid", str(grid), "--hear", str(sound), changes=QUICK_GAN
    )
    assert "6 patches made from" in done.output
    assert grid.read_bytes()[:4] == b"\x89PNG"
    with wave.open(str(sound)) as written:
        assert written.getnframes() > written.getframerate()
    with Workspace.open(root) as space:
        folder = space.model("dcgan")
    assert {"frechet", "frechet_floor", "nearest"} <= set(checkpoint.read_header(folder, "dcgan").score)
    assert len(json.loads((folder / "curve.json").read_text(encoding="utf-8"))) == 20


def test_generated_songs_learn_with_one_user(root: Path) -> None:
    call(root, "augment", "--dcgan", "--user", "user 1", "--device", "cpu", changes=QUICK_GAN)
    options = ("--user", "user 1", "--augment", "dcgan", "--view", "spectrogram", "--device", "cpu")
    call(root, "train-cnn", *options, changes=QUICK_CNN)
    with Workspace.open(root) as space:
        assert space.has_model("cnn-user")


@pytest.mark.parametrize("signal", ["cnn", "svm"])
def test_a_content_model_is_silent_on_the_songs_that_it_learned_from(root: Path, signal: str) -> None:
    """Of these it knows by heart who plays them: asked about them it would look perfect in any rehearsal."""
    with Workspace.open(root) as space:
        material, parts = gather(space, ContentRecipe()), space.artist_parts()
        found = material.likes[signal](material.listens.users)
    fit = np.array([parts[track.artist] == "fit" for track in material.tracks])
    learned = fit & (material.listens.plays() > 0)
    assert learned.any()
    assert np.isnan(found[:, learned]).all()
    assert np.isfinite(found[:, ~learned]).all()


def test_every_signal_takes_part_and_shares_add_up(root: Path) -> None:
    with Workspace.open(root) as space:
        recommender = Recommender.open(space)
        assert recommender.missing == ["cf"]
        assert {"cnn", "svm", "network"} <= set(recommender.weights.cold)
        # Songs that nobody plays are told by content alone, and content tells the kinds apart.
        right = [
            kind_of(recommender.recommend(f"user {user}", 1, cold_only=True)[0].track_id) == user % 2
            for user in range(USERS)
        ]
        shares = recommender.recommend("user 0", 10)
    assert np.mean(right) >= 0.75
    assert all(sum(song.why.values()) == pytest.approx(1.0) for song in shares)
