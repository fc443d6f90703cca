"""Which songs are files of one recording: by tags (artist and title alike, as long within three seconds) or by sound.

A live version or a remix has another title or another length and is a song of its own; so has its sound another
fingerprint.
"""

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from audiorec.data.tracks import Track
from audiorec.features.fingerprint import same_recordings

# Encoders pad a file by less; another version differs by more.
_SECONDS = 3.0


def recordings(tracks: Sequence[Track], fingerprints: NDArray[np.uint8]) -> NDArray[np.int64]:
    """A number for every track, the same for files of one recording; fingerprints [I, 64], of zeros where unknown."""
    seconds = np.array([track.seconds for track in tracks])
    pairs = [*_by_tags(tracks), *same_recordings(fingerprints, seconds)]
    one, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    links = sparse.coo_array((np.ones(len(pairs)), (one, other)), shape=(len(tracks), len(tracks)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _by_tags(tracks: Sequence[Track]) -> Iterator[tuple[int, int]]:
    named: dict[tuple[str, str], list[int]] = {}
    for row, track in enumerate(tracks):
        key = _plain(track.artist), _plain(track.title)
        if all(key):
            named.setdefault(key, []).append(row)
    for rows in named.values():
        rows.sort(key=lambda row: tracks[row].seconds)
        for before, row in zip(rows, rows[1:], strict=False):
            if tracks[row].seconds - tracks[before].seconds <= _SECONDS:
                yield before, row


def _plain(text: str) -> str:
    """Letters and digits only, without case or width."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())
