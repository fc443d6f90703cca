"""One song from its plan to samples: the style's arrangement, the mix, sixteen-bit rounding."""

import hashlib

import numpy as np

from assets.compose import form
from assets.compose.mix import master
from assets.compose.score import Part, Plan, Song
from assets.compose.styles import ambient, electronic, folk, metal

_STYLES = {
    "electronic": electronic.arrange,
    "ambient": ambient.arrange,
    "folk": folk.arrange,
    "metal": metal.arrange,
}


def parts(plan: Plan) -> tuple[Part, ...]:
    """The arrangement of a plan in its artist's style."""
    rng = np.random.default_rng(form.seed_of(plan.song, "arrange"))
    return _STYLES[plan.song.voice.style](plan, rng)


def render(song: Song) -> np.ndarray:
    """The finished recording, int16 [samples, 2] at mix.OUT_RATE."""
    plan = form.plan(song)
    stereo = master(parts(plan), plan, form.seed_of(song, "noise"))
    return np.round(stereo.T * 32_767.0).astype(np.int16)


def digest(samples: np.ndarray) -> str:
    """The sha256 of the samples before mp3 encoding, as little-endian 16-bit integers."""
    return hashlib.sha256(np.ascontiguousarray(samples, dtype="<i2").tobytes()).hexdigest()
