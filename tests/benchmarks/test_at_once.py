"""Trainings of a benchmark that are shared out on a cluster give the figures of a run without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPT = """
import argparse
from functools import partial
import numpy as np
from at_once import add_options, sharing
from scipy import sparse
from shilling import collaborative_lists

parser = argparse.ArgumentParser()
add_options(parser)
rng = np.random.default_rng(0)
plays = sparse.csr_array((rng.random((200, 60)) < 0.2).astype(np.float32))
for engine in ("local", "ray"):
    with sharing(parser.parse_args(["--engine", engine])) as each:
        print(list(each(partial(collaborative_lists, plays, "itemknn", 6), range(3))))
"""


@pytest.mark.slow
def test_a_cluster_gives_the_figures_of_one_process(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": f"{FOLDER}:{FOLDER.parent}"}
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    here, there = done.stdout.splitlines()
    assert here == there
    assert here.count("itemknn") == 3
