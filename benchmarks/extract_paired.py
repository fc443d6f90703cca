"""Processor time of describing the same files by two states of the project, in turn: JSON lines on standard output.

    git worktree add --detach build/before COMMIT
    python benchmarks/extract_paired.py --before build/before [--files 60] [--rounds 4]

Each round is a process of each state in turn, started in the other order every second time; files are described in it
once to fill the caches and once to be measured, tags and lyrics included, processes' start not. The clips are the first
`--files` of them by a hash of the name; of the odd files all are taken that both states can look at. Needs --data.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

_CHILD = """
import os, sys, time
from audiorec.features.scan import scan
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.track import Task, describe_file
import av
av.logging.set_level(av.logging.PANIC)
files = [scan([os.fsencode(line)]).files[0] for line in sys.stdin.read().split("\\0")]
tasks = [Task(number, file, FeatureRecipe()) for number, file in enumerate(files)]
for timed in (False, True):
    start = time.process_time()
    done = sum(describe_file(task)[0].status != "failed" for task in tasks)
print(time.process_time() - start, done)
"""


def seconds(tree: Path, files: list[str]) -> tuple[float, int]:
    """Processor time of describing files by the code of a tree, and how many could be used."""
    from audiorec.features.workers import ENVIRONMENT

    environment = os.environ | ENVIRONMENT | {"PYTHONPATH": str(tree.absolute())}
    run = subprocess.run(
        [sys.executable, "-c", _CHILD], input="\0".join(files), capture_output=True, text=True, check=True,
        env=environment, cwd=tree,
    )  # fmt: skip
    taken, done = run.stdout.split()
    return float(taken), int(done)


def main() -> None:
    """Measure both states on both folders."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    trees = {"before": options.before, "now": Path(__file__).parent.parent}
    clips = sorted((options.data / "moodclips" / "library").rglob("*.mp3"), key=lambda path: _hash(path.name))
    odd = [path for path in sorted((options.data / "odd-audio").rglob("*")) if path.is_file()]
    for name, files in (("clips", clips[: options.files]), ("odd", odd)):
        if not files:
            sys.exit(f"extract_paired: skipped, no files below {options.data}; name the folder with --data")
        found: dict[str, list[tuple[float, int]]] = {tree: [] for tree in trees}
        for turn in range(options.rounds):
            for tree in sorted(trees, reverse=bool(turn % 2)):
                found[tree].append(seconds(trees[tree], [str(path.absolute()) for path in files]))
        least = {tree: min(taken for taken, _ in runs) for tree, runs in found.items()}
        print(json.dumps({
            "benchmark": "extract_paired", "files": name, "of": len(files), "rounds": options.rounds,
            **{f"seconds_{tree}": round(taken, 3) for tree, taken in least.items()},
            **{f"used_{tree}": runs[0][1] for tree, runs in found.items()},
            "ratio": round(least["now"] / least["before"], 3),
        }), flush=True)  # fmt: skip


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()


if __name__ == "__main__":
    main()
