"""Pictures of the network: what is near is there, all hangs together, labels stay text, and files open elsewhere."""

import io
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import networkx
import numpy as np
import pytest
from matplotlib import font_manager
from scipy import sparse

from audiorec.errors import InputError
from audiorec.network.around import Labels, around
from audiorec.network.graph import Network
from audiorec.network.picture import available_fonts, draw, lacks_glyphs, layout, thinned, write_picture


def made(users: int = 40, songs: int = 60) -> tuple[Network, Labels]:
    """Users 0-19 play even songs, users 20-39 odd ones; two songs an artist."""
    rng = np.random.default_rng(0)
    own = np.arange(users)[:, None] // (users // 2) == np.arange(songs)[None] % 2
    listens = sparse.csr_array((own & (rng.random((users, songs)) < 0.4)).astype(np.float32))
    credits = np.zeros((songs, songs // 2), dtype=np.float32)
    credits[np.arange(songs), np.arange(songs) // 4 * 2 + np.arange(songs) % 2] = 1
    friends = np.zeros((users, users), dtype=np.float32)
    friends[0, 1] = friends[1, 0] = 1
    names = tuple(f"u{n}" for n in range(users)), tuple(f"晴天 {n}" for n in range(songs))
    artists = tuple(f"a<&{n}" for n in range(songs // 2))
    network = Network(
        names[0], np.arange(songs), artists, listens, sparse.csr_array(credits), sparse.csr_array(friends)
    )
    return network, Labels(names[0], names[1], artists)


@pytest.mark.parametrize(("kind", "row"), [("user", 0), ("song", 4), ("artist", 2)])
def test_what_is_near_hangs_together(kind: str, row: int) -> None:
    graph = around(*made(), kind, row, nodes=30)
    centre = graph.graph["centre"]
    assert graph.nodes[centre]["kind"] == kind
    assert 20 <= len(graph) <= 30
    assert networkx.is_connected(networkx.Graph(graph))
    assert {data["kind"] for _, data in graph.nodes(data=True)} == {"user", "song", "artist"}
    # Even songs and their listeners are one world, odd ones another.
    songs = [int(node[1:]) for node in graph if node[0] == "s"]
    assert {song % 2 for song in songs} == {0}
    assert centre in thinned(graph)
    assert {edge["kind"] for _, _, edge in graph.edges(data=True)} >= {"listens", "by", "with"}


def test_edges_say_what_they_are() -> None:
    network, labels = made()
    graph = around(network, labels, "user", 0, nodes=60)
    for one, other, edge in graph.edges(data=True):
        ends = one[0] + other[0]
        assert ends == {"listens": "us", "by": "sa", "with": "ss", "friends": "uu"}[edge["kind"]]
        if edge["kind"] == "listens":
            assert network.listens[int(one[1:]), int(other[1:])] == edge["weight"]
    assert graph.has_edge("u0", "u1")


def test_svg_keeps_text_and_repeats() -> None:
    graph = around(*made(), "song", 4, nodes=20)
    first = draw(graph, "周杰伦 <&>", "svg")
    root = ElementTree.fromstring(first)
    texts = {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"晴天 4", "周杰伦 <&>"} <= texts
    assert b"Noto Sans CJK SC" in first
    assert draw(graph, "周杰伦 <&>", "svg") == first


def test_places_are_apart() -> None:
    graph = thinned(around(*made(), "user", 3, nodes=60))
    places = np.array(list(layout(graph).values()))
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)[np.triu_indices(len(places), 1)]
    assert np.quantile(distances, 0.01) > 0.03


def test_files(tmp_path: Path) -> None:
    graph = around(*made(), "artist", 2, nodes=15)
    for ending in ("svg", "png", "graphml"):
        write_picture(graph, tmp_path / f"x.{ending}", "title")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    back = networkx.read_graphml(io.BytesIO((tmp_path / "x.graphml").read_bytes()))
    assert back.nodes["a2"]["label"] == "a<&2"
    assert set(back.edges) == set(graph.edges)
    with pytest.raises(InputError, match=r"ends in \.bmp"):
        write_picture(graph, tmp_path / "x.bmp", "title")
    with pytest.raises(InputError, match="cannot write"):
        write_picture(graph, tmp_path / "absent" / "x.svg", "title")


def test_a_font_that_was_installed_later_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = font_manager.FontManager()
    monkeypatch.setattr(font_manager, "fontManager", manager)
    manager.ttflist = []
    sound, broken = tmp_path / "new.ttf", tmp_path / "broken.ttf"
    sound.write_bytes(Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSans.ttf").read_bytes())
    broken.write_bytes(b"no font")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(broken), str(sound)])
    assert available_fonts() == ["DejaVu Sans"]


def test_glyphs() -> None:
    assert not lacks_glyphs(["plain"])
    assert lacks_glyphs(["\U00030000"])
