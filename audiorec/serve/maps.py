"""The map of the library for the page: laid out once a state of the library, kept in `derived/`, named by regions.

The stored map is the start of the next one, so that songs stay where people know them. One is drawn at a
time, and no request waits longer than a moment for it.
"""

import hashlib
import json
import os
import threading
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from audiorec.ranking.mood_search import heard_in
from audiorec.ranking.song_map import SongMap, lay_out
from audiorec.serve.problem_details import NotReadyError
from audiorec.serve.snapshot import Snapshot

FILE = "song_map.safetensors"
_REGION_SONGS = 40
_PATIENCE = 5.0  # seconds that a request waits for a map
_MOST_REGIONS = 24


class Maps:
    """The map of the current snapshot; made when it is first asked for, in a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[str, SongMap, list[dict[str, Any]]] | None = None
        self._drawing: Future[None] | None = None
        self._shown: tuple[tuple[Path, int], bytes] | None = None

    def shown(self, snapshot: Snapshot) -> bytes:
        """The map as JSON: ids, x and y of the same order, neighbours by place in it, names, and regions; as `get`.

        Kept for a snapshot: at 100,000 songs it is 9 MB, a second's work.
        """
        found, named = self.get(snapshot)
        of = snapshot.root, snapshot.serial
        kept = self._shown
        if kept is None or kept[0] != of:
            kept = self._shown = of, json.dumps(_plain(snapshot, found, named), separators=(",", ":")).encode()
        return kept[1]

    def get(self, snapshot: Snapshot) -> tuple[SongMap, list[dict[str, Any]]]:
        """The map and its regions; a snapshot with the same songs and vectors gets the same.

        Raises NotReadyError where drawing takes longer than anybody waits for an answer: it goes on meanwhile.
        """
        key = _key(snapshot)
        with self._lock:
            kept = self._kept
            if kept is not None and kept[0] == key:
                return kept[1], kept[2]
            if self._drawing is None or self._drawing.done():
                self._drawing = Future()
                threading.Thread(target=self._draw, args=(snapshot, key, self._drawing), daemon=True).start()
            drawing = self._drawing
        with suppress(TimeoutError):
            drawing.result(timeout=_PATIENCE)
        kept = self._kept
        if kept is None or kept[0] != key:
            raise NotReadyError("the map is being drawn: a large library takes minutes the first time")
        return kept[1], kept[2]

    def _draw(self, snapshot: Snapshot, key: str, drawing: "Future[None]") -> None:
        try:
            made = _stored_or_made(snapshot, key)
            self._kept = key, made, regions(snapshot, made)
            drawing.set_result(None)
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told
            drawing.set_exception(error)


def _plain(snapshot: Snapshot, found: SongMap, named: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "ids": found.track_ids.tolist(),
        "x": [round(value, 4) for value in found.points[:, 0].tolist()],
        "y": [round(value, 4) for value in found.points[:, 1].tolist()],
        "neighbours": found.neighbours[:, :6].tolist(),
        "titles": [track.title for track in snapshot.tracks],
        "artists": [track.artist for track in snapshot.tracks],
        "regions": named,
    }


def regions(snapshot: Snapshot, songs: SongMap) -> list[dict[str, Any]]:
    """Regions of the map: where their middle is, the words that stand out there, and their songs, the middle first."""
    from sklearn.cluster import KMeans

    size = len(songs.points)
    if not size:
        return []
    count = int(np.clip(size // _REGION_SONGS + 6, 1, min(_MOST_REGIONS, size // 4 + 1)))
    found = KMeans(count, n_init=2, random_state=0).fit(songs.points)
    words = [_words(snapshot, row) for row in range(size)]
    everywhere = Counter(word for row in words for word in set(row))
    out = []
    for label in range(count):
        rows = np.flatnonzero(found.labels_ == label)
        if not len(rows):
            continue
        far = ((songs.points[rows] - found.cluster_centers_[label]) ** 2).sum(axis=1)
        rows = rows[np.argsort(far, kind="stable")]
        out.append(
            {
                "name": _name(snapshot, rows, words, everywhere, size),
                "x": round(float(found.cluster_centers_[label][0]), 4),
                "y": round(float(found.cluster_centers_[label][1]), 4),
                "songs": songs.track_ids[rows].tolist(),
            }
        )
    return sorted(out, key=lambda region: -len(region["songs"]))


def _words(snapshot: Snapshot, row: int) -> list[str]:
    track = snapshot.tracks[row]
    decade = [f"{track.year // 10 * 10}s"] if track.year else []
    language = {"zh": "Chinese", "ja": "Japanese", "ko": "Korean"}.get(snapshot.languages[row] or "", "")
    return [
        *(word.strip() for word in track.genre.split(";")),
        *decade,
        language,
        track.artist,
        *heard_in(snapshot.moods, row),
    ]


def _name(
    snapshot: Snapshot, rows: NDArray[np.integer], words: list[list[str]], everywhere: Counter[str], size: int
) -> str:
    """Two words that are more usual in a region than elsewhere, else its most central artist."""
    here = Counter(word for row in rows.tolist() for word in set(words[row]) if word)
    share = {word: (n / len(rows)) * np.log((n / len(rows)) / (everywhere[word] / size)) for word, n in here.items()}
    best = sorted((word for word in share if share[word] > 0.05), key=lambda word: (-share[word], word))[:2]
    return " · ".join(best) or snapshot.tracks[int(rows[0])].artist or snapshot.tracks[int(rows[0])].title


def _key(snapshot: Snapshot) -> str:
    ids = np.array([track.id for track in snapshot.tracks], dtype=np.int64)
    digest = hashlib.sha256(ids.tobytes())
    digest.update(np.ascontiguousarray(snapshot.vectors[::17]).tobytes())
    return digest.hexdigest()


def _stored_or_made(snapshot: Snapshot, key: str) -> SongMap:
    path = snapshot.root / "derived" / FILE
    stored = _read(path)
    if stored is not None and stored[0] == key:
        return stored[1]
    ids = np.array([track.id for track in snapshot.tracks], dtype=np.int64)
    made = lay_out(ids, snapshot.vectors, None if stored is None else stored[1])
    _write(path, key, made)
    return made


def _read(path: Path) -> tuple[str, SongMap] | None:
    try:
        arrays = load_file(path)
        key = bytes(arrays["key"]).decode("ascii")
        return key, SongMap(arrays["track_ids"], arrays["points"], arrays["neighbours"])
    except (OSError, SafetensorError, KeyError, ValueError):
        return None  # it can be made again


def _write(path: Path, key: str, made: SongMap) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    arrays: dict[str, NDArray[Any]] = {
        "key": np.frombuffer(key.encode(), dtype=np.uint8),
        "track_ids": made.track_ids,
        "points": np.ascontiguousarray(made.points),
        "neighbours": np.ascontiguousarray(made.neighbours),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(arrays, temporary)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)  # a full disk costs the next start its map, not this one
