"""The one client for all services: time limits, retries that wait as the service asks, a limit on requests a second.

Answers are bounded. No message of an error or log holds a query, a header or a body, since keys and passwords stand
there. It knows no service.
"""

import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from audiorec import __version__
from audiorec.errors import InputError

_LARGEST = 64_000_000  # bytes of one answer
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 120.0  # seconds
_NOBODY = (ConnectionRefusedError, socket.gaierror)  # no server there, unless one was there before


class ServiceError(InputError):
    """A service does not answer, or not in the way that was asked for. status: of HTTP, 0 where there was no answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _SameHost(HTTPRedirectHandler):
    """Follows an answer to another address only on the same host: keys are not carried elsewhere."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        if urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            raise ServiceError(f"{shown(req.full_url)} points to another host: give its address instead", code)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass
class HttpClient:
    """Asks one service.

    root: its address; headers: sent with every request (keys too); rate: the most requests a second; tries: how often a
    request is sent before it is given up; timeout: seconds without an answer; sleep, clock and wall (unix
    time): for tests.
    """

    root: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    rate: float = 4.0
    tries: int = 5
    timeout: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    _free_at: float = field(default=0.0, repr=False)
    _reached: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.root)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InputError(f"{shown(self.root)} is no address of a service: it begins with http:// or https://")
        # A name and password in the address are for who asks (`login_in`); here they would stand in every message.
        host = parts.netloc.rpartition("@")[2]
        self.root = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        self._opener: OpenerDirector = build_opener(_SameHost())

    def json(self, path: str, query: Mapping[str, object] | None = None, fresh: str = "", **more: Any) -> Any:
        """What a GET (or with `form=` or `sent=`, a POST) answers, as JSON; raises ServiceError.

        fresh: a parameter that is new in every request, where a server would repeat a torn answer out of its cache.
        """
        for attempt in range(self.tries):
            new = {fresh: int(self.wall() * 1000) + attempt} if fresh else {}
            body = self.read(path, {**(query or {}), **new}, **more)
            try:
                return json.loads(body)
            except (ValueError, RecursionError):
                # A torn answer is a fault of the moment; what is no JSON at all stays so.
                self._wait(2.0**attempt)
        raise ServiceError(f"{self.root}{path} answers something that is no JSON: is it the right address?")

    def read(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        form: Mapping[str, object] | None = None,
        sent: object = None,
    ) -> bytes:
        """What a GET (or with `form` or `sent`, which goes as JSON, a POST) answers; raises ServiceError."""
        address = f"{self.root}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        data = json.dumps(sent).encode() if sent is not None else None
        data = urlencode(form, doseq=True).encode() if form is not None else data
        kind = {"Content-Type": "application/json"} if sent is not None else {}
        reason, status = "", 0
        for attempt in range(self.tries):
            self._pace()
            request = Request(address, data, {"User-Agent": f"audiorec/{__version__}", **kind, **self.headers})
            try:
                with self._opener.open(request, timeout=self.timeout) as answer:
                    body: bytes = answer.read(_LARGEST + 1)
                    self._heed(answer.headers)
                self._reached = True
                if len(body) > _LARGEST:
                    raise ServiceError(f"{shown(address)} answers more than {_LARGEST // 10**6} MB")
                return body
            except HTTPError as error:
                error.close()
                self._reached = True
                reason, status = f"HTTP {error.code}", error.code
                if error.code not in _AGAIN:
                    break
                self._wait(_asked_wait(error.headers, 2.0**attempt))
            except (URLError, TimeoutError, OSError, EOFError, HTTPException) as error:
                reason = "the answer broke off" if isinstance(error, HTTPException) else _reason(error)
                if not self._reached and isinstance(getattr(error, "reason", error), _NOBODY):
                    break
                self._wait(2.0**attempt)
        raise ServiceError(f"{shown(address)} does not answer ({reason}): see to its address and your access", status)

    def _pace(self) -> None:
        now = self.clock()
        if self._free_at > now:
            self.sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + 1 / self.rate

    def _heed(self, headers: Any) -> None:
        """Wait before the next request where this one used up what is allowed (ListenBrainz says so)."""
        if headers.get("X-RateLimit-Remaining") == "0":
            self._free_at = max(self._free_at, self.clock() + _asked_wait(headers, 1.0))

    def _wait(self, seconds: float) -> None:
        self.sleep(min(seconds, _LONGEST_WAIT))


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", error)) or type(error).__name__


def shown(address: str) -> str:
    """An address without what may be secret: no user, password, query or fragment."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _asked_wait(headers: Any, otherwise: float) -> float:
    """Seconds that an answer asks to wait, in seconds or as a date."""
    for name in ("Retry-After", "X-RateLimit-Reset-In"):
        value = headers.get(name, "").strip()
        try:
            if value:
                is_number = value.replace(".", "", 1).isdigit()
                seconds = float(value) if is_number else parsedate_to_datetime(value).timestamp() - time.time()
                return max(0.0, seconds)
        except (ValueError, OverflowError):
            return otherwise
    return otherwise


def login_in(address: str) -> tuple[str, str]:
    """The name and the password that stand in an address, both empty where none do."""
    parts = urlsplit(address)
    return unquote(parts.username or ""), unquote(parts.password or "")
