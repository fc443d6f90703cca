"""Pictures of a part of the network: SVG and PNG for people, GraphML for other tools.

An SVG keeps its labels as text, so every browser draws Chinese titles with its own fonts; a PNG needs such a font
here, and `lacks_glyphs` says when there is none. It does not choose what is shown: `network_around.py` does.
"""

import contextlib
import io
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib
import networkx
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from audiorec.errors import InputError

FORMATS = (".svg", ".png", ".graphml")
# Okabe and Ito's colours, which the colour-blind tell apart; the shapes differ as well.
COLOURS = {"user": "#0072B2", "song": "#E69F00", "artist": "#009E73"}
MARKERS = {"user": "s", "song": "o", "artist": "^"}
EDGES = {"listens": "#9ab8cf", "by": "#8fc9b5", "with": "#e8cf9a", "friends": "#c9a0c9"}
FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "SimHei", "Arial Unicode MS", "DejaVu Sans",
)  # fmt: skip
_LONGEST = 22
_MOST = {"listens": 2, "by": 1, "with": 1, "friends": 2}  # edges of a kind that a node away from the centre keeps


def write_picture(graph: networkx.DiGraph, out: Path, title: str) -> None:
    """Write a graph of `network_around.around`; the ending of `out` says how. Raises InputError for another ending."""
    ending = out.suffix.lower()
    if ending not in FORMATS:
        raise InputError(f"{out} ends in {ending or 'nothing'}: write a file that ends in {', '.join(FORMATS)}")
    try:
        if ending == ".graphml":
            networkx.write_graphml(_plain(graph), out)
        else:
            out.write_bytes(draw(graph, title, ending[1:]))
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror}") from error


def draw(graph: networkx.DiGraph, title: str, kind: str) -> bytes:
    """The picture as bytes of an SVG or PNG; the same graph gives the same bytes."""
    families = available_fonts()
    # An SVG names also fonts that are not here: its reader may have them.
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "audiorec", "font.family": families}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # One warning for each sign that no font here has; `lacks_glyphs` says it once, and an SVG does not mind.
        warnings.filterwarnings("ignore", message="Glyph ")
        figure = Figure(figsize=(15, 11), layout="constrained")
        axes = figure.add_subplot()
        _draw_graph(axes, thinned(graph))
        axes.set_title(title, fontsize=14, loc="left")
        axes.set_axis_off()
        out = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=120, metadata=metadata)
    if kind == "svg":
        return out.getvalue().replace(_css(families), _css(FONTS))
    return out.getvalue()


def available_fonts() -> list[str]:
    """Those of FONTS that are installed here, in order."""
    _know_new_fonts()
    here = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in FONTS if name in here]


def _know_new_fonts() -> None:
    """matplotlib lists the fonts once and keeps the list: one installed later would never be found."""
    known = {font.fname for font in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with contextlib.suppress(RuntimeError, OSError, ValueError):  # a file that is no sound font
            font_manager.fontManager.addfont(path)


def lacks_glyphs(texts: Iterable[str]) -> bool:
    """Whether some sign of the texts is in none of the fonts here, so that a PNG would show boxes."""
    signs = {ord(sign) for text in texts for sign in text if sign.isprintable()}
    for name in available_fonts():
        path = font_manager.findfont(name)
        signs -= set(font_manager.get_font(path).get_charmap())
    return bool(signs)


def thinned(graph: networkx.DiGraph) -> networkx.DiGraph:
    """The same nodes with the edges that a picture can bear: all of the centre and all credits, else the heaviest."""
    centre, kept = graph.graph["centre"], set()
    for node in graph:
        for kind, most in _MOST.items():
            edges = [(a, b) for a, b in (*graph.in_edges(node), *graph.out_edges(node)) if graph[a][b]["kind"] == kind]
            heaviest = sorted(edges, key=lambda edge: (-graph.edges[edge]["weight"], edge))
            kept.update(heaviest if node == centre or kind == "by" else heaviest[:most])
    thin = graph.copy()
    thin.remove_edges_from([edge for edge in graph.edges if edge not in kept])

    return thin


def layout(graph: networkx.DiGraph) -> dict[str, NDArray[np.float64]]:
    """Places of the nodes in -1..1: springs, the centre in the middle, the same for the same graph."""
    plain = networkx.Graph(graph)
    for _, _, edge in plain.edges(data=True):
        edge["pull"] = 0.3 if edge["kind"] == "with" else 1.0
    start = networkx.kamada_kawai_layout(plain, weight=None) if len(plain) > 1 else {n: np.zeros(2) for n in plain}
    spread = 3.0 / np.sqrt(max(len(plain), 1))
    return dict(networkx.spring_layout(plain, k=spread, pos=start, iterations=60, weight="pull", seed=0))


def _draw_graph(axes: Axes, graph: networkx.DiGraph) -> None:
    places = layout(graph)
    for kind, colour in EDGES.items():
        edges = [(a, b) for a, b, edge in graph.edges(data=True) if edge["kind"] == kind]
        arrows = kind == "with"
        shown = networkx.draw_networkx_edges(
            graph, places, edgelist=edges, ax=axes, edge_color=colour, arrows=arrows, width=1.0, **(
                {"arrowsize": 8, "connectionstyle": "arc3,rad=0.12", "node_size": 120} if arrows else {}
            ),
        )  # fmt: skip
        if not arrows and edges:
            shown.set_zorder(0)
    for kind, colour in COLOURS.items():
        nodes = [node for node, data in graph.nodes(data=True) if data["kind"] == kind]
        if nodes:
            where = np.array([places[node] for node in nodes])
            sizes = [320 if node == graph.graph["centre"] else 90 for node in nodes]
            axes.scatter(where[:, 0], where[:, 1], s=sizes, c=colour, marker=MARKERS[kind], label=kind, zorder=2)
    if len(places) < 3:
        # One node or two on a line have no extent of their own, and a label beside them would lie miles away.
        axes.update_datalim([(-1.0, -1.0), (1.0, 1.0)])
    axes.margins(0.08)
    axes.legend(loc="lower right", frameon=False, fontsize=11)
    _draw_labels(axes, graph, places)


def _draw_labels(axes: Axes, graph: networkx.DiGraph, places: dict[str, NDArray[np.float64]]) -> None:
    """Labels beside their nodes, the most visited first, each where it covers least of what is there."""
    taken: list[tuple[float, float, float, float]] = [
        (x - 0.012, y - 0.012, x + 0.012, y + 0.012) for x, y in places.values()
    ]
    for node in sorted(graph, key=lambda node: (-graph.nodes[node]["visits"], node)):
        text = shorten(graph.nodes[node]["label"])
        x, y = places[node]
        boxes = [_box(x, y, text, side) for side in (0, 1, 2, 3)]
        box = min(boxes, key=lambda box: sum(_overlap(box, other) for other in taken))
        taken.append(box)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        weight = "bold" if node == graph.graph["centre"] else "normal"
        axes.text(*middle, text, fontsize=8.5, ha="center", va="center", weight=weight, zorder=3, parse_math=False)


def shorten(label: str) -> str:
    """A label of a length that fits, one line.

    >>> shorten("a very long title of one song")
    'a very long title of …'
    """
    line = " ".join(label.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _box(x: float, y: float, text: str, side: int) -> tuple[float, float, float, float]:
    # In units of the layout: a Latin letter is about .011 wide at this size, a Chinese one twice that.
    width = sum(0.021 if ord(sign) > 0x2E80 else 0.0115 for sign in text)
    height, gap = 0.034, 0.022
    shifts = ((0, -gap - height / 2), (0, gap + height / 2), (gap + width / 2, 0), (-gap - width / 2, 0))
    a, b = x + shifts[side][0], y + shifts[side][1]
    return a - width / 2, b - height / 2, a + width / 2, b + height / 2


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def _css(families: Iterable[str]) -> bytes:
    return ", ".join(f"'{name}'" for name in families).encode()


def _plain(graph: networkx.DiGraph) -> networkx.DiGraph:
    """XML cannot hold control characters, which titles from tags can."""
    copy = graph.copy()
    for node in copy:
        label = copy.nodes[node]["label"]
        copy.nodes[node]["label"] = "".join(sign for sign in label if sign.isprintable())
    return copy
