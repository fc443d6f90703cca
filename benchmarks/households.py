"""Small households: 10 to 100 users drawn from Last.fm or NetEase, and whether the hybrid ever loses to a plain part.

A household's library are the Last.fm artists that have clips, or the songs of as many NetEase playlists, of which only
names are known: their letters are the content. All is done as `audiorec train` and `audiorec evaluate` do it: a share
of the artists is kept for tests, one for learning the weights, and warm, new and mixed lists are asked about. Prints a
JSON line a source, size, protocol and metric: the hybrid, every plain system, the best of them in the mean, and the
hybrid's paired difference from that one over the users of all draws with a 95 % bootstrap interval.
"""

import argparse
import csv
import json
import os
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import mixed
import numpy as np
import torch
from scipy import sparse

from audiorec import metrics
from audiorec.cold_start.block_weights import ContentRecipe
from audiorec.cold_start.name_vectors import name_vectors
from audiorec.cold_start.taste import Content
from audiorec.data.interactions import Interactions
from audiorec.data.tracks import Track
from audiorec.hybrid.evaluation import METRICS, all_scores
from audiorec.hybrid.inputs import Elsewhere, Material
from audiorec.hybrid.rehearsal import rehearse, set_stage
from audiorec.hybrid.training import learn

LEAST = 5  # songs that a drawn user has at least
SHARES = {"test": 0.15, "validation": 0.15}
Found = dict[tuple[str, str], list[np.ndarray]]


def main() -> None:
    """Parse the options, draw, learn, ask, print."""
    options = parse_options()
    torch.set_num_threads(1)
    for source in options.sources:
        if source == "lastfm":
            whole = mixed.load(options.data, options.workspace, sys.maxsize)
        else:
            whole = netease(options.data / "netease")
        for size in options.users:
            found: Found = defaultdict(list)
            for seed in range(options.first_seed, options.first_seed + options.draws):
                for key, figures in one_household(household(whole, size, seed), seed, options.epochs).items():
                    found[key].append(figures)
            for line in lines(found):
                about = {"benchmark": "households", "source": source, "household": size, "draws": options.draws}
                print(json.dumps(about | line), flush=True)


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted")
    parser.add_argument("--sources", nargs="+", choices=("lastfm", "netease"), default=["lastfm", "netease"])
    parser.add_argument("--users", type=int, nargs="+", default=[10, 20, 50, 100])
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=20, help="most epochs of NeuMF")
    return parser.parse_args()


# --- households ---------------------------------------------------------------------------------------------------


def household(whole: Material, size: int, seed: int) -> Material:
    """The listens of so many users, drawn of those who have songs enough; songs that are names only leave with them."""
    counts = whole.listens.counts
    able = np.flatnonzero(np.diff(counts.indptr) >= LEAST)
    rows = np.sort(np.random.default_rng(seed).choice(able, min(size, len(able)), replace=False))
    users = tuple(whole.listens.users[row] for row in rows)
    listens = Interactions(users, whole.listens.items, sparse.csr_array(counts[rows]))
    friends = [pair for pair in whole.friends if set(pair) <= set(users)]
    if whole.elsewhere is None:
        return only_played(replace(whole, listens=listens, friends=friends))
    theirs = sparse.csr_array(whole.elsewhere.listens[rows])
    others = np.unique(theirs.indices)
    keys = tuple(whole.elsewhere.artists[column] for column in others)
    elsewhere = Elsewhere(sparse.csr_array(theirs[:, others]), keys)
    return replace(whole, listens=listens, friends=friends, elsewhere=elsewhere)


def only_played(whole: Material) -> Material:
    """Songs that somebody plays."""
    songs = np.unique(whole.listens.counts.indices)
    counts = sparse.csr_array(whole.listens.counts[:, songs])
    content = replace(
        whole.content, blocks=[block[songs] for block in whole.content.blocks], usable=whole.content.usable[songs]
    )
    return replace(
        whole,
        tracks=[whole.tracks[song] for song in songs],
        listens=replace(whole.listens, items=whole.listens.items[songs], counts=counts),
        content=content,
        artist=whole.artist[songs],
        fingerprints=whole.fingerprints[songs],
    )


def netease(folder: Path) -> Material:
    """Playlists as users, their songs with the letters of title and artists as content."""
    with (folder / "songs.csv").open(encoding="utf-8", newline="") as file:
        songs = {row["song_id"]: (row["title"], tuple(row["artists"].split("|"))) for row in csv.DictReader(file)}
    with (folder / "playlist_songs.csv").open(encoding="utf-8", newline="") as file:
        pairs = sorted(
            {(row["playlist_id"], row["song_id"]) for row in csv.DictReader(file) if row["song_id"] in songs}
        )
    users, rows = np.unique([user for user, _ in pairs], return_inverse=True)
    ids, columns = np.unique([song for _, song in pairs], return_inverse=True)
    shape = (len(users), len(ids))
    counts = sparse.csr_array(sparse.coo_array((np.ones(len(pairs), np.float32), (rows, columns)), shape=shape))
    named = [songs[one] for one in ids]
    tracks = [Track(n, b"", title, by, "", None, "", 0.0, "ok", "") for n, (title, by) in enumerate(named)]
    _, artist = np.unique([by[0] for _, by in named], return_inverse=True)
    recipe = ContentRecipe()
    titles = [" ".join((title, *by)) for title, by in named]
    letters = name_vectors(titles, recipe.album_signs, recipe.name_columns, recipe.seed)
    content = Content([letters], [1.0], np.ones(len(ids), dtype=bool), ("album",))
    listens = Interactions(tuple(users.tolist()), np.arange(len(ids), dtype=np.int64), counts)
    prints = np.zeros((len(ids), 64), dtype=np.uint8)
    return Material(tracks, listens, None, content, artist.astype(np.int64), [], {}, "", prints)


# --- asking -------------------------------------------------------------------------------------------------------


def one_household(material: Material, seed: int, epochs: int) -> dict[tuple[str, str], np.ndarray]:
    """Metrics [U, 3] of every protocol and system, NaN of users who are not asked."""
    test, validation = parts(material, seed)
    learned = learn(material, validation, test, mixed.fitted_by(seed, epochs), device="cpu")
    recipe = learned.settings.hybrid
    stage = set_stage(material, test, held_out=recipe.held_out, cold_songs=recipe.cold_songs, seed=seed)
    fitted = rehearse(material, stage, learned.settings, device=torch.device("cpu"))
    rows = stage.users(len(material.listens.users), seed)
    scores = all_scores(material, stage, fitted, learned.weights, rows, seed)
    return {
        (protocol, system): figures
        for (protocol, system), figures in mixed.compare(stage, rows, scores, is_sampled=False).items()
        if system != "random"
    }


def parts(material: Material, seed: int) -> tuple[set[str], set[str]]:
    """Artists for tests, and for learning the weights."""
    names = sorted({material.artist_key(row) for row in range(len(material.tracks))})
    dealt = np.random.default_rng(seed).permutation(names)
    sizes = np.cumsum([round(share * len(names)) for share in SHARES.values()])
    test, validation, _ = np.split(dealt, sizes)
    return set(test.tolist()), set(validation.tolist())


def lines(found: Found) -> list[dict[str, object]]:
    """One line a protocol and metric."""
    told = []
    every = {key: np.concatenate(values) for key, values in found.items()}
    for protocol in dict.fromkeys(name for name, _ in every):
        plain = {system: figures for (name, system), figures in every.items() if name == protocol}
        mine = plain.pop("hybrid")
        asked = ~np.isnan(mine[:, 0])
        for place, metric in enumerate(METRICS):
            means = {name: float(figures[asked, place].mean()) for name, figures in plain.items()}
            best = max(means, key=lambda name: means[name])
            change = mine[asked, place] - plain[best][asked, place]
            low, high = metrics.bootstrap_interval(change, np.random.default_rng(0))
            line = {"protocol": protocol, "metric": metric, "hybrid": round(float(mine[asked, place].mean()), 4)}
            line |= {"best": best, "difference": round(float(change.mean()), 4)}
            line |= {"interval": [round(low, 4), round(high, 4)], "users": int(asked.sum())}
            told.append(line | {"plain": {name: round(value, 4) for name, value in means.items()}})
    return told


if __name__ == "__main__":
    main()
