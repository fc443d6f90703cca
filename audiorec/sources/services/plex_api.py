"""Plex over the network: what the owner of PLEX_TOKEN played and rated, from all music sections of a server."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError, fromstring

from audiorec.errors import InputError
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import kept_row
from audiorec.sources.services.access import secret
from audiorec.sources.services.http_client import HttpClient, ServiceError
from audiorec.sources.services.plex import kept_track

_PAGE = 500
_TRACK = 10


def answers(url: str) -> bool:
    """Whether such a server is at an address."""
    try:
        return b"machineIdentifier" in HttpClient(url, tries=1, timeout=5).read("/identity")
    except InputError:
        return False


def fetch(url: str) -> Iterator[Row | Unread]:
    """What was played and rated on the server; raises InputError and ServiceError."""
    yield from of_server(HttpClient(url, {"X-Plex-Token": secret("PLEX_TOKEN", "the token of the server")}))


def of_server(client: HttpClient) -> Iterator[Row | Unread]:
    """What was played and rated; raises ServiceError."""
    number = 0
    for section in _asked(client, "/library/sections", {}).iter("Directory"):
        if section.get("type") == "artist":
            for track in _tracks(client, section.get("key", "")):
                number += 1
                yield from kept_row(number, track, kept_track)


def _tracks(client: HttpClient, section: str) -> Iterator[dict[str, str]]:
    start = 0
    while True:
        query = {"type": _TRACK, "X-Plex-Container-Start": start, "X-Plex-Container-Size": _PAGE, "includeGuids": 1}
        page = list(_asked(client, f"/library/sections/{section}/all", query).iter("Track"))
        for track in page:
            yield _as_entry(track)
        if len(page) < _PAGE:
            return
        start += len(page)


def _as_entry(track: Element) -> dict[str, str]:
    part, guids = track.find(".//Part"), [guid.get("id", "") for guid in track.iter("Guid")]
    mbid = next((guid.removeprefix("mbid://") for guid in guids if guid.startswith("mbid://")), "")
    return {**track.attrib, "file": part.get("file", "") if part is not None else "", "mbid": mbid}


def _asked(client: HttpClient, path: str, query: Mapping[str, object]) -> Element:
    body = client.read(path, query)
    # An answer that declares entities is none of such a server, and may grow without end.
    if b"<!" in body[:2000]:
        raise ServiceError(f"{client.root} answers XML with declarations of its own, which is refused")
    try:
        return fromstring(body)
    except ParseError as error:
        raise ServiceError(f"{client.root} answers something that is no XML: is it the right address?") from error
