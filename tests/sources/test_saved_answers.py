"""Answers of servers that were saved as files."""

from pathlib import Path

import pytest

from audiorec.errors import InputError
from audiorec.sources.registry import recognise
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import netease, subsonic_replies
from tests.sources.made_exports import write_json
from tests.sources.test_service_clients import SONGS


def answer(**more: object) -> dict[str, object]:
    return {"subsonic-response": {"status": "ok", "version": "1.16.1", **more}}


def test_songs_and_lists_of_subsonic(tmp_path: Path) -> None:
    songs = write_json(tmp_path / "songs.json", answer(searchResult3={"song": SONGS, "album": [{"id": "a"}]}))
    assert recognise(songs) == "subsonic"
    kinds = [row.kind if isinstance(row, Row) else row.skipped for row in subsonic_replies.read(songs)]
    assert kinds == ["play", "rating", "star", True, True]
    listed = write_json(tmp_path / "list.json", answer(playlist={"id": "p", "owner": "bob", "entry": SONGS[:2]}))
    rows = [row for row in subsonic_replies.read(listed) if isinstance(row, Row)]
    assert [(row.user, row.kind, row.song.title) for row in rows] == [
        ("bob", "playlist", "Tin Boats"),
        ("bob", "playlist", "Gulls"),
    ]
    (none,) = subsonic_replies.read(write_json(tmp_path / "none.json", answer(license={"valid": True})))
    assert isinstance(none, Unread)
    assert none.skipped


def test_a_list_of_netease_is_whole_by_its_ids(tmp_path: Path) -> None:
    tracks = [{"id": 1, "name": "歌", "ar": [{"name": "Ann"}, {"name": "Bob"}], "al": {"name": "Up"}, "dt": 99_000}]
    entries = [{"id": 1, "at": 1_600_000_000_000}, {"id": 2, "at": 0}, {"id": None}]
    found = {
        "id": 9,
        "name": "Rain",
        "creator": {"userId": 3, "nickname": "cyd"},
        "tracks": tracks,
        "trackIds": entries,
    }
    path = write_json(tmp_path / "list.json", {"code": 200, "playlist": found})
    assert recognise(path) == "netease"
    first, second, third = netease.read(path)
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert isinstance(third, Unread)
    assert (first.user, first.kind, first.time) == ("cyd", "playlist", 1_600_000_000.0)
    assert (first.song.artists, first.song.title, first.song.seconds) == (("Ann", "Bob"), "歌", 99.0)
    assert second.song.ids == {"netease": "2"}
    played = {"code": 200, "allData": [{"playCount": 4, "song": tracks[0]}, {"playCount": 0, "song": tracks[0]}, 5]}
    row, none, wrong = netease.read(write_json(tmp_path / "record.json", played))
    week = write_json(tmp_path / "week.json", {"code": 200, "weekData": played["allData"][:1]})
    assert recognise(week) == "netease"
    assert [found.weight for found in netease.read(week) if isinstance(found, Row)] == [4.0]
    assert isinstance(row, Row)
    assert (row.kind, row.weight) == ("play", 4.0)
    assert isinstance(none, Unread)
    assert isinstance(wrong, Unread)


def test_an_answer_that_was_saved_bare(tmp_path: Path) -> None:
    bare = {"status": "ok", "version": "1.16.1", "type": "made", "openSubsonic": True}
    songs = write_json(
        tmp_path / "bare.json", {**bare, "starred2": {"song": [{"id": "1", "title": "a", "playCount": 2}]}}
    )
    assert recognise(songs) == "subsonic"
    assert [row.weight for row in subsonic_replies.read(songs) if isinstance(row, Row)] == [2.0]


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"subsonic-response": 5}', '{"playlist": 5}', "[" * 99_999])
def test_what_is_no_answer_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    for reader in (subsonic_replies, netease):
        with pytest.raises(InputError):
            list(reader.read(path))
