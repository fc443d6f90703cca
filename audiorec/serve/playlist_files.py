"""A user's lists under fixed names, refreshed in place: m3u8 files in a folder, or playlists of a Subsonic server.

In a server, a list of the user's whose name begins with [RADIO] or [MIX] is refilled: a radio from the songs that it
holds, or songs that go with them until there are fifty.
"""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from audiorec.data.ledger import Ledger
from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.ranking.mood_search import fold
from audiorec.ranking.radio import Tuning, next_songs
from audiorec.serve.for_you import LISTS, Ask, ForYou
from audiorec.serve.snapshot import Snapshot
from audiorec.serve.subsonic.acting import PERSONAL
from audiorec.serve.subsonic.remote import RemoteServer, is_same

SONGS = 50
REFILLED = ("[RADIO]", "[MIX]")


def personal_lists(snapshot: Snapshot, ledger: Ledger, user: str) -> Iterator[tuple[str, list[Track]]]:
    """Name and songs of each list that is not empty."""
    for which in LISTS:
        found = ForYou().suggest(snapshot, ledger, Ask(user, which, SONGS), time.time())
        if found:
            yield PERSONAL[which], [snapshot.tracks[one.row] for one in found]


def write_files(folder: Path, lists: Sequence[tuple[str, list[Track]]], user: str) -> list[Path]:
    """Write each list as `USER - NAME.m3u8` with paths relative to the folder; raises InputError when it cannot."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, tracks in lists:
            path = folder / f"{_plain(user)} - {_plain(name)}.m3u8"
            temporary = path.with_name(f".{path.name}.tmp")
            temporary.write_bytes(_m3u8(folder, tracks))
            os.replace(temporary, path)
            written.append(path)
    except OSError as error:
        raise InputError(f"cannot write into {folder} ({error.strerror}): name another folder with --to") from error
    return written


def _m3u8(folder: Path, tracks: Sequence[Track]) -> bytes:
    lines = [b"#EXTM3U"]
    base = os.fsencode(folder.resolve())
    for track in tracks:
        name = f"{track.artist} - {track.title}" if track.artist else track.title
        lines.append(f"#EXTINF:{round(track.seconds)},{' '.join(name.split())}".encode("utf-8", "replace"))
        lines.append(os.path.relpath(track.path, base))
    return b"\n".join(lines) + b"\n"


def _plain(text: str) -> str:
    """A name that every file system takes."""
    kept = "".join(sign if sign.isprintable() and sign not in '/\\:*?"<>|' else "_" for sign in text)
    return kept.strip(". ")[:80] or "_"


def send(server: RemoteServer, lists: Sequence[tuple[str, list[Track]]]) -> list[tuple[str, int, int]]:
    """Put the lists into a server; returns name, songs found there, songs not found, of each."""
    known = {one.name: one for one in server.playlists()}
    written = []
    for name, tracks in lists:
        found = [song for track in tracks if (song := server.song_id(track)) is not None]
        server.fill(name, found, known.get(name))
        written.append((name, len(found), len(tracks) - len(found)))
    return written


def refill(server: RemoteServer, snapshot: Snapshot, rng: np.random.Generator) -> list[tuple[str, int, int]]:
    """Refill the lists of the server that ask for it by their names; same answer as `send`.

    [RADIO]: the seeds are replaced by songs near to them; [MIX]: the songs stay, and songs that go with them follow, so
    that it has SONGS again.
    """
    titled: dict[str, list[int]] = {}
    for row, track in enumerate(snapshot.tracks):
        titled.setdefault(fold(track.title), []).append(row)
    written = []
    for one in server.playlists():
        if not one.name.startswith(REFILLED):
            continue
        entries = server.songs_of(one)
        alike = ((row, entry) for entry in entries for row in titled.get(fold(str(entry.get("title", ""))), ()))
        rows = [row for row, entry in alike if is_same(snapshot.tracks[row], entry)]
        kept = [str(entry["id"]) for entry in entries] if one.name.startswith("[MIX]") else []
        wanted = SONGS - len(kept) if kept else max(len(rows), 20)
        if not rows or wanted <= 0:
            continue
        new = next_songs(snapshot.vectors, snapshot.tracks, Tuning(rows), rows, wanted, rng)
        found = [song for row in new if (song := server.song_id(snapshot.tracks[row])) is not None]
        if found:
            server.fill(one.name, [*kept, *found], one)
            written.append((one.name, len(found), len(new) - len(found)))
    return written
