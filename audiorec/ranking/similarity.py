"""What a workspace knows of its songs, artists and users, gathered so that they can be compared.

Songs by name only stand beside songs with sound; a modality that nobody trained or extracted is simply absent. It does
not rank: `neighbours.py` does.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data import lacking
from audiorec.data.interactions import Interactions
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError, WorkspaceError
from audiorec.features.fuse import as_block, fuse
from audiorec.network import embedding
from audiorec.network.embedding import (
    NetworkEmbedding,
    fill_from_neighbours,
    new_users,
    published_name,
    song_vectors,
    unit,
)
from audiorec.network.walks import pattern, user_similarity
from audiorec.ranking.neighbours import Block, Near, mean_of_groups


@dataclass(frozen=True)
class Library:
    """Usable tracks, one block a modality (`sound`, `words`, `network`) with rows in the order of the tracks, and who
    listened to what: CSC [U, N], empty without a network. kept: a folder below `derived/` for what is made of them."""

    tracks: list[Track]
    blocks: dict[str, Block]
    listeners: sparse.csc_array
    kept: Path | None = None

    @cached_property
    def row(self) -> dict[int, int]:
        """Row of each track id."""
        return {track.id: row for row, track in enumerate(self.tracks)}

    @cached_property
    def artists(self) -> dict[str, NDArray[np.int64]]:
        """Rows of the songs of each artist, artists sorted."""
        rows: dict[str, list[int]] = {}
        for row, track in enumerate(self.tracks):
            for name in track.artists:
                rows.setdefault(name, []).append(row)
        return {name: np.asarray(rows[name], dtype=np.int64) for name in sorted(rows) if name}

    def artist_blocks(self) -> dict[str, Block]:
        """The same modalities with one row an artist: the mean direction of their songs."""
        groups = list(self.artists.values())
        blocks = {name: mean_of_groups(block, groups) for name, block in self.blocks.items() if name != "network"}
        if "network" in self.blocks:
            heard = np.array(
                [np.unique(self.listeners[:, rows].nonzero()[0]).size for rows in groups], dtype=np.float64
            )
            blocks["network"] = mean_of_groups(self.blocks["network"], groups, heard)
        return blocks


def gather(space: Workspace, network: str = "spectral") -> Library:
    """Read everything that songs can be compared by; raises WorkspaceError when there are no songs at all.

    network: which of the network's models, by its name in `embedding.MODELS`.
    """
    tracks = [track for track in space.tracks() if track.status != "failed"]
    if not tracks:
        raise WorkspaceError(lacking.no_songs(space.db))
    blocks = _content(space, tracks)
    model = _network(space, network)
    if model is None:
        return Library(tracks, blocks, sparse.csc_array((0, len(tracks))), space.derived("groups"))
    vectors, known = song_vectors(model, [track.id for track in tracks], [track.artists for track in tracks])
    if network == "spectral":
        # One step of diffusion more than for ranking: a song with few edges is then known by its whole neighbourhood.
        vectors = vectors * np.linalg.norm(model.songs, axis=0)
    if "sound" in blocks:
        # A song that no listen and no artist ties to the network stands where the songs that sound like it stand.
        sound = as_block(blocks["sound"].vectors, blocks["sound"].known)
        vectors, known = fill_from_neighbours(vectors, known, sound)
    listeners = _listeners(space.interactions(every_song=True), tracks)
    blocks["network"] = Block(vectors, known, np.diff(listeners.indptr).astype(np.float64))
    return Library(tracks, blocks, listeners, space.derived("groups"))


def _network(space: Workspace, name: str) -> NetworkEmbedding | None:
    """A model of the network; the spectral one may be absent, another one was asked for."""
    published = published_name(name)
    if space.has_model(published):
        return embedding.load(space.model(published))
    if name == "spectral":
        return None
    raise InputError(f"no {name} model of the network yet: run audiorec train-network --model {name} first")


def _listeners(interactions: Interactions, tracks: list[Track]) -> sparse.csc_array:
    column = {int(song): place for place, song in enumerate(interactions.items)}
    return sparse.csc_array(pattern(interactions.counts)[:, [column[track.id] for track in tracks]])


def _content(space: Workspace, tracks: list[Track]) -> dict[str, Block]:
    try:
        table = space.features()
    except WorkspaceError:
        return {}  # songs known by name only: the network alone compares them
    place = {int(track): row for row, track in enumerate(table.track_ids)}
    rows = [(row, place[track.id]) for row, track in enumerate(tracks) if track.id in place]
    here, there = (np.asarray(side, dtype=np.int64) for side in zip(*rows, strict=True))
    words = {"words": table.lyrics()}
    if space.has_model("lyrics"):
        from audiorec.labels.text_checkpoint import load_songs  # brings scikit-learn

        words["moods"] = load_songs(space.model("lyrics")).of(table.track_ids)
    blocks = {}
    for name, parts in (("sound", {"sound": table.descriptors()}), ("words", words)):
        fused = fuse(parts)
        vectors = np.zeros((len(tracks), fused.matrix.shape[1]), dtype=np.float32)
        known = np.zeros(len(tracks), dtype=bool)
        vectors[here], known[here] = fused.matrix[there], fused.mask[there].any(axis=1)
        blocks[name] = Block(vectors, known)
    return blocks


def user_likeness(space: Workspace, interactions: Interactions, row: int, network: str = "spectral") -> list[Near]:
    """The users most like one, best first: by songs in common, and by the network when there is one.

    Without a network model those without a common song are left out; with one, all users are compared, those who came
    after its training by the vectors that their songs give them.
    """
    rule = user_similarity(pattern(interactions.counts), row)
    by = {"songs": rule}
    model = _network(space, network)
    if model is not None:
        directions = unit(user_vectors(model, interactions))
        if directions[row].any():
            by["network"] = np.asarray(directions @ directions[row], dtype=np.float64)
    score = np.nan_to_num(by.get("network", rule), nan=-1.0)
    order = np.lexsort((np.arange(len(score)), -rule, -score))
    likely = [int(n) for n in order if n != row and (score[n] > 0 or rule[n] > 0)]
    return [Near(n, float(score[n]), {key: float(value[n]) for key, value in by.items()}) for n in likely]


def user_vectors(model: NetworkEmbedding, interactions: Interactions) -> NDArray[np.float32]:
    """Vectors [U, d] of all users, of new ones from those of their songs that the model knows."""
    vectors = np.zeros((len(interactions.users), model.dims), dtype=np.float32)
    rows = np.array([model.user_row.get(name, -1) for name in interactions.users])
    vectors[rows >= 0] = model.users[rows[rows >= 0]]
    late = np.flatnonzero(rows < 0)
    if len(late) and len(model.song_ids):
        vectors[late] = new_users(model, _columns(interactions, model.song_ids)[late])
    return vectors


def _columns(interactions: Interactions, songs: NDArray[np.int64]) -> sparse.csr_array:
    """Listens [U, S] to these songs, which may be in another order or not be known to the listens at all."""
    column = {int(song): place for place, song in enumerate(songs)}
    whole = sparse.coo_array(interactions.counts)
    places = np.array([column.get(int(song), -1) for song in interactions.items], dtype=np.int64)[whole.coords[1]]
    kept = places >= 0
    entries = (whole.data[kept], (whole.coords[0][kept], places[kept]))
    return sparse.csr_array(sparse.coo_array(entries, shape=(len(interactions.users), len(songs))).tocsr())
