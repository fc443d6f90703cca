"""One network that learns likes, moods, genres and tags together, against one for each of them. JSON lines.

    python benchmarks/multitask.py --workspace build/clips [--folds 5] [--seeds 1] [--epochs 12] [--keep FOLDER]

The clips of `moodclips`, with listens (`lastfm_listens.py`) and an encoder's output for them. Five folds of artists; a
fold's artists teach nothing. Every network is the small 2-D one of `train-cnn --distil`, with a head for a task, and
passes as often over the clips that have a label for it; nothing is chosen. A task's loss counts in units of what it is
before anything is known. Likes: AUC, mean over users; moods (five clusters): macro F1; genres (of twenty clips or
more): mean AUC; tags of the encoder: mean correlation of log-odds. `gain` is together minus alone, paired over folds
and seeds, with its 95 % interval by Student's t.
"""

import argparse
import json
import os
from collections import Counter
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import torch
from at_once import add_options, sharing
from mood_clips import extracted
from personal import users_auc
from scipy import stats
from sklearn.model_selection import KFold
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from audiorec import metrics
from audiorec.content.augmentation import altered
from audiorec.content.dataset import like_data
from audiorec.content.encoder_distillation import lesson_of
from audiorec.content.encoder_training import KEPT
from audiorec.content.multimodal import LikeHead
from audiorec.content.patches import PatchStore
from audiorec.content.song_encoder import SongEncoder, embed_songs
from audiorec.data import encoder_outputs
from audiorec.data.workspace import Workspace
from audiorec.learning.averaging import mean_of_steps

TASKS = ("likes", "moods", "genres", "tags")
LEAST_CLIPS, BATCH, DIM, RATE, DECAY, FRAMES = 20, 16, 64, 0.002, 0.01, 128


def main() -> None:
    """Train together and alone on every fold, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, required=True, help="clips extracted and encoded, listens imported")
    parser.add_argument("--folds", type=int, default=5, help="how many of the five")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--keep", type=Path, help="a folder for what each fold gave")
    add_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    clips = Clips(options.data, options.workspace)
    tasks = list(product(range(options.seeds), range(options.folds)))
    with sharing(options) as each:
        found = list(each(partial(kept, clips, options.epochs, options.keep), tasks))
    for name in TASKS:
        together, alone = (np.array([one[way][name] for one in found]) for way in ("together", "alone"))
        line = {"benchmark": "multitask", "task": name, "together": spread(together), "alone": spread(alone)}
        print(json.dumps(line | {"gain": by_student(together - alone), "trainings": len(found)}), flush=True)


def spread(values: np.ndarray) -> list[float]:
    """Mean and deviation over folds and seeds."""
    return [round(float(values.mean()), 4), round(float(values.std()), 4)]


def by_student(values: np.ndarray) -> list[float]:
    """Mean and the 95 % interval of it."""
    if len(values) < 2:
        return [round(float(values.mean()), 4)]
    reach = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
    return [round(float(values.mean()) + sign * reach, 4) for sign in (0, -1, 1)]


class Clips:
    """All clips [N]: patches, artists, clusters (-1: none), genres [N, G] and which clips have any, tags [N, T]."""

    def __init__(self, data: Path, root: Path) -> None:
        rows, table = extracted(data / "moodclips", root)
        with Workspace.open(root) as space:
            self.listens, self.tracks = space.interactions(), space.tracks()
            encoded = encoder_outputs.read(space, table.track_ids)
        assert encoded is not None
        assert np.array_equal(self.listens.items, table.track_ids)
        self.patches = table.logmel()
        self.artists = np.array([track.artist_key for track in self.tracks])
        self.cluster = np.array([int(row["mood_cluster"] or 0) - 1 for row in rows])
        genres = [{name.strip() for name in row["genres"].split(";")} - {""} for row in rows]
        counts = Counter(name for names in genres for name in names)
        self.names = sorted(name for name, count in counts.items() if count >= LEAST_CLIPS)
        self.genres = np.array([[name in names for name in self.names] for names in genres])
        self.has_genres = np.array([bool(names) for names in genres])
        self.tags = lesson_of(encoded)[:, encoded.mean.shape[1] :]


def kept(clips: Clips, epochs: int, folder: Path | None, task: tuple[int, int]) -> dict[str, dict[str, float]]:
    """What a seed and fold gave, read where it is kept."""
    file = folder / f"{task[0]}-{task[1]}.json" if folder else None
    if file and file.is_file():
        return dict(json.loads(file.read_text()))
    seed, fold = task
    every = np.unique(clips.artists)
    test = every[list(KFold(5, shuffle=True, random_state=0).split(every))[fold][1]]
    lesson = Lesson(clips, np.isin(clips.artists, test))
    together = lesson.figures(lesson.train(TASKS, epochs, seed))
    alone = {name: lesson.figures(lesson.train((name,), epochs, seed))[name] for name in TASKS}
    found = {"together": together, "alone": alone}
    print(json.dumps({"seed": seed, "fold": fold} | found), flush=True)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found))
    return found


class Lesson:
    """A fold: which clips teach each task, what a task's loss is, and how good a network is on the fold's artists."""

    def __init__(self, clips: Clips, is_test: np.ndarray) -> None:
        self.clips, self.is_test = clips, is_test
        test = dict.fromkeys(clips.artists[is_test], "test")
        parts = {artist: test.get(artist, "fit") for artist in clips.artists}
        self.data = like_data(clips.listens, clips.tracks, parts)
        self.store = PatchStore(clips.patches, len(is_test), torch.device("cpu"))
        self.has = {
            "likes": self.data.played,
            "moods": clips.cluster >= 0,
            "genres": clips.has_genres,
            "tags": np.ones(len(is_test), dtype=bool),
        }
        self.truth = {
            "likes": torch.from_numpy(self.data.likes).float(),
            "moods": torch.from_numpy(clips.cluster),
            "genres": torch.from_numpy(clips.genres).float(),
            "tags": torch.from_numpy(clips.tags),
        }
        self.unit = {name: self.before(name) for name in TASKS}

    def before(self, name: str) -> float:
        """A task's loss where nothing is known but how often each label is."""
        rows = self.truth[name][torch.from_numpy(self.has[name] & ~self.is_test)]
        if name in ("moods", "tags"):
            return float(np.log(5.0)) if name == "moods" else float(rows.var(dim=0).mean())
        share = rows.mean(dim=0, keepdim=True).clamp(1e-4, 1 - 1e-4)
        return float(binary_cross_entropy_with_logits(torch.logit(share).expand_as(rows), rows))

    def loss(self, name: str, logits: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Of the rows that have a label for the task, in its unit."""
        true = self.truth[name][rows]
        if name == "moods":
            return cross_entropy(logits, true) / self.unit[name]
        if name == "tags":
            return mse_loss(logits, true) / self.unit[name]
        return binary_cross_entropy_with_logits(logits, true) / self.unit[name]

    @torch.random.fork_rng()
    def train(self, tasks: tuple[str, ...], epochs: int, seed: int) -> nn.ModuleDict:
        """A network with a head for each task, mean over its last steps."""
        torch.manual_seed(seed)
        rng = torch.Generator().manual_seed(seed)
        encoder = SongEncoder("spectrogram", dim=DIM, small=True)
        net = nn.ModuleDict({"encoder": encoder} | {name: self.head(name) for name in tasks})
        taught = np.flatnonzero(np.any([self.has[name] for name in tasks], axis=0) & ~self.is_test)
        encoder.set_scale(self.store.all_of(taught[:64])[0])
        averaged, optimizer = mean_of_steps(net, KEPT), torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
        net.train()
        for _ in range(epochs):
            for batch in torch.from_numpy(taught)[torch.randperm(len(taught), generator=rng)].split(BATCH):
                if len(batch) < 2:
                    continue
                values, owner = self.store.draw(batch, 2, rng)
                seen = altered(encoder.net, values, FRAMES, 0, rng)
                songs = encoder.pooled(encoder.net.encode(seen), owner, len(batch))
                losses = []
                for name in tasks:
                    has = torch.from_numpy(self.has[name])[batch]
                    if has.any():
                        share = has.float().mean() if len(tasks) > 1 else 1.0
                        losses.append(share * self.loss(name, net[name](songs[has]), batch[has]))
                optimizer.zero_grad(set_to_none=True)
                torch.stack(losses).sum().backward()
                optimizer.step()
                averaged.update_parameters(net)
        return averaged.module.eval()

    def head(self, name: str) -> nn.Module:
        """From an embedding to what the task asks."""
        if name == "likes":
            return LikeHead(DIM, torch.from_numpy(self.data.users), torch.from_numpy(self.data.rates))
        return nn.Linear(DIM, 5 if name == "moods" else self.truth[name].shape[1])

    @torch.no_grad()
    def figures(self, net: nn.ModuleDict) -> dict[str, float]:
        """Quality on the fold's artists, by task."""
        found = {}
        for name in (name for name in TASKS if name in net):
            rows = np.flatnonzero(self.has[name] & self.is_test)
            told = net[name](embed_songs(net["encoder"], *self.store.all_of(rows), len(rows))).numpy()
            true = self.truth[name].numpy()[rows]
            if name == "moods":
                found[name] = metrics.macro_f1(true, told.argmax(axis=1))
            elif name == "tags":
                each = [np.corrcoef(told[:, place], true[:, place])[0, 1] for place in range(true.shape[1])]
                found[name] = float(np.nanmean(each))
            else:
                found[name] = float(np.nanmean(users_auc(told, true > 0)))
        return found


if __name__ == "__main__":
    main()
