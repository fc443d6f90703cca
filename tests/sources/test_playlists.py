"""Playlists and friendships: every line is a song, a pair, or a reported problem."""

from pathlib import Path

import pytest

from audiorec.errors import InputError
from audiorec.sources.friends_tables import read_friends
from audiorec.sources.matching import SongName
from audiorec.sources.playlists import read_playlist


def songs(path: Path, data: bytes) -> list[SongName]:
    path.write_bytes(data)
    return [entry.song for entry in read_playlist(path).entries]


def test_m3u_in_its_many_shapes(tmp_path: Path) -> None:
    text = (
        "\ufeff#EXTM3U\r\n#PLAYLIST:mine\r\n#EXTINF:211,周杰伦 - 晴天\r\n../m/qing.mp3\r\n\r\nplain.mp3\r\n"
        '#EXTINF:-1 tvg-id="a,b" group-title="x",Nelly - Dilemma - Live\r\nfile:///m/d.mp3\r\n'
        "#EXTART:Kelly\r\n#EXTINF:3,Stole\r\nhttp://radio.example/stream\r\n"
    )
    expected = [
        SongName(path="../m/qing.mp3", artist="周杰伦", title="晴天"),
        SongName(path="plain.mp3"),
        SongName(path="file:///m/d.mp3", artist="Nelly", title="Dilemma - Live"),
        SongName(path="http://radio.example/stream", artist="Kelly", title="Stole"),
    ]
    for encoding in ("utf-8", "gb18030", "utf-16"):
        assert songs(tmp_path / "list.m3u8", text.encode(encoding)) == expected
    assert songs(tmp_path / "old.m3u", text.replace("\r\n", "\r").encode()) == expected


@pytest.mark.parametrize("data", [b"", b"\n\n", b"#EXTINF", b"#EXTINF:\n#EXTINF:,\n#", b"\xff\xfe"])
def test_lists_without_songs(tmp_path: Path, data: bytes) -> None:
    assert songs(tmp_path / "list.m3u", data) == []


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u"
    path.write_bytes("晴天.mp3\n后来.mp3\n".encode() + b"\xff\xff.mp3\nnul\0.mp3\n")
    found = read_playlist(path)
    assert [entry.song.path for entry in found.entries] == ["晴天.mp3", "后来.mp3"]
    assert [problem.line for problem in found.problems] == [3, 4]


def test_friends(tmp_path: Path) -> None:
    path = tmp_path / "friends.csv"
    path.write_text("userID\tfriendID\nann\tbob\nbob\tann\nann\tann\ncy\nann\tcy\n")
    found = read_friends(path)
    assert found.pairs == [("ann", "bob"), ("ann", "cy")]
    assert [(problem.line, problem.reason) for problem in found.problems] == [
        (4, "the two names are one"),
        (5, "two names are needed"),
    ]
    path.write_text("ann,bob\n")
    assert read_friends(path).pairs == [("ann", "bob")]
    path.write_text("")
    with pytest.raises(InputError, match="is empty"):
        read_friends(path)
