"""One artist is one artist however the files spell them, and nobody is nobody."""

import unicodedata
from pathlib import Path

from audiorec.data.artists import one_spelling
from audiorec.data.catalogue import FileRecord, write_record
from audiorec.data.credits import credited, split_artists
from audiorec.data.names import artist_key, is_nobody
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace


def artists_of(*credits: tuple[str, ...] | str) -> list[tuple[str, ...]]:
    lists = [(credit,) if isinstance(credit, str) else credit for credit in credits]
    tracks = [Track(n, b"/m/%d" % n, "t", names, "", None, "", 1.0, "ok", "") for n, names in enumerate(lists)]
    return [track.artists for track in one_spelling(tracks)]


def test_spellings_of_one_artist_are_one() -> None:
    names = ["Björk", unicodedata.normalize("NFD", "Björk"), "BJÖRK", "The Beatles", "Beatles", "The Beatles"]
    found = artists_of(*names, "Guns N’ Roses", "Guns N' Roses", "ＡＣ／ＤＣ", "AC/DC", "AC/DC")
    assert len(set(found)) == 4
    assert found[3:6] == [("The Beatles",)] * 3
    assert found[-3:] == [("AC/DC",)] * 3


def test_nobody_is_left_out() -> None:
    nobodies = [
        "Various Artists",
        "Unknown Artist",
        "群星",
        "<unknown>",
        "[Unknown]",
        "VA",
        "Various",
        "未知艺术家",
        "",
    ]
    assert artists_of(*nobodies) == [()] * len(nobodies)
    assert artists_of(("Various Artists", "Ann")) == [("Ann",)]
    assert not any(map(is_nobody, ["Unknown Mortal Orchestra", "Various Cruelties", "Vains", "!!!", "群星乐队"]))


def test_credits_are_divided_where_it_is_sure() -> None:
    found = artists_of(
        "Ann feat. Bob", "Bob", "郑伊健/陈小春", "周杰伦、费玉清", "Ann & Bob", "Cyd & Dan", ("Eve", "Ann")
    )
    assert found == [
        ("Ann", "Bob"),
        ("Bob",),
        ("郑伊健", "陈小春"),
        ("周杰伦", "费玉清"),
        ("Ann", "Bob"),
        ("Cyd & Dan",),
        ("Eve", "Ann"),
    ]
    whole = (
        "AC/DC",
        "Earth, Wind & Fire",
        "Tyler, The Creator",
        "Simon & Garfunkel",
        "Love and Rockets",
        "Fire",
        "Love",
    )
    assert artists_of(*whole) == [(name,) for name in whole]


def test_credits_in_their_many_forms() -> None:
    assert credited("Ann ft. Bob") == credited("Ann (feat. Bob)") == credited("Ann featuring Bob") == ("Ann", "Bob")
    assert credited("Ann; Bob") == credited("Ann|Bob") == credited("Ann / Bob") == ("Ann", "Bob")
    assert credited("Nick Cave & The Bad Seeds") == ("Nick Cave & The Bad Seeds",)
    assert credited("Malcolm X") == ("Malcolm X",)
    assert split_artists("A、B/C & D feat. E") == ("A", "B", "C", "D", "E")
    assert artist_key("Jay-Z") == artist_key("JAY Z")


def test_a_part_stays_with_the_artist_when_the_spelling_changes(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", write=True) as space:

        def add(number: int, artist: str) -> None:
            space.add_paths([b"/m/%d" % number])
            with space.transaction() as db:
                write_record(db, FileRecord(number, 1, 1, "ok", title="t", artists=(artist,)))

        for number in range(1, 11):
            add(number, f"Band {number}")
        before = space.artist_parts()
        for number in range(11, 14):
            add(number, "BAND 3")
        after = space.artist_parts()
        assert after["BAND 3"] == before["Band 3"]
        assert len(after) == 10
