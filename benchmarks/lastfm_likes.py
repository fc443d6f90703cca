"""The SVM and the 2-D network of `cold_start.py`: task T2 on artists, conditioned on users placed by all they play."""

import copy
from functools import cache, partial

import numpy as np
import torch
from lastfm_clips import Clips, Data
from scipy import sparse

from audiorec import recipes
from audiorec.collaborative.als import implicit_als
from audiorec.content.dataset import LikeData
from audiorec.content.encoder_training import CnnRecipe, train_view
from audiorec.content.likes_training import pretrained
from audiorec.content.multimodal_training import train_parts
from audiorec.content.song_encoder import SongEncoder, embed_songs
from audiorec.content.svm import SvmRecipe, train_svm
from audiorec.learning.loop import quiet
from audiorec.network.embedding import NetworkEmbedding

CPU = torch.device("cpu")
# What fits into half a minute of one core.
CNN_BUDGET = ("epochs=25", "patience=25", "mixup=0.0", "crop_frames=96")


def likes(data: Data, cold: np.ndarray, seed: int, validation: float) -> LikeData:
    """What the content networks learn from: likes of warm artists; `data` holds no plays of the cold ones."""
    rng = np.random.default_rng(seed)
    together = sparse.csr_array(sparse.hstack([data.listens, data.elsewhere], format="csr"))
    together.data = np.log1p(together.data)
    users = implicit_als(together, 16, regularization=1.0, alpha=5.0, iterations=5, seed=seed).users
    count = len(data.artists)
    part = np.where(rng.random(count) < validation, "validation", "fit")
    part[cold] = "test"
    liked = np.asarray(data.listens.todense()).T > 0
    nothing = np.zeros((0, 1), dtype=np.float32)
    network = NetworkEmbedding((), np.zeros(0, dtype=np.int64), (), nothing, nothing, nothing, nothing[:, 0])
    names = tuple(f"{row}" for row in range(len(users)))
    vectors = (users / np.sqrt(np.mean(users**2))).astype(np.float32)
    artists = tuple((f"{row}",) for row in range(count))
    return LikeData(np.arange(count), part, liked.any(axis=1), liked, vectors, names, artists, network)


def svm(data: Data, cold: np.ndarray, seed: int) -> np.ndarray:
    """Like-probabilities [U, cold] by the SVM on sound and words."""
    words = data.blocks["words"]
    fused = np.column_stack([data.blocks["sound"], words, ~np.isnan(words[:, :1])]).astype(np.float32)
    model = train_svm(fused, likes(data, cold, seed, 0.0), SvmRecipe(seed=seed)).model
    return np.asarray(model.probabilities(fused[cold], np.arange(data.listens.shape[0])))


def cnn(data: Data, cold: np.ndarray, seed: int, before: tuple[str, ...] = ()) -> np.ndarray:
    """Like-probabilities [U, cold] by the network on log-mel patches; an artist is a song with many patches.

    `before`: how it has been trained on all clips first, without anybody's likes; it then needs half of the epochs.
    """
    patches, clips = data.patches, data.clips
    assert patches is not None
    assert clips is not None
    budget = (*CNN_BUDGET, "epochs=12") if before else CNN_BUDGET
    recipe = recipes.load("training/cnn", CnnRecipe, budget).model_copy(update={"seed": seed})
    start = copy.deepcopy(taught(clips, before, seed)) if before else None
    known = likes(data, cold, seed, 0.15)
    trained = train_view("spectrogram", patches, known, recipe, device=CPU, report=quiet, start=start)
    chosen = np.isin(patches.owner, cold)
    values = torch.from_numpy(patches.values[chosen])
    owner = torch.from_numpy(np.searchsorted(cold, patches.owner[chosen]))
    with torch.no_grad():
        return np.asarray(trained.head(embed_songs(trained.encoder, values, owner, len(cold))).numpy().T)


@cache
def taught(clips: Clips, before: tuple[str, ...], seed: int) -> SongEncoder | None:
    """A network trained on all clips: on an encoder's output for them, or that patches of a clip belong together."""
    recipe = recipes.load("training/cnn", CnnRecipe, (*before, f"seed={seed}"))
    return pretrained("spectrogram", clips.patches, recipe, CPU, quiet, clips.lesson)[0]


@cache
def as_taught(clips: Clips, before: tuple[str, ...], seed: int) -> np.ndarray:
    """Its embeddings of all artists."""
    encoder = taught(clips, before, seed)
    assert encoder is not None
    values, owner = torch.from_numpy(clips.by_artist.values), torch.from_numpy(clips.by_artist.owner)
    return embed_songs(encoder, values, owner, int(owner.max()) + 1).numpy()


def cnn_as_taught(data: Data, cold: np.ndarray, seed: int, before: tuple[str, ...]) -> np.ndarray:
    """Like-probabilities [U, cold] by a head on the network as it was taught, which learns nothing more itself."""
    assert data.clips is not None
    embedded = as_taught(data.clips, before, seed)
    known, recipe = likes(data, cold, seed, 0.15), CnnRecipe(seed=seed, head_steps=300)
    trained = train_parts({"audio": embedded}, known, recipe, device=CPU, report=quiet)
    with torch.no_grad():
        return np.asarray(trained.head(trained.parts({"audio": torch.from_numpy(embedded[cold])})).numpy().T)


ALONE, HEARD = ("encoder_epochs=0", "pretrain_epochs=20"), ("encoder_epochs=20",)
LIKES = {
    "svm": svm,
    "cnn": cnn,
    "cnn_pretrained": partial(cnn, before=ALONE),
    "cnn_distilled": partial(cnn_as_taught, before=HEARD),
    "cnn_distilled_tuned": partial(cnn, before=HEARD),
}
