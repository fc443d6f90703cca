"""What a file is by its first bytes: the container, and the one format name that a decoder may be asked for.

Names and extensions are never believed: a playlist called `.mp3` would make FFmpeg open other files. It does not check
that the rest of the file is sound.
"""

from dataclasses import dataclass
from typing import BinaryIO

_HEAD = 64
# How far into a file the first MPEG frame is looked for when junk stands before it.
_JUNK = 65_536


@dataclass(frozen=True)
class Container:
    """A container: a word for people, FFmpeg's name for its demuxer, and whether libsndfile reads it."""

    name: str
    demuxer: str
    soundfile: bool


MP3 = Container("mp3", "mp3", True)
AAC = Container("aac", "aac", False)
# What FFmpeg works out from the bit rate where the container holds no length is a guess.
NO_LENGTH = frozenset(("aac", "ac3"))
# (offset, bytes there, container)
_SIGNATURES: tuple[tuple[int, bytes, Container], ...] = (
    (0, b"fLaC", Container("flac", "flac", True)),
    (0, b"OggS", Container("ogg", "ogg", True)),
    (8, b"WAVE", Container("wav", "wav", True)),
    (8, b"AIFF", Container("aiff", "aiff", True)),
    (8, b"AIFC", Container("aiff", "aiff", True)),
    (4, b"ftyp", Container("mp4", "mp4", False)),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Container("wma", "asf", False)),
    (0, b"wvpk", Container("wavpack", "wv", False)),
    (0, b"MAC ", Container("ape", "ape", False)),
    (0, b"MPCK", Container("musepack", "mpc8", False)),
    (0, b"MP+", Container("musepack", "mpc", False)),
    (0, b"DSD ", Container("dsf", "dsf", False)),
    (0, b"caff", Container("caf", "caf", True)),
    (0, b"TTA1", Container("tta", "tta", False)),
    (0, b"\x1aE\xdf\xa3", Container("matroska", "matroska", False)),
    (0, b".snd", Container("au", "au", True)),
    (0, b"\x0b\x77", Container("ac3", "ac3", False)),
    (0, b"FRM8", Container("dff", "iff", False)),
    (0, b"tBaK", Container("tak", "tak", False)),
    (0, b"#!AMR", Container("amr", "amr", False)),
)


def sniff(file: BinaryIO) -> Container | None:
    """The container of an open file, or None when it is none that audiorec reads; leaves the file at its start."""
    start = _after_id3(file)
    file.seek(start)
    head = file.read(_HEAD)
    found = _by_signature(head) or _by_frame(head) or _behind_junk(file, start)
    file.seek(0)
    # Behind an ID3 tag libsndfile knows MPEG only; FFmpeg skips the tag by itself.
    if found is not None and start and found is not MP3:
        return Container(found.name, found.demuxer, False)
    return found


def mp3_says_length(file: BinaryIO) -> bool:
    """Whether an mp3's first frame holds its length: a table by Xing or LAME (`Info`) or by Fraunhofer (`VBRI`)."""
    file.seek(_after_id3(file))
    head = file.read(_JUNK)
    return any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))


def holds_frames(data: bytes) -> bool:
    """Whether some bytes hold MPEG layer III frames, one behind the other: sound, no tag.

    Three in a row, so that a picture or text inside a tag does not look like sound.
    """
    place = data.find(b"\xff")
    while 0 <= place < len(data) - 4:
        at, chained = place, 0
        while chained < 3 and (length := _frame_length(data[at : at + 4])):
            at, chained = at + length, chained + 1
            if at + 4 > len(data):
                break
        if chained >= 3:
            return True
        place = data.find(b"\xff", place + 1)
    return False


def _after_id3(file: BinaryIO) -> int:
    """Where the sound starts: behind ID3v2 tags, whose lengths are 4 x 7 bits."""
    place = 0
    for _ in range(8):
        file.seek(place)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or any(byte & 0x80 for byte in head[6:10]):
            return place
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        place += 10 + size + (10 if head[5] & 0x10 else 0)
    return place


def _by_signature(head: bytes) -> Container | None:
    for offset, mark, container in _SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return container
    return None


def _by_frame(head: bytes) -> Container | None:
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:  # ADTS: layer bits 0
        return AAC
    return MP3 if _is_mpeg_frame(head) else None


def _is_mpeg_frame(head: bytes) -> bool:
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


def _behind_junk(file: BinaryIO, start: int) -> Container | None:
    """MP3 when two frames of the same kind follow each other within the first bytes, whatever stands before them."""
    file.seek(start)
    data = file.read(_JUNK)
    place = data.find(b"\xff")
    while 0 <= place < len(data) - 4:
        length = _frame_length(data[place : place + 4])
        after = data[place + length : place + length + 4] if length else b""
        if len(after) == 4 and _is_mpeg_frame(after) and after[1] == data[place + 1]:
            return MP3
        place = data.find(b"\xff", place + 1)
    return None


def _frame_length(head: bytes) -> int:
    """Bytes of a layer III frame, 0 when these four bytes are none."""
    if not _is_mpeg_frame(head) or head[1] & 0x06 != 0x02:
        return 0
    is_first = head[1] & 0x18 == 0x18
    rates = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320) if is_first else (
        *(8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    )  # fmt: skip
    number = head[2] >> 4
    if not 1 <= number <= 14:
        return 0
    hz = (44_100, 48_000, 32_000)[(head[2] >> 2) & 3]
    hz = hz if is_first else hz // (2 if head[1] & 0x18 == 0x10 else 4)
    return (144 if is_first else 72) * rates[number - 1] * 1000 // hz + ((head[2] >> 1) & 1)
