"""Which commands a job of the page is made of: the demo library, looking at the music again, training, measuring."""

import os
from pathlib import Path

from audiorec.serve.snapshot import Snapshot
from audiorec.shipped_files import shipped_folder

Commands = list[list[str]]


def plan(kind: str, root: Path, snapshot: Snapshot) -> tuple[Path, Commands]:
    """The workspace that a job writes, and its commands, in order; none when there is nothing to do."""
    if kind == "demo":
        return root / "demo", demo_commands()
    if kind == "extract":
        folders = music_folders([track.path for track in (*snapshot.tracks, *snapshot.failed)])
        return snapshot.root, [["extract", *map(os.fsdecode, folders)]] if folders else []
    if not snapshot.tracks:
        return snapshot.root, []
    return snapshot.root, [["evaluate"]] if kind == "evaluate" else training_commands(snapshot)


def training_commands(snapshot: Snapshot) -> Commands:
    """Everything that learns from listens; nothing does without them."""
    return [["train"]] if snapshot.users else []


def demo_commands() -> Commands:
    """From the shipped songs to trained lists."""
    assets = shipped_folder("assets") / "demo"
    return [
        ["extract", str(assets / "library")],
        ["import", "listens", str(assets / "listens.csv")],
        ["import", "friends", str(assets / "friends.csv")],
        ["train"],
    ]


def music_folders(paths: list[bytes]) -> list[bytes]:
    """The fewest folders that hold all files, none of them the root of the disk: known ones only, never a request's."""
    folders = sorted({path.rpartition(b"/")[0] for path in paths if path.startswith(b"/")})
    kept: list[bytes] = []
    for folder in folders:
        if not any(folder == above or folder.startswith(above + b"/") for above in kept):
            kept.append(folder)
    if len(kept) > 1:
        above = os.path.commonpath(kept)
        if above.count(b"/") >= 2:
            return [above]
    return [folder for folder in kept if folder]
