"""A workspace with a known answer: 32 songs by 8 artists in two styles, 20 users who love one style each."""

from pathlib import Path

import numpy as np

from audiorec.data.catalogue import FileRecord
from audiorec.data.tables import Layout, TrackFeatures
from audiorec.data.workspace import Workspace

SONGS, ARTISTS, USERS = 32, 8, 20
COLD = (30, 31)  # track ids that nobody plays; 31 and 32 are by the last artist, of whom other songs are played


def style_of(track_id: int) -> int:
    """Artists of even number make style 0, the others style 1; track ids count from 1."""
    return (track_id - 1) // (SONGS // ARTISTS) % 2


def build(root: Path) -> None:
    """Make the workspace: features that tell the style, and listens; songs 31 and 32 are cold."""
    rng = np.random.default_rng(0)
    layout = Layout("digest", tuple(f"d{n}" for n in range(8)), ("w0", "w1"), 1.0, 0.0, 8000)
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/music/{n:02d}.mp3".encode() for n in range(SONGS)])
        rows, records = [], []
        for record in space.records().values():
            n = record.track_id
            sound = rng.normal(size=8).astype(np.float32)
            sound[:3] += 3.0 * style_of(n)
            words = None if n % 5 == 0 else rng.normal(size=2).astype(np.float32)
            patch = np.zeros((1, 4, 8), dtype=np.uint8), np.zeros((1, 1, 16), dtype=np.uint8)
            text = None if words is None else ("黑夜 眼泪", "阳光 微笑")[n % 2]
            rows.append((n, TrackFeatures(*patch, sound, words, lyrics_text=text)))
            artist = f"artist {(n - 1) // (SONGS // ARTISTS)}"
            records.append(
                FileRecord(n, 1, 1, "ok", title=f"song {n}", artists=(artist,), year=1990 + n % 3, seconds=30.0)
            )
        space.commit_shard(rows, records, layout)
        space.use_features(layout.digest)
        space.add_listens("test", listens(rng))


def listens(rng: np.random.Generator) -> list[tuple[str, int, float, float | None]]:
    """Each user plays two thirds of their style and two songs of the other."""
    found: list[tuple[str, int, float, float | None]] = []
    for user in range(USERS):
        for track in range(1, SONGS - 1):
            if rng.random() < (0.66 if style_of(track) == user % 2 else 0.1):
                found.append((f"user {user}", track, float(rng.integers(1, 9)), None))
    return found
