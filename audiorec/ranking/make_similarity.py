"""Making the arrays by which songs and artists are compared, from features, tags and a model of the network."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec.data import lacking
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import WorkspaceError
from audiorec.features.fuse import as_block, fuse
from audiorec.network import embedding
from audiorec.network.embedding import fill_from_neighbours, song_vectors
from audiorec.network.walks import pattern
from audiorec.ranking.neighbours import Block, mean_of_groups
from audiorec.ranking.song_columns import pack_songs

Arrays = dict[str, NDArray[Any]]


def content_arrays(space: Workspace) -> Arrays:
    """Tags, artists, and sound and words of songs and artists; raises WorkspaceError when there are no songs at all."""
    tracks = [track for track in space.tracks() if track.status != "failed"]
    if not tracks:
        raise WorkspaceError(lacking.no_songs(space.db))
    names, groups = _artists(tracks)
    place = {name: row for row, name in enumerate(names)}
    arrays: Arrays = {
        "ids": np.array([track.id for track in tracks], dtype=np.int64),
        "artists": np.frombuffer(json.dumps(names).encode(), dtype=np.uint8),
        "first": np.array([place.get(track.artist, -1) for track in tracks], dtype=np.int32),
        "songs_of.rows": np.concatenate([np.zeros(0, dtype=np.int64), *groups]),
        "songs_of.starts": np.cumsum([0, *map(len, groups)], dtype=np.int64),
        **{f"tags.{name}": values for name, values in pack_songs(tracks).items()},
    }
    for name, block in _content(space, tracks).items():
        arrays |= _of_block(f"{name}.songs", block) | _of_block(f"{name}.artists", mean_of_groups(block, groups))
    return arrays


def network_arrays(space: Workspace, folder: Path, content: Mapping[str, NDArray[Any]]) -> Arrays:
    """Places of songs and artists in a stored model of the network, and how many listeners each has.

    content: what `content_arrays` made.
    """
    model, ids = embedding.load(folder), content["ids"]
    rows, starts = content["songs_of.rows"], content["songs_of.starts"]
    belongs = sparse.csr_array((np.ones(len(rows)), rows, starts), shape=(len(starts) - 1, len(ids)))
    vectors, known = song_vectors(model, ids, _artists_of(belongs, json.loads(content["artists"].tobytes())))
    if model.model == "spectral":
        # One step of diffusion more than for ranking: a song with few edges is then known by its whole neighbourhood.
        vectors = vectors * np.linalg.norm(model.songs, axis=0)
    if "sound.songs.vectors" in content:
        # A song that no listen and no artist ties to the network stands where the songs that sound like it stand.
        sound = as_block(content["sound.songs.vectors"], content["sound.songs.known"])
        vectors, known = fill_from_neighbours(vectors, known, sound)
    listens = pattern(space.interactions(items=ids).counts)
    songs = Block(vectors, known, np.bincount(listens.indices, minlength=len(ids)).astype(np.float64))
    # Whoever plays several songs of an artist is one listener of theirs.
    played = np.bincount(sparse.csr_array(listens @ belongs.T).indices, minlength=len(starts) - 1)
    groups = np.split(rows, starts[1:-1]) if len(starts) > 1 else []
    artists = mean_of_groups(songs, groups, played.astype(np.float64))
    return _of_block("songs", songs) | _of_block("artists", artists)


def _artists_of(belongs: sparse.csr_array, names: Sequence[str]) -> list[list[str]]:
    """Names of each song's artists; belongs: CSR [A, N]."""
    songs = sparse.csr_array(belongs.T)
    named = [names[artist] for artist in songs.indices.tolist()]
    ends = songs.indptr.tolist()
    return [named[start:end] for start, end in zip(ends, ends[1:], strict=False)]


def _artists(tracks: Sequence[Track]) -> tuple[list[str], list[NDArray[np.int64]]]:
    """Names of the artists, sorted, and the rows of the songs of each."""
    rows: dict[str, list[int]] = {}
    for row, track in enumerate(tracks):
        for name in track.artists:
            rows.setdefault(name, []).append(row)
    names = sorted(name for name in rows if name)
    return names, [np.array(rows[name], dtype=np.int64) for name in names]


def _of_block(name: str, block: Block) -> Arrays:
    arrays: Arrays = {f"{name}.vectors": block.vectors, f"{name}.known": block.known}
    return arrays if block.listeners is None else arrays | {f"{name}.listeners": block.listeners}


def _content(space: Workspace, tracks: Sequence[Track]) -> dict[str, Block]:
    try:
        table = space.features()
    except WorkspaceError:
        return {}  # songs known by name only: the network alone compares them
    place = {int(track): row for row, track in enumerate(table.track_ids)}
    rows = [(row, place[track.id]) for row, track in enumerate(tracks) if track.id in place]
    here, there = np.array(rows, dtype=np.int64).reshape(-1, 2).T
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
