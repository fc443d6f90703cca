"""A short piece of a song that a browser can play: the file itself when it is small, else its middle as mp3.

It does not choose the best place of a song, and gives nothing for files that cannot be decoded.
"""

import io

import numpy as np
import soundfile

from audiorec.errors import DecodeError
from audiorec.features.decoding.decode import open_any
from audiorec.features.decoding.sniff import MP3, sniff
from audiorec.features.decoding.waveform import MonoResampler, fold_to_stereo

SMALL_BYTES = 300_000
_RATE = 22_050


def excerpt(path: bytes, seconds: float = 20.0) -> bytes | None:
    """mp3 bytes of at most `seconds` (or of a small mp3 file as it is), or None when the file cannot be decoded."""
    try:
        with open(path, "rb") as file:
            container = sniff(file)
            if container is None:
                return None
            if container is MP3 and file.seek(0, io.SEEK_END) <= SMALL_BYTES:
                file.seek(0)
                return file.read()
            decoding = open_any(file, container)
            resampler = MonoResampler(decoding.rate, _RATE)
            start = max(0.0, (decoding.declared or seconds) / 2 - seconds / 2)
            pieces = []
            for block in decoding.blocks:
                if decoding.seconds > start:
                    pieces.append(resampler.push(np.ascontiguousarray(fold_to_stereo(block).T)))
                if decoding.seconds > start + seconds:
                    break
    except (OSError, DecodeError):
        return None
    if not pieces:
        return None
    packed = io.BytesIO()
    sound = np.concatenate(pieces)[: int(seconds * _RATE)]
    soundfile.write(packed, sound, _RATE, format="MP3", subtype="MPEG_LAYER_III", compression_level=0.7)
    return packed.getvalue()
