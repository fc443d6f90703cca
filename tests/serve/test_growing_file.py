"""A file that is read while it is made."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from audiorec.serve.growing_file import GrowingFile


def test_readers_follow_the_maker_to_the_end(tmp_path: Path) -> None:
    goes_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"one "
        assert goes_on.wait(20)
        yield b"two" * 50_000

    file = GrowingFile(tmp_path / "made" / "song.mp3", pieces())
    first, second = file.read(), file.read()
    assert next(first) == b"one "
    assert not (tmp_path / "made" / "song.mp3").exists()
    goes_on.set()
    assert b"".join(first) == b"two" * 50_000
    assert b"".join(second) == b"one " + b"two" * 50_000
    assert (tmp_path / "made" / "song.mp3").read_bytes() == b"one " + b"two" * 50_000
    assert len(list((tmp_path / "made").iterdir())) == 1


def test_what_the_maker_raises_reaches_the_reader(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a start"
        raise ValueError("torn")

    read = GrowingFile(tmp_path / "song.mp3", pieces()).read()
    assert next(read) == b"a start"
    with pytest.raises(ValueError, match="torn"):
        next(read)
    assert list(tmp_path.iterdir()) == []
