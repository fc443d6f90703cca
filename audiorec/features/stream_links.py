"""What of a file the first header does not tell: streams one behind the other, and sound behind a length that lies.

Source: RFC 3533, 4 (grouping: the pages that begin streams stand before all others of their link). It reads headers of
pages only.
"""

import mmap
import os
from collections.abc import Iterator

_STREAM_INFO = (b"fLaC\x00\x00\x00\x22", b"fLaC\x80\x00\x00\x22")
_BEGINS = 2  # flag of a page: the first of its stream
_LONGEST_PAGE = 65_307
_LEAST_LOST = 65_536  # bytes behind the data of a wav that are no chunks: fewer are not worth a second look
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
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as data:
        starts = {start}
        for mark in _STREAM_INFO:
            place = data.find(mark, start + 1)
            while place >= 0:
                starts.add(place)
                place = data.find(mark, place + 1)
    ordered = sorted(starts)
    return tuple(zip(ordered, [*ordered[1:], end], strict=True))


def wav_goes_on(file: int) -> bool:
    """Whether much stands behind the data of a wav that is no chunk of it: the length was written before the sound."""
    place, end = 12, os.fstat(file).st_size
    while place + 8 <= end:
        name, size = os.pread(file, 4, place), int.from_bytes(os.pread(file, 4, place + 4), "little")
        if not name.isascii() or not name.strip().isalnum():
            return end - place > _LEAST_LOST
        place += 8 + size + size % 2
    return False
