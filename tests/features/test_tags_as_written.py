"""Fields under the names and in the forms that writers of tags really use, and names of files without tags."""

import io
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from mutagen import id3
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC
from mutagen.mp4 import MP4

from audiorec.features.decoding.stream_links import links
from audiorec.features.tags.song_tags import Tags, read_tags
from tests import made_audio, signals

MBID = "0b3d8fd9-5b0b-4b5b-9b0b-0b3d8fd95b0b"
OF_ITUNES = "----:com.apple.iTunes:"


def read(file: io.BytesIO, name: str = "x") -> Tags:
    with tempfile.TemporaryFile() as on_disk:
        on_disk.write(file.getvalue())
        return read_tags(on_disk, name.encode())


def mp3(*frames: Any) -> Tags:
    file = io.BytesIO(signals.encoded(signals.tone(440, 0.2), signals.RATE, "MP3", "MPEG_LAYER_III"))
    tags = id3.ID3()
    for frame in frames:
        tags.add(frame)
    tags.save(file)
    return read(file)


def flac(**fields: str) -> Tags:
    file = io.BytesIO(made_audio.coded("flac", "flac", 0.2))
    tags = FLAC(file)
    tags.update({name.replace("E_D", "E D"): value for name, value in fields.items()})
    file.seek(0)
    tags.save(file)
    return read(file)


def m4a(name: str, value: Any) -> Tags:
    file = io.BytesIO(made_audio.coded("ipod", "aac", 0.2))
    tags = MP4(file)
    tags[name] = value
    file.seek(0)
    tags.save(file)
    return read(file)


def ape(name: str, value: str) -> Tags:
    file = io.BytesIO(signals.encoded(signals.tone(440, 0.2), signals.RATE, "MP3", "MPEG_LAYER_III"))
    tags = APEv2()
    tags[name] = value
    tags.save(file)
    return read(file)


def utf16(encoding: int, text: bytes) -> Tags:
    """A title whose bytes stand in another order than its frame says."""
    frame = b"TIT2" + (len(text) + 1).to_bytes(4, "big") + b"\0\0" + bytes([encoding]) + text
    file = io.BytesIO(b"ID3\3\0\0\0\0\0" + bytes([len(frame)]) + frame)
    file.seek(0, io.SEEK_END)
    file.write(signals.encoded(signals.tone(440, 0.2), signals.RATE, "MP3", "MPEG_LAYER_III"))
    return read(file)


YEARS: dict[str, Callable[[], Tags]] = {
    "RELEASEDATE": lambda: flac(RELEASEDATE="1998-02-02"),
    "RELEASE DATE": lambda: flac(RELEASE_DATE="1998"),
    "TXXX:RELEASEDATE": lambda: mp3(id3.TXXX(3, "RELEASEDATE", ["1998"])),
    "TXXX:Original Year": lambda: mp3(id3.TXXX(3, "Original Year", ["1998"])),
    "MP4 YEAR": lambda: m4a(f"{OF_ITUNES}YEAR", [b"1998"]),
    "MP4 ORIGINALDATE": lambda: m4a(f"{OF_ITUNES}ORIGINALDATE", [b"1998-01-01"]),
    "APE Record Date": lambda: ape("Record Date", "1998-01-01"),
}


@pytest.mark.parametrize("written", YEARS)
def test_years(written: str) -> None:
    assert YEARS[written]().year == 1998


@pytest.mark.parametrize("isrc", ["USRC17607839;GBAYE0000001", "USRC17607839/GBAYE0000001", "isrc:US-RC1-76-07839"])
def test_recordings_that_are_named_among_other_words(isrc: str) -> None:
    assert flac(ISRC=isrc).isrc == "USRC17607839"
    assert m4a("xid ", [f"Universal:{isrc}"]).isrc == "USRC17607839"


def test_ids_of_musicbrainz_as_addresses_and_in_free_fields() -> None:
    assert flac(MUSICBRAINZ_TRACKID=f"https://musicbrainz.org/recording/{MBID}").mbid == MBID
    assert mp3(id3.TXXX(3, "MUSICBRAINZ_TRACKID", [MBID])).mbid == MBID


@pytest.mark.parametrize(
    ("encoding", "text"),
    [(1, "Tide".encode("utf-16-be")), (2, "Tide".encode("utf-16-le")), (2, "\ufeff夜曲".encode("utf-16-le"))],
)
def test_bytes_in_another_order_than_their_frame_says(encoding: int, text: bytes) -> None:
    assert utf16(encoding, text).title in ("Tide", "夜曲")


def test_one_western_name_among_fields_of_another_page() -> None:
    russian = "Группа крови на рукаве".encode("cp1251").decode("latin-1")
    found = mp3(id3.TIT2(0, [russian]), id3.TALB(0, ["Björk"]))
    assert (found.title, found.album) == ("Группа крови на рукаве", "Björk")


@pytest.mark.parametrize(
    ("name", "artists", "title"),
    [
        ("Ann_-_High_Tide.mp3", ("Ann",), "High Tide"),
        ("Ann - Album - 01 - Tide.mp3", ("Ann",), "Tide"),
        ("Ann - 12 - Tide.mp3", ("Ann",), "Tide"),
        ("Ann - Album - 01 Tide.mp3", ("Ann",), "Tide"),
        ("(01) Tide.mp3", (), "Tide"),
        ("[01] Tide.mp3", (), "Tide"),
        ("01、夜曲.mp3", (), "夜曲"),
        ("周杰伦-夜曲.mp3", ("周杰伦",), "夜曲"),
        ("2-4-6-8 Motorway.mp3", (), "2-4-6-8 Motorway"),
        ("A-ha - Take On Me.mp3", ("A-ha",), "Take On Me"),
        ("Ann - Blink-182.mp3", ("Ann",), "Blink-182"),
    ],
)
def test_names_of_files(name: str, artists: tuple[str, ...], title: str) -> None:
    found = read(io.BytesIO(b"no tags"), name)
    assert (found.artists, found.title) == (artists, title)


def test_an_mp4_whose_first_box_has_no_size_is_one_stream() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"\0\0\0\4ftypM4A \0\0\0\0")
        file.flush()
        assert links(file.fileno(), "mp4", 0, 16) == ((0, 16),)
