"""Playlists over HTTP: the ones that users keep, made, changed, extended in place, deleted."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from audiorec.data.ledger import KeptList
from audiorec.errors import InputError
from audiorec.ranking.radio import Tuning, next_songs
from audiorec.serve.desk import DEFAULT_USER, Desk, desk_of
from audiorec.serve.song_json import songs_json

router = APIRouter(prefix="/playlists")
At = Annotated[Desk, Depends(desk_of)]
Ids = Annotated[list[int], Field(max_length=5000)]
Number = Annotated[int, Query()]


class NewList(BaseModel):
    """A playlist to keep."""

    user: str = Field(DEFAULT_USER, min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    songs: Ids = []
    comment: str = Field("", max_length=1000)


class Change(BaseModel):
    """What to change of a playlist; what is not given stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    songs: Ids | None = None
    comment: str | None = Field(None, max_length=1000)
    public: bool | None = None


class Extension(BaseModel):
    """How to extend a playlist: how many songs, and which may not come."""

    top: int = Field(10, ge=1, le=100)
    without: Ids = []
    include: Ids = []


def list_json(found: KeptList) -> dict[str, Any]:
    """What the API says of a playlist."""
    return {
        "id": found.id,
        "user": found.owner,
        "name": found.name,
        "comment": found.comment,
        "public": found.public,
        "changed": found.changed,
        "songs": list(found.songs),
    }


@router.get("")
def playlists(desk: At, user: Annotated[str, Query(min_length=1, max_length=200)] = DEFAULT_USER) -> dict[str, Any]:
    """A user's playlists and public ones."""
    return {"playlists": [list_json(found) for found in desk.state.ledger.playlists(user)]}


@router.post("", status_code=201)
def create(desk: At, asked: NewList) -> dict[str, Any]:
    """Keep a new playlist."""
    _check(desk, asked.songs)
    return list_json(desk.state.ledger.create_playlist(asked.user, asked.name, asked.songs, asked.comment))


@router.get("/{number}")
def playlist(desk: At, number: int) -> dict[str, Any]:
    """A playlist with its songs; songs that are gone from the library are left out of `tracks`."""
    snapshot, found = desk.state.now(), desk.state.ledger.playlist(_number(number))
    return {**list_json(found), "tracks": songs_json(snapshot, snapshot.rows_of(found.songs))}


@router.patch("/{number}")
def change(desk: At, number: int, asked: Change) -> dict[str, Any]:
    """Change a playlist."""
    if asked.songs is not None:
        _check(desk, asked.songs)
    ledger = desk.state.ledger
    return list_json(ledger.change_playlist(_number(number), asked.name, asked.songs, asked.comment, asked.public))


@router.delete("/{number}", status_code=204)
def delete(desk: At, number: int) -> None:
    """Delete a playlist."""
    desk.state.ledger.delete_playlist(_number(number))


@router.post("/{number}/extend")
def extend(desk: At, number: int, asked: Extension) -> dict[str, Any]:
    """Add songs that go with those of the playlist, `include` first; what is in `without` does not come."""
    snapshot, ledger = desk.state.now(), desk.state.ledger
    found = ledger.playlist(_number(number))
    rows = snapshot.rows_of(found.songs)
    if not rows:
        raise InputError("this playlist is empty: add a song first")
    tuning = Tuning(rows, snapshot.rows_of(asked.without), snapshot.rows_of(asked.without))
    added = next_songs(snapshot.vectors, snapshot.tracks, tuning, rows, asked.top, np.random.default_rng(), window=2)
    new = [*asked.include, *(snapshot.tracks[row].id for row in added)]
    ledger.change_playlist(found.id, songs=[*found.songs, *(song for song in new if song not in found.songs)])
    return playlist(desk, number)


def _number(number: int) -> int:
    return number if abs(number) < 2**62 else 0


def _check(desk: Desk, songs: list[int]) -> None:
    snapshot = desk.state.now()
    for song in songs:
        snapshot.row_of(song)
