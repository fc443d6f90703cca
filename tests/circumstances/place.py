"""A folder of music in a circumstance, described in this process, and what people would see of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutagen import id3

from audiorec.data.workspace import Workspace
from audiorec.features.extract import Outcomes, make_plan, run_plan
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.workers import Crew
from audiorec.library import Library
from tests import signals

RECIPE = FeatureRecipe(segments=1, segment_frames=64, waveform_segments=1)


@dataclass(frozen=True)
class Place:
    """A folder of music and its workspace."""

    root: Path

    @property
    def music(self) -> Path:
        return self.root / "music"

    @property
    def library(self) -> Library:
        return Library(self.root / "ws")

    def song(self, name: str, *frames: Any, hz: int = 440, seconds: float = 0.4) -> Path:
        """A tone with ID3 frames; another pitch for each name, so that no two are one recording."""
        path = self.music / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = signals.tone(hz + 13 * sum(name.encode()), seconds)
        path.write_bytes(signals.encoded(sound, signals.RATE, "MP3", "MPEG_LAYER_III"))
        if frames:
            tags = id3.ID3()
            for frame in frames:
                tags.add(frame)
            tags.save(path)
        return path

    def raw(self, name: str, data: bytes | str) -> Path:
        path = self.music / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def extract(self, **asked: Any) -> list[str]:
        """Describe the music; returns the reasons of what is not whole."""
        return [reason for _, _, reason in self.outcomes(**asked).reasons]

    def outcomes(self, **asked: Any) -> Outcomes:
        with Workspace.open(self.root / "ws", write=True) as space:
            plan = make_plan(space, [os.fsencode(self.music)], RECIPE, **asked)
            return run_plan(space, plan, RECIPE, Crew(1), lambda size: None)

    def tracks(self) -> dict[str, dict[str, Any]]:
        """What is known of every song that can be used, by the name of its file."""
        return {Path(one["path"]).name: one for one in self.library.tracks() if one["status"] != "failed"}


def named(artist: str, title: str) -> tuple[Any, Any]:
    return id3.TPE1(3, [artist]), id3.TIT2(3, [title])
