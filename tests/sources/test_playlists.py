"""Playlists of every format and from every machine: every entry is a song or a reason."""

import json
from pathlib import Path

import pytest

from audiorec.errors import InputError
from audiorec.sources.playlists.read_playlist import read, recognises
from audiorec.sources.rows.contract import Row, Unread, WrittenSong


def songs(path: Path, data: bytes | str) -> list[WrittenSong]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return [row.song for row in read(path) if isinstance(row, Row)]


def test_m3u_in_its_many_shapes(tmp_path: Path) -> None:
    text = (
        "\ufeff#EXTM3U\r\n#PLAYLIST:mine\r\n#EXTINF:211,周杰伦 - 晴天\r\n../m/qing.mp3\r\n\r\nplain.mp3\r\n"
        '#EXTINF:-1 tvg-id="a,b" group-title="x",Nelly - Dilemma - Live\r\nfile:///m/d.mp3\r\n'
        "#EXTART:Kelly\r\n#EXTALB:Simply\r\n#EXTINF:3,Stole\r\nhttp://radio.example/stream\r\n"
        '#EXTINF:5 artist="Ann" title="Moon",\r\n# a word\r\nm.mp3\r\n#EXTINF:9,Ann – Sun\r\ns.mp3\r\n'
    )
    expected = [
        WrittenSong(("周杰伦",), "晴天", "", "../m/qing.mp3", seconds=211.0),
        WrittenSong(path="plain.mp3"),
        WrittenSong(("Nelly",), "Dilemma - Live", "", "file:///m/d.mp3"),
        WrittenSong(("Kelly",), "Stole", "Simply", "http://radio.example/stream", seconds=3.0),
        WrittenSong(("Ann",), "Moon", "", "m.mp3", seconds=5.0),
        WrittenSong(("Ann",), "Sun", "", "s.mp3", seconds=9.0),
    ]
    for encoding in ("utf-8", "gb18030", "utf-16"):
        assert songs(tmp_path / "list.m3u8", text.encode(encoding)) == expected
    assert songs(tmp_path / "old.m3u", text.replace("\r\n", "\r").encode()) == expected


def test_comments_may_be_songs_and_names_may_have_no_file(tmp_path: Path) -> None:
    text = (
        "#EXTM3U\n# a comment\n#1 Crush.mp3\n#EXTINF:5,Ann - Lost\n#EXTINF:6,Ann - Found\nf.mp3\n#EXTINF:7,Ann - Last\n"
    )
    found = songs(tmp_path / "list.m3u", text)
    assert [(song.path, song.title) for song in found] == [
        ("#1 Crush.mp3", ""),
        ("", "Lost"),
        ("f.mp3", "Found"),
        ("", "Last"),
    ]


def test_lists_in_lists_and_pieces_of_streams_are_no_songs(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("a.mp3\nmore.m3u\n")
    assert [row.skipped for row in read(path) if isinstance(row, Unread)] == [True]
    path.write_text("#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:4,\npiece0.ts\n")
    [row] = list(read(path))
    assert isinstance(row, Unread)
    assert row.skipped


def test_pls(tmp_path: Path) -> None:
    text = (
        "[playlist]\r\nNumberOfEntries=3\r\nfile2=C:\\Music\\b.mp3\r\nTitle2=Ann - B\r\nLength2=-1\r\n"
        "File1=a b.mp3\r\nLength1=123\r\nTitle3=Only a name\r\nLength9=4\r\nVersion=2"
    )
    path = tmp_path / "x"
    assert songs(path, text) == [
        WrittenSong(path="a b.mp3", seconds=123.0),
        WrittenSong(("Ann",), "B", "", "C:\\Music\\b.mp3"),
        WrittenSong(title="Only a name"),
    ]
    assert [row.row for row in read(path) if isinstance(row, Unread)] == [9]


XSPF = """<?xml version="1.0" encoding="UTF-8"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Mine</title><trackList>
<track><location>file:///D:/Music/a%20b.mp3</location><title>A &amp; B</title><creator>Ann</creator><album>Sun</album>
<duration>215000</duration><identifier>https://musicbrainz.org/recording/01234567-89ab-cdef-0123-456789abcdef</identifier>
</track><track><trackNum>2</trackNum></track><track><title>C</title><creator>Bob</creator></track></trackList></playlist>"""
MBID = "01234567-89ab-cdef-0123-456789abcdef"


def test_xspf(tmp_path: Path) -> None:
    path = tmp_path / "x"
    expected = [
        WrittenSong(("Ann",), "A & B", "Sun", "file:///D:/Music/a%20b.mp3", {"mbid": MBID}, 215.0),
        WrittenSong(("Bob",), "C"),
    ]
    assert songs(path, XSPF) == expected
    assert [row.reason for row in read(path) if isinstance(row, Unread)] == ["neither a location nor a title"]
    assert songs(path, XSPF.replace("UTF-8", "UTF-16").encode("utf-16")) == expected
    # What stands before a fault is kept, and the fault is told.
    assert songs(path, XSPF[: XSPF.index("<title>C")]) == expected[:1]
    assert "no XML that can be read on" in [row.reason for row in read(path) if isinstance(row, Unread)][-1]


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xspf"
    for declared in ('<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/hostname">'):
        text = XSPF.replace("<playlist", f"<!DOCTYPE playlist [{declared}]><playlist", 1).replace("A &amp; B", "&b;")
        assert songs(path, text) == []
        assert "refused" in next(row.reason for row in read(path) if isinstance(row, Unread))


def test_jspf(tmp_path: Path) -> None:
    track = {"location": ["file:///a.mp3"], "title": "A", "creator": "Ann", "album": None, "duration": 5000}
    track["identifier"] = [f"https://musicbrainz.org/recording/{MBID}"]
    path = tmp_path / "x"
    text = json.dumps({"playlist": {"title": "t", "track": [track, "x", {"title": 5}]}})
    assert songs(path, text) == [
        WrittenSong(("Ann",), "A", "", "file:///a.mp3", {"mbid": MBID}, 5.0),
        WrittenSong(title="5"),
    ]
    path.write_text('{"playlist": {"track": 3}}')
    with pytest.raises(InputError, match="no JSPF"):
        list(read(path))


def test_wpl_also_where_it_is_no_xml(tmp_path: Path) -> None:
    text = (
        '<?wpl version="1.0"?>\n<smil><head><title>x & y</title></head><body><seq>\n'
        '<media src="..\\Ann & Bob\\a.mp3" albumTitle="Sun &amp; Moon"\n'
        ' trackTitle="A" trackArtist="Ann" duration="5000"/>\n'
        '<media src="b.wma" tid="{1}">\n</seq></body></smil>\n'
    )
    assert songs(tmp_path / "x", text) == [
        WrittenSong(("Ann",), "A", "Sun & Moon", "..\\Ann & Bob\\a.mp3", seconds=5.0),
        WrittenSong(path="b.wma"),
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"#EXTINF", b"#EXTINF:\n#EXTINF:,\n#", b"\xff\xfe", b"[playlist]\n"])
def test_lists_without_songs(tmp_path: Path, data: bytes) -> None:
    assert songs(tmp_path / "list.m3u", data) == []


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u"
    path.write_bytes("晴天.mp3\n后来.mp3\n".encode() + b"\xff\xff.mp3\nnul\0.mp3\n")
    found = list(read(path))
    assert [row.song.path for row in found if isinstance(row, Row)] == ["晴天.mp3", "后来.mp3"]
    assert [row.row for row in found if isinstance(row, Unread)] == [3, 4]


@pytest.mark.parametrize(
    ("name", "text", "known"),
    [
        ("x", "#EXTM3U\na.mp3\n", True),
        ("x", "/a/b.mp3\nc.flac\n", True),
        ("x.m3u", "anything\n", True),
        ("x", "[playlist]\nFile1=a\n", True),
        ("x", XSPF, True),
        ("x", '<?wpl version="1.0"?><smil/>', True),
        ("x", '{"playlist": {"track": []}}', True),
        ("x.nsp", '{"all": [{"is": {"loved": true}}]}', False),
        ("x", "<plist><dict/></plist>", False),
        ("x.csv", "user,path\nann,a.mp3\n", False),
        ("x", "", False),
    ],
)
def test_playlists_are_recognised(tmp_path: Path, name: str, text: str, known: bool) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert recognises(path, text.encode()) is known


def test_asx_as_players_of_windows_write_it(tmp_path: Path) -> None:
    path = tmp_path / "x.asx"
    path.write_text(
        '<ASX version="3.0"><TITLE>mine</TITLE><ENTRY><TITLE>Tide & Ebb</TITLE><AUTHOR>Ann</AUTHOR>'
        '<REF HREF="D:\\Music\\Ann\\Tide.mp3"/></ENTRY><entry><ref href="b.mp3"></entry></ASX>'
    )
    assert recognises(path, path.read_bytes())
    songs = [row.song for row in read(path) if isinstance(row, Row)]
    assert [(song.artists, song.title, song.path) for song in songs] == [
        (("Ann",), "Tide & Ebb", "D:\\Music\\Ann\\Tide.mp3"),
        ((), "", "b.mp3"),
    ]
