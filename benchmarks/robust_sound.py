"""What a content model says of altered sound: noise, mp3 at 32 kbit/s, pitch, tempo, loudness. JSON lines.

    python benchmarks/robust_sound.py --workspace build/clips [--only NAME ...]

The workspace has a content model (`train-network`, `train-cnn`) and listens. Asked are the played songs of artists that
the model has not learned from; each file is altered, described anew, and its likes are told from that. AUC, mean over
users, and the paired difference to the files as they are, with 95 % bootstrap intervals. Pitch and tempo are changed by
librosa, one without the other.
"""

import argparse
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import torch
from personal import users_auc
from robust import interval

from audiorec import recipes
from audiorec.content import like_model
from audiorec.content.dataset import like_data
from audiorec.content.scoring import known_blocks
from audiorec.data.tables import TrackFeatures
from audiorec.data.workspace import Workspace
from audiorec.features.describe import Describer
from audiorec.features.recipe import FeatureRecipe

Sound = np.ndarray  # float32 [n, channels]


def main() -> None:
    """Alter, describe, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=list(ALTERED), default=list(ALTERED))
    options = parser.parse_args()
    torch.set_num_threads(1)
    with Workspace.open(options.workspace) as space:
        asked = Asked(space)
    plain = asked.auc("as it is")
    for name in options.only:
        found = plain if name == "as it is" else asked.auc(name)
        line = {"benchmark": "robust_sound", "sound": name, "songs": len(asked.ids), "auc": interval(known(found))}
        print(json.dumps(line | {"difference": interval(known(found - plain))}), flush=True)


class Asked:
    """The songs that are asked about, what is known of them besides sound, and who likes them."""

    def __init__(self, space: Workspace) -> None:
        table, tracks = space.features(), {track.id: track for track in space.tracks()}
        data = like_data(space.interactions(), space.tracks(), space.artist_parts())
        rows = np.concatenate([data.rows("validation"), data.rows("test")])
        self.ids = data.track_ids[rows]
        self.model = like_model.load(space.model("cnn"), table.layout.digest)
        self.likes = data.likes[rows][:, [data.names.index(name) for name in self.model.names]]
        self.paths = [Path(os.fsdecode(tracks[int(song)].path)) for song in self.ids]
        self.blocks = known_blocks(self.model, table, self.ids, [tracks[int(song)].artists for song in self.ids])
        self.recipe = recipes.load("features/default", FeatureRecipe)

    def auc(self, name: str) -> np.ndarray:
        """AUC of each user's likes when the sound is altered."""
        described = [self.described(path, ALTERED[name]) for path in self.paths]
        blocks = {**self.blocks, "descriptors": np.array([one.descriptors for one in described])}
        for view in self.model.encoders:
            parts = [one.logmel if view == "spectrogram" else one.waveform for one in described]
            owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
            blocks[view] = self.model.embed_view(view, np.concatenate(parts), owner, len(parts))
        return users_auc(self.model.likes(self.model.embed(blocks)).T, self.likes)

    def described(self, path: Path, alter: "Callable[[Sound, int], Sound]") -> TrackFeatures:
        """What is kept of the altered file."""
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        sound = alter(sound, rate)
        describer = Describer(self.recipe, rate, sound.shape[1])
        describer.push(np.ascontiguousarray(sound, dtype=np.float32))
        return describer.finish()


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
