"""A log-mel spectrogram as an SVG with time and frequency axes around an embedded PNG.

The PNG is written here from the standard library, so that the page needs no plotting library.
"""

import base64
import struct
import zlib

import numpy as np
from markupsafe import Markup

from audiorec.cli.report.facts import Spectrogram
from audiorec.cli.report.svg import drawing, element, joined

# Night to dawn: dark, violet, red, amber, cream; brightness rises all the way, so it reads without colour too.
_COLOURS = np.array(
    [(11, 10, 28), (54, 22, 92), (118, 32, 110), (186, 50, 86), (232, 98, 54), (250, 172, 60), (255, 246, 196)]
)
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 900.0, 320.0, 56.0, 6.0, 8.0, 34.0
_HERTZ = (100, 250, 500, 1000, 2000, 4000, 8000, 16000)
_COLUMNS = 900


def colours(levels: np.ndarray) -> np.ndarray:
    """Levels in 0..1 of any shape to uint8 [..., 3]."""
    place = np.clip(levels, 0.0, 1.0) * (len(_COLOURS) - 1)
    steps = np.arange(len(_COLOURS))
    return np.stack([np.interp(place, steps, _COLOURS[:, c]) for c in range(3)], axis=-1).round().astype(np.uint8)


def png(pixels: np.ndarray) -> bytes:
    """uint8 [height, width, 3] as a PNG file (ISO/IEC 15948)."""
    height, width, _ = pixels.shape
    raw = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(pixels))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def _fewer_columns(decibels: np.ndarray) -> np.ndarray:
    """At most _COLUMNS frames, each the loudest of its neighbours, so that short sounds stay visible."""
    frames = decibels.shape[1]
    if frames <= _COLUMNS:
        return decibels
    edges = np.linspace(0, frames, _COLUMNS + 1).astype(int)[:-1]
    return np.asarray(np.maximum.reduceat(decibels, edges, axis=1))


def levels(decibels: np.ndarray, span: float = 70.0) -> np.ndarray:
    """Decibels to 0..1: the loudest is 1, `span` dB below it and less is 0."""
    finite = np.nan_to_num(decibels, nan=-200.0, posinf=0.0, neginf=-200.0)
    return np.asarray(np.clip((finite - finite.max()) / span + 1.0, 0.0, 1.0))


def draw_spectrogram(song: Spectrogram) -> Markup:
    """The whole picture."""
    image = png(colours(levels(_fewer_columns(song.decibels)))[::-1])
    source = "data:image/png;base64," + base64.b64encode(image).decode("ascii")
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    pieces = [
        element("image", href=source, x=_LEFT, y=_TOP, width=wide, height=tall, preserveAspectRatio="none"),
        _frequencies(song.hertz, tall),
        _times(song.seconds, wide),
    ]
    label = f"Log-mel spectrogram of {song.title}: time from left to right, pitch from bottom to top"
    return drawing(_WIDTH, _HEIGHT, label, joined(pieces))


def _frequencies(hertz: np.ndarray, tall: float) -> Markup:
    """Ticks at round frequencies, placed on the band that holds them."""
    pieces, last = [], _TOP + tall + 8.0
    for value in _HERTZ:
        band = float(np.interp(value, hertz, np.arange(len(hertz))))
        y = _TOP + tall * (1.0 - (band + 0.5) / len(hertz))
        if not hertz[0] <= value <= hertz[-1] or last - y < 15.0:
            continue
        last = y
        name = f"{value // 1000} kHz" if value >= 1000 else f"{value} Hz"
        pieces.append(element("line", x1=_LEFT - 4, x2=_LEFT, y1=y, y2=y, class_="axis"))
        pieces.append(element("text", name, x=_LEFT - 8, y=y + 4, class_="tick end"))
    return joined(pieces)


def _times(seconds: float, wide: float) -> Markup:
    """Ticks at about every sixth of the song, in whole steps."""
    step = next((size for size in (1, 2, 5, 10, 15, 30, 60, 120, 300) if seconds / size <= 8), 600)
    pieces = []
    for value in range(0, int(seconds) + 1, step):
        x = _LEFT + wide * value / max(seconds, 1e-9)
        pieces.append(element("line", x1=x, x2=x, y1=_HEIGHT - _BOTTOM, y2=_HEIGHT - _BOTTOM + 4, class_="axis"))
        name = f"{value} s" if step < 60 else f"{value // 60} min"
        pieces.append(element("text", name, x=x, y=_HEIGHT - _BOTTOM + 18, class_="tick middle"))
    return joined(pieces)
