"""The library over HTTP: is it well, who is known, what runs, the map, figures for a monitor, and signing in."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from audiorec import __version__
from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.hybrid.kept_figures import kept
from audiorec.serve.desk import Desk, desk_of
from audiorec.serve.gate import COOKIE, Gate
from audiorec.serve.job_plans import plan
from audiorec.serve.jobs import Job
from audiorec.serve.own_command import own_command
from audiorec.serve.problem_details import problem
from audiorec.serve.snapshot import Snapshot
from audiorec.serve.song_json import song_json

router = APIRouter()
At = Annotated[Desk, Depends(desk_of)]
# A file that could not be read, the rows of one recording, or a row.
Ailing = Track | list[int] | int


@router.get("/health")
def health(desk: At) -> dict[str, Any]:
    """Whether the server is alive, and whether its library is open."""
    return {"status": "ok", "ready": desk.state.is_ready, "version": __version__}


@router.get("/status")
def status(desk: At) -> dict[str, Any]:
    """What the library holds and what would help most now."""
    snapshot = desk.state.now()
    running = desk.jobs.running
    return {
        "serial": snapshot.serial,
        "songs": len(snapshot.tracks),
        "artists": len({name for track in snapshot.tracks for name in track.artists}),
        "users": len(snapshot.users),
        "listens": int(snapshot.counts.sum()),
        "models": snapshot.models,
        "is_demo": snapshot.is_demo,
        "holds": "items" if snapshot.holds_items else "songs",
        "can_recommend": snapshot.recommender is not None,
        "notes": list(snapshot.notes),
        "next": snapshot.next_step,
        "due": [{"model": step.name, "does": step.does, "reason": step.reason} for step in snapshot.due],
        "command": own_command(desk.state.root),
        "job": running.as_json() if running is not None else None,
    }


@router.get("/library")
def library_health(desk: At) -> dict[str, int]:
    """How many files could not be read, are there more than once, name no artist, have no lyrics."""
    return {kind: len(found(desk.state.now())) for kind, found in AILMENTS.items()}


@router.get("/library/{kind}")
def ailing(
    desk: At,
    kind: Literal["broken", "duplicates", "untagged", "without_lyrics"],
    cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Files with why they could not be read, songs of one recording together, or songs; `next` leads to the rest."""
    snapshot = desk.state.now()
    every = AILMENTS[kind](snapshot)
    found = [_shown(snapshot, one) for one in every[cursor : cursor + limit]]
    return {"found": found, "next": cursor + limit if cursor + limit < len(every) else None}


def _shown(snapshot: Snapshot, ailing: Ailing) -> Any:
    if isinstance(ailing, Track):
        return {"file": _file(ailing), "status": ailing.status, "reason": ailing.reason}
    if isinstance(ailing, list):
        return [{**_shown(snapshot, row), "file": _file(snapshot.tracks[row])} for row in ailing]
    return song_json(snapshot.tracks[ailing])


def _file(track: Track) -> str:
    """The last two parts of its path: enough to find it, and nothing of the folders above."""
    return "/".join(track.shown_path.split("/")[-2:])


def _duplicates(snapshot: Snapshot) -> list[Ailing]:
    """Rows of each recording that is there more than once."""
    groups: dict[int, list[int]] = {}
    for row, number in enumerate(snapshot.recording.tolist()):
        groups.setdefault(number, []).append(row)
    return [rows for rows in groups.values() if len(rows) > 1]


AILMENTS: Mapping[str, Callable[[Snapshot], list[Ailing]]] = {
    "broken": lambda snapshot: list(snapshot.failed),
    "duplicates": _duplicates,
    "untagged": lambda snapshot: [row for row, track in enumerate(snapshot.tracks) if not track.artist],
    "without_lyrics": lambda snapshot: [row for row, text in enumerate(snapshot.texts) if text is None],
}


@router.get("/evaluation")
def evaluation(desk: At) -> dict[str, Any]:
    """The latest measurement of how good the lists are, as `evaluate --json` gives it; no rows before the first.

    `is_current` says whether it was of the models that are there now.
    """
    snapshot = desk.state.now()
    found = kept(snapshot.root)
    if found is None:
        return {"rows": [], "measured": None, "is_current": False}
    return {"rows": found.rows, "measured": found.measured, "is_current": found.models == snapshot.models}


@router.get("/map", response_model=dict[str, Any])
def song_map(desk: At) -> Response:
    """All songs in two dimensions: ids, x and y of the same order, neighbours by place in it, and named regions."""
    return Response(desk.maps.shown(desk.state.now()), media_type="application/json")


# --- users -------------------------------------------------------------------------------------------------------


class Password(BaseModel):
    """A password for a user's players."""

    user: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=200)


@router.get("/users")
def users(desk: At, cursor: Annotated[str, Query(max_length=200)] = "",
          limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> dict[str, Any]:  # fmt: skip
    """Everybody known, by name; `next` is the cursor of the rest."""
    names = [name for name in desk.users() if name.casefold() > cursor.casefold()]
    return {"users": names[:limit], "next": names[limit - 1] if len(names) > limit else None}


@router.put("/users/password")
def set_password(desk: At, asked: Password) -> dict[str, Any]:
    """Give a user a password for players; answers with a key that players may send in its place."""
    desk.accounts.set_password(asked.user, asked.password)
    return {"user": asked.user, "key": desk.accounts.key_of(asked.user)}


# --- signing in --------------------------------------------------------------------------------------------------


class Token(BaseModel):
    """The server's token."""

    token: str = Field(max_length=500)


@router.get("/session")
def session(request: Request, desk: At) -> dict[str, Any]:
    """Whether this browser has to sign in."""
    gate: Gate = request.scope["state"]["sessions"]
    needs = desk.accounts.token is not None and not gate.is_session(request.headers.get("cookie", ""))
    return {"needs_token": needs}


@router.post("/session")
def sign_in(request: Request, desk: At, asked: Token) -> Response:
    """Open a session with the token; ten failures within five minutes and an address has to wait."""
    address = request.client.host if request.client else ""
    wait = desk.accounts.wait(address)
    if wait > 0:
        return problem(429, "too many failed logins from this address", {"Retry-After": str(int(wait) + 1)})
    if not desk.accounts.is_token(asked.token):
        desk.accounts.failed(address)
        return problem(401, "this is not the token of this server")
    gate: Gate = request.scope["state"]["sessions"]
    answer = JSONResponse({"needs_token": False})
    answer.set_cookie(COOKIE, gate.open_session(), max_age=30 * 24 * 3600, httponly=True, samesite="strict")
    return answer


# --- jobs --------------------------------------------------------------------------------------------------------


class JobAsk(BaseModel):
    """Which job to start."""

    kind: Literal["demo", "extract", "train", "evaluate"]


@router.get("/jobs")
def jobs(desk: At) -> dict[str, Any]:
    """Jobs of this start of the server, the latest first."""
    return {"jobs": [job.as_json() for job in desk.jobs.every()]}


@router.post("/jobs", status_code=201)
def start_job(desk: At, asked: JobAsk) -> dict[str, Any]:
    """Start a job in a process of its own; a second one is refused while it runs."""
    snapshot = desk.state.now()
    root, commands = plan(asked.kind, desk.state.root, snapshot)
    if not commands:
        raise InputError("there is nothing to do: no music is known here yet")
    if asked.kind != "demo" and desk.jobs.running is None:
        desk.state.fold()
    return desk.jobs.start(asked.kind, root, commands).as_json()


@router.get("/jobs/{number}")
def job(desk: At, number: int) -> dict[str, Any]:
    """One job with its last lines."""
    found = desk.jobs.get(number)
    return {**found.as_json(), "lines": found.lines[-200:]}


@router.post("/jobs/{number}/stop")
def stop_job(desk: At, number: int) -> dict[str, Any]:
    """Stop a job; what it finished is kept."""
    return desk.jobs.stop(number).as_json()


@router.get("/jobs/{number}/events", response_class=StreamingResponse)
async def job_events(desk: At, number: int, request: Request) -> Response:
    """A job's lines as server-sent events: `line` with text, `state` with the job, until it ends."""
    found = desk.jobs.get(number)
    return StreamingResponse(_events(found, request), media_type="text/event-stream",
                             headers={"Cache-Control": "no-cache"})  # fmt: skip


async def _events(job: Job, request: Request) -> AsyncIterator[str]:
    sent, last = 0, ""
    while True:
        lines = job.lines[max(sent - job.dropped, 0) :]
        sent = job.dropped + len(job.lines)
        for line in lines:
            yield f"event: line\ndata: {json.dumps(line)}\n\n"
        now = json.dumps({**job.as_json(), "last_line": ""})
        if now != last:
            last = now
            yield f"event: state\ndata: {now}\n\n"
        if job.ended is not None or await request.is_disconnected():
            return
        await asyncio.sleep(0.3)


# --- figures -----------------------------------------------------------------------------------------------------


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(desk: At) -> str:
    """Figures in the text format of Prometheus."""
    lines = ["# TYPE audiorec_requests_total counter"]
    lines += [f'audiorec_requests_total{{route="{name}"}} {n}' for name, n in sorted(desk.counters.items())]
    lines += ["# TYPE audiorec_request_seconds_total counter"]
    lines += [f'audiorec_request_seconds_total{{route="{name}"}} {s:.6f}' for name, s in sorted(desk.seconds.items())]
    lines += ["# TYPE audiorec_uptime_seconds gauge", f"audiorec_uptime_seconds {time.time() - desk.started:.0f}"]
    if desk.state.is_ready:
        snapshot = desk.state.now()
        sizes = Counter(songs=len(snapshot.tracks), users=len(snapshot.users), lists_ahead=desk.lists_ahead.made)
        for name, value in sizes.items():
            lines += [f"# TYPE audiorec_{name} gauge", f"audiorec_{name} {value}"]
    return "\n".join(lines) + "\n"
