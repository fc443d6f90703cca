"""What size costs: importing, training, lists and commands on made libraries, and ALS and ItemKNN beside `implicit`.

    python benchmarks/scale.py [--songs 100000]
    python benchmarks/scale.py --part made --songs 100000
    python benchmarks/scale.py --part import --songs 100000
    python benchmarks/scale.py --part peer --songs 20000
    python benchmarks/scale.py --part real --workspace DIR
    python benchmarks/scale.py --part shapes --songs 1000000
    python benchmarks/scale.py --part scan --songs 100000
    python benchmarks/scale.py --part growth --lines 5k.json 20k.json 100k.json

Without a part, all that the table of figures takes is run one after the other, with libraries of `--songs` at most (a
million where nothing is said), and the table is printed at the end (`scale_table.py`); this takes hours.
`made` makes a workspace through the package's own data layer (half as many users and fifty times as many listens as
songs; eight styles, popularity by a power law), imports the listens from a file and runs the commands there as new
processes; `import` is the import alone, of songs without features; `real` runs the commands in a workspace that is
there; `shapes` times lists over arrays of the right shapes for which nothing was trained, since how long a list takes
does not depend on what they say; `scan` is a second `extract` over files that are known; `growth` reads what the others
wrote. Every line has seconds of processor time beside the clock's, since other work on the machine does not count in
them; ratios are our processor time over the peer's in the same run.
`--keep DIR` keeps the made workspace, `--models` says which are trained.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from made_library import describe, known_files, name_songs, pairs, shape_ranker, write_listens
from measured import command, timed
from scale_table import GROWTH_OVER, Run, runs, table
from scipy import sparse

from audiorec.collaborative.als import als
from audiorec.collaborative.itemknn import nearest_items
from audiorec.data.workspace import Workspace

if TYPE_CHECKING:
    from audiorec.ranking.recommender import Recommender

Lines = Iterator[tuple[str, float]]


def main() -> None:
    """Run one part and print JSON lines."""
    parser = argparse.ArgumentParser()
    names = ("made", "import", "real", "shapes", "peer", "list", "scan", "growth")
    parser.add_argument("--part", choices=names)
    parser.add_argument("--songs", type=int)
    parser.add_argument("--users", type=int)
    parser.add_argument("--listens", type=int)
    parser.add_argument("--models", nargs="*", default=["network", "svm", "hybrid"])
    parser.add_argument("--keep", type=Path, help="where the made workspace is kept; one that is there is used")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--lines", nargs="+", type=Path, help="what runs over several sizes wrote")
    asked = parser.parse_args()
    if asked.part is None:
        _print_table(asked.songs or 1_000_000)
        return
    asked.songs = asked.songs or 20_000
    users, listens = asked.users or asked.songs // 2, asked.listens or 50 * asked.songs
    parts: dict[str, Callable[[], Lines]] = {
        "made": lambda: _made(asked.songs, users, listens, asked.models, asked.keep),
        "import": lambda: _import_alone(asked.songs, users, listens),
        "peer": lambda: _peer(asked.songs, users, listens),
        "real": lambda: _commands(asked.workspace),
        "shapes": lambda: _shapes(asked.songs, users, listens, asked.keep),
        "list": lambda: _lists(asked.workspace),
        "scan": lambda: _scan(asked.songs),
        "growth": lambda: _growth(asked.lines),
    }
    for metric, value in parts[asked.part]():
        line = {"benchmark": "scale", "part": asked.part, "songs": asked.songs, "metric": metric}
        print(json.dumps(line | {"users": users, "listens": listens, "value": round(value, 3)}), flush=True)


def _print_table(most: int) -> None:
    """Every run as a process of its own; one that fails leaves its rows empty."""
    found = {run: dict(_measured(run)) for run in runs(most)}
    sizes = {run.songs: found[run] for run in found if run == Run("made", run.songs) and run.songs in GROWTH_OVER}
    print(table(found, [one for one in _exponents(sizes) if one[0].endswith("_cpu_s")]))


def _measured(run: Run) -> Lines:
    with subprocess.Popen([sys.executable, __file__, *run.arguments], stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            print(line, end="", flush=True)
            found = json.loads(line)
            yield found["metric"], found["value"]


def _made(songs: int, users: int, listens: int, models: Sequence[str], keep: Path | None) -> Lines:
    with tempfile.TemporaryDirectory() as made:
        root = keep or Path(made)
        if not (root / "catalogue.sqlite").is_file():
            with Workspace.open(root, write=True) as space:
                describe(space, songs)
            yield from _import(root, songs, users, listens)
        yield from _train(root, models)
        yield from _commands(root)


def _import_alone(songs: int, users: int, listens: int) -> Lines:
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        with Workspace.open(root, write=True) as space:
            name_songs(space, songs)
        yield from _import(root, songs, users, listens)


def _import(root: Path, songs: int, users: int, listens: int) -> Lines:
    """An export as a file, and the same once more under another name."""
    with tempfile.TemporaryDirectory() as folder:
        first, again = Path(folder) / "export.csv", Path(folder) / "later.csv"
        write_listens(first, *pairs(songs, users, listens))
        yield from command("import", root, "import", "listens", str(first))
        first.rename(again)
        yield from command("import_again", root, "import", "listens", str(again))
    with Workspace.open(root) as space:
        yield from timed("interactions_first", lambda: space.interactions(every_song=True))


def _train(root: Path, models: Sequence[str]) -> Lines:
    """Each model as a process of its own, and all of them: seconds together, and the most memory."""
    total: dict[str, float] = defaultdict(float)
    for model in models:
        for metric, value in command(f"train_{model}", root, "train", "--only", model):
            yield metric, value
            part = metric.removeprefix(f"train_{model}_")
            total[part] = max(total[part], value) if part == "mb" else total[part] + value
    yield from ((f"train_{part}", value) for part, value in total.items())


def _commands(root: Path) -> Lines:
    """What a user waits for: commands as new processes, and lists in an open library."""
    with Workspace.open(root) as space:
        user = space.interactions().users[7]
        path = space.tracks()[0].shown_path
        yield from timed("features_open", space.features)
    yield from command("status", root, "status")
    with Workspace.open(root) as space:
        trained = space.models()
    yield from command("similar", root, "similar", "--song", path)
    if "network" in trained:
        yield from command("clusters", root, "clusters")
    if "hybrid" not in trained:
        return
    # The first list makes what lies ready for all others.
    yield from command("first_list", root, "recommend", "--user", user, "--json")
    yield from command("recommend", root, "recommend", "--user", user, "--json")
    lists = [sys.executable, __file__, "--part", "list", "--workspace", str(root)]
    for line in subprocess.run(lists, check=True, capture_output=True, text=True).stdout.splitlines():
        found = json.loads(line)
        yield found["metric"], found["value"]


def _scan(songs: int) -> Lines:
    """A second `extract` over files that are known: none is opened."""
    with tempfile.TemporaryDirectory() as folder:
        music, root = Path(folder) / "music", Path(folder) / "workspace"
        with Workspace.open(root, write=True) as space:
            known_files(space, music, songs)
        # Without an encoder: the made songs have no sound that it could encode.
        yield from command("scan", root, "extract", "--set", "encoder=", str(music))


def _growth(lines: Sequence[Path]) -> Lines:
    """Exponent of each metric over the number of songs, by least squares of the logarithms."""
    sizes: dict[int, dict[str, float]] = defaultdict(dict)
    for line in (json.loads(text) for file in lines for text in file.read_text().splitlines()):
        sizes[line["songs"]][line["metric"]] = line["value"]
    yield from ((f"{metric}_exponent", value) for metric, value in _exponents(sizes))


def _exponents(sizes: Mapping[int, Mapping[str, float]]) -> Lines:
    for metric in dict.fromkeys(metric for values in sizes.values() for metric in values):
        values = {songs: values[metric] for songs, values in sizes.items() if metric in values}
        if len(values) > 1 and min(values.values()) > 0.0:
            yield metric, float(np.polyfit(np.log(list(values)), np.log(list(values.values())), 1)[0])


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


def _shapes(songs: int, users: int, listens: int, keep: Path | None) -> Lines:
    """Lists in an open library and as a new process, from a workspace whose songs, weights and arrays are made."""
    from audiorec.ranking.recommender import Recommender

    with tempfile.TemporaryDirectory() as made:
        root = keep or Path(made)
        if not (root / "catalogue.sqlite").is_file():
            shape_ranker(root, songs, users, listens)
        user = "user 7"
        yield from command("recommend", root, "recommend", "--user", user, "--json")
        yield from command("recommend", root, "recommend", "--user", user, "--json")
        yield from command("status", root, "status")
        with Workspace.open(root) as space:
            recommender = Recommender.open(space)
        yield from _time_lists(recommender)


def _peer(songs: int, users: int, listens: int) -> Lines:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender

    rows, columns = pairs(songs, users, listens)
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
        own, other = dict(timed(name, ours)), dict(timed(f"{name}_peer", theirs))
        yield from own.items()
        yield from other.items()
        yield f"{name}_ratio", own[f"{name}_cpu_s"] / other[f"{name}_peer_cpu_s"]


if __name__ == "__main__":
    main()
