"""The content model that other parts use: encoders of the sound, multimodal network and like head, in one folder.

Arrays in, arrays out. A song's network part comes from the embedding of the fit part that is stored beside it.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from audiorec.content import onnx_encoder
from audiorec.content.multimodal import LikeHead, Multimodal
from audiorec.content.onnx_encoder import OnnxEncoder
from audiorec.content.song_encoder import SongEncoder, View, embed_songs
from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header
from audiorec.learning.module_weights import fill
from audiorec.network import embedding
from audiorec.network.embedding import NetworkEmbedding

KIND = "like"
ENCODER_FILES = ("encoder.onnx", "encoder.toml")


@dataclass
class LikeModel:
    """A trained content model.

    encoders: one for each view; onnx: a pre-trained one from a file; parts: what joins them with descriptors, lyrics
    and network; names: the users of the head, in the order of its columns.
    """

    encoders: dict[View, SongEncoder]
    parts: Multimodal
    head: LikeHead
    network: NetworkEmbedding
    names: tuple[str, ...]
    onnx: OnnxEncoder | None = None

    def embed_view(
        self, view: View, patches: NDArray[np.uint8], owner: NDArray[np.int64], songs: int
    ) -> NDArray[np.float32]:
        """Sound embeddings float32 [songs, dim] from stored patches."""
        embedded = embed_songs(self.encoders[view], torch.from_numpy(patches), torch.from_numpy(owner), songs)
        return np.asarray(embedded.cpu().numpy(), dtype=np.float32)

    @torch.no_grad()
    def embed(self, blocks: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """Song embeddings float32 [N, dim] from blocks name -> [N, d] (rows of NaN: absent)."""
        tensors = {name: torch.from_numpy(np.ascontiguousarray(block)) for name, block in blocks.items()}
        return np.asarray(self.parts.cpu()(tensors).numpy(), dtype=np.float32)

    @torch.no_grad()
    def sides(self, songs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Songs' side [N, f + 1], users' side [U, f + 1] and bias [U] of song embeddings [N, dim].

        The logit of a like is their product plus the bias.
        """
        head, given = self.head.cpu(), torch.from_numpy(songs)
        song = torch.cat([head.song(given), head.popularity(given)], dim=1)
        user = torch.cat([head.user(head.users), torch.ones(len(head.users), 1)], dim=1)
        return song.numpy(), user.numpy(), (head.bias - head.shift).numpy()

    @torch.no_grad()
    def likes(self, songs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Like-probabilities float32 [U, N] of song embeddings [N, dim]."""
        return np.asarray(self.head.cpu().probabilities(torch.from_numpy(songs)).numpy().T, dtype=np.float32)


def save(
    folder: Path, model: LikeModel, config: dict[str, Any], digests: tuple[str, str], score: dict[str, float]
) -> None:
    """Write the model into an existing folder; `digests` are those of the features and of the recipe."""
    modules = {
        **{f"encoder_{view}": encoder for view, encoder in model.encoders.items()},
        "parts": model.parts,
        "head": model.head,
    }
    arrays = {
        f"{name}.{key}": value.detach().cpu().numpy()
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    shape = {
        "sizes": model.parts.sizes,
        "dim": model.parts.dim,
        "views": {view: encoder.bands for view, encoder in model.encoders.items()},
        "small": [view for view, encoder in model.encoders.items() if encoder.small],
    }
    header = Header(KIND, {**config, **shape}, digests[0], digests[1], list(model.names), score)
    checkpoint.save(folder, header, arrays)
    if model.onnx is not None:
        for file, name in zip(model.onnx.files, ENCODER_FILES, strict=True):
            shutil.copyfile(file, folder / name)
    (folder / "network").mkdir()
    embedding.save(folder / "network", model.network, {}, digests[1], {})


def load(folder: Path, feature_digest: str | None = None) -> LikeModel:
    """Read a model; raises CheckpointError when it does not fit the features."""
    header, arrays = checkpoint.load(folder, KIND, feature_digest)
    config = header.config
    encoders: dict[View, SongEncoder] = {}
    for view, bands in config["views"].items():
        encoders[view] = SongEncoder(view, bands, config["dim"], small=view in config.get("small", ()))
        fill(encoders[view], arrays, f"encoder_{view}.", folder)
    parts = Multimodal(config["sizes"], config["dim"])
    fill(parts, arrays, "parts.", folder)
    users = torch.from_numpy(arrays["head.users"])
    head = LikeHead(config["dim"], users, torch.full((len(users),), 0.5))
    fill(head, arrays, "head.", folder)
    onnx = onnx_encoder.load(folder / ENCODER_FILES[0]) if (folder / ENCODER_FILES[0]).is_file() else None
    network = embedding.load(folder / "network")
    return LikeModel(encoders, parts, head, network, tuple(header.labels), onnx=onnx)
