"""Forty made people, their tastes, and what they played.

The taste model, in logits: base + style (first love, second love) + mood lean times the song's mood + a liking of the
artist + a whim for the song. The logistic of it is the user's true taste for the song, which tastes.csv keeps. A user
meets a song with a chance that falls with the song's popularity rank, plays it if their taste says so, and plays more
often what they like more; now and then they play something by accident. COLD songs are met by nobody.
"""

from dataclasses import dataclass

import numpy as np

from assets.compose.score import Song

SEED = 20_260_104
STYLES = ("electronic", "ambient", "folk", "metal")
NAMES = (
    "mira", "tao", "lena", "jonas", "wei", "amara", "felix", "yuki", "nora", "omar",
    "ines", "pavel", "lin", "greta", "diego", "sana", "tom", "xiu", "hugo", "elif",
    "ravi", "klara", "bo", "zoe", "mateo", "anya", "kofi", "mei", "lars", "fatou",
    "小雨", "阿杰", "nils", "rosa", "ivan", "hana", "søren", "luz", "chen", "abel",
)  # fmt: skip
COLD_ARTISTS = ("林间月", "Grävling")
COLD_TITLES = ("High Score Summer", "末班地铁", "Moon Pool", "空房间", "Sister River", "Burn the Throne")
_FIRST, _SECOND, _BASE, _MOOD, _ARTIST, _WHIM = 4.2, 2.6, -2.3, 1.1, 0.5, 0.3
_START = 1_735_689_600
_YEAR = 365 * 86_400


@dataclass(frozen=True)
class Listener:
    """A made user: the style they love, the one they like or None, and their lean to bright (+) or dark (-) songs."""

    name: str
    first: str
    second: str | None
    lean: float


@dataclass(frozen=True)
class Listen:
    """How often a user played a song, and when last (seconds since 1970)."""

    user: str
    path: str
    count: int
    time: int


def is_cold(song: Song) -> bool:
    """True for songs that nobody has played."""
    return song.artist in COLD_ARTISTS or song.title in COLD_TITLES


def listeners(rng: np.random.Generator) -> list[Listener]:
    """Forty listeners: every style is the first love of ten, six in ten have a second."""
    found = []
    for number, name in enumerate(NAMES):
        first = STYLES[number % 4]
        others = [style for style in STYLES if style != first]
        second = str(rng.choice(others)) if rng.random() < 0.6 else None
        found.append(Listener(name, first, second, round(float(rng.choice((-1.0, 1.0)) * rng.uniform(0.4, 1.6)), 2)))
    return found


def tastes(people: list[Listener], songs: list[Song], rng: np.random.Generator) -> np.ndarray:
    """The true taste of every listener for every song, [people, songs] in 0..1."""
    artists = sorted({song.artist for song in songs})
    style = np.array([[_FIRST * (s.voice.style == p.first) + _SECOND * (s.voice.style == p.second) for s in songs]
                      for p in people])  # fmt: skip
    mood = np.array([1.0 if song.mood == "bright" else -1.0 for song in songs])
    lean = np.array([person.lean for person in people])
    liking = rng.normal(0.0, _ARTIST, (len(people), len(artists)))
    column = [artists.index(song.artist) for song in songs]
    whim = rng.normal(0.0, _WHIM, (len(people), len(songs)))
    logits = _BASE + style + _MOOD * lean[:, None] * mood + liking[:, column] + whim
    return np.asarray(1.0 / (1.0 + np.exp(-logits)))


def popularity(songs: list[Song], rng: np.random.Generator) -> np.ndarray:
    """The chance that a listener meets a song at all: a falling curve over a random order, zero for cold songs."""
    rank = rng.permutation(len(songs))
    met = 0.6 + 0.38 / (1.0 + rank / 8.0)
    return np.where([is_cold(song) for song in songs], 0.0, met)


def listens(
    people: list[Listener], songs: list[Song], taste: np.ndarray, met: np.ndarray, rng: np.random.Generator
) -> list[Listen]:
    """The plays that follow from tastes and popularity, with accidents; every listener has at least four songs."""
    found = []
    for row, person in enumerate(people):
        chance = met * np.clip(1.25 * taste[row], 0.04, 1.0)
        played = rng.random(len(songs)) < chance
        best = np.argsort(-taste[row] * (met > 0))[:4]
        played[best] |= played.sum() < 4
        for column in np.flatnonzero(played):
            plays = 1 + int(rng.poisson(12.0 * taste[row, column] ** 2 * (0.5 + met[column])))
            found.append(Listen(person.name, songs[column].path, plays, _START + int(rng.integers(_YEAR))))
    return found


def friends(people: list[Listener], taste: np.ndarray, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Friendships: each listener names one of like taste; every third names a chance acquaintance too."""
    like = np.corrcoef(taste)
    pairs = set()
    for row in range(len(people)):
        close = np.argsort(-like[row])[1:5]
        pairs.add(tuple(sorted((row, int(rng.choice(close))))))
        if row % 3 == 0:
            other = int(rng.integers(len(people)))
            if other != row:
                pairs.add(tuple(sorted((row, other))))
    return [(people[a].name, people[b].name) for a, b in sorted(pairs)]
