"""Why a song is in a list: the strongest signals in one sentence, and the user's own songs nearest to it.

It says only what the arithmetic says: shares come from the score, neighbours from the same vectors that were scored.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiorec.cold_start.content_knn import mutual_proximity
from audiorec.cold_start.content_space import unit_rows
from audiorec.ranking.neighbours import Block

_BECAUSE = {
    "collaborative": "listeners with your taste play it",
    "factors": "people who play much the same as you play it",
    "neighbours": "those who play your songs play it too",
    "predicted": "from its sound and words it should suit listeners like you",
    "cnn": "the network that hears its sound expects you to like it",
    "svm": "the classifier over sound, words and network puts it with your songs",
    "network": "it is close to you in the network of listeners, songs and artists",
    "content": "it sounds and reads like what you play",
    "artist": "you already play this artist",
    "popularity": "many people play it, or music like it",
}
# Songs that show how near an own song is to just any.
_SAMPLE = 300
_NEAR = {"sound": "sounds like", "words": "has words like", "network": "shares listeners with"}


@dataclass(frozen=True)
class OwnSong:
    """One of the user's songs: its column, by what it is near (`sound`, `words` or `network`) and the cosine."""

    column: int
    by: str
    likeness: float


def nearest_own(blocks: Mapping[str, Block], song: int, own: NDArray[np.integer]) -> list[OwnSong]:
    """The nearest of a user's own songs by each modality that knows both; best first, each song once.

    A song that is near to everything is no reason for anything: nearness is held against that to other songs.
    """
    found = []
    for by, block in blocks.items():
        known = own[block.known[own]]
        if not block.known[song] or not len(known):
            continue
        likeness, special = _special(block, song, known)
        best = int(np.argmax(np.where(likeness > 0.0, special, -1.0)))
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


def _special(block: Block, song: int, own: NDArray[np.integer]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cosines of own songs to one song, and how special each is beside those to a sample of all songs."""
    others = np.flatnonzero(block.known)
    sample = np.append(others[:: max(1, len(others) // _SAMPLE)], song)
    cosines = unit_rows(block.vectors[own]) @ unit_rows(block.vectors[sample]).T
    return cosines[:, -1], mutual_proximity(cosines)[:, -1]
