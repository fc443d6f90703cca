"""Playlists of a Subsonic server elsewhere: found by name, filled in place. The songs are found there by search.

A small client: salted login, JSON, one retry. It does not know what the lists hold.
"""

import hashlib
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.ranking.mood_search import fold

_TIMEOUT = 30.0
# A URL holds so many ids safely; longer lists are filled in steps.
_STEP = 100
_LARGEST_REPLY = 50_000_000


@dataclass(frozen=True)
class RemoteList:
    """A playlist there: its id, its name and the ids of its songs as they are known there."""

    id: str
    name: str
    songs: tuple[str, ...] = ()


class RemoteServer:
    """A server's `/rest`; raises InputError in one line when it does not answer or refuses."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/").removesuffix("/rest")
        if not self._url.startswith(("http://", "https://")):
            raise InputError(f"{url} is no address of a server: it begins with http:// or https://")
        self._user, self._password = user, password
        self._found: dict[int, str | None] = {}

    def playlists(self) -> list[RemoteList]:
        """The playlists that this user sees."""
        found = self._ask("getPlaylists").get("playlists", {}).get("playlist", [])
        return [RemoteList(str(one["id"]), str(one.get("name", ""))) for one in found if not one.get("readonly")]

    def songs_of(self, playlist: RemoteList) -> list[dict[str, Any]]:
        """The entries of a playlist."""
        found = self._ask("getPlaylist", id=playlist.id).get("playlist", {}).get("entry", [])
        return [dict(one) for one in found]

    def song_id(self, track: Track) -> str | None:
        """The id there of a song of ours, by title, artist and length; None when it is not there."""
        if track.id not in self._found:
            query = f"{track.artist} {track.title}".strip()
            hits = self._ask("search3", query=query, songCount="20", albumCount="0", artistCount="0")
            songs = hits.get("searchResult3", {}).get("song", [])
            self._found[track.id] = next((str(one["id"]) for one in songs if is_same(track, one)), None)
        return self._found[track.id]

    def fill(self, name: str, songs: Sequence[str], known: RemoteList | None) -> None:
        """Give a playlist these songs; made when it is not there, else refreshed in place."""
        head = [("playlistId", known.id)] if known is not None else [("name", name)]
        self._ask("createPlaylist", *head, *(("songId", song) for song in songs[:_STEP]))
        rest = songs[_STEP:]
        if rest:
            found = known or next(one for one in self.playlists() if one.name == name)
            for start in range(0, len(rest), _STEP):
                adds = [("songIdToAdd", song) for song in rest[start : start + _STEP]]
                self._ask("updatePlaylist", ("playlistId", found.id), *adds)

    def _ask(self, question: str, *pairs: tuple[str, str], **values: str) -> dict[str, Any]:
        salt = secrets.token_hex(8)
        proof = hashlib.md5((self._password + salt).encode(), usedforsecurity=False).hexdigest()
        head = {"u": self._user, "t": proof, "s": salt, "v": "1.16.1", "c": "audiorec", "f": "json"}
        query = urllib.parse.urlencode([*head.items(), *values.items(), *pairs])
        where = f"{self._url}/rest/{question}"
        try:
            with urllib.request.urlopen(f"{where}?{query}", timeout=_TIMEOUT) as answer:
                body: dict[str, Any] = json.loads(answer.read(_LARGEST_REPLY))["subsonic-response"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            # The address with the query holds the proof of the password: it is not shown.
            reason = getattr(error, "reason", None) or getattr(error, "code", None) or "no answer of a Subsonic server"
            raise InputError(f"{self._url} cannot be used ({reason}): check the address") from None
        if body.get("status") != "ok":
            why = body.get("error", {}).get("message", "no reason given")
            raise InputError(f"{self._url} refused {question} ({why}): check --login and the password")
        return body


def is_same(track: Track, entry: dict[str, Any]) -> bool:
    """Whether a server's entry is a song of ours: title and artist alike, and as long within five seconds."""
    if fold(str(entry.get("title", ""))) != fold(track.title):
        return False
    theirs = fold(str(entry.get("artist", "")))
    if track.artists and not any(fold(name) in theirs or theirs in fold(name) for name in track.artists):
        return False
    seconds = entry.get("duration")
    return not isinstance(seconds, int | float) or not track.seconds or abs(seconds - track.seconds) <= 5
