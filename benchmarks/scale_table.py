"""The table of `scale.py`: which runs fill it, what is asked of each figure, and how it is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from kept_lines import Lines, Values

GROWTH_OVER = (5_000, 20_000, 100_000)


@dataclass(frozen=True)
class Run:
    """One call of `scale.py`; of users and listens its usual numbers where none are given."""

    part: str
    songs: int
    users: int = 0
    listens: int = 0
    models: Sequence[str] = ()

    @property
    def arguments(self) -> list[str]:
        """Of the command line."""
        more = {"--users": self.users, "--listens": self.listens}
        sizes = [text for name, value in more.items() if value for text in (name, str(value))]
        models = ["--models", *self.models] if self.models else []
        return ["--part", self.part, "--songs", str(self.songs), *sizes, *models]

    @property
    def name(self) -> str:
        """Of the folder of what it makes."""
        return "-".join(map(str, (self.part, self.songs, *filter(None, (self.users, self.listens)), *self.models)))


@dataclass(frozen=True)
class Figure:
    """A metric of a run, its unit, what it must stay below and what it should (None: nobody said)."""

    metric: str
    unit: str
    must: float | None
    aim: float | None = None

    @property
    def processor(self) -> str:
        """The metric of the processor time beside the clock's; of other figures there is none of that name."""
        return "list_cpu_p50_ms" if self.metric == "list_p50_ms" else f"{self.metric.removesuffix('_s')}_cpu_s"


def _recommend(must: float, most_mb: float, aim: float) -> list[Figure]:
    return [Figure("recommend_s", "s", must, aim), Figure("recommend_mb", "MB", most_mb)]


def _list(must: tuple[float, float], aim: tuple[float, float]) -> list[Figure]:
    names = ("list_p50_ms", "list_p95_ms")
    return [Figure(name, "ms", *pair) for name, pair in zip(names, zip(must, aim, strict=True), strict=True)]


SMALL, MIDDLE, LARGE = Run("made", 1_176), Run("made", 20_000), Run("made", 100_000)
VAST = Run("shapes", 1_000_000, 100_000, 5_000_000)
DISK = Run("disk", 96)
HYBRID = Run("made", 5_000, 2_000, 100_000, ("hybrid",))
ROWS: list[tuple[str, Run, list[Figure]]] = [
    ("recommend as a new process, 1,176 songs", SMALL, _recommend(1.2, 500, 0.6)),
    ("the same, 20,000 songs, 10,000 users, 1 million listens", MIDDLE, _recommend(1.8, 800, 0.9)),
    ("the same, 100,000 songs, 50,000 users, 5 million listens", LARGE, _recommend(2.5, 1500, 1.2)),
    ("a list in an open library (p50, p95), 1,176 songs", SMALL, _list((8, 15), (3, 6))),
    ("the same, 20,000 songs", MIDDLE, _list((20, 40), (8, 15))),
    ("the same, 100,000 songs", LARGE, _list((40, 80), (15, 30))),
    ("the same, 1,000,000 songs", VAST,
     [*_list((250, 400), (80, 150)), Figure("list_bare_ratio", "bare products", None, 2)]),
    ("train-hybrid, 5,000 songs, 2,000 users, 100,000 listens", HYBRID,
     [Figure("train_hybrid_s", "s", 60, 25), Figure("train_hybrid_mb", "MB", 2000)]),
    ("train without networks, 100,000 songs, 5 million listens", LARGE,
     [Figure("train_s", "s", 1800, 720), Figure("train_mb", "MB", 8000, 4000)]),
    ("the first list after it, which makes what lists are read from", LARGE,
     [Figure("first_list_s", "s", None), Figure("first_list_mb", "MB", None)]),
    ("import of 5 million listens", LARGE, [Figure("import_s", "s", 60, 20), Figure("import_mb", "MB", 1500)]),
    ("the same export again", LARGE, [Figure("import_again_s", "s", None), Figure("import_again_mb", "MB", None)]),
    ("opening the features of 100,000 songs; status there", LARGE,
     [Figure("features_open_s", "s", 3, 1), Figure("features_open_mb", "MB", 600), Figure("status_s", "s", 0.5)]),
    ("ItemKNN and ALS, 20,000 songs, 1 million listens: our time over the peer's", Run("peer", 20_000),
     [Figure("itemknn_ratio", "", 1), Figure("als_ratio", "", 1)]),
    ("memory of ItemKNN, the peer's; of ALS, the peer's", Run("peer", 20_000),
     [Figure(f"{name}_mb", "MB", None) for name in ("itemknn", "itemknn_peer", "als", "als_peer")]),
    ("a list of the peer's ALS alone there", Run("peer", 20_000), [Figure("list_peer_ms", "ms", None)]),
    ("samples a second of NeuMF on cf/lastfm over those at 5 million listens", Run("neumf", 100_000),
     [Figure("neumf_ratio", "", 1.2)]),
    ("similar, clusters, status as new processes, 1,176 songs", SMALL,
     [Figure("similar_s", "s", 0.8, 0.5), Figure("clusters_s", "s", 0.8, 0.5), Figure("status_s", "s", 0.3)]),
    ("a second extract over 100,000 known files", Run("scan", 100_000),
     [Figure("scan_s", "s", 15), Figure("scan_mb", "MB", 400)]),
    ("room on the disk a song: mono, stereo; the recipe fast", DISK,
     [*(Figure(f"disk_{name}_kb", "kB", 150) for name in ("mono", "stereo")),
      *(Figure(f"disk_fast_{name}_kb", "kB", 60) for name in ("mono", "stereo"))]),
]  # fmt: skip
_GROWTH = [Run("made", songs) for songs in GROWTH_OVER]
_EXPONENT = 1.1  # of growth, at most


def runs(most: int | None = None) -> list[Run]:
    """What fills the table with libraries of so many songs at most (None: of all), the small ones first."""
    wanted = dict.fromkeys([*(run for _, run, _ in ROWS), *_GROWTH])
    return sorted((run for run in wanted if most is None or run.songs <= most), key=lambda run: run.songs)


def table(found: Mapping[Run, tuple[Values, bool]]) -> str:
    """The figures of each run as Markdown, with whether they are of the code that is there.

    Seconds are the clock's, with those of the processor in brackets. What was missed is in bold, what was not run says
    so, and so does what other code gave.
    """
    lines = ["| what | must | aim | measured |", "| --- | --- | --- | --- |"]
    every = {run: with_totals(run, values) for run, (values, _) in found.items()}
    for what, run, figures in ROWS:
        values = every.get(run, {})
        measured = ", ".join(_measured(values, figure) for figure in figures)
        must, aim = (_asked(figures, name) for name in ("must", "aim"))
        lines.append(f"| {what} | {must} | {aim} | {measured if values else 'not run'}{_age(found, run)} |")
    grown = exponents({run.songs: every[run] for run in _GROWTH if every.get(run)})
    values = {metric: value for metric, value in grown if metric.endswith("_cpu_s")}
    growing = [f"{_measured(values, Figure(metric, '', _EXPONENT))} {metric}" for metric in values]
    over = ", ".join(f"{songs:,}" for songs in GROWTH_OVER)
    lines.append(f"| growth exponents over {over} songs | {_EXPONENT} | 1 | {', '.join(growing) or 'not run'} |")
    return "\n".join(lines)


def with_totals(run: Run, values: Values) -> Values:
    """Of a run that trained all its models: their seconds together, and the most memory."""
    models = run.models or ("network", "svm", "hybrid")
    if not values or not all(f"train_{model}_s" in values for model in models):
        return values
    parts = {part: [values[f"train_{model}_{part}"] for model in models] for part in ("s", "cpu_s", "mb")}
    return values | {f"train_{part}": (max if part == "mb" else sum)(each) for part, each in parts.items()}


def exponents(sizes: Mapping[int, Values]) -> Lines:
    """Of each metric over the number of songs, by least squares of the logarithms."""
    for metric in dict.fromkeys(metric for values in sizes.values() for metric in values):
        values = {songs: values[metric] for songs, values in sizes.items() if metric in values}
        if len(values) > 1 and min(values.values()) > 0.0:
            yield metric, float(np.polyfit(np.log(list(values)), np.log(list(values.values())), 1)[0])


def _age(found: Mapping[Run, tuple[Values, bool]], run: Run) -> str:
    values, of_this_code = found.get(run, ({}, True))
    return "" if of_this_code or not values else " (in part of earlier code)"


def _asked(figures: Sequence[Figure], name: str) -> str:
    asked: list[tuple[Any, str]] = [(getattr(figure, name), figure.unit) for figure in figures]
    return ", ".join(f"{value:g} {unit}".strip() for value, unit in asked if value is not None)


def _measured(values: Values, figure: Figure) -> str:
    value = values.get(figure.metric)
    if value is None:
        return f"no {figure.metric}"
    text = f"{_short(value)} {figure.unit}".strip()
    text = text if figure.must is None or value <= figure.must else f"**{text}**"
    processor = values.get(figure.processor)
    return text if processor is None else f"{text} ({_short(processor)})"


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
