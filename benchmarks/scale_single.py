"""Parts of `scale.py` that need no workspace: `implicit` beside ours, an epoch of NeuMF, room on the disk."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from made_library import pairs
from measured import Lines, command, timed, weighed
from neumf_speed import NEGATIVES, epoch_seconds
from scipy import sparse

_CLIPS = 96  # enough for a mean within 2 %


def _matrix(songs: int, users: int, listens: int) -> sparse.csr_array:
    rows, columns = pairs(songs, users, listens)
    counts = sparse.coo_array((np.ones(listens, np.float32), (rows, columns)), shape=(users, songs)).tocsr()
    counts.data[:] = 1.0
    return sparse.csr_array(counts)


def peer(songs: int, users: int, listens: int) -> Lines:
    """Ours and theirs in turn, one thread each, and what a list takes from their factors alone."""
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender

    from audiorec.collaborative.als import als
    from audiorec.collaborative.itemknn import nearest_items

    counts = _matrix(songs, users, listens)
    plain = sparse.csr_matrix(counts)
    theirs = AlternatingLeastSquares(factors=128, iterations=2, num_threads=1, random_state=0)
    both: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "itemknn": (
            lambda: nearest_items(counts, neighbours=200),
            lambda: CosineRecommender(K=200, num_threads=1).fit(plain, show_progress=False),
        ),
        "als": (
            lambda: als(counts, 128, penalty=2.0, alpha=10.0, iterations=2, seed=0),
            lambda: theirs.fit(plain, show_progress=False),
        ),
    }
    for name, (our, their) in both.items():
        own, other = dict(weighed(name, our)), dict(weighed(f"{name}_peer", their))
        yield from own.items()
        yield from other.items()
        yield f"{name}_ratio", own[f"{name}_cpu_s"] / other[f"{name}_peer_cpu_s"]
    lists = [dict(timed("list", lambda user=user: theirs.recommend(user, plain[user], N=20))) for user in range(60)]
    yield "list_peer_ms", 1e3 * float(np.median([one["list_s"] for one in lists]))


def neumf(songs: int, users: int, listens: int, data: Path) -> Lines:
    """Samples a second of processor time over made listens, beside those of `neumf_speed` on `cf/lastfm`."""
    from audiorec.sources.tables import ncf_format

    small = data / "cf" / "lastfm" / "lastfm"
    if not small.with_name("lastfm.train.rating").is_file():
        print(f"scale: no NeuMF, since there is no {small}.train.rating; set AUDIOREC_DATA", file=sys.stderr)
        return
    lastfm = ncf_format.read(small).split.train
    spent = min(processor for _, processor in epoch_seconds(lastfm, 6, "cpu", short=True)[1:])
    counts = _matrix(songs, users, listens)
    clock, processor = epoch_seconds(counts, 1, "cpu", short=True)[0]
    yield "neumf_epoch_s", clock
    yield "neumf_epoch_cpu_s", processor
    rates = [matrix.nnz * (1 + NEGATIVES) / seconds for matrix, seconds in ((lastfm, spent), (counts, processor))]
    yield from zip(("neumf_lastfm_samples_per_cpu_s", "neumf_samples_per_cpu_s"), rates, strict=True)
    yield "neumf_ratio", rates[0] / rates[1]


def disk(data: Path) -> Lines:
    """Shards of real songs, kB a song: clips in mono by the default recipe and by `fast`, recordings in real stereo."""
    folders = {"mono": data / "moodclips" / "library", "stereo": data / "mp3-originals"}
    if not all(folder.is_dir() for folder in folders.values()):
        print(f"scale: no room on the disk, since there are no songs in {data}; set AUDIOREC_DATA", file=sys.stderr)
        return
    for name, recipe, music in (
        ("mono", "default", folders["mono"]),
        ("stereo", "default", folders["stereo"]),
        ("fast_mono", "fast", folders["mono"]),
        ("fast_stereo", "fast", folders["stereo"]),
    ):
        with tempfile.TemporaryDirectory() as folder:
            recipe_of = ("--recipe", f"features/{recipe}", "--limit", str(_CLIPS), "--jobs", "1")
            yield from command(f"extract_{name}", Path(folder), "extract", *recipe_of, str(music))
            yield f"disk_{name}_kb", _kb_a_song(Path(folder))


def _kb_a_song(root: Path) -> float:
    from audiorec.data.workspace import Workspace

    with Workspace.open(root) as space:
        songs = len(space.features())
    return sum(file.stat().st_size for file in (root / "features").rglob("*.parquet")) / songs / 1e3
