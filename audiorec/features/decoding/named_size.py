"""How large a stream is by its own first bytes, in the containers that say so there.

Sources: RIFF (1991); EBU Tech 3306 (RF64); AIFF 1.3 (1989); DSF 1.01; DSDIFF 1.5; RFC 8794, 4 (Matroska's sizes).
Lengths that writers leave open (0, all ones) name nothing.
"""

# Before any size that was left open.
_OPEN = -(2**40)
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_SEGMENT = b"\x18\x53\x80\x67"


def named_size(name: str, head: bytes) -> int:
    """The size in bytes of a stream of the container `name` by its first 8 kB, 0 or less where they do not say."""
    if name in ("wav", "avi") and head[:4] in (b"RF64", b"BW64"):
        return _little(head, 20, 8) + 8 if _little(head, 20, 8) else 0
    if name in ("wav", "avi"):
        return _closed(_little(head, 4, 4) if head[:4] == b"RIFF" else _big(head, 4, 4)) + 8
    if name in ("aiff", "iff"):
        return _closed(_big(head, 4, 4)) + 8
    if name in ("w64", "dsf"):
        return _little(head, 16 if name == "w64" else 12, 8)
    if name == "dff":
        return _big(head, 4, 8) + 12
    if name == "au":
        return _big(head, 4, 4) + _closed(_big(head, 8, 4))
    if name == "wma" and (place := head.find(_ASF_FILE)) >= 0:
        return _little(head, place + 40, 8)
    if name == "matroska" and (place := head.find(_SEGMENT)) >= 0:
        return _segment_end(head, place + len(_SEGMENT))
    return 0


def _segment_end(head: bytes, place: int) -> int:
    """Where the segment ends whose size stands at `place`: as many zero bits in front as bytes follow, then a one."""
    width = 9 - head[place].bit_length() if place < len(head) else 9
    size = _big(head, place, width) & ((1 << 7 * width) - 1)
    return 0 if width > 8 or size == (1 << 7 * width) - 1 else place + width + size


def _closed(size: int) -> int:
    """A size of 32 bits; far below 0 where it was left open."""
    return _OPEN if size in (0, 2**32 - 1) else size


def _little(head: bytes, place: int, width: int) -> int:
    return int.from_bytes(head[place : place + width], "little")


def _big(head: bytes, place: int, width: int) -> int:
    return int.from_bytes(head[place : place + width], "big")
