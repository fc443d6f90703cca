"""What a content model says of altered sound: noise, mp3 at 32 kbit/s, pitch, tempo, loudness. JSON lines.

    python benchmarks/robust_sound.py --workspace build/clips [--only NAME ...]
    python benchmarks/robust_sound.py --workspace build/clips --adversarial 0 0.1 0.3 --seeds 3 --keep build/altered

The workspace has listens and a content model (`train-network`, `train-cnn`). Asked are the played songs of artists that
the model has not learned from; each file is altered, described anew, and its likes are told from that. AUC, mean over
users, and the paired difference to the files as they are, with 95 % bootstrap intervals. Pitch and tempo are changed by
librosa, one without the other.

With `--adversarial` 2-D networks are trained for `--epochs` with each of these sizes (`adversarial` of `training/cnn`),
and asked alone, without descriptors and words: also about the worst changes of the stored log-mel, by the slope of the
true likes' loss. `minus_plain` is the paired difference to the first size on the same sound, `--keep` a folder for what
the altered files were turned into.
"""

import argparse
import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
import torch
from personal import users_auc
from robust import interval
from torch.nn.functional import binary_cross_entropy_with_logits

from audiorec import recipes
from audiorec.content import like_model
from audiorec.content.augmentation import uphill
from audiorec.content.dataset import LikeData, like_data
from audiorec.content.encoder_training import CnnRecipe, TrainedView, train_view
from audiorec.content.like_model import LikeModel
from audiorec.content.likes_training import view_patches
from audiorec.content.scoring import known_blocks
from audiorec.content.song_encoder import embed_songs
from audiorec.data.coded_sound import mu_law, sound_of
from audiorec.data.tables import Patches, TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.features.describe import Describer
from audiorec.features.recipe import FeatureRecipe
from audiorec.learning.loop import quiet

Sound = np.ndarray  # float32 [n, channels]
CPU = torch.device("cpu")
# Of the log-mel, in deviations of a band; so many songs at once.
WORST, AT_ONCE = (0.05, 0.1, 0.3), 16
AS_IT_IS = "as it is"


def main() -> None:
    """Alter, describe, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=list(ALTERED), default=list(ALTERED))
    parser.add_argument("--adversarial", nargs="+", type=float, metavar="SIZE", help="train with these")
    parser.add_argument("--seeds", type=int, default=1, help="with --adversarial")
    parser.add_argument("--epochs", type=int, default=25, help="with --adversarial")
    parser.add_argument("--keep", type=Path, help="a folder for descriptions of altered files")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with Workspace.open(options.workspace) as space:
        asked = Asked(space, options.keep)
        lines = compared(space, asked, options) if options.adversarial else of_workspace(space, asked, options.only)
        for line in lines:
            print(json.dumps({"benchmark": "robust_sound", "songs": len(asked.ids)} | line), flush=True)


def of_workspace(space: Workspace, asked: "Asked", sounds: list[str]) -> Iterator[dict[str, object]]:
    """The workspace's model, with all that it knows of a song."""
    model = like_model.load(space.model("cnn"), space.features().layout.digest)
    likes = asked.likes[:, [asked.data.names.index(name) for name in model.names]]
    artists = [asked.data.artists[row] for row in asked.rows]
    blocks = known_blocks(model, space.features(), asked.ids, artists)

    def auc(name: str) -> np.ndarray:
        views, descriptors = asked.described(name)
        embeddings = {view: embedded(model, view, views[view]) for view in model.encoders}
        return users_auc(model.likes(model.embed({**blocks, **embeddings, "descriptors": descriptors})).T, likes)

    plain = auc(AS_IT_IS)
    for name in sounds:
        found = plain if name == AS_IT_IS else auc(name)
        yield {"sound": name, "auc": interval(known(found)), "difference": interval(known(found - plain))}


def embedded(model: LikeModel, view: str, patches: Patches) -> np.ndarray:
    """Embeddings of songs by one of the model's networks."""
    return model.embed_view(view, patches.values, patches.owner, int(patches.owner.max()) + 1)


class Asked:
    """The songs that are asked about and who likes them; files described as they are or altered."""

    def __init__(self, space: Workspace, keep: Path | None) -> None:
        tracks = {track.id: track for track in space.tracks()}
        self.data = like_data(space.interactions(), space.tracks(), space.artist_parts())
        self.rows = np.concatenate([self.data.rows("validation"), self.data.rows("test")])
        self.ids, self.likes = self.data.track_ids[self.rows], self.data.likes[self.rows]
        self.paths = [Path(os.fsdecode(tracks[int(song)].path)) for song in self.ids]
        self.recipe, self.keep = recipes.load("features/default", FeatureRecipe), keep

    def described(self, name: str) -> tuple[dict[str, Patches], np.ndarray]:
        """Patches by view, and descriptors, of the altered files; read where they are kept."""
        file = self.keep / f"{list(ALTERED).index(name)}.npz" if self.keep else None
        if file and file.is_file():
            with np.load(file) as kept:
                found = dict(kept)
        else:
            found = self.describe(name)
        if file and not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(file, **found)
        views = {view: Patches(found[view], found[f"{view}_owner"]) for view in ("spectrogram", "waveform")}
        return views, found["descriptors"]

    def describe(self, name: str) -> dict[str, np.ndarray]:
        """The same, from the files."""
        each = [self.one(path, ALTERED[name]) for path in self.paths]
        found = {"descriptors": np.array([one.descriptors for one in each])}
        for view, parts in (
            ("spectrogram", [one.logmel for one in each]),
            ("waveform", [mu_law(sound_of(one.waveform, self.recipe.waveform_rate)) for one in each]),
        ):
            found[view] = np.concatenate(parts)
            found[f"{view}_owner"] = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        return found

    def one(self, path: Path, alter: "Callable[[Sound, int], Sound]") -> TrackFeatures:
        """What is kept of one altered file."""
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        sound = alter(sound, rate)
        describer = Describer(self.recipe, rate, sound.shape[1])
        describer.push(np.ascontiguousarray(sound, dtype=np.float32))
        return describer.finish()


# --- networks trained with and without adversarial changes -----------------------------------------------------------


def compared(space: Workspace, asked: Asked, options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Each size on each sound and under each worst change of what is stored; test artists are no part of training."""
    patches = view_patches(space.features(), "spectrogram", asked.data.track_ids)
    for sound in (AS_IT_IS, *options.only):
        asked.described(sound)
    # Nothing is validated on the artists that are asked about.
    data = replace(asked.data, part=np.where(asked.data.part == "fit", "fit", "test"))
    networks = {
        size: [trained(patches, data, (size, seed, options.epochs)) for seed in range(options.seeds)]
        for size in options.adversarial
    }
    plain: dict[str, np.ndarray] = {}
    for sound in [*options.only, *WORST]:
        shown = asked.described(AS_IT_IS if sound in WORST else sound)[0]["spectrogram"]
        for size, networks_of_size in networks.items():
            scores = [
                logits(network, shown, asked.likes, sound if sound in WORST else 0.0) for network in networks_of_size
            ]
            found = np.mean([users_auc(one, asked.likes) for one in scores], axis=0)
            usual = plain.setdefault(str(sound), found)
            line = {"adversarial": size, "sound": f"worst change of {sound}" if sound in WORST else sound}
            difference = {"minus_plain": interval(known(found - usual)), "seeds": options.seeds}
            yield line | {"auc": interval(known(found))} | difference


def trained(patches: Patches, data: LikeData, how: tuple[float, int, int]) -> TrainedView:
    """A 2-D network with its head, by size of the changes, seed and epochs."""
    size, seed, epochs = how
    changes = (f"adversarial={size}", f"epochs_blind={epochs}", f"seed={seed}")
    recipe = recipes.load("training/cnn", CnnRecipe, changes)
    return train_view("spectrogram", patches, data, recipe, device=CPU, report=quiet)


def logits(network: TrainedView, patches: Patches, likes: np.ndarray, worst: float) -> np.ndarray:
    """Of all songs and users [N, U], from patches moved by `worst` in the direction that hides the true likes most."""
    values, owner = torch.from_numpy(patches.values), torch.from_numpy(patches.owner)
    if not worst:
        with torch.no_grad():
            return network.head(embed_songs(network.encoder, values, owner, len(likes))).numpy()
    found = []
    for start in range(0, len(likes), AT_ONCE):
        true = torch.from_numpy(likes[start : start + AT_ONCE]).float()
        chosen = (owner >= start) & (owner < start + AT_ONCE)
        mine = owner[chosen] - start

        def told(seen: torch.Tensor, mine: torch.Tensor = mine, songs: int = len(true)) -> torch.Tensor:
            return network.head(network.encoder.pooled(network.encoder.net.encode(seen), mine, songs))

        seen = network.encoder.net.standardise(values[chosen]).requires_grad_()
        moved = uphill(seen, binary_cross_entropy_with_logits(told(seen), true), worst)
        with torch.no_grad():
            found.append(told(moved).numpy())
    return np.concatenate(found)


# --- sounds -----------------------------------------------------------------------------------------------------------


def known(values: np.ndarray) -> np.ndarray:
    """The users who can be asked."""
    return values[np.isfinite(values)]


def noisy(sound: Sound, rate: int) -> Sound:
    """White noise 20 dB below the sound."""
    level = 0.1 * float(np.sqrt(np.mean(np.square(sound))))
    return sound + level * np.random.default_rng(0).standard_normal(sound.shape).astype(np.float32)


def as_mp3(sound: Sound, rate: int) -> Sound:
    """Written and read as mp3; this level of libsndfile is 32 kbit/s at 22,050 Hz."""
    file = io.BytesIO()
    soundfile.write(file, sound, rate, format="MP3", bitrate_mode="CONSTANT", compression_level=0.85)
    file.seek(0)
    return soundfile.read(file, dtype="float32", always_2d=True)[0]


def pitched(share: float) -> "Callable[[Sound, int], Sound]":
    """Higher by a share, as long as before."""
    from librosa.effects import pitch_shift

    return lambda sound, rate: pitch_shift(sound.T, sr=rate, n_steps=12.0 * float(np.log2(1.0 + share))).T


def stretched(share: float) -> "Callable[[Sound, int], Sound]":
    """Faster by a share, as high as before."""
    from librosa.effects import time_stretch

    return lambda sound, rate: time_stretch(sound.T, rate=1.0 + share).T


ALTERED: "dict[str, Callable[[Sound, int], Sound]]" = {
    "as it is": lambda sound, rate: sound,
    "noise, -20 dB": noisy,
    "mp3, 32 kbit/s": as_mp3,
    "pitch +3 %": pitched(0.03),
    "tempo +3 %": stretched(0.03),
    "tempo -3 %": stretched(-0.03),
    "6 dB quieter": lambda sound, rate: 0.5 * sound,
}

if __name__ == "__main__":
    main()
