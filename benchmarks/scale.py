"""What size costs: importing, training, lists and commands on made libraries, and ALS and ItemKNN beside `implicit`.

    python benchmarks/scale.py --part made --songs 100000
    python benchmarks/scale.py --part peer --songs 20000
    python benchmarks/scale.py --part real --workspace DIR
    python benchmarks/scale.py --part shapes --songs 1000000

`made` makes a workspace through the package's own data layer (half as many users and fifty times as many listens as
songs; eight styles, popularity by a power law) and runs the commands there as new processes; `real` does so in a
workspace that is there; `shapes` times lists over arrays of the right shapes for which nothing was trained, since how
long a list takes does not depend on what they say. Every line has seconds of processor time beside the clock's, since
other work on the machine does not count in them; ratios are our processor time over the peer's in the same run.
`--keep DIR` keeps the made workspace, `--models` says which are trained.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from audiorec.collaborative.als import als
from audiorec.collaborative.item_model import pack
from audiorec.collaborative.itemknn import nearest_items
from audiorec.data.catalogue import FileRecord
from audiorec.data.events import SCHEMA
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace

if TYPE_CHECKING:
    from audiorec.ranking.recommender import Recommender

_BATCH, _SHARD = 50_000, 500
_STYLES = 8
# Columns of the default recipe; patches are small, since nothing but their sketch is read here.
_DESCRIPTORS, _WORDS, _PATCH = 308, 20, (1, 128, 32)
_SPACE = 780  # columns of the content space: sound, spectrum, release, album, words
Lines = Iterator[tuple[str, float]]


def main() -> None:
    """Run one part and print JSON lines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=("made", "real", "shapes", "peer", "list"), required=True)
    parser.add_argument("--songs", type=int, default=20_000)
    parser.add_argument("--users", type=int)
    parser.add_argument("--listens", type=int)
    parser.add_argument("--models", nargs="+", default=["network", "svm", "hybrid"])
    parser.add_argument("--keep", type=Path, help="where the made workspace is kept; one that is there is used")
    parser.add_argument("--workspace", type=Path)
    asked = parser.parse_args()
    users, listens = asked.users or asked.songs // 2, asked.listens or 50 * asked.songs
    parts: dict[str, Callable[[], Lines]] = {
        "made": lambda: _made(asked.songs, users, listens, asked.models, asked.keep),
        "peer": lambda: _peer(asked.songs, users, listens),
        "real": lambda: _commands(asked.workspace),
        "shapes": lambda: _shapes(asked.songs, users, listens),
        "list": lambda: _lists(asked.workspace),
    }
    for metric, value in parts[asked.part]():
        line = {"benchmark": "scale", "part": asked.part, "songs": asked.songs, "metric": metric}
        print(json.dumps(line | {"users": users, "listens": listens, "value": round(value, 3)}), flush=True)


def _styles(count: int) -> NDArray[np.int64]:
    return np.arange(count) // 10 % _STYLES  # ten songs an artist


def _pairs(songs: int, users: int, listens: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Users and songs of the listens: three of four to the user's style, a tenth of the songs unheard."""
    rng = np.random.default_rng(0)
    liking = rng.permutation(np.arange(1, songs + 1) ** -0.8) * (rng.random(songs) > 0.1)
    user = rng.integers(0, users, listens)
    style = np.where(rng.random(listens) < 0.75, user % _STYLES, rng.integers(0, _STYLES, listens))
    song, of_style = np.empty(listens, dtype=np.int64), _styles(songs)
    for one in range(_STYLES):
        here, there = np.flatnonzero(style == one), np.flatnonzero(of_style == one)
        song[here] = rng.choice(there, len(here), p=liking[there] / liking[there].sum())
    return user, song


def _events(users: NDArray[np.int64], songs: NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(users), _BATCH):
        part = slice(start, start + _BATCH)
        size = len(users[part])
        columns = {
            "user": [f"user {user}" for user in users[part]],
            "track_id": songs[part] + 1,
            "song": [f'{{"title": "song {song}"}}' for song in songs[part]],
            "time": 1e9 + 10.0 * np.arange(start, start + size),
            "seconds": np.full(size, 200.0, np.float32),
            "kind": ["play"] * size,
            "weight": np.ones(size, np.float32),
            "row": np.arange(start, start + size),
        }
        yield pa.RecordBatch.from_pydict(columns, schema=SCHEMA)


def _describe(space: Workspace, songs: int) -> None:
    """Features that tell the style, for every song."""
    rng, styles = np.random.default_rng(1), _styles(songs)
    names = tuple(f"d{n}" for n in range(_DESCRIPTORS)), tuple(f"w{n}" for n in range(_WORDS))
    layout = Layout("made", *names, 0.5, -80.0, 8000)
    centres = rng.normal(size=(_STYLES, _DESCRIPTORS))
    space.add_paths([b"/made/%07d.mp3" % song for song in range(songs)])
    for start in range(0, songs, _SHARD):
        rows, records = [], []
        for song in range(start, min(start + _SHARD, songs)):
            sound = (centres[styles[song]] + 2.0 * rng.normal(size=_DESCRIPTORS)).astype(np.float32)
            words = rng.normal(size=_WORDS).astype(np.float32) if song % 2 else None
            patch = rng.integers(0, 120, _PATCH, dtype=np.uint8)
            prints = rng.integers(0, 256, 64, dtype=np.uint8)
            silence = np.zeros((0, 1, 1), np.uint8)
            rows.append((song + 1, TrackFeatures(patch, silence, sound, words, fingerprint=prints)))
            tags = {"title": f"song {song}", "artists": (f"artist {song // 10}",), "album": f"album {song // 10}"}
            more = {"year": 1970 + song % 50, "genre": f"style {styles[song]}", "seconds": 200.0 + song % 97}
            records.append(FileRecord(song + 1, 1, 1, "ok", **tags, **more))  # type: ignore[arg-type]
        space.commit_shard(rows, records, layout)
    space.use_features(layout.digest)


def _made(songs: int, users: int, listens: int, models: Sequence[str], keep: Path | None) -> Lines:
    with tempfile.TemporaryDirectory() as made:
        root = keep or Path(made)
        if not (root / "catalogue.sqlite").is_file():
            pairs = _pairs(songs, users, listens)
            with Workspace.open(root, write=True) as space:
                _describe(space, songs)
                yield from _timed("import", lambda: space.add_events("log:/first", _events(*pairs)))
                yield from _timed("import_again", lambda: space.add_events("log:/second", _events(*pairs)))
                yield from _timed("interactions_first", space.interactions)
        for model in models:
            yield from _process(f"train_{model}", root, "train", "--only", model)
        yield from _commands(root)


def _commands(root: Path) -> Lines:
    """What a user waits for: commands as new processes, and lists in an open library."""
    with Workspace.open(root) as space:
        user = space.interactions().users[7]
        items = len(space.features())
        path = space.tracks()[0].shown_path
    yield "features", items
    # The first list makes what lies ready for all others.
    yield from _process("first_list", root, "recommend", "--user", user, "--json")
    yield from _process("recommend", root, "recommend", "--user", user, "--json")
    yield from _process("status", root, "status")
    yield from _process("similar", root, "similar", "--song", path)
    command = [sys.executable, __file__, "--part", "list", "--workspace", str(root)]
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        found = json.loads(line)
        yield found["metric"], found["value"]


def _process(name: str, root: Path, *arguments: str) -> Lines:
    """Clock, processor time and peak memory of one command as a new process."""
    command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "--quiet", *arguments]
    clock = time.perf_counter()
    running, peak, ended = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0.0, 0
    while not ended:
        # The system's own peak of a process counts what its parent held when it was forked.
        peak = max(peak, _peak_mb(running.pid))
        time.sleep(0.01)
        ended, status, used = os.wait4(running.pid, os.WNOHANG)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    yield f"{name}_s", time.perf_counter() - clock
    yield f"{name}_cpu_s", used.ru_utime + used.ru_stime
    yield f"{name}_mb", peak


def _peak_mb(process: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) / 1e3
    return 0.0


def _lists(root: Path) -> Lines:
    from audiorec.ranking.recommender import Recommender

    clock = time.perf_counter()
    with Workspace.open(root) as space:
        recommender = Recommender.open(space)
    yield "open_s", time.perf_counter() - clock
    yield from _time_lists(recommender)


def _time_lists(recommender: "Recommender") -> Lines:
    """One list after the other in an open library, each of another user, beside one bare product over the songs."""
    users = recommender.users[:: max(1, len(recommender.users) // 60)][:60]
    for user in users[:5]:
        recommender.recommend(user, top=20)
    took, spent = [], []
    for user in users:
        clock, processor = time.perf_counter(), time.process_time()
        recommender.recommend(user, top=20)
        took.append(time.perf_counter() - clock)
        spent.append(time.process_time() - processor)
    yield "list_p50_ms", 1e3 * float(np.median(took))
    yield "list_p95_ms", 1e3 * float(np.quantile(took, 0.95))
    yield "list_cpu_p50_ms", 1e3 * float(np.median(spent))
    songs = np.asarray(recommender.serving.arrays["directions"])
    bare = []
    for _ in range(20):
        clock = time.perf_counter()
        _ = songs @ songs[0]
        bare.append(time.perf_counter() - clock)
    yield "bare_product_ms", 1e3 * float(np.median(bare))
    yield "mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _shapes(songs: int, users: int, listens: int) -> Lines:
    """Lists in an open library and as a new process, from a workspace whose songs, weights and arrays are made."""
    from audiorec.ranking.recommender import Recommender

    with tempfile.TemporaryDirectory() as made:
        with Workspace.open(Path(made), write=True) as space:
            space.add_paths([b"/made/%07d.mp3" % song for song in range(songs)])
            space.add_listens("made", [("user 0", 1, 1.0, None)])
            space.use_features("made")
            _publish_shapes(space, songs, users, listens)
        user = "user 7"
        yield from _process("recommend", Path(made), "recommend", "--user", user, "--json")
        yield from _process("recommend", Path(made), "recommend", "--user", user, "--json")
        yield from _process("status", Path(made), "status")
        with Workspace.open(Path(made)) as space:
            recommender = Recommender.open(space)
        yield from _time_lists(recommender)


def shaped_library(root: Path, songs: int, users: int, listens: int) -> None:
    """A workspace with features and listens for every song, and arrays of models that nobody has trained."""
    with Workspace.open(root, write=True) as space:
        _describe(space, songs)
        space.add_events("log:/made", _events(*_pairs(songs, users, listens)))
        _publish_shapes(space, songs, users, listens)


def _publish_shapes(space: Workspace, songs: int, users: int, listens: int) -> None:
    """Weights as they are before anything was learned, and arrays of the right shapes."""
    from audiorec.data import derived
    from audiorec.hybrid.fit_weights import given_weights
    from audiorec.hybrid.recipe import HybridRecipe
    from audiorec.hybrid.weights import save_weights
    from audiorec.ranking.serving import NAME, VERSION

    weights, features = given_weights(HybridRecipe()), space.feature_digest()
    space.publish_model("hybrid", lambda folder: save_weights(folder, weights, {}, (features, ""), {}, {}))
    about, arrays = _arrays(songs, users, listens)
    about |= {"version": VERSION, "inputs": space.inputs(), "songs": space.songs_state()}
    derived.save(space.derived(NAME), about, arrays)


def _arrays(songs: int, users: int, listens: int) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Names and arrays with the shapes that `make_serving` gives, all models but NeuMF."""
    from audiorec.ranking.song_columns import pack_songs

    rng = np.random.default_rng(2)
    row, column = _pairs(songs, users, listens)
    counts = sparse.csr_array(sparse.coo_array((np.ones(listens, np.float32), (row, column)), shape=(users, songs)))
    names = tuple(f"user {user}" for user in range(users))

    def numbers(rows: int, columns: int) -> NDArray[np.float32]:
        return rng.standard_normal((rows, columns), dtype=np.float32)

    near = sparse.csr_array(
        (rng.random(200 * songs, dtype=np.float32), rng.integers(0, songs, 200 * songs, np.int32),
         200 * np.arange(songs + 1)), shape=(songs, songs),
    )  # fmt: skip
    ranks = [8, 16, 12, 24, 48, 9, 17]  # maps into factors and places, choices
    genre = _styles(songs)
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
        "heard": np.full((songs, 1), -1, np.int16), "recording": np.arange(songs),
        **pack("neighbours", near), **pack("seen", counts),
        "factors.users": numbers(users, 128), "factors.items": numbers(songs, 128), "factors.gram": numbers(128, 128),
        "placed.users": numbers(users, 256), "placed.songs": numbers(songs, 256), "placed.known": np.ones(songs, bool),
        "placed.pulls": numbers(1, 256), **{f"songs.{name}": values for name, values in pack_songs(tracks).items()},
    }  # fmt: skip
    arrays["directions"] = numbers(songs, _SPACE) / np.float32(_SPACE**0.5)
    arrays |= {"taste.users": numbers(users, sum(ranks)), "taste.songs": numbers(songs, sum(ranks))}
    arrays |= {"taste.gram": songs * np.eye(sum(ranks)), "taste.mean": np.zeros(sum(ranks))}
    for name in ("cnn", "svm"):
        arrays |= {f"likes.{name}.users": numbers(users, 64), f"likes.{name}.songs": numbers(songs, 64)}
        arrays |= {f"likes.{name}.bias": numbers(users, 1)[:, 0], f"likes.{name}.silent": rng.random(songs) < 0.6}
    for name, width in (("sound", 308), ("words", 20), ("network", 256)):
        arrays |= {f"block.{name}.vectors": numbers(songs, width), f"block.{name}.known": np.ones(songs, bool)}
    about = {
        "users": names, "taste_columns": ranks, "factors": [1.0, 10.0], "taste": [1.0, 5.0],
        "genres": ["style"] * _STYLES, "heard": [],
        "likes": {"cnn": names, "svm": names}, "blocks": ["sound", "words", "network"],
    }  # fmt: skip
    return about, arrays


def _peer(songs: int, users: int, listens: int) -> Lines:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender

    rows, columns = _pairs(songs, users, listens)
    counts = sparse.coo_array((np.ones(listens, np.float32), (rows, columns)), shape=(users, songs)).tocsr()
    counts.data[:] = 1.0
    plain = sparse.csr_matrix(counts)
    peer = AlternatingLeastSquares(factors=128, iterations=2, num_threads=1, random_state=0)
    runs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "itemknn": (
            lambda: nearest_items(counts, neighbours=200),
            lambda: CosineRecommender(K=200, num_threads=1).fit(plain, show_progress=False),
        ),
        "als": (
            lambda: als(counts, 128, penalty=2.0, alpha=10.0, iterations=2, seed=0),
            lambda: peer.fit(plain, show_progress=False),
        ),
    }
    for name, (ours, theirs) in runs.items():
        own, other = dict(_timed(name, ours)), dict(_timed(f"{name}_peer", theirs))
        yield from own.items()
        yield from other.items()
        yield f"{name}_ratio", own[f"{name}_cpu_s"] / other[f"{name}_peer_cpu_s"]


def _timed(name: str, run: Callable[[], object]) -> Lines:
    clock, processor = time.perf_counter(), time.process_time()
    run()
    yield f"{name}_s", time.perf_counter() - clock
    yield f"{name}_cpu_s", time.process_time() - processor


if __name__ == "__main__":
    main()
