"""Transcoding for players: any song that audiorec decodes as MP3 in pieces, and kept for the next time.

The decoder is the extraction's own (an open file, a format from its first bytes). Kept files are bounded by count.
"""

import io
import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np

from audiorec.errors import DecodeError
from audiorec.features.decoding.decode import Float, decoders, open_decoding
from audiorec.features.decoding.sniff import Container, sniff
from audiorec.features.decoding.waveform import fold_to_stereo
from audiorec.serve.growing_file import GrowingFile
from audiorec.serve.media import stamp
from audiorec.serve.problem_details import GoneError

MEDIA_TYPE = "audio/mpeg"
_RATES = (44_100, 48_000, 32_000)
_MOST_KEPT = 40
# Two at a time: a listener's own song and the next one; more would starve the rest of the server.
_AT_ONCE = threading.Semaphore(2)
# Frames encoded at a time: decoders give blocks of most of a minute, and the first sound is waited for.
_FRAMES = 2**17
_GROWING: dict[Path, GrowingFile] = {}
_LOCK = threading.Lock()


def kept_file(folder: Path, path: bytes, kilobits: int) -> Path | None:
    """The file of an earlier transcoding, or None."""
    found = folder / f"{stamp(path)}-{kilobits}.mp3"
    return found if found.is_file() else None


def transcode(folder: Path, path: bytes, kilobits: int = 192) -> Iterator[bytes]:
    """MP3 in pieces as they are made; the whole is kept in `folder`. Raises GoneError before the first piece.

    It is made at full speed, however slowly it is taken, and to its end: then it can be sought in.
    """
    final = folder / f"{stamp(path)}-{kilobits}.mp3"
    with _LOCK:
        for ended in [name for name, file in _GROWING.items() if file.has_ended]:
            del _GROWING[ended]
        if final not in _GROWING:
            _bound(folder)
            _GROWING[final] = GrowingFile(final, _in_turn(_encoded(path, kilobits)))
        pieces = _GROWING[final].read()
    first = next(pieces, None)
    if first is None:
        raise GoneError("this song holds no sound that can be played")
    return chain([first], pieces)


def _in_turn(pieces: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with _AT_ONCE:
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _encoded(path: bytes, kilobits: int) -> Iterator[bytes]:
    with open(path, "rb") as file:
        container = sniff(file)
        if container is None:
            return
        blocks, rate = _sound(file, container)
        sink = io.BytesIO()
        with av.open(sink, mode="w", format="mp3", options={"write_xing": "0", "id3v2_version": "0"}) as out:
            target = rate if rate in _RATES else _RATES[0]
            stream = out.add_stream("libmp3lame", rate=target, layout="stereo")
            stream.bit_rate = kilobits * 1000
            resampler = av.AudioResampler(format="s16p", layout="stereo", rate=target, frame_size=1152)
            for block in (whole[at : at + _FRAMES] for whole in blocks for at in range(0, len(whole), _FRAMES)):
                frame = av.AudioFrame.from_ndarray(_interleaved(block), format="flt", layout="stereo")
                frame.sample_rate = rate
                for ready in resampler.resample(frame):
                    out.mux(stream.encode(ready))
                yield from _taken(sink)
            for ready in resampler.resample(None):
                out.mux(stream.encode(ready))
            out.mux(stream.encode(None))
        yield from _taken(sink)


def _sound(file: io.BufferedReader, container: Container) -> tuple[Iterator[Float], int]:
    problem = "this song cannot be decoded"
    for decoder in decoders(container):
        try:
            decoding = open_decoding(decoder, file, container)
        except DecodeError as error:
            problem = str(error)
            continue
        return decoding.blocks, decoding.rate
    raise GoneError(f"this song {problem}")


def _interleaved(block: Float) -> Float:
    """float32 [1, 2 n] of a block [n, channels]; mono is doubled, more than two channels are folded."""
    stereo = fold_to_stereo(block) if block.shape[1] > 1 else np.repeat(block, 2, axis=1)
    return np.ascontiguousarray(stereo, dtype=np.float32).reshape(1, -1)


def _taken(sink: io.BytesIO) -> Iterator[bytes]:
    """What was written since the last time."""
    data = sink.getvalue()
    if data:
        sink.seek(0)
        sink.truncate()
        yield data


def _bound(folder: Path) -> None:
    kept = sorted(folder.glob("*.mp3"), key=lambda file: file.stat().st_mtime)
    for file in kept[: 1 - _MOST_KEPT]:  # one more is about to come
        file.unlink(missing_ok=True)
