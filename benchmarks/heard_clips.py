"""What an encoder hears in the clips of `cold_start.py`: by `audiorec extract`, which hears each clip once."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from audiorec import recipes
from audiorec.content.hearing import sound_encoder_of
from audiorec.data import heard_songs
from audiorec.data.heard_songs import HeardSongs
from audiorec.data.workspace import Workspace
from audiorec.features.recipe import FeatureRecipe

NAMES = {"mtt": "musicnn", "msd": "musicnn-msd"}


def heard(root: Path, library: Path, encoder: str, patches: int) -> HeardSongs:
    """What `mtt` or `msd` hears in so many patches of every clip of a workspace, in the order of its features."""
    changes = (f"encoder={NAMES[encoder]}", f"patches_heard={patches}")
    encoder, why = sound_encoder_of(recipes.load("features/default", FeatureRecipe, changes))
    if encoder is None:
        sys.exit(why)
    command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "extract"]
    subprocess.run([*command, *(f"--set={change}" for change in changes), str(library)], check=True, stdout=sys.stderr)
    with Workspace.open(root) as space:
        found = heard_songs.read(space, np.asarray(space.features().track_ids), encoder.by.digest)
    assert found is not None
    return found
