"""Inputs of real collections, each as a whole: what people see of it is right."""

import unicodedata
from pathlib import Path
from urllib.parse import quote

import mutagen
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mutagen import id3
from mutagen.flac import FLAC

from audiorec.data.workspace import Workspace
from audiorec.features.lyrics.parts import sung_lines
from audiorec.sources.formats.text_decoding import plain_text
from tests import made_audio, signals
from tests.circumstances.place import Place, named


def plays(place: Place) -> dict[str, int]:
    return {song["title"]: song["plays"] for song in place.tracks().values()}


@pytest.mark.parametrize("missing", ["TITLE", "ARTIST", "ALBUM", "DATE", "GENRE"])
@pytest.mark.parametrize("name", ["x.flac", "x.ogg", "x.opus"])
def test_one_field_is_missing(place: Place, name: str, missing: str) -> None:
    kind = {"x.flac": ("flac", "flac"), "x.ogg": ("ogg", "vorbis"), "x.opus": ("ogg", "libopus")}[name]
    path = place.raw(name, made_audio.coded(*kind, 0.4, 48_000))
    said = {"TITLE": "Tide", "ARTIST": "Ann", "ALBUM": "Sea", "DATE": "2004", "GENRE": "Rock", "LYRICS": "la la la"}
    tags = mutagen.File(path)  # type: ignore[attr-defined, unused-ignore]
    tags.update({field: text for field, text in said.items() if field != missing})
    tags.save()
    place.extract()
    song = place.tracks()[name]
    there = {
        "TITLE": song["title"] == "Tide", "ARTIST": song["artists"] == ["Ann"], "ALBUM": song["album"] == "Sea",
        "DATE": song["year"] == 2004, "GENRE": song["genres"] == ["rock"], "LYRICS": song["has_lyrics"],
    }  # fmt: skip
    assert {field for field, is_there in there.items() if not is_there} == {missing}


def test_tags_of_several_values(place: Place) -> None:
    flac = made_audio.coded("flac", "flac", 0.4)
    for name, fields in {
        "genres.flac": {"TITLE": "a", "ARTIST": "Ann", "GENRE": ["Rock", "Indie", "Jazz"]},
        "artists.flac": {"TITLE": "b", "ARTIST": "Ann feat. Bob", "ARTISTS": ["Ann", "Bob"]},
    }.items():
        tags = FLAC(place.raw(name, flac))
        tags.update(fields)
        tags.save()
    place.song("two.mp3", *named("Ann", "c"), id3.TCON(3, ["Rock", "Indie"]))
    place.song("lrc.mp3", *named("Ann", "d"), id3.TXXX(3, "SYNCEDLYRICS", ["[00:01.00]hello my love\n[00:02.00]bye"]))
    for name, credit in {"feat": "Ann feat. Bob", "slash": "郑伊健/陈小春/周俊伟", "dun": "周杰伦、费玉清"}.items():
        place.song(f"{name}.mp3", *named(credit, name))
    place.extract()
    songs = place.tracks()
    assert songs["genres.flac"]["genres"] == ["rock", "indie", "jazz"]
    assert songs["two.mp3"]["genres"] == ["rock", "indie"]
    assert place.library.lyrics(songs["lrc.mp3"]["id"]) == ["hello my love", "bye"]
    assert songs["artists.flac"]["artists"] == songs["feat.mp3"]["artists"] == ["Ann", "Bob"]
    assert songs["slash.mp3"]["artists"] == ["郑伊健", "陈小春", "周俊伟"]
    assert songs["dun.mp3"]["artists"] == ["周杰伦", "费玉清"]


def test_artists_of_many_spellings(place: Place) -> None:
    names = ["Björk", unicodedata.normalize("NFD", "Björk"), "BJÖRK", "The Beatles", "Beatles", "the beatles",
             "Guns N’ Roses", "Guns N' Roses", "Various Artists", "Unknown Artist", "群星"]  # fmt: skip
    for n, name in enumerate(names):
        place.song(f"{n}.mp3", *named(name, f"Song {n}"))
    place.extract()
    assert place.library.status()["artists"] == 3


def test_names_that_begin_with_a_number(place: Place) -> None:
    right = {
        "50 Cent - In Da Club": (["50 Cent"], "In Da Club"),
        "3 Doors Down - Kryptonite": (["3 Doors Down"], "Kryptonite"),
        "808 State - Pacific": (["808 State"], "Pacific"), "99 Luftballons": ([], "99 Luftballons"),
        "21 Guns": ([], "21 Guns"), "05 Song": ([], "Song"), "Ann – Moon": (["Ann"], "Moon"),
    }  # fmt: skip
    for name in right:
        place.song(f"{name}.mp3")
    place.extract()
    found = {Path(name).stem: (song["artists"], song["title"]) for name, song in place.tracks().items()}
    assert found == right


def test_playlists_of_other_machines(place: Place) -> None:
    names = ["Hollow/First/01 One.mp3", "周杰伦/叶惠美/晴天.mp3"]
    for name in names:
        place.song(name)
    place.extract()
    back = [name.replace("/", "\\") for name in names]
    for n, lines in enumerate([
        ["C:\\Users\\me\\Music\\" + name for name in back], ["\\\\NAS\\music\\" + name for name in back],
        ["/Users/me/Music/Media/" + name for name in names], ["file:///D:/Music/" + quote(name) for name in names],
    ], start=1):  # fmt: skip
        (place.root / f"{n}.m3u8").write_text("\n".join(["#EXTM3U", *lines]), encoding="utf-8")
        place.library.import_auto(place.root / f"{n}.m3u8", user="me")
        assert plays(place) == {"One": n, "晴天": n}


def test_a_list_in_latin_1(place: Place) -> None:
    names = ["Björk/Homogenic/01 Jóga.mp3", "Sigur Rós/Ágætis/02 Svefn.mp3", "Motörhead/Ace/03 Ace of Spades.mp3"]
    for name in names:
        place.song(name)
    place.extract()
    (place.music / "west.m3u").write_bytes("\r\n".join(["#EXTM3U", *names]).encode("cp1252"))
    place.library.import_auto(place.music / "west.m3u", user="me")
    assert set(plays(place).values()) == {1}


def test_a_table_of_a_western_excel_and_of_others(place: Place) -> None:
    place.song("x.mp3", *named("Nobody here", "Nothing"))
    place.extract()
    tables = {
        "cp1252": {"Müller": "Björk - Jóga", "Jürgen": "Motörhead - Ace of Spades", "Sören": "Sigur Rós - Hoppípolla"},
        "cp1251": {"Иван": "Кино - Группа крови"},
        "big5": {"小明": "劉若英 - 後來我總算學會了"},
        "cp932": {"太郎": "さくら - 夜に駆ける"},
    }
    for page, rows in tables.items():
        lines = [",".join((user, *song.split(" - "))) for user, song in rows.items()]
        (place.root / f"{page}.csv").write_bytes("\n".join(["user,artist,title", *lines, ""]).encode(page))
        place.library.import_auto(place.root / f"{page}.csv")
    with Workspace.open(place.root / "ws") as space:
        waiting = {row[0] for row in space.db.execute("SELECT user FROM unmatched")}
    assert waiting == {user for rows in tables.values() for user in rows}


def test_tables_as_exported(place: Place) -> None:
    place.song("1.mp3", *named("Queen", "Under Pressure"))
    place.extract()
    row = "ann,Queen,Under Pressure"
    times = ['"31 Jan 2021, 12:34"', "31 Jan 2021 12:34", "31/01/2021 12:34", "2021/01/31 12:34", "20210131",
             "2021-01-31 12:34:56"]  # fmt: skip
    found = 0
    for name, text, more in (
        ("sep.csv", "sep=;\nuser;artist;title;count\nann;Queen;Under Pressure;3\n", 3),
        ("short.csv", f"user,artist,title,count,time\n{row}\n{row},3\n", 4),
        ("dates.csv", "user,artist,title,time\n" + "".join(f"{row},{time}\n" for time in times), 6),
        ("mac.csv", f"user,artist,title\r{row}\r", 1),
        ("remaster.csv", f"user,artist,title\n{row} - 2011 Remaster\n{row} - Live\n", 1),
    ):
        (place.root / name).write_bytes(text.encode())
        place.library.import_auto(place.root / name)
        found += more
        assert plays(place) == {"Under Pressure": found}, name
    table = pa.table({"user": [1.0, float("nan")], "artist": ["Queen"] * 2, "title": ["Under Pressure"] * 2})
    pq.write_table(table, place.root / "nan.parquet")
    place.library.import_auto(place.root / "nan.parquet")
    with Workspace.open(place.root / "ws") as space:
        assert set(space.interactions().users) == {"ann", "1"}


def test_an_artist_and_a_song_that_is_called_by_a_number(place: Place) -> None:
    for n, (artist, title) in enumerate([("One", "Hello"), ("Two", "3"), ("Three", "Wrong Song"), ("Four", "Hello")]):
        place.song(f"{n}.mp3", *named(artist, title))
    place.extract()
    (place.root / "plays.csv").write_text("user,artist,song,count\nu,Two,3,5\nu,One,Hello,2\nu,Four,Hello,2\n")
    (place.root / "ids.csv").write_text("user,track_id,artist,title\nu,1,Three,Wrong Song\n")
    for name in ("plays.csv", "ids.csv"):
        place.library.import_auto(place.root / name)
    assert [song["plays"] for _, song in sorted(place.tracks().items())] == [2, 5, 1, 2]


def test_a_count_beyond_what_is_stored(place: Place) -> None:
    place.song("1.mp3")
    place.extract()
    (place.root / "plays.csv").write_text("user,path,count\na,1.mp3,1e39\nb,1.mp3,3\n")
    taken = place.library.import_auto(place.root / "plays.csv")
    assert "not a number above 0 and up to a billion" in taken.reports[0].problems[0].reason
    assert set(plays(place).values()) == {3}


def test_a_short_vbr_mp3_without_a_table(place: Place) -> None:
    quiet = np.repeat(0.1 * np.sin(2 * np.pi * 220 * np.arange(14 * 44_100) / 44_100)[:, None], 2, 1)
    dense = 0.3 * np.random.default_rng(0).standard_normal((44_100, 2))
    sound = np.concatenate([dense, quiet]).astype(np.float32)
    place.raw("x.mp3", signals.encoded(sound, 44_100, "MP3", "MPEG_LAYER_III"))
    assert place.extract() == []
    assert place.tracks()["x.mp3"]["seconds"] == pytest.approx(15.0, abs=0.1)


def test_lyrics_beside_the_song(place: Place) -> None:
    names = [("NFC", "ガラス", "NFD", "ガラス"), ("NFD", "Été", "NFC", "Été"), ("NFC", "Upper", "NFC", "upper")]
    for form, song, other, words in names:
        place.song(unicodedata.normalize(form, song) + ".mp3")
        text = "[00:01.00]窗外的雨停了\n[00:02.00]我在等你回来\n"
        place.raw(unicodedata.normalize(other, words) + ".lrc", text)
    place.extract()
    assert [song["has_lyrics"] for song in place.tracks().values()] == [True] * 3


LYRICS = {
    "[00:01.00]Now I&apos;m feeling you\n[00:02.00]Don&#39;t you cry &amp; smile\n"
    "[00:03.00]&quot;Hello&quot;<br>world\n":
        ["Now I'm feeling you", "Don't you cry & smile", '"Hello"', "world"],
    "12 ContributorsMy Song Lyrics[Verse 1]\nHello my lamp\nMy old chair\nSee Someone LiveGet tickets as low as $50"
    "You might also like[Chorus]\nI say hi\nYou say bye23Embed\n":
        ["Hello my lamp", "My old chair", "I say hi", "You say bye"],
    "[00:01.50]v1: <00:01.50>Seven <00:02.07>days <00:02.27>a <00:02.54>week\n"
    "[00:06.50]v2: <00:07.51>Tightly <00:07.92>take <00:08.14>control\n[bg: <00:09.10>ooh <00:09.50>yeah]\n":
        ["Seven days a week", "Tightly take control", "ooh yeah"],
    "1\n00:00:01,000 --> 00:00:04,000\nHello my lamp\n\n2\n00:00:05,000 --> 00:00:08,000\nMy old chair\n":
        ["Hello my lamp", "My old chair"],
}  # fmt: skip


@pytest.mark.parametrize("text", LYRICS, ids=["entities", "a page", "karaoke", "subtitles"])
def test_lyrics_of_the_web(text: str) -> None:
    assert sung_lines(plain_text(text.encode())) == LYRICS[text]
