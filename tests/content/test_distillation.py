"""A student on a made library: it embeds as its teacher does, with fewer weights, and takes its place."""

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from audiorec.cli.main import cli
from audiorec.content import like_model
from audiorec.content.distillation import Lesson, teach
from audiorec.content.encoder_training import mean_auc
from audiorec.content.song_encoder import SongEncoder, embed_songs
from audiorec.data.workspace import Workspace
from audiorec.learning.loop import quiet
from tests.cli.test_content_commands import QUICK_CNN, call, fill
from tests.content.test_encoder_training import BY_KIND, RECIPE, SONGS, kind, library, logmel


def test_a_student_learns_from_opinions_alone() -> None:
    """The songs of the fit part count as unplayed; what they are worth is known from the teacher."""
    data, rng = library(), np.random.default_rng(0)
    kinds = np.array([kind(song) for song in range(SONGS)])
    users = np.arange(data.likes.shape[1]) % 2
    opinions = np.where(kinds[:, None] == users, 0.8, 0.1).astype(np.float32)
    points = rng.normal(size=(2, 16)).astype(np.float32)[kinds]
    recipe = RECIPE.model_copy(update={"epochs": 12, "patience": 12})
    patches = logmel()
    student = teach(patches, data, Lesson(points, opinions), recipe, device=torch.device("cpu"), report=quiet)
    assert student.encoder.small
    songs = embed_songs(student.encoder, torch.from_numpy(patches.values), torch.from_numpy(patches.owner), SONGS)
    held = data.rows("validation")
    with torch.no_grad():
        assert mean_auc(student.head(songs).numpy()[held], data.likes[held]) > BY_KIND - 0.08
    near = torch.cdist(songs[held], torch.from_numpy(np.unique(points, axis=0)))
    told = np.unique(points, axis=0, return_inverse=True)[1][held]
    assert (near.argmin(1).numpy() == told).mean() > 0.9


def test_songs_that_the_teacher_cannot_tell_apart_teach_no_nonsense() -> None:
    data = library()
    lesson = Lesson(np.ones((SONGS, 16), np.float32), np.full(data.likes.shape, 0.5, np.float32))
    recipe = RECIPE.model_copy(update={"epochs": 1})
    student = teach(logmel(), data, lesson, recipe, device=torch.device("cpu"), report=quiet)
    assert all(torch.isfinite(value).all() for value in student.encoder.parameters())


def test_a_student_is_small_and_kept_as_such(tmp_path: Path) -> None:
    def weights(small: bool) -> int:
        return sum(value.numel() for value in SongEncoder("spectrogram", small=small).parameters())

    assert weights(True) < 0.31 * weights(False)
    fill(tmp_path / "ws")
    call(tmp_path / "ws", "train-cnn", "--view", "spectrogram", "--device", "cpu", changes=QUICK_CNN)
    # Its teacher may have been trained with other sizes than the recipe of the day has.
    others = ("dim=12", "user_dims=6")
    call(tmp_path / "ws", "train-cnn", "--distil", "--device", "cpu", changes=QUICK_CNN + others)
    with Workspace.open(tmp_path / "ws") as space:
        assert space.models()["cnn"] == 2
        assert like_model.load(space.model("cnn")).encoders["spectrogram"].small
    again = CliRunner().invoke(cli, ["--workspace", str(tmp_path / "ws"), "train-cnn", "--distil"])
    assert "no big 2-D network" in str(again.exception)


@pytest.mark.parametrize("words", [["--user", "ann"], ["--augment", "dcgan"]])
def test_what_does_not_go_with_it_is_named(tmp_path: Path, words: list[str]) -> None:
    done = CliRunner().invoke(cli, ["--workspace", str(tmp_path), "train-cnn", "--distil", *words])
    assert "--distil alone" in str(done.exception)
