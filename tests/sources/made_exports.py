"""Small exports with made names, in the forms in which services and players write them."""

import json
import pickle
import sqlite3
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

MBID = "0a1b2c3d-0000-4000-8000-00000000000{}"


def spotify_play(**changes: Any) -> dict[str, Any]:
    return {
        "ts": "2021-03-04T05:06:07Z", "username": "ann", "platform": "a telephone", "ms_played": 61_000,
        "conn_country": "XX", "ip_addr_decrypted": "203.0.113.7", "user_agent_decrypted": "unknown",
        "master_metadata_track_name": "Tin Boats", "master_metadata_album_artist_name": "The Harbours",
        "master_metadata_album_album_name": "Low Water", "spotify_track_uri": "spotify:track:4aaaaaaaaaaaaaaaaaaaaa",
        "episode_name": None, "episode_show_name": None, "spotify_episode_uri": None, "reason_start": "trackdone",
        "reason_end": "trackdone", "shuffle": False, "skipped": None, "offline": False, "offline_timestamp": 0,
        "incognito_mode": False, **changes,
    }  # fmt: skip


def listen(at: object = 1_600_000_000, title: object = "Tin Boats", **info: Any) -> dict[str, Any]:
    said = {"artist_name": "The Harbours", "track_name": title, "release_name": "Low Water", "additional_info": info}
    return {"listened_at": at, "inserted_at": 1_600_000_100, "recording_msid": "m", "track_metadata": said}


def scrobble(uts: object = "1600000000", name: object = "Tin Boats") -> dict[str, Any]:
    date = {} if uts is None else {"date": {"uts": uts, "#text": "13 Sep 2020, 12:26"}}
    artist, album = {"mbid": "", "#text": "The Harbours"}, {"mbid": "", "#text": "Low Water"}
    return {"artist": artist, "album": album, "name": name, "mbid": MBID.format(1), "url": "u", **date}


def maloja_scrobble(time: object = 1_600_000_000, title: object = "Tin Boats") -> dict[str, Any]:
    track = {"artists": ["The Harbours", "Mo Ley"], "title": title, "album": {"artists": [], "albumtitle": "Low Water"}}
    return {"time": time, "track": {**track, "length": 200}, "duration": 180, "origin": "client:x"}


def write_json(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def write_lines(path: Path, values: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


def write_zip(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def write_workbook(path: Path, sheet: str, rows: Sequence[Sequence[str | float]]) -> Path:
    """A workbook of two sheets; texts of the second lie in the table that cells share, where they do not repeat."""
    texts: list[str] = []

    def cell(value: str | float, place: str) -> str:
        if isinstance(value, float):
            return f'<c r="{place}" s="1"><v>{value}</v></c>'
        if value not in texts:
            texts.append(value)
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f'<c r="{place}" t="s"><v>{texts.index(value)}</v></c>'

    lines = [
        "".join(cell(value, f"{chr(65 + at)}{number}") for at, value in enumerate(row) if value != "")
        for number, row in enumerate(rows, start=1)
    ]
    body = "".join(f"<row>{line}</row>" for line in lines)
    names, links = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://x.example/relationships"
    shared = "".join(f"<si><r><t>{escape(text[:2])}</t></r><r><t>{escape(text[2:])}</t></r></si>" for text in texts)
    return write_zip(path, {
        "xl/workbook.xml": f'<workbook xmlns="{names}" xmlns:r="{links}"><sheets><sheet name="1_account" r:id="a"/>'
                           f'<sheet name="{sheet}" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/>'
                                      '<Relationship Id="b" Target="worksheets/sheet2.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{names}"><sheetData/></worksheet>',
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{names}"><sheetData>{body}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{names}">{shared}</sst>',
    })  # fmt: skip


def write_database(path: Path, tables: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """A database of tables; a key such as `song(id, title)` names the columns, its value holds the rows."""
    with sqlite3.connect(path) as db:
        for table, rows in tables.items():
            db.execute(f"CREATE TABLE {table}")
            name = table.partition("(")[0]
            for row in rows:
                db.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
    db.close()
    return path


ITUNES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>Major Version</key><integer>1</integer>
<key>Library Persistent ID</key><string>A</string>
<key>Playlists</key><array>
 <dict><key>Name</key><string>Library</string><key>Master</key><true/><key>Playlist Items</key>
  <array><dict><key>Track ID</key><integer>11</integer></dict></array></dict>
 <dict><key>Name</key><string>Newest</string><key>Smart Info</key><data>AQ==</data><key>Playlist Items</key>
  <array><dict><key>Track ID</key><integer>11</integer></dict></array></dict>
 <dict><key>Name</key><string>Rain</string><key>Playlist ID</key><integer>5</integer><key>Playlist Items</key>
  <array><dict><key>Track ID</key><integer>12</integer></dict>
   <dict><key>Track ID</key><integer>99</integer></dict></array>
 </dict></array>
<key>Tracks</key><dict>
 <key>11</key><dict><key>Track ID</key><integer>11</integer><key>Name</key><string>Tin Boats</string>
  <key>Artist</key><string>The Harbours</string><key>Album</key><string>Low &#38; High Water</string>
  <key>Total Time</key><integer>201000</integer><key>Play Count</key><integer>7</integer>
  <key>Play Date</key><integer>3682857600</integer><key>Play Date UTC</key><date>2020-09-13T12:26:40Z</date>
  <key>Skip Count</key><integer>2</integer><key>Rating</key><integer>80</integer><key>Loved</key><true/>
  <key>Location</key><string>file://localhost/C:/M%C3%BCsic/Tin%20Boats.mp3</string></dict>
 <key>12</key><dict><key>Track ID</key><integer>12</integer><key>Name</key><string>Gulls</string>
  <key>Artist</key><string>Mo Ley</string><key>Rating</key><integer>60</integer><key>Rating Computed</key><true/>
  <key>Location</key><string>file:///Users/ann/Gulls.m4a</string></dict>
 <key>13</key><dict><key>Track ID</key><integer>13</integer><key>Name</key><string>A talk</string>
  <key>Podcast</key><true/><key>Play Count</key><integer>1</integer></dict>
</dict></dict></plist>
"""

RHYTHMBOX = """<?xml version="1.0" standalone="yes"?>
<rhythmdb version="2.0">
  <entry type="song"><title>Tin Boats</title><artist>The Harbours</artist><album>Low Water</album>
    <duration>201</duration><location>file:///home/ann/Mus%C3%ADc/Tin%20Boats.flac</location><play-count>3</play-count>
    <last-played>1600000000</last-played><rating>4</rating><mb-trackid>0a1b2c3d-0000-4000-8000-000000000001</mb-trackid>
  </entry>
  <entry type="song"><title>Gulls</title><artist>Mo Ley</artist><location>file:///home/ann/Gulls.ogg</location></entry>
  <entry type="iradio"><title>Sea FM</title><location>http://radio.example/sea</location><play-count>9</play-count></entry>
</rhythmdb>
"""

RHYTHMBOX_LISTS = """<?xml version="1.0"?>
<rhythmdb-playlists>
  <playlist name="Mine" show-browser="true" type="static"><location>file:///home/ann/Gulls%20%26%20I.ogg</location></playlist>
  <playlist name="Recent" type="automatic"><conjunction><since prop="last-played">1</since></conjunction></playlist>
</rhythmdb-playlists>
"""

FOOBAR = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<PlaybackStatistics Version="3.0" Mapping="00000000-0000-0000-0000-000000000000">
  <Entry ID="a1" Count="4" FirstPlayed="132444731000000000" LastPlayed="132444736000000000"
    LastPlayedFriendly="2020-09-13 12:26:40" Rating="204" RatingFriendly="4">
<Item Path="C:\\Music\\Tin Boats.flac"></Item><Item Path="D:\\Twice\\Tin Boats.flac"></Item>  </Entry>
  <Entry ID="a2" Count="0" Added="132444736000000000"><Item Path="C:\\Music\\Gulls.flac"></Item></Entry>
  <Entry ID="a3" Count="2"></Entry>
</PlaybackStatistics>
"""

SCROBBLER_LOG = (
    "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/Rockbox made up 1.0\n"
    "The Harbours\tLow Water\tTin Boats\t3\t201\tL\t1600000000\t0a1b2c3d-0000-4000-8000-000000000001\n"
    "Mo Ley\t\tGulls\t\t150\tS\t1600000300\t\n"
)

PLEX_XML = """<?xml version="1.0" encoding="UTF-8"?>
<MediaContainer size="2" totalSize="2" librarySectionID="3">
<Track ratingKey="71" type="track" title="Tin Boats" grandparentTitle="The Harbours" parentTitle="Low Water"
 viewCount="3" lastViewedAt="1600000000" userRating="8.0" duration="201000" skipCount="1">
<Media id="1"><Part id="1" file="/music/h/tin boats.flac"/></Media>
<Guid id="mbid://0a1b2c3d-0000-4000-8000-000000000001"/></Track>
<Track ratingKey="72" type="track" title="Gulls" grandparentTitle="Various Artists" originalTitle="Mo Ley"
 parentTitle="Up" duration="99000"><Media id="2"><Part id="2" file="/music/l/gulls.ogg"/></Media></Track>
</MediaContainer>
"""

YOUTUBE_PAGE = (
    '<html><body><div class="mdl-grid"><div class="outer-cell mdl-cell"><div><div><p>YouTube Music<br></p></div>'
    '<div>Watched\xa0<a href="https://music.youtube.com/watch?v=aaaaaaaaaaa">Tin &amp; Boats</a><br>'
    '<a href="https://www.youtube.com/channel/UC1">The Harbours - Topic</a><br>'
    "Sep 13, 2020, 2:26:40\u202fPM CEST<br></div>"
    '</div></div><div class="outer-cell mdl-cell"><div><p>YouTube<br></p></div><div>Watched\xa0'
    '<a href="https://www.youtube.com/watch?v=bbbbbbbbbbb">A film</a><br>'
    "Sep 13, 2020, 2:26:40 PM CEST</div></div></div>"
)


def watched(title: str = "Watched Tin Boats", header: str = "YouTube Music", **changes: Any) -> dict[str, Any]:
    channel = {"name": "The Harbours - Topic", "url": "https://www.youtube.com/channel/UC1"}
    return {
        "header": header, "title": title, "titleUrl": "https://music.youtube.com/watch?v=aaaaaaaaaaa",
        "subtitles": [channel], "time": "2020-09-13T12:26:40.123Z", "products": ["YouTube"], **changes,
    }  # fmt: skip


def quodlibet_library() -> bytes:
    """Two songs as Quod Libet pickles them: objects of its own classes, filled as dictionaries."""
    songs = [
        {"~filename": "/home/ann/tin boats.flac", "title": "Tin Boats", "artist": "The Harbours\nMo Ley",
         "~#playcount": 4, "~#skipcount": 1, "~#lastplayed": 1_600_000_000, "~#rating": 0.75, "~#length": 201.0},
        {"~filename": b"/home/ann/gulls.ogg", "title": "Gulls", "~#playcount": 0, "~#lastplayed": 0},
    ]  # fmt: skip
    data = pickle.dumps(songs, protocol=2)
    # Each dictionary becomes an object of a class that is not there: nothing of it may be looked up.
    named = b"cquodlibet.formats.xiph\nFLACFile\n)\x81"
    return data.replace(b"}", named)


APPLE = """"Album Name","Artist Name","Client IP Address","End Reason Type","Event End Timestamp","Event Type","Media Duration In Milliseconds","Media Type","Play Duration Milliseconds","Song Name"
"Sea","Ann","192.0.2.1","NOT_APPLICABLE","","PLAY_START","181000","AUDIO","","Tide"
"Sea","Ann","192.0.2.1","NATURAL_END_OF_TRACK","2024-01-31T12:37:00.5Z","PLAY_END","181000","AUDIO","180000","Tide"
"Low LP","","192.0.2.1","TRACK_SKIPPED_FORWARDS","2024-01-31T12:40:03Z","PLAY_END","200000","AUDIO","3000","Low"
"","","","","","LYRIC_DISPLAY","","","","Tide"
"","Ann","","NATURAL_END_OF_TRACK","2024-01-31T12:50:00Z","PLAY_END","9000","VIDEO","9000","Tide (Video)"
"""  # noqa: E501

APPLE_LIBRARY = [
    {"Content Type": "Song", "Track Identifier": 1, "Title": "Tide", "Artist": "Ann", "Album": "Sea",
     "Track Duration": 181_000, "Track Play Count": 4, "Last Played Date": "2024-01-31T12:37:00Z", "Skip Count": 1,
     "Track Like Rating": "liked", "Apple Music Track Identifier": 77},
    {"Content Type": "Song", "Track Identifier": 2, "Title": "Low", "Artist": "Mo Ley", "Album": "Low LP",
     "Track Play Count": 2, "Last Played Date": "2023-01-31T12:37:00Z", "Favorite Status - Track": True},
    {"Content Type": "Music Video", "Track Identifier": 3, "Title": "Tide (Video)", "Artist": "Ann"},
]  # fmt: skip

APPLE_LIKES = """Favorite Type,Item Reference,Item Description,Last Modified,Preference
SONG,7,The Harbours - Tin Boats,2024-01-31T12:37:00Z,LIKE
SONG,8,Mo Ley - Gulls,2024-01-31T12:37:00Z,DISLIKE
ARTIST,9,Mo Ley,2024-01-31T12:37:00Z,LIKE
"""

DEEZER = [
    ["Song Title", "Artist", "ISRC", "Album Title", "IP Address", "Listening Time", "Platform Name", "Date"],
    ["Tin Boats", "The Harbours", "XX0000000001", "Low Water", "192.0.2.1", 201.0, "web", "2020-09-13 12:26:40"],
    ["Gulls", "Mo Ley", "", "", "192.0.2.1", 30.0, "web", 44087.5185185],
    ["Tin Boats", "The Harbours", "XX0000000001", "Low Water", "192.0.2.1", -1.0, "web", "2020-09-13 12:30:00"],
]


def koito_listen(time: object = "2020-09-13T12:26:40Z", title: object = "Tin Boats") -> dict[str, Any]:
    def named(name: object, **more: Any) -> dict[str, Any]:
        spellings = [{"alias": "other", "is_primary": False}, {"alias": name, "is_primary": True}]
        return {"image_url": "", "mbid": None, "aliases": spellings, **more}

    track = {**named(title, duration=201), "mbid": MBID.format(1)}
    return {
        "listened_at": time, "track": track, "album": named("Low Water", various_artists=False),
        "artists": [named("The Harbours"), named("Mo Ley")],
    }  # fmt: skip


def koito_export(*listens: object) -> dict[str, Any]:
    return {"version": "1", "exported_at": "2025-01-01T00:00:00Z", "user": "ann", "listens": list(listens)}


PLAYBACK_LOG = (
    "# Playback log\n"
    "1600000000:201000:201000:/<microSD0>/Music/Tin Boats.flac\n"
    "1600000300:4000:150000:/Music/l/gulls.ogg\n"
    "1600000400:60000:200000:/Music/paused: one.mp3\n1600000470:200000:200000:/Music/paused: one.mp3\n"
    "1600000900:300000:200000:/Music/odd.mp3\n1600001000:1:2\n"
)

REPORTED = (
    "2020-09-13 12:26:40.1234567Z\t0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b\t0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d\tAudio\t"
    "The Harbours - Tin Boats (live) (Low Water (Remaster))\tDirectPlay\tweb\tdesk\t201\n"
    "2020-09-13 13:00:00Z\t0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b\t0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1e\tMovie\tA film\t"
    "DirectPlay\tweb\tdesk\t900\n"
)


def write_tautulli(path: Path) -> Path:
    columns = "id, started, stopped, paused_counter, rating_key, user, media_type"
    return write_database(path, {
        f"session_history({columns})": [(1, 1_600_000_000, 1_600_000_200, 20, 71, "ann", "track"),
                                        (2, 1_600_001_000, 1_600_005_000, 0, 72, "ann", "movie")],
        "session_history_metadata(id, title, parent_title, grandparent_title, original_title, duration)": [
            (1, "Tin Boats", "Low Water", "Various Artists", "The Harbours", 201_000), (2, "A film", "", "", "", 9)],
    })  # fmt: skip


def write_maloja(path: Path) -> Path:
    return write_database(path, {
        "scrobbles(timestamp, rawscrobble, origin, duration, track_id)": [(1_600_000_000, "{}", "x", 180, 1)],
        "tracks(id, title, title_normalized, length, album_id)": [(1, "Tin Boats", "tin boats", 201, 5)],
        "artists(id, name, name_normalized)": [(1, "The Harbours", ""), (2, "Mo Ley", "")],
        "trackartists(id, artist_id, track_id)": [(1, 1, 1), (2, 2, 1)],
        "albums(id, albtitle, albtitle_normalized)": [(5, "Low Water", "low water")],
    })  # fmt: skip
