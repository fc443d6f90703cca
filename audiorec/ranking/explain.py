"""Why a song is in a list: the strongest signals in one sentence, and the user's own songs nearest to it.

It says only what the arithmetic says: shares come from the score, neighbours from the same vectors that were scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from audiorec.learning.directions import unit
from audiorec.ranking.neighbours import Block


@dataclass(frozen=True)
class Reasons:
    """What each signal says, and how a song is near to another by each modality."""

    because: Mapping[str, str]
    near: Mapping[str, str]


OF_SONGS = Reasons(
    {
        "collaborative": "listeners with your taste play it",
        "factors": "people who play much the same as you play it",
        "neighbours": "those who play your songs play it too",
        "predicted": "from its sound and words it should suit listeners like you",
        "cnn": "the network that learned from sound expects you to like it",
        "svm": "the classifier over sound, words and network puts it with your songs",
        "network": "it is close to you in the network of listeners, songs and artists",
        "content": "it sounds and reads like what you play",
        "artist": "you already play this artist",
        "popularity": "many people play it, or music like it",
    },
    {"sound": "sounds like", "words": "has words like", "network": "shares listeners with"},
)
# Of items with vectors in the place of sound (`sources/tables/items.py`).
OF_ITEMS = Reasons(
    {
        "collaborative": "users with your taste chose it",
        "factors": "people who choose much the same as you chose it",
        "neighbours": "those who chose what you chose took it too",
        "predicted": "being what it is, it should suit users like you",
        "svm": "the classifier puts it with what you chose",
        "network": "it is close to you in the network of users, items and creators",
        "content": "it is like what you chose",
        "artist": "you already chose this creator",
        "popularity": "many people chose it, or what is like it",
    },
    {"sound": "is like", "words": "has words like", "network": "shares users with"},
)


@dataclass(frozen=True)
class OwnSong:
    """One of the user's songs: its column, by what it is near (`sound`, `words` or `network`) and the cosine."""

    column: int
    by: str
    likeness: float


class OwnSongs:
    """A user's songs, ready to say which of them is nearest to a recommended one.

    A song that is near to everything is no reason for anything: nearness is held against that of an own song to a
    sample of all songs, and of the recommended song to all own ones (mutual proximity, Schnitzer et al. 2012).
    """

    def __init__(self, blocks: Mapping[str, Block], own: NDArray[np.integer]) -> None:
        self._sides = [_Side(by, block, own[block.known[own]]) for by, block in blocks.items()]

    def nearest(
        self, songs: NDArray[np.integer], asked: Mapping[str, NDArray[np.bool_]] | None = None
    ) -> list[list[OwnSong]]:
        """For each of some songs the nearest own one by each modality that knows both, best first, each once.

        asked: by modality, for which of the songs (bool [n]) it may be asked; all where it is not named.
        """
        everywhere = np.ones(len(songs), dtype=bool)
        found = [side.nearest(songs, (asked or {}).get(side.by, everywhere)) for side in self._sides]
        return [_ordered([near for near in one if near is not None]) for one in zip(*found, strict=True)] or [
            [] for _ in songs
        ]


def _ordered(found: list[OwnSong]) -> list[OwnSong]:
    order = sorted(found, key=lambda near: -near.likeness)
    return [near for n, near in enumerate(order) if near.column not in {other.column for other in order[:n]}]


class _Side:
    """One modality: the own songs that it knows, as unit vectors, and their usual nearness to other songs."""

    def __init__(self, by: str, block: Block, own: NDArray[np.integer]) -> None:
        self.by, self._block, self._own = by, block, own
        self._mine = unit(block.vectors[own])
        self._mean, deviation = block.usual_nearness(own).T
        self._deviation = np.maximum(deviation, 1e-12)

    def nearest(self, songs: NDArray[np.integer], asked: NDArray[np.bool_]) -> list[OwnSong | None]:
        """The own song nearest to each; None when none is near or the modality does not know it."""
        if not len(self._own):
            return [None] * len(songs)
        likeness = unit(self._block.vectors[songs]) @ self._mine.T
        spread = np.maximum(likeness.std(axis=1, keepdims=True), 1e-12)
        among = (likeness - likeness.mean(axis=1, keepdims=True)) / spread
        special = ndtr((likeness - self._mean) / self._deviation) * ndtr(among)
        best = np.argmax(np.where(likeness > 0.0, special, -1.0), axis=1)
        near = likeness[np.arange(len(songs)), best]
        known = asked & self._block.known[songs] & (near > 0.0)
        return [
            OwnSong(int(self._own[place]), self.by, float(value)) if tells else None
            for place, value, tells in zip(best, near, known, strict=True)
        ]


def sentence(
    shares: Mapping[str, float], near: str = "", by: str = "", both: Sequence[str] = (), reasons: Reasons = OF_SONGS
) -> str:
    """One sentence from the two strongest signals, the name of a near song, and words for tags of both.

    >>> sentence({"content": 0.7, "artist": 0.3}, "Tide by M", "sound")
    'It sounds and reads like what you play (70 %), and you already play this artist (30 %); it sounds like Tide by M.'
    """
    strongest = sorted(shares.items(), key=lambda entry: (-entry[1], entry[0]))[:2]
    phrases = [
        f"{reasons.because.get(name, f'{name} is for it')} ({share:.0%})" for name, share in strongest if share >= 0.05
    ]
    text = ", and ".join(phrases).replace("%", " %") or "no single signal stands out"
    if near:
        text += f"; it {reasons.near.get(by, 'is like')} {near}"
        text += f" (both: {', '.join(both)})" if both else ""
    return text[0].upper() + text[1:] + "."
