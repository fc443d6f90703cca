"""The map of the library for the page: laid out once a state of the library, kept in `derived/`, named by regions.

The stored map is the start of the next one, so that songs stay where people know them. One is drawn at a
time, and no request waits longer than a moment for it.
"""

import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from audiorec.learning.checkpoint import write_arrays
from audiorec.ranking.mood_search import words_in
from audiorec.ranking.song_map import SongMap, lay_out
from audiorec.serve.problem_details import NotReadyError
from audiorec.serve.snapshot import Snapshot

FILE = "song_map.safetensors"
SHOWN_FILE = "song_map.json"
# Of how regions are made and named, and of what the page gets.
_SHOWN_VERSION = 1
_REGION_SONGS = 40
_PATIENCE = 5.0  # seconds that a request waits for a map
_MOST_REGIONS = 24


class Maps:
    """The map of the current snapshot as the page wants it; made when it is first asked for, in a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[_Of, bytes] | None = None
        self._drawing: Future[None] | None = None

    def shown(self, snapshot: Snapshot) -> bytes:
        """The map as JSON: ids, x and y of the same order, neighbours by place in it, names, and regions.

        Raises NotReadyError where drawing takes longer than anybody waits for an answer: it goes on meanwhile.
        """
        of = snapshot.root, snapshot.serial
        with self._lock:
            kept = self._kept
            if kept is not None and kept[0] == of:
                return kept[1]
            if self._drawing is None or self._drawing.done():
                self._drawing = Future()
                threading.Thread(target=self._draw, args=(snapshot, of, self._drawing), daemon=True).start()
            drawing = self._drawing
        with suppress(TimeoutError):
            drawing.result(timeout=_PATIENCE)
        kept = self._kept
        if kept is None or kept[0] != of:
            raise NotReadyError("the map is being drawn: a large library takes minutes the first time")
        return kept[1]

    def _draw(self, snapshot: Snapshot, of: "_Of", drawing: "Future[None]") -> None:
        try:
            self._kept = of, _stored_or_shown(snapshot)
            drawing.set_result(None)
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told
            drawing.set_exception(error)


_Of = tuple[Path, int]


def _stored_or_shown(snapshot: Snapshot) -> bytes:
    """Written out it is 9 MB at 100,000 songs, and naming its regions takes seconds: so it is kept as it is sent."""
    layout = _layout_key(snapshot)
    key, path = _shown_key(snapshot, layout), snapshot.root / "derived" / SHOWN_FILE
    with suppress(OSError):
        head, _, shown = path.read_bytes().partition(b"\n")
        if head == f"{key} {len(shown)}".encode():
            return shown
    found = _stored_or_made(snapshot, layout)
    shown = json.dumps(_plain(snapshot, found, regions(snapshot, found)), separators=(",", ":")).encode()
    _put(path, lambda temporary: temporary.write_bytes(f"{key} {len(shown)}\n".encode() + shown))
    return shown


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
        *words_in(snapshot.moods, row),
    ]


def _name(
    snapshot: Snapshot, rows: NDArray[np.integer], words: list[list[str]], everywhere: Counter[str], size: int
) -> str:
    """Two words that are more usual in a region than elsewhere, else its most central artist."""
    here = Counter(word for row in rows.tolist() for word in set(words[row]) if word)
    share = {word: (n / len(rows)) * np.log((n / len(rows)) / (everywhere[word] / size)) for word, n in here.items()}
    best = sorted((word for word in share if share[word] > 0.05), key=lambda word: (-share[word], word))[:2]
    return " · ".join(best) or snapshot.tracks[int(rows[0])].artist or snapshot.tracks[int(rows[0])].title


def _layout_key(snapshot: Snapshot) -> str:
    digest = hashlib.sha256(snapshot.ids.tobytes())
    digest.update(np.ascontiguousarray(snapshot.vectors[::17]).tobytes())
    return digest.hexdigest()


def _shown_key(snapshot: Snapshot, layout: str) -> str:
    """What is said of the songs, too: their names, and all that regions are named by."""
    digest = hashlib.sha256(f"{_SHOWN_VERSION} {layout}".encode())
    said = [(track.title, track.artist, track.genre, track.year) for track in snapshot.tracks]
    digest.update(json.dumps([said, snapshot.languages]).encode())
    for name, values in sorted(snapshot.moods.numbers.items()):
        digest.update(name.encode() + values.tobytes())
    return digest.hexdigest()


def _stored_or_made(snapshot: Snapshot, key: str) -> SongMap:
    path = snapshot.root / "derived" / FILE
    stored = _read(path)
    if stored is not None and stored[0] == key:
        return stored[1]
    made = lay_out(snapshot.ids, snapshot.vectors, None if stored is None else stored[1])
    arrays: dict[str, NDArray[Any]] = {
        "key": np.frombuffer(key.encode(), dtype=np.uint8),
        "track_ids": made.track_ids,
        "points": np.ascontiguousarray(made.points),
        "neighbours": np.ascontiguousarray(made.neighbours),
    }
    _put(path, lambda temporary: write_arrays(temporary, arrays))
    return made


def _read(path: Path) -> tuple[str, SongMap] | None:
    try:
        arrays = load_file(path)
        key = bytes(arrays["key"]).decode("ascii")
        return key, SongMap(arrays["track_ids"], arrays["points"], arrays["neighbours"])
    except (OSError, SafetensorError, KeyError, ValueError):
        return None  # it can be made again


def _put(path: Path, write: Callable[[Path], object]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)  # a full disk costs the next start its map, not this one
