"""Tags as programs leave them: every place in which a container can carry them, several values, names of lyrics."""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutagen import id3
from mutagen.apev2 import APEv2
from mutagen.asf import ASF
from mutagen.flac import FLAC
from mutagen.mp4 import MP4

from audiorec.data.genres import genre_names
from audiorec.features.tags.song_tags import Tags, read_tags
from tests import made_audio, signals

Make = Callable[[Path], None]
FRAMES = (id3.TIT2(3, ["Tide"]), id3.TPE1(3, ["Ann", "Bob"]), id3.TALB(3, ["Sea"]), id3.TPE2(3, ["Cy"]),
          id3.TDRC(3, ["1999-05-03"]), id3.TCON(3, ["Rock", "Jazz"]), id3.USLT(3, "eng", "", "la la"))  # fmt: skip
WHOLE = ("Tide", ("Ann", "Bob"), "Sea", "Cy", 1999, ("rock", "jazz"), "la la")
APE = {"Title": "Tide", "Artist": ["Ann", "Bob"], "Album": "Sea", "Album Artist": "Cy", "Year": "1999",
       "Genre": ["Rock", "Jazz"], "Lyrics": "la la"}  # fmt: skip
VORBIS = {"TITLE": "Tide", "ARTIST": ["Ann", "Bob"], "ALBUM": "Sea", "ALBUMARTIST": "Cy", "DATE": "1999-05",
          "GENRE": ["Rock", "Jazz"], "LYRICS": "la la"}  # fmt: skip
ATOMS = {"\xa9nam": "Tide", "\xa9ART": ["Ann", "Bob"], "\xa9alb": "Sea", "aART": "Cy", "\xa9day": "1999-01-01",
         "\xa9gen": ["Rock", "Jazz"], "\xa9lyr": "la la"}  # fmt: skip


def read(path: Path) -> Tags:
    with path.open("rb") as file:
        return read_tags(file, os.fsencode(path))


def with_id3(data: bytes, *frames: Any, version: int = 4) -> Make:
    def make(path: Path) -> None:
        path.write_bytes(data)
        tags = id3.ID3()
        for frame in frames or FRAMES:
            tags.add(frame)
        if version == 3:
            tags.update_to_v23()
        tags.save(path, v2_version=version)

    return make


def id3v1(title: bytes, artist: bytes) -> bytes:
    return b"TAG" + title.ljust(30, b"\0") + artist.ljust(30, b"\0") + bytes(30) + b"2000" + bytes(30) + b"\x08"


def with_ape(data: bytes, behind: bytes = b"") -> Make:
    def make(path: Path) -> None:
        path.write_bytes(data)
        tags = APEv2()
        tags.update(APE)
        tags.save(path)
        path.write_bytes(path.read_bytes() + behind)

    return make


def with_tags(kind: Any, data: bytes, values: dict[str, Any]) -> Make:
    def make(path: Path) -> None:
        path.write_bytes(data)
        file = kind(path)
        file.update(values)
        file.save()

    return make


def of_form(data: bytes, name: bytes, body: bytes, size: str = "<I") -> bytes:
    """A RIFF, AIFF or DSDIFF file with one more chunk at its end."""
    head, width = (12, ">Q") if data[:4] == b"FRM8" else (8, size)
    whole = data[head:] + name + struct.pack(width, len(body)) + body + b"\0" * (len(body) % 2)
    return data[:4] + struct.pack(width, len(whole)) + whole


def id3_chunk(data: bytes, name: bytes = b"id3 ", size: str = "<I") -> Make:
    def make(path: Path) -> None:
        with_id3(b"")(path)
        path.write_bytes(of_form(data, name, path.read_bytes(), size))

    return make


def info(**texts: str) -> bytes:
    return b"INFO" + b"".join(
        key.encode() + struct.pack("<I", len(text) + 1) + text.encode() + b"\0" * (2 - len(text) % 2)
        for key, text in texts.items()
    )


MP3, FLAC_, WAV = signals.mp3(0.3), made_audio.coded("flac", "flac", 0.3), signals.wav(0.3)
OF_EVERY_KIND: dict[str, Make] = {
    "id3 2.4.mp3": with_id3(MP3),
    "ape.mp3": with_ape(MP3),
    "ape before a cut id3v1.mp3": with_ape(MP3, id3v1(b"Tid", b"A")),
    "ape.flac": with_ape(FLAC_),
    "ape.wv": with_ape(made_audio.coded("wv", "wavpack", 0.3)),
    "ape.tta": with_ape(made_audio.coded("tta", "tta", 0.3)),
    "ape.aac": with_ape(made_audio.coded("adts", "aac", 0.3)),
    "id3.ac3": with_id3(made_audio.coded("ac3", "ac3", 0.3)),
    "id3.flac": with_id3(FLAC_),
    "id3.tta": with_id3(made_audio.coded("tta", "tta", 0.3)),
    "id3 chunk.wav": id3_chunk(WAV),
    "ID3 chunk.wav": id3_chunk(WAV, b"ID3 "),
    "id3 chunk.aiff": id3_chunk(made_audio.coded("aiff", "pcm_s16be", 0.3), b"ID3 ", ">I"),
    "id3 chunk.dff": id3_chunk(made_audio.dff(0.1), b"ID3 "),
    "vorbis.flac": with_tags(FLAC, FLAC_, VORBIS),
    "atoms.m4a": with_tags(MP4, made_audio.coded("ipod", "aac", 0.3), ATOMS),
    # Endings that lie.
    "flac inside.mp3": with_tags(FLAC, FLAC_, VORBIS),
    "mp3 inside.ogg": with_id3(MP3),
    "wav inside.flac": id3_chunk(WAV),
    "adts inside.m4a": with_id3(made_audio.coded("adts", "aac", 0.3)),
    "wavpack inside.mp3": with_ape(made_audio.coded("wv", "wavpack", 0.3)),
}


@pytest.mark.parametrize("name", OF_EVERY_KIND)
def test_every_tag_of_every_kind_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    OF_EVERY_KIND[name](path)
    tags = read(path)
    assert (
        *(tags.title, tags.artists, tags.album, tags.album_artist, tags.year),
        *(genre_names(tags.genre), tags.lyrics),
    ) == WHOLE


def test_fields_that_one_tag_lacks_come_from_the_other(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    with_id3(b"", id3.TALB(3, ["Sea"]))(path)
    path.write_bytes(of_form(of_form(WAV, b"LIST", info(INAM="Tide", IART="Ann")), b"id3 ", path.read_bytes()))
    assert (read(path).title, read(path).artists, read(path).album) == ("Tide", ("Ann",), "Sea")


@pytest.mark.parametrize(
    "name", ["LYRICS", "UNSYNCEDLYRICS", "Unsynced Lyrics", "SYNCEDLYRICS", "lyrics-eng", "LYRICS_SYNCED", "USLT"]
)
def test_lyrics_under_their_several_names(tmp_path: Path, name: str) -> None:
    with_tags(
        FLAC, FLAC_, {"TITLE": "x", name: "la la", "LYRICIST": "nobody of a long name", "LYRICSURL": "http://x/y"}
    )(tmp_path / "x.flac")
    assert read(tmp_path / "x.flac").lyrics == "la la"


def test_lyrics_and_artists_of_free_atoms(tmp_path: Path) -> None:
    owner = "----:com.apple.iTunes:"
    with_tags(MP4, made_audio.coded("ipod", "aac", 0.3), {
        "\xa9ART": "Ann & Bob", f"{owner}ARTISTS": [b"Ann", b"Bob"], f"{owner}UNSYNCEDLYRICS": b"la la",
    })(tmp_path / "x.m4a")  # fmt: skip
    assert (read(tmp_path / "x.m4a").artists, read(tmp_path / "x.m4a").lyrics) == (("Ann", "Bob"), "la la")


@pytest.mark.parametrize(
    ("frames", "artists"),
    [
        ([id3.TPE1(3, ["Ann & Bob"]), id3.TXXX(3, "Artists", ["Ann", "Bob"])], ("Ann", "Bob")),
        ([id3.TPE1(3, ["Ann//Bob"])], ("Ann", "Bob")),
        ([id3.TPE1(3, ["Ann\\\\Bob"])], ("Ann", "Bob")),
        ([id3.TPE1(3, ["AC/DC"])], ("AC/DC",)),
        ([id3.TPE2(3, ["Ann"])], ("Ann",)),
        ([id3.TPE1(3, ["Unknown Artist"]), id3.TPE2(3, ["Ann"])], ("Ann",)),
        ([id3.TPE1(3, ["[unknown]"])], ()),
    ],
)
def test_artists_as_they_are_written(tmp_path: Path, frames: list[Any], artists: tuple[str, ...]) -> None:
    with_id3(MP3, id3.TIT2(3, ["x"]), *frames)(tmp_path / "x.mp3")
    assert read(tmp_path / "x.mp3").artists == artists


@pytest.mark.parametrize(
    "frame",
    [
        id3.TDRL(3, ["1999"]),
        id3.TXXX(3, "YEAR", ["1999"]),
        id3.TXXX(3, "originalyear", ["1999"]),
        id3.TDOR(3, ["1999"]),
    ],
)
def test_years_under_their_several_names(tmp_path: Path, frame: Any) -> None:
    with_id3(MP3, frame)(tmp_path / "x.mp3")
    assert read(tmp_path / "x.mp3").year == 1999


def test_attributes_of_wma(tmp_path: Path) -> None:
    values = {"Title": "T", "Author": "Ann & Bob", "WM/ARTISTS": ["Ann", "Bob"], "WM/OriginalReleaseYear": "1988",
              "WM/Lyrics_Synchronised": "[00:01.00]la"}  # fmt: skip
    with_tags(ASF, made_audio.coded("asf", "wmav2", 0.3), values)(tmp_path / "x.wma")
    tags = read(tmp_path / "x.wma")
    assert (tags.artists, tags.year, tags.lyrics) == (("Ann", "Bob"), 1988, "[00:01.00]la")
