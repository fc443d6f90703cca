"""The benchmark of cold start: artists kept aside by a file, and the two ways across collections."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import cold_start


def test_a_file_keeps_artists_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = SimpleNamespace(artists=np.array([5, 7, 11, 13, 17, 19]), dated=np.array([1, 0, 0, 1, 0, 0], dtype=bool))
    file = tmp_path / "cold.txt"
    file.write_text("7\n17\n99\n11\n", encoding="utf-8")
    (unit,) = cold_start.kept_aside(data, file)
    assert unit.cold.tolist() == [1, 2, 4]
    assert [part.tolist() for part in unit.parts["within"]] == [[True] * 3]  # all of them of one collection
    assert "1 of the artists" in capsys.readouterr().err
    for wrong in ("seven\n", "7\n", ""):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(SystemExit, match=r"cold\.txt"):
            cold_start.kept_aside(data, file)
    with pytest.raises(SystemExit, match="hetrec_artist_id"):
        cold_start.kept_aside(data, tmp_path / "none.txt")


def test_each_way_across_is_told() -> None:
    across = {"ridge": np.arange(12.0).reshape(1, 2, 2, 3)}
    ways = cold_start.each_way(across)
    np.testing.assert_array_equal(ways["across:undated"]["ridge"], across["ridge"][:, :1])
    np.testing.assert_array_equal(ways["across:dated"]["ridge"], across["ridge"][:, 1:])
    assert cold_start.each_way({}) == {}
