"""A network that gives songs labels: an encoder of the sound with a linear head, kept as arrays. It does not train."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from audiorec.content.song_encoder import SongEncoder, View, embed_songs
from audiorec.content.spectrogram_cnn import SpectrogramCnn, halved
from audiorec.learning import checkpoint
from audiorec.learning.checkpoint import Header
from audiorec.learning.module_weights import fill

KIND = "labels"


@dataclass
class LabelNet:
    """Encoder and head (embedding -> logits), and the names of the labels in the order of the logits.

    `is_halved`: the encoder takes log-mel patches of half the bands and half the frames.
    """

    encoder: SongEncoder
    head: torch.nn.Linear
    names: tuple[str, ...]
    is_halved: bool = False

    @torch.no_grad()
    def probabilities(self, patches: NDArray[np.uint8], owner: NDArray[np.int64], songs: int) -> NDArray[np.float32]:
        """Probabilities float32 [songs, C] from stored patches of the encoder's view."""
        given = torch.from_numpy(halved(patches) if self.is_halved else patches)
        embedded = embed_songs(self.encoder, given, torch.from_numpy(owner), songs)
        return np.asarray(torch.softmax(self.head(embedded), dim=1).cpu().numpy(), dtype=np.float32)


def save(folder: Path, model: LabelNet, digests: tuple[str, str], score: dict[str, float]) -> None:
    """Write the model into an existing folder; `digests` are those of the features and of the recipe."""
    net = model.encoder.net
    config = {
        "view": model.encoder.view,
        "dim": model.encoder.dim,
        "bands": len(net.band_mean) if isinstance(net, SpectrogramCnn) else 0,
        "halved": model.is_halved,
    }
    arrays = {
        f"{name}.{key}": value.detach().cpu().numpy()
        for name, module in (("encoder", model.encoder), ("head", model.head))
        for key, value in module.state_dict().items()
    }
    checkpoint.save(folder, Header(KIND, config, *digests, labels=list(model.names), score=score), arrays)


def load(folder: Path, feature_digest: str | None = None) -> LabelNet:
    """Read a model; raises CheckpointError when it does not fit the features."""
    header, arrays = checkpoint.load(folder, KIND, feature_digest)
    view: View = header.config["view"]
    encoder = SongEncoder(view, header.config["bands"], header.config["dim"])
    head = torch.nn.Linear(header.config["dim"], len(header.labels))
    for name, module in (("encoder", encoder), ("head", head)):
        fill(module, arrays, f"{name}.", folder)
    return LabelNet(encoder, head, tuple(header.labels), header.config["halved"])
