"""The table of `scale.py`: which runs fill it, what is asked of each figure, and how it is printed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Figure:
    """A metric of a run, its unit, what it must stay below and what it should (None: nobody said)."""

    metric: str
    unit: str
    must: float | None
    aim: float | None = None


def _recommend(must: float, most_mb: float, aim: float) -> list[Figure]:
    return [Figure("recommend_s", "s", must, aim), Figure("recommend_mb", "MB", most_mb)]


def _list(must: tuple[float, float], aim: tuple[float, float]) -> list[Figure]:
    names = ("list_p50_ms", "list_p95_ms")
    return [Figure(name, "ms", *pair) for name, pair in zip(names, zip(must, aim, strict=True), strict=True)]


SMALL, MIDDLE, LARGE = Run("made", 1_176), Run("made", 20_000), Run("made", 100_000)
VAST = Run("shapes", 1_000_000, 100_000, 5_000_000)
HYBRID = Run("made", 5_000, 2_000, 100_000, ("hybrid",))
ROWS: list[tuple[str, Run, list[Figure]]] = [
    ("recommend as a new process, 1,176 songs", SMALL, _recommend(1.2, 500, 0.6)),
    ("the same, 20,000 songs, 10,000 users, 1 million listens", MIDDLE, _recommend(1.8, 800, 0.9)),
    ("the same, 100,000 songs, 50,000 users, 5 million listens", LARGE, _recommend(2.5, 1500, 1.2)),
    ("a list in an open library (p50, p95), 1,176 songs", SMALL, _list((8, 15), (3, 6))),
    ("the same, 20,000 songs", MIDDLE, _list((20, 40), (8, 15))),
    ("the same, 100,000 songs", LARGE, _list((40, 80), (15, 30))),
    ("the same, 1,000,000 songs", VAST, _list((250, 400), (80, 150))),
    ("train-hybrid, 5,000 songs, 2,000 users, 100,000 listens", HYBRID,
     [Figure("train_hybrid_s", "s", 60, 25), Figure("train_hybrid_mb", "MB", 2000)]),
    ("train without networks, 100,000 songs, 5 million listens", LARGE,
     [Figure("train_s", "s", 1800, 720), Figure("train_mb", "MB", 8000, 4000)]),
    ("import of 5 million listens", LARGE, [Figure("import_s", "s", 60, 20), Figure("import_mb", "MB", 1500)]),
    ("the same export again", LARGE, [Figure("import_again_s", "s", None), Figure("import_again_mb", "MB", None)]),
    ("opening the features of 100,000 songs; status there", LARGE,
     [Figure("features_open_s", "s", 3, 1), Figure("status_s", "s", 0.5)]),
    ("ItemKNN and ALS, 20,000 songs, 1 million listens: our time over the peer's", Run("peer", 20_000),
     [Figure("itemknn_ratio", "", 1), Figure("als_ratio", "", 1)]),
    ("similar, clusters, status as new processes, 1,176 songs", SMALL,
     [Figure("similar_s", "s", 0.8, 0.5), Figure("clusters_s", "s", 0.8, 0.5), Figure("status_s", "s", 0.3)]),
    ("a second extract over 100,000 known files", Run("scan", 100_000),
     [Figure("scan_s", "s", 15), Figure("scan_mb", "MB", 400)]),
]  # fmt: skip
_EXPONENT = 1.1  # of growth, at most


def runs(most: int) -> list[Run]:
    """What fills the table with libraries of so many songs at most, the small ones first."""
    wanted = dict.fromkeys([*(run for _, run, _ in ROWS), *(Run("made", songs) for songs in GROWTH_OVER)])
    return sorted((run for run in wanted if run.songs <= most), key=lambda run: run.songs)


def table(found: Mapping[Run, Mapping[str, float]], exponents: Iterable[tuple[str, float]]) -> str:
    """The figures as Markdown; what was missed is in bold, what was not run says so."""
    lines = ["| what | must | aim | measured |", "| --- | --- | --- | --- |"]
    for what, run, figures in ROWS:
        values = found.get(run, {})
        measured = ", ".join(_measured(values.get(figure.metric), figure) for figure in figures)
        must, aim = (_asked(figures, name) for name in ("must", "aim"))
        lines.append(f"| {what} | {must} | {aim} | {measured if values else 'not run'} |")
    grown = [_measured(value, Figure(name, "", _EXPONENT)) + f" {name}" for name, value in exponents]
    over = ", ".join(f"{songs:,}" for songs in GROWTH_OVER)
    lines.append(f"| growth exponents over {over} songs | {_EXPONENT} | 1 | {', '.join(grown) or 'not run'} |")
    return "\n".join(lines)


def _asked(figures: Sequence[Figure], name: str) -> str:
    asked: list[tuple[Any, str]] = [(getattr(figure, name), figure.unit) for figure in figures]
    return ", ".join(f"{value:g} {unit}".strip() for value, unit in asked if value is not None)


def _measured(value: float | None, figure: Figure) -> str:
    if value is None:
        return f"no {figure.metric}"
    text = f"{value:.3g} {figure.unit}".strip() if value < 1000 else f"{value:,.0f} {figure.unit}".strip()
    return text if figure.must is None or value <= figure.must else f"**{text}**"
