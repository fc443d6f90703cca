"""Songs over HTTP: lists with cursors, one song, its sound, its cover, its lyrics, the outline of its loudness."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query
from starlette.responses import FileResponse, Response, StreamingResponse

from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.ranking.mood_search import fold
from audiorec.serve import transcoding
from audiorec.serve.desk import Desk, desk_of
from audiorec.serve.for_you import folder_of
from audiorec.serve.media import SoundFile, picture, placeholder, sound_file
from audiorec.serve.snapshot import Snapshot
from audiorec.serve.song_json import song_json, songs_json

router = APIRouter()
At = Annotated[Desk, Depends(desk_of)]
BARS = 120
_KILOBITS = (64, 96, 128, 192, 256, 320)


@router.get("/songs")
def songs(
    desk: At,
    cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    q: Annotated[str, Query(max_length=200)] = "",
    artist: Annotated[str, Query(max_length=500)] = "",
    album: Annotated[str, Query(max_length=500)] = "",
    genre: Annotated[str, Query(max_length=200)] = "",
    ids: Annotated[list[int] | None, Query(max_length=500)] = None,
) -> dict[str, Any]:
    """Songs in rising order of id; `next` is the cursor of the rest, null at the end. With `ids`, those, as given."""
    snapshot = desk.state.now()
    if ids is not None:
        return {"songs": songs_json(snapshot, snapshot.rows_of(ids)), "next": None}
    words, plays = fold(q).split(), snapshot.plays()
    found: list[dict[str, Any]] = []
    for row, track in enumerate(snapshot.tracks):
        if track.id <= cursor or not _is_wanted(track, artist, album, genre):
            continue
        if all(word in snapshot.moods.names[row] for word in words):
            found.append(song_json(track, float(plays[row])))
        if len(found) > limit:
            break
    return {"songs": found[:limit], "next": found[limit - 1]["id"] if len(found) > limit else None}


def _is_wanted(track: Track, artist: str, album: str, genre: str) -> bool:
    return (
        (not artist or artist in track.artists)
        and (not album or album == track.album)
        and (not genre or genre.casefold() in track.genre.casefold())
    )


@router.get("/songs/{song}")
def song(desk: At, song: int) -> dict[str, Any]:
    """One song, with whether it has lyrics and in which language."""
    snapshot = desk.state.now()
    row = snapshot.row_of(song)
    return {
        **song_json(snapshot.tracks[row], float(snapshot.plays()[row])),
        "language": snapshot.languages[row],
        "has_lyrics": snapshot.texts[row] is not None,
        "file": snapshot.tracks[row].shown_path.rpartition("/")[2],
    }


@router.get("/songs/{song}/lyrics")
def lyrics(desk: At, song: int) -> dict[str, Any]:
    """The lyrics as lines; an empty list when there are none."""
    snapshot = desk.state.now()
    row = snapshot.row_of(song)
    return {"language": snapshot.languages[row], "lines": (snapshot.texts[row] or "").splitlines()}


@router.get("/songs/{song}/audio", response_class=Response)
def audio(desk: At, song: int, kilobits: int = 0) -> Response:
    """The sound, with byte ranges; transcoded to MP3 when browsers cannot play the file, or `kilobits` is given."""
    snapshot = desk.state.now()
    track = snapshot.tracks[snapshot.row_of(song)]
    if kilobits and kilobits not in _KILOBITS:
        raise InputError(f"a rate of {kilobits} kbit/s is not offered: one of {', '.join(map(str, _KILOBITS))}")
    return send_sound(sound_file(track), snapshot.root / "derived" / "transcoded", kilobits)


def send_sound(file: SoundFile, folder: Path, kilobits: int = 0, as_it_is: bool = False) -> Response:
    """A file, or its transcoding; `as_it_is` sends what the disk holds whatever browsers think of it."""
    headers = {"Cache-Control": "private, max-age=3600"}
    if as_it_is or (file.is_playable and not kilobits):
        return FileResponse(os.fsdecode(file.path), media_type=file.media_type, headers=headers)
    rate = kilobits or 192
    kept = transcoding.kept_file(folder, file.path, rate)
    if kept is not None:
        return FileResponse(kept, media_type=transcoding.MEDIA_TYPE, headers=headers)
    pieces = transcoding.transcode(folder, file.path, rate)
    return StreamingResponse(pieces, media_type=transcoding.MEDIA_TYPE, headers={"Accept-Ranges": "none"})


@router.get("/songs/{song}/cover", response_class=Response)
def cover(desk: At, song: int) -> Response:
    """The cover, or a picture made from the album's name."""
    snapshot = desk.state.now()
    track = snapshot.tracks[snapshot.row_of(song)]
    found = picture(track)
    data, kind = found if found is not None else (placeholder(track), "image/svg+xml")
    return Response(data, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})


@router.get("/songs/{song}/outline")
def outline(desk: At, song: int) -> dict[str, Any]:
    """Loudness over time for a seek bar: numbers in [0, 1] from the stretches that extraction kept, in their order."""
    snapshot = desk.state.now()
    snapshot.row_of(song)
    return {"bars": list(_outline(snapshot.root, snapshot.serial, song))}


@lru_cache(maxsize=256)
def _outline(root: Path, serial: int, song: int) -> tuple[float, ...]:
    with Workspace.open(root) as space:
        table = space.features()
        if song not in table.track_ids:
            return ()
        patches = table.logmel(np.array([song], dtype=np.int64))
        layout = table.layout
    if not len(patches.values):
        return ()
    power = 10.0 ** ((layout.logmel_offset + layout.logmel_scale * patches.values.astype(np.float32)) / 10.0)
    loud = np.sqrt(power.sum(axis=1, dtype=np.float64)).reshape(-1)
    edges = np.linspace(0, len(loud), BARS + 1).astype(int)
    bars = np.array([loud[a : max(b, a + 1)].mean() for a, b in zip(edges, edges[1:], strict=False)])
    return tuple(np.round(bars / max(float(bars.max()), 1e-9), 3).tolist())


def artists_of(snapshot: Snapshot) -> dict[str, list[int]]:
    """Rows of the songs of each artist, sorted without case."""
    rows: dict[str, list[int]] = {}
    for row, track in enumerate(snapshot.tracks):
        for name in track.artists:
            if name:
                rows.setdefault(name, []).append(row)
    return {name: rows[name] for name in sorted(rows, key=str.casefold)}


@router.get("/artists")
def artists(
    desk: At,
    cursor: Annotated[str, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Artists by name with how many songs they have; `next` is the cursor of the rest."""
    every = artists_of(desk.state.now())
    names = [name for name in every if name.casefold() > cursor.casefold()]
    found = [{"name": name, "songs": len(every[name])} for name in names[:limit]]
    return {"artists": found, "next": names[limit - 1] if len(names) > limit else None}


@router.get("/folders")
def folders(desk: At) -> dict[str, Any]:
    """Folders by their last name, with how many songs lie in each and the id of one of them; the fullest first."""
    lying: dict[bytes, list[int]] = {}
    for track in desk.state.now().tracks:
        lying.setdefault(folder_of(track.path), []).append(track.id)
    found = sorted(lying.items(), key=lambda one: (-len(one[1]), one[0]))[:200]
    return {
        "folders": [
            {"name": _shown(path.rpartition(b"/")[2]) or "/", "song": songs[0], "songs": len(songs)}
            for path, songs in found
        ]
    }


def _shown(name: bytes) -> str:
    """Text that can always be sent."""
    return os.fsdecode(name).encode("utf-8", "replace").decode()


@router.get("/genres")
def genres(desk: At) -> dict[str, Any]:
    """Genres of the tags with how many songs they have, the most usual first."""
    counts: dict[str, int] = {}
    for track in desk.state.now().tracks:
        for name in {part.strip() for part in track.genre.split(";")} - {""}:
            counts[name] = counts.get(name, 0) + 1
    return {"genres": [{"name": n, "songs": c} for n, c in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]}
