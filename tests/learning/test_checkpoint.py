"""Checkpoints: what went in comes out; foreign, broken and newer ones are refused with the remedy."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from audiorec.errors import CheckpointError
from audiorec.learning.checkpoint import Header, load, load_skops, save, save_skops

HEADER = Header("sample", {"width": 3}, feature_digest="abc", labels=["mira", "涛"], score={"auc": 0.5})


def test_arrays_round_trip(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    save(tmp_path, HEADER, {"weight": array})
    header, arrays = load(tmp_path, "sample", "abc")
    assert header == HEADER
    np.testing.assert_array_equal(arrays["weight"], array)


def test_scikit_learn_round_trip(tmp_path: Path) -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    model = LogisticRegression().fit(x, [0, 0, 1, 1])
    save_skops(tmp_path, HEADER, model)
    header, again = load_skops(tmp_path, "sample", trusted=[])
    assert header == HEADER
    np.testing.assert_array_equal(again.predict_proba(x), model.predict_proba(x))


def test_untrusted_types_are_never_built(tmp_path: Path) -> None:
    save_skops(tmp_path, HEADER, {"path": Path("x")})
    with pytest.raises(CheckpointError, match="foreign types"):
        load_skops(tmp_path, "sample", trusted=[])


@pytest.mark.parametrize(
    ("change", "kind", "features", "message"),
    [
        ({}, "other", None, "holds a sample model, not other"),
        ({}, "sample", "xyz", "features of another recipe"),
        ({"format": 99}, "sample", None, "update audiorec"),
        ({"surprise": 1}, "sample", None, "no readable checkpoint"),
    ],
)
def test_refusals(tmp_path: Path, change: dict[str, int], kind: str, features: str | None, message: str) -> None:
    save(tmp_path, HEADER, {"weight": np.zeros(1)})
    path = tmp_path / "header.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CheckpointError, match=message):
        load(tmp_path, kind, features)


def test_truncated_and_absent(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no readable checkpoint"):
        load(tmp_path, "sample")
    save(tmp_path, HEADER, {"weight": np.zeros(100)})
    path = tmp_path / "arrays.safetensors"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(CheckpointError, match="broken"):
        load(tmp_path, "sample")
