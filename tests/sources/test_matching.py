"""Which track a written song means: the usual ways of writing one song must end at one track, and no other."""

import os
from pathlib import Path

import pytest

from audiorec.data.names import normalise, normalise_loosely
from audiorec.data.tracks import Track
from audiorec.errors import UnknownNameError
from audiorec.sources.matching.matcher import Matcher, find_artist, find_song, parse_song
from audiorec.sources.rows.contract import WrittenSong


def track(
    number: int, path: str, title: str = "", *artists: str, status: str = "ok", album: str = "", seconds: float = 3.0
) -> Track:
    return Track(number, os.fsencode(path), title, artists, album, None, "", seconds, status, "")


def song(artists: str = "", title: str = "", album: str = "", path: str = "", **rest: float | str) -> WrittenSong:
    seconds = rest.pop("seconds", None)
    ids = {kind: str(value) for kind, value in rest.items()}
    credits = tuple(filter(None, artists.split("|")))
    return WrittenSong(credits, title, album, path, ids, None if seconds is None else float(seconds))


LIBRARY = [
    track(1, "/m/AC_DC/Thunderstruck.mp3", "Thunderstruck", "AC/DC"),
    track(2, "/m/周杰伦/晴天.mp3", "晴天", "周杰伦"),
    track(3, "/m/nelly/01 dilemma.mp3", "Dilemma (Album Version)", "Nelly", "Kelly Rowland"),
    track(4, "/n/nelly/01 dilemma.mp3", "Dilemma", "Nelly", status="failed"),
    track(5, "/m/Beyoncé/Halo.mp3", "Halo", "Beyoncé"),
    track(6, "/m/Untagged/Lonely Road.ogg"),
    track(7, "/m/Mono - Signs.ogg"),
    track(8, "/m/x/one.mp3", "???", "Who"),
    track(9, "/m/x/two.mp3", "!!!", "Who"),
    track(10, "/m/y/03.mp3", "Søn af Łódź", "MØ"),
    track(11, "/m/y/04.mp3", "Straße", "Die Ärzte feat. Ann Æsir"),
    track(12, "/m/y/05.mp3", "Under Pressure", "Queen & David Bowie"),
    track(13, "/m/v/1.mp3", "Hidden Song", "Various Artists", album="Summer Hits"),
    track(14, "/m/h/1.mp3", "(I Can't Get No) Satisfaction", "Stones"),
    track(15, "/m/h/2.mp3", "Hello (Part 1)", "Stones"),
    track(16, "/m/h/3.mp3", "Angie", "Stones"),
    track(17, "/m/h/4.mp3", "Angie (Live)", "Stones"),
    track(18, "/m/l/1.mp3", "Yesterday", "Beatles, The"),
    track(19, "/m/l/2.mp3", "Wings (Ann Remix)", "Bob"),
    track(20, "/m/l/3.mp3", "3", "Two"),
]


def tagged(number: int, title: str, artist: str, mbid: str = "", isrc: str = "", album: str = "") -> Track:
    path = f"/m/{number}.mp3".encode()
    return Track(number, path, title, (artist,), album, None, "", 200.0, "ok", "", "", mbid, isrc)


UUIDS = [f"{number}a1b2c3d-0000-4000-8000-00000000000{number}" for number in range(3)]
TAGGED = [
    tagged(1, "Катюша", "Хор", UUIDS[1], "RUA000000001"),
    tagged(2, "Harbour", "Ann", UUIDS[2], album="Low Water"),
    tagged(3, "Harbour", "Ann", UUIDS[2], album="The Best"),
    tagged(4, "Elsewhere", "Bob"),
]


@pytest.mark.parametrize(
    ("written", "expected", "how"),
    [
        (song("Choir", "Катюша (Live)", mbid=UUIDS[1].upper()), 1, "id"),
        (song("Хор", "Katyusha", isrc="RU-A00-00-00001"), 1, "id"),
        (song(mbid=UUIDS[1]), 1, "id"),
        (song("Ann", "Harbor", album="The Best", mbid=UUIDS[2]), 3, "id"),
        (song("Bob", "Elsewhere", mbid=UUIDS[1]), 4, "name"),
        (song("Bob", "Elsewhere", mbid=UUIDS[0]), 4, "name"),
        (song("Хор", "Катюша", path="/m/4.mp3", mbid=UUIDS[1]), 4, "path"),
    ],
    ids=["other title", "isrc with dashes", "alone", "album chooses", "contradicted", "not there", "path first"],
)
def test_ids_of_tags_come_after_the_path_and_before_the_names(written: WrittenSong, expected: int, how: str) -> None:
    found = Matcher(TAGGED).match(written)
    assert (found.track_id, found.how) == (expected, how)


@pytest.mark.parametrize(
    ("written", "expected", "how"),
    [
        (song(track=2), 2, "id"),
        (song(path="/m/nelly/01 dilemma.mp3"), 3, "path"),
        (song(path="AC_DC/Thunderstruck.mp3"), 1, "path"),
        (song(path="..\\music\\..\\Beyoncé\\HALO.MP3"), 5, "path"),
        (song(path="file:///m/%E5%91%A8%E6%9D%B0%E4%BC%A6/%E6%99%B4%E5%A4%A9.mp3"), 2, "path"),
        (song(path="Beyonce\u0301/Halo.mp3"), 5, "path"),
        (song("周杰倫", "晴天"), 2, "name"),
        (song("beyonce", "HALO!"), 5, "name"),
        (song("Kelly Rowland", "Dilemma (Album Version)"), 3, "name"),
        (song("Nelly feat. Kelly Rowland", "Dilemma [Explicit]"), 3, "name"),
        (song("Nelly", "Dilemma (feat. Kelly Rowland)"), 3, "name"),
        (song("untagged", "lonely road"), 6, "name"),
        (song("Mono", "Signs"), 7, "name"),
        (song("ＡＣ／ＤＣ", "Ｔｈｕｎｄｅｒｓｔｒｕｃｋ"), 1, "name"),
        (song("ACDC", "Thunder-struck - 2003 Remaster"), 1, "name"),
        (song(title="thunderstruck"), 1, "name"),
        (song("Who", "!!!", path="gone.mp3"), 9, "name"),
        (parse_song("AC/DC - Thunderstruck"), 1, "name"),
        (song("Mo", "Son af Lodz"), 10, "name"),
        (song("Arzte, Die|Ann Aesir", "Strasse"), 11, "name"),
        (song("Die Ärzte", "Strasse"), 11, "name"),
        (song("Queen", "Under Pressure - Remastered 2011"), 12, "name"),
        (song("Stones", "Angie", "Live at Wembley"), 17, "name"),
        (song("Queen, David Bowie", "Under Pressure (Mono)"), 12, "name"),
        (song("Ann", "Hidden Song", "Summer Hits (Deluxe Edition)"), 13, "name"),
        (song("Various Artists", "Hidden Song"), 13, "name"),
        (song("Stones", "Satisfaction"), 14, "name"),
        (song("The Stones", "Angie - Remastered"), 16, "name"),
        (song("Stones", "Angie - Live at Wembley"), 17, "name"),
        (song("The Beatles", "Yesterday"), 18, "name"),
        (song("Beatles", "01 - Yesterday"), 18, "name"),
        (song("Beatles - Topic", "Yesterday"), 18, "name"),
        (song("", "The Beatles – Yesterday (Official Video)"), 18, "name"),
        (song("Two", "3"), 20, "name"),
        (song("Two", "3", track=16), 20, "name"),
        (song("", "", path="D:\\Sound\\The Beatles\\Red\\07 - Yesterday.flac"), 18, "name"),
    ],
)
def test_names_that_mean_one_track(written: WrittenSong, expected: int, how: str) -> None:
    found = Matcher(LIBRARY).match(written)
    assert (found.track_id, found.how) == (expected, how)


@pytest.mark.parametrize(
    "written",
    [
        song(track=77),
        song(path="lly/02 dilemma.mp3"),
        song(path="/somewhere/else/04.mp3"),
        song("Nelly", "Hot in Herre"),
        song("Who", "..."),
        song("Stones", "Hello (Part 2)"),
        song("Stones", "Hello"),
        song("Stones", "Angie (Karaoke Version)"),
        song("Bob", "Wings"),
        song("Ann", "Hidden Song"),
        song("Nobody Known", "Halo"),
        song(),
    ],
)
def test_names_that_mean_none(written: WrittenSong) -> None:
    found = Matcher(LIBRARY).match(written)
    assert found.track_id is None
    assert found.candidates == ()
    assert "no such song" in found.reason


HURT = [
    track(1, "/m/a/hurt.mp3", "Hurt", "Nina", album="Deep"),
    track(2, "/m/b/hurt.mp3", "Hurt", "Johnny"),
    track(3, "/m/a/home.mp3", "Home", "Nina", album="Deep", seconds=200),
    track(4, "/m/c/home.mp3", "Home", "Nina", album="Live Years", seconds=300),
    track(5, "/m/c/copy.mp3", "Away", "Nina", album="Deep", seconds=200),
    track(6, "/m/d/copy.flac", "Away", "Nina", album="Best Of", seconds=201),
]


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        (song(title="Hurt"), (1, 2)),
        (song("Nina", "Home"), (3, 4)),
        (song(path="/other/hurt.mp3"), (1, 2)),
        (song("Unknown Artist", "Hurt"), (1, 2)),
    ],
)
def test_what_is_ambiguous_is_listed_and_never_guessed(written: WrittenSong, candidates: tuple[int, ...]) -> None:
    found = Matcher(HURT).match(written)
    assert (found.track_id, found.candidates) == (None, candidates)
    assert found.reason


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (song("Nina", "Home", "Live Years"), 4),
        (song("Nina", "Home", seconds=299), 4),
        (song("Nina", "Home", seconds=201), 3),
        (song("Nina", "Away"), 5),
        (song("Nina", "Hurt", path="/other/hurt.mp3"), 1),
        (song(path="/other/b/hurt.mp3"), 2),
    ],
)
def test_album_length_and_path_choose(written: WrittenSong, expected: int) -> None:
    assert Matcher(HURT).match(written).track_id == expected


def test_a_live_version_is_not_the_song_where_nothing_tells_so() -> None:
    live = track(7, "/m/c/away.mp3", "Away (Live)", "Mara", album="Years", seconds=300)
    stage = track(8, "/m/c/here.mp3", "Here", "Mara", album="Live at Home", seconds=300)
    found = Matcher([*HURT, live, stage])
    assert found.match(song("Nina", "Hurt - Live at Home")).track_id is None
    assert found.near(song("Nina", "Hurt - Live at Home"))[:1] == (1,), "it waits, and the song is its candidate"
    assert found.match(song("Mara", "Away")).track_id is None
    assert found.match(song("Mara", "Away", seconds=301)).track_id == 7
    assert found.match(song("Mara", "Away", "Live at Home")).track_id == 7
    assert found.match(song("Mara", "Here (Live)")).track_id == 8
    assert found.match(song("Mara", "Here")).track_id == 8
    assert found.match(song("Mara", "Here", "First")).track_id is None
    assert found.match(song("Nina", "Hurt", "Live at Home")).track_id is None


def test_another_length_is_another_recording() -> None:
    assert Matcher(HURT[2:3]).match(song("Nina", "Home - Live", seconds=420)).track_id is None
    assert Matcher(HURT[2:3]).match(song("Nina", "Home - Live", seconds=205)).track_id == 3
    assert Matcher(HURT[2:3]).match(song("Nina", "Home", seconds=211)).track_id == 3


NAME = "Hollow/First/01 One.mp3"


@pytest.mark.parametrize(
    "path",
    [
        "C:\\Users\\me\\Music\\Hollow\\First\\01 One.mp3",
        "\\\\NAS\\music\\Hollow\\First\\01 One.mp3",
        "//nas/music/Hollow/First/01 One.mp3",
        "/Users/me/Music/Media/Hollow/First/01 One.mp3",
        "/storage/emulated/0/Music/Hollow/First/01 One.mp3",
        "/data/Hollow/First/01 One.mp3",
        "file:///D:/Music/Hollow/First/01%20One.mp3",
        "file://localhost/Users/me/Hollow/First/01%20One.mp3",
        "file://NAS/share/Hollow/First/01%20One.mp3",
        "smb://nas/share/Hollow/First/01%20One.mp3",
        "http://nas:8080/music/Hollow/First/01%20One.mp3?token=x",
        "D:Music\\Hollow\\First\\01 One.mp3",
        "E:/Music\\Hollow/First\\01 one.MP3",
        "/x/Hollow/First/01 One.flac",
        "/x/hollow/FIRST/01 One.mp3",
        "/x/Hollow/First/01_One.mp3",
        "/x/Hollow/First/01%20One.mp3",
        "Hollow\\First\\01 One.mp3",
        "./01 One.mp3",
        "/x/y/01 One.mp3",
    ],
)
def test_paths_of_other_machines(path: str) -> None:
    library = [track(1, f"/here/{NAME}"), track(2, "/here/Other/Second/02 Two.mp3"), track(3, "/here/Other/01.mp3")]
    found = Matcher(library).match(song(path=path))
    assert (found.track_id, found.how) == (1, "path")


def test_the_longest_common_end_counts_and_the_same_extension_after_it() -> None:
    library = [track(1, "/a/One/x/song.mp3"), track(2, "/a/Two/x/song.mp3"), track(3, "/a/Two/x/song.flac")]
    assert Matcher(library).match(song(path="Z:\\Two\\x\\song.flac")).track_id == 3
    assert Matcher(library).match(song(path="Z:\\One\\x\\song.ogg")).track_id == 1
    assert Matcher(library).match(song(path="Z:\\Two\\x\\song.ogg")).candidates == (2, 3)
    assert "3 files of the library end so" not in Matcher(library).match(song(path="x/song.mp3")).reason
    assert Matcher(library).match(song(path="x/song.mp3")).candidates == (1, 2)


def test_a_file_name_alone_is_not_enough_in_a_sorted_library() -> None:
    sorted_library = [track(1, "/here/Ann/Sun/07 Hello.mp3", "Hello", "Ann")]
    flat_library = [track(1, "/here/07 Hello.mp3", "Hello", "Ann")]
    other, flat = song(path="/x/Bob/Moon/07 Hello.mp3"), song(path="D:\\Music\\07 Hello.mp3")
    assert Matcher(sorted_library).match(other).track_id is None
    assert Matcher(sorted_library).match(song(path="/x/Ann/Best/07 Hello.mp3")).track_id == 1
    assert Matcher(sorted_library).match(flat).track_id == 1
    assert Matcher(flat_library).match(other).track_id == 1


def test_a_relative_path_starts_at_its_list(tmp_path: Path) -> None:
    library = [track(1, "/a/x/song.mp3"), track(2, "/b/x/song.mp3")]
    assert Matcher(library).match(song(path="../x/song.mp3"), Path("/b/lists")).track_id == 2


def test_undecodable_paths_are_found() -> None:
    library = [Track(1, b"/m/\xff\xfe.mp3", "", (), "", None, "", 1.0, "ok", "")]
    assert Matcher(library).match(song(path=os.fsdecode(b"\xff\xfe.mp3"))).track_id == 1
    assert Matcher(library).match(song(path="file:///m/%FF%FE.mp3")).track_id == 1


def test_foreign_ids_count_where_the_names_agree() -> None:
    library = [*LIBRARY, track(30, "song:3", "Elsewhere", "Far")]
    assert Matcher(library).match(parse_song("3")).track_id == 30
    assert Matcher(library).match(song("Far", "Elsewhere", netease="3")).track_id == 30
    assert Matcher(library).match(song("Beyoncé", "Halo", netease="3")).track_id == 5
    known = Matcher(LIBRARY, {("mbid", "a-b"): 5})
    assert known.match(song(mbid="a-b")).track_id == 5
    assert known.match(song("Who", "!!!", mbid="a-b")).track_id == 9


def test_an_id_is_known_once_a_name_has_told_it() -> None:
    matcher = Matcher(LIBRARY)
    assert matcher.match(song(mbid="x")).track_id is None
    assert matcher.match(song("Beyoncé", "Halo", mbid="x")).track_id == 5
    assert matcher.match(song(mbid="x")).track_id == 5
    assert matcher.match(song("Who", "!!!", mbid="x")).track_id == 9
    assert matcher.match(song("", "", "", isrc="q")).track_id is None
    matcher.match(song("Who", "???", isrc="q"))
    matcher.match(song("Who", "!!!", isrc="q"))
    assert matcher.match(song(isrc="q")).track_id is None


def test_find_song_and_artist_name_what_is_near() -> None:
    assert find_song(LIBRARY, "beyonce - halo").id == 5
    with pytest.raises(UnknownNameError, match="AC/DC - Thunderstruck"):
        find_song(LIBRARY, "AC/DC - Thunderstuck!")
    with pytest.raises(UnknownNameError, match="1 is Nina - Hurt; 2 is Johnny - Hurt"):
        find_song(HURT, "Hurt")
    assert find_artist(["Beyoncé", "AC/DC"], "BEYONCE") == "Beyoncé"
    with pytest.raises(UnknownNameError, match="did you mean AC/DC"):
        find_artist(["AC/DC"], "AC DX")
    with pytest.raises(UnknownNameError, match="nobody in particular"):
        find_artist(["AC/DC"], "Various Artists")
    with pytest.raises(UnknownNameError, match="'johnny' is an artist: write johnny - title"):
        find_song(HURT, "johnny")


def test_a_folder_is_no_song(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="is a folder: name one song in it"):
        find_song(LIBRARY, str(tmp_path))


def test_normal_forms() -> None:
    assert normalise("The Beatles") == normalise("beatles") == normalise("Beatles, The") == "beatles"
    assert normalise("Don’t Stop") == normalise("Dont stop")
    assert normalise("が") != normalise("か")
    assert normalise("P!nk") == normalise("Pink")
    assert normalise("Ke$ha") == normalise("Kesha")
    assert normalise("soft\u00adhy\u200bphen") == "softhyphen"
    assert normalise_loosely("晴天（Live）") == "晴天"
    assert normalise_loosely("(untitled)") == "untitled"
