"""The code page of tags that claim another one: told from the whole file, its name, and the files around it.

One field is too short to tell "Кино" from "Êèíî"; all fields of a file nearly always do, those of a folder always did
(docs/log.md). What is not sure all the same is marked. It reads tags, never sound.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from audiorec.data.names import normalise
from audiorec.features.scan import SUFFIXES
from audiorec.sources.formats.no_music import is_hidden
from audiorec.sources.formats.text_decoding import DecodedText, decode_text, readings

# What cp1252 has in the place of control characters; tags were read by either.
_CP1252 = {
    bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
# Pages whose text read as Latin-1 may be Latin-1 after all.
_LATIN = frozenset(("cp1252", "cp1250", "cp1254", "iso8859_2"))
_TWO_SCRIPTS = re.compile("[A-Za-z][\u0370-\uffff]|[\u0370-\u052f][A-Za-z]")
# Words without a letter of ASCII, and letters that Latin-1 does not hold.
_NO_LATIN = re.compile(rb"(?<![A-Za-z\x80-\xff])[\x80-\xff]+(?![A-Za-z\x80-\xff])|[\x83\x8a\x8c\x8e\x9a\x9c\x9e\x9f]")
_NEIGHBOURS = 24  # files around one whose tags are looked at
_SHORT = 24  # bytes beyond ASCII: a file of fewer is held against those around it
_GUESSED = 10  # of so many the best guess is nearly always right; fewer stay as they stand
_SHORTEST = 3  # letters of a name that must stand in the path to be believed

ReadTexts = Callable[[bytes], Sequence[str]]


@dataclass(frozen=True)
class Page:
    """The code page of a file's tags, and whether that is sure; an empty name: they are what they claim to be."""

    name: str = ""
    sure: bool = True

    def read(self, text: str) -> str:
        """A text of the file as it was meant; as it stands where nothing better is known."""
        data = widened(text) if self.name else None
        if data is None:
            return text
        try:
            return data.decode(self.name)
        except UnicodeDecodeError:
            return data.decode(self.name, "replace") if self.sure else text


def widened(text: str) -> bytes | None:
    """The bytes that a text was before it was read as Latin-1 or cp1252; None where it holds other letters or ASCII."""
    if text.isascii():
        return None
    out = bytearray()
    for sign in text:
        code = ord(sign) if ord(sign) < 256 else _CP1252.get(sign)
        if code is None:
            return None
        out.append(code)
    return bytes(out)


def page_of(claimed: Sequence[str], stated: Sequence[str], path: bytes, read_texts: ReadTexts) -> Page:
    """The page of a file's tags.

    claimed: texts that claim Latin-1, which may be anything; stated: texts in Unicode, which are believed unless they
    read as another script. `read_texts` gives the claimed texts of another file.
    """
    data = _joined(claimed) or _joined(stated)
    if not data:
        return Page()
    found = decode_text(data)
    wide = sum(byte > 0x7F for byte in data)
    if not found.sure and (named := _by_name(data, path)):
        found = DecodedText("", named, True)
    elif (wide < _SHORT or not found.sure) and (around := _around(os.path.dirname(path), read_texts)):
        # The file is among them, and an album's name stands in each: every text counts once.
        pooled = decode_text(b"\n".join(dict.fromkeys(b"\n".join((data, *around)).split(b"\n"))))
        is_better = pooled.sure or not (found.sure or found.encoding == "cp1252")
        found = pooled if is_better and _fits(data, pooled.encoding) else found
    is_western = found.encoding in _LATIN
    if found.encoding.startswith(("utf-16", "utf-32", "ascii")) or (
        not _joined(claimed) and (is_western or not found.sure)
    ):
        return Page()
    # Western letters are what these texts claim to be: inside words of ASCII they need no proof where they look as good
    # as any others.
    is_sure = found.sure or (found.encoding == "cp1252" and not _NO_LATIN.search(data))
    return Page(found.encoding if is_sure or is_western or wide >= _GUESSED else "", is_sure)


def _fits(data: bytes, page: str) -> bool:
    """Whether no word of a reading goes on in another script: "Bjцrk" among Russian songs is Björk."""
    return page in _LATIN or not _TWO_SCRIPTS.search(data.decode(page, "replace"))


def _joined(texts: Sequence[str]) -> bytes:
    return b"\n".join(data for text in dict.fromkeys(texts) if (data := widened(text)))


def _by_name(data: bytes, path: bytes) -> str:
    """The only page by which a field reads as something that stands in the file's path."""
    name = normalise(os.fsdecode(path).encode("utf-8", "replace").decode())
    if name.isascii():
        return ""
    fits = [
        page for page, text in readings(data).items()
        if any(len(key) >= _SHORTEST and not key.isascii() and key in name for key in map(normalise, text.split("\n")))
    ]  # fmt: skip
    return fits[0] if fits else ""


def _around(folder: bytes, read_texts: ReadTexts) -> tuple[bytes, ...]:
    """The claimed texts of the other songs of a folder, and of the folders beside it where it stands alone."""
    here = _texts_in(folder, read_texts)
    if len(here) > 1:
        return here
    try:
        beside = sorted(entry.path for entry in os.scandir(os.path.dirname(folder) or b".") if entry.is_dir())
    except OSError:
        return here
    return tuple(text for other in beside[:_NEIGHBOURS] for text in _texts_in(other, read_texts)[:4]) or here


@lru_cache(maxsize=64)
def _texts_in(folder: bytes, read_texts: ReadTexts) -> tuple[bytes, ...]:
    try:
        names = sorted(name for name in os.listdir(folder or b".") if os.path.splitext(name)[1].lower() in SUFFIXES)
    except OSError:
        return ()
    paths = [os.path.join(folder, name) for name in names if not is_hidden(name)][:_NEIGHBOURS]
    return tuple(data for path in paths if (data := _joined(read_texts(path))))
