"""An encoder's output: the same in extraction and by a pass of its own, once a song, and kept apart from features."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from audiorec.data import encoder_outputs
from audiorec.data.encoder_outputs import EncodedBy, EncodedSong, EncodedSongs
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.features.encoder_patches import patches_of
from audiorec.features.extract import Outcomes, make_plan, run_plan
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.workers import Crew
from tests import signals

RECIPE = FeatureRecipe(segments=1, segment_frames=64, waveform_segments=1)


BY = EncodedBy("loudness", "0123", ("loud",))


@dataclass(frozen=True)
class LoudnessEncoder:
    """Hears the mean power and the first sample of each patch."""

    rate: int = 8_000
    samples: int = 4_000
    patches: int = 3
    by: EncodedBy = BY

    def encode(self, patches: np.ndarray) -> EncodedSong:
        found = np.stack([np.square(patches).mean(axis=1), patches[:, 0]], axis=1).astype(np.float32)
        return EncodedSong(found.mean(axis=0), found.std(axis=0), found[:, :1].mean(axis=0))


ENCODER = LoudnessEncoder()


class BrokenEncoder(LoudnessEncoder):
    """Fails at every song."""

    def encode(self, patches: np.ndarray) -> EncodedSong:
        raise InputError("the encoder fails")


def make_library(folder: Path, songs: int = 3) -> Path:
    folder.mkdir()
    for number in range(songs):
        sound = signals.music(1.0 + 4.0 * number, 22_050)
        (folder / f"song {number}.wav").write_bytes(signals.encoded(sound, 22_050, "WAV"))
    return folder


def extract(root: Path, folder: Path, encoder: LoudnessEncoder | None) -> Outcomes:
    with Workspace.open(root, write=True) as space:
        plan = make_plan(space, [os.fsencode(folder)], RECIPE, encoder=encoder)
        return run_plan(space, plan, RECIPE, Crew(1), lambda size: None)


def encoded(root: Path) -> EncodedSongs | None:
    with Workspace.open(root) as space:
        return encoder_outputs.read(space, space.features().track_ids)


def test_patches_lie_at_even_distances_and_short_sound_is_repeated() -> None:
    ramp = np.arange(40_000, dtype=np.float32)[:, None]
    stretches = [ramp[:16_000], ramp[16_000:32_000], ramp[32_000:]]
    ten = LoudnessEncoder(patches=10)
    assert patches_of(stretches, 8_000, ten)[:, 0].tolist() == [4_000 * place for place in range(10)]
    assert patches_of(stretches, 8_000, ENCODER)[:, 0].tolist() == [0, 16_000, 36_000]
    assert patches_of(stretches, 8_000, LoudnessEncoder(patches=1))[:, 0].tolist() == [16_000]
    (repeated,) = patches_of([ramp[:1_500]], 8_000, ENCODER)
    np.testing.assert_array_equal(repeated, np.arange(4_000) % 1_500)
    assert patches_of([np.repeat(ramp, 2, axis=1)], 16_000, ENCODER).shape == (3, 4_000)
    assert len(patches_of([ramp[:0]], 8_000, ENCODER)) == 0


def test_a_described_library_is_encoded_by_a_pass_and_alike(tmp_path: Path) -> None:
    library = make_library(tmp_path / "music")
    at_once, later = tmp_path / "at once", tmp_path / "later"
    assert extract(at_once, library, ENCODER).encoded == 3
    assert extract(later, library, None).encoded == 0
    assert encoded(later) is None
    with Workspace.open(later) as space:
        before, shards = space.inputs(), list((later / "features").rglob("*.parquet"))
    outcomes = extract(later, library, ENCODER)
    assert (outcomes.done, outcomes.reused, outcomes.encoded) == (0, 3, 3)
    with Workspace.open(later) as space:
        assert space.inputs()["features"] == before["features"]
        assert "heard" in space.inputs()
        assert "heard" not in before
    assert all(path.exists() for path in shards)
    one, other = encoded(at_once), encoded(later)
    assert one is not None
    assert other is not None
    assert one.by == ENCODER.by
    for name in ("mean", "spread", "tags"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert extract(later, library, ENCODER).encoded == 0


def test_a_changed_song_is_encoded_anew_and_a_new_one_without_the_encoder_is_missing(tmp_path: Path) -> None:
    library, root = make_library(tmp_path / "music", songs=2), tmp_path / "space"
    extract(root, library, ENCODER)
    before = encoded(root)
    assert before is not None
    (library / "song 0.wav").write_bytes(signals.encoded(0.5 * signals.music(2.0, 22_050), 22_050, "WAV"))
    assert extract(root, library, ENCODER).encoded == 1
    after = encoded(root)
    assert after is not None
    assert after.tags[0] != before.tags[0]
    assert after.tags[1] == before.tags[1]
    # The encoder is gone: what it gave stays, what it has not encoded or what has changed since is not known.
    (library / "song 0.wav").write_bytes(signals.encoded(0.1 * signals.music(2.0, 22_050), 22_050, "WAV"))
    (library / "song 3.wav").write_bytes(signals.wav(1.5))
    assert extract(root, library, None).encoded == 0
    left = encoded(root)
    assert left is not None
    assert left.known.tolist() == [False, True, False]


def test_an_encoder_that_fails_costs_no_features_and_is_named(tmp_path: Path) -> None:
    library, root = make_library(tmp_path / "music", songs=1), tmp_path / "space"
    first = extract(root, library, BrokenEncoder())
    assert (first.done, first.failed, first.encoded) == (1, 0, 0)
    again = extract(root, library, BrokenEncoder())
    assert [reason for _, _, reason in again.reasons] == ["the encoder fails"]
    assert extract(root, library, ENCODER).encoded == 1


@pytest.mark.parametrize("silence", [np.zeros(30_000, np.float32), np.zeros(3_000, np.float32)])
def test_silence_is_encoded_as_silence(tmp_path: Path, silence: np.ndarray) -> None:
    library, root = tmp_path / "music", tmp_path / "space"
    library.mkdir()
    (library / "a.wav").write_bytes(signals.encoded(silence[:, None], 22_050, "WAV"))
    extract(root, library, ENCODER)
    found = encoded(root)
    assert found is not None
    np.testing.assert_array_equal(found.mean, 0.0)


def test_an_encoder_without_tags_is_stored_and_read(tmp_path: Path) -> None:
    vector, none = np.ones(4, np.float32), np.zeros(0, np.float32)
    with Workspace.open(tmp_path, write=True) as space:
        space.add_paths([b"/a.mp3", b"/b.mp3"])
        encoder_outputs.commit(
            space, [(1, EncodedSong(vector, vector, none)), (2, EncodedSong(vector, vector, none))], BY
        )
        encoder_outputs.use(space, BY.digest)
        found = encoder_outputs.read(space, np.array([1, 2, 3]))
    assert found is not None
    assert found.tags.shape == (3, 0)
    assert found.known.tolist() == [True, True, False]
