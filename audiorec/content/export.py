"""Trained models of a workspace as ONNX files that need neither torch nor audiorec: what each takes and gives.

    cnn      the content model: patches of songs, descriptors, lyrics, network (NaN: absent) -> embeddings of songs
    encoder  the 2-D network alone: log-mel patches -> embeddings; with the TOML file that `train-cnn --encoder` reads
    neumf    rows of users and of songs -> logits

Every file says as metadata which recipes and which model it was made from, and what its rows mean.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec import __version__
from audiorec.collaborative import neumf
from audiorec.collaborative.neumf import NeumfNet
from audiorec.content import like_model
from audiorec.content.like_model import LikeModel
from audiorec.content.likes_training import view_patches
from audiorec.content.onnx_export import Export, quantise, write_onnx
from audiorec.content.onnx_songs import fingerprint, served
from audiorec.content.pruning import pruned
from audiorec.content.scoring import known_blocks
from audiorec.content.song_encoder import SongEncoder, View
from audiorec.content.spectrogram_cnn import SpectrogramCnn
from audiorec.data.tables import FeatureTable
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.learning import checkpoint

Model = Literal["cnn", "neumf", "encoder"]
MODELS: tuple[Model, ...] = ("cnn", "neumf", "encoder")
# Songs whose patches show the ranges of the maps, and what a pruned layer is fitted to.
_SAMPLE = 64


@dataclass(frozen=True)
class Exported:
    """Where the file is, and its size in bytes."""

    path: Path
    size: int


def export_model(
    space: Workspace, model: Model, out: Path | None = None, *, int8: bool = False, prune: float = 0.0
) -> Exported:
    """Write a trained model as ONNX; `prune` is the share of the 2-D network's weights that is left out.

    Without `out` the content model is written where `audiorec` itself finds it and embeds new songs by it. Raises
    InputError for what does not go together.
    """
    if out is None and model != "cnn":
        raise InputError(f"where should the {model} go: add --out FILE.onnx")
    if not 0.0 <= prune < 1.0:
        raise InputError(f"a share of {prune} cannot be left out: give one from 0 to below 1")
    if model == "neumf":
        if prune:
            raise InputError("NeuMF has no channels to leave out: export it without --prune")
        export, notes = _neumf(space)
        samples: list[Mapping[str, NDArray[Any]]] = []
    else:
        export, notes = (_content if model == "cnn" else _encoder)(space, prune)
        samples = [{name: value.numpy() for name, value in export.given.items()}]
    path = out or served(space)
    notes |= {"audiorec": __version__, "quantised": "int8" if int8 else "", "pruned": str(prune)}
    write_onnx(export, path, notes)
    if int8:
        quantise(path, path, samples, notes)
    if model == "encoder":
        path.with_suffix(".toml").write_text(_preprocessing(space, export), encoding="utf-8")
    return Exported(path, path.stat().st_size)


class SongsOfPatches(nn.Module):
    """An encoder that takes songs with equally many patches each.

    Shape:
        input: uint8 [N, K, ...] of the view; output: float32 [N, dim].
    """

    def __init__(self, encoder: SongEncoder) -> None:
        super().__init__()
        self.net, self.pool = encoder.net, encoder.pool

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """Embed songs."""
        songs, each = patches.shape[:2]
        embedded: torch.Tensor = self.pool(self.net(patches.flatten(0, 1)).unflatten(0, (songs, each)))
        return embedded


class WholeSongs(nn.Module):
    """The content model from patches and blocks, in the order of its parts, to embeddings float32 [N, dim]."""

    def __init__(self, model: LikeModel) -> None:
        super().__init__()
        self.parts = model.parts
        self.views = nn.ModuleDict({view: SongsOfPatches(encoder) for view, encoder in model.encoders.items()})

    def forward(self, *values: torch.Tensor) -> torch.Tensor:
        """Embed songs: uint8 [N, K, ...] of each view, float32 [N, d] of every other part."""
        given = dict(zip(self.parts.sizes, values, strict=True))
        blocks = {name: self.views[name](value) if name in self.views else value for name, value in given.items()}
        embedded: torch.Tensor = self.parts(blocks)
        return embedded


class _Pairs(nn.Module):
    def __init__(self, net: NeumfNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, users: torch.Tensor, songs: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.net(self.net.users(users), self.net.items(songs))
        return logits


def _content(space: Workspace, prune: float) -> tuple[Export, dict[str, str]]:
    folder, table = space.model("cnn"), space.features()
    model = like_model.load(folder, table.layout.digest)
    ids = _alike(table, list(model.encoders))
    artists = {track.id: track.artists for track in space.tracks()}
    given: dict[str, torch.Tensor] = {view: _stacked(table, view, ids) for view in model.encoders}
    given |= {
        name: torch.from_numpy(block)
        for name, block in known_blocks(model, table, ids, [artists[int(song)] for song in ids]).items()
    }
    if prune:
        encoder = _spectrogram(model, folder)
        encoder.net = pruned(_net(encoder), given["spectrogram"].flatten(0, 1), prune)
    free = {name: (0, 1) if name in model.encoders and value.shape[1] > 1 else (0,) for name, value in given.items()}
    ordered = {name: given[name] for name in model.parts.sizes}
    return Export(WholeSongs(model), ordered, free, "embedding"), _notes("cnn", folder)


def _encoder(space: Workspace, prune: float) -> tuple[Export, dict[str, str]]:
    folder, table = space.model("cnn"), space.features()
    net = _net(_spectrogram(like_model.load(folder, table.layout.digest), folder))
    patches = _stacked(table, "spectrogram", _alike(table, ["spectrogram"])).flatten(0, 1)
    if prune:
        net = pruned(net, patches, prune)
    return Export(net, {"patches": patches.float()}, {"patches": (0,)}, "embedding"), _notes("encoder", folder)


def _neumf(space: Workspace) -> tuple[Export, dict[str, str]]:
    folder = space.model("cf")
    named = neumf.load(folder)
    given = {"users": torch.zeros(2, dtype=torch.int64), "songs": torch.zeros((2, 3), dtype=torch.int64)}
    rows = {"users": json.dumps(named.users, ensure_ascii=False), "songs": json.dumps(named.items.tolist())}
    export = Export(_Pairs(named.model.net), given, {"users": (0,), "songs": (0, 1)}, "logits")
    return export, _notes("neumf", folder) | rows


def _notes(kind: str, folder: Path) -> dict[str, str]:
    header = checkpoint.read_header(folder, "neumf" if kind == "neumf" else like_model.KIND)
    digests = {"recipe_digest": header.recipe_digest, "feature_digest": header.feature_digest}
    return {"kind": kind, "model": fingerprint(folder)} | digests


def _spectrogram(model: LikeModel, folder: Path) -> SongEncoder:
    if "spectrogram" not in model.encoders:
        raise InputError(f"{folder} has no 2-D network: run audiorec train-cnn --view both")
    return model.encoders["spectrogram"]


def _net(encoder: SongEncoder) -> SpectrogramCnn:
    assert isinstance(encoder.net, SpectrogramCnn)
    return encoder.net


def _alike(table: FeatureTable, views: Sequence[View]) -> NDArray[np.int64]:
    """Some songs that have as many patches each, at least two (one alone twice): torch takes a size of 1 for fixed."""
    every = table.track_ids
    ids = every[np.linspace(0, len(every) - 1, min(len(every), _SAMPLE)).astype(np.int64)]
    for view in views:
        counts = np.bincount(view_patches(table, view, ids).owner, minlength=len(ids))
        ids = ids[counts == counts.max()]
    return ids if len(ids) > 1 else np.repeat(ids, 2)


def _stacked(table: FeatureTable, view: View, ids: NDArray[np.int64]) -> torch.Tensor:
    """Patches uint8 [N, K, ...] of songs that have as many each."""
    values = torch.from_numpy(view_patches(table, view, ids).values)
    return values.reshape(len(ids), -1, *values.shape[1:])


def _preprocessing(space: Workspace, export: Export) -> str:
    """What `onnx_encoder.py` reads: levels in dB become the stored steps that the network takes."""
    layout = space.features().layout
    _, bands, frames = export.given["patches"].shape
    return (
        f'view = "spectrogram"\nbands = {bands}\nframes = {frames}\n'
        f"mean = {layout.logmel_offset}\ndeviation = {layout.logmel_scale}\n"
    )
