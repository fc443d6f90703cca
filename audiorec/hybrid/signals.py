"""The signals of the hybrid: one function each, from fitted parts to a matrix [users, songs], NaN for no score.

The cheap parts are fitted from listens that may be seen, so that a rehearsal can take listens away. It does not weigh
signals against each other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.taste import Taste, standard_rows
from audiorec.hybrid.weights import SIGNALS, rough_places
from audiorec.learning.at_once import at_once
from audiorec.learning.coded_vectors import Vectors, inner_products, plain
from audiorec.learning.directions import unit
from audiorec.learning.silence import silence

if TYPE_CHECKING:
    from audiorec.collaborative.item_model import ItemToItem
    from audiorec.data.interactions import Interactions
    from audiorec.network.embedding import NetworkEmbedding

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Likes = Callable[[Sequence[str]], NDArray[np.floating]]


class Ranker(Protocol):
    """Scores of all songs for some users: int64 [B] -> [B, I], NaN where it has none."""

    def scores(self, user_rows: Rows) -> NDArray[np.floating]:
        """See the class."""
        ...


class NeuralRanker(Ranker, Protocol):
    """One that also scores songs given by vectors."""

    def score_with_item_vectors(self, user_rows: Rows, item_vectors: NDArray[np.floating]) -> NDArray[np.floating]:
        """Vectors [N, d] -> [B, N]."""
        ...


class Songs(Protocol):
    """What signals need to know of the songs.

    Shape:
        usable: bool [I], songs with content; artist: int64 [I], -1 = unknown; likes: what answers with
        like-probabilities, by signal.
    """

    @property
    def usable(self) -> NDArray[np.bool_]: ...

    @property
    def artist(self) -> NDArray[np.int64]: ...

    @property
    def likes(self) -> Mapping[str, Likes]: ...


@dataclass(frozen=True)
class Placed:
    """Unit vectors of users [U, d] (zeros: unknown) and songs [I, d] in the network, and which songs are known."""

    users: NDArray[np.floating]
    songs: Vectors
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Mixing:
    """How parts make one signal: `neural`, `settled` and `counted` of the hybrid's recipe (docs/log.md)."""

    neural: float
    settled: float
    counted: float


@dataclass(frozen=True)
class Parts:
    """What was fitted from the listens that may be seen.

    points: the content space [I, D]; factors: implicit ALS; collaborative: a NeuMF of these users and songs, or None;
    cold: the same trained on with songs dropped to cold, and predicted: the vectors [I, d] that content predicts for
    it; network, and users and songs placed in it: or None; all_listeners: of of each song [I] where `seen` holds only
    some of the users; unit_points: the points as unit vectors where they lie ready; short_points: these in few columns;
    popular: `popularity` where it lies ready.
    """

    seen: "Interactions"
    points: Floats
    taste: Taste
    factors: Ranker
    neighbours: "ItemToItem"
    mixing: Mixing
    collaborative: NeuralRanker | None = None
    cold: NeuralRanker | None = None
    predicted: NDArray[np.floating] | None = None
    network: "NetworkEmbedding | None" = None
    placed: Placed | None = None
    all_listeners: Floats | None = None
    unit_points: NDArray[np.float32] | None = None
    short_points: Vectors | None = None
    popular: NDArray[np.floating] | None = None

    @cached_property
    def directions(self) -> NDArray[np.float32]:
        """The points as unit vectors, float32 [I, D]: normalising them for each list was most of its time."""
        return unit(self.points).astype(np.float32) if self.unit_points is None else self.unit_points

    @property
    def listeners(self) -> Floats:
        """Users who have each song, [I]."""
        if self.all_listeners is not None:
            return self.all_listeners
        return np.bincount(self.seen.counts.indices, minlength=len(self.seen.items)).astype(np.float64)

    @property
    def songs_of_users(self) -> Floats:
        """Songs that each user has, [U]."""
        return np.diff(self.seen.counts.indptr).astype(np.float64)


def signals(songs: Songs, parts: Parts, rows: Rows) -> dict[str, NDArray[np.floating]]:
    """Every signal that can be had, each [B, I]; the names are those of `weights.SIGNALS`."""
    pieces = list(_pieces(songs, parts, rows))
    found = {name: one for some in at_once(pieces, len(songs.usable)) for name, one in some.items()}
    return {name: found[name] for name in SIGNALS if name in found}


def _pieces(songs: Songs, parts: Parts, rows: Rows) -> Iterator[Callable[[], dict[str, NDArray[np.floating]]]]:
    """What can be computed at the same time, the longest first."""

    def with_content(values: NDArray[np.floating]) -> NDArray[np.floating]:
        silence(values, ~songs.usable)  # without content, listens alone give a score
        return values

    def both() -> dict[str, NDArray[np.floating]]:
        expected = with_content(predicted(parts, rows))
        return {"predicted": expected, "factors": factors(parts, rows, expected)}

    yield both
    if (placed := parts.placed) is not None:
        yield lambda: {"network": network(placed, rows)}
    if (neural := parts.collaborative) is not None:
        yield lambda: {"collaborative": neural.scores(rows)}
    yield lambda: {"content": with_content(content(parts, rows))}
    names = [parts.seen.users[row] for row in rows]
    for signal, likes in songs.likes.items():
        yield partial(lambda signal, likes: {signal: likes(names)}, signal, likes)
    yield lambda: {"neighbours": neighbours(parts, rows)}
    yield lambda: {"artist": artist_prior(parts.seen.counts, songs.artist, rows)}
    popular = popularity(parts) if parts.popular is None else parts.popular
    yield lambda: {"popularity": np.broadcast_to(popular, (len(rows), len(popular)))}


def predicted(parts: Parts, rows: Rows) -> NDArray[np.floating]:
    """Scores predicted from content: the taste models, and NeuMF with the song's vector predicted from content."""
    taste = parts.taste.scores(rows)
    if parts.predicted is None or parts.cold is None:
        return taste
    taste = standard_rows(taste)
    neural = standard_rows(parts.cold.score_with_item_vectors(rows, parts.predicted))
    share = parts.mixing.neural
    return np.asarray(np.where(np.isnan(neural), taste, (1.0 - share) * taste + share * neural))


def factors(parts: Parts, rows: Rows, expected: NDArray[np.floating]) -> NDArray[np.float32]:
    """Implicit ALS by place, [B, I]; a song with few listeners keeps the place `expected` by content until more arrive.

    ALS draws the vectors of such songs to nothing: without the prediction from content a song fell at its first
    listener, and warm lists were no better (docs/log.md; `benchmarks/mixed.py` draws the curve).
    """
    own, eased = rough_places(parts.factors.scores(rows)), rough_places(expected)
    # In place: a list asks for every song of the library.
    eased -= own
    settled = np.float32(parts.mixing.settled)
    eased *= settled / (parts.listeners.astype(np.float32) + settled)
    eased += own
    np.copyto(eased, own, where=np.isnan(expected))
    return eased


def neighbours(parts: Parts, rows: Rows) -> NDArray[np.floating]:
    """ItemKNN: similarity of a song's listeners to those of the user's own songs; NaN for songs that nobody plays."""
    return np.asarray(parts.neighbours.scores(rows))


def content(parts: Parts, rows: Rows) -> NDArray[np.floating]:
    """Mean cosine in content to the user's own songs; NaN for a user without songs."""
    own = sparse.csr_array(parts.seen.counts[rows])
    ones = sparse.csr_array((np.ones(own.nnz, dtype=np.float32), own.indices, own.indptr), shape=own.shape)
    points = parts.directions if parts.short_points is None else parts.short_points
    count = np.diff(own.indptr)[:, None]
    means = np.asarray(ones @ plain(points)) / np.where(count > 0, count, np.nan).astype(np.float32)
    return inner_products(means, points)


def network(placed: Placed, rows: Rows) -> NDArray[np.floating]:
    """Cosine of user and song in the embedded network; NaN for what it does not know."""
    users = placed.users[rows]
    found = inner_products(users, placed.songs)
    silence(found, ~placed.known)
    found[~users.any(axis=1)] = np.nan
    return found


def artist_prior(counts: sparse.csr_array, artist: Rows, rows: Rows) -> NDArray[np.float32]:
    """Log plays of the user of this artist's other songs; minus infinity for none, NaN for an unknown artist."""
    own = sparse.csr_array(counts[rows])
    user, data = np.repeat(np.arange(len(rows)), np.diff(own.indptr)), own.data.astype(np.float64)
    artists = int(artist.max(initial=-1)) + 2  # the last is the unknown one, which -1 means
    numbers = user * artists + artist[own.indices] % artists
    plays = np.zeros((len(rows), artists))
    np.add.at(plays.ravel(), numbers, data)
    # None at all must add nothing to a score, or a reason would say that they play the artist.
    logs = _log_plays(plays).astype(np.float32)
    logs[:, -1] = np.nan
    found = logs.take(artist, axis=1)
    others = _log_plays(plays.ravel()[numbers] - data)
    found[user, own.indices] = np.where(artist[own.indices] < 0, np.nan, others)
    return np.asarray(found)


def _log_plays(plays: Floats) -> Floats:
    return np.asarray(np.log1p(plays, out=np.full(plays.shape, -np.inf), where=plays > 0.0))


def popularity(parts: Parts) -> Floats:
    """Log listeners of each song [I]: predicted from content, giving way to the count as listeners arrive."""
    return popularity_of(parts.listeners, parts.taste.popularity, parts.mixing.counted)


def popularity_of(count: Floats, predicted: NDArray[np.floating], counted: float) -> Floats:
    """The same of listeners and prediction [I]; with `counted` listeners both count the same."""
    own = count / (count + counted)
    return np.asarray((1.0 - own) * predicted + own * np.log1p(count))
