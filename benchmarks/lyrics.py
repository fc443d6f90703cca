"""What the lyrics features know: emotion of Chinese songs, mood of English ones, polarity of reviews, songs a second.

Stratified folds (5 for each seed); the classifier chooses its settings on left-out predictions inside the training
part. Prints JSON lines {"benchmark": "lyrics", "metric", "value", "spread", ...}; spread is over seeds, or over folds
where there is one seed. `--test-data DIR` trains on all of --data and tests on DIR, laid out alike.
"""

import argparse
import csv
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from audiorec import metrics
from audiorec.features.lyrics import describe_lyrics
from audiorec.features.lyrics.lexicon import Entry
from audiorec.features.lyrics.reading import text_blocks
from audiorec.features.lyrics.sentiment import chinese_feeling
from audiorec.features.lyrics.simplify import simplified
from audiorec.features.lyrics.wording import song_words
from audiorec.labels.text_classifier import TextClassifier
from audiorec.sources.formats.text_decoding import plain_text

REVIEWS = 4_000  # as many as the published comparison used
SONGS_TIMED = 400


@dataclass(frozen=True)
class Texts:
    """Texts [N], labels [N], words by text, blocks of numbers [N, D]: feelings and wording, pace."""

    texts: list[str]
    labels: np.ndarray
    words: dict[str, list[list[str]]]
    numbers: tuple[np.ndarray, ...]

    def fit(self, rows: np.ndarray, seed: int) -> TextClassifier:
        """A classifier of these rows."""
        texts = [self.texts[row] for row in rows]
        rng = np.random.default_rng(seed)
        read = self.words.__getitem__
        return TextClassifier.fit(texts, list(self.labels[rows]), rng, read=read, numbers=self.block(rows))

    def found(self, model: TextClassifier, rows: np.ndarray) -> np.ndarray:
        """Labels that the model gives."""
        self.words_into(model)
        likely = model.probabilities([self.texts[row] for row in rows], self.block(rows))
        return np.array(model.labels)[likely.argmax(axis=1)]

    def block(self, rows: np.ndarray) -> list[np.ndarray]:
        """The numbers of these rows."""
        return [block[rows] for block in self.numbers]

    def words_into(self, model: TextClassifier) -> None:
        """Texts of another folder are read through the fitted model's reader."""
        model.similarity.read.__self__.update(self.words)  # type: ignore[attr-defined]


def main() -> None:
    """Measure what was asked for and print."""
    options = parse_options()
    with threadpool_limits(1):
        for name, action in actions(options).items():
            if not options.only or name in options.only:
                action()


def parse_options() -> argparse.Namespace:
    """Command-line options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--test-data", type=Path, help="train on --data, test on this folder")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=["zh", "en", "lexicon", "reviews", "speed"])
    options = parser.parse_args()
    if not options.data.is_dir():
        raise SystemExit(f"no data in {options.data}: give --data DIR or set AUDIOREC_DATA")
    return options


def actions(options: argparse.Namespace) -> dict[str, Callable[[], None]]:
    """What can be measured."""

    def trained(folder: str, column: str, names: Sequence[str], most: int | None = None) -> None:
        data = load(options.data / folder, column, most)
        test = load(options.test_data / folder, column, None) if options.test_data else None
        classify(data, test, names, options.seeds)

    return {
        "speed": lambda: speed(options.data),
        "lexicon": lambda: polarity(options.data, options.test_data),
        "en": lambda: trained("lyrics-mood-en", "text", ["en_mood_accuracy"]),
        "zh": lambda: trained("lyrics-emotion-zh", "text", ["zh_emotion_accuracy", "zh_emotion_macro_f1"]),
        "reviews": lambda: trained("sentiment-zh-hotel", "review", ["zh_polarity_trained"], REVIEWS),
    }


def rows_of(folder: Path, column: str) -> tuple[list[str], np.ndarray]:
    """Texts and labels of the one CSV file in a folder."""
    csv.field_size_limit(10_000_000)
    with next(iter(sorted(folder.glob("*.csv")))).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row[column] for row in rows], np.array([row["label"] for row in rows])


def load(folder: Path, column: str, most: int | None) -> Texts:
    """Read and describe the texts of a folder, at most `most` of them by chance (seed 0)."""
    texts, labels = rows_of(folder, column)
    kept = np.sort(np.random.default_rng(0).permutation(len(texts))[:most])
    texts, labels = [texts[row] for row in kept], labels[kept]
    return Texts(texts, labels, {text: song_words(text) for text in texts}, tuple(text_blocks(texts).values()))


def classify(data: Texts, test: Texts | None, names: Sequence[str], seeds: int) -> None:
    """Accuracy and macro F1 over folds, or on the test folder."""
    every = np.arange(len(data.texts))
    accuracy, f1, folds = [], [], []
    for seed in range(seeds):
        if test is not None:
            found, truth = test.found(data.fit(every, seed), np.arange(len(test.texts))), test.labels
        else:
            found, truth = np.empty_like(data.labels), data.labels
            for train, rows in StratifiedKFold(5, shuffle=True, random_state=seed).split(every, data.labels):
                found[rows] = data.found(data.fit(train, seed), rows)
                folds.append((found[rows] == truth[rows]).mean())
        accuracy.append((found == truth).mean())
        f1.append(f1_score(truth, found, average="macro"))
    for metric, values in zip(names, (accuracy, f1), strict=False):
        one_seed = folds if metric.endswith("accuracy") or metric.endswith("trained") else values
        show(metric, float(np.mean(values)), np.std(values if seeds > 1 else one_seed), seeds=seeds, texts=len(every))


def polarity(data: Path, test: Path | None) -> None:
    """Reviews by the sum of their words' values.

    A sum of 0 says neutral, so it counts as half right; with a threshold, learned on the other folds or on `data`
    where there is a `test`, every review is decided.
    """
    texts, truth = _reviews(test or data)
    lexicons = {"zh_polarity": None, "ntusd_polarity": ntusd(data / "ntusd")}
    for name, lexicon in lexicons.items():
        sums = _sums(texts, lexicon)
        parts = np.array_split(np.arange(len(texts)), 5)
        taught = _sums(_reviews(data)[0], lexicon) if test else sums
        taught_truth = _reviews(data)[1] if test else truth
        decided = np.empty(len(texts), dtype=bool)
        for part in parts:
            others = np.arange(len(taught)) if test else np.setdiff1d(np.arange(len(texts)), part)
            decided[part] = sums[part] > _threshold(taught[others], taught_truth[others])
        right = np.where(sums == 0.0, 0.5, (sums > 0.0) == truth)
        for metric, values in ((f"{name}_lexicon", right), (f"{name}_threshold", decided == truth)):
            show(metric, float(values.mean()), np.std([values[part].mean() for part in parts]), texts=len(texts))
        aucs = [metrics.auc(sums[part], truth[part]) for part in parts]
        show(f"{name}_auc", float(np.mean(aucs)), np.std(aucs), texts=len(texts))
        show(f"{name}_neutral_share", float(np.mean(sums == 0.0)), 0.0, texts=len(texts))


def _reviews(folder: Path) -> tuple[list[str], np.ndarray]:
    """At most REVIEWS texts by chance, and whether each is positive."""
    texts, labels = rows_of(folder / "sentiment-zh-hotel", "review")
    kept = np.random.default_rng(0).permutation(len(texts))[:REVIEWS]
    return [texts[row] for row in kept], labels[kept] == "1"


def _sums(texts: Sequence[str], lexicon: dict[str, Entry] | None) -> np.ndarray:
    feelings = (chinese_feeling(simplified(text), lexicon) for text in texts)
    return np.array([sum(word.value for word in feeling.words) for feeling in feelings])


def _threshold(sums: np.ndarray, truth: np.ndarray) -> float:
    """Where most are decided right: above it a sum counts as positive."""
    places = np.unique(sums)
    true, false = np.sort(sums[truth]), np.sort(sums[~truth])
    above = len(true) - np.searchsorted(true, places, side="right")
    below = np.searchsorted(false, places, side="right")
    return float(places[np.argmax(above + below)])


def ntusd(folder: Path) -> dict[str, Entry]:
    """The NTUSD lists as a lexicon of +1 and -1."""
    entries = {}
    for start, value in (("正", 1.0), ("負", -1.0)):
        path = next(path for path in folder.iterdir() if path.name.startswith(start))
        for word in simplified(plain_text(path.read_bytes())).split():
            entries[word] = Entry(word, value, 1.0, 0 if value > 0 else 2, "x")
    return entries


def speed(folder: Path) -> None:
    """Songs described a second of one core, dictionaries loaded, Chinese songs."""
    texts, _ = rows_of(folder / "lyrics-emotion-zh", "text")
    describe_lyrics(texts[0])
    rates = []
    for part in np.array_split(np.arange(SONGS_TIMED), 4):
        start = time.process_time()
        for row in part:
            describe_lyrics(texts[row])
        rates.append(len(part) / (time.process_time() - start))
    show("songs_per_s", float(np.mean(rates)), np.std(rates), songs=SONGS_TIMED)


def show(metric: str, value: float, spread: float, **more: int) -> None:
    """One JSON line."""
    line = {"benchmark": "lyrics", "metric": metric, "value": round(value, 4), "spread": round(float(spread), 4)}
    print(json.dumps(line | more), flush=True)


if __name__ == "__main__":
    main()
