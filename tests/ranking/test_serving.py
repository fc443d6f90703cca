"""Lists from arrays that lie ready are those of the fitted parts; changes are followed, torn files made again."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from audiorec.cold_start.block_weights import ContentRecipe
from audiorec.data import derived
from audiorec.data.workspace import Workspace
from audiorec.hybrid import fit_cache
from audiorec.hybrid.fit_parts import fit_parts
from audiorec.hybrid.inputs import gather
from audiorec.hybrid.settings import load_settings
from audiorec.hybrid.signals import signals
from audiorec.library import Library
from audiorec.network import embedding
from audiorec.ranking.recommender import Recommender
from audiorec.ranking.serving import NAME, lies_ready, open_serving
from tests.cli.test_content_commands import QUICK_CNN, USERS, call, fill


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with every model."""
    folder = tmp_path_factory.mktemp("serving") / "ws"
    fill(folder)
    call(folder, "train-network", changes=("dims=[4]",))
    call(folder, "train-cnn", "--view", "spectrogram", "--device", "cpu", changes=QUICK_CNN)
    call(folder, "train-svm")
    call(folder, "train-cf", changes=("epochs=2", "refit=false"))
    call(folder, "train-hybrid")
    return folder


def test_signals_are_those_of_the_fitted_parts(root: Path) -> None:
    with Workspace.open(root) as space:
        material, folder = gather(space, ContentRecipe()), space.model("hybrid")
        settings = load_settings(folder)
        parts = fit_parts(
            material,
            material.listens,
            settings,
            collaborative=fit_cache.collaborative(space, material.listens),
            network=embedding.load(space.model("network")),
            kept=fit_cache.load(folder, material.listens, (material.feature_digest, settings.digest)),
        )
        serving = open_serving(space)
    whole = signals(material, parts, np.arange(USERS))
    for row, user in enumerate(material.listens.users):
        mine = signals(serving, serving.parts_of(user), np.zeros(1, dtype=np.int64))
        assert set(mine) == set(whole) >= {"cnn", "svm", "network", "collaborative"}
        for name, values in mine.items():
            alike = np.isclose(values[0], whole[name][row], rtol=1e-3, atol=1e-3, equal_nan=True)
            # Songs nearly tied may change places by rounding; there are 48.
            assert (~alike).sum() <= (4 if name == "factors" else 0), name


def test_a_torn_file_and_one_of_other_models_are_made_again(root: Path) -> None:
    with Workspace.open(root) as space:
        before = Recommender.open(space).recommend("user 0", 5)
        arrays = space.derived(NAME) / "arrays.bin"
        arrays.write_bytes(arrays.read_bytes()[:100])
        assert derived.load(space.derived(NAME)) is None
        assert Recommender.open(space).recommend("user 0", 5) == before
        index = space.derived(NAME) / "index.json"
        index.write_text(index.read_text(encoding="utf-8").replace('"model svm": "1"', '"model svm": "7"'))
        assert Recommender.open(space).recommend("user 0", 5) == before


def test_a_server_makes_what_is_missing_in_a_process_of_its_own(root: Path) -> None:
    with Workspace.open(root) as space:
        shutil.rmtree(space.derived(NAME))
        assert not lies_ready(space)
    code = (
        "import sys; from pathlib import Path; from audiorec.serve.snapshot import take_snapshot; "
        "found = take_snapshot(Path(sys.argv[1]), 1); print(found.recommender is not None, 'torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code, str(root)], check=True, capture_output=True, text=True).stdout
    assert said == "True False\n"
    with Workspace.open(root) as space:
        assert lies_ready(space)


def test_one_model_is_trained_beside_a_hybrid_of_other_features(root: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "ws"))
    shutil.rmtree(copy / "derived")
    with Workspace.open(copy) as space:
        digest, models = space.feature_digest(), [space.model("svm"), space.model("hybrid")]
    for file in (file for model in models for file in model.rglob("*.json")):
        file.write_text(file.read_text(encoding="utf-8").replace(digest, "others"), encoding="utf-8")
    assert [step.name for step in Library(copy).train(only=["svm"])] == ["svm"]


def test_a_new_listen_counts_at_once_and_nothing_is_fitted(root: Path) -> None:
    with Workspace.open(root, write=True) as space:
        Recommender.open(space)
        made = (space.derived(NAME) / "index.json").stat().st_mtime_ns
        odd = [track for track in range(1, 40) if track % 2 == 1][:4]
        space.add_listens("new", [("newcomer", track, 1.0, None) for track in odd])
        recommender = Recommender.open(space)
        assert (space.derived(NAME) / "index.json").stat().st_mtime_ns == made
        found = recommender.recommend("newcomer", 6)
        assert not {song.track_id for song in found} & set(odd)
        # What sounds like what they play comes first.
        assert np.mean([song.track_id % 2 == 1 for song in found]) >= 0.8
        space.add_listens("new", [])


def test_arrays_come_back_and_keep_their_kinds(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([True, False]), "c": np.zeros((0, 4))}
    assert derived.save(tmp_path / "x", {"of": "this"}, arrays)
    assert derived.save(tmp_path / "x", {"of": "that"}, arrays)
    found = derived.load(tmp_path / "x")
    assert found is not None
    assert found[0] == {"of": "that"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[1][name], array)
        assert found[1][name].dtype == array.dtype
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
