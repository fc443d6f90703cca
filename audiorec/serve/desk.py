"""What every door works with: the library, feedback, accounts, jobs, lists and counters, held in one place."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Request

from audiorec.serve.for_you import ForYou
from audiorec.serve.jobs import Job, Jobs
from audiorec.serve.lists_ahead import ListsAhead
from audiorec.serve.logins import Accounts
from audiorec.serve.maps import Maps
from audiorec.serve.near_songs import NearSongs
from audiorec.serve.state import State

DEFAULT_USER = "me"
_QUIET = 0.5  # seconds without an answer


@dataclass
class Desk:
    """Everything that a request may need; made once a server."""

    state: State
    accounts: Accounts
    for_you: ForYou = field(default_factory=ForYou)
    maps: Maps = field(default_factory=Maps)
    near_songs: NearSongs = field(default_factory=NearSongs)
    counters: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    now_playing: dict[str, tuple[int, float]] = field(default_factory=dict)
    started: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self._job_changed)
        self.lists_ahead = ListsAhead(self.state, self.for_you, lambda: time.monotonic() - self._answered > _QUIET)
        self._answered = time.monotonic()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Open the library, and begin to make lists."""
        self.state.start()
        self.lists_ahead.start()

    def close(self) -> None:
        """Stop what runs and close the files."""
        self.jobs.close()
        self.lists_ahead.close()
        self.state.close()

    def _job_changed(self, job: Job) -> None:
        self.state.is_busy = job.state == "running"

    @property
    def cache(self) -> Path:
        """Folder of what can be made again: transcoded songs, the map."""
        return self.state.now().root / "derived"

    def count(self, name: str, seconds: float) -> None:
        """Count an answered request and its time."""
        self._answered = time.monotonic()
        with self._lock:
            self.counters[name] += 1
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def users(self) -> list[str]:
        """Everybody known: with listens, with feedback, with a password; sorted, without case."""
        found = {*self.state.now().users, *self.state.ledger.users(), *self.accounts.users()}
        return sorted(found, key=str.casefold)


async def desk_of(request: Request) -> Desk:
    """The desk of the application that a request is for; async, so that no thread is asked for it."""
    found: Desk = request.app.state.desk
    return found
