"""Like or not, one model a user (task T1): what words, release and names add to sound, on artists that nobody played.

Folds, artists and content are those of `cold_start.py`. Every user has a least-squares SVM of their own, taught by
their artists of the training part and by the others, weighed alike; nobody else's listens are in it. Strength of the
decay and weight of the further blocks are chosen by left-out scores of training artists. With `--encoder` its
output is part of the sound. Prints JSON lines: mean AUC over users for sound alone and with each further block, and the
paired gains with 95 % intervals from a bootstrap over users.
"""

import argparse
import json
import os
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from at_once import add_options, sharing
from lastfm_clips import Data, known_mean, load
from scipy.stats import rankdata
from sklearn.model_selection import KFold

from audiorec.labels.ls_svm import alike, normal_scores

DESCRIPTORS, ENCODED = ("sound", "spectrum"), ("encoder", "encoder_spread")
FURTHER = (("words", ("words",)), ("release", ("release", "album")), ("names", ("artist",)))
DECAYS = (0.3, 1.0, 3.0, 10.0)
SHARES = (0.25, 0.5, 0.75)  # that the output of an encoder may have of sound, and the other blocks of everything
FEWEST = 3  # artists of the training part that a user has played


def main() -> None:
    """Measure every system on every fold, print means and gains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted; made when it has none")
    parser.add_argument("--seeds", type=int, default=3, help="seed 0 has the folds of cold_start.py")
    parser.add_argument("--encoder", choices=("none", "mtt", "msd"), default="none", help="of the clips too")
    add_options(parser)
    options = parser.parse_args()
    data = load(options.data, options.workspace, encoder=options.encoder)
    played = (data.listens > 0).toarray().T
    with sharing(options) as each:
        found = {
            name: np.array(list(each(partial(one_seed, data, played, blocks), range(options.seeds))))
            for name, blocks in systems(data).items()
        }
    about = {"benchmark": "personal", "encoder": options.encoder}
    for name, values in found.items():
        by_seed = np.nanmean(values, axis=1)
        line = about | {"system": name, "metric": "auc", "value": round(float(by_seed.mean()), 4)}
        users = int(np.isfinite(values).any(axis=0).sum())
        print(json.dumps(line | {"spread": round(float(by_seed.std()), 4), "users": users}), flush=True)
    names = list(found)
    for first, second in (*zip(names[1:], names, strict=False), (names[-1], names[0])):
        gains = known_mean(found[first] - found[second])
        gains = gains[np.isfinite(gains)]
        rng = np.random.default_rng(0)
        drawn = [gains[rng.integers(len(gains), size=len(gains))].mean() for _ in range(2000)]
        low, high = (round(float(edge), 4) for edge in np.quantile(drawn, [0.025, 0.975]))
        line = about | {"system": f"{first} - {second}", "metric": "auc"}
        print(json.dumps(line | {"value": round(float(gains.mean()), 4), "interval": [low, high]}), flush=True)


def systems(data: Data) -> dict[str, tuple[str, ...]]:
    """The blocks that each system reads: sound, then one more kind of content after the other."""
    name, blocks = "audio", (*DESCRIPTORS, *(block for block in ENCODED if block in data.blocks))
    found = {name: blocks}
    for kind, more in FURTHER:
        name, blocks = f"{name} + {kind}", (*blocks, *more)
        found[name] = blocks
    return found


def one_seed(data: Data, played: np.ndarray, blocks: tuple[str, ...], seed: int) -> np.ndarray:
    """Mean AUC over the folds for each user [U], NaN where they have too few artists on either side."""
    folds = KFold(5, shuffle=True, random_state=seed).split(np.zeros(len(data.artists)))
    return known_mean(np.array([one_fold(data, played, blocks, train, cold) for train, cold in folds]))


def one_fold(
    data: Data, played: np.ndarray, blocks: tuple[str, ...], train: np.ndarray, cold: np.ndarray
) -> np.ndarray:
    """AUC for each user [U] among the cold artists."""
    kernels = {name: likeness(data.blocks[name], train, cold) for name in blocks}
    best: tuple[float, np.ndarray] | None = None
    encoded, further = (bool(set(blocks) & set(ENCODED)), bool(set(blocks) - {*DESCRIPTORS, *ENCODED}))
    for shares in product(SHARES if encoded else (0.0,), SHARES if further else (0.0,)):
        own, cross = (mixed(kernels, *shares, side) for side in (0, 1))
        for decay in DECAYS:
            left_out, scores = personal(own, cross, played[train], decay)
            auc = np.nanmean(users_auc(left_out, played[train]))
            if best is None or auc > best[0]:
                best = auc, scores
    assert best is not None
    return users_auc(best[1], played[cold], played[train].sum(axis=0) >= FEWEST)


def likeness(block: np.ndarray, train: np.ndarray, cold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Similarities among the training artists and of the cold ones to them; an unknown number counts as the median."""
    filled = np.where(np.isnan(block), np.nanmedian(block[train], axis=0), block)
    here, there = (normal_scores(filled[rows], filled[train]) for rows in (train, cold))
    return alike(here, here), alike(there, here)


def mixed(kernels: dict[str, tuple[np.ndarray, np.ndarray]], encoded: float, further: float, side: int) -> np.ndarray:
    """Mean likeness by descriptors, by the output of an encoder, which has a share of sound, and by the rest of all."""
    rest = tuple(name for name in kernels if name not in {*DESCRIPTORS, *ENCODED})
    shares = {DESCRIPTORS: (1 - further) * (1 - encoded), ENCODED: (1 - further) * encoded, rest: further}
    used = {names: share for names, share in shares.items() if share}
    means = [share * np.mean([kernels[name][side] for name in names], axis=0) for names, share in used.items()]
    return np.asarray(np.sum(means, axis=0))


def personal(own: np.ndarray, cross: np.ndarray, liked: np.ndarray, decay: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the training artists, each left out [N, U], and of the cold ones [M, U]: a column is a user's own.

    Targets are +1 and -1, each divided by its side's share, so that both sides weigh alike; as all users have the same
    artists to learn from, one inverse serves them all.
    """
    share = np.clip(liked.mean(axis=0), 1 / len(liked), 1 - 1 / len(liked))
    target = np.where(liked, 0.5 / share, -0.5 / (1 - share))
    inverse = np.linalg.inv(own + decay * np.eye(len(own)))
    dual = inverse @ target
    return target - dual / np.diag(inverse)[:, None], cross @ dual


def users_auc(scores: np.ndarray, liked: np.ndarray, who: np.ndarray | None = None) -> np.ndarray:
    """AUC of each column [U]; NaN where a user likes none or all of the artists, or is not one of `who`."""
    can = liked.any(axis=0) & ~liked.all(axis=0)
    can &= True if who is None else who
    some, out = liked[:, can], np.full(liked.shape[1], np.nan)
    # Mann and Whitney's count for all users at once; a tie counts half.
    likes = some.sum(axis=0)
    above = np.where(some, rankdata(scores[:, can], axis=0), 0.0).sum(axis=0) - likes * (likes + 1) / 2
    out[can] = above / (likes * (len(some) - likes))
    return out


if __name__ == "__main__":
    main()
