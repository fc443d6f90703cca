"""The gate before every door: which host, from where, who, how large; and what browsers may do with the answer.

Plain ASGI, so that streams pass unbuffered. On this machine's own address nobody needs a password, and then only the
names of this machine are answered, so that no page elsewhere can reach in through a name of its own.
"""

import asyncio
import base64
import ipaddress
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any

from audiorec.serve.logins import Accounts
from audiorec.serve.problem_details import problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Count = Callable[[str, float], None]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "audiorec_session"
_SESSION = 30 * 24 * 3600.0
_LARGEST = 1_000_000
_PATIENCE = 30.0  # seconds for a body, which is small
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
# What anybody may fetch: the page's own files hold nothing of the library, and the sign of life.
_OPEN = ("/page/", "/api/v1/health", "/api/v1/session", "/favicon.ico")


class Gate:
    """Wraps the application; `names` are further host names by which this server may be called."""

    def __init__(self, app: App, accounts: Accounts, names: frozenset[str], count: Count) -> None:
        self._app = app
        self._accounts = accounts
        self._names = names
        self._count = count
        self._sessions: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request and hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refusal(scope, headers)
        answer = problem(*refused) if refused is not None else self._app
        scope.setdefault("state", {})["sessions"] = self
        begun = time.perf_counter()
        await answer(scope, _limited(receive), _with_headers(send))
        self._count(getattr(scope.get("route"), "path", "other"), time.perf_counter() - begun)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._is_own(_name(host)):
            return 403, "this host name is not one of this server: start it with --name NAME to allow it"
        origin = headers.get("origin")
        if origin is not None and origin.split("://")[-1] != host:
            return 403, "requests from other sites are not answered"
        is_visit = scope["path"] == "/" and scope["method"] == "GET"
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not is_visit:
            return 403, "requests from other sites are not answered"
        try:
            length = int(headers.get("content-length", "0"))
        except ValueError:
            return 400, "the length of the request is no number"
        if not 0 <= length <= _LARGEST:
            return 413, f"a request may have {_LARGEST} bytes at most"
        return self._login(scope, headers)

    def _is_own(self, name: str) -> bool:
        if name in _OWN_NAMES or name in self._names:
            return True
        if self._accounts.token is None:
            return False
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True

    def _login(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        path = scope["path"]
        # Players bring their own proof in the query; `/rest` looks at it.
        if self._accounts.token is None or path == "/" or path.startswith(("/rest/", *_OPEN)):
            return None
        if self.is_session(headers.get("cookie", "")):
            return None
        address = scope["client"][0] if scope.get("client") else ""
        if self._accounts.wait(address) > 0:
            return 429, "too many failed logins from this address: wait five minutes"
        given = _bearer(headers.get("authorization", ""))
        if given is None:
            return 401, "this server needs its token: sign in on the page, or send Authorization: Bearer TOKEN"
        if self._accounts.is_token(given):
            return None
        self._accounts.failed(address)
        return 401, "this is not the token of this server"

    # --- sessions of browsers ------------------------------------------------------------------------------------

    def open_session(self) -> str:
        """A new session's secret, for the cookie."""
        now = time.monotonic()
        self._sessions = {key: at for key, at in self._sessions.items() if now - at < _SESSION}
        key = secrets.token_urlsafe(24)
        self._sessions[key] = now
        return key

    def is_session(self, cookie: str) -> bool:
        """Whether a Cookie header names a session that is open."""
        try:
            found = SimpleCookie(cookie).get(COOKIE)
        except Exception:  # noqa: BLE001 - whatever is wrong with a cookie, it opens nothing
            return False
        begun = self._sessions.get(found.value) if found is not None else None
        return begun is not None and time.monotonic() - begun < _SESSION


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    """A Host header without its port, in small letters."""
    if host.startswith("["):
        return host.split("]")[0].lower() + "]"
    return host.rsplit(":", 1)[0].lower() if host.count(":") == 1 else host.lower()


def _bearer(value: str) -> str | None:
    """The secret of an Authorization header: Bearer, or the password of Basic."""
    kind, _, rest = value.partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode("utf-8").partition(":")[2]
        except ValueError:
            return None
    return None


def _limited(receive: Receive) -> Receive:
    """A body ends where it is too large, or takes too long to come."""
    taken, is_whole = 0, False
    end = time.monotonic() + _PATIENCE

    async def one() -> MutableMapping[str, Any]:
        nonlocal taken, is_whole
        if is_whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), end - time.monotonic())
        except TimeoutError:
            return {"type": "http.disconnect"}
        taken += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if taken > _LARGEST:
            return {"type": "http.disconnect"}
        return message

    return one


def _with_headers(send: Send) -> Send:
    async def one(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            have = {name.lower() for name, _ in message["headers"]}
            added = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in have]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return one
