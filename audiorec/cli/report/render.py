"""Puts the facts, the pictures and the words into the page's template.

Every text is escaped by the template engine; sounds are embedded once, until the page would grow too large.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audiorec.cli.report.curves import draw_curve
from audiorec.cli.report.facts import Evaluation, Listener, Recommendation, ReportData, Result, Sound
from audiorec.cli.report.network import draw_network
from audiorec.cli.report.spectrogram import draw_spectrogram
from audiorec.cli.report.words import (
    SIGNALS,
    duration,
    language,
    metric_meaning,
    nearest,
    reason,
    signal_label,
    signals_of,
    verdict,
)

SOUND_BUDGET = 6_500_000
"""Characters of embedded sound at most; songs beyond it are listed without a player."""
_PARTS = (
    ("lists", "The lists"),
    ("evaluation", "How good"),
    ("found", "What was found"),
    ("sound", "The sound"),
    ("learning", "Learning"),
    ("network", "The network"),
    ("run", "The run"),
)
_MEDIA_TYPES = ("audio/mpeg", "audio/ogg", "audio/flac", "audio/wav", "audio/mp4")


@dataclass
class _Sounds:
    """Which sounds the page already holds, and how many characters they took."""

    used: int = 0
    held: dict[str, str] = field(default_factory=dict)

    def player(self, sound: Sound | None) -> dict[str, str]:
        """A place of the page that plays `sound`: with its own source, or as a copy of an earlier one, or empty."""
        if sound is None or sound.media_type not in _MEDIA_TYPES:
            return {"key": "", "src": ""}
        if sound.key in self.held:
            return {"key": self.held[sound.key], "src": ""}
        size = 4 * (len(sound.data) + 2) // 3
        if self.used + size > SOUND_BUDGET:
            return {"key": "", "src": ""}
        self.used += size
        self.held[sound.key] = f"s{len(self.held)}"
        source = f"data:{sound.media_type};base64," + base64.b64encode(sound.data).decode("ascii")
        return {"key": self.held[sound.key], "src": source}


def _metric_names(evaluation: Evaluation) -> list[str]:
    """All metrics of a table in the order in which they first appear."""
    return list(dict.fromkeys(name for row in evaluation.results for name in row.values))


def _figure(evaluation: Evaluation, row: Result, metric: str) -> dict[str, Any]:
    """One cell: the number, its bar's width in per cent of the column's best, whether it is the best
    (in a column of equal numbers none is)."""
    column = [other.values[metric] for other in evaluation.results if metric in other.values]
    value = row.values.get(metric)
    if value is None:
        return {"text": "–", "width": 0.0, "best": False, "interval": ""}
    top = max(column)
    interval = row.interval.get(metric)
    return {
        "text": f"{value:.3f}",
        "width": 100.0 * max(0.0, value) / top if top > 0 else 0.0,
        "best": value == top and (len(column) == 1 or min(column) < top),
        "interval": "" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}",
    }


def _with_reasons(listener: Listener) -> list[tuple[Recommendation, str]]:
    """Each song with its reason in words; a reason that only repeats the one before is left out."""
    found, before = [], ""
    for song in listener.recommendations:
        words = reason(listener.name, song.why)
        same = signals_of(song.why) == before
        found.append((song, "" if same else words))
        before = signals_of(song.why)
    return found


def _bars(counts: Mapping[str, int]) -> list[tuple[str, int, float]]:
    """Counts with the width of their bars in per cent, largest first."""
    top = max(counts.values(), default=0)
    order = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [(name, count, 100.0 * count / top if top else 0.0) for name, count in order]


def _shares(song: Recommendation) -> list[tuple[str, float]]:
    """The signals with their shares in the order of the legend; unknown names share one colour."""
    known = [(name, song.why[name]) for name in SIGNALS if song.why.get(name, 0.0) > 0]
    other = sum(share for name, share in song.why.items() if name not in SIGNALS and share > 0)
    return [*known, ("other", other)] if other > 0 else known


def _signals(data: ReportData) -> list[str]:
    """The signals that appear in any list."""
    used = {name for one in data.listeners for song in one.recommendations for name, _ in _shares(song)}
    return [name for name in [*SIGNALS, "other"] if name in used]


def _meanings(data: ReportData) -> list[tuple[str, str]]:
    """Every meaning that the tables need, with the names of the metrics that have it."""
    names = dict.fromkeys(name for evaluation in data.evaluations for name in _metric_names(evaluation))
    meant: dict[str, list[str]] = {}
    for name in names:
        meant.setdefault(metric_meaning(name), []).append(name)
    return [(", ".join(same), meaning) for meaning, same in meant.items() if meaning]


def _language_bars(data: ReportData) -> list[tuple[str, int, float]]:
    """Songs by the language of their lyrics, and those without."""
    counts = {language(code): count for code, count in data.found.languages.items()}
    silent = data.found.songs - sum(counts.values())
    return _bars({**counts, "without lyrics": silent} if silent > 0 and counts else counts)


def _network_user(data: ReportData) -> str:
    """The name of the person in the middle of the network."""
    if data.network is None:
        return "a listener"
    return next((n.label for n in data.network.nodes if n.key == data.network.centre), data.network.centre)


def _view(data: ReportData) -> dict[str, Any]:
    """All that the template reads."""
    found = data.found
    return {
        "data": data,
        "found": found,
        "parts": _PARTS,
        "tiles": [
            (found.songs, "songs"),
            (found.artists, "artists"),
            *([(found.users, "listeners"), (found.unplayed, "songs nobody has played")] if found.users else []),
        ],
        **_tables(data.evaluations),
        "playing_time": duration(found.seconds),
        "status_bars": _bars({_STATUS.get(name, name): count for name, count in found.statuses.items()}),
        "language_bars": _language_bars(data),
        "listeners": data.listeners,
        "signals": _signals(data),
        "spectrograms": [(song, draw_spectrogram(song)) for song in data.spectrograms],
        "curves": [(curve, *draw_curve(curve)) for curve in data.curves],
        "grids": [(grid.round, _png(grid.png)) for grid in data.grids],
        "network": draw_network(data.network) if data.network is not None else "",
        "network_user": _network_user(data),
        "meanings": _meanings(data),
    }


def _tables(evaluations: Sequence[Evaluation]) -> dict[str, list[Evaluation]]:
    """The first table that tells systems apart and, of the others, the one over most songs; the rest is folded away."""
    firm = [table for table in evaluations if not table.few]
    firmest = firm[:1] + sorted(firm[1:], key=lambda table: -table.songs)[:1]
    return {"firmest": firmest, "others": [table for table in evaluations if table not in firmest]}


def _png(picture: bytes) -> str:
    """A picture inside the page."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


_STATUS = {"ok": "read whole", "partial": "read in part", "failed": "not readable"}


def render(data: ReportData) -> str:
    """The page as one HTML text that needs no other file and no network."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("audiorec.cli.report", "page"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        **_view(data),
        player=_Sounds().player,
        shares=_shares,
        figure=_figure,
        metric_names=_metric_names,
        with_reasons=_with_reasons,
        nearest=nearest,
        verdict=verdict,
        signal_label=signal_label,
        duration=duration,
        percent=lambda share: f"{share:.0%}",
    )
