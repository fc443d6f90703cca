"""Learning curves as small SVG charts: loss going down, validation metric going up, the best epoch marked.

Colours come from the page's style sheet, so that dark and light both work.
"""

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

from audiorec.cli.report.facts import Curve
from audiorec.cli.report.svg import drawing, element, joined

_Place = Callable[[float], float]
_Step = Callable[[int], float]
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 300.0, 150.0, 40.0, 10.0, 14.0, 22.0


def nice_ticks(low: float, high: float, count: int = 3) -> list[float]:
    """About `count` round numbers inside [low, high]: multiples of 1, 2 or 5 times a power of ten.

    >>> nice_ticks(0.0, 1.0)
    [0.0, 0.5, 1.0]
    """
    span = max(high - low, 1e-9)
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(size * power for size in (1.0, 2.0, 5.0, 10.0) if size * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def chart(values: Sequence[float], name: str, tone: str, mark: int | None) -> Markup:
    """One line over epochs. tone: the style sheet's class; mark: index of the epoch to point at."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return element("p", f"{name}: nothing to draw", class_="quiet")
    low, high = min(finite), max(finite)
    pad = 0.08 * (high - low) or 0.05 * abs(high) or 0.1
    low, high = low - pad, high + pad
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(index: int) -> float:
        return _LEFT + wide * (index / max(1, len(values) - 1) if len(values) > 1 else 0.5)

    def y(value: float) -> float:
        return _TOP + tall * (high - value) / (high - low)

    pieces = [_grid(low, high, y), _epochs(len(values), x)]
    points = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(values) if math.isfinite(v))
    pieces.append(element("polyline", points=points, class_=f"line {tone}"))
    if mark is not None and math.isfinite(values[mark]):
        pieces.append(_mark(x(mark), y(values[mark]), values[mark], tone))
    pieces.append(element("text", name, x=_LEFT, y=9.0, class_="chart-name"))
    return drawing(_WIDTH, _HEIGHT, f"{name} over {len(values)} epochs", joined(pieces))


def _grid(low: float, high: float, y: _Place) -> Markup:
    """Horizontal lines at round numbers."""
    pieces = []
    for tick in nice_ticks(low, high, 4):
        pieces.append(element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y(tick), y2=y(tick), class_="grid"))
        pieces.append(element("text", f"{tick:g}", x=_LEFT - 6, y=y(tick) + 3.5, class_="tick end"))
    return joined(pieces)


def _epochs(count: int, x: _Step) -> Markup:
    """The first and last epoch under the axis."""
    pieces = [element("text", "epoch 1", x=x(0), y=_HEIGHT - 6, class_="tick")]
    if count > 1:
        pieces.append(element("text", str(count), x=x(count - 1), y=_HEIGHT - 6, class_="tick end"))
    return joined(pieces)


def _mark(x: float, y: float, value: float, tone: str) -> Markup:
    """A dot on the best epoch with its value, kept inside the picture."""
    late = x > 0.7 * _WIDTH
    text = element("text", f"{value:.3f}", x=x + (-7 if late else 7), y=max(y - 6, _TOP + 6),
                   class_="value end" if late else "value")  # fmt: skip
    return joined([element("circle", cx=x, cy=y, r=4.0, class_=f"dot {tone}"), text])


def draw_curve(curve: Curve) -> tuple[Markup, Markup]:
    """The loss and the metric of one model; the epoch with the best metric is marked in the second."""
    finite = [index for index, value in enumerate(curve.metric) if math.isfinite(value)]
    best = max(finite, key=lambda index: curve.metric[index]) if finite else None
    return (
        chart(curve.loss, "loss", "loss", None),
        chart(curve.metric, curve.metric_name, "metric", best),
    )
