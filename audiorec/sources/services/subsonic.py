"""OpenSubsonic servers (Navidrome, gonic, supysonic, Airsonic, ...): plays, stars, ratings and lists by their API.

The password is sent as a salted token. Older servers take it only readable (`enc:`), which is done after asking. What
a server does not offer is left out: code 0, 10, 30 or 70 and HTTP 404 or 501 alike say so. Of Navidrome its history of
single plays is read too.
"""

import hashlib
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import kept_row, rows
from audiorec.sources.services import navidrome_api
from audiorec.sources.services.access import secret, setting
from audiorec.sources.services.http_client import HttpClient, ServiceError, login_in
from audiorec.sources.services.subsonic_replies import kept_song, listed_row, play_row

_NOT_OFFERED = (0, 10, 30, 70)  # 10: a search for everything, where a server wants words
_NO_TOKENS = (41, 42)
_MISSING = 10  # of a greeting with a token: the server misses a password
_VERSION = "1.16.1"
_PAGE = 500


class NotOffered(ServiceError):
    """The server does not have what was asked for."""


@dataclass
class SubsonicServer:
    """A server and how to reach it; `readable` says whether the password may be sent so that others can read it."""

    client: HttpClient
    user: str
    password: str = field(repr=False)
    api_key: str = field(default="", repr=False)
    readable: Callable[[], bool] = lambda: False
    _plain: bool = False

    def ask(self, method: str, **query: object) -> Mapping[str, Any]:
        """The answer to a method; raises NotOffered and ServiceError."""
        try:
            answer = self._answer(method, query)
        except ServiceError as error:
            if error.status in (404, 501):
                raise NotOffered(f"{self.client.root} does not offer {method}", error.status) from error
            raise
        if answer.get("status") == "ok":
            return answer
        fault = answer.get("error")
        code = fault.get("code") if isinstance(fault, dict) else None
        has_no_tokens = code in _NO_TOKENS or (code == _MISSING and method == "ping")
        if has_no_tokens and not self._plain and not self.api_key:
            if not self.readable():
                raise ServiceError(
                    f"{self.client.root} takes no tokens: set SUBSONIC_READABLE=yes to send the password"
                )
            self._plain = True
            return self.ask(method, **query)
        if code in _NOT_OFFERED:
            raise NotOffered(f"{self.client.root} does not offer {method}")
        raise ServiceError(f"{self.client.root} refuses {method} (code {code}): see to the user and the password")

    def _answer(self, method: str, query: Mapping[str, object]) -> Mapping[str, Any]:
        common = {"v": _VERSION, "c": "audiorec", "f": "json", **self._access()}
        found = self.client.json(f"/rest/{method}.view", {**common, **query})
        answer = found.get("subsonic-response") if isinstance(found, dict) else None
        if not isinstance(answer, dict):
            raise ServiceError(f"{self.client.root} does not answer as a Subsonic server: see to its address")
        return answer

    def _access(self) -> dict[str, str]:
        if self.api_key:
            return {"apiKey": self.api_key}
        if self._plain:
            return {"u": self.user, "p": "enc:" + self.password.encode().hex()}
        salt = secrets.token_hex(8)
        return {"u": self.user, "s": salt, "t": hashlib.md5((self.password + salt).encode()).hexdigest()}


def answers(url: str) -> bool:
    """Whether such a server is at an address."""
    try:
        found = HttpClient(url, tries=1, timeout=5).json(
            "/rest/ping.view", {"f": "json", "c": "audiorec", "v": _VERSION}
        )
    except InputError:
        return False
    return isinstance(found, dict) and "subsonic-response" in found


def fetch(url: str) -> Iterator[Row | Unread]:
    """What a user did; raises InputError and ServiceError.

    Who they are stands in the address (https://NAME:PASSWORD@host), or in SUBSONIC_USER and SUBSONIC_PASSWORD or
    SUBSONIC_API_KEY.
    """
    user, password = login_in(url)
    key = os.environ.get("SUBSONIC_API_KEY", "") if not password else ""
    user = user or (os.environ.get("SUBSONIC_USER", "") if key else setting("SUBSONIC_USER", "the name of the user"))
    password = password or ("" if key else secret("SUBSONIC_PASSWORD", f"the password of {user}"))
    yield from of_server(SubsonicServer(HttpClient(url), user, password, key, _may_be_readable))


def of_server(server: SubsonicServer) -> Iterator[Row | Unread]:
    """Plays, stars, ratings and lists of the user; raises ServiceError."""
    history = navidrome_api.history(server.client, server.user, server.password) if _is_navidrome(server) else {}
    number = 0
    for number, entry in enumerate(_songs(server), start=1):
        key = str(entry.get("id")) if isinstance(entry, dict) else ""
        times = history.get(key, ())
        for time in times:
            yield from rows([(number, entry)], partial(play_row, user=server.user, time=time))
        yield from kept_row(number, entry, partial(kept_song, seen=len(times)), server.user)
    for owner, entry in _listed(server):
        number += 1
        yield from rows([(number, entry)], partial(listed_row, owner=owner))


def _is_navidrome(server: SubsonicServer) -> bool:
    return server.ask("ping").get("type") == "navidrome" and bool(server.password)


def _songs(server: SubsonicServer) -> Iterator[Any]:
    """Every song once: by a search for everything, else album by album; then starred ones that neither gave."""
    seen: set[str] = set()
    for source in (_searched, _of_albums, _starred):
        if source is _of_albums and seen:
            continue
        for entry in source(server):
            key = str(entry.get("id")) if isinstance(entry, dict) else ""
            if not key or key not in seen:
                seen.add(key)
                yield entry


def _searched(server: SubsonicServer) -> Iterator[Any]:
    for offset in range(0, 10**9, _PAGE):
        query = {"query": "", "songCount": _PAGE, "songOffset": offset, "artistCount": 0, "albumCount": 0}
        found = _part(server, "search3", "searchResult3", "song", **query)
        yield from found
        if len(found) < _PAGE:
            return


def _of_albums(server: SubsonicServer) -> Iterator[Any]:
    for offset in range(0, 10**9, _PAGE):
        query = {"type": "alphabeticalByName", "size": _PAGE, "offset": offset}
        albums = _part(server, "getAlbumList2", "albumList2", "album", **query)
        for album in albums:
            if isinstance(album, dict) and "id" in album:
                yield from _part(server, "getAlbum", "album", "song", id=album["id"])
        if len(albums) < _PAGE:
            return


def _starred(server: SubsonicServer) -> Iterator[Any]:
    yield from _part(server, "getStarred2", "starred2", "song")


def _listed(server: SubsonicServer) -> Iterator[tuple[str, Any]]:
    for playlist in _part(server, "getPlaylists", "playlists", "playlist"):
        if isinstance(playlist, dict) and "id" in playlist:
            owner = playlist.get("owner")
            for entry in _part(server, "getPlaylist", "playlist", "entry", id=playlist["id"]):
                yield owner if isinstance(owner, str) else server.user, entry


def _part(server: SubsonicServer, method: str, outer: str, inner: str, **query: object) -> list[Any]:
    """A list inside an answer; empty where the server does not offer it or leaves it out."""
    try:
        found = server.ask(method, **query).get(outer)
    except NotOffered:
        return []
    values = found.get(inner) if isinstance(found, dict) else None
    return values if isinstance(values, list) else [values] if isinstance(values, dict) else []


def _may_be_readable() -> bool:
    """Whether the person agrees to send the password so that others on the way can read it."""
    if os.environ.get("SUBSONIC_READABLE", "").lower() in ("yes", "1", "true"):
        return True
    if not sys.stdin.isatty():
        return False
    print(
        "This server takes no tokens. Send the password so that others on the way may read it? [y/N]", file=sys.stderr
    )
    return sys.stdin.readline().strip().lower() in ("y", "yes")
