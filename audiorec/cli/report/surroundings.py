"""The network around one user: their songs and artists, similar listeners, and the new songs recommended to them."""

import numpy as np

from audiorec.cli.report.facts import Edge, Network, Node
from audiorec.ranking.recommender import Recommender

# More of any kind and labels would cover each other.
SONGS, PEOPLE, NEW = 9, 4, 4


def around(recommender: Recommender, user: str) -> Network:
    """Their most played songs with artists, the users who share most songs, and the first new songs recommended."""
    listens = recommender.listens
    row = listens.user_row(user)
    played = (listens.counts > 0).astype(np.float64).toarray()
    mine = np.argsort(-listens.counts[[row]].toarray()[0], kind="stable")[: min(SONGS, int(played[row].sum()))]
    nodes = [Node("me", user, "user")]
    edges = []
    for column in mine.tolist():
        nodes.append(_song(recommender, column))
        edges.append(Edge("me", f"song {column}", float(np.log1p(listens.counts[row, column]))))
    alike = played @ played[row]
    alike[row] = -1
    for other in np.argsort(-alike, kind="stable")[:PEOPLE].tolist():
        if alike[other] > 0:
            nodes.append(Node(f"user {other}", listens.users[other], "user"))
            edges += [Edge(f"user {other}", f"song {column}") for column in mine.tolist() if played[other, column]]
    for song in recommender.recommend(user, NEW, cold_only=True):
        column = int(np.searchsorted(listens.items, song.track_id))
        nodes.append(_song(recommender, column))
        edges.append(Edge("me", f"song {column}", 1.0, suggested=True))
    artists, credits = _artists(recommender, [node.key for node in nodes if node.kind == "song"])
    return Network("me", (*nodes, *artists), (*edges, *credits))


def _song(recommender: Recommender, column: int) -> Node:
    track = recommender.tracks[column]
    return Node(f"song {column}", track.title or track.shown_path, "song", int(recommender.listens.plays()[column]))


def _artists(recommender: Recommender, songs: list[str]) -> tuple[list[Node], list[Edge]]:
    nodes: dict[str, Node] = {}
    edges = []
    for key in songs:
        artist = recommender.tracks[int(key.removeprefix("song "))].artist
        if artist:
            nodes.setdefault(artist, Node(f"artist {artist}", artist, "artist"))
            edges.append(Edge(key, f"artist {artist}"))
    return list(nodes.values()), edges
