"""Do generated patches help a classifier that has few positives? Five ways to fill up the positive class, paired.

Each draw takes a mood cluster in turn as the positive class, half of the artists to learn from (a few positive songs
and a hundred others) and tests on all songs of the other half: AUC. The same small 2-D network learns from the same
songs: `none` repeats the positives, `noise` adds noise to them, `specaugment` masks and shifts them, `dcgan` takes half
of them from a DCGAN that has seen these few positives only, `both` is the last two together. Nothing is tuned on the
tests: steps and rates are fixed beforehand. With `--library` the DCGAN is trained on all clips first,
without labels, then on the positives; `--steps` trains the classifier for longer. Prints JSON lines {"benchmark":
"dcgan", "positives", "system", "metric", "value", "spread", "draws"}, and for differences {"value", "interval"}: mean
over draws with its 95 % t interval.
"""

import argparse
import copy
import csv
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import torch
from scipy import stats
from torch import nn

from audiorec import metrics
from audiorec.content import augmentation
from audiorec.content.dcgan import DcganRecipe, GanSteps, Generator, TrainedGan, generate, train_gan
from audiorec.content.patches import halved
from audiorec.content.spectrogram_cnn import SpectrogramCnn
from audiorec.data.tables import Patches
from audiorec.data.workspace import Workspace
from audiorec.learning.averaging import mean_of_steps
from audiorec.learning.loop import quiet

SYSTEMS = ("none", "noise", "specaugment", "dcgan", "both")
DIFFERENCES = (
    ("noise", "none"),
    ("specaugment", "none"),
    ("dcgan", "none"),
    ("dcgan", "specaugment"),
    ("both", "specaugment"),
)
OTHERS = 100
HALF_BATCH, FRAMES = 16, 64
# Noise in steps of half a decibel: 3 dB.
NOISE_STEPS = 6.0
GAN = DcganRecipe(size=64, width=8, batch=16, steps=300, samples=64, grids=1)
# Of all clips at first, then of the positives at half the rates, for so many steps.
LIBRARY = GAN.model_copy(update={"width": 12, "batch": 32, "steps": 1200})
TUNING = 100
CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class Clips:
    """Labelled clips: mood cluster [N], artist [N] as numbers, log-mel patches halved and, for the GAN, whole."""

    label: np.ndarray
    artist: np.ndarray
    small: Patches
    whole: Patches

    def small_of(self, songs: np.ndarray) -> torch.Tensor:
        """Halved patches [P, 64, 128] of some songs."""
        return torch.from_numpy(self.small.values[np.isin(self.small.owner, songs)])


def main() -> None:
    """Draw, train, test, print."""
    options = parse_options()
    torch.set_num_threads(1)
    clips = load(options.data, options.workspace)
    for positives in options.positives:
        found = np.array([one_draw(clips, positives, draw, options) for draw in range(options.draws)])
        for line in lines(found):
            print(json.dumps({"benchmark": "dcgan", "positives": positives} | line | {"draws": len(found)}), flush=True)


def parse_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, help="a workspace with the clips extracted; made when it has none")
    parser.add_argument("--positives", type=int, nargs="+", default=[5, 10, 20, 50])
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--steps", type=int, default=80, help="of the classifier")
    parser.add_argument(
        "--library", action="store_true", help="the DCGAN is trained on all clips first, without labels"
    )
    options = parser.parse_args()
    if not (options.data / "moodclips" / "labels.csv").is_file():
        sys.exit(f"skipped: no moodclips in {options.data} (set AUDIOREC_DATA or --data)")
    return options


def load(folder: Path, workspace: Path | None) -> Clips:
    """Clips with a mood cluster; they are extracted first when the workspace has no features."""
    with (folder / "moodclips" / "labels.csv").open(encoding="utf-8") as file:
        row_of = {Path(row["path"]).name: row for row in csv.DictReader(file) if row["mood_cluster"]}
    with tempfile.TemporaryDirectory() as temporary:
        root = workspace or Path(temporary) / "workspace"
        if not (root / "catalogue.sqlite").is_file():
            command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "extract"]
            subprocess.run([*command, str(folder / "moodclips" / "library")], check=True, stdout=sys.stderr)
        with Workspace.open(root) as space:
            named = {track.id: Path(os.fsdecode(track.path)).name for track in space.tracks()}
            table = space.features()
            ids = np.array([track for track in table.track_ids if named[int(track)] in row_of])
            whole = table.logmel(ids)
    rows = [row_of[named[int(track)]] for track in ids]
    artists = np.unique([row["artist"] or f"unknown of {row['id']}" for row in rows], return_inverse=True)[1]
    return Clips(np.array([int(row["mood_cluster"]) for row in rows]), artists, halved(whole), whole)


def one_draw(clips: Clips, positives: int, draw: int, options: argparse.Namespace) -> list[float]:
    """AUC of every system on one draw."""
    rng = np.random.default_rng([draw, positives])
    kind = np.unique(clips.label)[draw % len(np.unique(clips.label))]
    learners = rng.permutation(clips.artist.max() + 1)[: (clips.artist.max() + 1) // 2]
    is_ours = np.isin(clips.artist, learners)
    liked = rng.permutation(np.flatnonzero(is_ours & (clips.label == kind)))[:positives]
    others = rng.permutation(np.flatnonzero(is_ours & (clips.label != kind)))[:OTHERS]
    tests = np.flatnonzero(~is_ours)
    real, negative = clips.small_of(liked), clips.small_of(others)
    patches = clips.whole.values[np.isin(clips.whole.owner, liked)]
    generator = tuned(of_library(clips, draw), patches, draw) if options.library else of_positives(patches, draw)
    made = generate(generator, 16 * positives, draw)
    small = torch.from_numpy(halved(Patches(made, np.arange(len(made)))).values)
    nets = [trained(name, real, small, negative, draw, options.steps) for name in SYSTEMS]
    return [score(clips, tests, kind, net) for net in nets]


def of_positives(patches: np.ndarray, seed: int) -> Generator:
    """A generator that has seen a few positives only."""
    return train_gan(patches, GAN.model_copy(update={"seed": seed}), device=CPU, report=quiet).generator


@cache
def of_library(clips: Clips, seed: int) -> TrainedGan:
    """A DCGAN that has been trained on all clips, without their labels."""
    return train_gan(clips.whole.values, LIBRARY.model_copy(update={"seed": seed}), device=CPU, report=quiet)


def tuned(gan: TrainedGan, patches: np.ndarray, seed: int) -> Generator:
    """A generator that goes on from another DCGAN, on a few positives."""
    rates = {"generator_rate": LIBRARY.generator_rate / 2, "discriminator_rate": LIBRARY.discriminator_rate / 2}
    recipe = LIBRARY.model_copy(update={"seed": seed, "batch": GAN.batch} | rates)
    generator, discriminator = copy.deepcopy(gan.generator).train(), copy.deepcopy(gan.discriminator).train()
    averaged = mean_of_steps(generator, 0.98)
    rng = np.random.default_rng(seed)
    GanSteps(torch.from_numpy(patches), recipe, generator, discriminator, rng).run(TUNING, averaged, 1)
    averaged.module.eval()
    return cast(Generator, averaged.module)


def trained(
    name: str, real: torch.Tensor, made: torch.Tensor, negative: torch.Tensor, seed: int, steps: int
) -> nn.Module:
    """A small network after a fixed number of balanced steps."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    net = SpectrogramCnn(64, width=8, dim=32)
    values = torch.cat([real, negative]).float()
    net.band_mean.copy_(values.mean(dim=(0, 2)))
    net.band_std.copy_(values.std(dim=(0, 2)).clamp(min=1.0))
    model = nn.Sequential(net, nn.Linear(32, 1))
    optimizer = torch.optim.AdamW(model.parameters(), 0.002, weight_decay=0.01)
    target = torch.cat([torch.ones(HALF_BATCH), torch.zeros(HALF_BATCH)])
    for _ in range(steps):
        sides = [positives(name, real, made, rng), some(negative, HALF_BATCH, rng)]
        batch = torch.cat(sides).float()
        if name == "noise":
            batch += NOISE_STEPS * torch.randn(batch.shape, generator=rng)
        standard = net.standardise(batch)
        if name in ("specaugment", "both"):
            standard = augmentation.mask_bands_and_frames(augmentation.gain(standard, rng), rng)
        logits = model[1](net.encode(standard))[:, 0]
        loss = nn.functional.binary_cross_entropy_with_logits(logits, target)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return model.eval()


def positives(name: str, real: torch.Tensor, made: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Half a batch of positives, half of them generated where the system says so."""
    if name not in ("dcgan", "both"):
        return some(real, HALF_BATCH, rng)
    return torch.cat([some(real, HALF_BATCH // 2, rng), some(made, HALF_BATCH // 2, rng)])


def some(patches: torch.Tensor, count: int, rng: torch.Generator) -> torch.Tensor:
    """Random patches [count, 64, FRAMES] at a random place."""
    chosen = patches[torch.randint(len(patches), (count,), generator=rng)]
    return augmentation.crop(chosen, FRAMES, rng)


@torch.no_grad()
def score(clips: Clips, tests: np.ndarray, kind: int, model: nn.Module) -> float:
    """AUC over the test songs, a song's score being the mean over two of its patches."""
    first = np.searchsorted(clips.small.owner, tests)
    logits = [model(torch.from_numpy(clips.small.values[first + place]))[:, 0] for place in (0, 2)]
    return metrics.auc(torch.stack(logits).mean(dim=0).double().numpy(), clips.label[tests] == kind)


def lines(found: np.ndarray) -> list[dict[str, object]]:
    """Means and spreads of the systems, and paired differences, from AUC [draws, systems]."""
    out: list[dict[str, object]] = []
    for place, name in enumerate(SYSTEMS):
        value, spread = found[:, place].mean(), found[:, place].std()
        out.append(
            {"system": name, "metric": "auc", "value": round(float(value), 4), "spread": round(float(spread), 4)}
        )
    for first, second in DIFFERENCES:
        apart = found[:, SYSTEMS.index(first)] - found[:, SYSTEMS.index(second)]
        reach = stats.t.ppf(0.975, max(len(apart) - 1, 1)) * apart.std(ddof=1) / np.sqrt(len(apart))
        interval = [round(float(apart.mean() - reach), 4), round(float(apart.mean() + reach), 4)]
        line = {"system": f"{first} - {second}", "metric": "auc", "value": round(float(apart.mean()), 4)}
        out.append(line | {"interval": interval})
    return out


if __name__ == "__main__":
    main()
