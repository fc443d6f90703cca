"""Navidrome's own API: the history of single plays, which the common API of such servers lacks.

Servers before the history existed answer 404: then there is none.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from audiorec.sources.rows.fields import FieldError, moment_of, text_of
from audiorec.sources.services.http_client import HttpClient, ServiceError

_PAGE = 1000


def history(client: HttpClient, user: str, password: str) -> Mapping[str, list[float]]:
    """Unix times of a user's plays by song id; empty where the server has no history. Raises ServiceError."""
    try:
        login = client.json("/auth/login", sent={"username": user, "password": password})
        token = login.get("token") if isinstance(login, dict) else None
        own = replace(client, headers={**client.headers, "X-ND-Authorization": f"Bearer {token}"})
        return _pages(own) if token else {}
    except ServiceError as error:
        if error.status in (401, 403, 404, 501):
            return {}
        raise


def _pages(client: HttpClient) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    start = 0
    while True:
        query = {"_start": start, "_end": start + _PAGE, "_sort": "submissionTime", "_order": "ASC"}
        page = client.json("/api/scrobble", query)
        for entry in page if isinstance(page, list) else []:
            _note(found, entry)
        if not isinstance(page, list) or len(page) < _PAGE:
            return found
        start += len(page)


def _note(found: dict[str, list[float]], entry: Any) -> None:
    """A play that cannot be used still counts among the plays of its song."""
    if not isinstance(entry, dict):
        return
    try:
        key = text_of(entry, "mediaFileId") or text_of(entry, "media_file_id")
        time = moment_of(entry, "submissionTime") or moment_of(entry, "submission_time")
    except FieldError:
        return
    if key and time:
        found.setdefault(key, []).append(time)
