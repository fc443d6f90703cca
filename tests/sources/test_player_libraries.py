"""What players keep of a library: plays in all, skips, stars, likes and lists, as rows."""

from pathlib import Path

import pytest

from audiorec.sources.players import beets, clementine, foobar2000, itunes, mpd_stickers, rhythmbox, strawberry
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import navidrome
from tests.sources.made_exports import FOOBAR, ITUNES, MBID, RHYTHMBOX, RHYTHMBOX_LISTS, write_database


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def head(path: Path) -> bytes:
    return path.read_bytes()[:65_536]


def told(rows: object) -> list[tuple[str, float]]:
    return [(row.kind, row.weight) for row in rows if isinstance(row, Row)]  # type: ignore[attr-defined]


def test_itunes(tmp_path: Path) -> None:
    path = written(tmp_path / "Library.xml", ITUNES)
    assert itunes.recognises(path, head(path))
    found = list(itunes.read(path))
    assert told(found) == [("play", 7.0), ("skip", 2.0), ("rating", 4.0), ("like", 1.0), ("playlist", 1.0)]
    play = found[0]
    assert isinstance(play, Row)
    assert (play.time, play.song.path, play.song.seconds) == (1_600_000_000.0, "C:/Müsic/Tin Boats.mp3", 201.0)
    assert (play.song.artists, play.song.album) == (("The Harbours",), "Low & High Water")
    listed = next(row for row in found if isinstance(row, Row) and row.kind == "playlist")
    assert listed.song.title == "Gulls"
    reasons = " / ".join(row.reason for row in found if isinstance(row, Unread))
    for word in ("never played", "podcast", "system", "kept by rules", "song 99"):
        assert word in reasons


def test_rhythmbox_library_and_lists(tmp_path: Path) -> None:
    path = written(tmp_path / "rhythmdb.xml", RHYTHMBOX)
    assert rhythmbox.recognises(path, head(path))
    found = list(rhythmbox.read(path))
    assert told(found) == [("play", 3.0), ("rating", 4.0)]
    play = found[0]
    assert isinstance(play, Row)
    assert (play.time, play.song.path) == (1_600_000_000.0, "/home/ann/Musíc/Tin Boats.flac")
    assert play.song.ids == {"mbid": MBID.format(1)}
    assert [row.row for row in found if isinstance(row, Unread)] == [2, 3]
    lists = written(tmp_path / "playlists.xml", RHYTHMBOX_LISTS)
    assert rhythmbox.recognises(lists, head(lists))
    (row,) = rhythmbox.read(lists)
    assert isinstance(row, Row)
    assert (row.kind, row.song.path) == ("playlist", "/home/ann/Gulls & I.ogg")


def test_foobar2000(tmp_path: Path) -> None:
    path = written(tmp_path / "stats.xml", FOOBAR)
    assert foobar2000.recognises(path, head(path))
    found = list(foobar2000.read(path))
    assert told(found) == [("play", 4.0), ("rating", 4.0)]
    assert isinstance(found[0], Row)
    assert (found[0].time, found[0].song.path) == (1_600_000_000.0, "C:\\Music\\Tin Boats.flac")
    assert [row.reason for row in found if isinstance(row, Unread)] == [
        "never played, rated or liked",
        "it names no file",
    ]


def test_foobar2000_in_its_older_form(tmp_path: Path) -> None:
    """Dates as text, ratings from 1 to 5, one element for an entry and its file."""
    entry = '<Entry ID="a" Count="4" FirstPlayed="2010-05-01 08:00:00" LastPlayed="2020-09-13 12:26:40" Rating="4">'
    item = '<Item Path="file://C:\\Music\\100%25 Tin Boats.flac" Subsong="0" />'
    text = f'<PlaybackStatistics Version="1.1" Mapping="x">{entry}{item}</Entry></PlaybackStatistics>'
    path = written(tmp_path / "old.xml", text)
    assert foobar2000.recognises(path, head(path))
    play, rating = (row for row in foobar2000.read(path) if isinstance(row, Row))
    assert (play.kind, play.weight, play.time) == ("play", 4.0, 1_600_000_000.0)
    assert (rating.kind, rating.weight) == ("rating", 4.0)
    assert play.song.path == "C:\\Music\\100%25 Tin Boats.flac"


def test_strawberry_and_clementine_are_told_apart(tmp_path: Path) -> None:
    columns = "title, artist, album, {}, length, playcount, skipcount, lastplayed, rating"
    url = "file:///home/ann/Tin%20Boats.flac"
    rows = [
        ("Tin Boats", "The Harbours", "Low Water", url, 201_000_000_000, 5, 1, 1_600_000_000, 0.8),
        ("Gulls", "Mo Ley", "Up", url, 0, 0, 0, -1, -1),
    ]
    for name, place, reader, other in (("s", "url", strawberry, clementine), ("c", "filename", clementine, strawberry)):
        table = f"songs({columns.format(place)})"
        path = write_database(tmp_path / f"{name}.db", {table: rows, "schema_version(version)": [(9,)]})
        assert reader.recognises(path, head(path))
        assert not other.recognises(path, head(path))
        found = list(reader.read(path))
        assert told(found) == [("play", 5.0), ("skip", 1.0), ("rating", 4.0)]
        assert isinstance(found[0], Row)
        assert (found[0].time, found[0].song.path) == (1_600_000_000.0, "/home/ann/Tin Boats.flac")
        assert found[0].song.seconds == pytest.approx(201.0)


def test_beets_paths_are_given_as_they_are_written(tmp_path: Path) -> None:
    items = "items(id, path, title, artist, albumartist, album, length, mb_trackid)"
    tables = {
        items: [
            (1, b"harbours/tin boats.flac", "Tin Boats", "The Harbours", "", "Low Water", 201.5, MBID.format(1)),
            (2, "/abs/gälls.mp3".encode("cp1252"), "Gulls", "Mo Ley", "", "", 99.0, ""),
        ],
        "item_attributes(id, entity_id, key, value)": [
            (1, 1, "play_count", "3"),
            (2, 1, "last_played", "1600000000"),
            (3, 1, "rating", "0.53"),
            (4, 2, "skip_count", "2"),
            (5, 2, "plex_userrating", "8.0"),
        ],
        "albums(id)": [],
    }
    path = write_database(tmp_path / "library.db", tables)
    assert beets.recognises(path, head(path))
    found = list(beets.read(path))
    assert told(found) == [("play", 3.0), ("skip", 2.0), ("rating", 4.0)]
    paths = [row.song.path for row in found if isinstance(row, Row)]
    assert paths == ["harbours/tin boats.flac", "/abs/gälls.mp3", "/abs/gälls.mp3"]


def test_beets_of_today(tmp_path: Path) -> None:
    """Several values in one column, and counts of services under the names of their plug-ins."""
    items = "items(id, path, title, artist, artists, albumartist, album, length, mb_trackid)"
    tables: dict[str, list[tuple[object, ...]]] = {
        items: [(1, b"l/gulls.ogg", "Gulls", "Mo Ley feat. Ann", "Mo Ley\\␀Ann", "Mo Ley", "Up", 99.0, "")],
        "item_attributes(id, entity_id, key, value)": [
            (1, 1, "play_count", "2"), (2, 1, "lastfm_play_count", "7"), (3, 1, "listenbrainz_play_count", "5"),
            (4, 1, "data_source", "MusicBrainz"),
        ],
        "albums(id)": [],
    }  # fmt: skip
    (row,) = beets.read(write_database(tmp_path / "library.db", tables))
    assert isinstance(row, Row)
    assert (row.kind, row.weight, row.song.artists) == ("play", 7.0, ("Mo Ley", "Ann"))


def test_mpd_stickers(tmp_path: Path) -> None:
    stickers = [
        ("song", "harbours/tin boats.flac", "playCount", "4"),
        ("song", "harbours/tin boats.flac", "lastPlayed", "1600000000"),
        ("song", "harbours/tin boats.flac", "like", "2"),
        ("song", "ley/gulls.ogg", "like", "0"),
        ("song", "ley/gulls.ogg", "rating", "6"),
        ("song", "http://radio.example/x", "playCount", "9"),
        ("playlist", "rain", "playCount", "9"),
        ("song", "ley/rain.ogg", "unwoundstack.com:playcount", "5"),
        ("song", "ley/rain.ogg", "unwoundstack.com:lastplayed", "1600000000"),
        ("song", "ley/rain.ogg", "unwoundstack.com:rating", "196"),
    ]
    path = write_database(tmp_path / "sticker.sql", {"sticker(type, uri, name, value)": stickers})
    assert mpd_stickers.recognises(path, head(path))
    found = list(mpd_stickers.read(path))
    assert told(found) == [
        ("play", 4.0),
        ("like", 1.0),
        ("rating", 3.0),
        ("dislike", 1.0),
        ("play", 5.0),
        ("rating", 4.0),
    ]
    assert [row.time for row in found if isinstance(row, Row) and row.kind == "play"] == [1_600_000_000.0] * 2
    skipped = [row.reason for row in found if isinstance(row, Unread) and row.skipped]
    assert skipped == ["no song but a playlist", "an address of the network"]


def navidrome_tables(with_history: bool) -> dict[str, list[tuple[object, ...]]]:
    tables: dict[str, list[tuple[object, ...]]] = {
        "user(id, user_name)": [("u1", "ann"), ("u2", "bob")],
        "media_file(id, path, title, artist, album, duration, mbz_recording_id)": [
            ("m1", "h/tin boats.flac", "Tin Boats", "The Harbours", "Low Water", 201.0, MBID.format(1)),
            ("m2", "l/gulls.ogg", "Gulls", "Mo Ley", "Up", 99.0, ""),
        ],
        "annotation(user_id, item_id, item_type, play_count, play_date, rating, starred, starred_at)": [
            ("u1", "m1", "media_file", 5, "2020-09-13T12:26:40Z", 4, 1, "2020-01-01"),
            ("u2", "m2", "media_file", 1, "2020-09-13T12:26:40Z", 0, 0, None),
            ("u2", "m1", "media_file", 0, "0001-01-01 00:00:00+00:00", 3, 0, "0001-01-01 00:00:00+00:00"),
            ("u2", "m9", "media_file", 1, None, 0, 0, None),
            ("u1", "a1", "album", 9, None, 0, 0, None),
        ],
        "playlist(id, name, owner_id, rules)": [("p1", "Rain", "u1", ""), ("p2", "Smart", "u1", '{"all": []}')],
        "playlist_tracks(id, playlist_id, media_file_id)": [(1, "p1", "m2"), (1, "p2", "m1"), (1, "p3", "m1")],
    }
    if with_history:
        tables["scrobbles(media_file_id, user_id, submission_time)"] = [
            ("m1", "u1", 1_600_000_000),
            ("m1", "u1", 1_600_000_300),
            ("m2", "u2", 1_600_000_600),
        ]
    return tables


@pytest.mark.parametrize("with_history", [True, False])
def test_navidrome_counts_no_play_twice(tmp_path: Path, with_history: bool) -> None:
    path = write_database(tmp_path / "navidrome.db", navidrome_tables(with_history))
    assert navidrome.recognises(path, head(path))
    found = list(navidrome.read(path))
    plays = {}
    for row in found:
        if isinstance(row, Row) and row.kind == "play":
            plays[row.user, row.song.title] = plays.get((row.user, row.song.title), 0) + row.weight
    assert plays == {("ann", "Tin Boats"): 5.0, ("bob", "Gulls"): 1.0}
    assert sorted(kind for kind, _ in told(found) if kind != "play") == ["playlist", "rating", "rating", "star"]
    reasons = [row.reason for row in found if isinstance(row, Unread)]
    for words in ("no longer has", "of an album", "kept by rules", "list that is gone"):
        assert sum(words in reason for reason in reasons) == 1, words
    assert [row.row for row in found] == sorted(row.row for row in found)
