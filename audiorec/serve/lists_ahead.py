"""Lists made before anybody asks: whenever the library, its models or the day change, while no request waits.

A list takes a hundred times as long to make as to look up. Those who asked before come first, then those who play most.
"""

import threading
import time
from collections.abc import Callable

import numpy as np

from audiorec.errors import AudiorecError
from audiorec.serve.for_you import Ask, ForYou, day_of
from audiorec.serve.snapshot import Snapshot
from audiorec.serve.state import State

_MOST_USERS = 2_000
_MOST_SECONDS = 20.0  # of processor time each round: nobody wants a fan to run for lists that few people read
_LOOK_EVERY = 0.5


class ListsAhead:
    """A thread that fills `for_you`; `is_quiet` says whether no request was answered lately."""

    def __init__(self, state: State, for_you: ForYou, is_quiet: Callable[[], bool]) -> None:
        self._state = state
        self._for_you = for_you
        self._is_quiet = is_quiet
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="audiorec lists", daemon=True)
        self.made = 0  # of the current snapshot

    def start(self) -> None:
        """Begin; lists are made once the library is open."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _keep(self) -> None:
        done: object = None
        while not self._stop.wait(_LOOK_EVERY):
            if not self._state.is_ready:
                continue
            snapshot, day = self._state.now(), day_of(time.time())
            if (snapshot.root, snapshot.serial, day) != done:
                self._make(snapshot)
                done = (snapshot.root, snapshot.serial, day)

    def _make(self, snapshot: Snapshot) -> None:
        self.made = 0
        ledger, end = self._state.ledger_of(snapshot.root), time.thread_time() + _MOST_SECONDS
        for user in self._likely_users(snapshot):
            while not self._stop.is_set() and not self._may_work():
                self._stop.wait(_LOOK_EVERY)
            if self._stop.is_set() or snapshot is not self._state.now() or time.thread_time() > end:
                return
            try:
                self._for_you.suggest(snapshot, ledger, Ask(user), time.time())
            except AudiorecError:  # whoever asks for this list is told why
                continue
            self.made += 1

    def _may_work(self) -> bool:
        return self._is_quiet() and not self._state.is_busy

    def _likely_users(self, snapshot: Snapshot) -> list[str]:
        busiest = np.argsort(-np.diff(snapshot.counts.indptr), kind="stable")[:_MOST_USERS]
        by_plays = (snapshot.users[row] for row in busiest.tolist())
        return list(dict.fromkeys((*self._for_you.latest_users(), *by_plays)))[:_MOST_USERS]
