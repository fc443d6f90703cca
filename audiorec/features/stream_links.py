"""What of a file the first header does not tell: streams that stand one behind the other.

Source: RFC 3533, 4 (grouping: the pages that begin streams stand before all others of their link). It reads headers of
pages and boxes, and of FLAC all, for its frames do not say how long they are.
"""

import os
import re
from collections.abc import Iterator

_STREAM_INFO = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")
_LONGEST_MARK = 8
_STRETCH = 2**20
_MOST_BOXES = 100_000
_BEGINS = 2  # flag of a page: the first of its stream
_LONGEST_PAGE = 65_307
Parts = tuple[tuple[int, int], ...]


def ogg_links(file: int, start: int, end: int) -> Parts:
    """[start, end) of every link: a page that begins a stream behind pages that do not begins the next link."""
    starts, inside = [start], False
    for place, flags, _ in _pages(file, start, end):
        if not flags & _BEGINS:
            inside = True
        elif inside:
            starts.append(place)
            inside = False
    return tuple(zip(starts, [*starts[1:], end], strict=True))


def last_page_end(file: int, start: int, end: int) -> int:
    """Where the last page ends by its header, which may be behind the end of the file; `end` without pages."""
    tail = max(start, end - 2 * _LONGEST_PAGE)
    return max((following for _, _, following in _pages(file, tail, end)), default=end)


def _pages(file: int, place: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Place and flags of every page, and the place of the next; what is no page is passed over."""
    while place < end:
        head = os.pread(file, 282, place)
        if head[:4] != b"OggS" or len(head) < 27:
            found = os.pread(file, _LONGEST_PAGE, place + 1).find(b"OggS")
            # The next stretch begins so that a mark at the border is not missed.
            place += 1 + (found if found >= 0 else _LONGEST_PAGE - 3)
            continue
        following = place + 27 + head[26] + sum(head[27 : 27 + head[26]])
        yield place, head[5], following
        place = following


def flac_links(file: int, start: int, end: int) -> Parts:
    """[start, end) of every FLAC stream: each begins with its mark and the block that tells its shape."""
    starts = [start, *_places(file, _STREAM_INFO, start + 1, end)]
    return tuple(zip(starts, [*starts[1:], end], strict=True))


def mp4_links(file: int, start: int, end: int) -> Parts:
    """[start, end) of every MP4: each begins with the box that names its type. Source: ISO/IEC 14496-12, 4.2."""
    starts, place = [start], start
    for _ in range(_MOST_BOXES):
        head = os.pread(file, 16, place)
        size = int.from_bytes(head[:4], "big")
        size = int.from_bytes(head[8:16], "big") if size == 1 else size
        if len(head) < 8 or size < 8:
            break
        place += size
        if os.pread(file, 8, place)[4:] == b"ftyp":
            starts.append(place)
    return tuple(zip(starts, [*starts[1:], end], strict=True))


def _places(file: int, mark: re.Pattern[bytes], place: int, end: int) -> Iterator[int]:
    """Where a mark stands. A disk that fails under a mapped file would end the process, so it is read."""
    while place < end:
        # The next stretch begins so that a mark at the border is not missed, nor seen twice.
        data = os.pread(file, _STRETCH + _LONGEST_MARK - 1, place)
        yield from (place + one.start() for one in mark.finditer(data) if one.start() < _STRETCH)
        place += _STRETCH
