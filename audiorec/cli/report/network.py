"""The network around a user as an SVG in three columns: people, songs, artists.

Columns are ordered by their neighbours' mean place (barycentre, Sugiyama 1981), so that few lines cross. The browser
draws the labels with its own fonts. It does not know where the ties come from.
"""

from collections import defaultdict
from collections.abc import Sequence

from markupsafe import Markup

from audiorec.cli.report.facts import Edge, Network, Node
from audiorec.cli.report.svg import drawing, element, joined

_COLUMNS = {"user": 140.0, "song": 440.0, "artist": 730.0}
_WIDTH, _ROW, _TOP = 900.0, 30.0, 54.0
_MOST = {"user": 9, "song": 22, "artist": 14}
_HEADS = {"user": "listeners", "song": "songs", "artist": "artists"}
_SWEEPS = 12


def _strongest(network: Network) -> list[Node]:
    """The nodes that fit on the picture: the centre, then those with the heaviest ties, new songs kept."""
    weight: dict[str, float] = defaultdict(float)
    for edge in network.edges:
        weight[edge.source] += edge.weight
        weight[edge.target] += edge.weight
    kept: list[Node] = []
    for kind, most in _MOST.items():
        nodes = [node for node in network.nodes if node.kind == kind]
        order = sorted(nodes, key=lambda n: (n.key != network.centre, n.kind == "song" and n.plays > 0, -weight[n.key]))
        kept += order[:most]
    return kept


def _places(nodes: Sequence[Node], edges: Sequence[Edge], centre: str) -> dict[str, float]:
    """The row of every node: sweeps of sorting each column by the mean row of its neighbours."""
    columns = {kind: [node.key for node in nodes if node.kind == kind] for kind in _COLUMNS}
    around: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        around[edge.source].append(edge.target)
        around[edge.target].append(edge.source)
    tallest = max((len(keys) for keys in columns.values()), default=1)
    place: dict[str, float] = {}
    for keys in columns.values():
        place |= _spread(keys, tallest)
    for _ in range(_SWEEPS):
        for kind, keys in columns.items():
            mean = {key: _mean([place[other] for other in around[key]], place[key]) for key in keys}
            keys.sort(key=lambda key: mean[key])
            if kind == "user" and centre in keys:
                keys.remove(centre)
                keys.insert(len(keys) // 2, centre)
            place |= _spread(keys, tallest)
    return place


def _spread(keys: Sequence[str], tallest: int) -> dict[str, float]:
    """A column's rows, evenly spread over the picture's height."""
    gap = tallest / max(1, len(keys))
    return {key: (index + 0.5) * gap for index, key in enumerate(keys)}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def shortened(label: str, most: int = 26) -> str:
    """A label that fits its column; wide letters count twice.

    >>> shortened("a" * 30)
    'aaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    width, kept = 0, ""
    for letter in label:
        width += 2 if ord(letter) > 0x2E7F else 1
        if width > most - 1 and len(kept) < len(label) - 1:
            return kept + "…"
        kept += letter
    return kept


def draw_network(network: Network) -> Markup:
    """The whole picture. Ties of the centre stand out; new songs are rings."""
    nodes = _strongest(network)
    shown = {node.key: node for node in nodes}
    edges = [edge for edge in network.edges if edge.source in shown and edge.target in shown]
    place = _places(nodes, edges, network.centre)
    rows = max((sum(node.kind == kind for node in nodes) for kind in _COLUMNS), default=1)
    spot = {key: (_COLUMNS[node.kind], _TOP + _ROW * place[key]) for key, node in shown.items()}
    heaviest = max((edge.weight for edge in edges), default=1.0)
    own = sorted(edges, key=lambda edge: network.centre in (edge.source, edge.target))
    lines = [_line(edge, spot, heaviest, network.centre) for edge in own]
    heads = [element("text", _HEADS[kind], x=x, y=22.0, class_="net-head middle") for kind, x in _COLUMNS.items()]
    dots = [_dot(node, *spot[node.key], node.key == network.centre) for node in nodes]
    who = shown[network.centre].label if network.centre in shown else network.centre
    return drawing(_WIDTH, _TOP + _ROW * rows + 8.0, f"The network around {who}", joined([*lines, *heads, *dots]))


def _line(edge: Edge, spot: dict[str, tuple[float, float]], heaviest: float, centre: str) -> Markup:
    """A curve between two nodes; inside one column it bulges to the left."""
    (x1, y1), (x2, y2) = spot[edge.source], spot[edge.target]
    if x1 == x2:
        bulge = x1 - 40.0 - 0.25 * abs(y2 - y1)
        path = f"M{x1:.1f},{y1:.1f}C{bulge:.1f},{y1:.1f} {bulge:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    else:
        middle = (x1 + x2) / 2
        path = f"M{x1:.1f},{y1:.1f}C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    tone = "tie own" if centre in (edge.source, edge.target) else "tie"
    tone += " suggested" if edge.suggested else ""
    return element("path", d=path, class_=tone, stroke_width=1.0 + 3.5 * max(0.0, edge.weight) / heaviest)


def _dot(node: Node, x: float, y: float, centre: bool) -> Markup:
    """A node with its label: people's to the left, songs' and artists' to the right."""
    new = node.kind == "song" and node.plays == 0
    classes = f"node {node.kind}" + (" new" if new else "") + (" centre" if centre else "")
    left = node.kind == "user"
    tone = "net-label" + (" end" if left else "") + (" strong" if centre or new else "")
    text = element(
        "text", shortened(node.label, 14 if left else 26), x=x + (-13.0 if left else 13.0), y=y + 4.5, class_=tone
    )
    story = f"{node.label}: {node.plays} plays" if node.kind == "song" else node.label
    circle = element("circle", element("title", story), cx=x, cy=y, r=9.0 if centre else 6.5, class_=classes)
    return joined([circle, text])
