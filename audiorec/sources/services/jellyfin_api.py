"""Jellyfin and Emby over the network: what a user played and liked, by JELLYFIN_API_KEY and JELLYFIN_USER."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from audiorec.errors import InputError
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.fields import kept_row
from audiorec.sources.services.access import secret, setting
from audiorec.sources.services.http_client import HttpClient, ServiceError
from audiorec.sources.services.jellyfin import kept_item

_PAGE = 500
_FIELDS = "Path,ProviderIds,MediaSources"


def answers(url: str) -> bool:
    """Whether such a server is at an address."""
    try:
        found = HttpClient(url, tries=1, timeout=5).json("/System/Info/Public")
    except InputError:
        return False
    return isinstance(found, dict) and "ServerName" in found and "Version" in found


def fetch(url: str) -> Iterator[Row | Unread]:
    """What the user of JELLYFIN_USER played, liked and rated; raises InputError and ServiceError."""
    key = secret("JELLYFIN_API_KEY", "an API key of the server")
    yield from of_server(HttpClient(url, access_by(key)), setting("JELLYFIN_USER", "the name of the user"))


def access_by(key: str) -> dict[str, str]:
    """The headers of an API key: Jellyfin takes only the first one since version 12, Emby the second."""
    return {"Authorization": f'MediaBrowser Token="{quote(key)}"', "X-Emby-Token": key}


def of_server(client: HttpClient, user: str) -> Iterator[Row | Unread]:
    """What a user played, liked and rated; raises ServiceError."""
    for number, item in enumerate(_items(client, _id_of(client, user)), start=1):
        yield from kept_row(number, item, kept_item, user)


def _id_of(client: HttpClient, user: str) -> str:
    found = client.json("/Users")
    users = {str(one.get("Name")): str(one.get("Id")) for one in found if isinstance(one, dict)} if found else {}
    if user not in users:
        raise ServiceError(f"{client.root} has no user {user!r}: choose one of {', '.join(sorted(users))[:200]}")
    return users[user]


def _items(client: HttpClient, key: str) -> Iterator[Any]:
    start = 0
    while True:
        query = {"IncludeItemTypes": "Audio", "Recursive": "true", "Fields": _FIELDS, "SortBy": "DateCreated,SortName",
                 "StartIndex": start, "Limit": _PAGE}  # fmt: skip
        page = client.json(f"/Users/{quote(key, safe='')}/Items", query)
        items = page.get("Items") if isinstance(page, dict) else None
        if not isinstance(items, list) or not items:
            return
        yield from items
        start += len(items)
