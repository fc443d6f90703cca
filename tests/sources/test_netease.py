"""The crawl of NetEase: complete, within its caps, patient with faults, the same after being killed at any moment."""

import sqlite3
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audiorec.data.comments import comment_feelings
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.import_places import import_places
from audiorec.sources.importing import Owner
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.services import netease
from audiorec.sources.services.http_client import HttpClient, ServiceError
from audiorec.sources.services.netease_crawl import Crawl
from audiorec.sources.services.netease_state import Caps, CrawlState
from tests.sources.made_netease import SONGS, USERS, MadeNetease, run_killed
from tests.sources.made_services import Answer, service

WIDE = Caps(users=1000, songs=1000, comments=100, depth=9)


def data_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with sqlite3.connect(path) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}


def crawl(root: str, path: Path, caps: Caps = WIDE) -> None:
    with CrawlState(path) as state:
        own = Crawl(HttpClient(root, rate=1e9, sleep=lambda seconds: None, tries=9), state, caps)
        own.start(users=[1])
        own.run()


def test_everything_within_reach_is_found(tmp_path: Path) -> None:
    path = tmp_path / "netease.sqlite"
    with service(MadeNetease().answer) as root:
        crawl(root, path)
    data = data_of(path)
    assert len(data["user"]) == USERS
    assert len(data["song"]) == SONGS
    assert len(data["playlist"]) == 2 * USERS
    # Of every list all songs are there, not only those that its page shows.
    assert len(data["entry"]) == 2 * USERS * 40
    assert max(len([row for row in data["comment"] if row[1] == song]) for song in range(SONGS + 1)) == 100
    assert len(data["lyric"]) == SONGS * 2 // 3
    assert len(data["follow"]) == USERS * 3
    assert {row[1] for row in data["task"] if row[5] != "done"} == {"record", "details"}


def test_faults_change_nothing(tmp_path: Path) -> None:
    with service(MadeNetease().answer) as root:
        crawl(root, tmp_path / "quiet.sqlite")
    with service(MadeNetease(faults=0.2).answer) as root:
        crawl(root, tmp_path / "faulty.sqlite")
    assert data_of(tmp_path / "quiet.sqlite") == data_of(tmp_path / "faulty.sqlite")


def test_caps_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "netease.sqlite"
    made = MadeNetease()
    with service(made.answer) as root:
        crawl(root, path, Caps(users=3, songs=20, comments=10, depth=1))
    data = data_of(path)
    assert len([row for row in data["task"] if row[1] == "user"]) == 3
    assert len(data["song"]) == 20
    assert {row[2] for row in data["entry"]} <= {row[0] for row in data["song"]}
    assert max(len([row for row in data["comment"] if row[1] == song]) for song in range(SONGS + 1)) == 10
    assert made.asked < 150


def test_a_crawl_needs_a_beginning_and_a_server(tmp_path: Path) -> None:
    with CrawlState(tmp_path / "a.sqlite") as state:
        client = HttpClient("http://127.0.0.1:9", tries=2, sleep=lambda seconds: None)
        own = Crawl(client, state)
        with pytest.raises(InputError, match="begin with"):
            own.run()
        own.start(playlists=[10])
        with pytest.raises(ServiceError, match="does not answer"):
            own.run()
        assert state.next_task() is not None
    (tmp_path / "b.sqlite").write_bytes(b"no database" * 500)
    with pytest.raises(InputError):
        CrawlState(tmp_path / "b.sqlite")


@pytest.mark.parametrize(
    "body", [[], {"code": 200}, {"code": 200, "playlist": 5}, {"code": 200, "playlist": [5, None, {}]}]
)
def test_answers_of_any_form_end_the_task_and_no_more(tmp_path: Path, body: Any) -> None:
    path = tmp_path / "a.sqlite"
    with service(lambda asked: Answer(body)) as root:
        if body == []:
            with pytest.raises(ServiceError):
                crawl(root, path)
        else:
            crawl(root, path)
            assert not data_of(path)["song"]


KILLED = """
import sys
from pathlib import Path
from audiorec.sources.services.http_client import HttpClient
from audiorec.sources.services.netease_crawl import Crawl
from audiorec.sources.services.netease_state import Caps, CrawlState
with CrawlState(Path(sys.argv[2])) as state:
    client = HttpClient(sys.argv[1], rate=1e9, sleep=lambda seconds: None, tries=9)
    crawl = Crawl(client, state, Caps(1000, 1000, 100, 9))
    crawl.start(users=[1])
    crawl.run()
"""


@pytest.mark.slow
def test_killed_twenty_times_it_ends_with_the_same_data(tmp_path: Path) -> None:
    with service(MadeNetease().answer) as root:
        crawl(root, tmp_path / "quiet.sqlite")
    made = MadeNetease(faults=0.1, delay=0.01)
    with service(made.answer) as root:
        command = [sys.executable, "-c", KILLED, root, str(tmp_path / "killed.sqlite")]
        assert run_killed(command, made, kills=20) == 20
    assert data_of(tmp_path / "quiet.sqlite") == data_of(tmp_path / "killed.sqlite")


def test_rows_of_a_crawl(tmp_path: Path) -> None:
    path = tmp_path / "netease.sqlite"
    with service(MadeNetease().answer) as root:
        crawl(root, path)
    assert netease.recognises(path, path.read_bytes()[:65_536])
    feelings = {"很喜欢，太好听了": 0.8, "难听，讨厌": -0.7, "路过": 0.0}
    found = list(netease.read(path, judge=feelings.__getitem__))
    rows = [row for row in found if isinstance(row, Row)]
    by_kind = {kind: [row for row in rows if row.kind == kind] for kind in ("like", "playlist", "play", "comment")}
    assert all(by_kind.values())
    assert {row.weight for row in by_kind["comment"]} == {0.8, -0.7, 0.0}
    assert {row.user for row in rows} >= {"user 1", "twin (3)", "twin (4)"}
    song = next(row.song for row in rows if row.song.ids["netease"] == "7")
    assert (song.title, song.artists, song.seconds) == ("歌 7", ("artist 7", "guest"), 180.007)
    # A song that the service no longer knows is told wherever it stands.
    assert {row.reason.partition(" has")[0] for row in found if isinstance(row, Unread)} == {"song 13"}
    assert [row.row for row in found] == list(range(1, len(found) + 1))
    assert next(iter(netease.lyrics(path))).translation.startswith("[00:01.00]word")
    assert ("user 1", "twin (3)") in netease.friends(path)


def test_a_file_of_a_crawl_brings_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "netease.sqlite"
    with service(MadeNetease().answer) as root:
        crawl(root, path)
    feelings = {"很喜欢，太好听了": 0.8, "难听，讨厌": -0.7, "路过": 0.0}
    with Workspace.open(tmp_path / "w", write=True) as space:
        (report,) = import_places(space, [str(path)], None, Owner(), judge=feelings.__getitem__).reports
        found = comment_feelings(space.root, [track.id for track in space.tracks()])
    assert report.waiting == 0
    assert found is not None
    assert np.nanmin(found[:, 0]) < np.nanmax(found[:, 0]) < 0.8
