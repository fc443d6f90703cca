"""`audiorec import` from the outside: what it prints, and what it leaves in the workspace."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audiorec.cli.main import cli
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.registry import OTHERS, SOURCES
from audiorec.sources.rows.contract import Row, Unread, WrittenSong


def call(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--workspace", str(root), "import", *words], catch_exceptions=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with Workspace.open(tmp_path / "w", write=True) as space:
        space.add_paths([b"/m/a.mp3", b"/m/b.mp3"])
    return tmp_path / "w"


def test_listens_as_json_and_as_a_table(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "listens.csv"
    file.write_text("user,path,count\nann,a.mp3,2\nann,[b].mp3,1\nann,b.mp3,x\n")
    out = json.loads(call(root, "listens", str(file), "--json").stdout)["files"][0]
    assert (out["rows"], out["listens"], out["by"]) == (2, 2.0, {"path": 1})
    assert out["unmatched"] == [{"line": 3, "song": "[b].mp3", "reason": "no such song in the library"}]
    assert [problem["line"] for problem in out["problems"]] == [4]
    table = call(root, "listens", str(file)).stdout
    assert "[b].mp3" in table
    assert "not a number above 0" in table


def test_playlists_belong_to_a_user(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.m3u8"
    file.write_text("a.mp3\nb.mp3\na.mp3\n")
    for _ in range(2):
        call(root, "playlists", str(file), "--user", "ann")
    with Workspace.open(root) as space:
        rows = list(space.db.execute("SELECT user, track_id, count FROM listen ORDER BY track_id"))
    assert rows == [("ann", 1, 2.0), ("ann", 2, 1.0)]


def test_friends(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "friends.csv"
    file.write_text("bob,ann\nann,bob\nann\n")
    assert "two names are needed" in call(root, "friends", str(file)).stdout
    with Workspace.open(root) as space:
        assert space.friends() == [("ann", "bob")]


def test_sources_are_listed_and_named(root: Path, tmp_path: Path) -> None:
    names = call(root, "--list", "--quiet").stdout.splitlines()
    assert names == sorted({*SOURCES, *OTHERS})
    promised = (
        "spotify lastfm listenbrainz subsonic navidrome jellyfin plex itunes foobar2000 rhythmbox strawberry clementine"
        " quodlibet beets mpd scrobbler-log maloja panoscrobbler youtube-music tidal netease playlists listens items"
        " friends"
    )
    assert set(promised.split()) <= set(names)
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## What can be imported")[2].partition("\n## ")[0]
    told = {name for line in table.splitlines() for name in line.partition(" | ")[0].strip("| ").split(", ")}
    assert set(names) <= told
    assert all(name in call(root, "--list").stdout for name in names)
    with pytest.raises(InputError, match="no source 'spotifi': choose one of"):
        call(root, "spotifi", str(tmp_path / "x"))


def test_auto_recognises_files_and_folders(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "sub").mkdir(parents=True)
    (folder / "one").write_text("#EXTM3U\na.mp3\n")
    (folder / "sub" / "two.txt").write_text("user;path\nbob;b.mp3\n")
    (folder / "three.csv").write_text("user,friend\nann,bob\n")
    (folder / "note.txt").write_text("Dear Ann")
    (folder / ".hidden.m3u").write_text("b.mp3\n")
    out = json.loads(call(root, "auto", str(folder), "--user", "ann", "--json").stdout)
    told = {Path(file["file"]).name: file.get("source", "friends") for file in out["files"]}
    assert told == {"one": "playlists", "two.txt": "listens", "three.csv": "friends"}
    assert [Path(file["file"]).name for file in out["passed_over"]] == ["note.txt"]
    with Workspace.open(root) as space:
        assert space.friends() == [("ann", "bob")]
        assert list(space.db.execute("SELECT user, track_id FROM listen ORDER BY user")) == [("ann", 1), ("bob", 2)]
    with pytest.raises(InputError, match="of no kind that is known"):
        call(root, "auto", str(folder / "note.txt"))
    with pytest.raises(InputError, match="--user NAME"):
        call(root, "auto", str(folder / "one"))
    with pytest.raises(InputError, match="address of no service"):
        call(root, "auto", "https://nowhere.example/x")


def test_a_playlist_is_a_user_only_where_nobody_is_named(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("Playlist name,path,Type\nRain,a.mp3,Playlist\n")
    for words, user in ((["--user", "ann"], "ann"), ([], "Rain")):
        call(root, "auto", str(file), *words)
        with Workspace.open(root) as space:
            assert list(space.db.execute("SELECT user, count FROM listen")) == [(user, 1.0)]


def test_accounts_are_joined_and_columns_named(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("Wer,Was\nann,a.mp3\nbob,b.mp3\n")
    call(root, "listens", str(file), "--column", "user=Wer", "--column", "song=Was", "--as", "cyd")
    with Workspace.open(root) as space:
        assert list(space.db.execute("SELECT DISTINCT user FROM listen")) == [("cyd",)]


def test_a_missing_file_is_named(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*gone\.csv"):
        call(root, "listens", str(tmp_path / "gone.csv"))


def test_songs_known_by_name_go_through_the_network(tmp_path: Path) -> None:
    songs, listens = tmp_path / "songs.csv", tmp_path / "playlists.csv"
    songs.write_text("song_id,title,artists\n77,Dilemma,Nelly|Kelly\n88,晴天,周杰伦\n99,,x\n", encoding="utf-8")
    listens.write_text("playlist_id,song_id\np,77\np,88\nq,77\nq,周杰倫 - 晴天\nq,99\n", encoding="utf-8")
    root = tmp_path / "w"
    assert "no title" in call(root, "songs", str(songs)).stdout
    out = json.loads(call(root, "listens", str(listens), "--json").stdout)["files"][0]
    assert (out["by"], len(out["unmatched"])) == ({"id": 3, "name": 1}, 1)
    with Workspace.open(root) as space:
        assert [track.status for track in space.tracks()] == ["listed", "listed"]
        assert space.artist_parts() == {}
        assert space.interactions(every_song=True).counts.toarray().tolist() == [[1, 1], [1, 1]]
    # Nothing was played yet, so what learns from sound is not the next step.
    steps = []
    for model in ("network", "cf"):
        steps.append(next_step(root))
        with Workspace.open(root, write=True) as space:
            space.publish_model(model, lambda folder: None)
    assert [*steps, next_step(root)] == ["audiorec train", "audiorec extract FOLDER", "audiorec extract FOLDER"]


def next_step(root: Path) -> str:
    told = CliRunner().invoke(cli, ["--workspace", str(root), "status", "--json"], catch_exceptions=False).stdout
    return str(json.loads(told)["next"])


def test_a_service_is_asked_at_its_address(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from audiorec.sources import registry

    asked = []

    def fetch(url: str) -> Iterator[Row | Unread]:
        asked.append(url)
        yield Row("ann", WrittenSong(path="a.mp3"))

    service = replace(registry.SOURCES["navidrome"], answers=lambda url: "music.example" in url, fetch=fetch)
    monkeypatch.setattr(
        registry,
        "SOURCES",
        {"navidrome": service, **{name: one for name, one in registry.SOURCES.items() if name != "navidrome"}},
    )
    out = call(root, "auto", "https://ann:hush@music.example/a?key=hush", "--json").stdout
    assert asked == ["https://ann:hush@music.example/a?key=hush"]
    with Workspace.open(root) as space:
        assert list(space.db.execute("SELECT source FROM listen")) == [("navidrome:https://music.example/a",)]
    assert json.loads(out)["files"][0]["by"] == {"path": 1}
    with pytest.raises(InputError, match="read from files"):
        call(root, "beets", "https://music.example/", "--user", "ann")
    with pytest.raises(InputError, match="give its address"):
        call(root, "subsonic", str(root / "catalogue.sqlite"))
