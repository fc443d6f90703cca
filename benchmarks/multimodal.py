"""The multimodal head on every subset of what is known of a song (task T2, all users at once), on cold artists.

Folds, artists and users are those of `cold_start.py`. In each fold the 2-D network learns once; the head learns who
likes what from its embedding (`audio`), the descriptors, the sentiment of the lyrics, and the artist's place among
listeners (`network`), which no cold artist has: a part that is missing must not hurt. Stopped on warm artists kept
aside, tested on the cold ones. Prints JSON lines: AUC, mean over users, and paired gains with 95 % intervals from a
bootstrap over users.
"""

import argparse
import json
import os
from functools import partial
from itertools import combinations, product
from pathlib import Path

import numpy as np
import torch
from at_once import add_options, sharing
from lastfm_clips import Data, known_mean, load, without
from lastfm_likes import CNN_BUDGET, likes
from personal import users_auc
from scipy import sparse
from sklearn.model_selection import KFold

from audiorec import recipes
from audiorec.content.encoder_training import CnnRecipe, train_view
from audiorec.content.multimodal_training import train_parts
from audiorec.content.song_encoder import embed_songs
from audiorec.learning.loop import quiet
from audiorec.network.artist_places import listener_places

CPU = torch.device("cpu")
PARTS = ("audio", "descriptors", "lyrics", "network")
SUBSETS = [subset for size in range(1, len(PARTS) + 1) for subset in combinations(PARTS, size) if subset != PARTS[3:]]
PAIRED = (("audio + lyrics", "audio"), ("audio + descriptors", "audio"), (" + ".join(PARTS[:3]), "audio"))


def main() -> None:
    """Measure every subset on every fold, print means and gains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted; made when it has none")
    parser.add_argument("--seeds", type=int, default=3)
    add_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load(options.data, options.workspace, with_patches=True)
    found: dict[str, list[np.ndarray]] = {}
    folds = [cold for _, cold in KFold(5, shuffle=True, random_state=0).split(data.artists)]
    with sharing(options) as each:
        for told in each(partial(one_fold, data), list(product(range(options.seeds), folds))):
            for name, values in told.items():
                found.setdefault(name, []).append(values)
    users = {name: known_mean(np.array(values)) for name, values in found.items()}
    for name, values in users.items():
        line = {"benchmark": "multimodal", "parts": name, "metric": "auc", "value": round(float(np.nanmean(values)), 4)}
        by_fold = [np.nanmean(one) for one in found[name]]
        print(json.dumps(line | {"spread": round(float(np.std(by_fold)), 4), "seeds": options.seeds}), flush=True)
    whole = " + ".join(PARTS)
    for first, second in (*PAIRED, (whole, "audio"), (whole, " + ".join(PARTS[:3]))):
        print(json.dumps(gain(first, second, users[first] - users[second])), flush=True)


def one_fold(data: Data, of: tuple[int, np.ndarray]) -> dict[str, np.ndarray]:
    """AUC of each user [U] among the cold artists, by subset; of: seed and cold artists."""
    seed, cold = of
    seen = without(data, cold)
    known = likes(seen, cold, seed, 0.15)
    blocks = parts(data, seen, known, seed)
    truth = (data.listens > 0).toarray().T[cold]
    recipe = CnnRecipe(seed=seed)
    found = {}
    for subset in SUBSETS:
        trained = train_parts({name: blocks[name] for name in subset}, known, recipe, device=CPU, report=quiet)
        with torch.no_grad():
            given = {name: torch.from_numpy(blocks[name][cold]) for name in subset}
            scores = trained.head(trained.parts(given)).numpy()
        found[" + ".join(subset)] = users_auc(scores, truth)
    return found


def parts(data: Data, seen: Data, known: object, seed: int) -> dict[str, np.ndarray]:
    """Blocks [A, d] of all artists; what the network of listeners says of a cold one is NaN."""
    patches = data.patches
    assert patches is not None
    recipe = recipes.load("training/cnn", CnnRecipe, CNN_BUDGET).model_copy(update={"seed": seed})
    encoder = train_view("spectrogram", patches, known, recipe, device=CPU, report=quiet).encoder
    values, owner = torch.from_numpy(patches.values), torch.from_numpy(patches.owner)
    return parts_of(data, seen, embed_songs(encoder, values, owner, len(data.artists)).numpy())


def parts_of(data: Data, seen: Data, audio: np.ndarray) -> dict[str, np.ndarray]:
    """The blocks, float32, with these embeddings [A, dim] of the sound."""
    places = listener_places(sparse.csr_array(seen.listens))
    found = {"audio": audio, "descriptors": data.blocks["sound"], "lyrics": data.blocks["words"], "network": places}
    return {name: block.astype(np.float32) for name, block in found.items()}


def gain(first: str, second: str, gains: np.ndarray) -> dict[str, object]:
    """Mean gain over users and its interval."""
    gains = gains[np.isfinite(gains)]
    rng = np.random.default_rng(0)
    drawn = [gains[rng.integers(len(gains), size=len(gains))].mean() for _ in range(2000)]
    low, high = (round(float(edge), 4) for edge in np.quantile(drawn, [0.025, 0.975]))
    line = {"benchmark": "multimodal", "parts": f"{first} - {second}", "metric": "auc"}
    return line | {"value": round(float(gains.mean()), 4), "interval": [low, high]}


if __name__ == "__main__":
    main()
