"""Draws what the moods' training left behind: learning curves of the networks, and the ablation over all subsets.

audiorec --workspace W train-cnn --labels LABELS --column mood_cluster --view waveform      (its curve.json: cnn1d)
python benchmarks/mood.py --models ablation > ablation.jsonl
python benchmarks/mood_figures.py --curve cnn1d=CURVE.json --curve cnn2d=CURVE.json --ablation ablation.jsonl
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot


def main() -> None:
    """Draw what was given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curve", action="append", default=[], metavar="NAME=FILE", help="curve.json of a training")
    parser.add_argument("--ablation", type=Path, help="JSON lines of benchmarks/mood.py")
    parser.add_argument("--out", type=Path, default=Path("docs/figures"))
    options = parser.parse_args()
    if options.curve:
        named = [text.split("=", 1) for text in options.curve]
        draw_curves({name: json.loads(Path(file).read_text()) for name, file in named}, options.out / "mood_curves.png")
    if options.ablation:
        lines = [json.loads(line) for line in options.ablation.read_text().splitlines()]
        draw_ablation(lines, options.out / "mood_ablation.png")


def draw_curves(curves: dict[str, list[dict[str, float]]], path: Path) -> None:
    """Loss on the songs that teach, and macro F1 on the songs of the artists that say when to stop, over epochs."""
    figure, (of_loss, of_metric) = pyplot.subplots(1, 2, figsize=(10, 4.2))
    for name, curve in curves.items():
        numbers = [epoch["number"] for epoch in curve]
        of_loss.plot(numbers, [epoch["loss"] for epoch in curve], label=name)
        (line,) = of_metric.plot(numbers, [epoch["metric"] for epoch in curve], label=name)
        best = max(curve, key=lambda epoch: epoch["metric"])
        of_metric.plot(best["number"], best["metric"], "o", color=line.get_color())
    of_loss.set(xlabel="epoch", ylabel="loss, with mixup and smoothed labels")
    of_metric.set(xlabel="epoch", ylabel="macro F1, validation artists (dot: what is kept)")
    for axis in (of_loss, of_metric):
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def draw_ablation(lines: list[dict[str, object]], path: Path) -> None:
    """A bar for each subset of what is known of a song, with its spread over seeds, the best on top."""
    rows = [
        (str(line["model"]).removeprefix("ablation:"), line["value"], line["spread"])
        for line in lines
        if str(line["model"]).startswith("ablation:") and line["metric"] == "macro_f1"
        if "on songs" not in str(line["model"]) and line["folds"] == "artist"
    ]
    names, values, spreads = zip(*sorted(rows, key=lambda row: row[1]), strict=True)
    figure, axis = pyplot.subplots(figsize=(8, 1.2 + 0.22 * len(names)))
    axis.barh(names, values, xerr=spreads, color=["#888888" if "+" not in name else "#4477aa" for name in names])
    axis.axvline(0.2, color="black", linewidth=0.8, linestyle=":", label="guessing among five")
    axis.set(xlabel="macro F1, artist-disjoint folds", xlim=(0, max(values) * 1.1))
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
