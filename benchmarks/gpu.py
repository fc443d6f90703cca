"""What a GPU makes of the product's own trainings: one script, within 8 minutes, one JSON document.

    python benchmarks/gpu.py [--out FILE.json]           # needs the package as installed, with torch's CUDA wheels
    python benchmarks/gpu.py --small --device cpu        # the same in seconds, on a processor

For the steps of the 2-D and the 1-D network, the DCGAN, NeuMF and the multimodal head, at three batch sizes, in float32
and bfloat16: samples a second; floating-point operations a second as a share of what a large matrix product reaches on
the same card, or for NeuMF, whose work is reading vectors, bytes a second as a share of what a copy reaches; and the
share of the time in which the device waits for the host (1 - time of its kernels / time), how often a step (of the
2-D and 1-D networks and NeuMF: an epoch) copies between the two, and the three slowest kernels. Steps are those of the
classes that train; only autocast is switched from outside. Then log-mel by `features/descriptors/spectra.py` and by
torch on the device, and the largest differences between what the device and the processor say. Data are made.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from scipy import sparse
from torch.autograd import DeviceType
from torch.autograd.profiler_util import FunctionEventAvg
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from audiorec.collaborative.neumf import Neumf, NeumfNet, NeumfRecipe
from audiorec.collaborative.pairwise import PairEpochs, new_optimizer
from audiorec.content import multimodal_training
from audiorec.content.dataset import LikeData
from audiorec.content.dcgan import DcganRecipe, Discriminator, GanSteps, Generator, generate
from audiorec.content.encoder_training import CnnRecipe, LikeSteps
from audiorec.content.multimodal import LikeHead, Multimodal
from audiorec.content.patches import PatchStore
from audiorec.content.song_encoder import SongEncoder, embed_songs
from audiorec.data.tables import Patches
from audiorec.features.descriptors import spectra
from audiorec.learning.averaging import mean_of_steps
from audiorec.learning.loop import choose_device
from audiorec.network.embedding import NetworkEmbedding

PRECISIONS = ("float32", "bfloat16")
VIEWS = ("spectrogram", "waveform")


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    songs: int
    users: int
    bands: int
    frames: int
    samples: int
    listens: int
    seconds: float
    cnn_batches: tuple[int, ...]
    gan_batches: tuple[int, ...]
    pair_batches: tuple[int, ...]
    head_batches: tuple[int, ...]
    side: int


FULL = Scale(
    4096,
    4000,
    128,
    256,
    66_150,
    4_000_000,
    2.0,
    (64, 256, 1024),
    (32, 128, 512),
    (65_536, 524_288, 2_097_152),
    (256, 1024, 4096),
    8192,
)
SMALL = Scale(24, 12, 32, 64, 8192, 400, 0.01, (4, 8, 12), (2, 4, 8), (64, 128, 256), (4, 8, 16), 256)
# A job: what is counted in a step, and a function that takes one.
Job = tuple[int, Callable[[], object]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--small", action="store_true", help="seconds on a processor")
    parser.add_argument("--limit", type=float, default=440.0, help="seconds after which no further measurement begins")
    parser.add_argument("--out", type=Path, help="a file for the JSON besides standard output")
    options = parser.parse_args()
    text = json.dumps(report(SMALL if options.small else FULL, choose_device(options.device), options.limit), indent=1)
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


def report(scale: Scale, device: torch.device, limit: float) -> dict[str, object]:
    """Everything that there is time for; what was left out is named."""
    start, lines, left_out = time.monotonic(), [], []
    found: dict[str, object] = {"device": card(device), "torch": torch.__version__, "peaks": peaks(scale, device)}
    found["same_as_cpu"], found["logmel"] = same_as_cpu(scale, device), logmel(scale, device)
    for name, batch, precision, make in jobs(scale, device):
        if time.monotonic() - start > limit:
            left_out.append(f"{name} {batch} {precision}")
            continue
        line = {"job": name, "batch": batch, "precision": precision}
        lines.append(line | measured(make, name, precision, found["peaks"], scale, device))  # type: ignore[arg-type]
    return found | {"jobs": lines, "left_out": left_out, "seconds": round(time.monotonic() - start, 1)}


def card(device: torch.device) -> str:
    """Its name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def jobs(scale: Scale, device: torch.device) -> Iterator[tuple[str, int, str, Callable[[], Job]]]:
    """Name, batch size, precision, and what prepares the job."""
    for precision in PRECISIONS:
        for view in VIEWS:
            for batch in scale.cnn_batches:
                yield f"cnn {view}", batch, precision, lambda v=view, b=batch: cnn_job(scale, device, v, b)
        for batch in scale.gan_batches:
            yield "dcgan", batch, precision, lambda b=batch: gan_job(device, b)
        for batch in scale.pair_batches:
            short = precision == "bfloat16"
            yield "neumf", batch, precision, lambda b=batch, s=short: neumf_job(scale, device, b, s)
        for batch in scale.head_batches:
            yield "multimodal head", batch, precision, lambda b=batch: head_job(scale, device, b)


def measured(
    make: Callable[[], Job], name: str, precision: str, peak: dict[str, float], scale: Scale, device: torch.device
) -> dict[str, object]:
    """Samples a second, share of the peak, share of the time in which the device waits, what takes its time."""
    samples, step = make()
    with computing_in(name, precision, device):
        step()
        rate = samples / seconds_each(step, scale.seconds, device)
        counter = FlopCounterMode(display=False)
        with counter:
            step()
        flops = counter.get_total_flops()
        line: dict[str, object] = {"samples_per_s": round(rate), "gflops_per_step": round(flops / 1e9, 3)}
        if name == "neumf":
            # A pair reads and writes a song's vector, its gradient, and Adam's two moments.
            line["memory_share"] = round(rate * 8 * 4 * (64 + 16) / peak["copy_bytes_per_s"], 3)
        else:
            line["peak_share"] = round(rate / samples * flops / peak[f"{precision}_flops_per_s"], 3)
        return line | profiled(step, device)


@contextmanager
def computing_in(name: str, precision: str, device: torch.device) -> Iterator[None]:
    """The networks of sound choose bfloat16 themselves on a GPU, NeuMF by its recipe; the others never, as yet."""
    real, on = torch.autocast, precision == "bfloat16"
    if name.startswith("cnn"):
        with mock.patch("torch.autocast", lambda kind, *_, **__: real(kind, torch.bfloat16, enabled=on)):
            yield
    else:
        with real(device.type, torch.bfloat16, enabled=on and name != "neumf"):
            yield


def seconds_each(step: Callable[[], object], least: float, device: torch.device) -> float:
    """Mean seconds of a step, of as many as fill `least` seconds."""
    wait(device)
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < least or count < 2:
        step()
        count += 1
        if device.type == "cuda" and count % 8 == 0:
            wait(device)
    wait(device)
    return (time.perf_counter() - start) / count


def profiled(step: Callable[[], object], device: torch.device) -> dict[str, object]:
    """Of some steps: what takes the most time, and of a GPU how long no kernel ran and how often it met the host."""
    on_gpu = device.type == "cuda"
    steps = 3 if on_gpu else 1
    with profile(activities=[ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_gpu else [])]) as seen:
        start = time.perf_counter()
        for _ in range(steps):
            step()
        wait(device)
        took = time.perf_counter() - start
    events = seen.key_averages()
    if not on_gpu:
        return {"slowest": slowest({event.key: event.self_cpu_time_total for event in events})}
    kernels = kernel_times(events)
    copies = sum(event.count for event in events if event.key.startswith(("Memcpy HtoD", "Memcpy DtoH")))
    waits = max(0.0, 1.0 - sum(kernels.values()) / 1e6 / took)
    return {"slowest": slowest(kernels), "waits_for_host": round(waits, 3), "copies_per_step": round(copies / steps, 1)}


def kernel_times(events: Iterable[FunctionEventAvg]) -> dict[str, float]:
    """Microseconds by kernel; what the processor launched names the same microseconds once more."""
    ours = (event for event in events if event.device_type == DeviceType.CUDA and not event.is_user_annotation)
    return {event.key: event.self_device_time_total for event in ours}


def slowest(times: dict[str, float], most: int = 3) -> dict[str, float]:
    """The longest, with their shares of the whole."""
    total = max(sum(times.values()), 1e-9)
    return {name[:60]: round(times[name] / total, 3) for name in sorted(times, key=lambda name: -times[name])[:most]}


def wait(device: torch.device) -> None:
    """Until the device is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peaks(scale: Scale, device: torch.device) -> dict[str, float]:
    """What a large matrix product and a large copy reach here."""
    found = {}
    for precision in PRECISIONS:
        square = torch.randn(scale.side, scale.side, device=device, dtype=getattr(torch, precision))
        each = seconds_each(lambda square=square: square @ square, scale.seconds, device)
        found[f"{precision}_flops_per_s"] = round(2.0 * scale.side**3 / each)
    source = torch.empty(scale.side * scale.side * 4, device=device)
    target = torch.empty_like(source)
    each = seconds_each(lambda: target.copy_(source), scale.seconds, device)
    found["copy_bytes_per_s"] = round(2 * source.numel() * 4 / each)
    return found


# --- the product's steps ------------------------------------------------------------------------------------------


def made_likes(scale: Scale, songs: int) -> LikeData:
    """Songs that are all fit, with likes by chance."""
    rng = np.random.default_rng(0)
    likes = rng.random((songs, scale.users)) < 0.05
    users = rng.standard_normal((scale.users, 16)).astype(np.float32)
    nothing = np.zeros((0, 1), dtype=np.float32)
    network = NetworkEmbedding((), np.zeros(0, dtype=np.int64), (), nothing, nothing, nothing, nothing[:, 0])
    names, artists = tuple(map(str, range(scale.users))), tuple((str(song),) for song in range(songs))
    part = np.full(songs, "fit")
    return LikeData(np.arange(songs), part, np.ones(songs, bool), likes, users, names, artists, network)


def made_patches(scale: Scale, view: str, count: int) -> np.ndarray:
    """Noise in the shape of stored patches."""
    shape = (scale.bands, scale.frames) if view == "spectrogram" else (2, scale.samples)
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


def cnn_job(scale: Scale, device: torch.device, view: str, batch: int) -> Job:
    """Batches of songs, two patches each, against all users; counted are patches."""
    songs = max(batch, min(scale.songs, 2 * batch))
    recipe = CnnRecipe(batch=batch, crop_frames=min(128, scale.frames), crop_samples=min(32_768, scale.samples))
    data, owner = made_likes(scale, songs), np.arange(songs).repeat(2)
    store = PatchStore(Patches(made_patches(scale, view, 2 * songs), owner), songs, device)
    encoder = SongEncoder(view, scale.bands, recipe.dim).to(device)  # type: ignore[arg-type]
    encoder.set_scale(store.values[:64])
    head = LikeHead(recipe.dim, torch.from_numpy(data.users), torch.from_numpy(data.rates)).to(device)
    steps = LikeSteps(store, data, np.arange(songs), recipe, encoder, head)
    return songs * recipe.patches_each, steps.epoch


def gan_job(device: torch.device, batch: int) -> Job:
    """Steps of both networks; counted are real patches."""
    recipe = DcganRecipe(batch=batch)
    patches = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (2 * batch, 128, 128), dtype=np.uint8))
    generator, discriminator = (part(recipe.size, recipe.width).to(device) for part in (Generator, Discriminator))
    averaged = mean_of_steps(generator, recipe.average)
    steps = GanSteps(patches, recipe, generator, discriminator, np.random.default_rng(0))
    return 4 * batch, lambda: steps.run(4, averaged, 1)


def neumf_job(scale: Scale, device: torch.device, batch: int, short: bool) -> Job:
    """An epoch over listens by chance, drawing included; counted are pairs, positives and negatives."""
    users = max(50, scale.listens // 100)
    rng = np.random.default_rng(0)
    columns = (users * rng.random(scale.listens // users * users) ** 2).astype(np.int64)
    pairs = np.repeat(np.arange(users), scale.listens // users), columns
    made = sparse.coo_array((np.ones(len(columns), np.float32), pairs), shape=(users, users))
    counts = sparse.csr_array(made.tocsr())
    recipe = NeumfRecipe(batch=batch, short=short, dropout=0.0)
    net = NeumfNet(users, users, recipe.factors, recipe.tower_factors, recipe.hidden, short=short).to(device)
    run, optimizer = PairEpochs(counts, recipe, device), new_optimizer(net, recipe)
    return counts.nnz * (1 + recipe.negatives), lambda: run.run(net, optimizer)


def head_job(scale: Scale, device: torch.device, batch: int) -> Job:
    """Steps of the multimodal head; counted are songs."""
    songs, sizes = max(batch, scale.songs), {"spectrogram": 64, "descriptors": 308, "lyrics": 43, "network": 16}
    data, rng = made_likes(scale, songs), np.random.default_rng(1)
    blocks = {
        name: torch.from_numpy(rng.standard_normal((songs, size)).astype(np.float32)).to(device)
        for name, size in sizes.items()
    }
    net = multimodal_training.PartsLiker(Multimodal(sizes), data).to(device)
    likes = torch.from_numpy(data.likes).float().to(device)
    with mock.patch.object(multimodal_training, "_BATCH", batch):
        steps = multimodal_training._steps(net, blocks, likes, np.arange(songs), CnnRecipe())
        next(steps)  # reads the batch size
    return batch, lambda: next(steps)


# --- extraction, and the same numbers -----------------------------------------------------------------------------


def logmel(scale: Scale, device: torch.device) -> dict[str, float]:
    """Seconds of sound a second: log-mel by the product on one core, and by torch on the device from the same bank."""
    rate, n_fft, hop = 22_050, 2048, 512
    sound = np.random.default_rng(0).standard_normal(rate * (600 if scale.side > 1000 else 5)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, n_fft)[::hop]
    seconds = len(sound) / rate
    start = time.perf_counter()
    blocks = [np.ascontiguousarray(frames[at : at + spectra.BLOCK]) for at in range(0, len(frames), spectra.BLOCK)]
    bank = spectra.mel_bank(rate, n_fft, 128)
    ours = np.concatenate([spectra.to_db(bank.apply(spectra.power_spectra(block))) for block in blocks])
    by_core = seconds / (time.perf_counter() - start)
    given = torch.from_numpy(sound).to(device)
    window = torch.from_numpy(spectra.hann(n_fft)).to(device)
    weights = torch.from_numpy(spectra.mel_weights(rate, n_fft, 128)).to(device)

    def on_device() -> torch.Tensor:
        power = torch.stft(given, n_fft, hop, window=window, center=False, return_complex=True).abs().square()
        return 10.0 * torch.log10((power.T @ weights).clamp(min=1e-10))

    difference = float(np.abs(on_device().cpu().numpy() - ours).max())
    each = seconds_each(on_device, scale.seconds, device)
    found = {"one_core_times_real_time": by_core, "device_times_real_time": seconds / each, "difference_db": difference}
    return {name: round(value, 4) for name, value in found.items()}


def same_as_cpu(scale: Scale, device: torch.device) -> dict[str, float]:
    """The largest difference of each network's output between the device and the processor, of outputs of unit size."""
    torch.manual_seed(0)
    cpu, found = torch.device("cpu"), {}
    for view in VIEWS:
        encoder = SongEncoder(view, scale.bands).eval()  # type: ignore[arg-type]
        patches, owner = torch.from_numpy(made_patches(scale, view, 8)), torch.arange(4).repeat_interleave(2)
        encoder.set_scale(patches)
        found[f"cnn {view}"] = [embed_songs(encoder.to(at), patches, owner, 4).cpu().numpy() for at in (cpu, device)]
    net = NeumfNet(50, 60, 64, 16, (16, 8)).eval()
    everything = np.ones(50, bool), np.ones(60, bool)
    found["neumf"] = [Neumf(net.to(at), *everything).scores(np.arange(50)) for at in (cpu, device)]
    generator = Generator(64, 16).eval()
    found["dcgan"] = [generate(generator.to(at), 4, 0) / 255.0 for at in (cpu, device)]
    head, rows = Multimodal({"descriptors": 30}).eval(), torch.randn(20, 30)
    with torch.no_grad():
        found["multimodal head"] = [head.to(at)({"descriptors": rows.to(at)}).cpu().numpy() for at in (cpu, device)]
    unit = {name: max(float(np.abs(pair[0]).max()), 1e-9) for name, pair in found.items()}
    return {name: round(float(np.abs(pair[1] - pair[0]).max()) / unit[name], 7) for name, pair in found.items()}


if __name__ == "__main__":
    main()
