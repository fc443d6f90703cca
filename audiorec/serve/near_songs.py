"""Songs most like others, with why: made by one product, and the latest answers kept while the library is the same.

It does not know HTTP.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.learning.directions import unit
from audiorec.ranking.joint_space import likeness
from audiorec.serve.snapshot import Snapshot
from audiorec.serve.song_json import song_json, songs_json

# Answers kept; each is some five kilobytes.
_MOST_KEPT = 2_000
# So many times the songs that are asked for are looked at before all are sorted: some are the same recording.
_MORE = 4
# Root and serial of the snapshot, the song, how many.
_Key = tuple[Path, int, int, int]


class NearSongs:
    """Answers what is most like one song, as JSON."""

    def __init__(self) -> None:
        # One at a time: threads of one interpreter that work side by side take more than twice the time (measured).
        self._making = threading.Lock()
        self._answers: OrderedDict[_Key, bytes] = OrderedDict()

    def kept(self, snapshot: Snapshot, song: int, top: int) -> bytes | None:
        """The answer where it was made before; never waits."""
        return self._answers.get((snapshot.root, snapshot.serial, song, top))

    def answer(self, snapshot: Snapshot, song: int, top: int) -> bytes:
        """The song and those most like it; raises UnknownNameError, and InputError when nothing is known of it."""
        key = snapshot.root, snapshot.serial, song, top
        with self._making:
            found = self._answers.get(key)
            if found is None:
                found = self._answers[key] = json.dumps(_similar(snapshot, snapshot.row_of(song), top)).encode()
                while len(self._answers) > _MOST_KEPT:
                    self._answers.popitem(last=False)
            return found


def near_rows(snapshot: Snapshot, rows: list[int], top: int, barred: set[int]) -> list[dict[str, Any]]:
    """The songs most like the middle of some rows, each recording once, with `score`."""
    if not snapshot.known[rows].any():
        raise InputError("nothing is known of this song yet: run audiorec extract on its folder first")
    able = snapshot.known.copy()
    able[sorted(barred)] = False
    score = np.where(able, likeness(snapshot.vectors, rows), -np.inf)
    taken = set(snapshot.recording[rows].tolist())
    chosen: list[int] = []
    for row in _best(score, int(able.sum()), _MORE * top):
        recording = int(snapshot.recording[row])
        if recording not in taken:
            taken.add(recording)
            chosen.append(row)
        if len(chosen) == top:
            break
    songs = songs_json(snapshot, chosen)
    return [{**one, "score": round(float(score[row]), 4)} for one, row in zip(songs, chosen, strict=True)]


def _best(score: NDArray[np.floating], able: int, few: int) -> Iterator[int]:
    """Rows from the best on, `able` in all; sorted whole only where the first few do not do."""
    few = min(few, able)
    if few < able:
        best = np.flatnonzero(score >= np.partition(score, -few)[-few])
        best = best[np.argsort(-score[best], kind="stable")]
        yield from best.tolist()
        score = score.copy()
        score[best] = -np.inf
        able -= len(best)
    yield from np.argsort(-score, kind="stable")[:able].tolist()


def why(snapshot: Snapshot, one: int, others: Sequence[int]) -> list[dict[str, Any]]:
    """Why songs are neighbours of one: their likeness by each modality that knows both, and what their tags share."""
    by = _likeness_by(snapshot, one, np.asarray(others, dtype=np.int64))
    track = snapshot.tracks[one]
    return [
        {"by": found, "same": _same(track, snapshot.tracks[other])} for other, found in zip(others, by, strict=True)
    ]


def _likeness_by(snapshot: Snapshot, one: int, others: NDArray[np.int64]) -> list[dict[str, float]]:
    found: list[dict[str, float]] = [{} for _ in others]
    for name, block in snapshot.blocks.items():
        if not block.known[one]:
            continue
        directions = unit(np.asarray(block.vectors[[one, *others]], dtype=np.float64))
        cosines = (directions[1:] @ directions[0]).tolist()
        for said, cosine, is_known in zip(found, cosines, block.known[others].tolist(), strict=True):
            if is_known:
                said[name] = round(cosine, 4)
    return found


def _same(a: Track, b: Track) -> list[str]:
    return [
        word
        for word, is_same in (
            ("artist", bool(set(a.artists) & set(b.artists))),
            ("album", bool(a.album) and a.album == b.album),
            ("genre", bool(a.genre) and a.genre == b.genre),
            ("decade", a.year is not None and b.year is not None and a.year // 10 == b.year // 10),
        )
        if is_same
    ]


def _similar(snapshot: Snapshot, row: int, top: int) -> dict[str, Any]:
    songs = near_rows(snapshot, [row], top, barred={row})
    reasons = why(snapshot, row, [snapshot.row[one["id"]] for one in songs])
    shown = [{**one, **reason} for one, reason in zip(songs, reasons, strict=True)]
    return {"song": song_json(snapshot.tracks[row]), "songs": shown}
