"""Where circumstances are made."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from audiorec.features.track import Task, describe_file
from audiorec.features.workers import Crew, Outcome
from tests.circumstances.place import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Files are described here, not in processes of their own, which take seconds to start."""

    def here(tasks: Sequence[Task], crew: Crew) -> Iterator[Outcome]:
        return map(describe_file, tasks)

    monkeypatch.setattr("audiorec.features.extract.describe_all", here)
    return Place(tmp_path)
