"""Pages of Ogg: the links of a chained file, and pages that are missing, damaged or count backwards.

Decoders pass over damaged pages without a word, or put silence in their place. Source: RFC 3533, 6 (page format).
"""

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_BEGINS = 2  # flag of a page: the first of its stream
_LONGEST_PAGE = 65_307
_STRETCH = 2**20
_LATE = 1_000_000  # samples that no first page holds
# zlib counts bits the other way round than Ogg, from another start.
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_START = _END = 0xFFFF_FFFF


@dataclass(frozen=True)
class OggPages:
    """[start, end) of every link; how many pages are missing or damaged; whether times of a stream run backwards.

    begins_at: the sample of the first page of sound where it is late in a stream (a recording of radio), else 0.
    """

    links: tuple[tuple[int, int], ...]
    faults: int
    runs_backwards: bool
    begins_at: int


@dataclass(frozen=True)
class _Page:
    place: int
    following: int
    flags: int
    granule: int
    stream: bytes
    number: int
    is_whole: bool


@dataclass
class _Stream:
    """Where a stream stands: the last page's number, and the last time of it that was written (0 before any sound)."""

    number: int
    granule: int = 0


def read_pages(file: int, start: int, end: int) -> OggPages:
    """Look at every page of [start, end): a page that begins a stream behind pages that do not begins the next link."""
    starts, inside, damaged, missing, backwards, begins_at = [start], False, 0, 0, False, 0
    streams: dict[bytes, _Stream] = {}
    for page in _pages(file, start, end):
        if not page.is_whole:
            damaged += page.following <= end  # else it was cut, which is said
            continue
        if page.flags & _BEGINS:
            if inside:
                starts.append(page.place)
                inside = False
            streams[page.stream] = _Stream(page.number)
            continue
        inside = True
        stream = streams.setdefault(page.stream, _Stream(page.number - 1))
        # Recordings of a radio stream begin with its heads, then somewhere in the middle.
        if stream.granule:
            missing += max(0, page.number - stream.number - 1)
            backwards |= 0 < page.granule < stream.granule
        elif page.granule > _LATE:
            begins_at = page.granule
        stream.number = page.number
        stream.granule = max(stream.granule, page.granule)
    found = tuple(zip(starts, [*starts[1:], end], strict=True))
    return OggPages(found, max(damaged, missing), backwards, begins_at)


def last_page_end(file: int, start: int, end: int) -> int:
    """Where the last page ends by its header, which may be behind the end of the file; `end` without pages."""
    tail = max(start, end - 2 * _LONGEST_PAGE)
    return max((page.following for page in _pages(file, tail, end)), default=end)


def _pages(file: int, place: int, end: int) -> Iterator[_Page]:
    """Every page; what is no page is passed over."""
    data, mirrored, base = b"", b"", place
    while place < end:
        if place + _LONGEST_PAGE > base + len(data) and base + len(data) < end:
            data, base = os.pread(file, min(_STRETCH, end - place), place), place
            mirrored = data.translate(_MIRRORED)
            if not data:
                return
        at = place - base
        if data[at : at + 4] != b"OggS" or len(data) < at + 27:
            found = data.find(b"OggS", at + 1)
            # The next stretch begins so that a mark at the border is not missed.
            place = base + found if found >= 0 else max(place + 1, base + len(data) - 3)
            continue
        head = at + 27 + data[at + 26]
        following = head + sum(data[at + 27 : head])
        yield _Page(
            place, base + following, data[at + 5], int.from_bytes(data[at + 6 : at + 14], "little", signed=True),
            data[at + 14 : at + 18], int.from_bytes(data[at + 18 : at + 22], "little"),
            _is_whole(mirrored, at, following),
        )  # fmt: skip
        place = base + following


def _is_whole(mirrored: bytes, at: int, following: int) -> bool:
    """Whether a page has the check sum that it names, which is taken with zeros in its own place."""
    sum_ = zlib.crc32(mirrored[at : at + 22], _START)
    sum_ = zlib.crc32(mirrored[at + 26 : following], zlib.crc32(bytes(4), sum_))
    return sum_ ^ _END == int.from_bytes(mirrored[at + 22 : at + 26], "big")
