"""What a request ranks by: every signal's songs' side as arrays that lie ready, and the user's side made on the spot.

The arrays are memory-mapped from `derived/ranker`, made again when features or models have changed
(`make_serving.py`). When listens have changed since, a user's side is folded in from what they play now: nothing is
trained, and nothing heavy is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.taste import Pair, Taste
from audiorec.collaborative.als_scoring import AlsScores, fold_in_user
from audiorec.collaborative.item_model import ItemToItem, unpack
from audiorec.collaborative.neumf_scoring import NeumfScores
from audiorec.content.likes_by_sides import LikesBySides
from audiorec.data import derived
from audiorec.data.interactions import Interactions
from audiorec.data.workspace import Workspace
from audiorec.hybrid.signals import Mixing, Parts, Placed, popularity_of
from audiorec.learning.coded_vectors import Vectors
from audiorec.learning.directions import unit
from audiorec.ranking.coded_songs import vectors_of
from audiorec.ranking.neighbours import Block
from audiorec.ranking.song_columns import SongColumns

NAME = "ranker"
NOTHING: Mapping[int, float] = {}
VERSION = 9
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Serving:
    """The opened arrays.

    about: names and settings; arrays: see `make_serving.pack_parts`; now: the listens as they are; is_fresh: whether
    they are the ones that the arrays were fitted on.
    """

    about: Mapping[str, Any]
    arrays: Arrays
    now: Interactions
    is_fresh: bool

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Songs that have content, bool [I]."""
        return self.arrays["usable"]

    @property
    def artist(self) -> NDArray[np.int64]:
        """The artist of each song, int64 [I], -1 = unknown."""
        return self.arrays["artist"]

    @cached_property
    def likes(self) -> dict[str, LikesBySides]:
        """Like-probabilities of the content models."""
        return {
            name: LikesBySides.from_arrays(
                users, part(self.arrays, f"likes.{name}."), self._songs(f"likes.{name}.songs")
            )
            for name, users in self.about["likes"].items()
        }

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """Sound, words and network of the songs, for reasons."""
        names = self.about["blocks"]
        sides = {name: part(self.arrays, f"block.{name}.") for name in names}
        return {name: Block(of["vectors"], of["known"], None, of["nearness"]) for name, of in sides.items()}

    @cached_property
    def songs(self) -> SongColumns:
        """What the songs' tags say."""
        return SongColumns(part(self.arrays, "songs."))

    @cached_property
    def listeners(self) -> NDArray[np.float64]:
        """Users who have each song, [I]."""
        return np.bincount(self.now.counts.indices, minlength=len(self.now.items)).astype(np.float64)

    @cached_property
    def plays(self) -> NDArray[np.float32]:
        """Listens of each song by everybody, [I]."""
        return self.now.plays()

    @cached_property
    def mixing(self) -> Mixing:
        """How parts make one signal."""
        return Mixing(**self.about["mixing"])

    @cached_property
    def _popular(self) -> NDArray[np.float32]:
        return popularity_of(self.listeners, self.arrays["popularity"], self.mixing.counted).astype(np.float32)

    @cached_property
    def _is_played(self) -> NDArray[np.bool_]:
        return self.listeners > 0

    @cached_property
    def _neighbours(self) -> sparse.csr_array:
        return unpack("neighbours", self.arrays)

    @cached_property
    def _fitted_row(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.about["users"])}

    @cached_property
    def _then(self) -> sparse.csr_array:
        return unpack("seen", self.arrays)

    def parts_of(self, user: str, more: Mapping[int, float] = NOTHING) -> Parts:
        """Everything that signals of this one user need; their row is 0.

        more: listens by column that likes stand for, at least so many; those that were learned from are stored too, and
        do not count twice. Raises UnknownNameError for a user without any.
        """
        shape = (1, len(self.now.items))
        liked = _one_row(more, shape)
        if more and user not in self.now.users:
            own = liked
        else:
            own = sparse.csr_array(self.now.counts[[self.now.user_row(user)]].maximum(liked))
        row = self._fitted_row.get(user, -1)
        if row >= 0 and (more or not self.is_fresh) and _differ(self._then[[row]], own):
            row = -1
        return self._parts(user, own, row)

    def _parts(self, user: str, own: sparse.csr_array, row: int) -> Parts:
        """From the row that was fitted, or (-1) from what the user plays now."""
        arrays, one = self.arrays, slice(row, row + 1)
        seen = Interactions((user,), self.now.items, own)
        items = arrays["factors.items"]
        penalty, alpha = self.about["factors"]
        users = (
            arrays["factors.users"][one]
            if row >= 0
            else fold_in_user(own.sign(), items, arrays["factors.gram"], penalty * (1 + alpha), alpha)
        )
        return Parts(
            seen,
            arrays["directions"],
            self._taste(own, row),
            AlsScores(users, self._songs("factors.items"), self._is_played),
            ItemToItem(own, self._neighbours, self._is_played),
            self.mixing,
            self._neural("cf", user),
            self._neural("cold", user),
            arrays.get("predicted"),
            placed=self._placed(own, row),
            all_listeners=self.listeners,
            unit_points=arrays["directions"],
            short_points=self._songs("short"),
            popular=self._popular,
        )

    def _taste(self, own: sparse.csr_array, row: int) -> Taste:
        """The taste models as one: standardised scores add up to one product, once a user's scores have one deviation.

        That deviation follows from the user's vector and the covariance of the songs' columns.
        """
        arrays, start, mine = self.arrays, 0, []
        songs, gram, mean = arrays["taste.songs"], arrays["taste.gram"], arrays["taste.mean"]
        for length in self.about["taste_columns"]:
            part = slice(start, start + length)
            # Folded in with the confidence of the fit: tastes by the logarithm of plays, factors by whether at all.
            known = (
                np.asarray(arrays["taste.users"][row, part], dtype=np.float64)
                if row >= 0
                else fold_in_user(own.log1p(), songs[:, part], gram[part, part], *self.about["taste"])[0]
            )
            variance = known @ gram[part, part] @ known / max(len(songs), 1) - (known @ mean[part]) ** 2
            mine.append(known / np.sqrt(variance) if variance > 1e-18 else np.zeros(length))
            start += length
        user = np.concatenate(mine)[None]
        return Taste((Pair("all", user, self._songs("taste.songs")),), arrays["popularity"])

    def _neural(self, name: str, user: str) -> NeumfScores | None:
        """NeuMF with this one user; one that it has not met has no score."""
        arrays = part(self.arrays, f"{name}.")
        if not arrays:
            return None
        row = self._fitted_row.get(user, -1)
        mine = {
            "net.users.weight": arrays["net.users.weight"][[max(row, 0)]],
            "users_seen": arrays["users_seen"][[max(row, 0)]] & (row >= 0),
        }
        return NeumfScores({**arrays, **mine})

    def _placed(self, own: sparse.csr_array, row: int) -> Placed | None:
        if "placed.songs" not in self.arrays:
            return None
        if row >= 0:
            users = self.arrays["placed.users"][row : row + 1]
        else:
            # As a new user enters the network (`spectral.fold_in`): the sum of their songs' vectors, by weight.
            weights = sparse.csr_array((np.log2(1.0 + own.data), own.indices, own.indptr), shape=own.shape)
            users = unit(np.asarray(weights @ self.arrays["placed.pulls"]))
        return Placed(users, self._songs("placed.songs"), self.arrays["placed.known"])

    def _songs(self, name: str) -> Vectors:
        return vectors_of(self.arrays, name)


def _one_row(values: Mapping[int, float], shape: tuple[int, int]) -> sparse.csr_array:
    columns = np.array(list(values), dtype=np.int64)
    data = np.array(list(values.values()), dtype=np.float32)
    return sparse.csr_array((data, (np.zeros_like(columns), columns)), shape=shape)


def part(arrays: Arrays, prefix: str) -> dict[str, NDArray[Any]]:
    """The arrays whose names begin so, without the beginning."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def _differ(one: sparse.csr_array, other: sparse.csr_array) -> bool:
    same = np.array_equal(one.indices, other.indices) and np.array_equal(one.data, other.data)
    return not same


def open_serving(space: Workspace) -> Serving:
    """The arrays of a workspace, made first where they are not there or of other features or models.

    Raises CheckpointError without `train-hybrid`, WorkspaceError without features or listens.
    """
    about, arrays = _kept(space) or _made(space)
    inputs = space.inputs()
    is_fresh = about["inputs"]["listens"] == inputs["listens"]
    if is_fresh:
        now = Interactions(tuple(about["users"]), arrays["items"], unpack("seen", arrays))
    else:
        now = space.interactions(items=arrays["items"])
    return Serving(about, arrays, now, is_fresh)


def lies_ready(space: Workspace) -> bool:
    """Whether nothing has to be made before the first list. Raises CheckpointError without `train-hybrid`."""
    return _kept(space) is not None


def make_ready(root: Path) -> None:
    """Make what lists are made from, where it does not lie ready; raises as `open_serving`."""
    with Workspace.open(root) as space:
        if not lies_ready(space):
            _made(space)


def _kept(space: Workspace) -> tuple[dict[str, Any], Arrays] | None:
    space.model("hybrid")
    found = derived.load(space.derived(NAME))
    return found if found is not None and _holds(found[0], space.inputs(), space.songs_state()) else None


def _made(space: Workspace) -> tuple[dict[str, Any], Arrays]:
    from audiorec.ranking.make_serving import make

    about, arrays = make(space)
    about["version"] = VERSION
    derived.save(space.derived(NAME), about, arrays)
    return about, arrays


def _holds(about: Mapping[str, Any], inputs: Mapping[str, str], songs: str) -> bool:
    """Whether arrays are of these features, songs and models; listens may differ."""
    if about.get("version") != VERSION or about.get("songs") != songs:
        return False
    then = about["inputs"]
    return all(then.get(name) == inputs.get(name) for name in {*then, *inputs} if _matters(name))


def _matters(name: str) -> bool:
    return name in ("features", "heard", *(f"model {model}" for model in ("hybrid", "cf", "network", "cnn", "svm")))
