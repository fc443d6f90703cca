"""Many trainings of a benchmark at once: `--engine ray [--address HOST:PORT]` shares its seeds and folds out.

The figures are those of a run without it. On a cluster of several machines this checkout and the data lie at the same
path on all of them; without an address Ray uses the processors of this one.
"""

import argparse
from contextlib import AbstractContextManager

from audiorec.learning.many import Each, workers


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that say who trains."""
    parser.add_argument("--engine", choices=("local", "ray"), default="local", help="ray: many trainings at once")
    parser.add_argument("--address", metavar="HOST:PORT", help="with --engine ray: the cluster, else this machine")


def sharing(options: argparse.Namespace) -> AbstractContextManager[Each]:
    """Gives `each(work, tasks)`: what `work` answers to every task, in order."""
    return workers(options.engine, options.address)
