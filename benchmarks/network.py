"""The network against baselines: a fifth of every playlist's songs held out and ranked among all songs.

Sets: `netease` (playlists as users, songs with artists) and `lastfm` (users, artists as songs, friends). Playlists with
10 songs or more, songs in 3 playlists or more, both until nothing changes. Every choice is made on a part of the
training listens. Prints JSON lines: {"benchmark", "set", "system", "metric", "value", "spread", "seeds", ...}.
`--growth` measures links and embedding on made networks of up to ten million pairs instead.
"""

import argparse
import csv
import json
import os
import resource
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from scipy import sparse

from audiorec import metrics
from audiorec.collaborative.itemknn import nearest_items
from audiorec.learning.directions import unit
from audiorec.network.autoencoder_training import AutoencoderRecipe, GraphRecipe, fit_autoencoder, fit_graph
from audiorec.network.friends import friend_scores, user_affinity, user_links
from audiorec.network.graph import Network
from audiorec.network.rules import RuleSettings, songs_for_user, walk_scores
from audiorec.network.spectral import SpectralSettings, embed
from audiorec.network.spectral_training import NetworkRecipe, hold_out, train
from audiorec.network.walks import pattern, song_links, user_cosine, user_similarity

TOP = 20
Score = Callable[[np.ndarray], np.ndarray]  # rows of users -> scores [rows, songs]


def main() -> None:
    """Parse the options, run every system on every seed in a process of its own, print."""
    options = parse_options()
    if options.growth:
        for pairs in options.pairs:
            print(json.dumps(in_own_process(growth, pairs, options.degree)), flush=True)
        return
    asked = options.systems or [*SYSTEMS, "friends"]
    for system in (name for name in asked if name != "friends"):
        runs = [in_own_process(run, options.data, options.set, system, seed) for seed in range(options.seeds)]
        print_lines(options.set, system, runs)
    if options.set == "lastfm" and "friends" in asked:
        for system in (*FRIENDS, "walks"):
            print(json.dumps(in_own_process(friend_prediction, options.data, system)), flush=True)


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--set", choices=("netease", "lastfm"), default="netease")
    parser.add_argument("--systems", nargs="*", choices=(*SYSTEMS, "friends"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--pairs", type=int, nargs="*", default=[100_000, 300_000, 1_000_000, 3_000_000, 10_000_000])
    parser.add_argument("--degree", type=int, default=50, help="songs a made user has")
    return parser.parse_args()


def in_own_process(work: Callable[..., dict], *arguments: object) -> dict:
    """Run `work` in a fresh process, so that the memory it reports is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def memory_gb() -> float:
    """Most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


# --- data ------------------------------------------------------------------------------------------------------------


def load(data: Path, name: str, thin: bool = True) -> Network:
    """The network of a set; `thin` leaves out short playlists and rare songs."""
    pairs, artists_of, friends = read_netease(data) if name == "netease" else read_lastfm(data)
    if thin:
        pairs = thinned(pairs)
    users, songs = sorted({user for user, _ in pairs}), sorted({song for _, song in pairs})
    artists = sorted({artist for song in songs for artist in artists_of.get(song, ())})
    row, column, credit = ({name: n for n, name in enumerate(names)} for names in (users, songs, artists))
    listens = ones([(row[user], column[song]) for user, song in pairs], (len(users), len(songs)))
    listens.data = np.array([pairs[users[u], songs[s]] for u, s in zip(*listens.nonzero(), strict=True)], np.float32)
    credits = [(column[song], credit[a]) for song in songs for a in artists_of.get(song, ())]
    known = [(row[a], row[b]) for a, b in friends if a in row and b in row]
    return Network(
        tuple(users), np.arange(len(songs)), tuple(artists), listens,
        ones(credits, (len(songs), len(artists))), ones(known, (len(users), len(users))),
    )  # fmt: skip


def ones(pairs: list[tuple[int, int]], shape: tuple[int, int]) -> sparse.csr_array:
    """A pattern with the value 1 at every pair."""
    places = np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)
    values = np.ones(len(places), dtype=np.float32)
    return sparse.csr_array(sparse.coo_array((values, (places[:, 0], places[:, 1])), shape=shape).tocsr())


def read_netease(data: Path) -> tuple[dict[tuple[str, str], float], dict[str, tuple[str, ...]], list[tuple[str, str]]]:
    """Pairs of playlist and song, artists of each song."""
    with (data / "netease/playlist_songs.csv").open(encoding="utf-8") as file:
        pairs = {(row["playlist_id"], row["song_id"]): 1.0 for row in csv.DictReader(file)}
    with (data / "netease/songs.csv").open(encoding="utf-8") as file:
        artists = {row["song_id"]: tuple(a for a in row["artists"].split("|") if a) for row in csv.DictReader(file)}
    return pairs, artists, []


def read_lastfm(data: Path) -> tuple[dict[tuple[str, str], float], dict[str, tuple[str, ...]], list[tuple[str, str]]]:
    """Play counts of users and artists (who stand for songs and have no artists above them), and friends."""
    rows = [line.split("\t") for line in (data / "hetrec-lastfm-2k/user_artists.dat").read_text().splitlines()[1:]]
    links = [line.split("\t") for line in (data / "hetrec-lastfm-2k/user_friends.dat").read_text().splitlines()[1:]]
    return {(row[0], row[1]): float(row[2]) for row in rows}, {}, [(link[0], link[1]) for link in links]


def thinned(pairs: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Playlists of 10 songs or more and songs in 3 playlists or more, until both hold."""
    while True:
        users, songs = Counter(user for user, _ in pairs), Counter(song for _, song in pairs)
        kept = {pair: n for pair, n in pairs.items() if users[pair[0]] >= 10 and songs[pair[1]] >= 3}
        if len(kept) == len(pairs):
            return kept
        pairs = kept


# --- systems: the training network and a seed -> a scorer ------------------------------------------------------------


def popularity(network: Network, seed: int) -> Score:
    """By the number of playlists."""
    plays = np.asarray((network.listens > 0).sum(axis=0), dtype=np.float64).reshape(1, -1)
    return lambda rows: np.repeat(plays, len(rows), axis=0)


def rule(network: Network, seed: int) -> Score:
    """The songs of similar users by how many have them."""
    known = pattern(network.listens)

    def make(settings: RuleSettings) -> Callable[[sparse.csr_array], Score]:
        return lambda kept: lambda rows: np.stack([songs_for_user(kept, int(row), settings) for row in rows])

    settings = [RuleSettings(threshold, at_most) for threshold in (0.01, 0.05) for at_most in (10, 30, 100)]
    return best_of([make(choice) for choice in settings], known, seed)


def item_knn(network: Network, seed: int) -> Score:
    """Cosine of songs' columns, neighbours and shrinkage chosen."""

    def make(neighbours: int, shrinkage: float) -> Callable[[sparse.csr_array], Score]:
        return lambda kept: nearest_items(kept, neighbours=neighbours, shrinkage=shrinkage).scores

    choices = [make(k, s) for k in (50, 200, 1000, 5000) for s in (0.0, 5.0, 20.0)]
    return best_of(choices, pattern(network.listens), seed)


def walk(network: Network, seed: int) -> Score:
    """Personalised PageRank over users, songs and artists; restart and artist weight chosen."""

    def make(restart: float, weight: float) -> Callable[[sparse.csr_array], Score]:
        return lambda kept: lambda rows: walk_scores(kept, network.credits, rows, restart, weight)

    choices = [make(restart, weight) for restart in (0.15, 0.3, 0.6) for weight in (0.1, 0.5)]
    return best_of(choices, pattern(network.listens), seed)


def spectral(network: Network, seed: int) -> Score:
    """The embedding that train-network publishes, with its own choice on held-out listens."""
    found = train(network, NetworkRecipe(seed=seed)).model
    return lambda rows: found.users[rows] @ found.songs.T


def auto(network: Network, seed: int) -> Score:
    """Auto-encoder."""
    found = fit_autoencoder(network.listens, network.credits, AutoencoderRecipe(seed=seed))
    return lambda rows: found.users[rows] @ found.songs.T


def variational(network: Network, seed: int) -> Score:
    """Variational auto-encoder."""
    found = fit_autoencoder(network.listens, network.credits, AutoencoderRecipe(seed=seed, divergence=0.2))
    return lambda rows: found.users[rows] @ found.songs.T


def graph(network: Network, seed: int) -> Score:
    """Graph auto-encoder."""
    found = fit_graph(network.listens, network.credits, GraphRecipe(seed=seed))
    return lambda rows: found.users[rows] @ found.songs.T


SYSTEMS: dict[str, Callable[[Network, int], Score]] = {
    "popularity": popularity,
    "rule": rule,
    "itemknn": item_knn,
    "pagerank": walk,
    "ae": auto,
    "vae": variational,
    "gae": graph,
    "spectral": spectral,
}


def best_of(choices: list[Callable[[sparse.csr_array], Score]], listens: sparse.csr_array, seed: int) -> Score:
    """The choice with the best Recall on a tenth of the training listens, fitted to all of them."""
    kept, held = hold_out(listens, 0.1, seed)
    recalls = [measure(make(kept), kept, held)["recall@20"] for make in choices]
    return choices[int(np.argmax(recalls))](listens)


# --- measuring -------------------------------------------------------------------------------------------------------


def run(data: Path, name: str, system: str, seed: int) -> dict[str, float]:
    """One system on one split."""
    torch.set_num_threads(1)
    network = load(data, name)
    kept, held = hold_out(network.listens, 0.2, 1000 + seed)
    start = time.perf_counter()
    found = measure(SYSTEMS[system](network.with_listens(kept), seed), kept, held)
    return found | {"seconds": time.perf_counter() - start, "memory_gb": memory_gb()}


def measure(score: Score, kept: sparse.csr_array, held: sparse.csr_array) -> dict[str, float]:
    """P2: all songs but the kept ones are ranked for every user with held-out songs."""
    recalls, gains, lists = [], [], []
    users = np.flatnonzero(np.diff(held.indptr))
    for rows in np.array_split(users, max(1, len(users) // 200)):
        for row, line in zip(rows, score(rows), strict=True):
            scores = np.array(line, dtype=np.float64)
            relevant = np.zeros(len(scores), dtype=bool)
            relevant[held.indices[held.indptr[row] : held.indptr[row + 1]]] = True
            scores[kept.indices[kept.indptr[row] : kept.indptr[row + 1]]] = np.nan
            ranks = metrics.relevant_ranks(scores, relevant)
            recalls.append(metrics.recall(ranks, TOP))
            gains.append(metrics.ndcg(ranks, TOP))
            lists.append(np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")[:TOP])
    shown = metrics.coverage(np.array(lists), held.shape[1])
    return {"recall@20": float(np.mean(recalls)), "ndcg@20": float(np.mean(gains)), "coverage": shown}


def print_lines(name: str, system: str, runs: list[dict[str, float]]) -> None:
    """One JSON line a metric: mean and spread (standard deviation) over the seeds."""
    cost = {key: round(max(run[key] for run in runs), 2) for key in ("seconds", "memory_gb")}
    for metric in ("recall@20", "ndcg@20", "coverage"):
        values = [run[metric] for run in runs]
        line = {"benchmark": "network", "set": name, "system": system, "metric": metric}
        line |= {"value": round(float(np.mean(values)), 4), "spread": round(float(np.std(values)), 4)}
        print(json.dumps(line | {"seeds": len(runs)} | cost), flush=True)


# --- friends ---------------------------------------------------------------------------------------------------------


def friend_prediction(data: Path, system: str) -> dict:
    """AUC of pairs of users: friends against all other pairs, without using any friendship.

    For `walks`, a fifth of the friendships is hidden and told from all pairs that are not known friends.
    """
    torch.set_num_threads(1)
    network = load(data, "lastfm", thin=False)
    start = time.perf_counter()
    upper = np.triu_indices(len(network.users), 1)
    friends = network.friends.toarray()[upper] > 0
    if system == "walks":
        values = [hidden_friends(network, upper, friends, seed) for seed in range(3)]
    else:
        values = [metrics.auc(FRIENDS[system](network)[upper], friends)]
    line = {"benchmark": "network", "set": "lastfm", "system": system, "metric": "friend_auc"}
    line |= {"value": round(float(np.mean(values)), 4), "spread": round(float(np.std(values)), 4)}
    return line | {"links": int(friends.sum()), "seconds": round(time.perf_counter() - start, 2)}


def hidden_friends(network: Network, upper: tuple[np.ndarray, ...], friends: np.ndarray, seed: int) -> float:
    """AUC of a hidden fifth of the friendships, the others being known."""
    links = np.flatnonzero(friends)
    hidden = np.zeros(len(friends), dtype=bool)
    hidden[np.random.default_rng(seed).permutation(links)[: len(links) // 5]] = True
    known = friends & ~hidden
    pairs = [(int(a), int(b)) for a, b in zip(upper[0][known], upper[1][known], strict=True)]
    users = len(network.users)
    kept = ones(pairs + [(b, a) for a, b in pairs], (users, users))
    scores = friend_scores(user_links(network.listens), kept, np.arange(users))
    return metrics.auc((scores + scores.T)[upper][~known], hidden[~known])


def rows_of(one: Callable[[sparse.csr_array, int], np.ndarray]) -> Callable[[Network], np.ndarray]:
    """All users against all, from a function for one user."""

    def whole(network: Network) -> np.ndarray:
        known = pattern(network.listens)
        return np.stack([one(known, row) for row in range(known.shape[0])])

    return whole


def affinity(network: Network) -> np.ndarray:
    """Common shares of listens, rare songs counting more."""
    return user_affinity(network.listens, np.arange(len(network.users)))


def spectral_likeness(network: Network) -> np.ndarray:
    """Cosine of the users' vectors, without friendships."""
    nobody = sparse.csr_array(network.friends.shape, dtype=np.float32)
    found = embed(network.listens, network.credits, nobody, SpectralSettings(dims=128, song_damping=3.0))
    directions = unit(found.users)
    return directions @ directions.T


FRIENDS: dict[str, Callable[[Network], np.ndarray]] = {
    "rule": rows_of(user_similarity),
    "cosine": rows_of(user_cosine),
    "affinity": affinity,
    "spectral": spectral_likeness,
}


# --- growth ----------------------------------------------------------------------------------------------------------


def growth(pairs: int, degree: int) -> dict:
    """Links and embedding of a made network: users with `degree` songs each, a tenth as many songs as pairs."""
    torch.set_num_threads(1)
    listens = made(pairs, degree)
    base, start = memory_gb(), time.perf_counter()
    links = song_links(listens, support=2, top=50)
    linked, middle = memory_gb(), time.perf_counter()
    nothing = sparse.csr_array((listens.shape[1], 1)), sparse.csr_array((listens.shape[0], listens.shape[0]))
    embed(listens, *nothing, SpectralSettings(dims=32))
    line = {"benchmark": "network_growth", "pairs": listens.nnz, "users": listens.shape[0], "songs": listens.shape[1]}
    line |= {"links": links.nnz, "links_seconds": round(middle - start, 2), "links_memory_gb": round(linked, 2)}
    line |= {"embedding_seconds": round(time.perf_counter() - middle, 2), "memory_gb": round(memory_gb(), 2)}
    return line | {"base_memory_gb": round(base, 2)}


def made(pairs: int, degree: int) -> sparse.csr_array:
    """Users who draw most songs from a neighbourhood of their own, so that links exist at every size."""
    rng = np.random.default_rng(0)
    users, songs = pairs // degree, pairs // 10
    centre = rng.integers(0, songs, users)
    near = (centre[:, None] + rng.geometric(0.01, (users, degree))) % songs
    rows = np.repeat(np.arange(users), degree)
    ones = np.ones(users * degree, dtype=np.float32)
    listens = sparse.csr_array(sparse.coo_array((ones, (rows, near.ravel())), shape=(users, songs)).tocsr())
    listens.data[:] = 1.0
    return listens


if __name__ == "__main__":
    main()
