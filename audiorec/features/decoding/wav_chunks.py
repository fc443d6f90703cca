"""The chunks of a wav as writers really leave them: without padding, joined, with coded sound in the place of samples.

Every chunk of odd length is followed by a byte of padding, which some writers leave out; decoders then lose their way.
Source: Multimedia Programming Interface and Data Specifications 1.0 (1991), "RIFF". It reads headers and the first
bytes of the sound only.
"""

import os
import re
from dataclasses import dataclass

from audiorec.features.decoding.named_size import named_size

_MOST_CHUNKS = 1000
_LEAST_LOST = 65_536  # bytes behind the data of a wav that are no chunks: fewer are not worth a second look
_LOOKED_AT = 32_768
_STRETCH = 2**20
_LONGEST_FORMAT = 4096
# Frames of DTS, and of AC-3 and others for a digital cable (IEC 61937), written as if they were samples.
_CODED = re.compile(rb"\xfe\x7f\x01\x80|\x7f\xfe\x80\x01|\xff\x1f\x00\xe8[\xf0-\xff]\x07|\x72\xf8\x1f\x4e")


@dataclass(frozen=True)
class Chunks:
    """What a wav's chunks say: the body of its `fmt `, where its sound starts and how long it is by its header, and
    whether every chunk before it is padded as it must be."""

    form: bytes
    start: int
    size: int
    is_padded: bool

    @property
    def head(self) -> bytes:
        """A head that every decoder reads, for the sound alone."""
        body = b"WAVEfmt " + len(self.form).to_bytes(4, "little") + self.form + b"\0" * (len(self.form) % 2)
        size = min(self.size, 2**32 - 1)
        whole = min(len(body) + 8 + size, 2**32 - 1).to_bytes(4, "little")
        return b"RIFF" + whole + body + b"data" + size.to_bytes(4, "little")


def sound_chunks(file: int, place: int, end: int) -> tuple[tuple[int, int], ...]:
    """[start, end) of every chunk of a wav at `place` that holds sound, the last perhaps beyond the end of a file that
    was cut: recorders that go on write a second one."""
    found: list[tuple[int, int]] = []
    place += 12
    for _ in range(_MOST_CHUNKS):
        head = os.pread(file, 8, place)
        size = int.from_bytes(head[4:], "little")
        if place + 8 >= end or not _is_name(head[:4]) or size == 2**32 - 1:
            break
        if head[:4] == b"data" and size:
            found.append((place + 8, place + 8 + size))
        place += 8 + size + size % 2
    return tuple(found)


def read_chunks(file: int, place: int, end: int) -> Chunks | None:
    """The chunks up to the sound of a wav that stands at `place`; None where there are none to be found."""
    form, is_padded = b"", True
    place += 12
    for _ in range(_MOST_CHUNKS):
        head = os.pread(file, 8, place)
        if len(head) < 8 or place >= end:
            break
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"data":
            return Chunks(form, place + 8, size, is_padded) if form else None
        if name == b"fmt ":
            form = os.pread(file, min(size, _LONGEST_FORMAT), place + 8)
        place += 8 + size
        if size % 2:
            has_padding = _is_name(os.pread(file, 4, place + 1)) or not _is_name(os.pread(file, 4, place))
            is_padded &= has_padding
            place += has_padding
    return None


def holds_coded_sound(file: int, chunks: Chunks) -> bool:
    """Whether frames of a codec stand where the header says there are samples: taken for those they are noise."""
    return chunks.form[:2] in (b"\1\0", b"\xfe\xff") and bool(_CODED.search(os.pread(file, _LOOKED_AT, chunks.start)))


def has_open_size(file: int, place: int) -> bool:
    """Whether a wav of 64 bits does not say how long its sound is: its recorder was stopped. Source: EBU Tech 3306."""
    head = os.pread(file, 36, place)
    return head[:4] in (b"RF64", b"BW64") and (head[28:36] in (bytes(8), b"\xff" * 8) or head[12:16] != b"ds64")


def wav_links(file: int, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """[start, end) of every wav of a file in which one stands behind the other."""
    found, place = [start], start
    while len(found) < _MOST_CHUNKS:
        named = place + named_size("wav", os.pread(file, 36, place))
        place = next(
            (there for there in (named, named + named % 2) if place < there < end and _is_wav(file, there)), end
        )
        if place >= end:
            break
        found.append(place)
    return tuple(zip(found, [*found[1:], end], strict=True))


def wav_goes_on(file: int) -> bool:
    """Whether much stands behind the data of a wav that is no chunk of it: the length was written before the sound."""
    place, end = 12, os.fstat(file).st_size
    while place + 8 <= end:
        name, size = os.pread(file, 4, place), int.from_bytes(os.pread(file, 4, place + 4), "little")
        if not _is_name(name):
            # Behind a good length stand zeros where a disk or a download was to be filled.
            return end - place > _LEAST_LOST and _is_something(file, place, end)
        place += 8 + size + size % 2
    return False


def _is_something(file: int, place: int, end: int) -> bool:
    return any(any(os.pread(file, _STRETCH, there)) for there in range(place, end, _STRETCH))


def _is_wav(file: int, place: int) -> bool:
    head = os.pread(file, 12, place)
    return head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:] == b"WAVE"


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and name.isascii() and name.strip().isalnum() and not name.startswith(b" ")
