"""Exports say what torch says, for any number of songs and patches; int8 and pruned ones nearly; others are refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from audiorec.cli.main import cli
from audiorec.content import like_model, onnx_songs
from audiorec.content.embedded_songs import embedded_songs
from audiorec.content.export import SongsOfPatches
from audiorec.content.onnx_encoder import open_session
from audiorec.content.onnx_export import Export, quantise, write_onnx
from audiorec.content.pruning import pruned
from audiorec.content.scoring import embed_tracks
from audiorec.content.song_encoder import SongEncoder
from audiorec.content.spectrogram_cnn import SpectrogramCnn
from audiorec.data.workspace import Workspace
from audiorec.errors import AudiorecError
from tests.cli.test_content_commands import QUICK_CNN, call, fill

pytest.importorskip("onnxscript", reason="the extra `export` is not installed")


def stripes(patches: int, seed: int = 0) -> torch.Tensor:
    """Patches uint8 [P, 32, 64] with energy in a few bands."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 40, (patches, 32, 64))
    for patch, low in enumerate(rng.integers(0, 24, patches)):
        values[patch, low : low + 8] += 150
    return torch.from_numpy(values.astype(np.uint8))


def test_any_number_of_songs_and_patches_and_eight_bits(tmp_path: Path) -> None:
    torch.manual_seed(0)
    encoder = SongEncoder("spectrogram", 32, 8, small=True).eval()
    encoder.set_scale(stripes(40))
    songs = SongsOfPatches(encoder)
    export = Export(songs, {"patches": stripes(40).unflatten(0, (20, 2))}, {"patches": (0, 1)}, "embedding")
    write_onnx(export, tmp_path / "small.onnx", {"kind": "test"})
    session = open_session(tmp_path / "small.onnx")
    other = stripes(21, seed=1).unflatten(0, (7, 3))
    with torch.no_grad():
        wanted = songs(other).numpy()
    np.testing.assert_allclose(session.run(None, {"patches": other.numpy()})[0], wanted, atol=1e-5)
    assert session.get_modelmeta().custom_metadata_map == {"kind": "test"}

    samples = [{name: value.numpy() for name, value in export.given.items()}]
    quantise(tmp_path / "small.onnx", tmp_path / "small8.onnx", samples, {"quantised": "int8"})
    eighth = open_session(tmp_path / "small8.onnx").run(None, {"patches": other.numpy()})[0]
    assert np.abs(eighth - wanted).max() < 0.1 * np.abs(wanted).max()
    assert (tmp_path / "small8.onnx").stat().st_size < 0.6 * (tmp_path / "small.onnx").stat().st_size


def test_a_file_that_says_something_else_is_not_written(tmp_path: Path) -> None:
    class Moody(torch.nn.Module):
        calls = 0

        def forward(self, values: torch.Tensor) -> torch.Tensor:
            Moody.calls += 1
            return values * Moody.calls

    export = Export(Moody(), {"values": torch.ones(2, 3)}, {"values": (0,)}, "same")
    with pytest.raises(AudiorecError, match="nothing was written"):
        write_onnx(export, tmp_path / "moody.onnx", {})
    assert list(tmp_path.iterdir()) == []


def test_pruning_keeps_what_is_redundant_and_leaves_out_its_share() -> None:
    """Every second channel repeats the one before: half of them say everything."""
    torch.manual_seed(0)
    net = SpectrogramCnn(32, width=8, dim=8).eval()
    for stage in net.stages:
        convolution, norm = stage[0], stage[1]
        with torch.no_grad():
            convolution.weight[1::2] = convolution.weight[::2]
            norm.running_var.uniform_(0.5, 1.5)
            norm.running_var[1::2] = norm.running_var[::2]
    weights = sum(value.numel() for value in net.parameters())
    small = pruned(net, stripes(40), 0.5)
    assert sum(value.numel() for value in small.parameters()) == pytest.approx(0.5 * weights, rel=0.15)
    with torch.no_grad():
        wanted, found = net(stripes(30, seed=2)), small(stripes(30, seed=2))
        most = net(stripes(30, seed=2)).var(0).sum()
        assert (found - wanted).square().sum(1).mean() < 0.05 * most
    same = pruned(net, stripes(10), 0.0)
    torch.testing.assert_close(same(stripes(4)), net(stripes(4)), atol=1e-4, rtol=1e-4)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "ws"
    fill(folder)
    call(folder, "train-cnn", "--view", "spectrogram", "--device", "cpu", changes=QUICK_CNN)
    call(folder, "train-cf", changes=("epochs=1", "refit=false"))
    return folder


@pytest.mark.slow
def test_songs_are_embedded_by_the_export_until_the_model_is_another(root: Path) -> None:
    call(root, "export")
    with Workspace.open(root) as space:
        table, ids = space.features(), space.features().track_ids
        artists = [track.artists for track in space.tracks()]
        exported = onnx_songs.of_model(space, table.layout.digest)
        assert exported is not None
        by_torch = embed_tracks(space.model("cnn"), table, ids, artists)
        np.testing.assert_allclose(embed_tracks(space.model("cnn"), table, ids, artists, exported), by_torch, atol=1e-4)
        np.testing.assert_allclose(embedded_songs(space, table, ids, artists), by_torch, atol=1e-4)
        assert onnx_songs.of_model(space, "another recipe") is None
    call(root, "train-cnn", "--view", "spectrogram", "--device", "cpu", changes=(*QUICK_CNN, "seed=1"))
    with Workspace.open(root) as space:
        assert onnx_songs.of_model(space, space.features().layout.digest) is None


@pytest.mark.slow
def test_an_encoder_teaches_in_its_own_recipe_alone(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.onnx"
    call(root, "export", "--model", "encoder", "--prune", "0.3", "--out", str(file))
    call(root, "train-cnn", "--view", "spectrogram", "--encoder", str(file), "--device", "cpu", changes=QUICK_CNN)
    with Workspace.open(root) as space:
        model = like_model.load(space.model("cnn"))
    assert model.parts.sizes["encoder"] == 8
    import onnx

    told = onnx.load(file)
    note = next(note for note in told.metadata_props if note.key == "feature_digest")
    note.value = "of another"
    onnx.save(told, file)
    words = ["--workspace", str(root), "train-cnn", "--encoder", str(file), "--view", "spectrogram"]
    done = CliRunner().invoke(cli, [*words, *(part for key in QUICK_CNN for part in ("--set", key))])
    assert "another recipe" in str(done.exception)
    assert "epoch" not in done.output


@pytest.mark.slow
def test_neumf_answers_pairs_of_rows(root: Path, tmp_path: Path) -> None:
    from audiorec.collaborative import neumf

    call(root, "export", "--model", "neumf", "--out", str(tmp_path / "n.onnx"))
    call(root, "export", "--model", "neumf", "--quantise", "int8", "--out", str(tmp_path / "n8.onnx"))
    with Workspace.open(root) as space:
        model = neumf.load(space.model("cf")).model
    users, songs = np.array([0, 3, 5]), np.array([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]])
    wanted = np.take_along_axis(model.scores(users), songs, axis=1)
    known = np.isfinite(wanted)
    for name, room in (("n.onnx", 1e-4), ("n8.onnx", 0.2)):
        found = open_session(tmp_path / name).run(None, {"users": users, "songs": songs})[0]
        np.testing.assert_allclose(found[known], wanted[known], atol=room)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "neumf"], "add --out"),
        (["--model", "neumf", "--prune", "0.5", "--out", "x.onnx"], "no channels"),
        (["--prune", "1.5"], "cannot be left out"),
    ],
)
def test_what_does_not_go_together_is_named(root: Path, words: list[str], said: str) -> None:
    done = CliRunner().invoke(cli, ["--workspace", str(root), "export", *words])
    assert isinstance(done.exception, AudiorecError)
    assert said in str(done.exception)
