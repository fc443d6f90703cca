"""Where there is nothing to work with, the words say what is lacking, and what to do is what helps."""

from pathlib import Path

import pytest

from audiorec.data.ledger import LEDGER, Ledger
from audiorec.data.workspace import Workspace
from audiorec.errors import AudiorecError
from audiorec.ranking.recommender import Recommender
from audiorec.serve.for_you import LISTS, Ask, ForYou
from audiorec.serve.state import take_snapshot
from tests.circumstances.place import Place, named


def said(place: Place) -> dict[str, str]:
    """What each look at the library says."""
    with Workspace.open(place.root / "ws") as space:
        looks = {
            "list": lambda: Recommender.open(space),
            "listens": space.interactions,
            "features": space.features,
        }
        told = {}
        for name, look in looks.items():
            with pytest.raises(AudiorecError) as raised:
                look()
            told[name] = str(raised.value)
    return told | {"next": place.library.status()["next"]}


def test_no_file_can_be_used(place: Place) -> None:
    place.raw("a.mp3", b"no sound")
    place.extract()
    (place.root / "plays.csv").write_text("user,path\nu,a.mp3\n")
    place.library.import_auto(place.root / "plays.csv")
    told = said(place)
    assert "the one file here cannot be used" in told["features"]
    assert "the one file here cannot be used" in told["list"]
    assert told["next"] == "audiorec status --files"


def test_songs_are_known_by_name_only(place: Place) -> None:
    (place.root / "songs.csv").write_text("id,title,artists\n1,Tide,Ann\n")
    place.library.import_songs(place.root / "songs.csv")
    (place.root / "plays.csv").write_text("user,artist,title\nu,Ann,Tide\n")
    place.library.import_auto(place.root / "plays.csv")
    told = said(place)
    assert "known by name only" in told["list"]
    assert "known by name only" in told["listens"]


def test_listens_are_to_files_that_failed(place: Place) -> None:
    place.raw("a.mp3", b"no sound")
    place.song("b.mp3", *named("Ann", "Tide"))
    place.extract()
    (place.root / "plays.csv").write_text("user,path\nu,a.mp3\n")
    place.library.import_auto(place.root / "plays.csv")
    with Workspace.open(place.root / "ws") as space, pytest.raises(AudiorecError, match="songs that can be used"):
        space.interactions()


def test_every_listen_waits_for_its_song(place: Place) -> None:
    place.song("b.mp3", *named("Ann", "Tide"))
    place.extract()
    (place.root / "plays.csv").write_text("user,artist,title\nu,Bo,Low\n")
    place.library.import_auto(place.root / "plays.csv")
    with pytest.raises(AudiorecError, match="1 wait for theirs"):
        place.library.train()
    assert place.library.status()["next"] == "audiorec unmatched"


def test_no_file_was_described_yet(place: Place) -> None:
    place.song("b.mp3")
    with Workspace.open(place.root / "ws", write=True) as space:
        space.add_paths([bytes(place.music / "b.mp3")])
    assert place.library.status()["next"] == "audiorec extract FOLDER"


def test_a_list_of_an_empty_library_is_empty_without_a_warning(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, write=True):
        pass
    snapshot = take_snapshot(tmp_path, 1)
    ledger = Ledger(tmp_path / LEDGER)
    assert all(ForYou().suggest(snapshot, ledger, Ask("u", which), 0.0) == [] for which in LISTS)
    ledger.close()
