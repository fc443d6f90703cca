"""A made-up NetEase Cloud Music: users, lists, songs, comments and words, behind the paths of the compatible server.

`answer` speaks as that server does; `upstream` as the service behind it. Both fail now and then when told to.
"""

import json
import random
import subprocess
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from tests.sources.made_services import Answer, Asked

USERS, SONGS = 12, 90
_UPSTREAM = {
    "/api/user/playlist": "/user/playlist", "/api/user/getfollows/": "/user/follows",
    "/api/v1/play/record": "/user/record", "/api/v6/playlist/detail": "/playlist/detail",
    "/api/v3/song/detail": "/song/detail", "/api/v1/resource/comments/R_SO_4_": "/comment/music",
    "/api/song/lyric": "/lyric",
}  # fmt: skip


def _page(values: list[Any], query: dict[str, str]) -> tuple[list[Any], bool]:
    at, limit = int(query.get("offset", 0)), int(query.get("limit", 30))
    return values[at : at + limit], at + limit < len(values)


def _user(key: int) -> dict[str, Any]:
    return {"userId": key, "nickname": "twin" if key in (3, 4) else f"user {key}"}


def _song(key: int) -> dict[str, Any]:
    return {"id": key, "name": f"歌 {key}", "ar": [{"id": key % 9, "name": f"artist {key % 9}"}, {"name": "guest"}],
            "al": {"id": 1, "name": "album"}, "dt": 180_000 + key}  # fmt: skip


def _songs_of(playlist: int) -> list[int]:
    return [(playlist * 7 + step * step) % SONGS + 1 for step in range(40)]


def _says(path: str, query: dict[str, str]) -> dict[str, Any]:
    key = int(query.get("uid") or query.get("id") or 0)
    if path == "/user/playlist":
        mine = [{"id": key * 10 + n, "name": f"list {n}", "creator": _user(key), "specialType": 5 if n == 0 else 0}
                for n in range(2)]  # fmt: skip
        theirs = {"id": 999, "name": "other", "creator": _user(key % USERS + 1), "specialType": 0}
        found, more = _page([*mine, theirs], query)
        return {"code": 200, "playlist": found, "more": more}
    if path == "/user/follows":
        found, more = _page([_user((key + step) % USERS + 1) for step in range(1, 4)], query)
        return {"code": 200, "follow": found, "more": more}
    if path == "/user/record":
        if key % 5 == 0:
            return {"code": -2, "msg": "无权限访问"}
        return {"code": 200, "allData": [{"playCount": n + 1, "song": _song(key + n)} for n in range(5)]}
    if path == "/playlist/detail":
        ids = _songs_of(key)
        tracks = [_song(song) for song in ids[:10]]
        entries = [{"id": song, "at": 1_600_000_000_000 + song} for song in ids]
        found = {"id": key, "name": "list", "creator": _user(key // 10), "trackIds": entries, "tracks": tracks}
        return {"code": 200, "playlist": {**found, "specialType": 5 if key % 10 == 0 else 0}}
    return _of_song(path, query, key)


def _of_song(path: str, query: dict[str, str], key: int) -> dict[str, Any]:
    if path == "/song/detail":
        asked = query.get("ids") or ",".join(str(one["id"]) for one in json.loads(query["c"]))
        return {"code": 200, "songs": [_song(int(one)) for one in asked.split(",") if int(one) != 13]}
    if path == "/comment/music":
        words = ("很喜欢，太好听了", "难听，讨厌", "路过")
        said = [{"commentId": key * 1000 + n, "content": words[n % 3], "time": 1_600_000_000_000 + n, "likedCount": n,
                 "user": _user((key + n) % USERS + 1)} for n in range(key % 4 * 60)]  # fmt: skip
        found, more = _page(said, query)
        return {"code": 200, "comments": found, "total": len(said), "more": more}
    if path == "/lyric":
        words = (
            {}
            if key % 3 == 0
            else {"lrc": {"lyric": f"[00:01.00]词 {key}"}, "tlyric": {"lyric": f"[00:01.00]word {key}"}}
        )
        return {"code": 200, "nolyric": not words, **words}
    return {"code": 404}


class MadeNetease:
    """Answers requests after `delay` seconds; `faults`: the share of requests that fail in some way."""

    def __init__(self, faults: float = 0.0, delay: float = 0.0) -> None:
        self.faults, self.delay, self.asked, self._random = faults, delay, 0, random.Random(1)

    def answer(self, asked: Asked) -> Answer:
        """As the compatible server answers."""
        self.asked += 1
        return self._failing(_says(asked.path, dict(asked.query)))

    def upstream(self, asked: Asked) -> Answer:
        """As the service behind that server answers (its requests are forms, and carry ids in the path)."""
        self.asked += 1
        form = {key: values[0] for key, values in parse_qs(asked.body.decode(), keep_blank_values=True).items()}
        for start, path in _UPSTREAM.items():
            if asked.path.startswith(start):
                key = asked.path.removeprefix(start)
                return self._failing(_says(path, {**form, **({"id": key, "uid": key} if key else {})}))
        return Answer({"code": 404}, status=404)

    def _failing(self, said: dict[str, Any]) -> Answer:
        time.sleep(self.delay)
        status = said["code"] if 100 < said["code"] < 600 else 200
        if self._random.random() >= self.faults:
            return Answer(said, status=status)
        faults = [Answer({"code": 429}, 429, {"Retry-After": "0.01"}), Answer({"code": 503}, 503), Answer(said, cut=20),
                  Answer(said, cut=20, breaks=True)]  # fmt: skip
        return self._random.choice(faults)


def run_killed(command: Sequence[str], made: MadeNetease, kills: int) -> int:
    """Run a crawl that is killed `kills` times at random moments and then ends; returns how often it was killed.

    A moment is some requests after the start, and some time after their answer: anywhere between two of them.
    """
    chance, killed = random.Random(5), 0
    for _ in range(kills):
        process = subprocess.Popen(command)
        goal = made.asked + chance.randint(0, 9)
        while process.poll() is None and made.asked < goal:
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.03))
        killed += process.poll() is None
        process.kill()
        process.wait()
    subprocess.run(command, check=True, timeout=300)
    return killed
