"""ListenBrainz over the network: a user's listens, newest first, and their feedback.

The user is named by the address; LISTENBRAINZ_TOKEN is sent where it is set, which only private data needs. How often
one may ask is obeyed as the service says it.
"""

import os
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

from audiorec.errors import InputError
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import rows
from audiorec.sources.services.http_client import HttpClient
from audiorec.sources.services.listenbrainz import parse

_ADDRESS = re.compile(r"/(?:1/)?user/(?P<user>[^/]+)")
_PAGE = 1000
_API = "https://api.listenbrainz.org"


def answers(url: str) -> bool:
    """Whether an address is of a user of ListenBrainz."""
    return "listenbrainz" in urlsplit(url).netloc and bool(_ADDRESS.match(urlsplit(url).path))


def fetch(url: str) -> Iterator[Row | Unread]:
    """All listens and feedback of the user whom the address names; raises InputError and ServiceError."""
    found = _ADDRESS.match(urlsplit(url).path)
    if not found:
        raise InputError(f"{url} names no user: it should be such as https://listenbrainz.org/user/NAME")
    host = urlsplit(url).netloc
    root = _API if host.endswith("listenbrainz.org") else f"{urlsplit(url).scheme}://{host}"
    token = os.environ.get("LISTENBRAINZ_TOKEN", "")
    client = HttpClient(root, {"Authorization": f"Token {token}"} if token else {})
    yield from of_user(client, unquote(found["user"]))


def of_user(client: HttpClient, user: str) -> Iterator[Row | Unread]:
    """All listens and feedback of a user; raises ServiceError."""
    number = 0
    for number, entry in enumerate(_listens(client, user), start=1):
        yield from rows([(number, entry)], lambda at, listen: parse(at, listen, user))
    for entry in _feedback(client, user):
        number += 1
        yield from rows([(number, entry)], lambda at, feedback: parse(at, feedback, user))


def _listens(client: HttpClient, user: str) -> Iterator[object]:
    before: object = None
    while True:
        query = {"count": _PAGE, **({"max_ts": before} if before is not None else {})}
        payload = _payload(client.json(f"/1/user/{quote(user, safe='')}/listens", query))
        listens = payload.get("listens")
        if not isinstance(listens, list) or not listens:
            return
        yield from listens
        last = listens[-1].get("listened_at") if isinstance(listens[-1], dict) else None
        # A page that does not lead further back would be asked for without end.
        if last is None or last == before:
            return
        before = last


def _feedback(client: HttpClient, user: str) -> Iterator[object]:
    offset = 0
    while True:
        path = f"/1/feedback/user/{quote(user, safe='')}/get-feedback"
        page = client.json(path, {"count": _PAGE, "offset": offset, "metadata": "true"})
        found = page.get("feedback") if isinstance(page, dict) else None
        if not isinstance(found, list) or not found:
            return
        yield from found
        offset += len(found)


def _payload(answer: object) -> dict[str, object]:
    payload = answer.get("payload") if isinstance(answer, dict) else None
    return payload if isinstance(payload, dict) else {}
