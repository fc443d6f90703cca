"""Like or not, one model a user (task T1): what words and release add to sound, on artists that nobody has played.

Folds, artists and content are those of `cold_start.py`. Every user has a least-squares SVM of their own, taught by
their artists of the training part and by the others, weighed alike; nobody else's listens are in it. Strength of the
decay and weight of the further blocks are chosen by left-out scores of training artists. Prints JSON lines:
mean AUC over users for sound alone and with each further block, and the paired gains with 95 % intervals from a
bootstrap over users.
"""

import argparse
import json
import os
from functools import partial
from pathlib import Path

import numpy as np
from at_once import add_options, sharing
from lastfm_clips import Data, known_mean, load
from scipy.stats import rankdata
from sklearn.model_selection import KFold

from audiorec.labels.ls_svm import alike, normal_scores

AUDIO = ("sound", "spectrum")
SYSTEMS = {
    "audio": AUDIO,
    "audio + words": (*AUDIO, "words"),
    "audio + words + release": (*AUDIO, "words", "release", "album"),
}
DECAYS = (0.3, 1.0, 3.0, 10.0)
SHARES = (0.25, 0.5, 0.75)  # of the kernel that the blocks beside sound may have
FEWEST = 3  # artists of the training part that a user has played


def main() -> None:
    """Measure every system on every fold, print means and gains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted; made when it has none")
    parser.add_argument("--seeds", type=int, default=3, help="seed 0 has the folds of cold_start.py")
    add_options(parser)
    options = parser.parse_args()
    data = load(options.data, options.workspace)
    played = (data.listens > 0).toarray().T
    with sharing(options) as each:
        found = {
            name: np.array(list(each(partial(one_seed, data, played, name), range(options.seeds)))) for name in SYSTEMS
        }
    for name, values in found.items():
        by_seed = np.nanmean(values, axis=1)
        line = {"benchmark": "personal", "system": name, "metric": "auc", "value": round(float(by_seed.mean()), 4)}
        users = int(np.isfinite(values).any(axis=0).sum())
        print(json.dumps(line | {"spread": round(float(by_seed.std()), 4), "users": users}), flush=True)
    names = list(SYSTEMS)
    for first, second in ((names[1], names[0]), (names[2], names[1]), (names[2], names[0])):
        gains = known_mean(found[first] - found[second])
        gains = gains[np.isfinite(gains)]
        rng = np.random.default_rng(0)
        drawn = [gains[rng.integers(len(gains), size=len(gains))].mean() for _ in range(2000)]
        low, high = (round(float(edge), 4) for edge in np.quantile(drawn, [0.025, 0.975]))
        line = {"benchmark": "personal", "system": f"{first} - {second}", "metric": "auc"}
        print(json.dumps(line | {"value": round(float(gains.mean()), 4), "interval": [low, high]}), flush=True)


def one_seed(data: Data, played: np.ndarray, name: str, seed: int) -> np.ndarray:
    """Mean AUC over the folds for each user [U], NaN where they have too few artists on either side."""
    folds = KFold(5, shuffle=True, random_state=seed).split(np.zeros(len(data.artists)))
    return known_mean(np.array([one_fold(data, played, SYSTEMS[name], train, cold) for train, cold in folds]))


def one_fold(
    data: Data, played: np.ndarray, blocks: tuple[str, ...], train: np.ndarray, cold: np.ndarray
) -> np.ndarray:
    """AUC for each user [U] among the cold artists."""
    kernels = {name: likeness(data.blocks[name], train, cold) for name in blocks}
    best: tuple[float, np.ndarray] | None = None
    for share in SHARES if set(blocks) - set(AUDIO) else (0.0,):
        own, cross = (mixed(kernels, share, side) for side in (0, 1))
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


def mixed(kernels: dict[str, tuple[np.ndarray, np.ndarray]], share: float, side: int) -> np.ndarray:
    """Mean likeness by sound and mean likeness by the rest, the rest weighing `share`."""
    sound = np.mean([kernels[name][side] for name in AUDIO], axis=0)
    rest = [kernel[side] for name, kernel in kernels.items() if name not in AUDIO]
    return (1 - share) * sound + share * np.mean(rest, axis=0) if rest else sound


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
