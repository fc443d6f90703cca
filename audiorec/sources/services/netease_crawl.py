"""A crawl of NetEase Cloud Music through a locally running, API-compatible server whose address the user gives.

Breadth first from given users or playlists: users, their lists, whom they follow and what they played; lists with all
their songs; songs with artists, comments (who and what) and lyrics. Slowly, with a cap on everything, as the server's
`robots.txt` asks, and it goes on where it was killed. Sound and pictures are not fetched. What is found lies in
`netease_state.py`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from audiorec.errors import InputError
from audiorec.sources.rows.fields import Entry, FieldError, list_of, number_of, object_of, text_of
from audiorec.sources.services.http_client import HttpClient, ServiceError
from audiorec.sources.services.netease_state import Caps, CrawlState, Task
from audiorec.sources.services.robots import Robots, fetch_robots

NOTICE = (
    "This asks a NetEase-compatible server that you run for users' public lists, comments and lyrics. Respect the "
    "terms of the service and the people behind the names: keep what is found to yourself."
)
_PAGE = 100
_SONGS = 200
_REFUSED = frozenset({-2, 400, 401, 403, 404})  # private, gone, or never there
_LIKED = 5  # the special type of the list of liked songs


@dataclass
class Crawl:
    """One crawl: whom it asks, where it keeps what it finds, how much at most.

    extra: parameters sent with every request, such as a `cookie` or `realIP` that the server wants.
    """

    client: HttpClient
    state: CrawlState
    caps: Caps = field(default_factory=Caps)
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    _robots: Robots = field(default_factory=Robots, repr=False)

    def start(self, users: Iterable[int] = (), playlists: Iterable[int] = ()) -> None:
        """Where the crawl begins; what it knows already is not asked again."""
        with self.state.together():
            for key in users:
                self.state.crawl_user(key, 0, self.caps)
            for key in playlists:
                self.state.add_task("playlist", key, 0)

    def run(self, tell: Callable[[int], None] = lambda count: None) -> None:
        """Ask until nothing is left; raises ServiceError when the server fails for good: run it again later."""
        if self.state.db.execute("SELECT count(*) FROM task").fetchone()[0] == 0:
            raise InputError("a crawl needs somebody to begin with: give the id of a user or of a playlist")
        self._robots = fetch_robots(self.client)
        if self._robots.delay:
            self.client.rate = min(self.client.rate, 1 / self._robots.delay)
        count = 0
        while (task := self.state.next_task()) is not None:
            self._step(task)
            count += 1
            tell(count)

    def _step(self, task: Task) -> None:
        """Ask for one thing and store the answer with what it leads to."""
        path, query, take = self._request(task)
        if not self._robots.allow(urlsplit(self.client.root).path + path):
            with self.state.together():
                self.state.close_task(task, "robots.txt asks not to")
            return
        try:
            answer = self._answer(path, query)
        except ServiceError as error:
            if error.status not in _REFUSED:
                raise
            with self.state.together():
                self.state.close_task(task, f"refused ({error.status})")
            return
        with self.state.together():
            try:
                take(task, answer)
            except FieldError as error:
                self.state.close_task(task, str(error))

    def _request(self, task: Task) -> tuple[str, Mapping[str, object], Callable[[Task, Entry], None]]:
        paged = {"limit": _PAGE, "offset": task.at}
        if task.kind == "details":
            # One request returns many songs.
            keys = self.state.open_keys("details", _SONGS)
            return "/song/detail", {"ids": ",".join(map(str, keys))}, partial(self._take_details, keys)
        return {
            "user": ("/user/playlist", {"uid": task.key, **paged}, self._take_user),
            "follows": ("/user/follows", {"uid": task.key, **paged}, self._take_follows),
            "record": ("/user/record", {"uid": task.key, "type": 0}, self._take_record),
            "playlist": ("/playlist/detail", {"id": task.key}, self._take_playlist),
            "comments": ("/comment/music", {"id": task.key, **paged}, self._take_comments),
            "lyric": ("/lyric", {"id": task.key}, self._take_lyric),
        }[task.kind]

    def _answer(self, path: str, query: Mapping[str, object]) -> Entry:
        answer = self.client.json(path, {**query, **self.extra}, fresh="timestamp")
        code = answer.get("code", 200) if isinstance(answer, dict) else None
        if code != 200:
            status = code if isinstance(code, int) else 0
            raise ServiceError(f"{self.client.root}{path} refuses (code {str(code)[:9]}): try again later", status)
        return answer  # type: ignore[no-any-return]

    # --- what an answer leads to -------------------------------------------------------------------------------------

    def _take_user(self, task: Task, answer: Entry) -> None:
        lists = _objects(answer, "playlist")
        for entry in lists:
            key, owner = _key(entry, "id"), object_of(entry, "creator")
            if key and _key(owner, "userId") == task.key:
                self.state.add_user(task.key, _name(owner, "nickname"))
                self._note_list(entry, task.key)
                self.state.add_task("playlist", key, task.depth)
        if self._goes_on(task, answer, len(lists)):
            return
        self.state.add_task("follows", task.key, task.depth)
        self.state.add_task("record", task.key, task.depth)

    def _take_follows(self, task: Task, answer: Entry) -> None:
        found = _objects(answer, "follow")
        for entry in found:
            if key := _key(entry, "userId"):
                self.state.add_user(key, _name(entry, "nickname"))
                self.state.db.execute("INSERT OR IGNORE INTO follow VALUES (?, ?)", (task.key, key))
                self.state.crawl_user(key, task.depth + 1, self.caps)
        self._goes_on(task, answer, len(found))

    def _take_record(self, task: Task, answer: Entry) -> None:
        played = _objects(answer, "allData")
        plays = {_key(object_of(entry, "song"), "id"): number_of(entry, "playCount") or 0 for entry in played}
        for key in self._take_songs(task, [key for key in plays if key]):
            if 0 < plays[key] < 1e9:
                self.state.db.execute(
                    "INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (task.key, key, int(plays[key]))
                )
        self.state.close_task(task)

    def _take_playlist(self, task: Task, answer: Entry) -> None:
        found = object_of(answer, "playlist")
        owner = object_of(found, "creator")
        if key := _key(owner, "userId"):
            self.state.add_user(key, _name(owner, "nickname"))
            self.state.crawl_user(key, task.depth + 1, self.caps)
        self._note_list({**found, "id": task.key}, key)
        # `tracks` holds only the first songs of a long list, `trackIds` all of them.
        entries = _objects(found, "trackIds") or _objects(found, "tracks")
        songs = [(_key(entry, "id"), _key(entry, "at")) for entry in entries]
        known = self._take_songs(task, [key for key, _ in songs if key])
        kept = [(task.key, place, key, added) for place, (key, added) in enumerate(songs) if key in known]
        self.state.db.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", kept)
        self.state.close_task(task)

    def _take_songs(self, task: Task, keys: list[int]) -> list[int]:
        """Note songs and what is to be asked of them; returns those that the cap allows, in order."""
        known = self.state.add_songs(keys, self.caps)
        found = [key for key in dict.fromkeys(keys) if key in known]
        for key in found:
            self.state.add_task("details", key, task.depth)
            self.state.add_task("comments", key, task.depth)
            self.state.add_task("lyric", key, task.depth)
        return found

    def _take_details(self, asked: list[int], task: Task, answer: Entry) -> None:
        songs = {_key(entry, "id"): entry for entry in _objects(answer, "songs")}
        for key in asked:
            row = (*_details(songs.get(key, {})), key)
            self.state.db.execute("UPDATE song SET title = ?, artists = ?, album = ?, ms = ? WHERE id = ?", row)
            self.state.close_task(replace(task, key=key), "done" if key in songs else "the service does not know it")

    def _take_comments(self, task: Task, answer: Entry) -> None:
        found = _objects(answer, "comments")
        for entry in found[: max(0, self.caps.comments - task.at)]:
            who, key = object_of(entry, "user"), _key(entry, "commentId")
            user = _key(who, "userId")
            if key and user:
                self.state.add_user(user, _name(who, "nickname"))
                row = (key, task.key, user, _name(entry, "content"), _key(entry, "time"), _key(entry, "likedCount"))
                self.state.db.execute("INSERT OR REPLACE INTO comment VALUES (?, ?, ?, ?, ?, ?)", row)
                self.state.crawl_user(user, task.depth + 1, self.caps)
        self._goes_on(task, answer, len(found), self.caps.comments)

    def _take_lyric(self, task: Task, answer: Entry) -> None:
        text, translation = (_long(object_of(answer, name), "lyric") for name in ("lrc", "tlyric"))
        if text or translation:
            self.state.db.execute("INSERT OR REPLACE INTO lyric VALUES (?, ?, ?)", (task.key, text, translation))
        self.state.close_task(task)

    def _goes_on(self, task: Task, answer: Entry, count: int, most: int = 100_000) -> bool:
        """Whether there is a next page; else the task is closed."""
        at = task.at + count
        if answer.get("more") is True and count and at < most:
            self.state.move_task(task, at)
            return True
        self.state.close_task(task)
        return False

    def _note_list(self, entry: Entry, owner: int) -> None:
        liked = number_of(entry, "specialType") == _LIKED
        row = (_key(entry, "id"), _name(entry, "name"), owner, int(liked))
        self.state.db.execute("INSERT OR REPLACE INTO playlist VALUES (?, ?, ?, ?)", row)


def _details(entry: Entry) -> tuple[str, str, str, int]:
    # Older servers write the names of the fields out.
    artists = [_name(artist, "name") for artist in _objects(entry, "ar") or _objects(entry, "artists")]
    title, album = _name(entry, "name"), _name(object_of(entry, "al") or object_of(entry, "album"), "name")
    return title, json.dumps(artists, ensure_ascii=False), album, _key(entry, "dt") or _key(entry, "duration")


def _objects(entry: Entry, name: str) -> list[dict[str, Any]]:
    return [value for value in list_of(entry, name) if isinstance(value, dict)]


def _key(entry: Entry, name: str) -> int:
    """A whole number above 0, else 0."""
    number = number_of(entry, name) or 0
    return int(number) if 0 < number < 2**53 else 0


def _name(entry: Entry, name: str) -> str:
    try:
        return text_of(entry, name)
    except FieldError:
        return ""


def _long(entry: Entry, name: str) -> str:
    value = entry.get(name)
    return value[:100_000].replace("\0", "") if isinstance(value, str) else ""
