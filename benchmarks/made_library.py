"""Made libraries for `scale.py`: who plays what, features that tell the style, and arrays of the shapes of a ranker.

Eight styles, popularity by a power law, three of four listens to the user's own style, a tenth of the songs unplayed.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv
from scipy import sparse

from audiorec import recipes
from audiorec.collaborative.item_model import pack
from audiorec.data import derived
from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.features.describe import descriptor_names
from audiorec.features.lyrics import LYRICS_NAMES
from audiorec.features.recipe import FeatureRecipe, feature_digest, layout
from audiorec.features.scan import scan
from audiorec.features.track import READER
from audiorec.hybrid.fit_weights import given_weights
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.weights import save_weights
from audiorec.ranking.coded_songs import with_codes
from audiorec.ranking.serving import NAME, VERSION
from audiorec.ranking.song_columns import pack_songs

_SHARD = 500
_STYLES = 8
# Columns of the default recipe; patches are small, since nothing but their sketch is read here.
_DESCRIPTORS, _WORDS, _PATCH = 308, 20, (1, 128, 32)
_SPACE = 780  # columns of the content space: sound, spectrum, release, album, words


def styles(count: int) -> NDArray[np.int64]:
    return np.arange(count) // 10 % _STYLES  # ten songs an artist


def pairs(songs: int, users: int, listens: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Users and songs of the listens: three of four to the user's style, a tenth of the songs unplayed."""
    rng = np.random.default_rng(0)
    liking = rng.permutation(np.arange(1, songs + 1) ** -0.8) * (rng.random(songs) > 0.1)
    user = rng.integers(0, users, listens)
    style = np.where(rng.random(listens) < 0.75, user % _STYLES, rng.integers(0, _STYLES, listens))
    song, of_style = np.empty(listens, dtype=np.int64), styles(songs)
    for one in range(_STYLES):
        here, there = np.flatnonzero(style == one), np.flatnonzero(of_style == one)
        song[here] = rng.choice(there, len(here), p=liking[there] / liking[there].sum())
    return user, song


def write_listens(path: Path, users: NDArray[np.int64], songs: NDArray[np.int64]) -> None:
    """The listens as an export of a service, one in ten seconds."""
    names = {
        "user": pc.binary_join_element_wise("user ", pa.array(users).cast(pa.string()), ""),
        "artist": pc.binary_join_element_wise("artist ", pa.array(songs // 10).cast(pa.string()), ""),
        "title": pc.binary_join_element_wise("song ", pa.array(songs).cast(pa.string()), ""),
        "time": 1_000_000_000 + 10 * np.arange(len(users)),
    }
    csv.write_csv(pa.table(names), path, csv.WriteOptions(quoting_style="none"))


def describe(space: Workspace, songs: int) -> None:
    """Features that tell the style, for every song."""
    rng, style = np.random.default_rng(1), styles(songs)
    names = tuple(f"d{n}" for n in range(_DESCRIPTORS)), tuple(f"w{n}" for n in range(_WORDS))
    layout = Layout("made", *names, 0.5, -80.0, 8000)
    centres = rng.normal(size=(_STYLES, _DESCRIPTORS))
    space.add_paths([b"/made/%07d.mp3" % song for song in range(songs)])
    for start in range(0, songs, _SHARD):
        rows, records = [], []
        for song in range(start, min(start + _SHARD, songs)):
            sound = (centres[style[song]] + 2.0 * rng.normal(size=_DESCRIPTORS)).astype(np.float32)
            words = rng.normal(size=_WORDS).astype(np.float32) if song % 2 else None
            patch = rng.integers(0, 120, _PATCH, dtype=np.uint8)
            prints = rng.integers(0, 256, 64, dtype=np.uint8)
            silence = np.zeros((0, 1, 1), np.uint8)
            rows.append((song + 1, TrackFeatures(patch, silence, sound, words, fingerprint=prints)))
            tags = {"title": f"song {song}", "artists": (f"artist {song // 10}",), "album": f"album {song // 10}"}
            more = {"year": 1970 + song % 50, "genre": f"style {style[song]}", "seconds": 200.0 + song % 97}
            records.append(FileRecord(song + 1, 1, 1, "ok", **tags, **more))  # type: ignore[arg-type]
        space.commit_shard(rows, records, layout)
    space.use_features(layout.digest)


def known_files(space: Workspace, music: Path, songs: int) -> None:
    """Small files in folders of a hundred, known as `extract` would know them after the first time."""
    recipe = recipes.load("features/default", FeatureRecipe)
    shards = layout(recipe, feature_digest(recipe), descriptor_names(recipe), LYRICS_NAMES)
    for song in range(songs):
        path = music / f"{song // 100:05d}" / f"{song:07d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF%32d" % song)
    found = scan([os.fsencode(music)]).files
    space.add_paths([file.path for file in found])
    known, silence = space.records(), np.zeros((0, 1, 1), np.uint8)
    blank = TrackFeatures(silence, silence, np.zeros(len(shards.descriptor_names), np.float32))
    for start in range(0, songs, _SHARD):
        part = [(known[file.path].track_id, file) for file in found[start : start + _SHARD]]
        records = [
            FileRecord(
                song,
                file.size,
                file.mtime_ns,
                "ok",
                title=f"song {song}",
                artists=(f"artist {song // 10}",),
                seconds=200.0,
                reader=READER,
            )
            for song, file in part
        ]
        space.commit_shard([(song, blank) for song, _ in part], records, shards)
    space.use_features(shards.digest)


def name_songs(space: Workspace, songs: int) -> None:
    """Songs with names and without features."""
    space.add_paths([b"/made/%07d.mp3" % song for song in range(songs)])
    records = [
        FileRecord(song + 1, 1, 1, "ok", title=f"song {song}", artists=(f"artist {song // 10}",))
        for song in range(songs)
    ]
    space.commit_shard([], records, Layout("made", (), (), 0.5, -80.0, 8000))


def shape_ranker(root: Path, songs: int, users: int, listens: int) -> None:
    """A workspace with songs, weights that were given, and arrays to rank by for which nothing was trained."""
    with Workspace.open(root, write=True) as space:
        name_songs(space, songs)
        space.add_listens("made", [("user 0", 1, 1.0, None)])
        space.use_features("made")
        _publish_shapes(space, songs, users, listens)


def shaped_library(root: Path, songs: int, users: int, listens: int) -> None:
    """The same with features and listens of every song: what a server reads beside the ranker."""
    with Workspace.open(root, write=True) as space:
        describe(space, songs)
        plays = zip(*pairs(songs, users, listens), strict=True)
        space.add_listens("made", ((f"user {user}", int(song) + 1, 1.0, None) for user, song in plays))
        _publish_shapes(space, songs, users, listens)


def _publish_shapes(space: Workspace, songs: int, users: int, listens: int) -> None:
    weights, features = given_weights(HybridRecipe()), (space.feature_digest(), "")
    space.publish_model("hybrid", lambda folder: save_weights(folder, weights, {}, features, {}, {}))
    about, arrays = _arrays(songs, users, listens)
    arrays = with_codes(arrays, about["taste_columns"])
    about |= {"version": VERSION, "inputs": space.inputs(), "songs": space.songs_state()}
    derived.save(space.derived(NAME), about, arrays)


def _arrays(songs: int, users: int, listens: int) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Names and arrays with the shapes that `make_serving` gives, all models but NeuMF."""
    rng = np.random.default_rng(2)
    row, column = pairs(songs, users, listens)
    counts = sparse.csr_array(sparse.coo_array((np.ones(listens, np.float32), (row, column)), shape=(users, songs)))
    names = tuple(f"user {user}" for user in range(users))

    def numbers(rows: int, columns: int) -> NDArray[np.float32]:
        return rng.standard_normal((rows, columns), dtype=np.float32)

    near = sparse.csr_array(
        (rng.random(200 * songs, dtype=np.float32), rng.integers(0, songs, 200 * songs, np.int32),
         200 * np.arange(songs + 1)), shape=(songs, songs),
    )  # fmt: skip
    ranks = [8, 16, 12, 24, 48, 9, 17]  # maps into factors and places, choices
    genre = styles(songs)
    tracks = [
        Track(
            n + 1,
            b"/made/%d.mp3" % n,
            f"song {n}",
            (f"artist {n // 10}",),
            "",
            1990,
            f"style {genre[n]}",
            200.0,
            "ok",
            "",
        )
        for n in range(songs)
    ]
    arrays: dict[str, NDArray[Any]] = {
        "items": np.arange(1, songs + 1), "usable": np.ones(songs, bool), "artist": np.arange(songs) // 10,
        "short": numbers(songs, 160), "popularity": numbers(songs, 1)[:, 0], "genre": genre,
        "recording": np.arange(songs), "sound_tags": np.full((songs, 1), -1, np.int16),
        **pack("neighbours", near), **pack("seen", counts),
        "factors.users": numbers(users, 128), "factors.items": numbers(songs, 128), "factors.gram": numbers(128, 128),
        "placed.users": numbers(users, 256), "placed.songs": numbers(songs, 256), "placed.known": np.ones(songs, bool),
        "placed.pulls": numbers(1, 256), **{f"songs.{name}": values for name, values in pack_songs(tracks).items()},
    }  # fmt: skip
    arrays["directions"] = numbers(songs, _SPACE)
    arrays["directions"] /= np.float32(_SPACE**0.5)
    arrays |= {"taste.users": numbers(users, sum(ranks)), "taste.songs": numbers(songs, sum(ranks))}
    arrays |= {"taste.gram": songs * np.eye(sum(ranks)), "taste.mean": np.zeros(sum(ranks))}
    for name in ("cnn", "svm"):
        arrays |= {f"likes.{name}.users": numbers(users, 64), f"likes.{name}.songs": numbers(songs, 64)}
        arrays |= {f"likes.{name}.bias": numbers(users, 1)[:, 0], f"likes.{name}.silent": rng.random(songs) < 0.6}
    for name, width in (("sound", 308), ("words", 20), ("network", 256)):
        arrays |= {f"block.{name}.vectors": numbers(songs, width), f"block.{name}.known": np.ones(songs, bool)}
        arrays[f"block.{name}.nearness"] = np.abs(numbers(songs, 2))
    about = {
        "users": names, "taste_columns": ranks, "factors": [1.0, 10.0], "taste": [1.0, 5.0], 
        "genres": ["style"] * _STYLES, "mixing": [HybridRecipe().neural, HybridRecipe().settled],
        "likes": {"cnn": names, "svm": names}, "blocks": ["sound", "words", "network"], "sound_tags": [],
    }  # fmt: skip
    return about, arrays
