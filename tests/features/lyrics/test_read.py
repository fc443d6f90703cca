"""Which lyrics count for a file, and that no malformed sidecar stops anything."""

import os
from pathlib import Path

import pytest

from audiorec.features.lyrics import describe_lyrics, read_lyrics, read_lyrics_file
from audiorec.features.lyrics.lrc import parse_lrc
from audiorec.features.lyrics.parts import without_translations


def plain(text: str | None) -> str | None:
    return None if text is None else "\n".join(without_translations(parse_lrc(text))).strip("\n ")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return tmp_path / "song.mp3"


def test_timed_sidecars_go_before_plain_ones_and_both_before_tags(song: Path) -> None:
    audio = os.fsencode(song)
    assert read_lyrics(audio, None) is None
    assert read_lyrics(audio, "from the tags") == "from the tags"
    song.with_suffix(".txt").write_text("from the text")
    assert read_lyrics(audio, "from the tags") == "from the text"
    Path(f"{song}.lrc").write_text("[00:01.00]from the long name")
    assert plain(read_lyrics(audio, None)) == "from the long name"
    song.with_suffix(".lrc").write_text("[00:01.00]from the short name")
    assert plain(read_lyrics(audio, None)) == "from the short name"


def test_stamps_are_kept_for_the_pace(song: Path) -> None:
    timed = "[00:01.00]one\n[00:02.00]two"
    song.with_suffix(".lrc").write_text(timed)
    assert read_lyrics(os.fsencode(song), None) == timed


def test_an_empty_or_binary_sidecar_counts_as_absent(song: Path) -> None:
    song.with_suffix(".lrc").write_bytes(b"")
    song.with_suffix(".txt").write_bytes(bytes(range(20)) * 100)
    assert read_lyrics(os.fsencode(song), "from the tags") == "from the tags"


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"\xff\xfe song")
    with open(name + b".lrc", "wb") as file:
        file.write("[00:01.00]我等你".encode("gb18030"))
    assert plain(read_lyrics(name + b".mp3", None)) == "我等你"


MALFORMED: dict[str, tuple[bytes, str | None]] = {
    "empty": (b"", None),
    "only line ends": (b"\r\n\r\n", None),
    "only stamps": (b"[00:01.00]\n[00:02.00]\n", None),
    "only tags": (b"[ti:x]\n[ar:y]\n[offset:0]\n", None),
    "a mark alone": (b"\xef\xbb\xbf", None),
    "half a UTF-16 unit": (b"\xff\xfea\x00b", "a\ufffd"),
    "binary": (bytes(range(256)) * 16, None),
    "a JPEG's head": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes(range(1, 27)) * 40, None),
    "broken UTF-8": ("[00:01.00]我等你".encode()[:-1], "我等\ufffd"),
    "stamp without end": (b"[00:01.00 word", "[00:01.00 word"),
    "stamp without colon": (b"[0001]word", "[0001]word"),
    "stamp of letters": (b"[aa:bb.cc]word", "[aa:bb.cc]word"),
    "time beyond all songs": (b"[999:99.99]word", "word"),
    "negative time": (b"[-1:00.00]word", "[-1:00.00]word"),
    "offset of words": (b"[offset:soon]\n[00:01.00]word", "word"),
    "offset of a thousand digits": (b"[offset:" + b"9" * 1000 + b"]\n[00:01.00]word", "word"),
    "nested brackets": (b"[[00:01.00]]word", "[]word"),
    "stamps after the words": (b"word[00:01.00]", "word"),
    "old Mac line ends": (b"[00:01.00]one\r[00:02.00]two", "one\ntwo"),
    "NULs between letters of ASCII": (b"[00:01.00]wo\x00rd", "word"),
    "broken JSON lines": (b'{"t":1,"c":[{"tx":\n{"t":"a"}\n{"t":2,"c":[7]}\n[00:03.00]word', "word"),
    "mixed encodings": ("我等你\n".encode() * 9 + "我等你\n".encode("gb18030"), None),
    "a control letter": (b"[00:01.00]wo\x07rd" + b" and on" * 9, "wo\x07rd" + " and on" * 9),
    "a page instead of lyrics": (b"<html><body>404</body></html>", "<html><body>404</body></html>"),
    "one endless line": (b"la " * 20_000, ("la " * 20_000).strip()),
    "too long": (b"la\n" * 400_000, None),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_files_give_what_can_be_read_and_never_raise(name: str, tmp_path: Path) -> None:
    data, expected = MALFORMED[name]
    path = tmp_path / "song.lrc"
    path.write_bytes(data)
    text = read_lyrics_file(path)
    if name != "mixed encodings":  # any answer will do, as long as the good lines are in it
        assert plain(text) == expected
    else:
        assert text is not None
        assert text.startswith("我等你\n我等你")
    if text:
        described = describe_lyrics(text)
        assert described is None or described.vector.shape[0] > 0


def test_folders_and_missing_files_are_none(tmp_path: Path) -> None:
    (tmp_path / "folder.lrc").mkdir()
    assert read_lyrics_file(tmp_path / "folder.lrc") is None
    assert read_lyrics_file(tmp_path / "missing.lrc") is None
