"""`audiorec network` from the outside."""

from pathlib import Path

import networkx
import pytest
from click.testing import CliRunner

from audiorec.cli.main import cli
from audiorec.errors import UnknownNameError


def call(root: Path, *words: str) -> str:
    return CliRunner().invoke(cli, ["--workspace", str(root), *words], catch_exceptions=False).stdout


def test_a_picture_around_each_kind(tmp_path: Path) -> None:
    songs = ["song_id,title,artist", *(f"{n},曲 {n},{'ab'[n % 2]}" for n in range(8))]
    (tmp_path / "songs.csv").write_text("\n".join(songs), encoding="utf-8")
    listens = ["user,song", *(f"u{n % 5},{n % 8}" for n in range(40))]
    (tmp_path / "listens.csv").write_text("\n".join(listens))
    root = tmp_path / "w"
    call(root, "import", "songs", str(tmp_path / "songs.csv"))
    call(root, "import", "listens", str(tmp_path / "listens.csv"))
    out = tmp_path / "x.graphml"
    for name, kind, label in (("u1", "user", "u1"), ("A", "artist", "a"), ("a - 曲 2", "song", "曲 2")):
        assert f"around the {kind}" in call(root, "network", "--around", name, "--out", str(out))
        graph = networkx.read_graphml(out)
        assert label in {data["label"] for _, data in graph.nodes(data=True)}
    with pytest.raises(UnknownNameError, match="no song 'nobody'"):
        call(root, "network", "--around", "nobody", "--out", str(out))
    with pytest.raises(UnknownNameError, match="some are u0, u1, u2"):
        call(root, "network", "--around", "a", "--kind", "user", "--out", str(out))
