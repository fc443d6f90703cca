"""How fast `audiorec serve` answers and whether it grows: lists at 1, 8 and 32 clients, streams, memory, start.

Starts a server of its own over a workspace on the loopback address, bounded in requests and time; prints JSON lines,
with the server's processor time for a request (cpu_ms), in which other work on the machine does not count.
`recommend_at_once` asks for lists as soon as the library is open, `recommend` after the server has made those of known
users by itself, `chosen` for lists with a choice of years, which are made when they are asked for.
With `--songs N` the workspace is made first where it is not there yet: N songs with features and listens, and arrays of
models that nobody has trained, since how long an answer takes does not depend on what they say; they have no sound.
Run: python benchmarks/serve.py --workspace DIR [--songs 100000] [--requests 400] [--streams 1000] [--soak 3000]
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
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    parser.add_argument("--soak", type=int, default=3000)
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
        asyncio.run(measure(f"http://127.0.0.1:{port}", process.pid, begun, asked))
    finally:
        process.terminate()
        process.wait()


async def measure(base: str, pid: int, begun: float, asked: argparse.Namespace) -> None:
    """All measures against a server that was just started."""
    limits = httpx.Limits(max_connections=256)
    async with httpx.AsyncClient(base_url=base, timeout=60, limits=limits, trust_env=False) as client:
        await measure_start(client, pid, begun)
        questions = await Questions.about(client)
        await measure_load(questions, "recommend_at_once", pid, asked.requests, 8)
        await measure_lists(client, pid)
        for name in ("recommend", "chosen", "similar"):
            for clients in (1, 8, 32):
                await measure_load(questions, name, pid, asked.requests, clients)
        for name in ("page", "search", "path", "radio", "like"):
            await measure_load(questions, name, pid, min(asked.requests, 50), 1)
        if not asked.songs:
            await measure_load(questions, "stream", pid, asked.streams, 100)
        await measure_memory(questions, pid, asked.soak)


async def measure_start(client: httpx.AsyncClient, pid: int, begun: float) -> None:
    """Seconds from the start of the process to its first answer, and until the library is open."""
    await answer(client, f"{API}/health")
    first, cpu = time.monotonic() - begun, processor(pid)
    while not (await client.get(f"{API}/health")).json()["ready"]:
        await asyncio.sleep(0.05)
    opened = time.monotonic() - begun
    seconds = {"first_answer_s": first, "first_answer_cpu_s": cpu, "library_open_s": opened}
    tell("start", **{name: round(value, 2) for name, value in seconds.items()})


async def measure_lists(client: httpx.AsyncClient, pid: int) -> None:
    """Lists that are made while nobody asks, until no more come."""
    made, used = -1.0, processor(pid)
    while made != (made := await metric(client, "audiorec_lists_ahead")):
        await asyncio.sleep(3)
    tell("lists_ahead", made=int(made), cpu_s=round(processor(pid) - used, 2))


async def metric(client: httpx.AsyncClient, name: str) -> float:
    """A figure of the server's own; 0 where it has none yet."""
    lines = (await client.get(f"{API}/metrics")).text.splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0.0)


async def measure_load(questions: "Questions", name: str, pid: int, count: int, clients: int) -> None:
    """One question asked so often by so many clients."""
    used = processor(pid)
    times, bad = await load(getattr(questions, name), count, clients)
    cpu = round((processor(pid) - used) * 1000 / count, 1)
    tell(name, **questions.size, clients=clients, **figures(times), cpu_ms=cpu, errors=bad)


async def measure_memory(questions: "Questions", pid: int, soak: int) -> None:
    """What the server holds after many requests, and by how much it has grown in the later two thirds of them."""
    memory, bad, before = psutil.Process(pid).memory_info, 0, 0
    # Threads and caches fill first: what grows is what grows after that.
    for count in (soak // 2, soak):
        before = memory().rss
        for ask in (questions.recommend, questions.similar):
            bad += (await load(ask, count, 8))[1]
    held = memory().rss
    grown = round((held - before) / 2**20, 1)
    tell("memory", requests=2 * soak, megabytes=round(held / 2**20), grown=grown, errors=bad)


@dataclass
class Questions:
    """What is asked of a server, each by the number of the request; every method returns the status of the answer."""

    client: httpx.AsyncClient
    users: list[str]
    songs: list[int]
    size: dict[str, int]
    fresh: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    async def about(cls, client: httpx.AsyncClient) -> "Questions":
        """Questions about the users and songs that the server has."""
        users = (await client.get(f"{API}/users", params={"limit": 1000})).json()["users"]
        songs = [one["id"] for one in (await client.get(f"{API}/songs", params={"limit": 500})).json()["songs"]]
        held = (await client.get(f"{API}/status")).json()["songs"]
        return cls(client, users or ["me"], songs, {"songs": held, "users": len(users)})

    async def recommend(self, number: int) -> int:
        return await self._get("/recommend", user=self._user(next(self.fresh)))

    recommend_at_once = recommend

    async def chosen(self, number: int) -> int:
        """A list with a choice of years that nobody has asked for before."""
        asked = {"user": self._user(number), "years": [0, 2100 + next(self.fresh)]}
        return (await self.client.post(f"{API}/recommend", json=asked)).status_code

    async def similar(self, number: int) -> int:
        return await self._get(f"/songs/{self._song(number)}/similar")

    async def page(self, number: int) -> int:
        cursor = self.songs[-1] if number % 2 else max(self.size["songs"] - 100, 0)
        return await self._get("/songs", cursor=cursor, limit=50)

    async def search(self, number: int) -> int:
        return await self._get("/search", q=("calm", "fast", "style 3", "artist 12", "song 77")[number % 5])

    async def path(self, number: int) -> int:
        return await self._get("/path", start=self._song(number), end=self._song(7 * number + 1))

    async def radio(self, number: int) -> int:
        return (await self.client.post(f"{API}/radio", json={"songs": [self._song(number)]})).status_code

    async def like(self, number: int) -> int:
        said = {"user": "somebody", "song": self._song(number), "kind": "like"}
        return (await self.client.post(f"{API}/feedback", json=said)).status_code

    async def stream(self, number: int) -> int:
        where = f"{API}/songs/{self._song(number)}/audio"
        async with self.client.stream("GET", where, headers={"Range": "bytes=0-65535"}) as found:
            await found.aread()
            return found.status_code

    async def _get(self, path: str, **query: Any) -> int:
        return (await self.client.get(API + path, params=query)).status_code

    def _user(self, number: int) -> str:
        return self.users[number % len(self.users)]

    def _song(self, number: int) -> int:
        return self.songs[number % len(self.songs)]


async def load(ask: Callable[[int], Awaitable[int]], count: int, clients: int) -> tuple[list[float], int]:
    """Seconds of each of `count` requests by so many clients at once, and how many were not answered well."""
    numbers = iter(range(count))
    times: list[float] = []
    bad = 0

    async def one() -> None:
        nonlocal bad
        for number in numbers:
            begun = time.perf_counter()
            status = await ask(number)
            times.append(time.perf_counter() - begun)
            bad += status not in (200, 206)

    await asyncio.gather(*(one() for _ in range(clients)))
    return times, bad


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
