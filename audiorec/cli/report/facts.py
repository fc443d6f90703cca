"""The data of the report page: frozen and plain. It does not know how any of it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Found:
    """What extraction and import found.

    seconds: playing time of all songs. statuses: files by `ok`, `partial`, `failed`. languages: songs by the language
    of their lyrics. unusable: (file, reason) of what could not be used. unplayed: songs that nobody has played.
    without_artist: songs whose tags name no artist. encoded: (song, words for an encoder's tags of it), at most so
    many as fit a page.
    """

    songs: int
    artists: int
    albums: int
    seconds: float
    users: int
    listens: int
    unplayed: int
    languages: Mapping[str, int]
    statuses: Mapping[str, int]
    unusable: tuple[tuple[str, str], ...] = ()
    without_artist: int = 0
    encoded: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Curve:
    """How one model learned: loss and validation metric, one value an epoch; `meaning` says what in words."""

    name: str
    meaning: str
    loss: tuple[float, ...]
    metric_name: str
    metric: tuple[float, ...]


@dataclass(frozen=True)
class Spectrogram:
    """A song's log-mel picture. decibels: float [bands, frames], low bands first; hertz: float [bands], centres."""

    title: str
    artist: str
    decibels: np.ndarray
    hertz: np.ndarray
    seconds: float


@dataclass(frozen=True)
class Node:
    """A user, song or artist of the network; a song with plays == 0 is drawn as new."""

    key: str
    label: str
    kind: Literal["user", "song", "artist"]
    plays: int = 1


@dataclass(frozen=True)
class Edge:
    """A tie between two nodes by their keys; weight is positive and drawn as thickness; a suggestion is dashed."""

    source: str
    target: str
    weight: float = 1.0
    suggested: bool = False


@dataclass(frozen=True)
class Network:
    """The surroundings of one user, whose node has the key `centre`."""

    centre: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Sound:
    """Bytes that a browser can play, with their media type; equal keys are embedded once."""

    key: str
    data: bytes
    media_type: str = "audio/mpeg"


@dataclass(frozen=True)
class OwnSong:
    """A song that the user plays, named as a reason or as a favourite.

    file: its file name, where another song of the library has the same title and artist.
    """

    title: str
    artist: str
    file: str = ""


@dataclass(frozen=True)
class Recommendation:
    """One place of a list. why: share of every signal, non-negative, sum 1. nearest: the user's own songs like it.

    file: the file name, where another song of the library has the same title and artist.
    """

    title: str
    artist: str
    score: float
    plays: int
    why: Mapping[str, float]
    nearest: tuple[OwnSong, ...] = ()
    sound: Sound | None = None
    file: str = ""


@dataclass(frozen=True)
class Neighbourhood:
    """A song, and the songs of the library that are most like it by sound and words, best first."""

    song: Recommendation
    similar: tuple[Recommendation, ...]


@dataclass(frozen=True)
class Listener:
    """One user of the page: what they play most, and the songs found for them, best first."""

    name: str
    favourites: tuple[OwnSong, ...]
    recommendations: tuple[Recommendation, ...]
    note: str = ""


@dataclass(frozen=True)
class Result:
    """One system's row: value by metric, and its 95 % interval by metric where it is known."""

    system: str
    values: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluation:
    """One protocol. `ours` names the row to stand out, `about` says in words what was asked of the systems.

    songs: how many stood in the lists, 0 where that is not known. few: too few to tell systems apart.
    """

    name: str
    about: str
    results: tuple[Result, ...]
    ours: str = "hybrid"
    songs: int = 0
    few: bool = False


@dataclass(frozen=True)
class Step:
    """One step of the run that ends in this page, in words, and how long it took."""

    name: str
    words: str
    seconds: float


@dataclass(frozen=True)
class Grid:
    """Patches that the DCGAN made of the same noise after a round of its training, as a PNG."""

    round: int
    png: bytes


@dataclass(frozen=True)
class ReportData:
    """Everything on the page; empty parts are said to be empty, not left out."""

    title: str
    made_at: str
    found: Found
    listeners: tuple[Listener, ...] = ()
    neighbourhoods: tuple[Neighbourhood, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    spectrograms: tuple[Spectrogram, ...] = ()
    curves: tuple[Curve, ...] = ()
    grids: tuple[Grid, ...] = ()
    network: Network | None = None
    steps: tuple[Step, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
