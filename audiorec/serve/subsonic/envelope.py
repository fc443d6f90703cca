"""Replies of the protocol: one tree of values, written as JSON or as XML, inside `subsonic-response`.

In XML a scalar is an attribute, a mapping an element, a list elements of one name, and `value` the text of an element.
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import JSONResponse, Response

from audiorec import __version__

VERSION = "1.16.1"
_NAMESPACE = "http://subsonic.org/restapi"
# A name of a function that a page calls with the answer; anything else would be a script of somebody else's.
_CALLED = re.compile(r"[A-Za-z_$][\w$.]{0,99}", re.ASCII)
# What XML 1.0 cannot hold at all, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Codes of errors in the protocol.
GENERIC, MISSING, WRONG_LOGIN, TWO_LOGINS, WRONG_KEY, FORBIDDEN, NOT_FOUND = 0, 10, 40, 43, 44, 50, 70


class PlayerError(Exception):
    """An error as players know it: one of the codes, and words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def reply(asked: Mapping[str, str], body: Mapping[str, Any]) -> Response:
    """A good answer, in the format that was asked for (`f`: xml, json or jsonp)."""
    return _written(asked, "ok", body)


def failure(asked: Mapping[str, str], error: PlayerError) -> Response:
    """An error; by the protocol its HTTP status is 200 too."""
    return _written(asked, "failed", {"error": {"code": error.code, "message": str(error)}})


def _written(asked: Mapping[str, str], status: str, body: Mapping[str, Any]) -> Response:
    head = {
        "status": status,
        "version": VERSION,
        "type": "audiorec",
        "serverVersion": __version__,
        "openSubsonic": True,
    }
    form = asked.get("f", "xml")
    if form in ("json", "jsonp"):
        answer = JSONResponse({"subsonic-response": {**head, **body}})
        called = _CALLED.fullmatch(asked.get("callback", ""))
        if form == "json" or not called:
            return answer
        return Response(f"{called[0]}({bytes(answer.body).decode()});", media_type="application/javascript")
    inside = element("subsonic-response", {"xmlns": _NAMESPACE, **head, **body})
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{inside}', media_type="application/xml")


def element(name: str, values: Mapping[str, Any]) -> str:
    """One XML element.

    >>> element("genre", {"songCount": 2, "value": "R&B", "part": [{"n": True}, {"n": False}], "mood": ["a"]})
    '<genre songCount="2">R&amp;B<part n="true"/><part n="false"/><mood>a</mood></genre>'
    """
    attributes, inside = "", ""
    for key, value in values.items():
        if value is None:
            continue
        if isinstance(value, Mapping):
            inside += element(key, value)
        elif isinstance(value, list | tuple):
            inside += "".join(
                element(key, one) if isinstance(one, Mapping) else f"<{key}>{escape(_text(one))}</{key}>"
                for one in value
            )
        elif key == "value":
            inside += escape(_text(value))
        else:
            attributes += f" {key}={quoteattr(_text(value))}"
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _FORBIDDEN.sub("\ufffd", str(value))
