"""Generated positives where there are few, in the embedding of a pre-trained encoder in the place of patches.

    python benchmarks/few_shot.py --workspace build/clips [--positives 5 10 20] [--draws 20]

Draws are made as in `dcgan.py`: a mood cluster in turn as the positive class, half of the artists to learn from (a few
positive clips and a hundred others), tested on all clips of the other half. A logistic regression learns from what
musicnn (of MagnaTagATune): from the positives as they are (`none`), or with as much weight on positives that were
made of them: by `noise`, by mixing two of them (`mixed`), by a generative adversarial network that has seen these few
alone (`gan`) or one trained on all clips of the learning artists before, without labels (`library_gan`). Nothing is
tuned on the tests: steps, rates and strength are fixed beforehand. Prints JSON lines: AUC, paired differences with 95 %
t intervals over draws, and the Frechet distance in the embedding of made positives, and of the few real ones, to the
positives of the tests.
"""

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from dcgan import OTHERS
from encoder_clips import encoded
from mood_clips import extracted
from scipy import stats
from sklearn.linear_model import LogisticRegression
from torch import nn

from audiorec import metrics
from audiorec.content.dcgan import frechet

SYSTEMS = ("none", "noise", "mixed", "gan", "library_gan")
MADE, NOISE, STRENGTH = 100, 0.3, 0.01
# The networks: width, length of the noise, rate, steps on the library and on the positives.
WIDTH, DRAWN, RATE, LIBRARY_STEPS, STEPS, BATCH = 128, 16, 0.0005, 600, 300, 32
# Directions of the embedding in which distances are taken: more cannot be told from a few hundred clips.
DIRECTIONS = 16


@dataclass(frozen=True)
class Clips:
    """Embeddings [N, d] in standard scores, mood cluster [N] and artist [N] of labelled clips."""

    vectors: np.ndarray
    label: np.ndarray
    artist: np.ndarray


def main() -> None:
    """Draw, learn, test, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--workspace", type=Path, required=True, help="a workspace with the clips extracted")
    parser.add_argument("--positives", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--draws", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    clips = load(options.data / "moodclips", options.workspace)
    for positives in options.positives:
        found = [one_draw(clips, positives, draw) for draw in range(options.draws)]
        auc, apart = (np.array(values) for values in zip(*found, strict=True))
        about = {"benchmark": "few_shot", "positives": positives, "draws": options.draws}
        for place, name in enumerate(SYSTEMS):
            line = {"system": name, "auc": round(float(auc[:, place].mean()), 4)}
            line |= {"spread": round(float(auc[:, place].std()), 4), "minus_none": interval(auc[:, place] - auc[:, 0])}
            print(json.dumps(about | line | {"frechet": interval(apart[:, place])}), flush=True)


def load(folder: Path, root: Path) -> Clips:
    """The encoder's output for the clips that have a mood cluster."""
    rows, _ = extracted(folder, root)
    vectors = encoded(root, folder / "library", "mtt", 3).mean.astype(np.float64)
    has = np.array([bool(row["mood_cluster"]) for row in rows])
    label = np.array([int(row["mood_cluster"] or -1) for row in rows])
    artist = np.unique([row["artist"] or f"unknown of {row['id']}" for row in rows], return_inverse=True)[1]
    return Clips(((vectors - vectors.mean(axis=0)) / vectors.std(axis=0))[has], label[has], artist[has])


def one_draw(clips: Clips, positives: int, draw: int) -> tuple[list[float], list[float]]:
    """AUC and Frechet distance of every system on one draw."""
    rng = np.random.default_rng([draw, positives])
    kind = np.unique(clips.label)[draw % len(np.unique(clips.label))]
    artists = int(clips.artist.max()) + 1
    is_ours = np.isin(clips.artist, rng.permutation(artists)[: artists // 2])
    liked = clips.vectors[rng.permutation(np.flatnonzero(is_ours & (clips.label == kind)))[:positives]]
    others = clips.vectors[rng.permutation(np.flatnonzero(is_ours & (clips.label != kind)))[:OTHERS]]
    tests, wanted = clips.vectors[~is_ours], clips.label[~is_ours] == kind
    pairs = rng.integers(positives, size=(2, MADE))
    made = {
        "none": liked,
        "noise": liked[pairs[0]] + NOISE * rng.normal(size=(MADE, liked.shape[1])),
        "mixed": liked[pairs[0]] + rng.random((MADE, 1)) * (liked[pairs[1]] - liked[pairs[0]]),
        "gan": generated([(liked, STEPS)], draw),
        "library_gan": generated([(clips.vectors[is_ours], LIBRARY_STEPS), (liked, STEPS)], draw),
    }
    axes = np.linalg.svd(clips.vectors[is_ours], full_matrices=False)[2][:DIRECTIONS].T
    found = [metrics.auc(scores(liked, made[name], others, tests), wanted) for name in SYSTEMS]
    return found, [frechet(made[name] @ axes, tests[wanted] @ axes) for name in SYSTEMS]


def scores(liked: np.ndarray, made: np.ndarray, others: np.ndarray, tests: np.ndarray) -> np.ndarray:
    """Log-odds of the tests; positives and others weigh alike, and of the positives half are made ones."""
    weight = [np.full(len(part), share / len(part)) for part, share in ((liked, 25.0), (made, 25.0), (others, 50.0))]
    label = np.repeat([1, 1, 0], [len(liked), len(made), len(others)])
    model = LogisticRegression(C=STRENGTH, max_iter=1000)
    model.fit(np.concatenate([liked, made, others]), label, np.concatenate(weight))
    return np.asarray(model.decision_function(tests))


def generated(lessons: list[tuple[np.ndarray, int]], seed: int) -> np.ndarray:
    """Vectors [MADE, d] of a generator that learned from each set of vectors in turn, for so many steps."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        size = lessons[0][0].shape[1]
        layers = (nn.Linear(DRAWN, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, size))
        maker = nn.Sequential(*layers)
        judge = nn.Sequential(nn.Linear(size, WIDTH), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(WIDTH, 1))
        rates = [torch.optim.Adam(net.parameters(), RATE, betas=(0.5, 0.999)) for net in (maker, judge)]
        for vectors, steps in lessons:
            real = torch.from_numpy(vectors).float()
            for _ in range(steps):
                shown = real[torch.randint(len(real), (BATCH,))]
                fake = maker(torch.randn(BATCH, DRAWN))
                is_fooled = nn.functional.softplus(judge(fake.detach())).mean()
                step(rates[1], nn.functional.softplus(-judge(shown)).mean() + is_fooled)
                step(rates[0], nn.functional.softplus(-judge(fake)).mean())
        with torch.no_grad():
            return maker(torch.randn(MADE, DRAWN)).double().numpy()


def step(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """One step downhill."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


def interval(values: np.ndarray) -> list[float]:
    """Mean over draws and its 95 % t interval."""
    reach = stats.t.ppf(0.975, max(len(values) - 1, 1)) * values.std(ddof=1) / np.sqrt(len(values))
    return [round(float(edge), 4) for edge in (values.mean(), values.mean() - reach, values.mean() + reach)]


if __name__ == "__main__":
    main()
