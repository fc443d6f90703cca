"""How many bytes of a file its own headers name: where fewer are there, it was cut, whatever a decoder makes of it.

Decoders take the rest of a cut wav or aiff for the whole of it. Lengths that writers leave open (0, all ones, the most
that fits) name nothing. It knows containers that say how large they are, and pages of Ogg.
"""

import os

from audiorec.features.sniff import Container
from audiorec.features.stream_links import last_page_end

# Pipes write a length that is never reached; sizes from here on are such, where the file is not half as large.
_NEVER = 0x7FFF_0000
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")


def bytes_missing(file: int, container: Container) -> int:
    """How many bytes that the headers name are not there; 0 where they name no size."""
    start, end = container.parts[-1] if container.parts else (0, os.fstat(file).st_size)
    head = container.head or os.pread(file, 8192, start)
    named = last_page_end(file, start, end) - start if container.name == "ogg" else _named(container.name, head)
    size = end - start + len(container.head)
    return max(0, named - size) if 0 < named < 2**63 and not (named >= _NEVER and size < named / 2) else 0


def _named(name: str, head: bytes) -> int:
    """The size of the whole by its first bytes, 0 where they do not say."""
    if name in ("wav", "avi") and head[:4] in (b"RF64", b"BW64"):
        return _little(head, 20, 8) + 8
    if name in ("wav", "avi"):
        return _open_ended(_little(head, 4, 4) if head[:4] == b"RIFF" else _big(head, 4, 4)) + 8
    if name in ("aiff", "iff"):
        return _open_ended(_big(head, 4, 4)) + 8
    if name == "w64":
        return _little(head, 16, 8)
    if name == "dsf":
        return _little(head, 12, 8)
    if name == "dff":
        return _big(head, 4, 8) + 12
    if name == "au":
        return _big(head, 4, 4) + _open_ended(_big(head, 8, 4)) if _open_ended(_big(head, 8, 4)) else 0
    if name == "wma" and (place := head.find(_ASF_FILE)) >= 0:
        return _little(head, place + 40, 8)
    return 0


def _open_ended(size: int) -> int:
    """A size of 32 bits; far below 0 where it was left open, so that nothing is named."""
    return -(2**40) if size in (0, 2**32 - 1) else size


def _little(head: bytes, place: int, width: int) -> int:
    return int.from_bytes(head[place : place + width], "little")


def _big(head: bytes, place: int, width: int) -> int:
    return int.from_bytes(head[place : place + width], "big")
