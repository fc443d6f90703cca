"""The part of the network around one user, song or artist: the nodes that random walks from it visit most.

It gives a directed networkx graph: user -> song (weight: listens), song -> artist, song -> song (weight: share of its
listeners who also have the other), with kinds, labels and how often each node is visited. It draws nothing.
"""

import heapq
from dataclasses import dataclass

import networkx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.network.graph import Network
from audiorec.network.walks import join_edges, pagerank, pattern, song_links

# Most of each kind: without this, the users of one popular song would fill the picture. The values must differ.
SHARES = {"user": 0.3, "song": 0.45, "artist": 0.25}


@dataclass(frozen=True)
class Labels:
    """What to call each node: users U, songs S, artists A."""

    users: tuple[str, ...]
    songs: tuple[str, ...]
    artists: tuple[str, ...]


def around(
    network: Network, labels: Labels, kind: str, row: int, nodes: int = 60, support: int = 2
) -> networkx.DiGraph:
    """The `nodes` nodes nearest to one: `kind` is user, song or artist and `row` its row there.

    Song-to-song edges need `support` common listeners. The graph's attribute `centre` names the node in the middle.
    """
    sizes = {"user": len(network.users), "song": len(network.songs), "artist": len(network.artists)}
    starts = {"user": 0, "song": sizes["user"], "artist": sizes["user"] + sizes["song"]}
    start = np.zeros(sum(sizes.values()))
    start[starts[kind] + row] = 1.0
    weights = network.listens.astype(np.float64)
    weights.data = np.log2(1.0 + weights.data)
    edges = join_edges(weights, network.credits)
    visits = pagerank(edges, start)
    chosen = _grow(edges, visits, starts[kind] + row, np.repeat(list(SHARES.values()), list(sizes.values())), nodes)
    graph = networkx.DiGraph()
    names = (*labels.users, *labels.songs, *labels.artists)
    for node in chosen:
        of = next(name for name in starts if starts[name] <= node < starts[name] + sizes[name])
        graph.add_node(_key(of, node - starts[of]), kind=of, label=names[node], visits=float(visits[node]))
    graph.graph["centre"] = _key(kind, row)
    _add_edges(graph, network, support)
    return graph


def _grow(
    edges: sparse.csr_array, visits: NDArray[np.float64], centre: int, shares: NDArray[np.float64], nodes: int
) -> list[int]:
    """Take the most visited neighbour of what is taken, so that all hangs together; no kind above its share."""
    taken = [centre]
    seen = {centre}
    left = {float(share): int(share * nodes) for share in np.unique(shares)}
    heap: list[tuple[float, int]] = []
    for _ in range(nodes - 1):
        for other in edges.indices[edges.indptr[taken[-1]] : edges.indptr[taken[-1] + 1]].tolist():
            if other not in seen:
                seen.add(other)
                heapq.heappush(heap, (-visits[other], other))
        while heap and left[float(shares[heap[0][1]])] <= 0:
            heapq.heappop(heap)
        if not heap:
            break
        node = heapq.heappop(heap)[1]
        left[float(shares[node])] -= 1
        taken.append(node)
    return taken


def _add_edges(graph: networkx.DiGraph, network: Network, support: int) -> None:
    rows = {kind: sorted(int(n[1:]) for n in graph if n[0] == kind) for kind in "usa"}
    listens = network.listens[rows["u"]][:, rows["s"]].tocoo()
    for user, song, count in zip(*listens.coords, listens.data, strict=True):
        graph.add_edge(f"u{rows['u'][user]}", f"s{rows['s'][song]}", kind="listens", weight=float(count))
    credits = network.credits[rows["s"]][:, rows["a"]].tocoo()
    for song, artist in zip(*credits.coords, strict=True):
        graph.add_edge(f"s{rows['s'][song]}", f"a{rows['a'][artist]}", kind="by", weight=1.0)
    if len(rows["s"]) > 1:
        links = song_links(pattern(network.listens)[:, rows["s"]], support=support, top=3).tocoo()
        for song, other, weight in zip(*links.coords, links.data, strict=True):
            graph.add_edge(f"s{rows['s'][song]}", f"s{rows['s'][other]}", kind="with", weight=float(weight))
    friends = network.friends[rows["u"]][:, rows["u"]].tocoo()
    for one, other in zip(*friends.coords, strict=True):
        if one < other:
            graph.add_edge(f"u{rows['u'][one]}", f"u{rows['u'][other]}", kind="friends", weight=1.0)


def _key(kind: str, row: int) -> str:
    return f"{kind[0]}{row}"
