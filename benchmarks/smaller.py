"""Smaller and faster versions of the 2-D network: file size, songs a second on one core, AUC on cold artists.

    python benchmarks/smaller.py --workspace build/clips [--folds 5] [--keep FOLDER]

Folds, artists and users are those of `cold_start.py`. In each fold the big network and the multimodal head learn once;
from them come the ONNX file, its int8 version, networks with half and a fifth of the weights, and the student that
`train-cnn --distil` trains, with its int8 version. Nothing is chosen on the cold artists. Prints JSON lines: AUC, mean
over users with a 95 % bootstrap interval, and the paired difference to torch; `songs_per_s` by the processor's clock on
songs of five patches, the best of five rounds.
"""

import argparse
import copy
import json
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from at_once import add_options, sharing
from lastfm_clips import Data, known_mean, load, without
from lastfm_likes import CNN_BUDGET, likes
from multimodal import parts_of
from personal import users_auc
from safetensors.torch import save_file
from sklearn.model_selection import KFold

from audiorec import metrics, recipes
from audiorec.content.distillation import Lesson, teach
from audiorec.content.encoder_training import CnnRecipe, TrainedView, train_view
from audiorec.content.export import SongsOfPatches
from audiorec.content.multimodal_training import train_parts
from audiorec.content.onnx_encoder import open_session
from audiorec.content.onnx_export import Export, quantise, write_onnx
from audiorec.content.onnx_songs import OnnxSongs
from audiorec.content.pruning import pruned
from audiorec.content.song_encoder import SongEncoder, embed_songs
from audiorec.data.tables import Patches
from audiorec.learning.loop import quiet

CPU = torch.device("cpu")
SHARES = (0.5, 0.8)
Embed = Callable[[Patches, int], np.ndarray]


def main() -> None:
    """Measure every version on every fold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted; made when it has none")
    parser.add_argument("--folds", type=int, default=5, help="how many of the five")
    parser.add_argument("--keep", type=Path, help="a folder for what each fold gave")
    add_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load(options.data, options.workspace, with_patches=True)
    folds = [cold for _, cold in KFold(5, shuffle=True, random_state=0).split(data.artists)][: options.folds]
    with sharing(options) as each:
        found = list(each(partial(kept, data, options.keep), list(enumerate(folds))))
    names = list(found[0])
    users = {name: known_mean(np.array([fold[name][2:] for fold in found])) for name in names}
    for name in names:
        size, speed = found[0][name][:2]
        line = {"benchmark": "smaller", "version": name, "bytes": int(size), "songs_per_s": round(float(speed), 1)}
        auc = {"auc": interval(users[name]), "minus_torch": interval(users[name] - users["torch"])}
        print(json.dumps(line | auc | {"folds": len(folds)}), flush=True)


def kept(data: Data, folder: Path | None, fold: tuple[int, np.ndarray]) -> dict[str, np.ndarray]:
    """What a fold gave, read where it is kept: for each version its bytes, its songs a second, AUC of each user."""
    place, cold = fold
    file = folder / f"fold-{place}.npz" if folder else None
    if file and file.is_file():
        with np.load(file) as stored:
            return dict(stored)
    found = one_fold(data, cold)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, **found)
    return found


def one_fold(data: Data, cold: np.ndarray, seed: int = 0) -> dict[str, np.ndarray]:
    """Train, make every version, measure."""
    patches, truth = data.patches, (data.listens > 0).toarray().T[cold]
    assert patches is not None
    seen = without(data, cold)
    known = likes(seen, cold, seed, 0.15)
    recipe = recipes.load("training/cnn", CnnRecipe, CNN_BUDGET).model_copy(update={"seed": seed})
    big = train_view("spectrogram", patches, known, recipe, device=CPU, report=quiet)
    blocks = parts_of(data, seen, by_torch(big.encoder)(patches, len(data.artists)))
    whole = train_parts(blocks, known, CnnRecipe(seed=seed), device=CPU, report=quiet)
    with torch.no_grad():
        everything = {name: torch.from_numpy(block) for name, block in blocks.items()}
        opinions = whole.head.probabilities(whole.parts(everything)).numpy()
    student = teach(patches, known, Lesson(blocks["audio"], opinions), recipe, device=CPU, report=quiet)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (file, embed, head) in versions(big, student, patches, known.rows("fit"), Path(folder)).items():
            vectors = torch.from_numpy(embed(of(patches, cold), len(cold)))
            with torch.no_grad():
                scores = head(vectors).numpy()
            found[name] = np.concatenate([[file.stat().st_size, rate(embed, patches)], users_auc(scores, truth)])
    return found


Version = tuple[Path, Embed, torch.nn.Module]


def versions(
    big: TrainedView, student: TrainedView, patches: Patches, fit: np.ndarray, folder: Path
) -> dict[str, Version]:
    """A file, a way to embed and a head for each version; samples are patches of songs of the fit part."""
    sample = torch.from_numpy(of(patches, fit[:100]).values[:320])
    made = {}
    for name, trained in {"": big, "student": student}.items():
        weights = folder / f"{name}torch.safetensors"
        save_file({key: value.contiguous() for key, value in trained.encoder.state_dict().items()}, weights)
        made[f"{name} torch".strip()] = (weights, by_torch(trained.encoder), trained.head)
        for kind, file in exported(trained.encoder, sample, folder / f"{name}.onnx").items():
            made[f"{name} {kind}".strip()] = (file, by_onnx(file), trained.head)
    for share in SHARES:
        encoder = copy.deepcopy(big.encoder)
        encoder.net = pruned(encoder.net, sample, share)
        file = exported(encoder, sample, folder / f"{share}.onnx")["onnx"]
        made[f"pruned {share:.0%} onnx"] = (file, by_onnx(file), big.head)
    return made


def exported(encoder: SongEncoder, sample: torch.Tensor, path: Path) -> dict[str, Path]:
    """ONNX files in float32 and in int8."""
    given = {"spectrogram": sample.unflatten(0, (-1, 5))}
    write_onnx(Export(SongsOfPatches(encoder), given, {"spectrogram": (0, 1)}, "embedding"), path, {})
    small = path.with_suffix(".int8.onnx")
    quantise(path, small, [{name: value.numpy() for name, value in given.items()}], {})
    return {"onnx": path, "int8": small}


def by_torch(encoder: SongEncoder) -> Embed:
    """Songs embedded by torch."""

    def embed(patches: Patches, songs: int) -> np.ndarray:
        return embed_songs(encoder, torch.from_numpy(patches.values), torch.from_numpy(patches.owner), songs).numpy()

    return embed


def by_onnx(file: Path) -> Embed:
    """Songs embedded by onnxruntime, as `recommend` does."""
    session = OnnxSongs(open_session(file), "")
    return lambda patches, songs: session.embed({}, {"spectrogram": patches}, songs)


def of(patches: Patches, rows: np.ndarray) -> Patches:
    """The patches of some songs, which are numbered anew."""
    chosen = np.isin(patches.owner, rows)
    return Patches(patches.values[chosen], np.searchsorted(rows, patches.owner[chosen]))


def rate(embed: Embed, patches: Patches, songs: int = 48) -> float:
    """Songs of five patches a second of one core."""
    given = Patches(patches.values[: 5 * songs], np.repeat(np.arange(songs), 5))
    times = []
    for _ in range(5):
        start = time.process_time()
        embed(given, songs)
        times.append(time.process_time() - start)
    return songs / min(times)


def interval(values: np.ndarray) -> list[float]:
    """Mean over users and its 95 % bootstrap interval."""
    values = values[np.isfinite(values)]
    low, high = metrics.bootstrap_interval(values, np.random.default_rng(0))
    return [round(float(edge), 4) for edge in (values.mean(), low, high)]


if __name__ == "__main__":
    main()
