"""ListenBrainz: the export (listens by month, feedback, pins) as zip, folder or file, and lists of listens as JSON.

Feedback is a like or a dislike, a pin a star. Artists are taken one by one where the service has matched the listen,
else the credit stays whole. Addresses and players are not read. The API is read by `listenbrainz_api.py`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiorec.sources.formats.exports import ExportError, Member, has_member, head_of, is_whole, is_zip, members
from audiorec.sources.formats.json_stream import JsonError, json_items, json_lines
from audiorec.sources.rows.contract import Kind, Row, Unread, WrittenSong
from audiorec.sources.rows.fields import (
    Entry,
    checked,
    length_of,
    list_of,
    moment_of,
    number_of,
    object_of,
    rows,
    text_of,
)

_NAMES = re.compile(r"(?:\d{1,2}|\d{4}-\d{1,2}|listens.*|feedback|pinned_recordings?|user)\.jsonl?$", re.IGNORECASE)
_OPENED = ("", ".payload", ".payload.listens", ".listens", ".feedback", ".pinned_recordings")
_SPOTIFY = re.compile(r"track[/:](\w{22})\b")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a folder, archive or file is of ListenBrainz."""
    if path.is_dir() and not is_whole(path, _is_part):
        return False
    if path.is_dir() or is_zip(head):
        return has_member(path, _is_part) and any(_is_listens(head_of(part)) for part in members(path, _is_part))
    return _is_listens(head)


def read(path: Path) -> Iterator[Row | Unread]:
    """Listens, feedback and pins; raises InputError when nothing can be opened."""
    user = next((_user_in(part) for part in members(path, _is_part) if part.base.lower() == "user.json"), "")
    number = 0
    for part in members(path, _is_part):
        if part.base.lower() == "user.json":
            continue
        try:
            for found in rows(_entries(part, number), lambda at, entry: parse(at, entry, user)):
                number = found.row
                yield found
        except (JsonError, ExportError) as error:
            number += 1
            yield Unread(number, f"{part.name}: {error}")


def parse(number: int, entry: Entry, user: str = "") -> Row | Unread:
    """A listen, a piece of feedback or a pin; raises FieldError for what cannot be used."""
    if "track_metadata" not in entry and isinstance(entry.get("data"), dict):
        entry = entry["data"]  # listens that are kept with more beside them
    if entry.get("playing_now") is True:
        return Unread(number, "playing now, not yet a listen", skipped=True)
    song = _song(entry)
    if not (song.title or song.ids):
        return Unread(number, "no song")
    user = text_of(entry, "user_name") or text_of(entry, "user_id") or user
    if "score" in entry:
        score = number_of(entry, "score")
        if not score:
            return Unread(number, "feedback that was taken back", skipped=True)
        kind: Kind = "like" if score > 0 else "dislike"
        return Row(user, song, moment_of(entry, "created"), kind=kind, row=number)
    if "pinned_until" in entry or "blurb_content" in entry:
        return Row(user, song, moment_of(entry, "created"), kind="star", row=number)
    time = moment_of(entry, "listened_at")
    return Unread(number, "no time") if time is None else Row(user, song, time, row=number)


def _is_part(name: str) -> bool:
    return bool(_NAMES.match(name))


def _is_listens(head: bytes) -> bool:
    return b'"track_metadata"' in head or (b'"recording_msid"' in head and b'"score"' in head)


def _user_in(part: Member) -> str:
    try:
        found = dict(json_items(part.blocks(), ("",)))
        return text_of({"name": found.get(".user_name") or found.get(".username")}, "name")
    except (JsonError, ExportError, ValueError):
        return ""


def _entries(part: Member, number: int) -> Iterator[tuple[int, Any]]:
    """Objects of JSON lines or of one document; a document of one line is both."""
    if not part.base.lower().endswith(".json"):
        for at, value in json_lines(part.blocks()):
            yield number + at, value
        return
    for place, value in json_items(part.blocks(), _OPENED):
        if place.endswith("[]"):
            number += 1
            yield number, value


def _song(entry: Entry) -> WrittenSong:
    said = entry.get("track_metadata")
    if not isinstance(said, dict):
        said = {}
    info, mapped = object_of(said, "additional_info"), object_of(said, "mbid_mapping")
    ids = {}
    if mbid := text_of(mapped, "recording_mbid") or text_of(info, "recording_mbid") or text_of(entry, "recording_mbid"):
        ids["mbid"] = mbid
    if isrc := info.get("isrc"):
        ids["isrc"] = text_of({"isrc": isrc[0] if isinstance(isrc, list) else isrc}, "isrc")
    if "spotify_id" in info and (found := _SPOTIFY.search(str(info["spotify_id"]))):
        ids["spotify"] = found[1]
    seconds = length_of(info, "duration_ms", 0.001) or length_of(info, "duration")
    title, album = text_of(said, "track_name"), text_of(said, "release_name")
    return WrittenSong(_artists(said, info, mapped), title, album, "", ids, seconds)


def _artists(said: Entry, info: Entry, mapped: Entry) -> tuple[str, ...]:
    if artists := list_of(mapped, "artists"):
        names = [artist.get("artist_credit_name") for artist in artists if isinstance(artist, dict)]
    else:
        names = list_of(info, "artist_names") or [said.get("artist_name")]
    if len(names) == 1:
        name = text_of({"artist": names[0]}, "artist")
        return (name,) if name else ()
    return tuple(checked(name.strip(), "artist") for name in names if isinstance(name, str) and name.strip())
