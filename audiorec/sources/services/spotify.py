"""Spotify: the extended streaming history, its older form (endsong) and the account export, as zip, folder or file.

`ts` is the end of a play; rows give its start. Private sessions are left out, podcasts and audio books skipped. IP
addresses, devices and countries are not read at all. It does not know how long a song is, as the exports do not say.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from audiorec.sources.formats.exports import ExportError, Member, has_member, is_whole, is_zip, members
from audiorec.sources.formats.json_stream import JsonError, json_items
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import (
    Entry,
    length_of,
    moment_of,
    number_of,
    object_of,
    remembered,
    rows,
    text_of,
    written,
)

_NAMES = re.compile(
    r"(?:Streaming_History_(?:Audio|Video)_.*|endsong(?:_\d+)?|StreamingHistory.*|YourLibrary|Playlist\d*)"
    r"(?: ?\(\d+\))?\.json$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?:Identi\w*|Userdata|UserAddress|Payments|SearchQueries|Inferences|Follow|Marquee|DuoNewFamily|FamilyPlan"
    r"|CarThing|Voiceinput|YourSoundCapsule|Wrapped\w*|\w*Prompts|MessageData|Podcast\w*|Shared\w*)\.json$"
    r"|.*\.(?:pdf|txt)$",
    re.IGNORECASE,
)
_HISTORIES = (b'"master_metadata_track_name"', b'"msPlayed"', b'"podcastName"')
_OPENED = ("", ".tracks", ".playlists", ".playlists[]", ".playlists[].items")
_LEAST = 30.0  # seconds that Spotify itself counts as a play
_FORWARD = ("fwdbtn", "backbtn", "clickrow", "clickside")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a folder, archive or file is an export of Spotify."""
    if path.is_dir():
        return is_whole(path, _is_part, lambda name: bool(_BESIDE.match(name)))
    if is_zip(head):
        return has_member(path, _is_part)
    is_kept = b'"spotify:track:' in head and (b'"trackName"' in head or b'"track"' in head)
    return is_kept or any(key in head for key in _HISTORIES)


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays, skips, saved songs and entries of playlists; raises InputError when nothing can be opened."""
    number = 0
    for member in members(path, _is_part):
        try:
            for found in rows(_entries(member, number), _row):
                number = found.row
                yield found
        except (JsonError, ExportError) as error:
            number += 1
            yield Unread(number, f"{member.name}: {error}")


def _is_part(name: str) -> bool:
    return bool(_NAMES.match(name))


def _entries(member: Member, number: int) -> Iterator[tuple[int, object]]:
    for place, value in json_items(member.blocks(), _OPENED):
        if place in ("[]", ".tracks[]", ".playlists[].items[]"):
            number += 1
            yield number, value


def _song_of(title: str, artist: str, album: str, uri: str) -> Callable[[Entry], WrittenSong]:
    """Reads a song from the fields of these names."""

    def read_song(entry: Entry) -> WrittenSong:
        kind, _, key = text_of(entry, uri).rpartition(":")
        key = key if kind == "spotify:track" else ""
        return written(text_of(entry, artist), text_of(entry, title), text_of(entry, album), spotify=key)

    return remembered((title, artist, album, uri), read_song)


_streamed = _song_of("master_metadata_track_name", "master_metadata_album_artist_name",
                     "master_metadata_album_album_name", "spotify_track_uri")  # fmt: skip
_named = _song_of("trackName", "artistName", "albumName", "trackUri")
_saved = _song_of("track", "artist", "album", "uri")


def _row(number: int, entry: Entry) -> Row | Unread:
    if "ts" in entry:
        return _played(number, entry)
    if "endTime" in entry:
        return _played_account(number, entry)
    if "addedDate" in entry:
        song = _named(object_of(entry, "track"))
        if not song.title:
            return Unread(number, "no song of Spotify: a podcast, or a file of one's own", skipped=True)
        return Row("", song, moment_of(entry, "addedDate"), kind="playlist", row=number)
    song = _saved(entry)
    return Row("", song, kind="like", row=number) if song.title else Unread(number, "no song")


def _played(number: int, entry: Entry) -> Row | Unread:
    if entry.get("incognito_mode") is True:
        return Unread(number, "a private session", skipped=True)
    song = _streamed(entry)
    if not song.title:
        return Unread(number, "a podcast, a book or a video: no song", skipped=True)
    end, heard = moment_of(entry, "ts"), number_of(entry, "ms_played")
    if end is None or heard is None or heard < 0:
        return Unread(number, "no time" if end is None else "it does not say how long it was played")
    heard /= 1000
    is_skip = heard < _LEAST and _was_skipped(entry)
    if heard == 0 and not is_skip:
        return Unread(number, "nothing of it was played", skipped=True)
    return Row(text_of(entry, "username"), song, end - heard, heard, "skip" if is_skip else "play", 1.0, number)


def _was_skipped(entry: Entry) -> bool:
    """Old rows say it only by how the song ended."""
    skipped = entry.get("skipped")
    return bool(skipped) if skipped is not None else entry.get("reason_end") in _FORWARD


def _played_account(number: int, entry: Entry) -> Row | Unread:
    song = _named(entry)
    if not song.title:
        return Unread(number, "a podcast or a book: no song", skipped=True)
    end, heard = moment_of(entry, "endTime"), length_of(entry, "msPlayed", 0.001)
    if end is None:
        return Unread(number, "no time")
    if heard is None:
        return Unread(number, "nothing of it was played", skipped=True)
    return Row("", song, end - heard, heard, row=number)
