"""Training of the content models on a workspace: networks, SVM and DCGAN; workspace in, published model out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec import recipes
from audiorec.content import like_model, onnx_encoder
from audiorec.content.dataset import LikeData, like_data
from audiorec.content.dcgan import (
    DcganRecipe,
    Embed,
    GanReport,
    TrainedGan,
    band_statistics,
    generate,
    judge,
    load_generated,
    save_generated,
    train_gan,
)
from audiorec.content.encoder_distillation import lesson_in
from audiorec.content.encoder_training import CnnRecipe
from audiorec.content.likes_training import Beside, Reporter, TrainedLikes, distil_likes, train_likes
from audiorec.content.scoring import fused_songs
from audiorec.content.song_encoder import VIEWS, View
from audiorec.content.svm import SvmRecipe, Trial, train_svm
from audiorec.data import kept_recipes
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.learning import checkpoint, distributed, snapshots
from audiorec.learning.curve_file import write_curves
from audiorec.learning.loop import Epoch, choose_device, quiet


@dataclass(frozen=True)
class TrainedNetworks:
    """How many users and songs were learned from, how many songs kept aside, and the AUC on these by training."""

    users: int
    songs: int
    held: int
    scores: dict[str, float]


@dataclass(frozen=True)
class TrainedSvm:
    """The best setting and its AUC on artists kept aside (NaN: no listens to measure it on)."""

    best: Trial
    auc: float


@dataclass(frozen=True)
class TrainedDcgan:
    """Generated patches uint8 [G, 128, 128], how many real ones there were, and how they compare."""

    made: NDArray[np.uint8]
    real: int
    verdict: GanReport


def cnn_recipe(root: Path, source: str | Path | None = None, overrides: Sequence[str] = ()) -> CnnRecipe:
    """The networks' recipe in a workspace: from `source`, else the one that a search has kept, else the shipped."""
    return recipes.load(source or kept_recipes.kept_or(root, "cnn", "training/cnn"), CnnRecipe, overrides)


def _likes(space: Workspace, user: str | None, dims: int, seed: int) -> LikeData:
    return like_data(space.interactions(), space.tracks(), space.artist_parts(), user=user, dims=dims, seed=seed)


def train_networks(
    space: Workspace,
    recipe: CnnRecipe | None = None,
    *,
    views: Sequence[View] = VIEWS,
    user: str | None = None,
    generated: bool = False,
    encoder: Path | None = None,
    device: str = "auto",
    report: Reporter = lambda name: quiet,
) -> TrainedNetworks:
    """Train the 2-D and 1-D networks and the multimodal head, for all users or for one, and publish them.

    generated: patches of `augment --dcgan` join the user's songs. encoder: a pre-trained ONNX encoder joins the head.
    Where the library has an encoder's output, the networks learn that first (`encoder_epochs` of the recipe).
    Raises InputError for generated patches without a user, WorkspaceError without features or listens.
    """
    if generated and user is None:
        raise InputError("generated songs balance the songs of one user: add --user NAME")
    chosen = recipe or cnn_recipe(space.root)
    onnx = None if encoder is None else onnx_encoder.load(encoder)
    table, data = space.features(), _likes(space, user, chosen.user_dims, chosen.seed)
    made = load_generated(space.model("dcgan")) if generated else None
    beside = Beside(made, onnx, lesson_in(space, data.track_ids, chosen))
    name = "cnn" if user is None else "cnn-user"
    of = space.inputs() | {"recipe": recipes.digest(chosen), "what": repr((views, user, generated, encoder))}
    with snapshots.kept_in(space.derived("unfinished") / name, of):
        trained = train_likes(
            table, data, chosen, list(views), device=choose_device(device), report=report, beside=beside
        )
    return _published(space, trained, data, chosen, user)


def distil_networks(
    space: Workspace, recipe: CnnRecipe | None = None, *, device: str = "auto", report: Reporter = lambda name: quiet
) -> TrainedNetworks:
    """Teach a small network what the workspace's content model knows, and publish it as the content model.

    Raises CheckpointError without a content model, InputError when it cannot teach.
    """
    chosen = recipe or cnn_recipe(space.root)
    table, data = space.features(), _likes(space, None, chosen.user_dims, chosen.seed)
    teacher = like_model.load(space.model("cnn"), table.layout.digest)
    trained = distil_likes(table, data, teacher, chosen, device=choose_device(device), report=report)
    return _published(space, trained, data, chosen, None)


def _published(
    space: Workspace, trained: TrainedLikes, data: LikeData, recipe: CnnRecipe, user: str | None
) -> TrainedNetworks:
    digests = (space.feature_digest(), recipes.digest(recipe))
    name = "cnn" if user is None else "cnn-user"

    def write(folder: Path) -> None:
        like_model.save(folder, trained.model, {"user": user}, digests, trained.scores)
        write_curves(folder, trained.curves)

    if distributed.world().is_first:
        space.publish_model(name, write, recipes.origin(recipe, "training/cnn"))
    held = len(data.rows("validation"))
    return TrainedNetworks(len(data.names), len(data.rows("fit")), held, trained.scores)


def train_svm_model(
    space: Workspace,
    recipe: SvmRecipe | None = None,
    *,
    user: str | None = None,
    report: Callable[[Trial], None] = lambda trial: None,
) -> TrainedSvm:
    """Search and train the SVM on fused song vectors, for all users or for one, and publish it."""
    chosen = recipe or recipes.load("training/svm", SvmRecipe)
    table, data = space.features(), _likes(space, user, chosen.user_dims, chosen.seed)
    trained = train_svm(fused_songs(table, data.track_ids), data, chosen, report)
    best = trained.trials[0]

    def write(folder: Path) -> None:
        config = {"kernel": best.kernel, "gamma": best.gamma, "cost": best.cost, "user": user}
        score = {"auc": trained.auc} if np.isfinite(trained.auc) else {}
        digests = (table.layout.digest, recipes.digest(chosen))
        header = checkpoint.Header("svm", config, *digests, list(data.names), score)
        checkpoint.save(folder, header, trained.model.to_arrays())

    space.publish_model("svm" if user is None else "svm-user", write, recipes.origin(chosen, "training/svm"))
    return TrainedSvm(best, trained.auc)


def train_dcgan(
    space: Workspace,
    recipe: DcganRecipe | None = None,
    *,
    user: str | None = None,
    device: str = "auto",
    report: Callable[[Epoch], None] = quiet,
    draw: Callable[[Path, NDArray[np.uint8]], None],
) -> TrainedDcgan:
    """Train the DCGAN on patches of songs of the fit part, generate, judge and publish.

    draw: writes a picture of patches as PNG; the samples of each stage are kept beside the model.
    """
    chosen = recipe or recipes.load("training/dcgan", DcganRecipe)
    real = _real_patches(space, user)
    trained = train_gan(real, chosen, device=choose_device(device), report=report)
    made = generate(trained.generator, chosen.samples, chosen.seed)
    verdict = judge(real, made, _embedding(space), chosen.seed)
    config = {"size": chosen.size, "width": chosen.width, "user": user}
    score = {"frechet": verdict.frechet, "frechet_floor": verdict.frechet_floor, "nearest": verdict.nearest}
    header = checkpoint.Header("dcgan", config, space.feature_digest(), recipes.digest(chosen), score=score)

    def write(folder: Path) -> None:
        _save_gan(folder, trained, header)
        save_generated(folder, made)
        for number, patches in trained.grids:
            draw(folder / f"samples-{number:03d}.png", patches)

    if distributed.world().is_first:
        space.publish_model("dcgan", write)
    return TrainedDcgan(made, len(real), verdict)


def _save_gan(folder: Path, trained: TrainedGan, header: checkpoint.Header) -> None:
    arrays: dict[str, Any] = {name: value.cpu().numpy() for name, value in trained.generator.state_dict().items()}
    checkpoint.save(folder, header, arrays)
    write_curves(folder, trained.curve)


def _real_patches(space: Workspace, user: str | None) -> NDArray[np.uint8]:
    """Log-mel patches of the songs of the fit part: generated songs must not come from those that test."""
    table = space.features()
    if not space.has_listens():
        return table.logmel().values
    data = like_data(space.interactions(), space.tracks(), space.artist_parts(), user=user)
    rows = data.part == "fit"
    if user is not None:
        rows &= data.likes[:, 0]
    return table.logmel(data.track_ids[rows]).values


def _embedding(space: Workspace) -> Embed:
    """The 2-D network of the workspace where there is one, else statistics of the bands."""
    if not space.has_model("cnn"):
        return band_statistics
    model = like_model.load(space.model("cnn"), space.feature_digest())
    if "spectrogram" not in model.encoders:
        return band_statistics
    return lambda patches: model.embed_view("spectrogram", patches, np.arange(len(patches)), len(patches))
