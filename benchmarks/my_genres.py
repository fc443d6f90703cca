"""How strongly `recommend --my-genres` should pull: nearness to the user's genres against hits lost, on Last.fm.

An artist's genre is the tag that most listeners gave it, of the forty in widest use. Listens are held out as in
`mixed.py`; its test artists take no part. For each strength, over lists of twenty: the divergence of the list's genres
from the user's own, NDCG@20, and the paired difference from no pull at all. Prints JSON lines.
"""

import argparse
import json
import os
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import mixed
import numpy as np
import torch
from at_once import add_options, sharing
from scipy import sparse

from audiorec import metrics
from audiorec.hybrid.evaluation import all_scores
from audiorec.hybrid.inputs import Material
from audiorec.hybrid.rehearsal import rehearse, set_stage
from audiorec.ranking import genre_shares
from audiorec.ranking.diversify import Owner, Shelf, Wishes, diversify

STRENGTHS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
TOP = 20
# In wide use, but said of the listener, not of the music.
NO_GENRES = {"seen live", "favorites", "favourite", "favorite", "love", "awesome", "amazing", "sexy", "beautiful"}


def main() -> None:
    """Parse the options, run every seed, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted")
    parser.add_argument("--users", type=int, default=500, help="users asked a seed")
    parser.add_argument("--seeds", type=int, default=3)
    add_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    material = mixed.load(options.data, options.workspace, 30)
    artists = np.array([int(track.artist.split()[1]) for track in material.tracks])
    genre, names = genre_of(options.data / "hetrec-lastfm-2k", artists)
    with sharing(options) as each:
        one = partial(one_seed, material, genre, len(names), users=options.users)
        found = np.concatenate(list(each(one, range(options.seeds))))
    for place, strength in enumerate(STRENGTHS):
        divergence, gain = found[:, place].T
        low, high = metrics.bootstrap_interval(gain - found[:, 0, 1], np.random.default_rng(0))
        line = {"benchmark": "my_genres", "strength": strength, "divergence": round(float(divergence.mean()), 4)}
        line |= {"ndcg@20": round(float(gain.mean()), 4), "interval of the change": [round(low, 4), round(high, 4)]}
        print(json.dumps(line | {"lists": len(found)}), flush=True)


def genre_of(folder: Path, artists: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Genre of every artist id, as a number (-1: none), and the names."""
    text = (folder / "tags.dat").read_bytes().decode("latin-1")
    tag_names = dict(line.split("\t")[:2] for line in text.splitlines()[1:])
    given = np.loadtxt(folder / "user_taggedartists.dat", skiprows=1, dtype=np.int64)[:, :3]
    wide = Counter(str(tag) for _, tag in {(artist, tag) for _, artist, tag in given.tolist()})
    usual = [tag for tag, _ in wide.most_common(60) if tag_names[tag].strip() not in NO_GENRES][:40]
    row = {int(tag): place for place, tag in enumerate(usual)}
    votes: dict[int, Counter[int]] = {}
    for _, artist, tag in given.tolist():
        if tag in row:
            votes.setdefault(artist, Counter())[row[tag]] += 1
    found = [votes[artist].most_common(1)[0][0] if artist in votes else -1 for artist in artists.tolist()]
    return np.array(found, dtype=np.int64), [tag_names[tag] for tag in usual]


def one_seed(material: Material, genre: np.ndarray, count: int, seed: int, users: int) -> np.ndarray:
    """Divergence and NDCG@20 of every list, [users, strengths, 2]; its cold artists are not those of the weights."""
    clips = np.random.default_rng(seed).permutation(np.flatnonzero(material.content.usable))
    test, weighing, cold = np.array_split(clips, 5)[:3]
    weights = mixed.learn(material, test, weighing, (seed, 20))
    inner = replace(material, listens=material.listens.without_items(test))
    stage = set_stage(inner, mixed.names(inner, cold), held_out=0.2, seed=seed, cold_songs=0.0)
    parts = rehearse(inner, stage, mixed.fitted_by(seed, 20), device=torch.device("cpu"))
    rows = stage.users(users, seed)
    scores = all_scores(inner, stage, parts, weights, rows, seed)["hybrid"]
    candidates, relevant = stage.mixed(rows)
    shelf = Shelf(parts.directions, inner.artist, genre=genre)
    found = []
    for row, values, able, wanted in zip(rows, scores, candidates, relevant, strict=True):
        own = sparse.csr_array(stage.seen.counts[[row]])
        shares = genre_shares.shares(genre[own.indices], own.data, count)
        if shares is None or not wanted.any():
            continue
        values = np.where(able, values, -np.inf)
        lists = [diversify(values, shelf, Wishes(TOP, mix=pull), Owner((), shares)) for pull in STRENGTHS]
        found.append([(divergence(genre[one], shares), mixed.gained(np.array([one]), wanted[None])) for one in lists])
    return np.array(found)


def divergence(listed: np.ndarray, wanted: np.ndarray) -> float:
    """Of the genres of a list from the wanted shares, as `audiorec.ranking.genre_shares` reckons it."""
    counts = np.bincount(listed[listed >= 0], minlength=len(wanted)).astype(float)
    last = genre_shares.divergence_after(wanted, np.maximum(counts - (np.arange(len(wanted)) == counts.argmax()), 0.0))
    return float(last[counts.argmax()])


if __name__ == "__main__":
    main()
