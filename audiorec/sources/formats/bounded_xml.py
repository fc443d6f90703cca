"""XML as a stream of elements, in bounded memory, with entities of its own refused.

An entity that a file declares can grow without end or name a file of this machine; no list of songs needs one. The
five entities of XML itself and a DOCTYPE that names a DTD elsewhere (never read) are fine. It does not know formats.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError, XMLPullParser
from xml.parsers import expat

from audiorec.errors import InputError

_BLOCK = 1 << 16
_DEEPEST = 200
_LONGEST = 1_000_000  # signs of one element's text


class Element(NamedTuple):
    """An element that starts (text is empty) or ends. name: without a namespace's prefix; line: where it stands."""

    starts: bool
    name: str
    attributes: Mapping[str, str]
    text: str
    line: int
    depth: int


# A file has millions of elements: this is NamedTuple's own constructor without a call in between.
_element = partial(tuple.__new__, Element)
_NONE: Mapping[str, str] = {}


class XmlError(InputError):
    """A file is no XML that can be read on; what was read before it was given."""


def xml_elements(path: Path) -> Iterator[Element]:
    """The elements of a file as they start and end; raises XmlError where it cannot be read (on)."""
    return elements_of(_blocks(path), str(path))


def elements_of(blocks: Iterable[bytes], name: str) -> Iterator[Element]:
    """The same of bytes as they come, under the name that faults are told by."""
    reader = _Reader()
    try:
        for block in blocks:
            yield from reader.feed(block)
        yield from reader.feed(b"", is_last=True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise XmlError(f"{name}, line {reader.line}: no XML that can be read on ({error})") from error


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def xml_records(path: Path) -> Iterator[tuple[Mapping[str, str], dict[str, str | None]]]:
    """Attributes and children's texts of every element below the root, for flat files of very many of them.

    The elements are built without a call of Python for each, twice as fast as `xml_elements`. Raises XmlError
    where the file cannot be read on, after what stands before.
    """
    _check_prolog(path)
    parser: XMLPullParser[Any] = XMLPullParser(("start",))
    started: list[Any] = []
    fault, waiting, is_last = None, 0, False
    try:
        with path.open("rb") as file:
            while fault is None and not is_last:
                block = file.read(_BLOCK)
                is_last = not block
                fault = _fed(parser, block, started)
                root = started[0]
                # The last element may go on in the next block.
                done = root[:] if is_last and fault is None else root[:-1]
                waiting = 0 if done else waiting + len(block)
                for element in done:
                    yield element.attrib, {child.tag: child.text for child in element}
                del root[: len(done)]
                if waiting > _LONGEST:
                    fault = ValueError("an element without an end")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if fault is not None:
        raise XmlError(f"{path}: no XML that can be read on ({fault})") from fault


def _fed(parser: "XMLPullParser[Any]", block: bytes, started: list[Any]) -> Exception | None:
    """Feed the next bytes (none: the end), and keep the root; returns what is wrong with them."""
    try:
        parser.feed(block) if block else parser.close()
        events = parser.read_events()
        if not started:
            first: Any = next(events)
            started.append(first[1])
        deque(events, maxlen=0)
    except (ParseError, ValueError, LookupError) as fault:
        return fault
    return None


def _check_prolog(path: Path) -> None:
    """Entities can be declared before the root alone; raises XmlError for one, and where there is no root."""
    if next(xml_elements(path), None) is None:
        raise XmlError(f"{path}: no XML, it is empty")


class _Reader:
    """Collects what expat calls out."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._refuse
        self._found: list[Element] = []
        self._silent = 0  # bytes in which nothing began or ended
        self._text: list[str] = []

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def feed(self, block: bytes, is_last: bool = False) -> Iterator[Element]:
        """The elements of the next bytes; those before a fault come before its error."""
        error: Exception | None = None
        try:
            self._parser.Parse(block, is_last)
        except (expat.ExpatError, ValueError) as fault:
            error = fault
        found, self._found = self._found, []
        yield from found
        # Each block makes expat look at a name or tag without an end from its start again.
        self._silent = 0 if found else self._silent + len(block)
        if self._silent > 4 * _LONGEST:
            error = error or ValueError("a word without an end")
        if error is not None:
            raise error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._text) >= _DEEPEST:
            raise ValueError(f"elements {_DEEPEST} deep")
        self._text.append("")
        name = name.rpartition(":")[2] if ":" in name else name
        self._found.append(_element((True, name, attributes, "", self._parser.CurrentLineNumber, len(self._text))))

    def _end(self, name: str) -> None:
        depth = len(self._text)
        text = self._text.pop().strip()
        name = name.rpartition(":")[2] if ":" in name else name
        self._found.append(_element((False, name, _NONE, text, self._parser.CurrentLineNumber, depth)))

    def _characters(self, data: str) -> None:
        if len(self._text[-1]) + len(data) > _LONGEST:
            raise ValueError("a text without an end")
        self._text[-1] += data

    def _refuse(self, name: str, *rest: object) -> None:
        raise ValueError(f"it declares an entity, {name!r}, which is refused")
