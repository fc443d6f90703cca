"""What a file is by its first bytes: the container, and the one format name that a decoder may be asked for.

Names and extensions are never believed: a playlist called `.mp3` would make FFmpeg open other files. It does not check
that the rest of the file is sound.
"""

import os
from dataclasses import dataclass, replace
from typing import BinaryIO

from audiorec.features.decoding.frame_chains import chained, first_frames, is_mpeg_frame, is_transport, latm_length
from audiorec.features.decoding.mp3_table import table_seconds
from audiorec.features.decoding.ogg_pages import read_pages
from audiorec.features.decoding.stream_links import links
from audiorec.features.decoding.tail_tags import before_tags
from audiorec.features.decoding.wav_chunks import has_open_size, holds_coded_sound, read_chunks, sound_chunks, wav_links

_HEAD = 400
# How far into a file the beginning of the sound is looked for when junk stands before it.
_JUNK = 2**20


@dataclass(frozen=True)
class Container:
    """A container: a word for people, FFmpeg's name for its demuxer, and whether libsndfile reads it.

    parts: [start, end) in bytes of each stretch of the file that is a stream by itself, where it is not simply the
    whole file: junk or foreign tags stand before it, or several streams one behind the other. head: what a decoder
    must read in front of them, where the file's own head is one that decoders refuse. faults: pieces of the container
    (pages of Ogg) that are missing or damaged, which decoders pass over. begins_at: the sample at which a recording of
    a stream begins.
    """

    name: str
    demuxer: str
    soundfile: bool
    parts: tuple[tuple[int, int], ...] = ()
    head: bytes = b""
    faults: int = 0
    begins_at: int = 0


MP3 = Container("mp3", "mp3", True)
AAC = Container("aac", "aac", False)
OGG = Container("ogg", "ogg", True)
FLAC = Container("flac", "flac", True)
_WAV = Container("wav", "wav", True)
_MP4 = Container("mp4", "mp4", False)
_AC3 = Container("ac3", "ac3", False)
_DTS = Container("dts", "dts", False)
_LATM = Container("latm", "loas", False)
_TRANSPORT = Container("mpeg-ts", "mpegts", False)
# What FFmpeg works out from the bit rate, where the container holds no length, is a guess.
NO_LENGTH = frozenset(("aac", "latm", "ac3", "dts", "truehd", "mlp", "mpeg-ts", "mpeg"))
# Frames alone, for whose decoders a tag behind them is a broken frame.
_BARE = frozenset(("latm", "ac3", "dts", "truehd", "mlp", "mpeg-ts", "amr"))
# (offset, bytes there, container)
_SIGNATURES: tuple[tuple[int, bytes, Container], ...] = (
    (0, b"fLaC", FLAC),
    (0, b"OggS", OGG),
    (8, b"WAVE", _WAV),
    (0, b"riff\x2e\x91\xcf\x11", Container("w64", "w64", True)),
    (8, b"AIFF", Container("aiff", "aiff", True)),
    (8, b"AIFC", Container("aiff", "aiff", True)),
    (8, b"8SVX", Container("iff", "iff", True)),
    (8, b"16SV", Container("iff", "iff", True)),
    (4, b"ftyp", _MP4),
    (4, b"moov", _MP4),
    (4, b"wide", _MP4),
    (4, b"mdat", _MP4),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Container("wma", "asf", False)),
    (0, b"wvpk", Container("wavpack", "wv", False)),
    (0, b"MAC ", Container("ape", "ape", False)),
    (0, b"MPCK", Container("musepack", "mpc8", False)),
    (0, b"MP+", Container("musepack", "mpc", False)),
    (0, b"DSD ", Container("dsf", "dsf", False)),
    (0, b"FRM8", Container("dff", "iff", False)),
    (0, b"caff", Container("caf", "caf", True)),
    (0, b"TTA1", Container("tta", "tta", False)),
    (0, b"tBaK", Container("tak", "tak", False)),
    (0, b"ajkg", Container("shorten", "shn", False)),
    (0, b"qoaf", Container("qoa", "qoa", False)),
    (0, b"TWIN97012000", Container("twinvq", "vqf", False)),
    (0, b"\x1aE\xdf\xa3", Container("matroska", "matroska", False)),
    (0, b".snd", Container("au", "au", True)),
    (0, b"Creative Voice File\x1a", Container("voc", "voc", True)),
    (0, b"\x0b\x77", _AC3),
    (0, b"\x77\x0b", _AC3),
    (0, b"\x7f\xfe\x80\x01", _DTS),
    (0, b"\xfe\x7f\x01\x80", _DTS),
    (0, b"\x1f\xff\xe8\x00\x07", _DTS),
    (0, b"\xff\x1f\x00\xe8", _DTS),
    (0, b"dX% ", _DTS),
    (4, b"\xf8\x72\x6f\xba", Container("truehd", "truehd", False)),
    (4, b"\xf8\x72\x6f\xbb", Container("mlp", "mlp", False)),
    (0, b"ADIF", Container("aac", "aac", False)),
    (0, b"#!AMR", Container("amr", "amr", False)),
    (0, b"ea3\x03", Container("oma", "oma", False)),
    (0, b"EA3\x01", Container("oma", "oma", False)),
    (0, b".RMF", Container("realmedia", "rm", False)),
    (0, b".ra\xfd", Container("realmedia", "rm", False)),
    (8, b"AVI ", Container("avi", "avi", False)),
    (0, b"FLV\x01", Container("flv", "flv", False)),
    (0, b"\0\0\x01\xba", Container("mpeg", "mpeg", False)),
)
_BY_FRAMES = {"mp3": MP3, "mp2": MP3, "aac": AAC, "ac3": _AC3, "latm": _LATM, "mpeg-ts": _TRANSPORT, "mp4": _MP4}
# Formats that nothing here reads, which hold the head of what they were made of.
_NOT_READ = (b"OFR ", b"LA02", b"LA03", b"LA04", b"MThd")
# Marks that are long enough to be believed behind junk, with the length of what stands before them.
_STRONG = tuple((offset, mark, found) for offset, mark, found in _SIGNATURES if len(mark) >= 4 and found.name not in
                ("mp4", "mpeg", "flv", "dts", "truehd", "mlp", "au", "realmedia", "oma"))  # fmt: skip


def sniff(file: BinaryIO) -> Container | None:
    """The container of an open file, or None when it is none that audiorec reads; leaves the file at its start."""
    size = file.seek(0, os.SEEK_END)
    start = _after_tags(file)
    file.seek(start)
    head = file.read(_HEAD)
    found = _by_signature(head) or _by_frame(head)
    if found is None and not head.startswith(_NOT_READ):
        file.seek(start)
        data = file.read(_JUNK)
        junk, found = _behind_junk(data)
        start += junk
    if found is not None:
        found = _with_parts(file, found, start, size)
    file.seek(0)
    return found


def _with_parts(file: BinaryIO, found: Container, start: int, size: int) -> Container:
    """The container with its streams where they are not the whole file."""
    if found is _WAV:
        return _wav_with_parts(file.fileno(), start, size)
    if found is OGG:
        return _ogg_with_parts(file.fileno(), start, size)
    end = before_tags(file.fileno(), start, size) if found.name in _BARE else size
    parts = links(file.fileno(), found.name, start, end)
    # Over ID3 tags in front of MPEG frames libsndfile finds its own way.
    if parts == ((start, size),) and (start == 0 or (found is MP3 and _id3_length(file) == start)):
        return found
    return replace(found, parts=parts)


def _ogg_with_parts(file: int, start: int, size: int) -> Container:
    """Ogg with its links; libsndfile takes the last time for the length, which is none where times run backwards."""
    pages = read_pages(file, start, size)
    found = replace(OGG, faults=pages.faults, begins_at=pages.begins_at, soundfile=not pages.runs_backwards)
    return found if pages.links == ((0, size),) else replace(found, parts=pages.links)


def _wav_with_parts(file: int, start: int, size: int) -> Container:
    """A wav with its streams, or with a head of its own where decoders lose their way in that of the file."""
    parts = wav_links(file, start, size)
    found = replace(_WAV, parts=parts) if len(parts) > 1 or start else _WAV
    chunks = read_chunks(file, start, size)
    if chunks and has_open_size(file, start):
        chunks = replace(chunks, size=size - chunks.start, is_padded=False)
    if chunks and not chunks.is_padded and len(parts) == 1:
        return replace(
            _WAV, soundfile=False, parts=((chunks.start, min(size, chunks.start + chunks.size)),), head=chunks.head
        )
    sounds = sound_chunks(file, start, size) if chunks and len(parts) == 1 else ()
    if chunks and len(sounds) > 1:
        return replace(_WAV, soundfile=False, parts=sounds, head=replace(chunks, size=2**32 - 1).head)
    return replace(found, soundfile=False) if chunks and holds_coded_sound(file, chunks) else found


def mp3_seconds(file: BinaryIO) -> float | None:
    """The length of an mp3 by the table in its first frame; None where it has none."""
    file.seek(_after_tags(file))
    return table_seconds(file.read(65_536))


def _id3_length(file: BinaryIO) -> int:
    """Where ID3v2 tags at the start end."""
    return _after_tags(file, foreign=False)


def _after_tags(file: BinaryIO, foreign: bool = True) -> int:
    """Where the sound starts: behind ID3v2 tags, whose lengths are 4 x 7 bits, and (`foreign`) APEv2 tags."""
    place, end = 0, file.seek(0, os.SEEK_END)
    for _ in range(8):
        if place >= end:
            return 0  # a tag that says to be longer than the file
        file.seek(place)
        head = file.read(32)
        if len(head) >= 10 and head[:3] == b"ID3" and not any(byte & 0x80 for byte in head[6:10]):
            size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
            place += 10 + size + (10 if head[5] & 0x10 else 0)
        elif foreign and len(head) == 32 and head[:8] == b"APETAGEX":
            # The length counts the items and the footer, which may be left out, but not this header.
            place += 32 + int.from_bytes(head[12:16], "little") - (0 if _has_footer(file, place, head) else 32)
        else:
            break
    return place


def _has_footer(file: BinaryIO, place: int, head: bytes) -> bool:
    file.seek(place + int.from_bytes(head[12:16], "little"))
    return file.read(8) == b"APETAGEX"


def _by_signature(head: bytes) -> Container | None:
    for offset, mark, container in _SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return container
    return None


def _by_frame(head: bytes) -> Container | None:
    if is_transport(head):
        return _TRANSPORT
    if len(head) < 4:
        return None
    if head[0] == 0x56 and head[1] & 0xE0 == 0xE0 and chained(head, 0, latm_length, 1):
        return _LATM
    if head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:  # ADTS: layer bits 0
        return AAC
    return MP3 if is_mpeg_frame(head) else None


def _behind_junk(data: bytes) -> tuple[int, Container | None]:
    """Where sound begins behind junk, and what it is: the first strong mark, or frames that follow each other."""
    found: list[tuple[int, Container]] = []
    for offset, mark, container in _STRONG:
        place = data.find(mark, offset)
        while place >= 0 and not _is_believed(data, place - offset, offset):
            place = data.find(mark, place + 1)
        if place >= 0:
            found.append((place - offset, container))
    found += [(place, _BY_FRAMES[kind]) for place, kind in first_frames(data)]
    return min(found, key=lambda one: one[0], default=(0, None))


def _is_believed(data: bytes, start: int, offset: int) -> bool:
    """A name of a form (`WAVE`) counts only inside the form that it names."""
    return offset != 8 or data[start : start + 4] in (b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM")
