"""Files as they are in real libraries: broken, lying, hostile. Each ends as it should, with a reason in words."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import TrackFeatures
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.scan import scan
from audiorec.features.track import Task, describe_file
from tests import signals

MP3, WAV = signals.mp3(), signals.wav()
FLAC = signals.encoded(signals.music(2.0), signals.RATE, "FLAC")
OGG = signals.encoded(signals.noise(8.0), signals.RATE, "OGG", "VORBIS")  # long enough for several pages
RECIPE = FeatureRecipe()


def look(path: Path) -> tuple[FileRecord, TrackFeatures | None]:
    (file,) = scan([os.fsencode(path)]).files
    return describe_file(Task(1, file, RECIPE))


def flipped(data: bytes, share: float, seed: int = 0) -> bytes:
    """Random bytes changed, the first kilobyte left alone."""
    rng = np.random.default_rng(seed)
    values = np.frombuffer(data, np.uint8).copy()
    places = 1024 + rng.integers(0, len(data) - 1024, max(1, int(share * len(data))))
    values[places] = rng.integers(0, 256, len(places))
    return values.tobytes()


def without(data: bytes, low: float, high: float) -> bytes:
    return data[: int(low * len(data))] + data[int(high * len(data)) :]


def zeroed(data: bytes, low: float, high: float) -> bytes:
    first, last = int(low * len(data)), int(high * len(data))
    return data[:first] + bytes(last - first) + data[last:]


def id3(size: int, body: bytes = b"") -> bytes:
    length = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + length + body


def text_frame(name: bytes, encoding: int, text: bytes) -> bytes:
    return name + struct.pack(">I", len(text) + 1) + b"\0\0" + bytes([encoding]) + text


def tagged(*frames: bytes) -> bytes:
    body = b"".join(frames)
    return id3(len(body), body) + MP3


def wav_of(values: np.ndarray, rate: int = signals.RATE, subtype: str = "FLOAT") -> bytes:
    return signals.encoded(values, rate, "WAV", subtype)


def odd_floats(value: float) -> np.ndarray:
    sound = signals.music(2.0).copy()
    sound[1000:1100] = value
    return sound


OK, PARTIAL, FAILED, ANY = ("ok",), ("partial",), ("failed",), ("ok", "partial", "failed")
USABLE = ("ok", "partial")
# name -> (bytes, allowed outcomes, a word of the reason)
TABLE: dict[str, tuple[bytes, tuple[str, ...], str]] = {
    "whole.mp3": (MP3, OK, ""),
    "whole.wav": (WAV, OK, ""),
    "whole.flac": (FLAC, OK, ""),
    "whole.ogg": (OGG, OK, ""),
    "empty.mp3": (b"", FAILED, "0 bytes"),
    "one byte.mp3": (b"\xff", FAILED, "first bytes"),
    "text.mp3": (b"these are not the bytes you are looking for\n" * 50, FAILED, "first bytes"),
    "zeros.wav": (bytes(100_000), FAILED, "first bytes"),
    "random.mp3": (np.random.default_rng(1).bytes(3000), FAILED, ""),
    "playlist.mp3": (b"#EXTM3U\n#EXTINF:1,x\n/etc/passwd\n", FAILED, "first bytes"),
    "ffconcat.mp3": (b"ffconcat version 1.0\nfile '/etc/passwd'\n", FAILED, "first bytes"),
    "hls.m4a": (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://localhost/x\n", FAILED, "first bytes"),
    "page.ogg": (b"<!DOCTYPE html><html></html>", FAILED, "first bytes"),
    "picture.mp3": (b"\x89PNG\r\n\x1a\n" + bytes(500), FAILED, "first bytes"),
    "archive.flac": (b"PK\x03\x04" + bytes(500), FAILED, "first bytes"),
    "half.mp3": (MP3[: len(MP3) // 2], USABLE, ""),
    "half.wav": (WAV[: len(WAV) // 2], PARTIAL, "bytes of it are missing"),
    "half.flac": (FLAC[: len(FLAC) // 2], PARTIAL, "could be decoded"),
    "half.ogg": (OGG[: len(OGG) // 2], USABLE, ""),
    "head only.mp3": (MP3[:200], FAILED, ""),
    "head only.wav": (WAV[:44], FAILED, "0 samples"),
    "head only.flac": (FLAC[:60], FAILED, ""),
    "head only.ogg": (OGG[:60], FAILED, ""),
    "cut header.wav": (WAV[:20], FAILED, ""),
    "no head.mp3": (MP3[300:], USABLE, ""),
    "no head.flac": (FLAC[300:], FAILED, ""),
    "junk before.mp3": (b"\0" * 3000 + MP3, USABLE, ""),
    "junk after.mp3": (MP3 + b"junk" * 3000, USABLE, ""),
    "flips.mp3": (flipped(MP3, 0.001), USABLE, ""),
    "many flips.mp3": (flipped(MP3, 0.05), ANY, ""),
    "flips.flac": (flipped(FLAC, 0.001), ANY, ""),
    "flips.ogg": (flipped(OGG, 0.001), ANY, ""),
    "flips.wav": (flipped(WAV, 0.05), OK, ""),
    "hole.mp3": (without(MP3, 0.4, 0.6), USABLE, ""),
    "hole.flac": (without(FLAC, 0.4, 0.6), ANY, ""),
    "zeroed middle.mp3": (zeroed(MP3, 0.4, 0.6), USABLE, ""),
    "zeroed middle.ogg": (zeroed(OGG, 0.4, 0.6), ANY, ""),
    "is a wav.mp3": (WAV, OK, ""),
    "is an mp3.flac": (MP3, OK, ""),
    "is a flac.ogg": (FLAC, OK, ""),
    "no suffix": (MP3, OK, ""),
    "spliced rates.mp3": (MP3 + signals.mp3(2.0, 22_050), USABLE, ""),
    "spliced twice.mp3": (MP3 + MP3, USABLE, ""),
    "id3 and flac.flac": (id3(100, bytes(100)) + FLAC, USABLE, ""),
    "id3 says more.mp3": (id3(10_000_000) + MP3, ANY, ""),
    "id3 of nothing.mp3": (id3(0) + MP3, OK, ""),
    "id3 twice.mp3": (id3(50, bytes(50)) + id3(50, bytes(50)) + MP3, USABLE, ""),
    "big cover.mp3": (id3(40_000_000, bytes(40_000_000)) + MP3, OK, ""),
    "riff says less.wav": (WAV[:4] + struct.pack("<I", 100) + WAV[8:], OK, ""),
    "riff says more.wav": (WAV[:4] + struct.pack("<I", 2**31) + WAV[8:], USABLE, ""),
    "data says more.wav": (WAV[:40] + struct.pack("<I", 2**31 - 1) + WAV[44:], USABLE, ""),
    "rate zero.wav": (WAV[:24] + bytes(4) + WAV[28:], FAILED, ""),
    "no channels.wav": (WAV[:22] + bytes(2) + WAV[24:], FAILED, ""),
    "no samples.wav": (wav_of(np.zeros(0, np.float32)), FAILED, "0 samples"),
    "one sample.wav": (wav_of(np.ones(1, np.float32)), FAILED, "too short"),
    "silence.wav": (wav_of(np.zeros(40_000, np.float32)), OK, "silent"),
    "nan.wav": (wav_of(odd_floats(np.nan)), PARTIAL, "not numbers"),
    "infinite.wav": (wav_of(odd_floats(np.inf)), PARTIAL, "not numbers"),
    "huge.wav": (wav_of(odd_floats(1e30)), PARTIAL, "not numbers"),
    "8 kHz.wav": (wav_of(signals.music(2.0, 8000), 8000), OK, ""),
    "192 kHz.wav": (wav_of(signals.music(1.0, 192_000), 192_000), OK, ""),
    "8 channels.wav": (wav_of(np.tile(signals.music(1.0)[:, None], (1, 8))), OK, ""),
    "24 bits.wav": (signals.wav(subtype="PCM_24"), OK, ""),
    "8 bits.wav": (signals.wav(subtype="PCM_U8"), OK, ""),
    "gbk tag.mp3": (tagged(text_frame(b"TIT2", 0, "夜曲".encode("gbk"))), OK, ""),
    "utf-16 tag.mp3": (tagged(text_frame(b"TIT2", 1, "夜曲".encode("utf-16"))), OK, ""),
    "nul tag.mp3": (tagged(text_frame(b"TPE1", 3, b"One\0Two\0")), OK, ""),
    "broken utf-8 tag.mp3": (tagged(text_frame(b"TIT2", 3, b"\xff\xfe\xfd")), OK, ""),
    "odd utf-16 tag.mp3": (tagged(text_frame(b"TIT2", 1, b"\xff\xfea")), OK, ""),
    "markup tag.mp3": (tagged(text_frame(b"TIT2", 3, b"<script>[red]x[/red]\x1b[31m")), OK, ""),
    "endless tag.mp3": (tagged(text_frame(b"TIT2", 3, b"la" * 100_000)), OK, ""),
    "frame says more.mp3": (tagged(b"TIT2" + struct.pack(">I", 2**31 - 1) + b"\0\0\x03x"), ANY, ""),
    "fake m4a.m4a": (b"\0\0\0\x18ftypM4A " + bytes(500), FAILED, ""),
    "drm.m4p": (b"\0\0\0\x18ftypM4P \0\0\0\0M4P mp42" + b"\0\0\0\x08free" + bytes(200), FAILED, ""),
    "fake ogg.ogg": (b"OggS" + bytes(500), FAILED, ""),
    "fake wma.wma": (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(500), FAILED, ""),
    "a video's head.mp4": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(100), FAILED, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_every_file_ends_as_it_should(tmp_path: Path, name: str) -> None:
    data, outcomes, word = TABLE[name]
    path = tmp_path / name
    path.write_bytes(data)
    record, features = look(path)
    assert record.status in outcomes, record
    assert word in record.reason
    # Sound may be whole where the letters of its tags are not sure, or where there is nothing to hear.
    said = any(words in record.reason for words in ("code page", "is silent"))
    assert bool(record.reason) == (record.status != "ok") or said
    assert "0x" not in record.reason
    assert "<none>" not in record.reason
    assert (features is None) == (record.status == "failed")
    if features is not None:
        assert np.isfinite(features.descriptors).all()
        assert features.logmel.shape[1:] == (128, 256)
    for text in (record.title, *record.artists, record.album):
        assert text.isprintable()
        assert len(text) <= 500


def test_there_are_enough_of_them() -> None:
    assert len(TABLE) >= 60


def test_tags_are_read_as_they_are_meant(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(TABLE["utf-16 tag.mp3"][0])
    assert look(path)[0].title == "夜曲"
    path.write_bytes(TABLE["nul tag.mp3"][0])
    assert look(path)[0].artists == ("One", "Two")


def test_the_name_stands_in_for_missing_tags(tmp_path: Path) -> None:
    path = tmp_path / "07 - Ada - Night.mp3"
    path.write_bytes(MP3)
    record, _ = look(path)
    assert (record.title, record.artists) == ("Night", ("Ada",))


@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_m4a(tmp_path: Path, seconds: float) -> None:
    record, features = look(signals.m4a(tmp_path / "a.m4a", seconds))
    assert (record.status, record.decoder) == ("ok", "pyav")
    assert features is not None


@pytest.mark.parametrize("dense_first", [True, False], ids=["too short", "too long"])
def test_an_mp3_whose_length_is_guessed_wrongly_is_whole(tmp_path: Path, dense_first: bool) -> None:
    # A dense part makes long frames, quiet minutes short ones, and no first frame says how long all are.
    dense = 0.3 * np.random.default_rng(0).standard_normal((10 * signals.RATE, 2))
    quiet = np.full((60 * signals.RATE, 2), 0.1) * np.sin(np.arange(60 * signals.RATE) / 7.0)[:, None]
    parts = [dense, quiet] if dense_first else [quiet, dense]
    coded = signals.encoded(np.concatenate(parts).astype(np.float32), signals.RATE, "MP3", "MPEG_LAYER_III")
    path = tmp_path / "song.mp3"
    path.write_bytes(coded[coded.index(coded[:2], 4) :])
    record, _ = look(path)
    assert record.status == "ok", record.reason
    assert record.seconds == pytest.approx(70.0, abs=0.3)


def test_a_cut_m4a_fails_with_a_reason(tmp_path: Path) -> None:
    path = signals.m4a(tmp_path / "a.m4a")
    path.write_bytes(path.read_bytes()[:4000])
    record, _ = look(path)
    assert record.status == "failed"
    assert record.reason


def test_a_file_that_goes_away_or_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "gone.mp3"
    path.write_bytes(MP3)
    (file,) = scan([os.fsencode(path)]).files
    path.unlink()
    record, _ = describe_file(Task(1, file, RECIPE))
    assert (record.status, record.reason) == (
        "failed",
        "cannot be read now (No such file or directory); tried again at the next run",
    )


def make_loop(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)


def make_fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe.mp3")


def make_dangling(folder: Path) -> None:
    (folder / "dangling.mp3").symlink_to(folder / "nowhere")


def make_folder_with_suffix(folder: Path) -> None:
    (folder / "folder.mp3").mkdir()
    (folder / "folder.mp3" / "inside.mp3").write_bytes(MP3)


@pytest.mark.parametrize(
    ("make", "files", "problem"),
    [
        (make_loop, 1, ""),
        (make_fifo, 1, "not a regular file"),
        (make_dangling, 1, "cannot be read"),
        (make_folder_with_suffix, 2, ""),
    ],
)
def test_odd_places(tmp_path: Path, make: Callable[[Path], None], files: int, problem: str) -> None:
    (tmp_path / "song.mp3").write_bytes(MP3)
    make(tmp_path)
    found = scan([os.fsencode(tmp_path)])
    assert len(found.files) == files
    assert [reason for _, reason in found.problems if problem in reason] or not problem


@pytest.mark.parametrize("name", [b"\xff\xfe.mp3", b"a" * 251 + b".mp3", b"new\nline.mp3", "歌曲 🎵.mp3".encode()])
def test_odd_names(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(MP3)
    (found,) = scan([os.fsencode(tmp_path)]).files
    assert found.path == path
    record, features = describe_file(Task(1, found, RECIPE))
    assert record.status == "ok"
    assert record.title.isprintable()
    assert features is not None


def test_an_unreadable_folder_is_named(tmp_path: Path) -> None:
    """Root may read everything, so as root the folder is looked at with another user's rights."""
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "song.mp3").write_bytes(MP3)
    for folder in (tmp_path, *list(tmp_path.parents)[:4]):
        folder.chmod(folder.stat().st_mode | 0o055)
    closed.chmod(0)
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(65534)
        found = scan([os.fsencode(tmp_path)])
    finally:
        if is_root:
            os.seteuid(0)
        closed.chmod(0o700)
    assert found.files == []
    assert found.problems == [(os.fsencode(closed), "folder cannot be read (Permission denied); its songs are kept")]
