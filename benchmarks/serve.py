"""How fast `audiorec serve` answers and whether it grows: lists at 1, 8 and 32 clients, streams, memory, start.

Starts a server of its own over a workspace on the loopback address, bounded in requests and time; prints JSON lines,
with the server's processor time for a request (cpu_ms), in which other work on the machine does not count.
`recommend_at_once` asks for lists as soon as the library is open, `recommend` after the server has made those of known
users by itself, `chosen` for lists with a choice of years, which are made when they are asked for.
With `--songs N` the workspace is made first where it is not there yet: N songs with features and listens, and arrays of
models that nobody has trained, since how long an answer takes does not depend on what they say; they have no sound.
Run: python benchmarks/serve.py --workspace DIR [--songs 100000] [--requests 400] [--streams 1000] [--hour 3600]
"""

import argparse
import asyncio
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import numpy as np
import psutil
from made_library import shaped_library

API = "/api/v1"


def main() -> None:
    """Start, measure, stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--songs", type=int, help="make a library of so many, with half as many users")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--hour", type=int, default=3600, help="requests in an hour; the default is one a second")
    asked = parser.parse_args()
    if asked.songs and not (asked.workspace / "catalogue.sqlite").is_file():
        shaped_library(asked.workspace, asked.songs, asked.songs // 2, 10 * asked.songs)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "audiorec", "--workspace", str(asked.workspace), "--quiet", "serve"]
    begun = time.monotonic()
    process = subprocess.Popen([*command, "--port", str(port)], env={**os.environ, "OMP_NUM_THREADS": "1"})
    try:
        asyncio.run(measure(Started(port, process.pid, begun), asked))
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class Started:
    """A server's port and process, and when it was started."""

    port: int
    pid: int
    begun: float


async def measure(server: Started, asked: argparse.Namespace) -> None:
    """All measures against a server that was just started."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60, trust_env=False) as client:
        await measure_start(client, server)
        questions = await Questions.about(client, has_sound=not asked.songs)
        await measure_load(server, questions, "recommend_at_once", asked.requests, 8)
        await measure_lists(client, server)
    for name in ("recommend", "chosen", "similar"):
        for clients in (1, 8, 32):
            await measure_load(server, questions, name, asked.requests, clients)
    for name in ("page", "search", "path", "radio", "like"):
        await measure_load(server, questions, name, min(asked.requests, 50), 1)
    if questions.has_sound:
        await measure_load(server, questions, "stream", asked.streams, 100)
    await measure_memory(server, questions, asked.hour)


async def measure_start(client: httpx.AsyncClient, server: Started) -> None:
    """Seconds from the start of the process to its first answer, and until the library is open."""
    await answer(client, f"{API}/health")
    first, cpu = time.monotonic() - server.begun, processor(server.pid)
    while not (await client.get(f"{API}/health")).json()["ready"]:
        await asyncio.sleep(0.05)
    opened = time.monotonic() - server.begun
    seconds = {"first_answer_s": first, "first_answer_cpu_s": cpu, "library_open_s": opened}
    tell("start", **{name: round(value, 2) for name, value in seconds.items()})


async def measure_lists(client: httpx.AsyncClient, server: Started) -> None:
    """Lists that are made while nobody asks, until no more come."""
    made, used = -1.0, processor(server.pid)
    while made != (made := await metric(client, "audiorec_lists_ahead")):
        await asyncio.sleep(3)
    tell("lists_ahead", made=int(made), cpu_s=round(processor(server.pid) - used, 2))


async def metric(client: httpx.AsyncClient, name: str) -> float:
    """A figure of the server's own; 0 where it has none yet."""
    lines = (await client.get(f"{API}/metrics")).text.splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0.0)


async def measure_load(server: Started, questions: "Questions", name: str, count: int, clients: int) -> None:
    """One question asked so often by so many clients."""
    used = processor(server.pid)
    times, bad = await load(server.port, getattr(questions, name), count, clients)
    cpu = round((processor(server.pid) - used) * 1000 / count, 1)
    held = round(psutil.Process(server.pid).memory_info().rss / 2**20)
    tell(name, **questions.size, clients=clients, **figures(times), cpu_ms=cpu, megabytes=held, errors=bad)


async def measure_memory(server: Started, questions: "Questions", hour: int) -> None:
    """What the server holds after each of four hours' worth of requests of every kind: it must come to rest."""
    memory, bad = psutil.Process(server.pid).memory_info, 0
    kinds = (
        "recommend",
        "similar",
        "page",
        "search",
        "path",
        "radio",
        "like",
        *(["stream"] if questions.has_sound else []),
    )
    held = [memory().rss]
    for _ in range(4):
        for name in kinds:
            bad += (await load(server.port, getattr(questions, name), hour // len(kinds), 8))[1]
        held.append(memory().rss)
    tell("memory", requests=4 * hour, megabytes=[round(one / 2**20, 1) for one in held], errors=bad)


# Method, path with its query, and what is sent as JSON.
Request = tuple[str, str, Any]


@dataclass
class Questions:
    """What is asked of a server, each by the number of the request."""

    users: list[str]
    songs: list[int]
    size: dict[str, int]
    has_sound: bool
    fresh: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    async def about(cls, client: httpx.AsyncClient, has_sound: bool) -> "Questions":
        """Questions about the users and songs that the server has."""
        users = (await client.get(f"{API}/users", params={"limit": 1000})).json()["users"]
        songs = [one["id"] for one in (await client.get(f"{API}/songs", params={"limit": 500})).json()["songs"]]
        held = (await client.get(f"{API}/status")).json()["songs"]
        return cls(users or ["me"], songs, {"songs": held, "users": len(users)}, has_sound)

    def recommend(self, number: int) -> Request:
        return _get("/recommend", user=self._user(next(self.fresh)))

    recommend_at_once = recommend

    def chosen(self, number: int) -> Request:
        """A list with a choice of years that nobody has asked for before."""
        return "POST", f"{API}/recommend", {"user": self._user(number), "years": [0, 2100 + next(self.fresh)]}

    def similar(self, number: int) -> Request:
        return _get(f"/songs/{self._song(number)}/similar")

    def page(self, number: int) -> Request:
        cursor = self.songs[-1] if number % 2 else max(self.size["songs"] - 100, 0)
        return _get("/songs", cursor=cursor, limit=50)

    def search(self, number: int) -> Request:
        return _get("/search", q=("calm", "fast", "style 3", "artist 12", "song 77")[number % 5])

    def path(self, number: int) -> Request:
        return _get("/path", start=self._song(number), end=self._song(7 * number + 1))

    def radio(self, number: int) -> Request:
        return "POST", f"{API}/radio", {"songs": [self._song(number)]}

    def like(self, number: int) -> Request:
        return "POST", f"{API}/feedback", {"user": "somebody", "song": self._song(number), "kind": "like"}

    def stream(self, number: int) -> Request:
        return _get(f"/songs/{self._song(number)}/audio")

    def _user(self, number: int) -> str:
        return self.users[number % len(self.users)]

    def _song(self, number: int) -> int:
        return self.songs[number % len(self.songs)]


def _get(path: str, **query: Any) -> Request:
    return "GET", f"{API}{path}?{urlencode(query)}", None


async def load(port: int, ask: Callable[[int], Request], count: int, clients: int) -> tuple[list[float], int]:
    """Seconds of each of `count` requests by so many clients at once, and how many were not answered well.

    Bare sockets, kept open: a client library takes longer for a request than the server, on the same two cores.
    """
    numbers = iter(range(count))
    times: list[float] = []
    bad = 0

    async def one() -> None:
        nonlocal bad
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            begun = time.perf_counter()
            writer.write(written(*ask(number)))
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
            times.append(time.perf_counter() - begun)
            bad += head.split(maxsplit=2)[1] not in (b"200", b"206")
        writer.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return times, bad


def written(method: str, path: str, body: Any) -> bytes:
    """A request as it is sent; of sound, the first 64 kB are asked for."""
    sent = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=0-65535\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n".encode() + sent


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


async def answer(client: httpx.AsyncClient, path: str) -> None:
    """Wait for the first answer."""
    while True:
        try:
            await client.get(path)
            return
        except httpx.TransportError:
            await asyncio.sleep(0.02)


def figures(times: list[float]) -> dict[str, Any]:
    """Median and 95th percentile in milliseconds."""
    p50, p95 = np.quantile(np.array(times) * 1000, [0.5, 0.95])
    return {"requests": len(times), "p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1)}


def tell(measure: str, **values: Any) -> None:
    """One line of JSON."""
    print(json.dumps({"measure": measure, **values}), flush=True)


if __name__ == "__main__":
    main()
