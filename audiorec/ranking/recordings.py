"""Which songs are files of one recording, told by their tags: artist and title alike, and as long within three seconds.

A live version or a remix has another title or another length and is a song of its own. Files without a title are
each alone; what sounds exactly the same is found by `diversify`.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiorec.data.tracks import Track

# Encoders pad a file by less; another version differs by more.
_SECONDS = 3.0


def recordings(tracks: Sequence[Track]) -> NDArray[np.int64]:
    """A number for every track, the same for files of one recording."""
    named: dict[tuple[str, str], list[int]] = {}
    for row, track in enumerate(tracks):
        key = _plain(track.artist), _plain(track.title)
        if all(key):
            named.setdefault(key, []).append(row)
    number = np.arange(len(tracks), dtype=np.int64)
    for rows in named.values():
        rows.sort(key=lambda row: tracks[row].seconds)
        for before, row in zip(rows, rows[1:], strict=False):
            if tracks[row].seconds - tracks[before].seconds <= _SECONDS:
                number[row] = number[before]
    return number


def _plain(text: str) -> str:
    """Letters and digits only, without case or width."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())
