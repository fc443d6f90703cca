"""The whole content model: a view of the sound after the other, then the multimodal head on top of what they say.

It reads feature tables and knows no workspace.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np
import torch
from numpy.typing import NDArray

from audiorec.content.dataset import LikeData
from audiorec.content.distillation import Lesson, teach
from audiorec.content.encoder_distillation import distil_encoder
from audiorec.content.encoder_training import CnnRecipe, train_view
from audiorec.content.like_model import LikeModel
from audiorec.content.multimodal_training import train_parts
from audiorec.content.onnx_encoder import OnnxEncoder, Stored
from audiorec.content.patches import PatchStore
from audiorec.content.pretraining import pretrain
from audiorec.content.song_encoder import SongEncoder, View, embed_songs
from audiorec.data.tables import FeatureTable, Patches
from audiorec.errors import InputError
from audiorec.learning.loop import Epoch

Reporter = Callable[[str], Callable[[Epoch], None]]


@dataclass(frozen=True)
class Beside:
    """What joins the features and the listens, if it is there.

    Attributes:
        generated: log-mel patches uint8 [G, bands, frames] that count as songs of the one user of task T1; onnx: a
        pre-trained encoder whose word is one more part of a song; lesson: float32 [N, t], an encoder's output for each
        song (`distil_encoder`; rows of NaN: nothing).
    """

    generated: NDArray[np.uint8] | None = None
    onnx: OnnxEncoder | None = None
    lesson: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class TrainedLikes:
    """The model, and a learning curve for each of its trainings."""

    model: LikeModel
    curves: dict[str, list[Epoch]]

    @property
    def scores(self) -> dict[str, float]:
        """Validation AUC of what each training kept, if it had something to validate on."""
        kept = {name: curve[-1].best for name, curve in self.curves.items() if curve}
        return {name: value for name, value in kept.items() if np.isfinite(value)}


def train_likes(
    table: FeatureTable,
    data: LikeData,
    recipe: CnnRecipe,
    views: Sequence[View],
    *,
    device: torch.device,
    report: Reporter,
    beside: Beside = Beside(),
) -> TrainedLikes:
    """Train the views and the head; `report(name)` gives the reporter of each training."""
    encoders: dict[View, SongEncoder] = {}
    curves: dict[str, list[Epoch]] = {}
    blocks: dict[str, NDArray[np.float32]] = {}
    # First, for an encoder of other features is refused before anything is learned.
    told = None if beside.onnx is None else encoder_block(beside.onnx, table, data.track_ids)
    for view in views:
        patches = view_patches(table, view, data.track_ids)
        extra = beside.generated if view == "spectrogram" else None
        chosen, likes = (patches, data) if extra is None else with_generated(patches, data, extra)
        alone = f"{view} alone"
        # The 1-D network would take twice the time for it, and whether it gains by it is not known.
        lesson = beside.lesson if view == "spectrogram" else None
        start, curves[alone] = pretrained(view, patches, recipe, device, report(alone), lesson)
        trained = train_view(view, chosen, likes, recipe, device=device, report=report(view), start=start)
        encoders[view], curves[view] = trained.encoder, trained.curve
        values, owner = torch.from_numpy(patches.values), torch.from_numpy(patches.owner)
        blocks[view] = embed_songs(trained.encoder, values, owner, len(data.track_ids)).cpu().numpy()
    blocks |= known_parts(table, data.track_ids)
    blocks["network"] = data.network_block()
    if told is not None:
        blocks["encoder"] = told
    parts = train_parts(blocks, data, recipe, device=device, report=report("multimodal"))
    curves["multimodal"] = parts.curve
    encoders = {view: encoder.cpu() for view, encoder in encoders.items()}
    model = LikeModel(encoders, parts.parts.cpu(), parts.head.cpu(), data.network, data.names, onnx=beside.onnx)
    return TrainedLikes(model, {name: curve for name, curve in curves.items() if curve})


def distil_likes(
    table: FeatureTable,
    data: LikeData,
    teacher: LikeModel,
    recipe: CnnRecipe,
    *,
    device: torch.device,
    report: Reporter,
) -> TrainedLikes:
    """A content model with a small network, taught by `teacher`; its head is trained anew on that.

    It embeds songs in as many dimensions as its teacher, whatever the recipe says.
    Raises InputError when the teacher has no 2-D network, is a student itself, or knows other users.
    """
    if "spectrogram" not in teacher.encoders or teacher.encoders["spectrogram"].small:
        raise InputError("the content model here has no big 2-D network to teach a small one: run audiorec train-cnn")
    if teacher.names != data.names:
        raise InputError("the listens have other users than the content model here: run audiorec train-cnn first")
    recipe = recipe.model_copy(update={"dim": teacher.parts.dim})
    blocks = known_parts(table, data.track_ids) | {"network": data.network_block()}
    if teacher.onnx is not None:
        blocks["encoder"] = encoder_block(teacher.onnx, table, data.track_ids)
    patches = {view: view_patches(table, view, data.track_ids) for view in teacher.encoders}
    songs = len(data.track_ids)
    encoded: dict[str, NDArray[np.float32]] = {
        view: teacher.embed_view(view, found.values, found.owner, songs) for view, found in patches.items()
    }
    # The teacher knows the network of the day on which it learned, in as many dimensions.
    known = blocks | {"network": replace(data, network=teacher.network).network_block()}
    lesson = Lesson(encoded["spectrogram"], teacher.likes(teacher.embed({**known, **encoded})).T)
    shown = patches["spectrogram"]
    student = teach(shown, data, lesson, recipe, device=device, report=report("student"))
    values, owner = torch.from_numpy(shown.values), torch.from_numpy(shown.owner)
    blocks = {"spectrogram": embed_songs(student.encoder, values, owner, songs).cpu().numpy(), **blocks}
    parts = train_parts(blocks, data, recipe, device=device, report=report("multimodal"))
    encoders: dict[View, SongEncoder] = {"spectrogram": student.encoder.cpu()}
    model = LikeModel(encoders, parts.parts.cpu(), parts.head.cpu(), data.network, data.names, onnx=teacher.onnx)
    return TrainedLikes(model, {"student": student.curve, "multimodal": parts.curve})


def encoder_block(onnx: OnnxEncoder, table: FeatureTable, track_ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """What a pre-trained encoder says of songs, float32 [N, d]; one exported for other features is refused."""
    if onnx.notes.get("feature_digest", table.layout.digest) != table.layout.digest:
        raise InputError(
            f"{onnx.files[0]} was exported for features of another recipe: run audiorec export --model encoder on a "
            "workspace with the features at hand"
        )
    layout, patches = table.layout, view_patches(table, onnx.view, track_ids)
    stored = Stored(layout.logmel_scale, layout.logmel_offset, layout.waveform_rate)
    return onnx.embed(patches.values, patches.owner, len(track_ids), stored)


def is_taught(lesson: NDArray[np.float32] | None, recipe: CnnRecipe) -> TypeGuard[NDArray[np.float32]]:
    """Whether a network learns first the output of another encoder."""
    return lesson is not None and recipe.encoder_epochs > 0


@torch.random.fork_rng()
def pretrained(
    view: View,
    patches: Patches,
    recipe: CnnRecipe,
    device: torch.device,
    report: Callable[[Epoch], None],
    lesson: NDArray[np.float32] | None = None,
) -> tuple[SongEncoder | None, list[Epoch]]:
    """An encoder taught by all songs that have patches, without listens or labels, and its curve.

    With a lesson [N, t] (rows of NaN: none of this song) it learns the output of another encoder, else what songs are
    like; None where the recipe wants neither or there are no two songs to tell apart.
    """
    if not is_taught(lesson, recipe) and not recipe.pretrain_epochs:
        return None, []
    torch.manual_seed(recipe.seed)
    if is_taught(lesson, recipe):
        known = ~np.isnan(lesson[patches.owner]).any(axis=1)
        patches = Patches(patches.values[known], patches.owner[known]) if not known.all() else patches
    songs, owner = np.unique(patches.owner, return_inverse=True)
    if len(songs) < 2:
        return None, []
    store = PatchStore(Patches(patches.values, owner.astype(np.int64)), len(songs), device)
    encoder = SongEncoder(view, patches.values.shape[1], recipe.dim, recipe.dropout).to(device)
    if is_taught(lesson, recipe):
        return distil_encoder(encoder, store, lesson[songs], recipe, report)
    return encoder, pretrain(encoder, store, recipe, report)


def view_patches(table: FeatureTable, view: View, track_ids: NDArray[np.int64]) -> Patches:
    """Stored patches of a view of the given songs."""
    patches = table.logmel(track_ids) if view == "spectrogram" else table.waveform(track_ids)
    if not len(patches.values):
        other = "spectrogram" if view == "waveform" else "waveform"
        raise InputError(f"the features keep no {view}: train with --view {other}, or extract with another recipe")
    bands = patches.values.shape[1]
    if view == "spectrogram" and bands % 16:
        raise InputError(
            f"the networks take a multiple of 16 bands, the features have {bands}: extract with bands = 128"
        )
    return patches


def known_parts(table: FeatureTable, track_ids: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
    """Descriptors and lyrics of the given songs, a row of NaN where there are no lyrics."""
    rows = np.searchsorted(table.track_ids, track_ids)
    return {"descriptors": table.descriptors()[rows], "lyrics": table.lyrics()[rows]}


def with_generated(patches: Patches, data: LikeData, extra: NDArray[np.uint8]) -> tuple[Patches, LikeData]:
    """Add every generated patch as a liked song of the fit part, cut or repeated to the frames of the real ones."""
    frames, count, songs = patches.values.shape[2], len(extra), len(data.track_ids)
    repeats = -(-frames // extra.shape[2])
    tiled = np.tile(extra, (1, 1, repeats))[:, :, :frames]
    joined = Patches(
        np.concatenate([patches.values, tiled]),
        np.concatenate([patches.owner, songs + np.arange(count, dtype=np.int64)]),
    )
    grown = LikeData(
        np.concatenate([data.track_ids, np.full(count, -1, dtype=np.int64)]),
        np.concatenate([data.part, np.full(count, "fit")]),
        np.concatenate([data.played, np.ones(count, dtype=bool)]),
        np.concatenate([data.likes, np.ones((count, data.likes.shape[1]), dtype=bool)]),
        data.users,
        data.names,
        (*data.artists, *([()] * count)),
        data.network,
    )
    return joined, grown
