"""A newer reader: tags are read again without the sound, and what an older one could not read is tried again."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from mutagen import id3

from audiorec.data.workspace import Workspace
from audiorec.features.extract import make_plan, run_plan
from audiorec.features.recipe import FeatureRecipe
from audiorec.features.track import READER, Task, describe_file
from audiorec.features.workers import Crew, Outcome
from tests import signals

RECIPE = FeatureRecipe(segments=1, segment_frames=64, waveform_segments=1)


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Name of every file that was looked at, and whether only its words were read."""
    seen: list[tuple[str, bool]] = []

    def here(tasks: Sequence[Task], crew: Crew) -> Iterator[Outcome]:
        for task in tasks:
            seen.append((os.path.basename(task.file.path).decode(), task.only_tags))
            yield describe_file(task)

    monkeypatch.setattr("audiorec.features.extract.describe_all", here)
    monkeypatch.setattr("audiorec.features.reread.describe_all", here)
    return seen


def song(path: Path, hz: int, **frames: str) -> None:
    path.write_bytes(signals.encoded(signals.tone(hz, 0.4), signals.RATE, "MP3", "MPEG_LAYER_III"))
    tags = id3.ID3()
    for name, text in frames.items():
        tags.add(id3.USLT(3, "eng", "", text) if name == "USLT" else getattr(id3, name)(3, [text]))
    tags.save(path)


def extract(root: Path, music: Path) -> tuple[int, int]:
    """How many were described and reused."""
    with Workspace.open(root, write=True) as space:
        plan = make_plan(space, [os.fsencode(music)], RECIPE)
        outcomes = run_plan(space, plan, RECIPE, Crew(1), lambda size: None)
    return outcomes.done, outcomes.reused


def test_a_newer_reader_reads_words_again_and_tries_what_failed(
    tmp_path: Path, described: list[tuple[str, bool]]
) -> None:
    root, music = tmp_path / "ws", tmp_path / "music"
    music.mkdir()
    song(music / "a.mp3", 300, TIT2="Tide", TPE1="Ann")
    song(music / "b.mp3", 400, TIT2="Moon", USLT="la la la")
    (music / "c.mp3").write_bytes(b"no sound")
    assert extract(root, music) == (2, 0)
    described.clear()
    assert extract(root, music) == (0, 2)
    assert described == []
    with Workspace.open(root, write=True) as space, space.transaction() as db:
        db.execute("UPDATE track SET reader = 0, title = 'wrong', artists = '[]', reason = 'its tags do not tell their"
                   " code page: read as gbk, which may be wrong' WHERE path LIKE '%a.mp3'")  # fmt: skip
        db.execute("UPDATE track SET reader = 0 WHERE path NOT LIKE '%a.mp3'")
    assert extract(root, music) == (0, 2)
    assert described == [("a.mp3", True), ("b.mp3", True), ("c.mp3", False)]
    with Workspace.open(root) as space:
        (first, *_), records = space.tracks(), space.records()
        assert (first.title, first.artists, first.reason) == ("Tide", ("Ann",), "")
        assert {record.reader for record in records.values()} == {READER}
    described.clear()
    extract(root, music)
    assert described == []


def test_lyrics_that_an_older_reader_did_not_see_are_described(
    tmp_path: Path, described: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, music = tmp_path / "ws", tmp_path / "music"
    music.mkdir()
    song(music / "b.mp3", 400, TIT2="Moon", USLT="hello my old friend")
    with monkeypatch.context() as patch:
        patch.setattr("audiorec.features.tags.song_tags.tag_lyrics", lambda tags: None)
        patch.setattr("audiorec.features.track.READER", READER - 1)
        extract(root, music)
    described.clear()
    assert extract(root, music) == (1, 0)
    assert described == [("b.mp3", True), ("b.mp3", False)]
    with Workspace.open(root) as space:
        assert space.features().texts() == ["hello my old friend"]


def test_what_an_older_reader_may_have_read_in_part_is_read_again(
    tmp_path: Path, described: list[tuple[str, bool]]
) -> None:
    root, music = tmp_path / "ws", tmp_path / "music"
    music.mkdir()
    (music / "a.wav").write_bytes(2 * signals.wav(1.0))
    (music / "b.wav").write_bytes(signals.wav(1.0))
    assert extract(root, music) == (2, 0)
    with Workspace.open(root, write=True) as space, space.transaction() as db:
        db.execute("UPDATE track SET reader = 0, seconds = 1.0")
    described.clear()
    assert extract(root, music) == (1, 1)
    assert described == [("a.wav", True), ("b.wav", True), ("a.wav", False)]
    with Workspace.open(root) as space:
        assert [round(track.seconds, 1) for track in space.tracks()] == [2.0, 1.0]
