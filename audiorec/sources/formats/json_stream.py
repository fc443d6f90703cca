"""JSON as a stream: the items of long lists one after the other, in bounded memory, and JSON one value a line.

A list or object is opened where the caller says so and everything else is given whole; a value may be `LARGEST` long.
Behind a fault nothing more can be read of a document, but of lines the next one can. It knows no formats.
"""

import codecs
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.formats.exports import byte_lines

LARGEST = 4_000_000  # signs of one value or line
_BLANKS = re.compile("[ \t\r\n\ufeff]*")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_decode = json.JSONDecoder().raw_decode


class JsonError(InputError):
    """A text is no JSON from some place on."""


def json_items(blocks: Iterator[bytes], opened: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Values and their places; a place is a chain of `.key` and `[]` from the whole document, which is "".

    opened: the places whose lists and objects are entered instead of given whole; "place[" enters only a list. Raises
    JsonError at a fault.

    >>> list(json_items(iter([b'{"a": [1, {"b": 2}], "c": 3}']), {"", ".a"}))
    [('.a[]', 1), ('.a[]', {'b': 2}), ('.c', 3)]
    """
    text = _Text(blocks)
    if not text.peek():
        raise JsonError("it is empty")
    yield from _walk(text, "", frozenset(opened))
    if text.peek():
        raise JsonError("something stands behind its end")


def json_lines(blocks: Iterator[bytes]) -> Iterator[tuple[int, Any]]:
    """Numbers (from 1) and values of all lines that are not blank; a JsonError in the place of a broken one."""
    for number, line in enumerate(byte_lines(blocks, LARGEST), start=1):
        if line and not line.isspace():
            yield number, _line_value(line)


def _line_value(line: bytes) -> Any:
    if len(line) > LARGEST:
        return JsonError("a line without an end")
    try:
        text = line.decode("utf-8-sig" if line[0] == 0xEF else "utf-8").strip()
        value, end = _decode(text)
        return value if end == len(text) else JsonError("something stands behind its end")
    except UnicodeDecodeError:
        return JsonError("bytes that are no UTF-8")
    except (ValueError, RecursionError) as error:
        return JsonError(f"no JSON ({str(error)[:80]})")


def _walk(text: "_Text", place: str, opened: frozenset[str]) -> Iterator[tuple[str, Any]]:
    sign = text.peek()
    if sign == "[" and (place in opened or f"{place}[" in opened):
        yield from _walk_list(text, place + "[]", opened)
    elif sign == "{" and place in opened:
        yield from _walk_object(text, place, opened)
    else:
        yield place, text.value()


def _walk_list(text: "_Text", place: str, opened: frozenset[str]) -> Iterator[tuple[str, Any]]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    enters = place in opened or f"{place}[" in opened
    while True:
        if enters:
            yield from _walk(text, place, opened)
        else:
            yield place, text.value()
        if text.take(",]") == "]":
            return


def _walk_object(text: "_Text", place: str, opened: frozenset[str]) -> Iterator[tuple[str, Any]]:
    text.take("{")
    if text.peek() == "}":
        text.take("}")
        return
    while True:
        key = text.value()
        if not isinstance(key, str):
            raise JsonError(f"a key that is no text: {str(key)[:40]}")
        text.take(":")
        yield from _walk(text, f"{place}.{key}", opened)
        if text.take(",}") == "}":
            return


class _Text:
    """A window of the text that moves on as values are taken from it."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._decoder: codecs.IncrementalDecoder | None = None
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """The next sign that is no blank; empty at the end."""
        sign = self._text[self._at : self._at + 1]
        if " " < sign < "\x7f":
            return sign
        while True:
            self._at = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, signs: str) -> str:
        """Move behind the next sign, which must be one of `signs`."""
        sign = self.peek()
        if not sign or sign not in signs:
            raise JsonError(f"{sign!r} where one of {signs!r} should stand" if sign else "it ends in the middle")
        self._at += 1
        return sign

    def value(self) -> Any:
        """The next value, whole."""
        if not self.peek():
            raise JsonError("it ends in the middle")
        while True:
            try:
                value, end = _decode(self._text, self._at)
                # A number at the window's end may go on behind it.
                if end < len(self._text) or not self._more():
                    self._at = end
                    return value
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError) or len(self._text) - self._at > LARGEST or not self._more():
                    reason = "it ends in the middle" if self._ended else str(error)[:80]
                    raise JsonError(reason) from error

    def _more(self) -> bool:
        block = next(self._blocks, None)
        if block is None or self._ended:
            self._ended = True
            return False
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder(_MARKS.get(block[:2], "utf-8"))("replace")
        self._text = self._text[self._at :] + self._decoder.decode(block)
        self._at = 0
        return True
