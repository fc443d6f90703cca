"""From labels of some songs of a library to labels of all: pre-train, train, measure, predict.

Artists of the part `fit` teach, those of `validation` say when to stop, those of `test` are measured on. No files here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from audiorec import metrics
from audiorec.content.likes_training import pretrained
from audiorec.content.patches import PatchStore, halved
from audiorec.content.song_encoder import SongEncoder, View
from audiorec.data.tables import Patches
from audiorec.errors import InputError
from audiorec.labels.label_network import LabelNet
from audiorec.labels.network_training import LabelRecipe, train_labels
from audiorec.learning.loop import Epoch


@dataclass(frozen=True)
class Taught:
    """What is known of N songs: labels ("" where there is none), the parts of their artists, and an encoder's output
    for them, float32 [N, t] (`content/encoder_distillation.py`), or None."""

    labels: Sequence[str]
    part: NDArray[np.str_]
    lesson: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class LabelledLibrary:
    """The model, its curve, probabilities [N, C] of all songs, scores on `tested` songs after `learned` ones."""

    model: LabelNet
    curve: list[Epoch]
    probabilities: NDArray[np.float32]
    scores: dict[str, float]
    learned: int
    tested: int


def label_songs(
    view: View,
    patches: Patches,
    songs: Taught,
    recipe: LabelRecipe,
    *,
    device: torch.device,
    report: Callable[[str], Callable[[Epoch], None]],
) -> LabelledLibrary:
    """Learn from what is known of the songs whose patches these are.

    `report(name)` gives the reporter of each training. Raises InputError when the fit part has fewer than two labels.
    """
    texts, part = np.array(songs.labels), songs.part
    is_fit = (part == "fit") & (texts != "")
    names = np.unique(texts[is_fit])
    if len(names) < 2:
        raise InputError(
            f"the songs that teach (70 % of the artists) have {len(names)} labels: label more songs, of more artists"
        )
    known = np.isin(texts, names)
    index = np.where(known, np.searchsorted(names, texts), -1).astype(np.int64)
    fit, held, test = (np.flatnonzero(known & (part == name)) for name in ("fit", "validation", "test"))
    is_halved = recipe.halved and view == "spectrogram" and patches.values.shape[1] % 32 == 0
    patches = halved(patches) if is_halved else patches
    start, _ = pretrained(view, patches, recipe, device, report(f"{view} alone"), songs.lesson)
    encoder = start or SongEncoder(view, patches.values.shape[1], recipe.dim, recipe.dropout).to(device)
    store = PatchStore(patches, len(texts), device)
    trained = train_labels(
        encoder, store, index, (fit, held), recipe, report=report(view), is_pretrained=start is not None
    )
    model = LabelNet(trained.encoder.cpu(), trained.head.cpu(), tuple(map(str, names)), is_halved)
    found = trained.probabilities(store, np.arange(len(texts)))
    scores: dict[str, float] = {}
    if len(test):
        given = found[test].argmax(axis=1)
        scores = {"macro_f1": metrics.macro_f1(index[test], given), "accuracy": metrics.accuracy(index[test], given)}
    return LabelledLibrary(model, trained.curve, found, scores, len(fit), len(test))
