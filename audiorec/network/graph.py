"""The music network: users, songs and artists as nodes, and the edges between them as sparse matrices.

It holds what is known, unweighted by any model: who listened how often, who performs what, who is friends with whom.
Song-to-song links and similarities follow from these and are computed where they are needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data.interactions import Interactions
from audiorec.data.tracks import Track


@dataclass(frozen=True)
class Network:
    """Three kinds of nodes and three kinds of edges.

    Shape:
        users: U names; songs: int64 [S] track ids, rising; artists: A names;
        listens: CSR float32 [U, S], number of listens; credits: CSR float32 [S, A], 1 for each performer;
        friends: CSR float32 [U, U], symmetric, 1 for friends.
    """

    users: tuple[str, ...]
    songs: NDArray[np.int64]
    artists: tuple[str, ...]
    listens: sparse.csr_array
    credits: sparse.csr_array
    friends: sparse.csr_array

    def with_listens(self, listens: sparse.csr_array) -> "Network":
        """The same nodes with other listens [U, S]."""
        return replace(self, listens=listens)


def build_network(
    interactions: Interactions, tracks: Sequence[Track], friends: Iterable[tuple[str, str]] = ()
) -> Network:
    """The network of some listens; songs are those of `interactions`, played or not, artists those of their tracks.

    Friendships of people who never listened are left out: nothing ties them to a song.
    """
    artists_of = {track.id: track.artists for track in tracks}
    credited = [tuple(name for name in artists_of.get(int(song), ()) if name) for song in interactions.items]
    artists = tuple(sorted({name for names in credited for name in names}))
    return Network(
        interactions.users,
        interactions.items,
        artists,
        interactions.counts,
        _credits(credited, artists),
        _friends(interactions.users, friends),
    )


def _credits(credited: Sequence[tuple[str, ...]], artists: tuple[str, ...]) -> sparse.csr_array:
    column = {name: place for place, name in enumerate(artists)}
    pairs = sorted({(song, column[name]) for song, names in enumerate(credited) for name in names})
    return _ones(pairs, (len(credited), len(artists)))


def _friends(users: tuple[str, ...], friends: Iterable[tuple[str, str]]) -> sparse.csr_array:
    row = {name: place for place, name in enumerate(users)}
    known = {(row[a], row[b]) for a, b in friends if a in row and b in row and a != b}
    return _ones(sorted(known | {(b, a) for a, b in known}), (len(users), len(users)))


def _ones(pairs: Sequence[tuple[int, int]], shape: tuple[int, int]) -> sparse.csr_array:
    places = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    values = np.ones(len(places), dtype=np.float32)
    return sparse.csr_array(sparse.coo_array((values, (places[:, 0], places[:, 1])), shape=shape).tocsr())
