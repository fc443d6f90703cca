"""A file that a thread makes at full speed, and that any number of readers follow from its start."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

_PIECE = 2**16


class GrowingFile:
    """It stands under its name when it is whole; what the maker raises, every reader raises after what was made."""

    def __init__(self, final: Path, pieces: Iterator[bytes]) -> None:
        final.parent.mkdir(parents=True, exist_ok=True)
        self._final, self._temporary = final, final.with_name(f".{os.getpid()}-{final.name}.tmp")
        self._file = self._temporary.open("w+b", buffering=0)
        self._news = threading.Condition()
        self._size = 0
        self._error: Exception | None = None
        self.has_ended = False
        threading.Thread(target=self._make, args=(pieces,), name=f"makes {final.name}", daemon=True).start()

    def read(self) -> Iterator[bytes]:
        """All of it, waiting for what is not made yet."""
        at = 0
        while True:
            with self._news:
                while self._size == at and not self.has_ended:
                    self._news.wait()
                size = self._size
            if at == size:
                break
            piece = os.pread(self._file.fileno(), min(size - at, _PIECE), at)
            at += len(piece)
            yield piece
        if self._error is not None:
            raise self._error

    def _make(self, pieces: Iterator[bytes]) -> None:
        try:
            for piece in pieces:
                self._file.write(piece)
                with self._news:
                    self._size += len(piece)
                    self._news.notify_all()
            if self._size:
                os.replace(self._temporary, self._final)
        except Exception as error:  # noqa: BLE001 - readers are told
            self._error = error
        finally:
            self._temporary.unlink(missing_ok=True)
            with self._news:
                self.has_ended = True
                self._news.notify_all()
