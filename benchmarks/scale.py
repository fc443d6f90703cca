"""What size costs: importing, training, lists and commands on made libraries, and ALS and ItemKNN beside `implicit`.

    python benchmarks/scale.py [--songs 100000] [--only import train]
    python benchmarks/scale.py --part made --songs 100000
    python benchmarks/scale.py --part import --songs 100000
    python benchmarks/scale.py --part peer --songs 20000
    python benchmarks/scale.py --part neumf --songs 100000
    python benchmarks/scale.py --part disk
    python benchmarks/scale.py --part real --workspace DIR
    python benchmarks/scale.py --part shapes --songs 1000000
    python benchmarks/scale.py --part scan --songs 100000
    python benchmarks/scale.py --part growth --lines 5k.json 20k.json 100k.json

Without a part, all that the table of figures takes is run one after the other, with libraries of `--songs` at most (a
million where nothing is said), and the table is printed at the end (`scale_table.py`); this takes hours. What was
measured is kept in `build/scale`, step by step, with the made workspaces: stopped and begun again, it goes on with the
step that was not finished, and a step of other code is run anew. `--songs 0` prints the table of what is there.
`made` makes a workspace through the package's own data layer (half as many users and fifty times as many listens as
songs; eight styles, popularity by a power law), imports the listens from a file and runs the commands there as new
processes; `import` is the import alone, of songs without features; `real` runs the commands in a workspace that is
there; `shapes` times lists over arrays of the right shapes for which nothing was trained, since how long a list takes
does not depend on what they say; `scan` is a second `extract` over files that are known; `neumf` is one epoch; `disk`
what real songs take there (both want the data of `AUDIOREC_DATA`); `growth` reads what the others wrote. Every line has
seconds of processor time beside the clock's, since other work on the machine does not count in them; ratios are our
processor time over the peer's in the same run.
`--keep DIR` keeps the made workspace and the lines, `--models` says which are trained, `--only` which steps are run
(make, import, train, commands, lists): what waits for the clock can be measured when nothing else runs.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from kept_lines import KeptLines, Values, code_digest
from measured import Lines, command, process, timed
from scale_table import exponents, runs, table

from audiorec.data.workspace import Workspace

if TYPE_CHECKING:
    from audiorec.ranking.recommender import Recommender

Steps = Mapping[str, Callable[[], Lines]]
ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("AUDIOREC_DATA", "../shared/data"))


def main() -> None:
    """Run one part and print JSON lines."""
    asked = _asked()
    if asked.part is None:
        _print_table(1_000_000 if asked.songs is None else asked.songs, asked.only)
        return
    asked.songs = asked.songs or 20_000
    asked.users, asked.listens = asked.users or asked.songs // 2, asked.listens or 50 * asked.songs
    with tempfile.TemporaryDirectory() as made:
        for metric, value in _run(asked, asked.keep or Path(made)):
            line = {"benchmark": "scale", "part": asked.part, "songs": asked.songs, "metric": metric}
            line |= {"users": asked.users, "listens": asked.listens, "value": round(value, 3)}
            print(json.dumps(line), flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    names = ("made", "import", "real", "shapes", "peer", "neumf", "disk", "list", "scan", "growth")
    parser.add_argument("--part", choices=names)
    parser.add_argument("--songs", type=int)
    parser.add_argument("--users", type=int)
    parser.add_argument("--listens", type=int)
    parser.add_argument("--models", nargs="*", default=["network", "svm", "hybrid"])
    parser.add_argument("--only", nargs="+", help="of the table's steps: make, import, train, commands, lists")
    parser.add_argument("--keep", type=Path, help="a folder for workspace and lines; what is there is used")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--lines", nargs="+", type=Path, help="what runs over several sizes wrote")
    return parser.parse_args()


def _run(asked: argparse.Namespace, folder: Path) -> Lines:
    """Lines of all steps of a part; those that `folder` has of this code are not run again."""
    root, kept = folder / "workspace", _kept(folder)
    if not kept.measured():
        shutil.rmtree(root, ignore_errors=True)
    for name, step in _steps(asked, root).items():
        if asked.only is None or name.split()[0] in asked.only:
            yield from kept.run(name, step)


def _kept(folder: Path) -> KeptLines:
    files = ("scale.py", "made_library.py", "measured.py", "scale_single.py")
    return KeptLines(folder / "measured.jsonl", code_digest(ROOT, *(ROOT / "benchmarks" / name for name in files)))


def _steps(asked: argparse.Namespace, root: Path) -> Steps:
    size = asked.songs, asked.users, asked.listens
    alone: dict[str, Callable[[], Lines]] = {
        **{name: lambda name=name: _single(name, *size) for name in ("peer", "neumf", "disk")},
        "import": lambda: _import_alone(*size),
        "list": lambda: _lists(asked.workspace),
        "scan": lambda: _scan(asked.songs),
        "growth": lambda: _growth(asked.lines),
    }
    if asked.part == "made":
        training = {f"train {model}": lambda model=model: _train(root, model) for model in asked.models}
        first = {"make": lambda: _make(root, asked.songs), "import": lambda: _import(root, *size)}
        return first | training | _commands(root)
    if asked.part == "shapes":
        return {"make": lambda: _make_shapes(root, *size)} | _commands(root)
    return _commands(asked.workspace) if asked.part == "real" else {asked.part: alone[asked.part]}


def _single(part: str, *size: int) -> Lines:
    # Not at the top: lists shall be timed in a process that has no torch in it.
    from scale_single import disk, neumf, peer

    yield from {"peer": lambda: peer(*size), "neumf": lambda: neumf(*size, DATA), "disk": lambda: disk(DATA)}[part]()


def _print_table(most: int, only: Sequence[str] | None) -> None:
    """Every run as a process of its own; one that fails leaves its rows empty."""
    folder, steps = ROOT / "build" / "scale", ["--only", *only] if only else []
    for run in runs(most):
        place = ["--keep", str(folder / run.name)]
        subprocess.run([sys.executable, __file__, *run.arguments, *steps, *place], check=False)
    print(table({run: _kept(folder / run.name).latest() for run in runs()}))


def _make(root: Path, songs: int) -> Lines:
    from made_library import describe

    with Workspace.open(root, write=True) as space:
        yield from timed("make", lambda: describe(space, songs))


def _make_shapes(root: Path, songs: int, users: int, listens: int) -> Lines:
    """A workspace whose songs, weights and arrays are made."""
    from made_library import shape_ranker

    yield from timed("make", lambda: shape_ranker(root, songs, users, listens))


def _import_alone(songs: int, users: int, listens: int) -> Lines:
    from made_library import name_songs

    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        with Workspace.open(root, write=True) as space:
            name_songs(space, songs)
        yield from _import(root, songs, users, listens)


def _import(root: Path, songs: int, users: int, listens: int) -> Lines:
    """An export as a file, and the same once more under another name."""
    from made_library import pairs, write_listens

    with tempfile.TemporaryDirectory() as folder:
        first, again = Path(folder) / "export.csv", Path(folder) / "later.csv"
        write_listens(first, *pairs(songs, users, listens))
        yield from command("import", root, "import", "listens", str(first))
        first.rename(again)
        yield from command("import_again", root, "import", "listens", str(again))
    with Workspace.open(root) as space:
        yield from timed("interactions_first", lambda: space.interactions(every_song=True))


def _train(root: Path, model: str) -> Lines:
    yield from command(f"train_{model}", root, "train", "--only", model)


def _commands(root: Path) -> Steps:
    """What a user waits for: commands as new processes, and lists in an open library."""
    return {"commands": lambda: _short_commands(root), "lists": lambda: _first_and_later_lists(root)}


def _short_commands(root: Path) -> Lines:
    yield from command("status", root, "status")
    with Workspace.open(root) as space:
        trained, path = space.models(), space.tracks()[0].shown_path
    if not any((root / "features").rglob("*.parquet")):
        return
    yield from process("features_open", [sys.executable, "-c", _OPEN_FEATURES, str(root)])
    # What is made when it is first asked for lies ready for the second.
    for when in ("_first", ""):
        yield from command(f"similar{when}", root, "similar", "--song", path)
        if "network" in trained:
            yield from command(f"clusters{when}", root, "clusters")


def _first_and_later_lists(root: Path) -> Lines:
    with Workspace.open(root) as space:
        if "hybrid" not in space.models():
            return
        user = space.interactions().users[:8][-1]
    # The first list makes what lies ready for all others.
    for name in ("first_list", "recommend"):
        yield from command(name, root, "recommend", "--user", user, "--json")
    lists = [sys.executable, __file__, "--part", "list", "--workspace", str(root)]
    for line in subprocess.run(lists, check=True, capture_output=True, text=True).stdout.splitlines():
        found = json.loads(line)
        yield found["metric"], found["value"]


# As a process of its own with nothing else in it.
_OPEN_FEATURES = """
import sys
from pathlib import Path
from audiorec.data.workspace import Workspace
with Workspace.open(Path(sys.argv[1])) as space:
    space.features().descriptors()
"""


def _scan(songs: int) -> Lines:
    """A second `extract` over files that are known: none is opened."""
    from made_library import known_files

    with tempfile.TemporaryDirectory() as folder:
        music, root = Path(folder) / "music", Path(folder) / "workspace"
        with Workspace.open(root, write=True) as space:
            known_files(space, music, songs)
        # Without an encoder: the made songs have no sound that it could encode.
        yield from command("scan", root, "extract", "--set", "encoder=", str(music))


def _growth(lines: Sequence[Path]) -> Lines:
    sizes: dict[int, Values] = defaultdict(dict)
    for line in (json.loads(text) for file in lines for text in file.read_text().splitlines()):
        sizes[line["songs"]][line["metric"]] = line["value"]
    yield from ((f"{metric}_exponent", value) for metric, value in exponents(sizes))


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
    yield "list_bare_ratio", float(np.median(took) / np.median(bare))
    yield "mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    main()
