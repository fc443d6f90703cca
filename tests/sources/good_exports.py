"""One small good export of every source in the registry, and how many entries it holds."""

import json
from collections.abc import Callable
from pathlib import Path

from audiorec.sources.services.netease_state import CrawlState
from tests.sources.made_exports import (
    APPLE,
    DEEZER,
    FOOBAR,
    ITUNES,
    PLAYBACK_LOG,
    PLEX_XML,
    REPORTED,
    RHYTHMBOX,
    SCROBBLER_LOG,
    koito_export,
    koito_listen,
    listen,
    maloja_scrobble,
    quodlibet_library,
    scrobble,
    spotify_play,
    watched,
    write_database,
    write_json,
    write_lines,
    write_tautulli,
    write_workbook,
    write_zip,
)


def _text(name: str, text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def _listenbrainz(folder: Path) -> Path:
    listens = json.dumps(listen()) + "\n" + json.dumps(listen(1_600_000_300)) + "\n"
    files = {"user.json": json.dumps({"username": "ann"}), "listens/2020/9.jsonl": listens}
    return write_zip(folder / "listenbrainz_ann.zip", files)


def _stickers(folder: Path) -> Path:
    rows = [("song", "h/tin boats.flac", "playCount", "4"), ("song", "l/gulls.ogg", "like", "2")]
    return write_database(folder / "sticker.sql", {"sticker(type, uri, name, value)": rows})


def _beets(folder: Path) -> Path:
    items = [(1, b"/m/a.mp3", "Tin Boats", "The Harbours", "", "Low Water", 201.0, "", "")]
    tables = {
        "items(id, path, title, artist, albumartist, album, length, mb_trackid, isrc)": items,
        "item_attributes(id, entity_id, key, value)": [(1, 1, "play_count", "3")],
        "albums(id, album)": [],
    }
    return write_database(folder / "library.db", tables)


def _navidrome(folder: Path) -> Path:
    tables = {
        "user(id, user_name)": [("u1", "ann")],
        "media_file(id, path, title, artist, album, duration)": [
            ("m1", "h/a.flac", "Tin Boats", "The Harbours", "", 9)
        ],
        "annotation(user_id, item_id, item_type, play_count, play_date, rating, starred, starred_at)": [
            ("u1", "m1", "media_file", 5, "2020-09-13T12:26:40Z", 4, 0, None)
        ],
    }
    return write_database(folder / "navidrome.db", tables)


def _player(place: str) -> Callable[[Path], Path]:
    columns = f"title, artist, album, {place}, length, playcount, skipcount, lastplayed, rating"
    rows = [("Tin Boats", "The Harbours", "", "file:///m/a.flac", 9_000_000_000, 5, 0, 1_600_000_000, -1)]
    tables = {f"songs({columns})": rows, "schema_version(version)": [(9,)]}
    return lambda folder: write_database(folder / "player.db", tables)


def _quodlibet(folder: Path) -> Path:
    (folder / "songs").write_bytes(quodlibet_library())
    return folder / "songs"


def _netease(folder: Path) -> Path:
    path = folder / "netease.sqlite"
    with CrawlState(path) as state, state.together() as db:
        state.add_user(1, "ann")
        db.execute("INSERT INTO song VALUES (7, 'Tin Boats', '[\"The Harbours\"]', 'Low Water', 201000)")
        db.execute("INSERT INTO playlist VALUES (5, 'Rain', 1, 0)")
        db.execute("INSERT INTO entry VALUES (5, 0, 7, 1600000000000)")
        db.execute("INSERT INTO comment VALUES (3, 7, 1, 'fine', 1600000000000, 0)")
        db.execute("INSERT INTO record VALUES (1, 7, 4)")
    return path


SPOTIFY = "Streaming_History_Audio_2021_1.json"
JELLYFIN = {"Name": "Tin Boats", "ServerId": "s", "Id": "j", "Type": "Audio", "UserData": {"PlayCount": 2}}
TIDAL = "artist_name,track_title,entry_date,stream_duration_ms\nThe Harbours,Tin Boats,2020-09-13 12:26:40,61000\n"
PANO = {
    "timeMs": 1_600_000_000_000,
    "artist": "The Harbours",
    "track": "Tin Boats",
    "event": "scrobble",
    "timeHuman": "",
}
# What writes a good export of each source into a folder, and its entries: a row or a word why not for each.
GOOD: dict[str, tuple[Callable[[Path], Path], int]] = {
    "spotify": (lambda folder: write_json(folder / SPOTIFY, [spotify_play(), spotify_play(incognito_mode=True)]), 2),
    "listenbrainz": (_listenbrainz, 2),
    "lastfm": (lambda folder: write_json(folder / "x.json", {"recenttracks": {"track": [scrobble(), scrobble()]}}), 2),
    "maloja": (lambda folder: write_json(folder / "m.json", {"scrobbles": [maloja_scrobble(), maloja_scrobble(5)]}), 2),
    "apple-music": (_text("Apple Music Play Activity.csv", APPLE), 5),
    "koito": (lambda folder: write_json(folder / "koito.json", koito_export(koito_listen(), koito_listen(5))), 2),
    "deezer": (lambda folder: write_workbook(folder / "deezer-data_1.xlsx", "10_listeningHistory", DEEZER), 3),
    "rockbox": (_text("playback.log", PLAYBACK_LOG), 6),
    "playback-reporting": (_text("reported.tsv", REPORTED), 2),
    "tautulli": (lambda folder: write_tautulli(folder / "tautulli.db"), 2),
    "panoscrobbler": (lambda folder: write_lines(folder / "p.jsonl", [PANO, PANO]), 2),
    "scrobbler-log": (_text(".scrobbler.log", SCROBBLER_LOG), 2),
    "itunes": (_text("Library.xml", ITUNES), 10),
    "rhythmbox": (_text("rhythmdb.xml", RHYTHMBOX), 4),
    "foobar2000": (_text("stats.xml", FOOBAR), 4),
    "mpd": (_stickers, 2),
    "beets": (_beets, 1),
    "navidrome": (_navidrome, 2),
    "strawberry": (_player("url"), 1),
    "clementine": (_player("filename"), 1),
    "quodlibet": (_quodlibet, 4),
    "plex": (_text("tracks.xml", PLEX_XML), 4),
    "jellyfin": (lambda folder: write_json(folder / "items.json", {"Items": [JELLYFIN, JELLYFIN]}), 2),
    "youtube-music": (lambda folder: write_json(folder / "watch-history.json", [watched(), watched("Gulls")]), 2),
    "tidal": (_text("streaming.csv", TIDAL), 1),
    "netease": (_netease, 3),
    "playlists": (_text("mine.m3u8", "#EXTM3U\n#EXTINF:5,Ann - One\na.mp3\nb.m3u\n"), 2),
    "listens": (_text("t.csv", "user,artist,title,time\nann,Ann,One,5\nann,,,\nbob,Ann,Two,7\n"), 3),
}
