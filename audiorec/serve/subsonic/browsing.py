"""Browsing and searching for players: folders, artists, albums, songs, genres, lyrics, what is like what."""

from collections import Counter
from typing import Any

import numpy as np

from audiorec.errors import AudiorecError
from audiorec.features.lyrics.lrc import parse_lrc
from audiorec.features.lyrics.read import read_lyrics
from audiorec.ranking.mood_search import fold
from audiorec.ranking.paths import find_path
from audiorec.serve.doors.lists_door import near_artists
from audiorec.serve.near_songs import near_rows
from audiorec.serve.subsonic.caller import Caller
from audiorec.serve.subsonic.collection import Album, Artist
from audiorec.serve.subsonic.envelope import GENERIC, NOT_FOUND, PlayerError

Body = dict[str, Any]
_IGNORED = "The An A Die Das Ein Eine Les Le La"
_LANGUAGES = {"zh": "zho", "en": "eng", "ja": "jpn", "ko": "kor"}


def ping(call: Caller) -> Body:
    """Nothing but an answer."""
    return {}


def license_(call: Caller) -> Body:
    """There is no licence to buy."""
    return {"license": {"valid": True}}


def extensions(call: Caller) -> Body:
    """What is there beyond the old protocol."""
    names = ("apiKeyAuthentication", "formPost", "songLyrics", "sonicSimilarity")
    return {"openSubsonicExtensions": [{"name": name, "versions": [1]} for name in names]}


def music_folders(call: Caller) -> Body:
    """One folder: the library."""
    return {"musicFolders": {"musicFolder": [{"id": 1, "name": "Music"}]}}


def user_details(call: Caller) -> Body:
    """What the user may do."""
    return {"user": {
        "username": call.user, "scrobblingEnabled": True, "adminRole": False, "settingsRole": False,
        "downloadRole": True, "uploadRole": False, "playlistRole": True, "coverArtRole": False, "commentRole": False,
        "podcastRole": False, "streamRole": True, "jukeboxRole": False, "shareRole": False,
        "videoConversionRole": False, "folder": [1],
    }}  # fmt: skip


def token_info(call: Caller) -> Body:
    """Whose key was sent."""
    return {"tokenInfo": {"username": call.user}}


def scan_status(call: Caller) -> Body:
    """Whether extraction runs."""
    return {"scanStatus": {"scanning": call.desk.state.is_busy, "count": len(call.snapshot.tracks)}}


def indexes(call: Caller) -> Body:
    """Artists by first letter, for players that browse folders."""
    return {"indexes": {"lastModified": call.snapshot.serial, "ignoredArticles": _IGNORED, "index": _index(call)}}


def artists(call: Caller) -> Body:
    """Artists by first letter."""
    return {"artists": {"ignoredArticles": _IGNORED, "index": _index(call)}}


def _index(call: Caller) -> list[Body]:
    groups: dict[str, list[Body]] = {}
    for artist in call.collection.artists.values():
        if artist.albums:
            groups.setdefault(_letter(artist.name), []).append(call.artist_entry(artist))
    return [{"name": letter, "artist": groups[letter]} for letter in sorted(groups)]


def _letter(name: str) -> str:
    words = name.split()
    first = words[1] if len(words) > 1 and words[0] in _IGNORED.split() else name
    letter = (fold(first) or "#")[0].upper()
    return letter if letter.isalpha() else "#"


def artist(call: Caller) -> Body:
    """One artist with albums."""
    found = call.artist(call.text("id"))
    albums = [call.album_entry(call.collection.albums[album]) for album in found.albums]
    return {"artist": {**call.artist_entry(found), "album": albums}}


def album(call: Caller) -> Body:
    """One album with songs."""
    found = call.album(call.text("id"))
    return {"album": {**call.album_entry(found), "song": [call.song(row) for row in found.rows]}}


def album_info(call: Caller) -> Body:
    """What is written of an album, or of a song's: no notes are kept here, and players ask on opening one."""
    call.rows(call.text("id"))
    return {"albumInfo": {"notes": ""}}


def directory(call: Caller) -> Body:
    """An artist's albums or an album's songs, as a folder's content."""
    thing = call.text("id")
    if thing in call.collection.artists:
        found = call.collection.artists[thing]
        children = [call.album_entry(call.collection.albums[one]) for one in found.albums]
        return {"directory": {"id": found.id, "name": found.name, "child": children}}
    one = call.album(thing)
    songs = [call.song(row) for row in one.rows]
    return {"directory": {"id": one.id, "parent": one.artist_id, "name": one.name, "child": songs}}


def song(call: Caller) -> Body:
    """One song."""
    return {"song": call.song(call.row(call.text("id")))}


def genres(call: Caller) -> Body:
    """Genres with how many songs and albums they have."""
    songs = Counter(name for track in call.snapshot.tracks for name in _genres(track.genre))
    albums = Counter(name for one in call.collection.albums.values() for name in _genres(one.genre))
    found = [{"value": name, "songCount": songs[name], "albumCount": albums[name]} for name in sorted(songs)]
    return {"genres": {"genre": found}}


def _genres(text: str) -> set[str]:
    return {part.strip() for part in text.split(";")} - {""}


def songs_by_genre(call: Caller) -> Body:
    """Songs of one genre."""
    name = call.text("genre")
    start, count = call.number("offset", 0, most=10**9), call.number("count", 10)
    rows = [row for row, track in enumerate(call.snapshot.tracks) if name in _genres(track.genre)]
    return {"songsByGenre": {"song": [call.song(row) for row in rows[start : start + count]]}}


def random_songs(call: Caller) -> Body:
    """Songs by chance, of a genre and of years when asked."""
    genre, first, last = (
        call.one.get("genre"),
        call.number("fromYear", 0, most=9999),
        call.number("toYear", 9999, most=9999),
    )
    rows = [
        row
        for row, track in enumerate(call.snapshot.tracks)
        if (not genre or genre in _genres(track.genre)) and (first <= (track.year or 0) <= last)
    ]
    count = min(call.number("size", 10), len(rows))
    chosen = np.random.default_rng().choice(np.array(rows, dtype=np.int64), count, replace=False).tolist()
    return {"randomSongs": {"song": [call.song(row) for row in chosen]}}


def album_list(call: Caller) -> Body:
    """Albums in one of the protocol's orders."""
    return {"albumList2": {"album": _albums(call)}}


def album_list_old(call: Caller) -> Body:
    """The same for players that browse folders."""
    return {"albumList": {"album": _albums(call)}}


def _albums(call: Caller) -> list[Body]:
    found = _ordered(call, call.text("type"), list(call.collection.albums.values()))
    start, count = call.number("offset", 0, most=10**9), call.number("size", 10)
    return [call.album_entry(one) for one in found[start : start + count]]


def _ordered(call: Caller, kind: str, albums: list[Album]) -> list[Album]:
    ids = {one.id: [call.snapshot.tracks[row].id for row in one.rows] for one in albums}
    if kind == "random":
        return [albums[place] for place in np.random.default_rng().permutation(len(albums)).tolist()]
    if kind == "newest":
        return sorted(albums, key=lambda one: -one.created)
    if kind in ("frequent", "recent"):
        place = 0 if kind == "frequent" else 1
        value = {one: max(call.played.get(song, (0, 0.0))[place] for song in songs) for one, songs in ids.items()}
        return sorted((one for one in albums if value[one.id]), key=lambda one: -value[one.id])
    if kind == "highest":
        value = {one: max(call.ratings.get(song, 0) for song in songs) for one, songs in ids.items()}
        return sorted((one for one in albums if value[one.id]), key=lambda one: -value[one.id])
    if kind == "starred":
        return [one for one in albums if all(song in call.starred for song in ids[one.id])]
    if kind == "alphabeticalByName":
        return albums
    if kind == "alphabeticalByArtist":
        return sorted(albums, key=lambda one: (one.artist.casefold(), one.name.casefold()))
    if kind == "byGenre":
        name = call.text("genre")
        return [one for one in albums if name in _genres(one.genre)]
    if kind == "byYear":
        first, last = call.number("fromYear", 0, most=9999), call.number("toYear", 9999, most=9999)
        kept = [one for one in albums if one.year and min(first, last) <= one.year <= max(first, last)]
        return sorted(kept, key=lambda one: (one.year or 0) * (1 if first <= last else -1))
    raise PlayerError(GENERIC, f"unknown type of list: {kind[:50]}")


def search2(call: Caller) -> Body:
    """Search for players that browse folders."""
    return {"searchResult2": _search(call)}


def search3(call: Caller) -> Body:
    """Search; an empty question pages through everything."""
    return {"searchResult3": _search(call)}


def _search(call: Caller) -> Body:
    words = fold(call.text("query", "").strip('"')).split()
    names = call.snapshot.moods.names

    def part(name: str, every: list[Any]) -> list[Any]:
        start = call.number(f"{name}Offset", 0, most=10**9)
        return every[start : start + call.number(f"{name}Count", 20, most=10_000)]

    def fits(text: str) -> bool:
        folded = fold(text)
        return all(word in folded for word in words)

    people = [one for one in call.collection.artists.values() if one.albums and fits(one.name)]
    albums = [one for one in call.collection.albums.values() if fits(f"{one.name} {one.artist}")]
    songs = [row for row, name in enumerate(names) if all(word in name for word in words)]
    return {
        "artist": [call.artist_entry(one) for one in part("artist", people)],
        "album": [call.album_entry(one) for one in part("album", albums)],
        "song": [call.song(row) for row in part("song", songs)],
    }


# --- words -------------------------------------------------------------------------------------------------------


def lyrics(call: Caller) -> Body:
    """Lyrics by artist and title."""
    who, what = call.text("artist", ""), call.text("title", "")
    for row, track in enumerate(call.snapshot.tracks):
        if fold(track.title) == fold(what) and (not who or fold(who) in fold(" ".join(track.artists))):
            return {"lyrics": {"artist": track.artist, "title": track.title, "value": call.snapshot.texts[row] or ""}}
    return {"lyrics": {}}


def lyrics_by_id(call: Caller) -> Body:
    """Lyrics of a song, with the times of lines where the file beside it has them."""
    row = call.row(call.text("id"))
    track, text = call.snapshot.tracks[row], call.snapshot.texts[row]
    timed = parse_lrc(read_lyrics(track.path, None) or "")
    head = {
        "displayArtist": track.artist,
        "displayTitle": track.title,
        "lang": _LANGUAGES.get(call.snapshot.languages[row] or "", "und"),
    }
    if timed.timed:
        lines: list[Body] = [
            {"start": round(1000 * line.start), "value": line.text} for line in timed.lines if line.start is not None
        ]
        return {"lyricsList": {"structuredLyrics": [{**head, "synced": True, "line": lines}]}}
    if not text:
        return {"lyricsList": {"structuredLyrics": []}}
    lines = [{"value": line} for line in text.splitlines()]
    return {"lyricsList": {"structuredLyrics": [{**head, "synced": False, "line": lines}]}}


# --- likeness ----------------------------------------------------------------------------------------------------


def _near(call: Caller) -> list[Body]:
    rows = call.rows(call.text("id"))
    try:
        found = near_rows(call.snapshot, rows, call.number("count", 50), set(rows))
    except AudiorecError:
        return []  # nothing is known of its sound: no song is like it
    return [{"row": call.snapshot.row[one["id"]], "score": one["score"]} for one in found]


def similar_songs(call: Caller) -> Body:
    """Songs like a song, an album or an artist."""
    return {"similarSongs": {"song": [call.song(one["row"]) for one in _near(call)]}}


def similar_songs2(call: Caller) -> Body:
    """The same, in the newer form."""
    return {"similarSongs2": {"song": [call.song(one["row"]) for one in _near(call)]}}


def sonic_similar(call: Caller) -> Body:
    """Songs that sound alike, each with how much."""
    found = [{"entry": call.song(one["row"]), "similarity": max(one["score"], 0.0)} for one in _near(call)]
    return {"sonicMatch": found}


def sonic_path(call: Caller) -> Body:
    """Songs that lead from one to another."""
    ends = call.row(call.text("startSongId")), call.row(call.text("endSongId"))
    names = [track.artists for track in call.snapshot.tracks]
    try:
        steps = find_path(call.snapshot.vectors, names, ends, call.number("count", 25, least=2))
    except AudiorecError as error:
        raise PlayerError(GENERIC, str(error)) from None
    return {
        "sonicMatch": [
            {"entry": call.song(step.row), "similarity": round(max(step.likeness, 0.0), 4)} for step in steps
        ]
    }


def top_songs(call: Caller) -> Body:
    """An artist's songs, the most played first."""
    name = call.text("artist")
    plays = call.snapshot.plays()
    rows = [row for row, track in enumerate(call.snapshot.tracks) if name in track.artists]
    rows.sort(key=lambda row: (-plays[row], row))
    return {"topSongs": {"song": [call.song(row) for row in rows[: call.number("count", 50)]]}}


def artist_info(call: Caller) -> Body:
    """Artists like an artist; there are no biographies here."""
    return {"artistInfo": _artist_info(call)}


def artist_info2(call: Caller) -> Body:
    """The same, in the newer form."""
    return {"artistInfo2": _artist_info(call)}


def _artist_info(call: Caller) -> Body:
    found = _artist_of(call, call.text("id"))
    by_name = {one.name: one for one in call.collection.artists.values()}
    try:
        near = near_artists(call.snapshot, found.name, call.number("count", 20))
    except AudiorecError:
        near = []  # an artist without a name of their own
    return {"similarArtist": [call.artist_entry(by_name[one["name"]]) for one in near if one["name"] in by_name]}


def _artist_of(call: Caller, thing: str) -> Artist:
    """The artist of an artist's, an album's or a song's id."""
    if thing in call.collection.artists:
        return call.collection.artists[thing]
    album_id = thing if thing in call.collection.albums else call.collection.album_of[call.row(thing)]
    found = call.collection.artists.get(call.collection.albums[album_id].artist_id)
    if found is None:
        raise PlayerError(NOT_FOUND, "artist not found")
    return found
