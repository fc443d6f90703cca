"""What a few likes of a new user give: lists folded in at once against training anew, and against a mean of vectors.

    python benchmarks/feedback.py --split lastfm [--data ../shared/data] [--seeds 3]
    python benchmarks/feedback.py --split netease

A tenth of the users (or playlists) is taken away whole. Of each one's songs, in random order, the first 1, 3, 5, 10
and 20 are said to be liked, those after the twentieth are what a list should find. `fold_in` is how lists are served:
implicit ALS by a half-step and ItemKNN from the likes, their places added up; `retrained` fits both anew with the likes
among the listens; `mean_vector` takes the cosine to the mean of the liked songs' factors; `popularity` knows nothing of
the user.
One JSON line a system and number of likes with NDCG@20; `kept` is the share of the gain over popularity that folding in
keeps of training anew; `over_mean` the difference to the mean of vectors with its 95 % interval over users, who count
once however many seeds drew them.
"""

import argparse
import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec import metrics
from audiorec.collaborative.als import als
from audiorec.collaborative.als_scoring import AlsScores, fold_in_user, gram_of
from audiorec.collaborative.item_model import ItemToItem
from audiorec.collaborative.itemknn import nearest_items
from audiorec.hybrid.weights import calibrate
from audiorec.learning.directions import unit
from audiorec.sources.tables import ncf_format

SIGNALS, K = (1, 3, 5, 10, 20), 20
RANK, PENALTY, ALPHA = 64, 1.0, 10.0
Floats = NDArray[np.float64]


def main() -> None:
    """Measure and print JSON lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--split", choices=("lastfm", "netease"), required=True)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    counts = _lastfm(asked.data) if asked.split == "lastfm" else _netease(asked.data)
    found: dict[tuple[str, int], list[Floats]] = {}
    drawn = []
    for seed in range(asked.seeds):
        drawn.append(_taken_away(counts, seed))
        for name, signals, values in _measure(counts, drawn[-1], seed):
            found.setdefault((name, signals), []).append(values)
    joined = {key: _of_each_user(np.concatenate(drawn), np.concatenate(values)) for key, values in found.items()}
    for (name, signals), values in joined.items():
        _print(asked.split, name, signals, float(values.mean()), len(values))
    for signals in SIGNALS:
        quick, slow, plain = (joined[name, signals] for name in ("fold_in", "retrained", "popularity"))
        _print(asked.split, "kept", signals, float((quick - plain).mean() / (slow - plain).mean()), len(quick))
        over = quick - joined["mean_vector", signals]
        half = 1.96 * float(over.std() / len(over) ** 0.5)
        _print(asked.split, "over_mean", signals, float(over.mean()), len(over), half)


def _print(split: str, system: str, signals: int, value: float, users: int, half: float = 0.0) -> None:
    line = {"benchmark": "feedback", "split": split, "system": system, "signals": signals, "users": users}
    print(json.dumps(line | {"value": round(value, 4)} | ({"interval": round(half, 4)} if half else {})), flush=True)


def _lastfm(data: Path) -> sparse.csr_array:
    return sparse.csr_array(ncf_format.read(data / "cf" / "lastfm" / "lastfm").split.train)


def _netease(data: Path) -> sparse.csr_array:
    """Playlists by songs; songs of one playlist say nothing of others."""
    with (data / "netease" / "playlist_songs.csv").open(encoding="utf-8", newline="") as file:
        pairs = [(row["playlist_id"], row["song_id"]) for row in csv.DictReader(file)]
    rows, columns = (np.unique(side, return_inverse=True)[1] for side in zip(*pairs, strict=True))
    counts = sparse.csr_array(sparse.coo_array((np.ones(len(rows), np.float32), (rows, columns))))
    return sparse.csr_array(counts[:, np.flatnonzero(np.bincount(counts.indices) > 1)])


def _taken_away(counts: sparse.csr_array, seed: int) -> NDArray[np.int64]:
    able = np.flatnonzero(np.diff(counts.indptr) >= max(SIGNALS) + 5)
    few = min(len(able) // 2, counts.shape[0] // 10)
    return np.sort(np.random.default_rng(seed).choice(able, few, replace=False))


def _of_each_user(users: NDArray[np.int64], values: Floats) -> Floats:
    """The mean of the values of each user."""
    _, row = np.unique(users, return_inverse=True)
    return np.bincount(row, values) / np.bincount(row)


def _measure(counts: sparse.csr_array, away: NDArray[np.int64], seed: int) -> Iterator[tuple[str, int, Floats]]:
    """System, likes, and NDCG@20 of each user who was taken away."""
    rng = np.random.default_rng((seed, 1))
    songs = [rng.permutation(counts.indices[counts.indptr[row] : counts.indptr[row + 1]]) for row in away]
    known = sparse.csr_array(counts[np.setdiff1d(np.arange(counts.shape[0]), away)])
    listeners = np.bincount(known.indices, minlength=counts.shape[1]).astype(np.float64)
    fitted = _fit(known, seed)
    for number in SIGNALS:
        likes = _rows([own[:number] for own in songs], counts.shape[1])
        truth = [own[max(SIGNALS) :] for own in songs]
        both = sparse.csr_array(sparse.vstack([known, likes]))
        systems = {
            "fold_in": fitted.scores(likes),
            "retrained": _fit(both, seed).scores(likes),
            "mean_vector": unit(likes @ fitted.items) @ unit(fitted.items).T,
            "popularity": np.tile(listeners, (len(away), 1)),
        }
        for name, scores in systems.items():
            yield name, number, np.array([_ndcg(*one) for one in zip(scores, songs, truth, strict=True)])


def _rows(songs: list[NDArray[np.integer]], width: int) -> sparse.csr_array:
    starts = np.cumsum([0, *map(len, songs)])
    return sparse.csr_array((np.ones(starts[-1], np.float32), np.concatenate(songs), starts), shape=(len(songs), width))


@dataclass(frozen=True)
class Fitted:
    """What was fitted: factors of the songs [I, k], their neighbours, and which songs are played, bool [I]."""

    items: NDArray[np.float32]
    neighbours: ItemToItem
    is_played: NDArray[np.bool_]

    def scores(self, likes: sparse.csr_array) -> Floats:
        """Places of all songs by both signals added up, for new users with these likes, [B, I]."""
        gram, strength = gram_of(self.items), PENALTY * (1.0 + ALPHA)
        ones = (sparse.csr_array(likes[[row]]) for row in range(likes.shape[0]))
        users = [fold_in_user(one, self.items, gram, strength, ALPHA) for one in ones]
        rows, everything = np.arange(likes.shape[0]), np.ones(likes.shape, dtype=bool)
        signals = (
            AlsScores(np.concatenate(users), self.items, self.is_played).scores(rows),
            ItemToItem(likes, self.neighbours.weights, self.is_played).scores(rows),
        )
        return np.asarray(sum(np.nan_to_num(calibrate(one, everything)) for one in signals))


def _fit(counts: sparse.csr_array, seed: int) -> Fitted:
    factors = als(counts, RANK, penalty=PENALTY, alpha=ALPHA, iterations=10, seed=seed)
    played = np.bincount(counts.indices, minlength=counts.shape[1]) > 0
    return Fitted(factors.items, nearest_items(counts, neighbours=200, shrinkage=10.0), played)


def _ndcg(scores: Floats, songs: NDArray[np.integer], truth: NDArray[np.integer]) -> float:
    """Of a list without the first twenty of the songs, liked yet or not: more likes shall not mean fewer rivals."""
    relevant, listed = np.zeros(len(scores), dtype=bool), np.ones(len(scores), dtype=bool)
    relevant[truth], listed[songs[: max(SIGNALS)]] = True, False
    return float(metrics.ndcg(metrics.relevant_ranks(scores[listed], relevant[listed]), K))


if __name__ == "__main__":
    main()
