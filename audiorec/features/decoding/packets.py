"""Decoding by FFmpeg (PyAV), packet by packet: what cannot be decoded is counted and passed over.

Streams that stand one behind the other in a file are decoded in turn, at the rate and with the channels of the first.
It reads an open file by its number and is given the format: names inside files lead nowhere.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

from audiorec.errors import DecodeError
from audiorec.features.decoding.frame_chains import is_no_sound
from audiorec.features.decoding.sniff import Container

Float = NDArray[np.float32]
# Fastest rate that is handed on; DSD256 and above hold no more sound than this, and four to thirty times the samples.
_FASTEST = 384_000
_MOST_BAD = 10_000
# Frames without a container around them.
_BARE = frozenset(("mp3", "aac", "ac3", "eac3", "dts", "loas", "mpegts"))
_CLOCK = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)")


@dataclass
class Packets:
    """Frames of a file as they come; `declared` seconds and `bad` packets with the last `problem` grow with them.

    Shape: blocks float32 [n, channels], each a frame of the codec, at `rate`.
    """

    rate: int
    channels: int
    declared: float | None
    bad: int = 0
    problem: str = ""
    blocks: Iterator[Float] = field(default_factory=lambda: iter(()))


def open_packets(file: int, container: Container, ignore_length: bool = False) -> Packets:
    """Start decoding; raises DecodeError when there is no sound to be had. `ignore_length`: read a wav to the end of
    the file, whatever its header says."""
    parts = container.parts or ((0, os.fstat(file).st_size),)
    options = {"ignore_length": "1"} if ignore_length else {}
    source, stream = _open(file, parts[0], container, options)
    rate = stream.codec_context.sample_rate or 0
    while rate > _FASTEST:
        rate //= 2
    packets = Packets(rate, stream.codec_context.channels or 0, _declared(source, stream))
    if packets.declared and stream.codec_context.name == "flac":
        # FFmpeg counts FLAC in Ogg from 0, also where a recording of a stream begins in its middle.
        packets.declared -= container.begins_at / stream.codec_context.sample_rate
    layout = stream.codec_context.layout.name

    def every() -> Iterator[Float]:
        yield from _frames(packets, source, stream, layout)
        for part in parts[1:]:
            try:
                following = _open(file, part, container, options)
            except DecodeError as error:
                packets.bad += 1
                packets.problem = str(error)
                continue
            if packets.declared is not None:
                packets.declared += _declared(*following) or 0.0
            yield from _frames(packets, *following, layout)

    packets.blocks = every()
    return packets


def metadata(file: int, container: Container) -> dict[str, bytes]:
    """What the container and its sound say of themselves, as bytes: RIFF INFO, Matroska, QuickTime, CAF and others.

    Empty when the file cannot be opened.
    """
    part = (container.parts or ((0, os.fstat(file).st_size),))[0]
    try:
        with av.open(
            _Reader(file, *part, container.head), "r", format=container.demuxer, metadata_encoding="latin-1"
        ) as source:
            found = {key: value for stream in source.streams.audio for key, value in stream.metadata.items()}
            return {key.lower(): value.encode("latin-1") for key, value in {**found, **source.metadata}.items()}
    except (av.FFmpegError, ValueError, OSError):
        return {}


def _open(
    file: int, part: tuple[int, int], container: Container, options: dict[str, str]
) -> tuple["av.container.InputContainer", "av.AudioStream"]:
    try:
        source = av.open(_Reader(file, *part, container.head), mode="r", format=container.demuxer, options=options)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise DecodeError(f"cannot be read as {container.name} ({words(error)})") from error
    stream = min(source.streams.audio, key=_how_odd, default=None)
    if stream is None or stream.codec_context is None:
        source.close()
        raise DecodeError(f"holds no sound that can be decoded ({container.name} without an audio stream)")
    return source, stream


def _how_odd(stream: "av.AudioStream") -> tuple[bool, bool, bool]:
    """Lowest for the sound that players play: one that can be decoded, is no comment, and is marked as usual."""
    kind = stream.disposition
    return (
        stream.codec_context is None,
        bool(kind & (Disposition.comment | Disposition.visual_impaired)),
        not (kind & Disposition.default),
    )


def _declared(source: "av.container.InputContainer", stream: "av.AudioStream") -> float | None:
    """Seconds of the stream by the headers; by the container's where it holds nothing else (Matroska)."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if clock := _CLOCK.match(stream.metadata.get("DURATION", "")):
        return 3600.0 * int(clock[1]) + 60.0 * int(clock[2]) + float(clock[3])
    return source.duration / 1e6 if source.duration and len(source.streams) == 1 else None


class _Reader:
    """A head and a stretch of a file for PyAV, at a place of its own.

    FFmpeg adds a flag (force, 0x20000) to `whence`, and asks for places before the start of short files: it expects an
    error code then, where Python's files raise.
    """

    def __init__(self, file: int, start: int, end: int, head: bytes = b"") -> None:
        self._file, self._start, self._head, self._place = file, start - len(head), head, 0
        self._size = end - self._start

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end."""
        if self._place < len(self._head):
            found = self._head[self._place : self._place + size]
        else:
            found = os.pread(self._file, max(0, min(size, self._size - self._place)), self._start + self._place)
        self._place += len(found)
        return found

    def tell(self) -> int:
        """The place of the next byte."""
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move, as files do; -1 for a place that is not there."""
        start = (0, self._place, self._size)[whence & 3]
        if start + offset < 0:
            return -1
        self._place = start + offset
        return self._place


def _frames(
    packets: Packets, source: "av.container.InputContainer", stream: "av.AudioStream", layout: str
) -> Iterator[Float]:
    shape: tuple[int, str, str] | None = None
    with source:
        for frame in _decoded(packets, source, stream):
            # A splice may change rate or channels in the middle: each kind of frame gets its own converter.
            if (frame.sample_rate, frame.layout.name, frame.format.name) != shape:
                shape = (frame.sample_rate, frame.layout.name, frame.format.name)
                resampler = av.AudioResampler(format="flt", layout=layout, rate=packets.rate)
            for ready in resampler.resample(frame):
                yield np.asarray(ready.to_ndarray(), dtype=np.float32).reshape(-1, packets.channels)


def _decoded(
    packets: Packets, source: "av.container.InputContainer", stream: "av.AudioStream"
) -> Iterator["av.AudioFrame"]:
    demuxed = _in_one(source, stream) if _has_no_frames(source, stream) else source.demux(stream)
    while packets.bad <= _MOST_BAD:
        packet = None
        try:
            packet = next(demuxed)
            frames = stream.decode(packet)
        except (StopIteration, av.EOFError):
            return
        except (av.FFmpegError, ValueError) as error:
            # Where files were joined, their tags stand between the frames.
            if packet is None or not (source.format.name in _BARE and is_no_sound(bytes(packet))):
                packets.bad += 1
                packets.problem = words(error)
            continue
        yield from frames


def _has_no_frames(source: "av.container.InputContainer", stream: "av.AudioStream") -> bool:
    """Whether a container cuts the stream anywhere: AAC without marks of its own in a wav."""
    return source.format.name == "wav" and stream.codec_context.name == "aac" and bool(stream.codec_context.extradata)


def _in_one(source: "av.container.InputContainer", stream: "av.AudioStream") -> "Iterator[av.Packet[av.AudioStream]]":
    """The whole stream as one packet: the decoder knows where a frame ends and goes on behind it."""
    packet: Any = av.Packet(b"".join(bytes(part) for part in source.demux(stream)))
    packet.stream = stream
    yield packet


def words(error: BaseException) -> str:
    """The reason alone: both libraries put addresses of objects and file handles into their messages."""
    if isinstance(error, av.FFmpegError | OSError) and error.strerror:
        return error.strerror.lower()
    if "does not exist" in str(error):
        return "it holds no sound"  # libsndfile's word for a file in which it knows nothing
    return (str(error).strip().rstrip(".") or type(error).__name__).split(": ")[-1].lower()[:120]
