"""Files of sound in every container, written by FFmpeg, libsndfile or by hand, each as long as it is asked to be."""

import io
import struct

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

from tests import signals

Float = NDArray[np.float32]


class _Kept(io.BytesIO):
    """A file in memory that outlives its writer."""

    def close(self) -> None:
        self.seek(0)


def coded(
    container: str,
    codec: str,
    seconds: float = 3.0,
    rate: int = 44_100,
    layout: str = "stereo",
    options: dict[str, str] | None = None,
) -> bytes:
    """Sound in a container, as FFmpeg writes it by these options."""
    out = _Kept()
    with av.open(out, "w", format=container, options=options or {}) as file:
        stream = _stream(file, codec, rate, layout)
        _encode(file, stream, seconds, rate)
    return out.getvalue()


def with_video(container: str, codec: str, video: str = "mpeg4", seconds: float = 3.0) -> bytes:
    """Sound beside a small moving picture, the picture first."""
    out = _Kept()
    with av.open(out, "w", format=container) as file:
        picture = file.add_stream(video, rate=25)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        stream = _stream(file, codec, 48_000, "stereo")
        for _ in range(round(25 * seconds)):
            frame = av.VideoFrame(64, 64, "yuv420p")
            file.mux(picture.encode(frame))
        file.mux(picture.encode(None))
        _encode(file, stream, seconds, 48_000)
    return out.getvalue()


def streams(container: str, codecs: tuple[str, ...], seconds: float = 3.0, comment: float = 0.0) -> bytes:
    """Several streams of sound beside each other; the first a comment of so many seconds."""
    out = _Kept()
    with av.open(out, "w", format=container) as file:
        made = [_stream(file, codec, 48_000, "stereo") for codec in codecs]
        if comment:
            made[0].disposition = Disposition.comment
        for stream in made:
            _encode(file, stream, comment if comment and stream is made[0] else seconds, 48_000)
    return out.getvalue()


def _stream(file: "av.container.OutputContainer", codec: str, rate: int, layout: str) -> "av.AudioStream":
    stream = file.add_stream(codec, rate=rate, layout=layout)
    stream.codec_context.options = {"strict": "experimental"}  # FFmpeg's own Vorbis
    stream.bit_rate = min(128_000, 8 * rate)
    stream.codec_context.open()
    return stream


def _encode(file: "av.container.OutputContainer", stream: "av.AudioStream", seconds: float, rate: int) -> None:
    sound = signals.tone(440.0, seconds, rate)
    channels = stream.codec_context.channels
    resampler = av.AudioResampler(
        format=stream.codec_context.format, layout=stream.codec_context.layout, rate=rate,
        frame_size=stream.codec_context.frame_size or 1024,
    )  # fmt: skip
    frame = av.AudioFrame.from_ndarray(np.repeat(sound[None], channels, 0), "fltp", stream.codec_context.layout)
    frame.sample_rate, frame.pts = rate, 0
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        file.mux(stream.encode(piece))
    file.mux(stream.encode(None))


def add_sound(file: "av.container.OutputContainer", codec: str, seconds: float) -> None:
    """Put sound into a container that is open for writing."""
    _encode(file, _stream(file, codec, 48_000, "stereo"), seconds, 48_000)


def one_bit(seconds: float, rate: int, channels: int = 2) -> bytes:
    """A tone as one bit a sample (sigma-delta of the first order), bytes [samples / 8, channels], first bit highest."""
    steps = np.arange(round(seconds * rate) // 64 * 64)
    wanted = 0.25 * np.sin(2 * np.pi * 440.0 * steps / rate)
    # The quantiser of the first order in closed form: the change of the rounded running sum.
    bits = np.diff(np.floor(np.cumsum((wanted + 1.0) / 2.0)), prepend=0.0) > 0.5
    packed = np.packbits(bits)
    return np.repeat(packed[:, None], channels, axis=1).tobytes()


def dsf(seconds: float = 2.0, times: int = 64, channels: int = 2) -> bytes:
    """A DSF file: blocks of 4096 bytes for each channel in turn, lowest bit first."""
    rate = times * 44_100
    planes = np.frombuffer(one_bit(seconds, rate, channels), np.uint8).reshape(-1, channels)
    planes = np.packbits(np.unpackbits(planes[:, :, None], axis=2)[:, :, ::-1], axis=2)[:, :, 0]
    samples = 8 * len(planes)
    planes = np.pad(planes, ((0, -len(planes) % 4096), (0, 0)))
    data = planes.reshape(-1, 4096, channels).transpose(0, 2, 1).tobytes()
    fmt = struct.pack("<4sQIIIIIIQII", b"fmt ", 52, 1, 0, channels, channels, rate, 1, samples, 4096, 0)
    body = fmt + struct.pack("<4sQ", b"data", 12 + len(data)) + data
    return struct.pack("<4sQQQ", b"DSD ", 28, 28 + len(body), 0) + body


def dff(seconds: float = 2.0, times: int = 64, channels: int = 2) -> bytes:
    """A DSDIFF file: bytes of the channels in turn, highest bit first."""
    rate, data = times * 44_100, one_bit(seconds, times * 44_100, channels)

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack(">Q", len(body)) + body + b"\0" * (len(body) % 2)

    names = b"".join((b"SLFT", b"SRGT")[:channels])
    prop = b"SND " + chunk(b"FS  ", struct.pack(">I", rate))
    prop += chunk(b"CHNL", struct.pack(">H", channels) + names) + chunk(b"CMPR", b"DSD \x0enot compressed\0")
    body = b"DSD " + chunk(b"FVER", struct.pack(">I", 0x01050000)) + chunk(b"PROP", prop) + chunk(b"DSD ", data)
    return chunk(b"FRM8", body)


def monkeys(seconds: float = 1.0, rate: int = 44_100) -> bytes:
    """Monkey's Audio, of which there is no free writer: frames that say of both channels that they are silent."""
    in_frame, total = 73_728, int(seconds * rate)
    count = -(-total // in_frame)
    frame = struct.pack("<IIII", 0x80000000, 3, 0, 0)
    seeks = b"".join(struct.pack("<I", 52 + 24 + 4 * count + len(frame) * n) for n in range(count))
    about = struct.pack("<4sHHIIIIIII16s", b"MAC ", 3990, 0, 52, 24, len(seeks), 0, len(frame) * count, 0, 0, bytes(16))
    head = struct.pack("<HHIIIHHI", 2000, 0, in_frame, total - (count - 1) * in_frame, count, 16, 2, rate)
    return about + head + seeks + count * frame
