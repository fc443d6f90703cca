"""Mood of real clips from sound, words and listeners: mood clusters or Russell's quadrants.

Artist-disjoint 10 folds (no artist on both sides) and random 10 folds, as in the papers; mean and spread over seeds,
which deal the folds and start the networks. Everything is chosen inside the training part, on scores of songs whose
artist was left out. Prints JSON lines {"benchmark": "mood", "target", "folds", "model", "metric", "value", "spread",
"songs", "seeds"}; `calibration_error` is that of the likeliest label's probability, and `--reliability` prints the
table behind it. Models of sound are measured on all labelled clips, and once more `on songs with lyrics`; `lyrics`,
`fused` and the ablation on those with lyrics. Differences have 95 % intervals from a paired bootstrap over songs.
`cnn2d_pretrained` was first pretrained on all clips of --data without labels, once a seed; `cnn2d_distilled` and
`cnn1d_distilled` learned an encoder's output (musicnn of MagnaTagATune) for them. `--test-data DIR` trains on all of
--data and tests on DIR, laid out alike.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import cache, partial
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from at_once import add_options, sharing
from encoder_clips import encoded
from mood_clips import Songs, load
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from audiorec import metrics, recipes
from audiorec.content.encoder_distillation import lesson_of
from audiorec.content.likes_training import pretrained, view_patches
from audiorec.content.patches import PatchStore, halved
from audiorec.content.song_encoder import SongEncoder
from audiorec.data.tables import Patches
from audiorec.labels.classifiers import PARTS, Question, scores_of, voted
from audiorec.labels.network_training import LabelRecipe, train_labels
from audiorec.learning.loop import quiet

FOLDS = 10
METRICS = ("macro_f1", "accuracy")
PAIRED = (
    ("fused", "svm_stats"),
    ("fused", "lyrics"),
    ("cnn2d_pretrained", "cnn2d"),
    ("cnn2d_distilled", "cnn2d"),
    ("cnn2d_distilled", "cnn2d_pretrained"),
    ("cnn1d_distilled", "cnn1d"),
)
NONE = np.zeros(0, np.int64)


def main() -> None:
    """Measure what was asked for and print a JSON line for each figure."""
    options = parse_options()
    with tempfile.TemporaryDirectory() as temporary, sharing(options) as each:
        places = [(options.data, options.workspace or Path(temporary) / "data")]
        if options.test_data:
            places.append((options.test_data, Path(temporary) / "test"))
        with_sound = not set(options.models) <= set(NETWORKS)
        songs = load(places, options.target, with_sound, options.encoder)
        for folds in options.folds:
            found: dict[str, np.ndarray] = {}
            numbers = range(options.first_seed, options.first_seed + options.seeds)
            seeds = each(partial(one_seed, songs, folds, options.models), numbers)
            for place, (seed, likelies) in enumerate(zip(numbers, seeds, strict=True)):
                for name, likely in likelies.items():
                    labels = labels_of(likely)
                    told = labels >= 0
                    score = metrics.macro_f1(songs.target[told], labels[told])
                    print(
                        f"{folds} folds, seed {seed}, {name}: macro F1 {score:.4f} on all", file=sys.stderr, flush=True
                    )
                    found.setdefault(name, np.full((options.seeds, *likely.shape), np.nan))[place] = likely
            for line in report(songs, found, options.reliability):
                about = {
                    "benchmark": "mood",
                    "target": options.target,
                    "encoder": options.encoder,
                    "folds": "test" if options.test_data else folds,
                }
                print(json.dumps(about | line | {"seeds": options.seeds}), flush=True)


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--test-data", type=Path, help="train on --data, test on this folder")
    parser.add_argument("--target", choices=["cluster", "quadrant"], default="cluster")
    parser.add_argument("--encoder", choices=("none", "mtt", "msd"), default="none", help="its output is sound too")
    parser.add_argument("--folds", nargs="+", choices=["artist", "random"], default=["artist", "random"])
    parser.add_argument("--models", nargs="+", choices=sorted(MODELS), default=sorted(MODELS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--reliability", action="store_true", help="print how often each said probability is right")
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips of --data extracted; made if empty")
    add_options(parser)
    options = parser.parse_args()
    for folder in filter(None, (options.data, options.test_data)):
        if not (folder / "moodclips" / "labels.csv").is_file():
            sys.exit(f"skipped: no moodclips in {folder} (set AUDIOREC_DATA or --data)")
    if options.test_data:
        options.folds = ["artist"]
    return options


# --- networks -----------------------------------------------------------------------------------------------------

NETWORKS = {
    "cnn1d": "training/cnn1d",
    "cnn1d_distilled": "training/cnn1d",
    "cnn2d": "training/cnn2d",
    "cnn2d_pretrained": "training/cnn2d",
    "cnn2d_distilled": "training/cnn2d",
}


def by_net(name: str, songs: Songs, train: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    """Probabilities [M, C] by a network trained on the sound."""
    # A network that was distilled needs half of the epochs.
    changes = ["epochs_blind=10"] if name.endswith("distilled") else []
    recipe = recipes.load(NETWORKS[name], LabelRecipe, [*changes, f"seed={seed}"])
    view = "waveform" if name.startswith("cnn1d") else "spectrogram"
    store = store_of(view, songs)
    torch.manual_seed(seed)
    encoder = SongEncoder(view, store.values.shape[1], recipe.dim, recipe.dropout)
    is_pretrained = "_" in name
    if is_pretrained:
        encoder.load_state_dict(taught(songs, name, seed))
    trained = train_labels(
        encoder, store, songs.target, (train, NONE), recipe, report=quiet, is_pretrained=is_pretrained
    )
    return trained.probabilities(store, test)


@cache
def store_of(view: str, songs: Songs) -> PatchStore:
    """Patches of a view of all songs, halved if they are log-mel."""
    parts = [view_patches(table, view, table.track_ids) for table in songs.tables]
    parts = [halved(part) for part in parts] if view == "spectrogram" else parts
    starts = np.cumsum([0, *(len(table) for table in songs.tables)])
    owners = np.concatenate([part.owner + start for part, start in zip(parts, starts, strict=False)])
    values = parts[0].values if len(parts) == 1 else np.concatenate([part.values for part in parts])
    return PatchStore(Patches(values, owners), len(songs.target), torch.device("cpu"))


@cache
def taught(songs: Songs, name: str, seed: int) -> dict[str, torch.Tensor]:
    """State of an encoder trained on all clips of --data without labels, by itself or from another encoder's output."""
    passes = "encoder_epochs=30" if name.endswith("distilled") else "encoder_epochs=0"
    recipe = recipes.load(NETWORKS[name], LabelRecipe, [passes, f"seed={seed}"])
    table, view = songs.tables[0], "waveform" if name.startswith("cnn1d") else "spectrogram"
    patches = view_patches(table, view, table.track_ids)
    patches = halved(patches) if view == "spectrogram" else patches
    lesson = lesson_of(encoded(songs.root, songs.library, "mtt", 3)) if name.endswith("distilled") else None
    encoder, _ = pretrained(view, patches, recipe, torch.device("cpu"), quiet, lesson)
    assert encoder is not None
    return encoder.state_dict()


# --- models -------------------------------------------------------------------------------------------------------

MODELS = {
    "svm_stats": ("audio",),
    "lyrics": ("words", "feelings"),
    "fused": ("audio", "words", "feelings", "network", "tags"),
    "ablation": (),
    **dict.fromkeys(NETWORKS, ()),
}


def one_seed(songs: Songs, folds: str, models: Sequence[str], seed: int) -> dict[str, np.ndarray]:
    """Probabilities [N, C] of every labelled song while it was in the test part, NaN of the others, by model."""
    found: dict[str, np.ndarray] = {}
    for train, test in splits(songs, folds, seed):
        of_fold = one_fold(songs, train, test, models)
        of_fold |= {name: by_net(name, songs, train, test, seed) for name in NETWORKS if name in models}
        for name, likely in of_fold.items():
            found.setdefault(name, np.full((len(songs.target), likely.shape[1]), np.nan))[test] = likely
    return found


def labels_of(likely: np.ndarray) -> np.ndarray:
    """The likeliest of the last axis, -1 of songs without probabilities."""
    known = np.isfinite(likely).all(axis=-1)
    return np.where(known, np.nan_to_num(likely).argmax(axis=-1), -1)


def splits(songs: Songs, folds: str, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows of training and test songs of each fold."""
    rows = np.flatnonzero(songs.target >= 0)
    if songs.is_test.any():
        known = np.unique(songs.artists[rows[songs.is_test[rows]]])
        both = np.isin(songs.artists[rows], known) & ~songs.is_test[rows]
        print(f"{both.sum()} training clips of artists of the test part are left out", file=sys.stderr)
        return [(rows[~songs.is_test[rows] & ~both], rows[songs.is_test[rows]])]
    labels, artists = songs.target[rows], songs.artists[rows]
    if folds == "artist":
        dealt = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(rows, labels, artists)
    else:
        dealt = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, labels)
    return [(rows[train], rows[test]) for train, test in dealt]


def one_fold(songs: Songs, train: np.ndarray, test: np.ndarray, models: Sequence[str]) -> dict[str, np.ndarray]:
    """Probabilities [M, C] of the test songs by model."""
    has_text = songs.facts.has_text
    is_textless = not has_text[songs.target >= 0].any()
    parts = [part for part in PARTS if not (is_textless and part in ("words", "feelings"))]
    wanted = {name: MODELS[name] for name in models if MODELS[name] and set(MODELS[name]) & set(parts)}
    if "ablation" in models:
        subsets = [subset for size in range(1, len(parts) + 1) for subset in combinations(parts, size)]
        wanted |= {f"ablation:{' + '.join(subset)}": subset for subset in subsets}
    question = Question(songs.facts, songs.target, songs.artists, train, test)
    needed = [part for part in parts if any(part in subset for subset in wanted.values())]
    every = scores_of(question, needed)
    found = {}
    for name, subset in wanted.items():
        scores = {one: every[one] for part in subset if part in parts for one in PARTS[part] if one in every}
        needs_text = set(subset) & {"words", "feelings"} and not is_textless
        found[name] = voted(question, scores, has_text if needs_text else None)
    return found


# --- measuring ----------------------------------------------------------------------------------------------------


def report(songs: Songs, likely: dict[str, np.ndarray], reliability: bool = False) -> list[dict[str, object]]:
    """Lines of each model, and of the paired differences."""
    found = {name: labels_of(one) for name, one in likely.items()}
    labelled = songs.target >= 0
    labelled &= next(iter(found.values()))[0] >= 0
    texts = labelled & songs.facts.has_text
    lines = []
    for name, labels in found.items():
        needs_text = texts.any() and (name in ("lyrics", "fused") or name.startswith("ablation"))
        rows = texts if needs_text else labelled
        lines += figures(name, songs, labels, rows)
        lines += calibration(name, songs.target[rows], likely[name][:, rows], reliability)
        if texts.any() and not needs_text:
            lines += figures(f"{name} on songs with lyrics", songs, labels, texts)
    for first, second in PAIRED:
        if first in found and second in found:
            rows = texts if texts.any() and first == "fused" else labelled
            lines.append(difference(first, second, songs.target[rows], found[first][:, rows], found[second][:, rows]))
    return lines


def figures(name: str, songs: Songs, labels: np.ndarray, rows: np.ndarray) -> list[dict[str, object]]:
    """Mean and spread over seeds of each metric on some rows."""
    truth, lines = songs.target[rows], []
    for metric in METRICS:
        values = [getattr(metrics, metric)(truth, one[rows]) for one in labels]
        value = {"value": round(float(np.mean(values)), 4), "spread": round(float(np.std(values)), 4)}
        lines.append({"model": name, "metric": metric} | value | {"songs": int(rows.sum())})
    return lines


def calibration(name: str, truth: np.ndarray, likely: np.ndarray, reliability: bool) -> list[dict[str, object]]:
    """The calibration error of probabilities [seeds, N, C], and the table behind it over all seeds together."""
    errors = [metrics.calibration_error(truth, one) for one in likely]
    lines: list[dict[str, object]] = [
        {"model": name, "metric": "calibration_error", "value": round(float(np.mean(errors)), 4)}
        | {"spread": round(float(np.std(errors)), 4), "songs": len(truth)}
    ]
    if reliability:
        every = metrics.reliability(np.tile(truth, len(likely)), np.concatenate(likely))
        lines += [
            {
                "model": name,
                "metric": "reliability",
                "said": round(said, 3),
                "right": round(right, 3),
                "songs": int(songs),
            }
            for songs, said, right in every.tolist()
        ]
    return lines


def difference(
    first: str, second: str, truth: np.ndarray, one: np.ndarray, other: np.ndarray, draws: int = 2000
) -> dict[str, object]:
    """Difference of macro F1, mean over seeds, with its interval over songs drawn anew."""
    rng = np.random.default_rng(0)

    def gain(rows: np.ndarray) -> float:
        pairs = zip(one[:, rows], other[:, rows], strict=True)
        return float(np.mean([metrics.macro_f1(truth[rows], a) - metrics.macro_f1(truth[rows], b) for a, b in pairs]))

    drawn = [gain(rng.integers(len(truth), size=len(truth))) for _ in range(draws)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    line = {"model": f"{first} - {second}", "metric": "macro_f1", "value": round(gain(np.arange(len(truth))), 4)}
    return line | {"interval": [round(float(low), 4), round(float(high), 4)], "songs": len(truth)}


if __name__ == "__main__":
    main()
