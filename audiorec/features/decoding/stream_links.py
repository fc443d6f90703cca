"""What of a file the first header does not tell: streams that stand one behind the other, and what lies behind them.

Source: RFC 3533, 4 (grouping: the pages that begin streams stand before all others of their link); WavPack 4 and 5
binary format. It reads headers of boxes, blocks and pages, and all of a file where frames do not say how long they are.
"""

import os
import re
from collections.abc import Iterator

from audiorec.features.decoding.named_size import named_size

_STRETCH = 2**20
_LONGEST_MARK = 16
_MOST_LINKS = 100_000
# How streams begin whose frames do not say how long they are.
_MARKS = {
    "flac": re.compile(rb"fLaC[\x00\x80]\x00\x00\x22"),
    "tta": re.compile(rb"TTA1[\x01\x02]\x00"),
    "amr": re.compile(rb"#!AMR(?:-WB)?\n"),
    "caf": re.compile(rb"caff\x00\x01\x00\x00desc"),
    "flv": re.compile(rb"FLV\x01[\x01\x04\x05]\x00\x00\x00\x09"),
}
_SIZED = ("aiff", "iff", "w64", "dsf", "dff", "au", "wma", "avi", "matroska")
# Decoders of these take what lies behind the stream for a part of it.
_TAIL_HURTS = ("w64", "dsf", "dff", "wma")
_INITIAL_BLOCK = 0x800
_BOXES = (b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"mfra", b"free", b"skip", b"udta", b"meta", b"uuid")
Parts = tuple[tuple[int, int], ...]


def links(file: int, name: str, start: int, end: int) -> Parts:
    """[start, end) of every stream of a file that begins with one of the container `name`; wav and Ogg: elsewhere."""
    if mark := _MARKS.get(name):
        return _apart([start, *_places(file, mark, start + 1, end)], end)
    if name == "mp4":
        return _apart([place for place, _, box in _boxes(file, start, end) if box == b"ftyp" or place == start], end)
    if name == "wavpack":
        return _wavpack_links(file, start, end)
    return _sized_links(file, name, start, end) if name in _SIZED else ((start, end),)


def last_box_end(file: int, start: int, end: int) -> int:
    """Where the last box of an MP4 ends by its header, which may be behind the end of the file."""
    return max((following for _, following, name in _boxes(file, start, end) if name in _BOXES), default=end)


def _apart(starts: list[int], end: int) -> Parts:
    return tuple(zip(starts, [*starts[1:], end], strict=True))


def _boxes(file: int, place: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Place, end and name of every box of an MP4. Source: ISO/IEC 14496-12, 4.2."""
    for _ in range(_MOST_LINKS):
        head = os.pread(file, 16, place)
        size = int.from_bytes(head[:4], "big")
        size = int.from_bytes(head[8:16], "big") if size == 1 else size or end - place
        if len(head) < 8 or size < 8:
            return
        yield place, place + size, head[4:8]
        place += size


def _wavpack_links(file: int, start: int, end: int) -> Parts:
    """Each stream begins with an initial block of index 0, and ends with its last block."""
    found: list[tuple[int, int]] = []
    place = start
    while len(head := os.pread(file, 28, place)) == 28:
        if head[:4] != b"wvpk":
            # Tags lie between joined files.
            place = next(_places(file, re.compile(b"wvpk"), place + 1, end), end)
            continue
        following = place + 8 + int.from_bytes(head[4:8], "little")
        is_initial = int.from_bytes(head[24:28], "little") & _INITIAL_BLOCK and any(head[20:24])
        begins = not found or (is_initial and not any(head[16:20]) and not head[10])
        found[len(found) - (not begins) :] = [(place if begins else found[-1][0], min(end, following))]
        place = following
    return tuple(found) or ((start, end),)


def _sized_links(file: int, name: str, start: int, end: int) -> Parts:
    """A stream follows where the one before ends by its own word, perhaps behind a byte of padding."""
    found: list[tuple[int, int]] = []
    while len(found) < _MOST_LINKS:
        head = os.pread(file, 8192, start)
        named = start + max(0, named_size(name, head))
        kind = head[:4], head[8:12] if name in ("aiff", "iff", "avi") else b""
        places = (place for place in (named, named + named % 2) if start < place < end)
        following = next((place for place in places if _is_kind(os.pread(file, 12, place), kind)), end)
        if following == end:
            # A size far below what is there was written before the sound was.
            is_tail = name in _TAIL_HURTS and (start + end) // 2 < named < end
            return *found, (start, named if is_tail else end)
        found.append((start, following))
        start = following
    return tuple(found)


def _is_kind(head: bytes, kind: tuple[bytes, bytes]) -> bool:
    return head[:4] == kind[0] and head[8:12].startswith(kind[1])


def _places(file: int, mark: re.Pattern[bytes], place: int, end: int) -> Iterator[int]:
    """Where a mark stands. A disk that fails under a mapped file would end the process, so it is read."""
    while place < end:
        # The next stretch begins so that a mark at the border is not missed, nor seen twice.
        data = os.pread(file, _STRETCH + _LONGEST_MARK - 1, place)
        yield from (place + one.start() for one in mark.finditer(data) if one.start() < _STRETCH)
        place += _STRETCH
