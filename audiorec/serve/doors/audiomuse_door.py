"""The questions that plugins of media servers put to AudioMuse, answered with the same shapes.

`item_id` is the media server's own id where an import of that server gave it, else the id of the song here. What
those plugins ask beyond likeness is answered as an idle server would.
"""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, BaseModel, Field

from audiorec.errors import InputError, UnknownNameError
from audiorec.ranking.joint_space import known_rows
from audiorec.ranking.mood_search import fold
from audiorec.ranking.paths import find_path
from audiorec.serve.desk import DEFAULT_USER, Desk, desk_of
from audiorec.serve.doors.lists_door import near_artists
from audiorec.serve.doors.songs_door import artists_of
from audiorec.serve.near_songs import near_rows
from audiorec.serve.snapshot import Snapshot

router = APIRouter(prefix="/api")
_REPRESENTATIVE = 10  # songs of an artist
At = Annotated[Desk, Depends(desk_of)]
Text = Annotated[str, Query(max_length=500)]
# Plugins ask for more than there may be and rely on the server to know its bounds.
Count = Annotated[int, AfterValidator(lambda count: min(max(count, 1), 1000)), Query()]


def _row(snapshot: Snapshot, item_id: str, title: str = "", artist: str = "") -> int:
    """Row of a song by its id in the media server, by its id here, or by title and artist."""
    meant = snapshot.foreign.songs.get(item_id)
    if meant in snapshot.row:
        return snapshot.row[meant]
    if item_id.isdecimal() and len(item_id) < 19 and int(item_id) in snapshot.row:
        return snapshot.row[int(item_id)]
    for row, track in enumerate(snapshot.tracks if title else []):
        if fold(track.title) == fold(title) and fold(artist) in fold(" ".join(track.artists)):
            return row
    raise UnknownNameError("no such song in this library")


def _item(snapshot: Snapshot, row: int) -> dict[str, Any]:
    track = snapshot.tracks[row]
    return {
        "item_id": snapshot.foreign.of_song.get(track.id, str(track.id)),
        "title": track.title,
        "author": track.artist,
        "album": track.album,
    }


@router.get("/similar_tracks")
def similar_tracks(
    desk: At,
    item_id: Text = "",
    title: Text = "",
    artist: Text = "",
    n: Count = 10,
    eliminate_duplicates: bool = False,
    radius_similarity: bool = False,
) -> list[dict[str, Any]]:
    """The songs nearest to one, with their distance (1 - cosine), nearest first.

    eliminate_duplicates: at most three of an artist; radius_similarity: the same songs, each near to the one before it.
    """
    snapshot = desk.state.now()
    row = _row(snapshot, item_id, title, artist)
    many = len(snapshot.tracks) if eliminate_duplicates else n
    score, taken = dict[int, float](), dict[str, int]()
    for one in near_rows(snapshot, [row], many, {row}):
        taken[one["artist"]] = taken.get(one["artist"], 0) + 1
        if not eliminate_duplicates or taken[one["artist"]] <= 3:
            score[snapshot.row[one["id"]]] = one["score"]
    rows = list(score)[:n]
    rows = _walked(snapshot, row, rows) if radius_similarity else rows
    return [{**_item(snapshot, found), "distance": round(1.0 - score[found], 6)} for found in rows]


def _walked(snapshot: Snapshot, at: int, rows: list[int]) -> list[int]:
    """The rows in an order in which each is the nearest that is left to the one before it."""
    left, walked = np.array(rows, dtype=np.int64), list[int]()
    while len(left):
        best = int(np.argmax(snapshot.vectors[left] @ snapshot.vectors[at]))
        at = int(left[best])
        walked.append(at)
        left = np.delete(left, best)
    return walked


@router.get("/find_path")
def path(
    desk: At,
    start_song_id: Text,
    end_song_id: Text,
    max_steps: Annotated[int, Query(ge=2, le=200)] = 25,
) -> dict[str, Any]:
    """Songs that lead from one to another, and how far it is along them."""
    snapshot = desk.state.now()
    ends = _row(snapshot, start_song_id), _row(snapshot, end_song_id)
    steps = find_path(snapshot.vectors, [track.artists for track in snapshot.tracks], ends, max_steps)
    total = sum(1.0 - step.likeness for step in steps)
    return {"path": [_item(snapshot, step.row) for step in steps], "total_distance": round(total, 6)}


@router.get("/similar_artists")
def similar_artists(
    desk: At, artist: Text = "", artist_id: Text = "", n: Count = 10, include_component_matches: bool = False
) -> list[dict[str, Any]]:
    """Artists near to one, who is named or meant by the id in the media server; with songs of both where asked for."""
    snapshot = desk.state.now()
    names = _artists_there(snapshot)
    ids = {name: key for key, name in names.items()}
    # Navidrome's plugin sends the id of an artist as the name.
    name = names.get(artist or artist_id, artist or artist_id)
    found: list[dict[str, Any]] = []
    for one in near_artists(snapshot, name, n):
        near = {"artist": one["name"], "artist_id": ids.get(one["name"], one["name"])}
        found.append({**near, "divergence": round(1.0 - one["score"], 6)})
    for near in found if include_component_matches else ():
        songs = {"artist1": _best_songs(snapshot, name), "artist2": _best_songs(snapshot, near["artist"])}
        near["component_matches"] = [{f"{which}_representative_songs": best for which, best in songs.items()}]
    return found


def _artists_there(snapshot: Snapshot) -> dict[str, str]:
    """Artists by their ids in the media server."""
    known = {key: snapshot.row[track] for key, track in snapshot.foreign.artists.items() if track in snapshot.row}
    return {key: snapshot.tracks[row].artist for key, row in known.items() if snapshot.tracks[row].artist}


def _best_songs(snapshot: Snapshot, name: str) -> list[dict[str, Any]]:
    """An artist's songs, the most played first."""
    plays, rows = snapshot.plays(), artists_of(snapshot)[name]
    best = [_item(snapshot, row) for row in sorted(rows, key=lambda row: (-plays[row], row))[:_REPRESENTATIVE]]
    return [{"item_id": one["item_id"], "title": one["title"]} for one in best]


@router.get("/search_tracks")
def search_tracks(
    desk: At, search_query: Text = "", title: Text = "", artist: Text = "", limit: Count = 20
) -> list[dict[str, Any]]:
    """Songs whose title, artist or album hold the words."""
    snapshot = desk.state.now()
    words = fold(f"{search_query} {title} {artist}").split()
    rows = [row for row, name in enumerate(snapshot.moods.names) if words and all(word in name for word in words)]
    return [_item(snapshot, row) for row in rows[:limit]]


@router.get("/max_distance")
def max_distance(desk: At, item_id: Text) -> dict[str, Any]:
    """How far the farthest song is, and which."""
    snapshot = desk.state.now()
    row = _row(snapshot, item_id)
    known = known_rows(snapshot.vectors)
    if known.sum() < 2 or not known[row]:
        raise InputError("nothing is known of this song yet")
    far = np.where(known, 1.0 - snapshot.vectors @ snapshot.vectors[row], -1.0)
    worst = int(far.argmax())
    return {"max_distance": round(float(far[worst]), 6), "farthest_item_id": _item(snapshot, worst)["item_id"]}


class NewList(BaseModel):
    """A playlist to keep."""

    playlist_name: str = Field(min_length=1, max_length=200)
    track_ids: list[Annotated[str, Field(max_length=500)]] = Field(max_length=5000)


@router.post("/create_playlist", status_code=201)
def create_playlist(desk: At, asked: NewList) -> dict[str, Any]:
    """Keep a playlist."""
    snapshot = desk.state.now()
    songs = [snapshot.tracks[_row(snapshot, item)].id for item in asked.track_ids]
    made = desk.state.ledger.create_playlist(DEFAULT_USER, asked.playlist_name, songs)
    return {"message": f"Playlist '{made.name}' created", "playlist_id": str(made.id)}


@router.get("/active_tasks")
def active_tasks(desk: At) -> dict[str, Any]:
    """The job that runs, or nothing."""
    job = desk.jobs.running
    return {} if job is None else {"task_id": str(job.id), "task_type": job.kind, "status": "STARTED"}


@router.get("/last_task")
def last_task(desk: At) -> dict[str, Any]:
    """The job that ended last."""
    ended = [job for job in desk.jobs.every() if job.ended is not None]
    if not ended:
        return {"task_id": None, "task_type": None, "status": "NO_PREVIOUS_MAIN_TASK", "details": {}}
    state = {"done": "SUCCESS", "failed": "FAILURE", "stopped": "REVOKED"}[ended[0].state]
    return {"task_id": str(ended[0].id), "task_type": ended[0].kind, "status": state, "details": {}}


@router.get("/config")
def config(desk: At) -> dict[str, Any]:
    """What there is to know of the server's settings."""
    return {"media_server_type": "audiorec", "songs": len(desk.state.now().tracks)}


@router.get("/playlists")
def playlists(desk: At) -> dict[str, list[dict[str, Any]]]:
    """Kept playlists by name, with their songs."""
    snapshot = desk.state.now()
    kept = desk.state.ledger.playlists(DEFAULT_USER)
    return {one.name: [_item(snapshot, row) for row in snapshot.rows_of(one.songs)] for one in kept}
