"""How much comments should count in the content of new songs: a made library in which the truth is known.

Users like a side of each of two hidden traits. The sound tells the first one; the feeling of comments the second
(`truth` "taste") or nothing (`truth` "noise"), for the share of songs that anybody wrote about. The weight is learned
on three quarters of the artists, and artists that it has never seen are ranked by it, by the usual weight, by .3 (the
usual one before) and without comments.

    python benchmarks/comments.py [--seeds 5]
"""

import argparse
import json

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.cold_start.block_weights import ContentRecipe, _trial, learn_block_weights, weighed
from audiorec.cold_start.content_to_factors import TasteRecipe
from audiorec.cold_start.taste import Content

ARTISTS, EACH, USERS = 160, 4, 200
RECIPE = TasteRecipe(ranks=(8,), places=(8,), choices=False)


def made(truth: str, share: float, rng: np.random.Generator) -> tuple[Content, sparse.csr_array, NDArray[np.int64]]:
    """Content of the songs, who plays them, and their artists."""
    groups = np.repeat(np.arange(ARTISTS), EACH)
    traits = np.repeat(rng.choice([-1.0, 1.0], (ARTISTS, 2)), EACH, axis=0)
    liking = rng.normal(size=(USERS, 2)) @ traits.T
    listens = sparse.csr_array((rng.random(liking.shape) < 0.3 / (1.0 + np.exp(-2.0 * liking))).astype(float))
    songs = len(groups)
    sound = rng.normal(size=(songs, 40))
    sound[:, :4] += traits[:, :1]
    told = 0.4 * traits[:, 1] if truth == "taste" else np.zeros(songs)
    feelings = np.column_stack([told + 0.3 * rng.normal(size=songs), rng.random(songs), rng.exponential(size=songs)])
    feelings[rng.random(songs) >= share] = np.nan
    every = np.ones(songs, dtype=bool)
    return Content([sound, feelings], [1.0, ContentRecipe().comments], every, ("sound", "comments")), listens, groups


def measure(truth: str, share: float, seed: int) -> dict[str, float]:
    """The learned weight, and the AUC of artists that took no part in learning it."""
    content, listens, groups = made(truth, share, np.random.default_rng(seed))
    hidden = np.flatnonzero(groups % 4 == 0)
    keep = np.ones(len(groups))
    keep[hidden] = 0.0
    seen = sparse.csr_array(listens @ sparse.diags_array(keep))
    seen.eliminate_zeros()
    learned = learn_block_weights(content, seen, groups, ContentRecipe(), RECIPE)["comments"]
    usual = ContentRecipe().comments
    trial = _trial(content, listens, hidden, (ContentRecipe(), RECIPE), None)
    assert trial is not None
    auc = {
        name: trial.auc(weighed(content, {"comments": weight}), RECIPE)
        for name, weight in (
            ("learned", learned),
            ("usual", usual),
            ("before", 0.3),
            ("without", 0.0),
        )
    }
    return {"weight": learned, **auc}


def main() -> None:
    """One JSON line for each truth and share: means over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = parser.parse_args().seeds
    for truth in ("taste", "noise"):
        for share in (1.0, 0.3):
            found = [measure(truth, share, seed) for seed in range(seeds)]
            told = {name: round(float(np.mean([one[name] for one in found])), 4) for name in found[0]}
            gains = np.array([one["learned"] - one["before"] for one in found])
            half = 1.96 * gains.std(ddof=1) / np.sqrt(seeds)
            told |= {"gain": round(float(gains.mean()), 4), "gain_half_interval": round(float(half), 4)}
            print(json.dumps({"truth": truth, "commented": share, "seeds": seeds, **told}), flush=True)


if __name__ == "__main__":
    main()
