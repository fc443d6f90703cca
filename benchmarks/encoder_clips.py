"""The output of an encoder for the clips of `cold_start.py`: by `audiorec extract`, which encodes each clip once."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from audiorec import recipes
from audiorec.content.sound_encoder import sound_encoder_of
from audiorec.data import encoder_outputs
from audiorec.data.encoder_outputs import EncodedSongs
from audiorec.data.workspace import Workspace
from audiorec.features.recipe import FeatureRecipe

NAMES = {"mtt": "musicnn", "msd": "musicnn-msd"}


def encoded(root: Path, library: Path, encoder: str, patches: int) -> EncodedSongs:
    """The output of `mtt` or `msd` for so many patches of every clip of a workspace, in the order of its features."""
    changes = (f"encoder={NAMES[encoder]}", f"encoder_patches={patches}")
    encoder, why = sound_encoder_of(recipes.load("features/default", FeatureRecipe, changes))
    if encoder is None:
        sys.exit(why)
    command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "extract"]
    subprocess.run([*command, *(f"--set={change}" for change in changes), str(library)], check=True, stdout=sys.stderr)
    with Workspace.open(root) as space:
        found = encoder_outputs.read(space, np.asarray(space.features().track_ids), encoder.by.digest)
    assert found is not None
    return found
