"""Rows of the table: nobody as somebody."""

import uuid

import pytest
from mutagen import id3

from audiorec.data.names import is_nobody
from audiorec.data.workspace import Workspace
from audiorec.errors import AudiorecError
from audiorec.network.graph import build_network
from tests.circumstances.place import Place, named


def nobody_is_no_artist(place: Place) -> None:
    for n, name in enumerate(["Various Artists", "Unknown Artist", "群星", "<unknown>", "VA", "Ann", "Ann"]):
        place.song(f"{n}.mp3", *named(name, f"song {n}"), id3.TPE2(3, ["Various Artists"]))
    place.extract()
    assert place.library.status()["artists"] == 1
    with Workspace.open(place.root / "ws", write=True) as space:
        space.add_listens("test", [("u", track, 1.0, None) for track in (1, 2, 6)])
        parts = space.artist_parts()
        assert len(parts) == 6, "a part for each song of nobody, one for Ann"
        assert "Various Artists" not in parts
        network = build_network(space.interactions(every_song=True), space.tracks(), [])
        assert list(network.artists) == ["Ann"]
    with pytest.raises(AudiorecError, match="no artist"):
        place.library.similar(artist="Various Artists")


NOBODIES = (
    "Verschiedene Künstler", "Artistes variés", "Vários intérpretes", "AA.VV.", "Různí interpreti",
    "Różni wykonawcy", "Eri esittäjiä", "Blandade artister", "Çeşitli Sanatçılar", "Διάφοροι καλλιτέχνες",
    "Różni artyści", "Різні виконавці", "אמנים שונים", "فنانون متنوعون", "Nhiều nghệ sĩ",
    "ヴァリアス・アーティスト", "雜錦", "여러 가수", "V.A.", "Various Artists - Topic",
    "Various Artists (Compilation)", "VA", "[unknown]", "<Unknown>", "(null)", "N/A", "-", "???",
    "Okänd artist", "Artiste inconnu", "Neznámý interpret", "Неизвестный", "不明", "佚名", "알 수 없음",
    "Track 01", "Unknown Artist 3", "UnknownArtist", "nan", "[anonymous]", "trad.",
)  # fmt: skip


def nobody_in_many_languages(place: Place) -> None:
    for n, name in enumerate(NOBODIES):
        assert is_nobody(name), name
        if n % 8 == 0:
            place.song(f"{n}.mp3", *named(name, f"song {n}"))
    place.extract()
    assert place.library.status()["artists"] == 0


def bands_that_look_like_nobody(place: Place) -> None:
    for name in (
        "Unknown Mortal Orchestra",
        "Various Production",
        "The Unknown",
        "!!!",
        "+/-",
        "M83",
        "Sum 41",
        "Nada Surf",
    ):
        assert not is_nobody(name), name


def nobody_by_another_name(place: Place) -> None:
    """A tagger was told to call Various Artists "Sampler"."""
    place.song(
        "x.mp3", *named("Sampler", "Tide"), id3.TPE2(3, ["Sampler"]),
        id3.TXXX(3, "MusicBrainz Artist Id", ["89ad4ac3-39f7-470e-963a-509546377b13"]),
        id3.TXXX(3, "MusicBrainz Album Artist Id", ["89AD4AC3-39F7-470E-963A-509546377B13"]),
    )  # fmt: skip
    place.song("y.mp3", *named("Ann", "Low"), id3.TXXX(3, "MusicBrainz Artist Id", [str(uuid.UUID(int=1))]))
    place.extract()
    assert [song["artists"] for _, song in sorted(place.tracks().items())] == [[], ["Ann"]]


def a_play_of_nobody_in_a_list(place: Place) -> None:
    place.song("x.mp3", *named("Various Artists", "Tide"))
    place.song("y.mp3", *named("Ann", "Low"))
    place.song("z.mp3", *named("Ann", "Track 01"))
    place.extract()
    (place.root / "plays.csv").write_text("user,artist,title\nu,V.A.,Tide\nu,Unknown Artist,Track 01\nu,群星,Low\n")
    place.library.import_auto(place.root / "plays.csv")
    assert {name: song["plays"] for name, song in place.tracks().items()} == {"x.mp3": 1, "y.mp3": 1, "z.mp3": 0}


NOBODY = (
    nobody_is_no_artist, nobody_in_many_languages, bands_that_look_like_nobody, nobody_by_another_name,
    a_play_of_nobody_in_a_list,
)  # fmt: skip
