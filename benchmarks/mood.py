"""Mood of real clips from sound, words and listeners: mood clusters or Russell's quadrants.

Artist-disjoint 10 folds (no artist on both sides) and random 10 folds, as in the papers; mean and spread over seeds,
which deal the folds and start the networks. Everything is chosen inside the training part, on scores of songs whose
artist was left out. Prints JSON lines {"benchmark": "mood", "target", "folds", "model", "metric", "value", "spread",
"songs", "seeds"}. Models of sound are measured on all labelled clips, and once more `on songs with lyrics`; `lyrics`,
`fused` and the ablation on those with lyrics. Differences have 95 % intervals from a paired bootstrap over songs.
`cnn2d_pretrained` has first heard all clips of --data without labels, once a seed. `--test-data DIR` trains on all of
--data and tests on DIR, laid out alike.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from audiorec import metrics
from audiorec.data.tables import FeatureTable, Patches
from audiorec.data.workspace import Workspace
from audiorec.features.lyrics import LYRICS_NAMES, describe_lyrics
from audiorec.features.lyrics.encoding import decode_text
from audiorec.features.lyrics.wording import song_words
from audiorec.features.manner import manner
from audiorec.features.relations import relations
from audiorec.models import sound_words, text_views
from audiorec.models.label_ridge import alike, fair, fit_label_ridge, normal_scores
from audiorec.models.song_encoder import SongEncoder
from audiorec.models.vote import fit_vote
from audiorec.training.labelled import train_labels
from audiorec.training.like import CnnRecipe
from audiorec.training.like_model import pretrained
from audiorec.training.loop import quiet
from audiorec.training.patches import PatchStore, halved

FOLDS = 10
METRICS = ("macro_f1", "accuracy")
# How much the kinds of statistics count in their sum: descriptors, correlations, changes, sound words of three lengths.
STATISTICS = (2.0, 1.0, 1.0, 1.0, 1.0, 1.0)
# For few songs the descriptors alone may be better; which, is chosen inside the training part.
CHOICES = (STATISTICS, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
# A part of what is known of a song -> its classifiers.
PARTS = {
    "audio": ("statistics", "other_moods"),
    "words": ("pairs", "letters", "presence"),
    "feelings": ("feelings",),
    "network": ("network",),
}
Scores = tuple[np.ndarray, np.ndarray]  # of the training songs [N, C], artist left out; of the test songs [M, C]


@dataclass(frozen=True, eq=False)
class Songs:
    """All clips [N]: label (-1: none for this target), label for the other target, artist, and what is known of each.

    `statistics` are blocks [N, D]; `lines` words by line or None; `feelings` [N, D] and `network` [N, D], NaN: unknown.
    """

    target: np.ndarray
    other: np.ndarray
    artists: np.ndarray
    is_test: np.ndarray
    statistics: list[np.ndarray]
    lines: list[list[list[str]] | None]
    feelings: np.ndarray
    network: np.ndarray
    logmel: Patches
    waveform: Patches

    @property
    def has_lyrics(self) -> np.ndarray:
        """Songs with a text."""
        return np.array([text is not None for text in self.lines])


def main() -> None:
    """Measure what was asked for and print a JSON line for each figure."""
    options = parse_options()
    songs = load(options)
    for folds in options.folds:
        found: dict[str, np.ndarray] = {}
        for seed in range(options.seeds):
            for name, labels in one_seed(songs, folds, seed, options.models).items():
                found.setdefault(name, np.full((options.seeds, len(songs.target)), -1))[seed] = labels
        for line in report(songs, found):
            about = {"benchmark": "mood", "target": options.target, "folds": "test" if options.test_data else folds}
            print(json.dumps(about | line | {"seeds": options.seeds}), flush=True)


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--test-data", type=Path, help="train on --data, test on this folder")
    parser.add_argument("--target", choices=["cluster", "quadrant"], default="cluster")
    parser.add_argument("--folds", nargs="+", choices=["artist", "random"], default=["artist", "random"])
    parser.add_argument("--models", nargs="+", choices=sorted(MODELS), default=sorted(MODELS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips of --data extracted; made if empty")
    options = parser.parse_args()
    for folder in filter(None, (options.data, options.test_data)):
        if not (folder / "moodclips" / "labels.csv").is_file():
            sys.exit(f"skipped: no moodclips in {folder} (set AUDIOREC_DATA or --data)")
    if options.test_data:
        options.folds = ["artist"]
    return options


# --- data ---------------------------------------------------------------------------------------------------------


def load(options: argparse.Namespace) -> Songs:
    """Everything known of the clips of --data and, after them, of --test-data."""
    folders = [options.data, *([options.test_data] if options.test_data else [])]
    rows, descriptors, logmel, waveform = [], [], [], []
    with tempfile.TemporaryDirectory() as temporary:
        for place, folder in enumerate(folders):
            root = options.workspace if options.workspace and not place else Path(temporary) / str(place)
            described, table = extracted(folder / "moodclips", root)
            rows.append(described)
            descriptors.append(table.descriptors().astype(np.float64))
            logmel.append(table.logmel(table.track_ids))
            waveform.append(table.waveform(table.track_ids))
            layout = table.layout
    every = [row for part in rows for row in part]
    sounds, samples = joined(logmel), joined(waveform)
    dictionaries = sound_words.learn_dictionaries(logmel[0].values, seed=0)
    used = sound_words.describe_all(dictionaries, sounds.values, sounds.owner)
    edges = np.cumsum([2 * words for _, _, words in sound_words.SIZES])[:-1]
    related = relations(sounds.values, sounds.owner, layout.logmel_scale, layout.logmel_offset)
    texts = [read_lyrics(row) for row in every]
    columns = ("mood_cluster", "quadrant") if options.target == "cluster" else ("quadrant", "mood_cluster")
    target, other = (labels_of([row[column] for row in every]) for column in columns)
    artists = np.unique([row["artist"] or f"unknown of {row['id']}" for row in every], return_inverse=True)[1]
    return Songs(
        target, other, artists, np.arange(len(every)) >= len(rows[0]),
        [np.concatenate(descriptors), *related, *np.split(used, edges, axis=1)],
        [song_words(text) if text else None for text in texts], np.array([feelings(text) for text in texts]),
        network(options.data / "hetrec-lastfm-2k", [row["hetrec_artist_id"] for row in every]), sounds, samples,
    )  # fmt: skip


def extracted(folder: Path, root: Path) -> tuple[list[dict[str, str]], FeatureTable]:
    """Rows of labels.csv in the order of the feature table of the clips, which is made when it is not there."""
    if not (root / "catalogue.sqlite").is_file():
        command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "extract", str(folder / "library")]
        subprocess.run(command, check=True, stdout=sys.stderr)
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        row_of = {Path(row["path"]).name: {**row, "path": str(folder / row["path"])} for row in csv.DictReader(file)}
    with Workspace.open(root) as space:
        table, tracks = space.features(), {track.id: track for track in space.tracks()}
    return [row_of[Path(os.fsdecode(tracks[int(track)].path)).name] for track in table.track_ids], table


def joined(parts: Sequence[Patches]) -> Patches:
    """Patches of several folders, their songs numbered on."""
    starts = np.cumsum([0, *(int(part.owner.max()) + 1 for part in parts)])
    owners = [part.owner + start for part, start in zip(parts, starts, strict=False)]
    return Patches(np.concatenate([part.values for part in parts]), np.concatenate(owners))


def labels_of(texts: Sequence[str]) -> np.ndarray:
    """Labels as numbers, -1 where there is none."""
    names = sorted(set(texts) - {""})
    return np.array([names.index(text) if text else -1 for text in texts])


def read_lyrics(row: dict[str, str]) -> str | None:
    """The text beside a clip."""
    path = Path(row["path"]).with_suffix(".txt")
    return decode_text(path.read_bytes()) if row["has_lyrics"] == "1" and path.is_file() else None


def feelings(text: str | None) -> np.ndarray:
    """Sentiment and manner of a text; NaN without one, and where nothing was felt."""
    if text is None:
        return np.full(len(LYRICS_NAMES) + len(manner("")), np.nan)
    described = describe_lyrics(text)
    felt = described.vector if described else np.zeros(len(LYRICS_NAMES))
    return np.concatenate([felt, manner(text)])


def network(folder: Path, ids: Sequence[str], axes: int = 40) -> np.ndarray:
    """Where the clips' artists stand among the listeners of Last.fm [N, axes], of unit length; NaN: unknown."""
    out = np.full((len(ids), axes), np.nan)
    if not (folder / "user_artists.dat").is_file():
        print(f"no {folder}: nothing is known of listeners", file=sys.stderr)
        return out
    plays = np.loadtxt(folder / "user_artists.dat", skiprows=1, dtype=np.int64)
    users, people = np.unique(plays[:, 0], return_inverse=True)
    known, items = np.unique(plays[:, 1], return_inverse=True)
    heard = sparse.csr_array(sparse.coo_array((np.ones(len(plays)), (people, items)), (len(users), len(known))))
    by_user, by_artist = heard.sum(axis=1), heard.sum(axis=0)
    scaled = sparse.diags_array(1 / np.sqrt(by_user + 5)) @ heard @ sparse.diags_array(1 / np.sqrt(by_artist + 10))
    _, strength, right = svds(scaled, k=axes, rng=np.random.default_rng(0))
    places = right.T * strength
    places /= np.linalg.norm(places, axis=1, keepdims=True) + 1e-12
    row_of = {str(artist): row for row, artist in enumerate(known)}
    for place, artist in enumerate(ids):
        if artist in row_of:
            out[place] = places[row_of[artist]]
    return out


# --- one fold: what each classifier says --------------------------------------------------------------------------


def says(own: np.ndarray, cross: np.ndarray, songs: Songs, train: np.ndarray) -> Scores:
    """Scores by similarity among the training songs [N, N] and of the test songs to them [M, N]."""
    model = fit_label_ridge(own, songs.target[train], songs.artists[train])
    return model.left_out, model.scores(cross)


def by_statistics(songs: Songs, train: np.ndarray, test: np.ndarray) -> Scores:
    """The least-squares SVM on the statistics that are best for left-out artists of the training part."""
    truth = songs.target[train]
    share = np.bincount(truth) / len(truth)
    found = [says(*statistics_likeness(songs, train, test, weights), songs, train) for weights in CHOICES]
    return max(found, key=lambda scores: metrics.macro_f1(truth, fair(scores[0], share).argmax(axis=1)))


def statistics_likeness(
    songs: Songs, train: np.ndarray, test: np.ndarray, weights: Sequence[float] = STATISTICS
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean of the similarities by each kind of statistics."""
    own, cross = np.zeros((len(train), len(train))), np.zeros((len(test), len(train)))
    for block, weight in zip(songs.statistics, weights, strict=True):
        if not weight:
            continue
        here, there = normal_scores(block[train], block[train]), normal_scores(block[test], block[train])
        own += weight / sum(weights) * alike(here, here)
        cross += weight / sum(weights) * alike(there, here)
    return own, cross


def by_other_moods(songs: Songs, train: np.ndarray, test: np.ndarray) -> Scores:
    """What the scores for the other kind of label (clusters for quadrants) say of this one."""
    called = other_scores(songs)
    scaled = (called - called[train].mean(axis=0)) / called[train].std(axis=0)
    return says(alike(scaled[train], scaled[train]), alike(scaled[test], scaled[train]), songs, train)


@cache
def other_scores(songs: Songs) -> np.ndarray:
    """Scores [N, C] for the other kind of label, learned from clips of artists that have no label of this kind."""
    strangers = ~np.isin(songs.artists, songs.artists[songs.target >= 0])
    teachers = np.flatnonzero((songs.other >= 0) & strangers & ~songs.is_test)
    own, cross = statistics_likeness(songs, teachers, np.arange(len(songs.target)))
    return fit_label_ridge(own, songs.other[teachers], songs.artists[teachers]).scores(cross)


def by_text(view: str) -> Callable[[Songs, np.ndarray, np.ndarray], Scores]:
    """A classifier of the texts, which abstains where there is none."""

    def classifier(songs: Songs, train: np.ndarray, test: np.ndarray) -> Scores:
        known, asked = train[songs.has_lyrics[train]], test[songs.has_lyrics[test]]
        texts, new = [songs.lines[row] for row in known], [songs.lines[row] for row in asked]
        if view == "presence":
            model = text_views.fit_presence(texts, songs.target[known], songs.artists[known])
            found = model.left_out, model.scores(new)
        elif view == "feelings":
            found = says(*blocks_likeness(songs.feelings, known, asked), songs, known)
        else:
            likeness = text_views.pair_likeness if view == "pairs" else text_views.letter_likeness
            found = says(*likeness(texts, new), songs, known)
        return spread_out(found, songs.has_lyrics, train, test)

    return classifier


def blocks_likeness(block: np.ndarray, train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Similarities by one block of numbers."""
    here, there = normal_scores(block[train], block[train]), normal_scores(block[test], block[train])
    return alike(here, here), alike(there, here)


def by_network(songs: Songs, train: np.ndarray, test: np.ndarray) -> Scores:
    """A classifier of the artist's place among listeners; of an artist whom nobody there plays it says nothing."""
    has = np.isfinite(songs.network[:, 0])
    known, asked = train[has[train]], test[has[test]]
    here, there = songs.network[known], songs.network[asked]
    likeness = np.exp(here @ here.T - 1.0), np.exp(there @ here.T - 1.0)
    return spread_out(says(*likeness, songs, known), has, train, test)


def spread_out(found: Scores, has: np.ndarray, train: np.ndarray, test: np.ndarray) -> Scores:
    """Scores of some songs among those of all, NaN elsewhere."""
    out = tuple(np.full((len(rows), found[0].shape[1]), np.nan) for rows in (train, test))
    out[0][has[train]], out[1][has[test]] = found
    return out[0], out[1]


CLASSIFIERS: dict[str, Callable[[Songs, np.ndarray, np.ndarray], Scores]] = {
    "statistics": by_statistics,
    "other_moods": by_other_moods,
    "pairs": by_text("pairs"),
    "letters": by_text("letters"),
    "presence": by_text("presence"),
    "feelings": by_text("feelings"),
    "network": by_network,
}


def voted(songs: Songs, train: np.ndarray, scores: dict[str, Scores], needed: np.ndarray) -> np.ndarray:
    """Labels [M] by a vote of some classifiers, fitted on the training songs for which `needed` holds."""
    used = needed[train] & np.any([np.isfinite(one[:, 0]) for one, _ in scores.values()], axis=0)
    vote = fit_vote([one[used] for one, _ in scores.values()], songs.target[train][used])
    return vote.probabilities([there for _, there in scores.values()]).argmax(axis=1)


# --- networks -----------------------------------------------------------------------------------------------------

# Halved log-mel is a quarter of the work; one patch of a song a step.
NET = CnnRecipe(batch=32, patches_each=1, crop_frames=112, crop_samples=16_384, epochs_blind=8, pretrain_epochs=15)
NETWORKS = {"cnn1d": "waveform", "cnn2d": "spectrogram", "cnn2d_pretrained": "spectrogram"}


def by_net(name: str, songs: Songs, train: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    """Labels [M] by a network trained on the sound."""
    view = NETWORKS[name]
    # The waveform costs four times as much a song.
    recipe = NET.model_copy(update={"seed": seed, "epochs_blind": 5 if view == "waveform" else NET.epochs_blind})
    store = store_of(view, songs)
    torch.manual_seed(seed)
    encoder = SongEncoder(view, store.values.shape[1], recipe.dim, recipe.dropout)
    if name == "cnn2d_pretrained":
        encoder.load_state_dict(taught(songs, seed))
    none = np.zeros(0, np.int64)
    trained = train_labels(
        encoder, store, songs.target, (train, none), recipe, report=quiet, is_pretrained=name == "cnn2d_pretrained"
    )
    return trained.probabilities(store, test).argmax(axis=1)


@cache
def store_of(view: str, songs: Songs) -> PatchStore:
    """Patches of a view of all songs."""
    patches = halved(songs.logmel) if view == "spectrogram" else songs.waveform
    return PatchStore(patches, len(songs.target), torch.device("cpu"))


@cache
def taught(songs: Songs, seed: int) -> dict[str, torch.Tensor]:
    """State of an encoder that has heard all clips of --data without labels."""
    patches = halved(songs.logmel)
    known = ~songs.is_test[patches.owner]
    own = Patches(patches.values[known], patches.owner[known])
    encoder, _ = pretrained("spectrogram", own, NET.model_copy(update={"seed": seed}), torch.device("cpu"), quiet)
    return encoder.state_dict()


# --- models -------------------------------------------------------------------------------------------------------

MODELS = {
    "svm_stats": ("audio",),
    "lyrics": ("words", "feelings"),
    "fused": ("audio", "words", "feelings", "network"),
    "ablation": (),
    **dict.fromkeys(NETWORKS, ()),
}


def one_seed(songs: Songs, folds: str, seed: int, models: Sequence[str]) -> dict[str, np.ndarray]:
    """Labels [N] given to every labelled song while it was in the test part, by model."""
    found: dict[str, np.ndarray] = {}
    for train, test in splits(songs, folds, seed):
        labels_of_fold = one_fold(songs, train, test, models)
        labels_of_fold |= {name: by_net(name, songs, train, test, seed) for name in NETWORKS if name in models}
        for name, labels in labels_of_fold.items():
            found.setdefault(name, np.full(len(songs.target), -1))[test] = labels
    return found


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
    """Labels [M] of the test songs by model."""
    is_textless = not songs.has_lyrics[songs.target >= 0].any()
    parts = [part for part in PARTS if not (is_textless and part in ("words", "feelings"))]
    wanted = {name: MODELS[name] for name in models if MODELS[name] and set(MODELS[name]) & set(parts)}
    if "ablation" in models:
        subsets = [subset for size in range(1, len(parts) + 1) for subset in combinations(parts, size)]
        wanted |= {f"ablation:{' + '.join(subset)}": subset for subset in subsets}
    needed = {part for subset in wanted.values() for part in subset if part in parts}
    every = {name: CLASSIFIERS[name](songs, train, test) for part in needed for name in PARTS[part]}
    found = {}
    for name, subset in wanted.items():
        scores = {one: every[one] for part in subset if part in parts for one in PARTS[part]}
        with_text = set(subset) & {"words", "feelings"} and not is_textless
        needs = songs.has_lyrics if with_text else np.ones(len(songs.target), bool)
        found[name] = voted(songs, train, scores, needs)
    return found


# --- measuring ----------------------------------------------------------------------------------------------------


def report(songs: Songs, found: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """Lines of each model, and of the differences between `fused` and its parts."""
    labelled = songs.target >= 0
    labelled &= next(iter(found.values()))[0] >= 0
    texts = labelled & songs.has_lyrics
    lines = []
    for name, labels in found.items():
        needs_text = texts.any() and (name in ("lyrics", "fused") or name.startswith("ablation"))
        lines += figures(name, songs, labels, texts if needs_text else labelled)
        if texts.any() and not needs_text:
            lines += figures(f"{name} on songs with lyrics", songs, labels, texts)
    for part in ("svm_stats", "lyrics"):
        if part in found and "fused" in found:
            rows = texts if texts.any() else labelled
            lines.append(difference("fused", part, songs.target[rows], found["fused"][:, rows], found[part][:, rows]))
    return lines


def figures(name: str, songs: Songs, labels: np.ndarray, rows: np.ndarray) -> list[dict[str, object]]:
    """Mean and spread over seeds of each metric on some rows."""
    truth, lines = songs.target[rows], []
    for metric in METRICS:
        values = [getattr(metrics, metric)(truth, one[rows]) for one in labels]
        value = {"value": round(float(np.mean(values)), 4), "spread": round(float(np.std(values)), 4)}
        lines.append({"model": name, "metric": metric} | value | {"songs": int(rows.sum())})
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
