"""Two processes learn what one learns, and what a kill interrupts goes on after its last epoch."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy import sparse
from torch import multiprocessing

from audiorec.collaborative import neumf, registry
from audiorec.collaborative.neumf import NeumfNet
from audiorec.collaborative.pairwise import Optimizers, PairEpochs
from audiorec.content.dcgan import train_gan
from audiorec.content.encoder_training import train_view
from audiorec.data.workspace import Workspace
from audiorec.errors import CheckpointError
from audiorec.learning import distributed, snapshots
from audiorec.learning.loop import fit, quiet
from tests.cli.test_train_cf import LAYOUT, NOTHING, FileRecord
from tests.content.test_dcgan import RECIPE as DCGAN
from tests.content.test_dcgan import patches
from tests.content.test_encoder_training import BY_KIND, library, logmel
from tests.content.test_encoder_training import RECIPE as CNN
from tests.ports import free_port

SETTINGS = SimpleNamespace(seed=0, negatives=4, batch=60, learning_rate=0.05, weight_decay=0.01)


def counts() -> sparse.csr_array:
    return sparse.csr_array((np.random.default_rng(0).random((30, 40)) < 0.2).astype(np.float32))


def learned(is_sparse: bool) -> dict[str, torch.Tensor]:
    """Weights and loss of a small NeuMF after one epoch of plain gradient steps; gradients of tables may be sparse."""
    torch.manual_seed(0)
    net = NeumfNet(30, 40, 4, 4, (8, 4))
    net.users.sparse = net.items.sparse = is_sparse
    optimizer = Optimizers([torch.optim.SGD(net.parameters(), lr=SETTINGS.learning_rate)])
    loss = PairEpochs(counts(), SETTINGS, torch.device("cpu")).run(net, optimizer)
    return {**net.state_dict(), "loss": torch.tensor(loss)}


def as_rank(rank: int, folder: Path, work: Callable[[Path], None]) -> None:
    os.environ.update(
        RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=(folder / "port").read_text()
    )
    torch.set_num_threads(1)
    with distributed.joined("cpu"):
        work(folder)


def on_two(folder: Path, work: Callable[[Path], None]) -> None:
    (folder / "port").write_text(str(free_port()))
    multiprocessing.spawn(as_rank, (folder, work), nprocs=2)


def learn_all(folder: Path) -> None:
    """NeuMF's steps, the 2-D network and the DCGAN on this rank."""
    cpu, short = torch.device("cpu"), DCGAN.model_copy(update={"steps": 20})
    view = train_view("spectrogram", logmel(), library(), CNN, device=cpu, report=quiet)
    found = {kind: learned(kind == "sparse") for kind in ("dense", "sparse")}
    found["cnn"] = dict(view.encoder.state_dict())
    found["gan"] = dict(train_gan(patches(0), short, device=cpu, report=quiet).generator.state_dict())
    found["curve"] = {"auc": torch.tensor([epoch.metric for epoch in view.curve])}
    torch.save(found, folder / f"{distributed.world().rank}.pt")


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    on_two(tmp_path, learn_all)
    first, second = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    for kind, weights in first.items():
        assert all(torch.equal(value, second[kind][name]) for name, value in weights.items()), kind
    for kind in ("dense", "sparse"):
        for name, value in learned(kind == "sparse").items():
            torch.testing.assert_close(first[kind][name], value, rtol=1e-4, atol=1e-6)
    assert float(first["curve"]["auc"].max()) > BY_KIND - 0.08


ONE_RANK = """
import os
from audiorec.learning import distributed
with distributed.joined("cpu"):
    import torch
    net = torch.nn.Linear(3, 3)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(2, 3)).sum().backward()
    torch.distributed.all_reduce(net.weight.grad)
    optimizer.step()
print([open(f"/proc/self/task/{task}/comm").read().strip() for task in os.listdir("/proc/self/task")])
"""


def test_no_thread_of_the_group_outlives_it() -> None:
    """One that does aborts now and then the process that ends."""
    environment = os.environ | {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1"}
    environment["MASTER_PORT"] = str(free_port())
    run = subprocess.run([sys.executable, "-c", ONE_RANK], env=environment, capture_output=True, text=True, check=True)
    assert "gloo" not in run.stdout, run.stdout


def test_shares_are_all_rows_once() -> None:
    for count in (0, 1, 5, 64):
        rows = list(range(count))
        shares = [rows[distributed.World(rank, 3).share(count)] for rank in range(3)]
        assert [row for share in shares for row in share] == rows


class Walker(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.place = torch.nn.Parameter(torch.zeros(3))


def walk(epochs: int, until: int | None = None) -> tuple[torch.Tensor, list[float]]:
    """A training with momentum and chance; it stops with an error before an epoch, as if killed."""
    model, chance = Walker(), torch.Generator().manual_seed(1)
    optimizer = torch.optim.Adam(model.parameters(), 0.1)
    made = 0

    def epoch() -> float:
        nonlocal made
        if made == until:
            raise InterruptedError
        made += 1
        loss = (model.place - torch.rand(3, generator=chance) - torch.rand(3)).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    def metric() -> float:
        return -float(model.place.detach().sum())

    parts = snapshots.Parts(optimizers=(optimizer,), generators=(chance,))
    curve = fit(model, epoch, metric, epochs=epochs, patience=epochs, report=quiet, parts=parts)
    return model.place.detach(), [line.loss for line in curve]


def test_an_interrupted_training_goes_on_as_if_nothing_had_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed, "is_joined", lambda: True)
    monkeypatch.setattr(distributed, "world", distributed.World)
    folder = tmp_path / "unfinished"
    torch.manual_seed(0)
    quiet_place, quiet_losses = walk(6)
    torch.manual_seed(0)
    with pytest.raises(InterruptedError), snapshots.kept_in(folder, {"recipe": "a"}):
        walk(6, until=3)
    assert [path.name for path in folder.iterdir()] == ["01.safetensors"]
    monkeypatch.setattr(distributed, "world", lambda: distributed.World(0, 2))
    said = r"training of 1 processes .* start as many again, not 2"
    with pytest.raises(CheckpointError, match=said), snapshots.kept_in(folder, {"recipe": "a"}):
        walk(6)
    monkeypatch.setattr(distributed, "world", distributed.World)
    torch.manual_seed(7)
    with snapshots.kept_in(folder, {"recipe": "a"}):
        place, losses = walk(6)
    assert losses == quiet_losses
    assert torch.equal(place, quiet_place)
    assert not folder.exists()


def fill(root: Path) -> None:
    with Workspace.open(root, write=True) as space:
        space.add_paths([f"/m/{number:03d}.mp3".encode() for number in range(60)])
        records = [FileRecord(track, 1, 1, "ok", title=f"song {track}", seconds=3.0) for track in range(1, 61)]
        space.commit_shard([(track, NOTHING) for track in range(1, 61)], records, LAYOUT)
        space.use_features(LAYOUT.digest)
        rng = np.random.default_rng(0)
        pairs = [(f"user {u}", int(song) + 1) for u in range(40) for song in rng.choice(60, 12, replace=False)]
        space.add_listens("test", [(user, song, 1.0, None) for user, song in pairs])


SET = ("epochs=8", "patience=8", "dropout=0.0", "refit=false")


# The second process kills itself after the third epoch of the first start: at a known moment, however slow the machine.
KILLED = """
import os, signal
from audiorec.cli.main import main
from audiorec.learning import distributed, snapshots

save, saved = snapshots.Standing.save, []

def save_and_die(self, curve, best):
    save(self, curve, best)
    saved.append(curve)
    if len(saved) == 3 and distributed.world().rank == 1 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
        open("killed", "x").close()
        os.kill(os.getpid(), signal.SIGKILL)

snapshots.Standing.save = save_and_die
main()
"""


@pytest.mark.slow
def test_a_killed_rank_costs_its_epoch(tmp_path: Path) -> None:
    root, script = tmp_path / "space", tmp_path / "killed.py"
    fill(root)
    script.write_text(KILLED, encoding="utf-8")
    line = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=1"]
    line += [str(script), "--workspace", str(root), "train-cf", "--device", "cpu"]
    line += [word for pair in SET for word in ("--set", pair)]
    run = subprocess.run(line, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path, check=False)
    said = run.stdout
    assert run.returncode == 0, said
    assert said.count("epoch 1 of at most") == said.count("neumf of 40 users and 60 songs") == 1
    assert (tmp_path / "killed").exists()
    with Workspace.open(root) as space:
        assert space.models() == {"cf": 1}
        curve = json.loads((space.model("cf") / "curve.json").read_text(encoding="utf-8"))
        counts = space.interactions().counts
    alone = neumf.train(counts, registry.recipe_of("neumf", None, SET), device=torch.device("cpu"))
    assert [line["number"] for line in curve] == list(range(1, 9))
    np.testing.assert_allclose([line["loss"] for line in curve], [epoch.loss for epoch in alone.curve], rtol=1e-3)
    assert not (root / "derived" / "unfinished" / "cf").exists()
