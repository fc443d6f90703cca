"""Lists over HTTP: for a user, like a song, from song to song, without end, by words; and what users say of songs."""

import time
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from audiorec.errors import InputError, UnknownNameError
from audiorec.learning.directions import unit
from audiorec.ranking.joint_space import likeness
from audiorec.ranking.mood_search import search as search_words
from audiorec.ranking.opinions import opinions
from audiorec.ranking.paths import find_path
from audiorec.ranking.radio import Tuning, next_songs
from audiorec.serve.desk import DEFAULT_USER, Desk, desk_of
from audiorec.serve.doors.songs_door import artists_of
from audiorec.serve.for_you import Ask
from audiorec.serve.near_songs import why as reasons
from audiorec.serve.snapshot import Snapshot
from audiorec.serve.song_json import song_json, songs_json

router = APIRouter()
At = Annotated[Desk, Depends(desk_of)]
User = Annotated[str, Query(min_length=1, max_length=200)]
Top = Annotated[int, Query(ge=1, le=200)]
Ids = Annotated[list[int], Field(max_length=5000)]
Names = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=100)]
# A product over so many numbers takes less than handing it to a thread (.8 ms).
_NO_THREAD = 4_000_000
# A list, not a factory, whose signature would be looked at in every request (.2 ms).
_NOBODY: list[str] = []


class Exclusions(BaseModel):
    """What a list leaves out."""

    user: str = Field(DEFAULT_USER, min_length=1, max_length=200)
    which: Literal["new", "known", "deep"] = "new"
    top: int = Field(20, ge=1, le=200)
    genres: Names = []
    without_genres: Names = []
    folders: Ids = []
    without_folders: Ids = []
    seconds: tuple[float, float] | None = None
    years: tuple[int, int] | None = None
    not_lately: bool = False
    owned: bool = False
    cold_only: bool = False
    together_with: Names = []


@router.get("/recommend", response_model=dict[str, Any])
async def recommend(
    desk: At,
    user: User = DEFAULT_USER,
    which: Literal["new", "known", "deep"] = "new",
    top: Top = 20,
    cold_only: bool = False,
    together_with: Annotated[Names, Query()] = _NOBODY,
) -> JSONResponse:
    """A list for a user, or for them and others together; `POST` takes exclusions too."""
    asked = {"user": user, "which": which, "top": top, "cold_only": cold_only, "together_with": together_with}
    return await _recommended(desk, Exclusions.model_validate(asked))


@router.post("/recommend", response_model=dict[str, Any])
async def recommend_without(desk: At, asked: Exclusions) -> JSONResponse:
    """A list for a user, with what it should leave out."""
    return await _recommended(desk, asked)


async def _recommended(desk: Desk, asked: Exclusions) -> JSONResponse:
    snapshot = desk.state.now()
    ask = Ask(
        asked.user, asked.which, asked.top, tuple(asked.genres), tuple(asked.without_genres), tuple(asked.folders),
        tuple(asked.without_folders), asked.seconds, asked.years, asked.not_lately, asked.owned, asked.cold_only,
        tuple(asked.together_with),
    )  # fmt: skip
    question = snapshot, desk.state.ledger, ask, time.time()
    # A list that is there needs no thread: handing it over would take longer than the answer.
    found = desk.for_you.kept(*question)
    if found is None:
        found = await run_in_threadpool(desk.for_you.suggest, *question)
    plays = snapshot.plays()
    songs = [
        {
            **song_json(snapshot.tracks[one.row], float(plays[one.row])),
            "score": round(one.score, 4),
            "reason": one.reason,
            "shares": {name: round(share, 6) for name, share in one.shares.items() if share > 0},
            "nearest": list(one.nearest),
            "cold": bool(plays[one.row] == 0),
        }
        for one in found
    ]
    note = "" if songs else _why_empty(snapshot, desk, ask.users)
    # Plain values already: looking through them again for what JSON cannot hold takes longer than all the rest.
    return JSONResponse({"user": asked.user, "which": asked.which, "songs": songs, "note": note})


def _why_empty(snapshot: Snapshot, desk: Desk, users: tuple[str, ...]) -> str:
    if not snapshot.tracks:
        return "There is no music here yet."
    for user in users:
        said = opinions(desk.state.ledger.events(user), snapshot.ids)
        if not said.listens and not len(snapshot.listened(user)):
            who = f": nothing is known of {user} yet" if len(users) > 1 else ""
            return f"Like or play a few songs, and this list begins{who}."
    return "No song is left with these exclusions."


@router.get("/songs/{song}/similar", response_model=dict[str, Any])
async def similar(desk: At, song: int, top: Top = 20) -> Response:
    """The songs most like one, with the likeness by sound, words and listeners of each."""
    snapshot = desk.state.now()
    question = snapshot, song, top
    found = desk.near_songs.kept(*question)
    if found is None and snapshot.vectors.size <= _NO_THREAD:
        found = desk.near_songs.answer(*question)
    elif found is None:
        found = await run_in_threadpool(desk.near_songs.answer, *question)
    return Response(found, media_type="application/json")


@router.get("/songs/{song}/why")
def why(desk: At, song: int, other: Annotated[int, Query()]) -> dict[str, Any]:
    """Why two songs are neighbours: their likeness by each modality, and what their tags share."""
    snapshot = desk.state.now()
    return reasons(snapshot, snapshot.row_of(song), [snapshot.row_of(other)])[0]


@router.get("/artists/similar")
def similar_artists(desk: At, name: Annotated[str, Query(max_length=500)], top: Top = 10) -> dict[str, Any]:
    """The artists most like one."""
    return {"artists": near_artists(desk.state.now(), name, top)}


def near_artists(snapshot: Snapshot, name: str, top: int) -> list[dict[str, Any]]:
    """Artists by the cosine of the middles of their songs, best first; raises UnknownNameError."""
    every = artists_of(snapshot)
    if name not in every:
        raise UnknownNameError(f"no artist {name[:100]!r} in this library")
    names = list(every)
    middles = unit(np.array([snapshot.vectors[rows].mean(axis=0) for rows in every.values()], dtype=np.float64))
    score = middles @ middles[names.index(name)]
    order = [n for n in np.argsort(-score, kind="stable").tolist() if names[n] != name][:top]
    return [{"name": names[n], "score": round(float(score[n]), 4), "songs": len(every[names[n]])} for n in order]


@router.get("/users/similar")
def similar_users(desk: At, user: User, top: Top = 10) -> dict[str, Any]:
    """Users who play much the same: cosine over songs played, and how many are common."""
    snapshot = desk.state.now()
    if user not in snapshot.users:
        raise UnknownNameError(f"nothing is known yet of what {user[:100]!r} plays")
    played = snapshot.counts.copy()
    played.data = np.ones_like(played.data)
    row = snapshot.users.index(user)
    common = np.asarray((played @ played[[row]].T).todense()).reshape(-1)
    sizes = np.diff(played.indptr)
    score = common / np.sqrt(np.maximum(sizes * sizes[row], 1))
    order = [n for n in np.argsort(-score, kind="stable").tolist() if n != row and common[n] > 0][:top]
    return {
        "users": [
            {"name": snapshot.users[n], "score": round(float(score[n]), 4), "common": int(common[n])} for n in order
        ]
    }


@router.get("/path")
def path(
    desk: At,
    start: int,
    end: int,
    songs: Annotated[int, Query(ge=2, le=100)] = 8,
    variance: Annotated[float, Query(ge=0, le=1)] = 0.0,
    seed: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> dict[str, Any]:
    """Songs that lead from one to another."""
    snapshot = desk.state.now()
    names = [track.artists for track in snapshot.tracks]
    ends = snapshot.row_of(start), snapshot.row_of(end)
    steps = find_path(snapshot.vectors, names, ends, songs, variance, seed)
    shown = songs_json(snapshot, [step.row for step in steps])
    return {"songs": [{**one, "likeness": round(step.likeness, 4)} for one, step in zip(shown, steps, strict=True)]}


class RadioAsk(BaseModel):
    """What a radio starts from, and what it has played or queued."""

    user: str = Field(DEFAULT_USER, min_length=1, max_length=200)
    songs: Ids = []
    artist: str = Field("", max_length=500)
    playlist: int | None = None
    words: str = Field("", max_length=200)
    played: Ids = []
    top: int = Field(10, ge=1, le=50)
    seed: int | None = Field(None, ge=0, le=2**31)


@router.post("/radio")
def radio(desk: At, asked: RadioAsk) -> dict[str, Any]:
    """The next songs of a radio; an empty list when the whole library was played."""
    snapshot, ledger = desk.state.now(), desk.state.ledger
    seeds = snapshot.rows_of(asked.songs)
    if asked.artist:
        seeds += artists_of(snapshot).get(asked.artist, [])
    if asked.playlist is not None:
        seeds += snapshot.rows_of(ledger.playlist(asked.playlist).songs)
    if asked.words:
        seeds += [hit.row for hit in search_words(snapshot.moods, asked.words, 12)]
    said = opinions(ledger.events(asked.user), snapshot.ids)
    seeds = seeds or list(said.listens) or snapshot.listened(asked.user).tolist()
    if not seeds:
        raise InputError("say what the radio should start from: a song, an artist, a playlist or words")
    unlike = [row for row in said.pushes if row in said.barred]  # a song that was only skipped is none of these
    barred_seeds = seeds if asked.songs and not (asked.words or asked.artist or asked.playlist) else []
    tuning = Tuning(seeds, unlike, sorted(said.barred))
    played = [*barred_seeds, *snapshot.rows_of(asked.played)]
    found = next_songs(snapshot.vectors, snapshot.tracks, tuning, played, asked.top, np.random.default_rng(asked.seed))
    return {"songs": songs_json(snapshot, found)}


class AlchemyAsk(BaseModel):
    """More of these songs, less of those."""

    more: Ids
    less: Ids = []
    top: int = Field(20, ge=1, le=200)


@router.post("/alchemy")
def alchemy(desk: At, asked: AlchemyAsk) -> dict[str, Any]:
    """Songs near to some and far from others."""
    snapshot = desk.state.now()
    more, less = snapshot.rows_of(asked.more), snapshot.rows_of(asked.less)
    if not more:
        raise InputError("name at least one song of this library that you want more of")
    score = likeness(snapshot.vectors, more) - likeness(snapshot.vectors, less)
    able = snapshot.known.copy()
    able[[*more, *less]] = False
    order = np.argsort(-np.where(able, score, -np.inf), kind="stable")[: min(asked.top, int(able.sum()))].tolist()
    songs = songs_json(snapshot, order)
    return {"songs": [{**one, "score": round(float(score[row]), 4)} for one, row in zip(songs, order, strict=True)]}


@router.get("/search")
def search(desk: At, q: Annotated[str, Query(max_length=200)], top: Top = 50) -> dict[str, Any]:
    """Songs by names, moods, tempo and language in words."""
    snapshot = desk.state.now()
    hits = search_words(snapshot.moods, q, top)
    songs = songs_json(snapshot, [hit.row for hit in hits])
    return {"songs": [{**one, "words": list(hit.words)} for one, hit in zip(songs, hits, strict=True)]}


# --- feedback ----------------------------------------------------------------------------------------------------


class Feedback(BaseModel):
    """What a user says of a song."""

    user: str = Field(DEFAULT_USER, min_length=1, max_length=200)
    song: int
    kind: Literal["play", "like", "dislike", "less", "never", "skip", "star", "rating", "none"]
    weight: float = Field(1.0, ge=0, le=5)


@router.get("/feedback")
def feedback(desk: At, user: User = DEFAULT_USER) -> dict[str, Any]:
    """A user's opinions that hold now, by song id."""
    events = desk.state.ledger.events(user, ("like", "dislike", "less", "never"))
    return {"user": user, "opinions": {str(event.track_id): event.kind for event in events}}


@router.post("/feedback")
def give_feedback(desk: At, said: Feedback) -> dict[str, Any]:
    """Take feedback; when this is answered it is on the disk. `none` takes the opinion of a song back."""
    desk.state.now().row_of(said.song)
    if said.kind == "none":
        desk.state.ledger.remove(said.user, said.song)
    else:
        desk.state.ledger.add(said.user, said.song, said.kind, said.weight)
    return {"user": said.user, "song": said.song, "kind": said.kind}


@router.post("/feedback/undo")
def undo(desk: At, user: User = DEFAULT_USER) -> dict[str, Any]:
    """Take the user's latest opinion back; `undone` is null when there is none."""
    event = desk.state.ledger.undo(user)
    return {"undone": None if event is None else {"song": event.track_id, "kind": event.kind}}
