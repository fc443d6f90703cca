"""Last.fm and Libre.fm over the network: a user's scrobbles, oldest page first, and their loved tracks.

The user is named by the address, the key is LASTFM_API_KEY (Libre.fm takes any). Pages that came are kept in a file, so
that a fetch that was cut goes on where it was and the next one asks only for what is new.
"""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import platformdirs

from audiorec.errors import InputError
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import rows
from audiorec.sources.services.access import secret
from audiorec.sources.services.http_client import HttpClient, ServiceError
from audiorec.sources.services.lastfm import parse

_ADDRESS = re.compile(r"/user/(?P<user>[^/]+)")
_HOSTS = {"last.fm": "https://ws.audioscrobbler.com", "libre.fm": "https://libre.fm"}
_PAGE = 200
_FAULT_LATER = (8, 11, 16, 29)  # the service is busy, offline, or asks for patience


def answers(url: str) -> bool:
    """Whether an address is of a user of Last.fm or Libre.fm."""
    host = urlsplit(url).netloc.removeprefix("www.")
    return host in _HOSTS and bool(_ADDRESS.match(urlsplit(url).path))


def fetch(url: str) -> Iterator[Row | Unread]:
    """All scrobbles and loved tracks of the user whom the address names; raises InputError and ServiceError."""
    found = _ADDRESS.match(urlsplit(url).path)
    host = urlsplit(url).netloc.removeprefix("www.")
    if not found or host not in _HOSTS:
        raise InputError(f"{url} names no user: it should be such as https://www.last.fm/user/NAME")
    # Libre.fm takes any key.
    own = os.environ.get("LASTFM_API_KEY", "audiorec")
    key = own if host == "libre.fm" else secret("LASTFM_API_KEY", "a key of Last.fm's API")
    folder = Path(platformdirs.user_cache_dir("audiorec"))
    yield from of_user(HttpClient(_HOSTS[host]), unquote(found["user"]), key, folder)


def of_user(client: HttpClient, user: str, key: str, folder: Path) -> Iterator[Row | Unread]:
    """All scrobbles and loved tracks of a user; `folder` keeps the pages that came. Raises ServiceError."""
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(f"{client.root} {user.casefold()}".encode()).hexdigest()[:16]
    with _Pages(folder / f"lastfm-{name}.sqlite") as pages:
        _fill(pages, client, user, key)
        number = 0
        for entry in pages.tracks():
            number += 1
            yield from rows([(number, entry)], lambda at, track: parse(at, track, user))
    for entry in _loved(client, user, key):
        number += 1
        loved = {**entry, "loved_page": True} if isinstance(entry, dict) else entry
        yield from rows([(number, loved)], lambda at, track: parse(at, track, user))


class _Pages:
    """The pages that came, each stored as a whole; `until` is the moment up to which all is there."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS page (since INTEGER, till INTEGER, number INTEGER, tracks TEXT,"
                         " PRIMARY KEY (since, till, number))")  # fmt: skip
        self._db.execute("CREATE TABLE IF NOT EXISTS span (since INTEGER PRIMARY KEY, till INTEGER, whole INTEGER)")

    def __enter__(self) -> "_Pages":
        return self

    def __exit__(self, *error: object) -> None:
        self._db.close()

    def open_span(self, now: int) -> tuple[int, int]:
        """From and to which moment pages are to be fetched: a span that was cut, else the one since the last."""
        cut = self._db.execute("SELECT since, till FROM span WHERE NOT whole").fetchone()
        if cut:
            return cut[0], cut[1]
        since = self._db.execute("SELECT coalesce(max(till), 0) FROM span").fetchone()[0]
        self._db.execute("INSERT INTO span VALUES (?, ?, 0)", (since, max(now, since + 1)))
        return since, max(now, since + 1)

    def has(self, since: int, till: int, number: int) -> bool:
        key = (since, till, number)
        found = self._db.execute("SELECT 1 FROM page WHERE since = ? AND till = ? AND number = ?", key).fetchone()
        return found is not None

    def keep(self, since: int, till: int, number: int, tracks: list[Any]) -> None:
        self._db.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?)", (since, till, number, json.dumps(tracks)))

    def close_span(self, since: int) -> None:
        self._db.execute("UPDATE span SET whole = 1 WHERE since = ?", (since,))

    def tracks(self) -> Iterator[Any]:
        for (text,) in self._db.execute("SELECT tracks FROM page ORDER BY since, number DESC"):
            yield from reversed(json.loads(text))


def _fill(pages: _Pages, client: HttpClient, user: str, key: str) -> None:
    since, till = pages.open_span(int(client.wall()))
    first = _page(client, user, key, "user.getrecenttracks", 1, {"from": since + 1, "to": till})
    # The window is closed, so that a page keeps its number while new scrobbles come in.
    for number in range(_total(first), 0, -1):
        if not pages.has(since, till, number):
            page = first if number == 1 else None
            page = page or _page(client, user, key, "user.getrecenttracks", number, {"from": since + 1, "to": till})
            pages.keep(since, till, number, [track for track in _tracks(page) if not _is_playing(track)])
    pages.close_span(since)


def _loved(client: HttpClient, user: str, key: str) -> Iterator[Any]:
    number, last = 1, 1
    while number <= last:
        page = _page(client, user, key, "user.getlovedtracks", number, {})
        yield from _tracks(page)
        last, number = _total(page), number + 1


def _page(client: HttpClient, user: str, key: str, method: str, number: int, window: dict[str, int]) -> dict[str, Any]:
    query = {"method": method, "user": user, "api_key": key, "format": "json", "limit": _PAGE, "page": number, **window}
    for attempt in range(client.tries):
        answer = client.json("/2.0/", query)
        fault = answer.get("error") if isinstance(answer, dict) else None
        if fault is None:
            inner: Any = next(iter(answer.values()), {}) if isinstance(answer, dict) else {}
            return inner if isinstance(inner, dict) else {}
        if fault not in _FAULT_LATER:
            raise ServiceError(f"{client.root} refuses (error {fault}): see to the name of the user and the key")
        client.sleep(2.0**attempt)
    raise ServiceError(f"{client.root} is busy (error {fault}): run the same command later, it goes on where it was")


def _tracks(page: dict[str, Any]) -> list[Any]:
    found = page.get("track", [])
    return found if isinstance(found, list) else [found]


def _total(page: dict[str, Any]) -> int:
    attributes = page.get("@attr")
    try:
        return int(attributes.get("totalPages", 1)) if isinstance(attributes, dict) else 1
    except (TypeError, ValueError):
        return 1


def _is_playing(track: Any) -> bool:
    return isinstance(track, dict) and track.get("date") is None
