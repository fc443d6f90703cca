"""`train-moods` over a made workspace whose moods the sound, the words and the listeners tell; mistakes are named."""

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from audiorec.cli.session import Session
from audiorec.cli.train_moods import command
from audiorec.data import encoder_outputs
from audiorec.data.catalogue import FileRecord
from audiorec.data.encoder_outputs import EncodedBy, EncodedSong
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.features.lyrics import LYRICS_NAMES
from audiorec.labels import predictions

LAYOUT = Layout("d" * 16, ("loudness", "tempo"), tuple(LYRICS_NAMES), 0.5, -80.0, 11025)
SONGS, LABELLED = 60, 44


def mood(song: int) -> str:
    return "calm" if song % 2 else "wild"


def fill(root: Path, bands: int = 64, sound_tells: bool = True) -> None:
    """Two songs an artist, calm and wild by turns, which their sound tells or not; every third has a text."""
    rng = np.random.default_rng(0)
    rows, records = [], []
    for track in range(1, SONGS + 1):
        is_calm = mood(track) == "calm"
        patches = rng.integers(0, 60, (2, bands, 270))
        patches[:, : 32 if is_calm and sound_tells else 64] += 60
        told = rng.normal(0.5 * (is_calm and sound_tells), 0.4, 2).astype(np.float32)
        text = f"the quiet river sleeps {track}\nslow and still" if is_calm else f"shout and burn {track}\nrun run"
        row = TrackFeatures(
            patches.astype(np.uint8), np.zeros((1, 1, 4), np.uint8), told,
            np.zeros(len(LYRICS_NAMES), np.float32) if track % 3 == 0 else None, text if track % 3 == 0 else None,
        )  # fmt: skip
        rows.append((track, row))
        artist = f"artist {(track + 1) // 2}"
        records.append(FileRecord(track, 1, 1, "ok", title=f"song {track}", artists=(artist,), seconds=3.0))
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/m/{track:02d}.mp3".encode() for track in range(1, SONGS + 1)])
        space.commit_shard(rows, records, LAYOUT)
        space.use_features(LAYOUT.digest)


def train(root: Path, labels: Path, *more: str) -> Result:
    return CliRunner().invoke(command, [str(labels), *more], obj=Session(root, True), catch_exceptions=False)


def encode(root: Path, songs: int) -> None:
    """An encoder tells the moods of the first songs, for certain."""
    by = EncodedBy("ear", "e" * 16)
    vectors = [np.float32([mood(track) == "calm", track % 7]) for track in range(1, songs + 1)]
    none = np.zeros(0, np.float32)
    with Workspace.open(root, write=True) as space:
        rows = [(track, EncodedSong(vector, vector, none)) for track, vector in enumerate(vectors, 1)]
        encoder_outputs.commit(space, rows, by)
        encoder_outputs.use(space, by.digest)


def test_an_encoders_output_counts_and_a_song_without_it_is_labelled_too(tmp_path: Path) -> None:
    fill(tmp_path / "ws", sound_tells=False)
    labels = tmp_path / "moods.csv"
    labels.write_text("\n".join(["song,mood", *(f"{t:02d}.mp3,{mood(t)}" for t in range(1, LABELLED + 1))]), "utf-8")
    is_calm = np.array([mood(track) == "calm" for track in range(1, SONGS + 1)])
    has_text = np.arange(1, SONGS + 1) % 3 == 0

    def right(out: str) -> np.ndarray:
        train(tmp_path / "ws", labels, "--out", str(tmp_path / out))
        with (tmp_path / out).open(encoding="utf-8", newline="") as file:
            calm = np.array([float(row["calm"]) for row in csv.DictReader(file)])
        return np.where(is_calm, calm, 1.0 - calm)

    deaf = right("deaf.csv")
    encode(tmp_path / "ws", SONGS - 10)
    encoded = right("encoded.csv")
    assert np.isfinite(encoded).all()
    assert len(encoded) == SONGS
    # Of labelled and of new songs that it encoded, by whatever else could tell.
    assert (encoded - deaf)[: SONGS - 10][~has_text[: SONGS - 10]].mean() > 0.15


def test_every_song_gets_a_label_and_the_figure_is_of_left_out_artists(tmp_path: Path) -> None:
    fill(tmp_path / "ws")
    labels = tmp_path / "moods.csv"
    # The last labelled song has a label given by mistake.
    named = [f"{track:02d}.mp3,x,{mood(track)}" for track in range(1, LABELLED)]
    labels.write_text("\n".join(["song,more,mood", *named, f"{LABELLED:02d}.mp3,x,calm"]), encoding="utf-8")
    done = train(tmp_path / "ws", labels, "--column", "mood", "--out", str(tmp_path / "all.csv"))
    assert f"Learned from {LABELLED} songs" in done.output
    with (tmp_path / "all.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == SONGS
    assert all(row["given"] == "" for row in rows[LABELLED:])
    assert np.mean([row["label"] == mood(int(row["track_id"])) for row in rows]) > 0.9
    mistaken = rows[LABELLED - 1]
    assert (mistaken["given"], mistaken["label"]) == ("calm", "wild")
    with Workspace.open(tmp_path / "ws") as space:
        told = predictions.load(space.model("moods"), LAYOUT.digest)
    np.testing.assert_allclose(told.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    assert told.best()[0][0] == rows[0]["label"]
    assert told.score["macro_f1"] > 0.9 > 0.6 > told.score["common_macro_f1"]
    again = train(tmp_path / "ws", labels, "--column", "mood")
    assert again.output.splitlines()[:-2] == done.output.splitlines()[:-2]


def test_mistakes_are_named(tmp_path: Path) -> None:
    fill(tmp_path / "ws")
    labels = tmp_path / "moods.csv"
    labels.write_text("song,more,mood\n01.mp3,x,calm\n02.mp3,x,wild\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"choose one of more, mood with --column"):
        train(tmp_path / "ws", labels)
    with pytest.raises(InputError, match="too few to learn from"):
        train(tmp_path / "ws", labels, "--column", "mood")


def test_bands_that_cannot_be_listened_to_are_named(tmp_path: Path) -> None:
    fill(tmp_path / "ws", bands=80)
    labels = tmp_path / "moods.csv"
    labels.write_text("\n".join(["song,label", *[f"{n:02d}.mp3,{mood(n)}" for n in range(1, 41)]]), encoding="utf-8")
    with pytest.raises(InputError, match="the features have 80"):
        train(tmp_path / "ws", labels)
