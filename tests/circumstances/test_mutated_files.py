# ruff: noqa: E501 - bytes as they stand in files
"""Bytes of good files changed at random: readers of tags, sound, playlists, tables and lyrics give rows or reasons.

No crash, no hang over 5 s, and no text that could not be shown. Of bytes changed at random nobody knows the right
letters; of lines taken out, doubled, cut and moved they are known: they are those of the good file, or it is said that
they may be others.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import av
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen import id3

from audiorec.errors import InputError
from audiorec.features.lyrics import find_lyrics
from audiorec.features.lyrics.parts import sung_lines
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.scan import FoundFile
from audiorec.features.tags.song_tags import read_tags
from audiorec.features.track import Task, describe_file
from audiorec.sources.formats.text_decoding import decode_text, plain_text
from audiorec.sources.formats.text_lines import guessed_encoding
from audiorec.sources.playlists import read_playlist
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.tables import listens_tables
from tests import made_audio, signals

MOST_SECONDS = 5.0
RECIPE = FeatureRecipe(segments=1, segment_frames=64, waveform_segments=1)
Reader = Callable[[Path], None]
FAST = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))


def tags(path: Path) -> None:
    with path.open("rb") as file:
        found = read_tags(file, os.fsencode(path))
    for text in (found.title, *found.artists, found.album, found.genre):
        assert text.isprintable()


def sound(path: Path) -> None:
    status = path.stat()
    record, features = describe_file(
        Task(1, FoundFile(os.fsencode(path), status.st_size, status.st_mtime_ns, ""), RECIPE)
    )
    assert (features is None) == (record.status == "failed")
    assert record.reason or record.status == "ok"


def playlist(path: Path) -> None:
    rows(read_playlist.read, path)


def table(path: Path) -> None:
    rows(listens_tables.read, path)


def rows(read: Callable[..., object], path: Path) -> None:
    try:
        found = list(read(path))  # type: ignore[call-overload]
    except InputError:
        return
    for row in found:
        assert isinstance(row, Row | Unread)
        assert isinstance(row, Row) or row.reason


def lyrics(path: Path) -> None:
    assert all(line.strip() for line in sung_lines(plain_text(path.read_bytes())))


def tagged_mp3() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.mp3")
        path.write_bytes(signals.mp3(0.3))
        made = id3.ID3()
        for frame in (id3.TIT2(1, ["夜曲"]), id3.TPE1(0, ["Ann"]), id3.TCON(3, ["(17)(8)"]), id3.TDRC(3, ["2004-05"]),
                      id3.USLT(3, "eng", "", "la la"), id3.TXXX(3, "ARTISTS", ["Ann", "Bo"])):  # fmt: skip
            made.add(frame)
        made.save(path)
        return path.read_bytes()


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table({"user": ["a", "b"], "artist": ["Ann", "Bo"], "title": ["Tide", "3"], "count": [1, 2]}), sink
    )
    return bytes(sink.getvalue())


M3U = "#EXTM3U\r\n#EXTINF:123,Ann - Tide\r\nC:\\Music\\Ann\\01 Tide.mp3\r\nBo/3.flac\r\n#1 Crush.mp3\r\nfile:///m/%C3%A9.mp3\r\n"
PLS = "[playlist]\nFile1=a.mp3\nTitle1=Ann - Tide\nLength1=12\nFile2=http://x/b.mp3\nNumberOfEntries=2\n"
XSPF = ('<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList><track><location>a.mp3</location>'
        "<title>Tide</title><creator>Ann</creator></track></trackList></playlist>")  # fmt: skip
CSV = 'user,artist,title,count,time\nann,Ann,Tide,3,2021-01-31 12:34\nann,Bo,3,1,31 Jan 2021\n"b, c",Müller,Über,2,\n'
LRC = '[ti:x]\n[00:01.00]<00:01.00>Hello <00:01.50>you\n[00:02.00][00:05.00]bye &amp; bye\n[1,2](1,2,0)a\n{"t":1,"c":[]}\n'
TTML = '<tt><body><p begin="1.0"><span begin="1.0">Hello</span><span ttm:role="x-bg">ooh</span></p></body></tt>'
SRT = "1\n00:00:01,000 --> 00:00:02,000\n<i>Hello</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nbye\n"
# name of the file -> (its good bytes, what reads it)
GOOD: dict[str, tuple[Callable[[], bytes], Reader]] = {
    "tagged.mp3": (tagged_mp3, tags),
    "tagged.flac": (lambda: made_audio.coded("flac", "flac", 0.3), tags),
    "tagged.ogg": (lambda: made_audio.coded("ogg", "libopus", 0.3, 48_000), tags),
    "tagged.m4a": (lambda: made_audio.coded("ipod", "aac", 0.3), tags),
    "tagged.wma": (lambda: made_audio.coded("asf", "wmav2", 0.3), tags),
    "tagged.mka": (lambda: made_audio.coded("matroska", "flac", 0.3), tags),
    "list.m3u": (lambda: M3U.encode("cp1252", "replace"), playlist), "list.m3u8": (M3U.encode, playlist),
    "list.pls": (PLS.encode, playlist), "list.xspf": (XSPF.encode, playlist),
    "plays.csv": (CSV.encode, table), "western.csv": (lambda: CSV.encode("cp1252"), table), "plays.parquet": (parquet, table),
    "plays.jsonl": (lambda: b'{"user":"a","artist":"Ann","title":"Tide","count":2}\n' * 3, table),
    "song.lrc": (LRC.encode, lyrics), "song.ttml": (TTML.encode, lyrics), "song.srt": (SRT.encode, lyrics),
}  # fmt: skip
SOUNDS: dict[str, Callable[[], bytes]] = {
    "a.mp3": lambda: signals.mp3(0.4), "a.wav": lambda: signals.wav(0.4),
    "a.flac": lambda: made_audio.coded("flac", "flac", 0.4), "a.opus": lambda: made_audio.coded("ogg", "libopus", 0.4, 48_000),
    "chained.ogg": lambda: 2 * made_audio.coded("ogg", "vorbis", 0.3), "a.m4a": lambda: made_audio.coded("ipod", "aac", 0.4),
    "a.aac": lambda: made_audio.coded("adts", "aac", 0.4), "a.wma": lambda: made_audio.coded("asf", "wmav2", 0.4),
    "a.dsf": lambda: made_audio.dsf(0.1), "a.dff": lambda: made_audio.dff(0.1), "a.mka": lambda: made_audio.coded("matroska", "flac", 0.4),
    "a.m2ts": lambda: made_audio.coded("mpegts", "mp2", 0.4), "a.aiff": lambda: made_audio.coded("aiff", "pcm_s16be", 0.4),
}  # fmt: skip


@cache
def good(name: str) -> bytes:
    return (GOOD[name][0] if name in GOOD else SOUNDS[name])()


@st.composite
def mutated(draw: st.DrawFn, names: list[str]) -> tuple[str, bytes]:
    """A good file with bytes set, a stretch taken out, doubled or filled, or cut."""
    name = draw(st.sampled_from(names))
    data = bytearray(good(name))
    front = draw(st.booleans())  # most of what readers believe stands in front
    last = max(1, min(len(data), 600) if front else len(data)) - 1
    for place, value in draw(st.lists(st.tuples(st.integers(0, last), st.integers(0, 255)), max_size=8)):
        data[place] = value
    start = draw(st.integers(0, last))
    stretch = slice(start, start + draw(st.integers(0, 64)))
    what = draw(st.sampled_from(["keep", "cut", "out", "twice", "fill"]))
    if what == "cut":
        del data[start:]
    elif what == "out":
        del data[stretch]
    elif what == "twice":
        data[start:start] = data[stretch] * draw(st.integers(1, 50))
    elif what == "fill":
        data[stretch] = draw(st.sampled_from([b"\0", b"\xff", b"\n", b"<", b'"'])) * 64
    return name, bytes(data)


def check(case: tuple[str, bytes], read: Reader) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, case[0])
        path.write_bytes(case[1])
        began = time.process_time()
        read(path)
        assert time.process_time() - began < MOST_SECONDS


@FAST
@given(mutated(sorted(GOOD)))
def test_readers_of_words(case: tuple[str, bytes]) -> None:
    check(case, GOOD[case[0]][1])


@FAST
@given(mutated(sorted(SOUNDS)))
def test_readers_of_sound(case: tuple[str, bytes]) -> None:
    av.logging.set_level(av.logging.PANIC)
    check(case, sound)


@pytest.mark.slow
@THOROUGH
@given(mutated(sorted(GOOD)))
def test_readers_of_words_thoroughly(case: tuple[str, bytes]) -> None:
    check(case, GOOD[case[0]][1])


@pytest.mark.slow
@settings(FAST, max_examples=600)
@given(mutated(sorted(SOUNDS)))
def test_readers_of_sound_thoroughly(case: tuple[str, bytes]) -> None:
    check(case, sound)


WORDS = {
    "gb18030": "我爱你在城市的夜里听着雨声想念从前的月光和你的名字",
    "big5": "我愛你在城市的夜裡聽著雨聲想念從前的月光和你的名字",
    "cp932": "さよならだけが人生だと君は言った夜の空にひとりきりで歌う",
    "cp949": "나는너를사랑해비가오는밤에눈물이흘러그리운이름을부른다",
    "cp1251": "Звезда по имени Солнце светит над городом и дорога зовёт меня домой",
    "cp866": "Группа крови на рукаве мой порядковый номер перемен требуют наши сердца",
    "cp1250": "Długość dźwięku samotności i żółte liście na drodze do Łodzi",
    "cp1252": "Où es-tu mon étoile je t'ai cherchée jusqu'à l'été à Besançon",
}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(WORDS)), st.integers(0, 60), st.integers(1, 60))
def test_letters_are_right_or_marked(page: str, start: int, length: int) -> None:
    text = WORDS[page][start : start + length].strip()
    found = decode_text(text.encode(page))
    assert found.text == text or not found.sure


@st.composite
def changed_lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A code page, and some of its words in lines that were taken out, doubled, cut short and moved."""
    page = draw(st.sampled_from(sorted(WORDS)))
    words = (
        WORDS[page] if " " in WORDS[page] else " ".join(WORDS[page][n : n + 4] for n in range(0, len(WORDS[page]), 4))
    )
    lines = draw(st.lists(st.sampled_from(words.split()), min_size=2, max_size=8))
    return page, [line[: draw(st.integers(1, 8))] for line in lines]


def strange(texts: Iterable[str], page: str) -> set[str]:
    """Letters of some texts that the good file does not hold."""
    return {sign for text in texts for sign in text if sign > "\x7f"} - set(WORDS[page])


MORE = settings(max_examples=150, deadline=None)
VERY_MANY = settings(max_examples=5_000, deadline=None)


def of_a_list(path: Path, page: str, lines: list[str]) -> tuple[list[str], bool]:
    """The texts that a reader gives, and whether it marks them as a guess."""
    list_ = path / "x.m3u"
    list_.write_bytes("".join(f"{line}/{line}.mp3\n" for line in lines).encode(page))
    return [row.song.path for row in read_playlist.read(list_) if isinstance(row, Row)], bool(guessed_encoding(list_))


def of_a_table(path: Path, page: str, lines: list[str]) -> tuple[list[str], bool]:
    table_ = path / "x.csv"
    table_.write_bytes(("artist,title\n" + "".join(f"Ann,{line}\n" for line in lines)).encode(page))
    return [row.song.title for row in listens_tables.read(table_) if isinstance(row, Row)], bool(
        guessed_encoding(table_)
    )


def of_lyrics(path: Path, page: str, lines: list[str]) -> tuple[list[str], bool]:
    (path / "x.txt").write_bytes("\n".join(lines).encode(page))
    found = find_lyrics(os.fsencode(path / "x.mp3"), None)
    return ([], True) if found is None else ([found.text], bool(found.guessed))


def of_tags(path: Path, page: str, lines: list[str]) -> tuple[list[str], bool]:
    made = id3.ID3()
    for frame, line in zip((id3.TIT2, id3.TPE1, id3.TALB, id3.TPE2, id3.TCON, id3.TCOM), lines, strict=False):
        made.add(frame(0, [line.encode(page).decode("latin-1")]))
    made.save(path / "x.mp3")
    with (path / "x.mp3").open("rb") as file:
        found = read_tags(file, os.fsencode(path / "x.mp3"))
    return [found.title, *found.artists, found.album, found.album_artist, found.genre], bool(found.guessed)


OF_LINES = {"list": of_a_list, "table": of_a_table, "lyrics": of_lyrics, "tags": of_tags}


def check_letters(reader: str, page: str, lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        texts, is_marked = OF_LINES[reader](Path(folder), page, lines)
    assert is_marked or not strange(texts, page)


@MORE
@given(st.sampled_from(sorted(OF_LINES)), changed_lines())
def test_letters_of_changed_files_are_right_or_marked(reader: str, case: tuple[str, list[str]]) -> None:
    check_letters(reader, *case)


@pytest.mark.slow
@VERY_MANY
@given(st.sampled_from(sorted(OF_LINES)), changed_lines())
def test_letters_of_changed_files_are_right_or_marked_thoroughly(reader: str, case: tuple[str, list[str]]) -> None:
    check_letters(reader, *case)
