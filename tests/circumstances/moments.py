"""Rows of the table: one bad moment, and words that mislead."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from errno import EIO, ENOSPC, ESTALE
from typing import Any

import pytest
from mutagen import id3

from audiorec.data.workspace import Workspace
from audiorec.features import track, workers
from audiorec.features.scan import NOT_READ, SUFFIXES
from audiorec.features.track import Task
from audiorec.features.workers import Crew, Outcome
from audiorec.ranking import similarity
from audiorec.ranking.similar_lists import compared
from tests import made_audio
from tests.circumstances.place import Place, named

Moment = Callable[[], AbstractContextManager[None]]


def ends(with_outcome: Callable[[Task], Outcome]) -> Moment:
    """While every file ends so."""

    @contextmanager
    def moment() -> Iterator[None]:
        def describe(tasks: Sequence[Task], crew: Crew) -> Iterator[Outcome]:
            return map(with_outcome, tasks)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("audiorec.features.extract.describe_all", describe)
            yield

    return moment


def fails(name: str, error: OSError) -> Moment:
    """While a call fails."""

    def call(*given: Any, **more: Any) -> Any:
        raise error

    @contextmanager
    def moment() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(name, call)
            yield

    return moment


def a_moment(moment: Moment, reason: str) -> Callable[[Place], None]:
    """Of two described songs one is looked at again, and a third one for the first time, in a bad moment."""

    def check(place: Place) -> None:
        place.song("x.mp3")
        place.song("y.mp3")
        place.extract()
        os.utime(place.music / "x.mp3", (1, 1))
        place.song("z.mp3")
        with moment():
            told = place.outcomes()
        assert [reason in why and "tried again at the next run" in why for _, _, why in told.reasons] == [True] * 2
        with Workspace.open(place.root / "ws") as space:
            assert len(space.features()) == 2
        assert sorted(place.tracks()) == ["x.mp3", "y.mp3"]
        told = place.outcomes()
        assert (told.done, told.reused, told.reasons) == (2, 1, [])

    return check


def all_is_tried_again_when_asked_for(place: Place) -> None:
    place.raw("x.mp3", "no sound")
    assert (place.outcomes().failed, place.outcomes().reused) == (1, 0)
    with pytest.MonkeyPatch.context() as patch:
        looked: list[bytes] = []
        patch.setattr(track, "sniff", lambda file: looked.append(file.name))
        place.outcomes()
        assert looked == []
        place.outcomes(retry=True)
        assert len(looked) == 1


def a_full_folder_for_files_in_passing(place: Place) -> None:
    place.song("x.mp3")
    with fails("tempfile.mkdtemp", OSError(ENOSPC, "No space left on device"))():
        assert place.extract() == []
    assert list(place.tracks()) == ["x.mp3"]


def a_tag_that_breaks_its_reader(place: Place) -> None:
    path = place.song("x.mp3", *named("Ann", "Tide"), id3.TDRC(3, ["2004"]))
    data = path.read_bytes()
    path.write_bytes(data.replace(b"TDRC", b"TCON", 1).replace(b"2004", b"\xff\xfe\xff\xff", 1))
    place.extract()
    assert (place.tracks()["x.mp3"]["title"], place.tracks()["x.mp3"]["artists"]) == ("Tide", ["Ann"])


def formats_that_are_played(place: Place) -> None:
    assert {b".spx", b".ac3", b".eac3", b".dff", b".tak"} <= SUFFIXES
    place.raw("x.ac3", made_audio.coded("ac3", "ac3", 0.5))
    place.raw("x.eac3", made_audio.coded("eac3", "eac3", 0.5))
    place.raw("x.dff", made_audio.dff(0.2))
    place.extract()
    assert sorted(place.tracks()) == ["x.ac3", "x.dff", "x.eac3"]


def formats_that_nothing_reads(place: Place) -> None:
    for ending in (".mid", ".xm", ".aax"):
        assert ending.encode() in NOT_READ
        place.raw(f"x{ending}", "x")
    assert place.outcomes().left_out == {".aax": 1, ".mid": 1, ".xm": 1}


def likeness_where_no_song_has_words(place: Place) -> None:
    for name in ("x.mp3", "y.mp3", "z.mp3"):
        place.song(name)
    place.extract()
    with Workspace.open(place.root / "ws") as space:
        assert compared(similarity.gather(space).blocks, ()) == ["sound"]


def passing(reason: str) -> Moment:
    return ends(lambda task: workers.passing(task, reason))


MOMENTS = {
    "an I/O error": a_moment(fails("audiorec.features.track._digest", OSError(EIO, "I/O error")), "I/O error"),
    "a stale handle of a share": a_moment(fails("audiorec.features.track.sniff", OSError(ESTALE, "Stale")), "Stale"),
    "a time limit": a_moment(passing("took too long and was stopped"), "took too long"),
    "a memory limit": a_moment(passing("needs more memory than a worker may have"), "more memory"),
    "a share that does not answer": a_moment(passing("the disk or share does not answer"), "does not answer"),
}
ROWS = (
    all_is_tried_again_when_asked_for, a_full_folder_for_files_in_passing, a_tag_that_breaks_its_reader,
    formats_that_are_played, formats_that_nothing_reads, likeness_where_no_song_has_words,
)  # fmt: skip
