"""The circumstances of real libraries as a table: what is met, and what must come of it. Kinds have tests of their own.

Each row makes its files, describes them in this process, and looks at what people would see.
"""

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen import id3
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC

from audiorec.data.workspace import Workspace
from audiorec.errors import AudiorecError, InputError
from audiorec.features.scan import scan
from tests import made_audio, signals
from tests.circumstances.lists import LISTS
from tests.circumstances.moments import MOMENTS
from tests.circumstances.moments import ROWS as OF_MOMENTS
from tests.circumstances.nobodies import NOBODY
from tests.circumstances.place import Place, named
from tests.circumstances.sounds import SOUNDS

# --- 1: one bad moment -----------------------------------------------------------------------------------------------


def a_share_that_is_away_for_a_minute(place: Place) -> None:
    place.song("a/x.mp3")
    place.song("b/y.mp3")
    place.extract()
    (place.music / "a").rename(place.root / "away")
    (place.music / "b").rename(place.root / "away b")
    assert "is it mounted?" in place.extract()[0]
    assert len(place.tracks()) == 2


def a_file_that_cannot_be_opened_now(place: Place) -> None:
    place.song("x.mp3")
    place.extract()
    target = place.root / "vault"
    target.mkdir()
    (place.music / "x.mp3").rename(target / "x.mp3")
    (place.music / "x.mp3").symlink_to(target / "x.mp3")
    (target / "x.mp3").rename(target / "hidden")  # the link leads nowhere for a moment
    reasons = place.extract()
    assert "cannot be read" in reasons[0]
    (target / "hidden").rename(target / "x.mp3")
    place.extract()
    assert list(place.tracks()) == ["x.mp3"]


def a_file_that_cannot_be_opened_now_beside_others(place: Place) -> None:
    place.song("y.mp3")
    place.song("vault/x.mp3").rename(place.root / "x.mp3")
    (place.music / "x.mp3").symlink_to(place.root / "x.mp3")
    place.extract()
    (place.root / "x.mp3").rename(place.root / "hidden")
    assert "cannot be read" in place.extract()[0]
    assert sorted(place.tracks()) == ["x.mp3", "y.mp3"]


def a_share_behind_a_link_that_leads_nowhere(place: Place) -> None:
    place.song("y.mp3")
    place.song("nas/album/x.mp3")
    (place.music / "nas").rename(place.root / "share")
    (place.music / "nas").symlink_to(place.root / "share")
    assert place.extract() == []
    (place.root / "share").rename(place.root / "away")
    assert "mounted" in place.extract()[0]
    assert sorted(place.tracks()) == ["x.mp3", "y.mp3"]
    (place.music / "nas").unlink()
    place.extract()
    assert sorted(place.tracks()) == ["y.mp3"]


def a_folder_that_is_empty_for_a_minute(place: Place) -> None:
    place.song("y.mp3")
    place.song("nas/x.mp3")
    place.extract()
    (place.music / "nas").rename(place.root / "away")
    (place.music / "nas").mkdir()
    place.extract()
    (place.music / "nas").rmdir()
    (place.root / "away").rename(place.music / "nas")
    assert place.outcomes().reused == 2


def a_share_below_the_library_that_is_not_mounted(place: Place) -> None:
    place.song("y.mp3")
    for name in ("nas/a/x.mp3", "nas/b/z.mp3", "disk/q.mp3", "one.mp3"):
        place.song(name)
    place.extract()
    (place.music / "nas").rename(place.root / "away")
    (place.music / "nas").mkdir()
    (place.music / "disk").rename(place.root / "disk")
    (place.music / "one.mp3").unlink()
    told = place.outcomes()
    assert [(Path(os.fsdecode(path)).name, status) for path, status, _ in told.reasons] == [
        ("disk", "gone"), ("nas", "gone"),
    ]  # fmt: skip
    assert "is not there any more (songs: 1)" in told.reasons[0][2]
    assert "holds no song any more (songs: 2)" in told.reasons[1][2]
    assert (told.failed, told.gone) == (0, 4)
    assert place.outcomes().reasons == [], "said once"
    (place.music / "nas").rmdir()
    (place.root / "away").rename(place.music / "nas")
    (place.root / "disk").rename(place.music / "disk")
    assert (place.outcomes().done, place.outcomes().reused) == (0, 4)


def a_share_that_answers_with_an_error(place: Place) -> None:
    path = place.song("y.mp3").parent / ("x" * 300)  # the system's own "File name too long"
    with pytest.raises(InputError, match=r"cannot be read now \(File name too long\): is its disk or share there"):
        scan([os.fsencode(path)])


def names_in_another_case_and_another_folder(place: Place) -> None:
    place.song("x.mp3", *named("Ann", "Tide"))
    place.song("y.mp3", *named("Bo", "Low"))
    place.extract()
    before = {one["title"]: one["id"] for one in place.tracks().values()}
    (place.music / "new").mkdir()
    (place.music / "x.mp3").rename(place.music / "X.MP3")
    (place.music / "y.mp3").rename(place.music / "new" / "y.mp3")
    assert place.outcomes().reused == 2
    assert {one["title"]: one["id"] for one in place.tracks().values()} == before


def a_time_that_is_to_come_and_links_in_circles(place: Place) -> None:
    os.utime(place.song("x.mp3"), (4e9, 4e9))
    (place.music / "loop").symlink_to(place.music)
    (place.music / "self").symlink_to("self")
    assert place.extract() == []
    assert place.outcomes().reused == 1


# --- 2, 3: tags ------------------------------------------------------------------------------------------------------


def a_flac_without_an_album(place: Place) -> None:
    path = place.raw("x.flac", made_audio.coded("flac", "flac", 0.4))
    tags = FLAC(path)
    tags.update({"TITLE": "Tide", "ARTIST": "Ann", "LYRICS": "la la"})
    tags.save()
    place.extract()
    song = place.tracks()["x.flac"]
    assert (song["title"], song["artists"], song["has_lyrics"]) == ("Tide", ["Ann"], True)


def a_date_that_is_none(place: Place) -> None:
    path = place.raw("x.flac", made_audio.coded("flac", "flac", 0.4))
    tags = FLAC(path)
    tags.update({"TITLE": "Tide", "DATE": "unknown", "YEAR": "1999"})
    tags.save()
    place.extract()
    assert place.tracks()["x.flac"]["year"] == 1999


def guests_and_bands_in_one_field(place: Place) -> None:
    place.song("1.mp3", *named("Ann feat. Bob", "a"))
    place.song("2.mp3", *named("甲/乙/丙", "b"))
    for n, name in enumerate(["AC/DC", "Earth, Wind & Fire", "Tyler, The Creator"], start=3):
        place.song(f"{n}.mp3", *named(name, "c"))
    place.extract()
    found = [song["artists"] for _, song in sorted(place.tracks().items())]
    assert found == [["Ann", "Bob"], ["甲", "乙", "丙"], ["AC/DC"], ["Earth, Wind & Fire"], ["Tyler, The Creator"]]


def one_artist_in_several_spellings(place: Place) -> None:
    for n, name in enumerate(["Björk", unicodedata.normalize("NFD", "Björk"), "BJÖRK", "The Beatles", "beatles"]):
        place.song(f"{n}.mp3", *named(name, f"song {n}"))
    place.extract()
    assert place.library.status()["artists"] == 2


def all_genres(place: Place) -> None:
    place.song("x.mp3", *named("Ann", "a"), id3.TCON(3, ["Rock", "Indie"]))
    place.extract()
    assert place.tracks()["x.mp3"]["genres"] == ["rock", "indie"]


def an_ending_that_lies(place: Place) -> None:
    place.song("x.mp3", *named("Ann", "Tide")).rename(place.music / "x.flac")
    place.extract()
    assert place.tracks()["x.flac"]["artists"] == ["Ann"]


def names_that_begin_with_a_number(place: Place) -> None:
    for name in ("50 Cent - In Da Club.mp3", "99 Luftballons.mp3", "05 Song.mp3"):
        place.song(name)
    place.extract()
    found = {(tuple(song["artists"]), song["title"]) for song in place.tracks().values()}
    assert found == {(("50 Cent",), "In Da Club"), ((), "99 Luftballons"), ((), "Song")}


def russian_tags_that_claim_latin(place: Place) -> None:
    for n, title in enumerate(["Группа крови", "Звезда по имени Солнце", "Перемен"]):
        text = title.encode("cp1251").decode("latin-1")
        place.song(f"{n}.mp3", id3.TIT2(0, [text]), id3.TPE1(0, ["Кино".encode("cp1251").decode("latin-1")]))
    assert place.extract() == []
    assert place.tracks()["0.mp3"]["artists"] == ["Кино"]


def letters_that_are_not_sure(place: Place) -> None:
    place.song("x.mp3", id3.TIT2(0, ["夜曲".encode("gbk").decode("latin-1")]))
    assert "code page" in place.extract()[0]
    assert place.library.broken_files()[0]["status"] == "ok"


def tags_of_a_wav(place: Place) -> None:
    path = place.raw("x.wav", signals.wav(0.4))
    wav: Any = mutagen.File(path)  # type: ignore[attr-defined, unused-ignore]
    wav.add_tags()
    wav.tags.add(id3.TIT2(3, ["Tide"]))
    wav.save()
    place.extract()
    assert place.tracks()["x.wav"]["title"] == "Tide"


def names_as_the_web_leaves_them(place: Place) -> None:
    titles = {
        "Ann - Tide (Official Video) [dQw4w9WgXcQ].mp3": "Tide",
        "Ann - Low [Official Audio] (320 kbps).mp3": "Low",
        "Ann - High [Alternative].mp3": "High [Alternative]",
        "Ann - Far (Music).mp3": "Far (Music)",
        "Ann - Near (Video).mp3": "Near",
    }
    for name in titles:
        place.song(name)
    place.song("x.mp3", *named("Ann", "Rock &amp; Roll &#39;n AT&T; B"))
    place.extract()
    found = {name: song["title"] for name, song in place.tracks().items()}
    assert found == {**titles, "x.mp3": "Rock & Roll 'n AT&T; B"}


def guests_by_other_words(place: Place) -> None:
    for n, name in enumerate(["Ann ft. Bob", "Ann (featuring Bob)", "Ann w/ Bob", "Ann vs. Bob", "Ann × Bob"]):
        place.song(f"{n}.mp3", *named(name, f"song {n}"))
    place.extract()
    assert {tuple(song["artists"]) for song in place.tracks().values()} == {("Ann", "Bob")}


def ape_tags_of_an_mp3(place: Place) -> None:
    path = place.song("x.mp3")
    tags = APEv2()
    tags.update({"Title": "Tide", "Artist": "Ann"})
    tags.save(path)
    place.extract()
    assert (place.tracks()["x.mp3"]["title"], place.tracks()["x.mp3"]["artists"]) == ("Tide", ["Ann"])


def lyrics_that_do_not_tell_their_letters(place: Place) -> None:
    place.song("x.mp3")
    place.raw("x.txt", "夜曲\n".encode("gbk"))
    assert "its lyrics do not tell their code page" in place.extract()[0]


# --- 4, 5, 6: lists and tables ---------------------------------------------------------------------------------------


def a_header_in_no_language_that_is_known(place: Place) -> None:
    place.song("x.mp3", *named("Ann", "Tide"))
    place.extract()
    (place.root / "plays.csv").write_text("kunstner;melodi;gange\nAnn;Tide;3\n")
    with pytest.raises(AudiorecError, match="--column song=NAME"):
        place.library.import_listens(place.root / "plays.csv", user="me")


def a_song_called_by_a_number(place: Place) -> None:
    for n, (artist, title) in enumerate([("One", "Hello"), ("Two", "3"), ("Three", "Wrong")]):
        place.song(f"{n}.mp3", *named(artist, title))
    place.extract()
    (place.root / "plays.csv").write_text("user,artist,song,count\nu,Two,3,5\n")
    place.library.import_auto(place.root / "plays.csv")
    assert {song["title"]: song["plays"] for song in place.tracks().values()} == {"Hello": 0, "3": 5, "Wrong": 0}


# --- 8: folders that are no music ------------------------------------------------------------------------------------


def what_is_no_music(place: Place) -> None:
    for name in ("@eaDir/a.mp3", "#recycle/b.mp3", ".Trash-1000/c.mp3", "__MACOSX/._d.mp3", "._e.mp3", "x/.f.mp3"):
        place.song(name)
    place.song("ringtones/g.mp3")
    place.raw("ringtones/.nomedia", "")
    place.song("...Baby One More Time.mp3")
    place.extract()
    assert list(place.tracks()) == ["...Baby One More Time.mp3"]


# --- 9: lyrics -------------------------------------------------------------------------------------------------------


def lyrics_beside_the_song_in_another_form(place: Place) -> None:
    place.song(unicodedata.normalize("NFC", "Été") + ".mp3")
    place.raw(unicodedata.normalize("NFD", "été") + ".LRC", "[00:01.00]窗外的雨停了\n[00:02.00]我在等你回来\n")
    place.extract()
    assert all(song["has_lyrics"] for song in place.tracks().values())


def lyrics_of_a_page(place: Place) -> None:
    place.song("x.mp3")
    place.raw(
        "x.txt",
        "12 ContributorsX Lyrics[Verse 1]\nHello my lamp &amp; chair\nYou might also like[Chorus]\nBye23Embed\n",
    )
    place.extract()
    assert place.library.lyrics(1) == ["Hello my lamp & chair", "Bye"]


# --- 12: words -------------------------------------------------------------------------------------------------------


def a_file_that_is_there_is_not_called_missing(place: Place) -> None:
    place.song("x.mp3")
    broken = place.raw("broken.mp3", b"\xff\xfb\x90\x00")
    reasons = place.extract()
    assert "not exist" not in reasons[0]
    with pytest.raises(AudiorecError, match="is there"):
        place.library.similar(song=str(broken))


def a_title_that_two_have(place: Place) -> None:
    place.song("1.mp3", *named("Nine", "Hurt"))
    place.song("2.mp3", *named("Johnny", "Hurt"))
    place.extract()
    with pytest.raises(AudiorecError, match=r"Nine - Hurt.*Johnny - Hurt"):
        place.library.similar(song="Hurt")


def sound_effects(place: Place) -> None:
    place.song("song.mp3", seconds=1.5)
    place.song("beep.mp3", seconds=0.5)
    assert "--min-length" in place.extract(least=1.0)[0]
    assert list(place.tracks()) == ["song.mp3"]


def every_listen_waits(place: Place) -> None:
    place.song("x.mp3", *named("Ann", "Tide"))
    place.extract()
    (place.root / "plays.csv").write_text("user,artist,title\nu,Nobody,Nothing\n")
    place.library.import_auto(place.root / "plays.csv")
    with Workspace.open(place.root / "ws") as space, pytest.raises(AudiorecError, match="1 wait for theirs"):
        space.interactions()


ROWS: dict[str, Callable[[Place], None]] = {
    **{check.__name__.replace("_", " "): check for check in (
        a_share_that_is_away_for_a_minute, a_file_that_cannot_be_opened_now,
        a_file_that_cannot_be_opened_now_beside_others, a_share_behind_a_link_that_leads_nowhere,
        a_folder_that_is_empty_for_a_minute, names_in_another_case_and_another_folder,
        a_time_that_is_to_come_and_links_in_circles, a_flac_without_an_album,
        a_date_that_is_none,
        guests_and_bands_in_one_field, one_artist_in_several_spellings, all_genres, an_ending_that_lies,
        names_that_begin_with_a_number, names_as_the_web_leaves_them, guests_by_other_words, ape_tags_of_an_mp3,
        lyrics_that_do_not_tell_their_letters,
        russian_tags_that_claim_latin, letters_that_are_not_sure, tags_of_a_wav,
        a_song_called_by_a_number, a_header_in_no_language_that_is_known, what_is_no_music,
        lyrics_beside_the_song_in_another_form, lyrics_of_a_page,
        *NOBODY, a_file_that_is_there_is_not_called_missing, a_title_that_two_have, sound_effects,
        every_listen_waits, *OF_MOMENTS,
    )},
    **MOMENTS,
    **LISTS,
    **SOUNDS,
}  # fmt: skip


@pytest.mark.parametrize("circumstance", ROWS)
def test_circumstance(circumstance: str, place: Place) -> None:
    ROWS[circumstance](place)
