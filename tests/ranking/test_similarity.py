"""What songs are compared by: it lies ready until it changes, and what the network cannot know stands by its sound."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.errors import UnknownNameError
from audiorec.learning.directions import unit
from audiorec.network import embedding
from audiorec.network.graph import build_network
from audiorec.network.spectral import SpectralSettings
from audiorec.network.spectral_training import embed_network
from audiorec.ranking import clusters, make_similarity, similar_lists
from audiorec.ranking.similar_lists import artist_row, artists_like, song_row, songs_like
from audiorec.ranking.similarity import Library, gather
from audiorec.ranking.song_columns import SongColumns, pack_songs
from audiorec.ranking.song_groups import make_ready, song_groups
from audiorec.sources.matching.matcher import find_song
from tests.ranking.small_library import build, style_of


def test_songs_of_an_unplayed_artist_are_placed_by_their_sound(tmp_path: Path) -> None:
    build(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        network = build_network(space.interactions(every_song=True), space.tracks())
        played = network.listens.toarray()
        played[:, 28:] = 0  # all four songs of the last artist
        model = embed_network(network.with_listens(sparse.csr_array(played)), SpectralSettings(dims=4))
        assert not model.songs[28:].any()
        space.publish_model("network", lambda folder: embedding.save(folder, model, {}, "r", {}))
        block = gather(space).blocks["network"]
    assert block.known.all()
    likeness = unit(block.vectors[28:]) @ unit(block.vectors[:28]).T
    same = np.array([style_of(track) == style_of(29) for track in range(1, 29)])
    assert likeness[:, same].mean() > likeness[:, ~same].mean() + 0.3


@pytest.fixture
def root(tmp_path: Path) -> Path:
    build(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        model = embed_network(
            build_network(space.interactions(every_song=True), space.tracks()), SpectralSettings(dims=4)
        )
        space.publish_model("network", lambda folder: embedding.save(folder, model, {}, "r", {}))
    return tmp_path


def answers(root: Path) -> tuple[object, object]:
    with Workspace.open(root) as space:
        library = gather(space)
    return songs_like(library, 4, 5), artists_like(library, artist_row(library, "artist 2"), 3)


def test_nothing_is_made_twice(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = answers(root)
    for name in ("content_arrays", "network_arrays"):
        monkeypatch.setattr(make_similarity, name, lambda *of: pytest.fail("made again"))
    assert answers(root) == first


@pytest.mark.parametrize("folder", ["content", "places-network"])
@pytest.mark.parametrize("file", ["arrays.bin", "index.json"])
def test_what_is_torn_is_made_again(root: Path, folder: str, file: str) -> None:
    first = answers(root)
    (root / "derived" / folder / file).write_bytes(b"torn")
    assert answers(root) == first


def test_listens_that_change_leave_the_content(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(root) as space:
        before = gather(space).blocks["network"].listeners
    with Workspace.open(root, write=True) as space:
        space.add_listens("later", [("nobody else", 31, 1.0, None)])
    monkeypatch.setattr(make_similarity, "content_arrays", lambda space: pytest.fail("made again"))
    with Workspace.open(root) as space:
        now = gather(space).blocks["network"].listeners
    assert before is not None
    assert now is not None
    assert np.flatnonzero(now - before).tolist() == [30]


def test_names_that_change_are_read_again(root: Path) -> None:
    answers(root)
    with Workspace.open(root, write=True) as space:
        known = next(record for record in space.records().values() if record.track_id == 5)
        space.update_records([replace(known, title="another", artists=("somebody",))])
    with Workspace.open(root) as space:
        library = gather(space)
    assert (library.tracks[4].title, library.artists[library.first[4]]) == ("another", "somebody")
    assert library.songs_of[0][-1] == 4  # the last artist in the alphabet has this one song


def test_artists_are_where_their_songs_are(root: Path) -> None:
    with Workspace.open(root) as space:
        library = gather(space)
        listens = space.interactions(every_song=True).counts.toarray() > 0
    for row in range(8):
        songs = np.arange(4 * row, 4 * row + 4)
        assert library.artists[row] == f"artist {row}"
        mean = unit(library.blocks["sound"].vectors[songs]).mean(axis=0)
        np.testing.assert_allclose(library.artist_blocks["sound"].vectors[row], mean, atol=1e-6)
        listeners = library.artist_blocks["network"].listeners
        assert listeners is not None
        assert listeners[row] == listens[:, songs].any(axis=1).sum()


def test_paths_ids_and_names_need_no_index_of_all_names(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(root) as space:
        library = gather(space)
    assert song_row(library, "song 6") == 5
    monkeypatch.setattr(similar_lists, "find_song", None)
    assert (
        song_row(library, "artist 1 - song 6") == song_row(library, "ARTIST 1 - Song 6") == song_row(library, "6") == 5
    )
    assert song_row(library, "/music/07.mp3") == 7
    monkeypatch.chdir("/")
    assert song_row(library, "./music/07.mp3") == 7


@pytest.mark.parametrize(
    "text",
    [
        "nelly - dilemma",
        "Kelly Rowland - Dilemma",
        "David Bowie - Under Pressure",
        "Queen - Under Pressure",
        "Mono - Signs",
        "Stones - Angie",
        "Stones - Angie (Live)",
        "Stones - Hello",
        "Stones - Under Pressure",
        "Nobody Known - Angie",
        "2",
        "8",
        "9",
    ],
)
def test_a_song_of_its_artist_is_what_all_songs_would_tell(text: str) -> None:
    named = [
        ("Dilemma (Album Version)", ("Nelly", "Kelly Rowland")),
        ("Under Pressure", ("Queen & David Bowie",)),
        ("Angie", ("Stones",)),
        ("Angie (Live)", ("Stones",)),
        ("Hello (Part 1)", ("Stones",)),
        ("Under Pressure", ("Queen & Stones feat. Ann",)),
        ("7", ("Two",)),
        ("", ()),
    ]
    tracks = [
        Track(place + 1, path, title, artists, "", None, "", 0.0, "ok", "")
        for place, (title, artists) in enumerate(named)
        for path in [b"/music/Mono - Signs.ogg" if not title else b"/music/%d.mp3" % place]
    ]
    artists, groups = make_similarity._artists(tracks)
    library = Library(
        SongColumns(pack_songs(tracks)),
        np.arange(1, 9),
        {},
        artists,
        {},
        (np.concatenate(groups), np.cumsum([0, *map(len, groups)])),
        np.array([artists.index(track.artist) if track.artist else -1 for track in tracks], dtype=np.int32),
        {},
        Path(),
    )

    def answer(find: Callable[[], int]) -> int | str:
        try:
            return find()
        except UnknownNameError as error:
            return str(error)

    assert answer(lambda: song_row(library, text)) == answer(lambda: find_song(tracks, text).id - 1)


def test_groups_of_the_network_are_made_beforehand(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ready(root)
    monkeypatch.setattr(clusters, "find_clusters", lambda *of: pytest.fail("made again"))
    with Workspace.open(root) as space:
        groups, _ = song_groups(gather(space), "network")
    assert sorted(row for group in groups for row in group.rows) == list(range(32))


def test_features_of_songs_that_fail_now_compare_nothing(tmp_path: Path) -> None:
    build(tmp_path)
    with Workspace.open(tmp_path, write=True) as space:
        space.db.execute("UPDATE track SET status = 'failed'")
        space.add_paths([b"/music/later.mp3"])
    with Workspace.open(tmp_path) as space:
        library = gather(space)
    assert len(library.ids) == 1
    assert not library.blocks["sound"].known.any()
