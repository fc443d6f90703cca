"""Frames of sound that stand one behind the other without a container: what tells them from junk.

A frame says how long it is, and the next one begins there with the same mark; junk does not go on like that. It knows
MPEG audio, AAC (ADTS and LATM), AC-3, packets of transport streams, and the first box of MP4.
"""

import re
from collections.abc import Callable

_FIRST = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_SECOND = (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_AC3 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
# Names of what programs put between frames: none of it is sound.
_TAGS = (b"ID3", b"TAG", b"APETAGEX", b"LYRICSBEGIN")


def holds_frames(data: bytes) -> bool:
    """Whether some bytes hold MPEG frames, one behind the other: sound, no tag.

    Three in a row, so that a picture or text inside a tag does not look like sound.
    """
    kinds = (KINDS["mp3"], KINDS["mp2"])
    return any(chained(data, one.start(), length, 2) for start, length in kinds for one in start.finditer(data))


def holds_flac_frames(data: bytes) -> bool:
    """Whether some bytes hold the head of a FLAC frame, with its check sum. Source: RFC 9639, 9.1."""
    return any(_is_flac_head(data[one.start() : one.start() + 16]) for one in _FLAC_FRAME.finditer(data))


def _is_flac_head(head: bytes) -> bool:
    number = next((n for n in range(8) if not head[4] << n & 0x80), 8) or 1  # bytes of the number, as in UTF-8
    block = {6: 1, 7: 2}.get(head[2] >> 4, 0)
    rate = {12: 1, 13: 2, 14: 2}.get(head[2] & 15, 0)
    end = 4 + number + block + rate
    if len(head) <= end:
        return False
    check = 0
    for byte in head[:end]:
        check ^= byte
        for _ in range(8):
            check = (check << 1 ^ 0x07 if check & 0x80 else check << 1) & 0xFF
    return check == head[end]


def is_no_sound(packet: bytes) -> bool:
    """Whether what a demuxer took for a frame is a tag, an mp3's table, or one byte again and again.

    >>> is_no_sound(b"ID3" + bytes(99)), is_no_sound(bytes(99)), is_no_sound(bytes(range(99)))
    (True, True, False)
    """
    rest = packet.lstrip(b"\0")
    return (
        rest.startswith(_TAGS) or rest == rest[:1] * len(rest) or any(mark in rest[:64] for mark in (b"Xing", b"Info"))
    )


def first_frames(data: bytes) -> list[tuple[int, str]]:
    """Where the first chain of frames of each kind begins, with the kind's name."""
    found = []
    for name, (start, length) in KINDS.items():
        place = next((one.start() for one in start.finditer(data) if chained(data, one.start(), length, 2)), None)
        if place is not None:
            found.append((place, name))
    for name, mark in (("mpeg-ts", _MORE_PACKETS), ("mp4", _FILE_TYPE)):
        if one := mark.search(data):
            found.append((one.start(), name))
    return found


def is_transport(head: bytes) -> bool:
    """Whether some bytes begin with packets of a transport stream."""
    return _PACKETS.match(head) is not None


def chained(data: bytes, place: int, length: Callable[[bytes], int], links: int) -> bool:
    """Whether a frame is followed by so many others of the same kind."""
    kind = data[place : place + 2]
    for _ in range(links):
        step = length(data[place : place + 7])
        place += step
        if not step or data[place : place + 1] != kind[:1] or not (data[place + 1 : place + 2] or b"\0")[0] & 0xE0:
            return False
        if kind[0] == 0xFF and data[place + 1] | 1 != kind[1] | 1:
            return False
    return length(data[place : place + 7]) > 0


def is_mpeg_frame(head: bytes) -> bool:
    """Sync, a known version, layer, bit rate and sample rate. Source: ISO/IEC 11172-3, 2.4.1.3."""
    return (
        len(head) >= 4
        and head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and head[1] & 0x18 != 0x08
        and head[1] & 0x06 != 0x00
        and head[2] & 0xF0 != 0xF0
        and head[2] & 0x0C != 0x0C
    )


def latm_length(head: bytes) -> int:
    """Bytes of a frame of AAC in LATM with its mark (LOAS). Source: ISO/IEC 14496-3, 1.7.2."""
    return ((head[1] & 0x1F) << 8 | head[2]) + 3 if len(head) > 2 and head[0] == 0x56 and head[1] & 0xE0 == 0xE0 else 0


def _adts(head: bytes) -> int:
    """Bytes of an AAC frame with its header. Source: ISO/IEC 13818-7, 6.2."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > 7 else 0


def _layer_three(head: bytes) -> int:
    """Bytes of a layer III frame, 0 when these bytes begin none."""
    if not is_mpeg_frame(head) or head[1] & 0x06 != 0x02:
        return 0
    is_first = head[1] & 0x18 == 0x18
    return _mpeg_bytes(head, _FIRST if is_first else _LOW, 144 if is_first else 72)


def _layer_two(head: bytes) -> int:
    if not is_mpeg_frame(head) or head[1] & 0x06 != 0x04:
        return 0
    return _mpeg_bytes(head, _SECOND if head[1] & 0x18 == 0x18 else _LOW, 144)


def _mpeg_bytes(head: bytes, rates: tuple[int, ...], samples: int) -> int:
    """Bytes of a frame by its rate in kbit/s, and an eighth of the samples that it holds."""
    number = head[2] >> 4
    if not 1 <= number <= 14:
        return 0
    hz = (44_100, 48_000, 32_000)[(head[2] >> 2) & 3]
    hz //= {0x18: 1, 0x10: 2}.get(head[1] & 0x18, 4)
    return samples * rates[number - 1] * 1000 // hz + ((head[2] >> 1) & 1)


def _ac3(head: bytes) -> int:
    """Bytes of a frame of AC-3 or E-AC-3. Source: ATSC A/52, 5.4.1 and E.2.3.1."""
    if len(head) < 6 or head[:2] != b"\x0b\x77":
        return 0
    if head[5] >> 3 > 10:
        return 2 * (((head[2] & 7) << 8 | head[3]) + 1)
    rate, code = head[4] >> 6, head[4] & 63
    if rate == 3 or code >= 2 * len(_AC3):
        return 0
    kilobits = _AC3[code // 2]
    return (4 * kilobits, 2 * (kilobits * 320 // 147 + code % 2), 6 * kilobits)[rate]


# kind -> (what a frame begins with, how long it is)
KINDS: dict[str, tuple[re.Pattern[bytes], Callable[[bytes], int]]] = {
    "mp3": (re.compile(rb"\xff[\xf2\xf3\xfa\xfb\xe2\xe3][\x10-\xef]", re.DOTALL), _layer_three),
    "mp2": (re.compile(rb"\xff[\xf4\xf5\xfc\xfd][\x10-\xef]", re.DOTALL), _layer_two),
    "aac": (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]", re.DOTALL), _adts),
    "ac3": (re.compile(rb"\x0b\x77", re.DOTALL), _ac3),
    "latm": (re.compile(rb"\x56[\xe0-\xff]", re.DOTALL), latm_length),
}
_FLAC_FRAME = re.compile(rb"\xff[\xf8\xf9][\x10-\xfe][\x00-\xae].", re.DOTALL)
# Packets of 188 bytes that begin with 0x47, or of 192 with a time in front. Source: ISO/IEC 13818-1, 2.4.3.2.
_PACKETS = re.compile(rb"\x47(?=(?:.{187}\x47){2})|....\x47(?=(?:.{191}\x47){2})", re.DOTALL)
_MORE_PACKETS = re.compile(rb"\x47(?=(?:.{187}\x47){5})|....\x47(?=(?:.{191}\x47){5})", re.DOTALL)
# The first box of a file: its length, its name, and the brand. Source: ISO/IEC 14496-12, 4.3.
_FILE_TYPE = re.compile(rb"\0\0[\0-\x03].ftyp[A-Za-z0-9 ]{4}", re.DOTALL)
