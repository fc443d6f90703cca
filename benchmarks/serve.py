"""How fast `audiorec serve` answers and whether it grows: lists at 1, 8 and 32 clients, streams, memory, start.

Starts a server of its own over a workspace on the loopback address, bounded in requests and time; prints JSON lines,
with the server's processor time for a request (cpu_ms), in which other work on the machine does not count. `recommend`
asks for lists that were not made before, `recommend_again` for lists that were.
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
from collections.abc import Awaitable, Callable
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
        await answer(client, f"{API}/health")
        first, cpu = time.monotonic() - begun, round(processor(pid), 2)
        while not (await client.get(f"{API}/health")).json()["ready"]:
            await asyncio.sleep(0.05)
        tell(
            "start",
            first_answer_s=round(first, 2),
            first_answer_cpu_s=cpu,
            library_open_s=round(time.monotonic() - begun, 2),
        )
        status = (await client.get(f"{API}/status")).json()
        users = (await client.get(f"{API}/users", params={"limit": 1000})).json()["users"]
        songs = [one["id"] for one in (await client.get(f"{API}/songs", params={"limit": 500})).json()["songs"]]

        fresh = itertools.count()

        async def recommend(number: int) -> int:
            user = users[next(fresh) % len(users)] if users else "me"
            return (await client.get(f"{API}/recommend", params={"user": user})).status_code

        async def recommend_again(number: int) -> int:
            user = users[number % min(len(users), 100)] if users else "me"
            return (await client.get(f"{API}/recommend", params={"user": user})).status_code

        async def similar(number: int) -> int:
            return (await client.get(f"{API}/songs/{songs[number % len(songs)]}/similar")).status_code

        async def page(number: int) -> int:
            cursor = songs[-1] if number % 2 else status["songs"] - 100
            return (await client.get(f"{API}/songs", params={"cursor": cursor, "limit": 50})).status_code

        async def search(number: int) -> int:
            words = ("calm", "fast", "style 3", "artist 12", "song 77")[number % 5]
            return (await client.get(f"{API}/search", params={"q": words})).status_code

        async def path(number: int) -> int:
            ends = {"start": songs[number % len(songs)], "end": songs[(7 * number + 1) % len(songs)]}
            return (await client.get(f"{API}/path", params=ends)).status_code

        async def radio(number: int) -> int:
            return (await client.post(f"{API}/radio", json={"songs": [songs[number % len(songs)]]})).status_code

        async def like(number: int) -> int:
            said = {"user": "somebody", "song": songs[number % len(songs)], "kind": "like"}
            return (await client.post(f"{API}/feedback", json=said)).status_code

        async def stream(number: int) -> int:
            where = f"{API}/songs/{songs[number % len(songs)]}/audio"
            async with client.stream("GET", where, headers={"Range": "bytes=0-65535"}) as found:
                await found.aread()
                return found.status_code

        for name, ask in (("recommend", recommend), ("recommend_again", recommend_again), ("similar", similar)):
            for clients in (1, 8, 32):
                used = processor(pid)
                times, bad = await load(ask, asked.requests, clients)
                cpu = round((processor(pid) - used) * 1000 / asked.requests, 1)
                size = {"songs": status["songs"], "users": len(users), "clients": clients}
                tell(name, **size, **figures(times), cpu_ms=cpu, errors=bad)
        for name, ask in (("page", page), ("search", search), ("path", path), ("radio", radio), ("like", like)):
            few = min(asked.requests, 50)
            used = processor(pid)
            times, bad = await load(ask, few, 1)
            cpu = round((processor(pid) - used) * 1000 / few, 1)
            tell(name, songs=status["songs"], clients=1, **figures(times), cpu_ms=cpu, errors=bad)
        if not asked.songs:
            times, bad = await load(stream, asked.streams, 100)
            tell("stream", clients=100, streams=asked.streams, **figures(times), errors=bad)
        memory = psutil.Process(pid).memory_info
        before = memory().rss
        _, bad = await load(recommend, asked.soak, 8)
        _, bad_similar = await load(similar, asked.soak, 8)
        grown = (memory().rss - before) / 2**20
        tell("memory", requests=2 * asked.soak, megabytes=round(memory().rss / 2**20), grown=round(grown, 1),
             errors=bad + bad_similar)  # fmt: skip


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
