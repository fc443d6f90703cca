"""Why a song is in a list: the strongest signals in one sentence, and the user's own songs nearest to it.

It says only what the arithmetic says: shares come from the score, neighbours from the same vectors that were scored.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.ranking.neighbours import Block

_BECAUSE = {
    "collaborative": "listeners with your taste play it",
    "neighbours": "those who play your songs play it too",
    "predicted": "from its sound and words it should suit listeners like you",
    "cnn": "the network that hears its sound expects you to like it",
    "svm": "the classifier over sound, words and network puts it with your songs",
    "network": "it is close to you in the network of listeners, songs and artists",
    "content": "it sounds and reads like what you play",
    "artist": "you already play this artist",
    "popularity": "many people play it, or music like it",
}
_NEAR = {"sound": "sounds like", "words": "has words like", "network": "shares listeners with"}


@dataclass(frozen=True)
class OwnSong:
    """One of the user's songs: its column, by what it is near (`sound`, `words` or `network`) and the cosine."""

    column: int
    by: str
    likeness: float


def nearest_own(blocks: Mapping[str, Block], song: int, own: NDArray[np.integer]) -> list[OwnSong]:
    """The nearest of a user's own songs by each modality that knows both; best first, each song once."""
    found = []
    for by, block in blocks.items():
        known = own[block.known[own]]
        if not block.known[song] or not len(known):
            continue
        likeness = _cosines(block.vectors[known], block.vectors[song])
        best = int(np.argmax(likeness))
        if likeness[best] > 0.0:
            found.append(OwnSong(int(known[best]), by, float(likeness[best])))
    order = sorted(found, key=lambda near: -near.likeness)
    return [near for place, near in enumerate(order) if near.column not in {other.column for other in order[:place]}]


def sentence(shares: Mapping[str, float], near: str = "", by: str = "") -> str:
    """One sentence from the two strongest signals and the name of a near song.

    >>> sentence({"content": 0.7, "artist": 0.3}, "Tide by M", "sound")
    'It sounds and reads like what you play (70 %), and you already play this artist (30 %); it sounds like Tide by M.'
    """
    strongest = sorted(shares.items(), key=lambda entry: (-entry[1], entry[0]))[:2]
    told = [
        f"{_BECAUSE.get(name, f'{name} speaks for it')} ({share:.0%})" for name, share in strongest if share >= 0.05
    ]
    text = ", and ".join(told).replace("%", " %") or "no single signal stands out"
    if near:
        text += f"; it {_NEAR.get(by, 'is like')} {near}"
    return text[0].upper() + text[1:] + "."


def _cosines(rows: NDArray[np.floating], one: NDArray[np.floating]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1) * float(np.linalg.norm(one))
    return np.asarray(np.divide(rows @ one, lengths, out=np.zeros(len(rows)), where=lengths > 0))
