"""How fast NeuMF trains and scores, beside RecBole's trainer: JSON lines on standard output.

    python benchmarks/neumf_speed.py --data ../shared/data [--recbole PYTHON] [--threads 2]

Training: factors 64, tower 128-64-32, batch 2,048 with 4 negatives a positive on `cf/lastfm`, drawing and optimiser
included; ours with the tower in bfloat16 (`short`) and, beside it, in float32. RecBole lives in an environment of its
own (it pins old libraries):

    python -m venv recbole && recbole/bin/pip install recbole==1.2.1 torch 'numpy<2' 'scipy<1.12' 'pandas<2.2' ray

and `--recbole recbole/bin/python` runs its trainer on the same data right after ours; without it, ours is run alone.
Then scores of 1,000 users x 100,000 songs, and the time of an epoch over made data of 1, 4 and 16 million listens
(`growth`).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FACTORS, HIDDEN, BATCH, NEGATIVES = 64, (128, 64, 32), 2048, 4


def main() -> None:
    """Parse and run the parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AUDIOREC_DATA", "../shared/data")))
    parser.add_argument("--recbole", type=Path, help="a Python that can import recbole")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--device", default="cpu", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--part", action="append", choices=["training", "scoring", "growth"], help="default: all")
    parser.add_argument("--worker", choices=["recbole"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    train = args.data / "cf" / "lastfm" / "lastfm.train.rating"
    if not train.is_file():
        sys.exit(f"neumf_speed: skipped, no {train}; name the folder with --data or AUDIOREC_DATA")
    if args.worker == "recbole":
        print(json.dumps(recbole_rate(train, args.epochs, args.threads)))
        return
    import torch

    torch.set_num_threads(args.threads)
    parts = args.part or ["training", "scoring", "growth"]
    if "training" in parts:
        print(json.dumps(training(args)), flush=True)
    if "scoring" in parts:
        print(json.dumps(scoring(args)), flush=True)
    for millions in (1, 4, 16) if "growth" in parts else ():
        print(json.dumps(growth(millions, args)), flush=True)


def training(args: argparse.Namespace) -> dict[str, object]:
    """Our rate and, where it can be had, RecBole's."""
    ours, full = training_rate(args, short=True), training_rate(args, short=False)
    line: dict[str, object] = {"benchmark": "neumf_speed", "part": "training", "threads": args.threads}
    line |= {"samples_per_s": round(ours["wall"]), "samples_per_cpu_s": round(ours["cpu"])}
    line |= {"float32_samples_per_s": round(full["wall"]), "float32_samples_per_cpu_s": round(full["cpu"])}
    theirs = ask_recbole(args) if args.recbole else None
    if theirs is not None:
        line |= {"recbole_samples_per_s": round(theirs["wall"]), "recbole_samples_per_cpu_s": round(theirs["cpu"])}
        line["ratio_to_recbole"] = round(ours["wall"] / theirs["wall"], 2)
        line["ratio_to_recbole_cpu"] = round(ours["cpu"] / theirs["cpu"], 2)
        line["float32_ratio_to_recbole"] = round(full["wall"] / theirs["wall"], 2)
        line["float32_ratio_to_recbole_cpu"] = round(full["cpu"] / theirs["cpu"], 2)
    return line


def training_rate(args: argparse.Namespace, short: bool) -> dict[str, float]:
    """Samples (positives and negatives) a second by both clocks, the best epoch after one to warm up."""
    from audiorec.sources.tables import ncf_format

    counts = ncf_format.read(args.data / "cf" / "lastfm" / "lastfm").split.train
    return rates(counts.nnz, epoch_seconds(counts, args.epochs + 1, args.device, short))


def rates(listens: int, times: list[tuple[float, float]]) -> dict[str, float]:
    """Samples a second by the wall's clock and by the processor's, which other work on the machine disturbs less."""
    samples = listens * (1 + NEGATIVES)
    return {"wall": samples / min(wall for wall, _ in times[1:]), "cpu": samples / min(cpu for _, cpu in times[1:])}


def epoch_seconds(counts: object, epochs: int, device_name: str, short: bool) -> list[tuple[float, float]]:
    """Seconds of each epoch over CSR counts: by the wall's clock and of the processor."""
    import torch

    from audiorec.collaborative.neumf import NeumfNet, NeumfRecipe
    from audiorec.collaborative.pairwise import PairEpochs, new_optimizer
    from audiorec.learning.loop import choose_device

    recipe = NeumfRecipe(
        factors=FACTORS, tower_factors=FACTORS, hidden=HIDDEN, batch=BATCH, negatives=NEGATIVES, weight_decay=0.0
    )
    device = choose_device(device_name)
    net = NeumfNet(*counts.shape, FACTORS, FACTORS, HIDDEN, short=short).to(device)
    run, optimizer, found = PairEpochs(counts, recipe, device), new_optimizer(net, recipe), []
    for _ in range(epochs):
        start, busy = time.perf_counter(), time.process_time()
        run.run(net, optimizer)
        if device.type == "cuda":
            torch.cuda.synchronize()
        found.append((time.perf_counter() - start, time.process_time() - busy))
    return found


def scoring(args: argparse.Namespace) -> dict[str, object]:
    """Seconds and peak memory of 1,000 users x 100,000 songs."""
    import numpy as np

    from audiorec.collaborative.neumf import Neumf, NeumfNet
    from audiorec.learning.loop import choose_device

    users, songs = 1000, 100_000
    net = NeumfNet(users, songs, FACTORS, FACTORS, HIDDEN).to(choose_device(args.device)).eval()
    model = Neumf(net, np.ones(users, dtype=bool), np.ones(songs, dtype=bool))
    start = time.perf_counter()
    for first in range(0, users, 50):
        model.scores(np.arange(first, first + 50))
    return {
        "benchmark": "neumf_speed",
        "part": "scoring",
        "users": users,
        "songs": songs,
        "seconds": round(time.perf_counter() - start, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def growth(millions: int, args: argparse.Namespace) -> dict[str, object]:
    """One epoch over made listens, 50 a user and 50 a song on the mean."""
    import numpy as np
    from scipy import sparse

    rng = np.random.default_rng(0)
    listens, users, songs = millions * 1_000_000, millions * 20_000, millions * 20_000
    columns = (songs * rng.random(listens) ** 2).astype(np.int64)
    rows = np.repeat(np.arange(users), listens // users)
    made = sparse.coo_array((np.ones(listens, dtype=np.float32), (rows, columns)), shape=(users, songs))
    counts = sparse.csr_array(made.tocsr())
    seconds, busy = epoch_seconds(counts, 1, args.device, short=True)[0]
    samples = counts.nnz * (1 + NEGATIVES)
    return {
        "benchmark": "neumf_speed",
        "part": "growth",
        "listens": counts.nnz,
        "epoch_s": round(seconds, 2),
        "samples_per_s": round(samples / seconds),
        "samples_per_cpu_s": round(samples / busy),
    }


def ask_recbole(args: argparse.Namespace) -> dict[str, float] | None:
    """Samples a second of RecBole, run in its own environment; None with a note when it cannot be run."""
    command = [str(args.recbole), __file__, "--worker", "recbole", "--data", str(args.data)]
    command += ["--threads", str(args.threads), "--epochs", str(args.epochs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"neumf_speed: RecBole could not be run:\n{done.stderr[-2000:]}", file=sys.stderr)
        return None
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def recbole_rate(train: Path, epochs: int, threads: int) -> dict[str, float]:
    """The best epoch of RecBole's own trainer, on the same listens."""
    import torch
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.model.general_recommender import NeuMF
    from recbole.trainer import Trainer

    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "lastfm"
        place.mkdir()
        pairs = [line.split()[:2] for line in train.read_text().splitlines()]
        text = "user_id:token\titem_id:token\n" + "".join(f"{user}\t{item}\n" for user, item in pairs)
        (place / "lastfm.inter").write_text(text)
        settings = {
            "data_path": folder,
            "checkpoint_dir": folder,
            "load_col": {"inter": ["user_id", "item_id"]},
            "mf_embedding_size": FACTORS,
            "mlp_embedding_size": FACTORS,
            "mlp_hidden_size": list(HIDDEN),
            "dropout_prob": 0.0,
            "train_batch_size": BATCH,
            "train_neg_sample_args": {"distribution": "uniform", "sample_num": NEGATIVES},
            "eval_args": {"split": {"RS": [0.9999, 0.00005, 0.00005]}, "order": "RO", "mode": "full"},
            "use_gpu": False,
            "show_progress": False,
            "state": "ERROR",
        }
        # Config reads the command line too.
        sys.argv = sys.argv[:1]
        config = Config(model="NeuMF", dataset="lastfm", config_dict=settings)
        dataset = create_dataset(config)
        data, _, _ = data_preparation(config, dataset)
        trainer = Trainer(config, NeuMF(config, data.dataset).to(config["device"]))
        times = []
        for epoch in range(epochs + 1):
            start, busy = time.perf_counter(), time.process_time()
            trainer._train_epoch(data, epoch, show_progress=False)
            times.append((time.perf_counter() - start, time.process_time() - busy))
        return rates(len(data.dataset.inter_feat), times)


if __name__ == "__main__":
    main()
