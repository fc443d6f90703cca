"""Data of `cold_start.py` and `mixed.py`: Last.fm listeners, and the artists that have clips, with their content."""

import csv
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from encoder_clips import encoded
from scipy import sparse

from audiorec.cold_start.block_weights import ContentRecipe
from audiorec.cold_start.guess_from_names import ArtistNames
from audiorec.cold_start.name_vectors import name_vectors
from audiorec.content.encoder_distillation import lesson_of
from audiorec.data.tables import FeatureTable, Patches
from audiorec.data.tracks import Track
from audiorec.data.workspace import Workspace
from audiorec.hybrid.inputs import encoder_blocks
from audiorec.hybrid.sketch_cache import spectra


@dataclass(frozen=True)
class Data:
    """Ids of artists with clips [A] and without [J], their names (see `strangers`), listens to them CSR [U, A] and
    [U, J], friends [U, U] (rows sum to 1 or 0), blocks of content, one row an artist, which artists are of the
    collection with years, and the patches of all clips, also of those of other artists (or None: not asked for)."""

    artists: np.ndarray
    others: np.ndarray
    names: ArtistNames
    listens: sparse.csr_array
    elsewhere: sparse.csr_array
    friends: sparse.csr_array
    blocks: dict[str, np.ndarray]
    dated: np.ndarray
    clips: "Clips | None" = None

    @property
    def patches(self) -> Patches | None:
        """Log-mel patches of each artist's clips."""
        return self.clips.by_artist if self.clips else None


@dataclass(frozen=True, eq=False)
class Clips:
    """Log-mel patches of every clip and of each artist's, and the output of an encoder for each clip [N, t] (None: no
    encoder)."""

    patches: Patches
    by_artist: Patches
    lesson: np.ndarray | None


def load(
    folder: Path, workspace: Path | None, with_patches: bool = False, encoder: str = "none", encoder_patches: int = 3
) -> Data:
    """Read listens, friends and content; extract the clips first when the workspace has no features."""
    if not (folder / "moodclips" / "labels.csv").is_file():
        sys.exit(f"skipped: no moodclips in {folder} (set AUDIOREC_DATA or --data)")
    with (folder / "moodclips" / "labels.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["hetrec_artist_id"]]
    artist_of = {str(Path(row["path"]).name): int(row["hetrec_artist_id"]) for row in rows}
    with tempfile.TemporaryDirectory() as temporary:
        root = workspace or Path(temporary) / "workspace"
        if not (root / "catalogue.sqlite").is_file():
            command = [sys.executable, "-m", "audiorec", "--workspace", str(root), "extract"]
            subprocess.run([*command, str(folder / "moodclips" / "library")], check=True, stdout=sys.stderr)
        with Workspace.open(root) as space:
            table, tracks = space.features(), {track.id: track for track in space.tracks()}
            chosen = [tracks[int(track)] for track in table.track_ids]
            names = [os.fsdecode(track.path).rsplit("/", 1)[-1] for track in chosen]
            owner = np.array([artist_of.get(name, -1) for name in names])
            artists = np.unique(owner[owner >= 0])
            blocks = content(table, chosen, owner, artists)
            own = [chosen[np.flatnonzero(owner == artist)[0]].artist for artist in artists]
            lesson = None
            if encoder != "none":
                found = encoded(root, folder / "moodclips" / "library", encoder, encoder_patches)
                lesson = lesson_of(found)
                for name, block in encoder_blocks(found, len(chosen)).items():
                    blocks[name] = np.array([known_mean(block[owner == artist]) for artist in artists])
            clips = Clips(table.logmel(), grouped(table, owner, artists), lesson) if with_patches else None
    hetrec = folder / "hetrec-lastfm-2k"
    plays = np.loadtxt(hetrec / "user_artists.dat", skiprows=1, dtype=np.int64)
    users = np.unique(plays[:, 0])
    near = friends(hetrec / "user_friends.dat", users)
    dated = np.isfinite(blocks["release"][:, 0])
    others, *played = listens(plays, users, artists)
    names = ArtistNames(own, strangers(hetrec / "artists.dat", others, own))
    return Data(artists, others, names, *played, near, blocks, dated, clips)


def content(table: FeatureTable, tracks: list[Track], owner: np.ndarray, artists: np.ndarray) -> dict[str, np.ndarray]:
    """The mean of each block over an artist's clips."""
    years = np.array([[track.year or np.nan] for track in tracks], dtype=np.float64)
    words, recipe = table.lyrics().astype(np.float64), ContentRecipe()
    size = (recipe.name_columns, recipe.seed)
    blocks = {
        "sound": table.descriptors().astype(np.float64),
        "spectrum": spectra(table, table.track_ids).astype(np.float64),
        "release": years,
        "album": name_vectors([track.album for track in tracks], recipe.album_signs, *size),
        "artist": name_vectors([track.artist for track in tracks], recipe.artist_signs, *size),
        "words": words,
    }
    means = {name: np.array([known_mean(block[owner == a]) for a in artists]) for name, block in blocks.items()}
    songs = np.array([np.log((owner == a).sum()) for a in artists])
    means["release"] = np.column_stack([means["release"], songs])
    return means


def grouped(table: FeatureTable, owner: np.ndarray, artists: np.ndarray) -> Patches:
    """All log-mel patches of each artist's clips; the owner is the row of the artist."""
    order = np.argsort(owner, kind="stable")
    order = order[owner[order] >= 0]
    found = table.logmel(table.track_ids[order])
    return Patches(found.values, np.searchsorted(artists, owner[order])[found.owner])


def known_mean(rows: np.ndarray) -> np.ndarray:
    """Column means [D] over the known values; NaN where a column knows none."""
    known = ~np.isnan(rows)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.divide(total, known.sum(axis=0), out=np.full(rows.shape[1], np.nan), where=known.any(axis=0))


def listens(
    plays: np.ndarray, users: np.ndarray, artists: np.ndarray
) -> tuple[np.ndarray, sparse.csr_array, sparse.csr_array]:
    """Ids [J] of other artists that at least three users know, plays of the artists with clips [U, A], and of these."""
    known = np.unique(plays[:, 1])
    entries = (plays[:, 2].astype(float), (np.searchsorted(users, plays[:, 0]), np.searchsorted(known, plays[:, 1])))
    matrix = sparse.csc_array(sparse.coo_array(entries, shape=(len(users), len(known))))
    others = np.flatnonzero((np.diff(matrix.indptr) >= 3) & ~np.isin(known, artists))
    own = sparse.lil_array((len(users), len(artists)))
    here = np.isin(artists, known)
    own[:, np.flatnonzero(here)] = matrix[:, np.searchsorted(known, artists[here])]
    return known[others], sparse.csr_array(own.tocsr()), sparse.csr_array(matrix[:, others].tocsr())


def strangers(path: Path, others: np.ndarray, own: list[str]) -> list[str]:
    """Names of other artists; empty where one has a name of ours in it, or the reverse: nobody sings with the new."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])
    name = {int(row[0]): row[1] for row in rows}
    ours = [one.casefold() for one in own]
    plain = [name[other].casefold() for other in others]
    known = [any((len(a) > 3 and a in b) or (len(b) > 3 and b in a) or a == b for a in ours) for b in plain]
    return ["" if is_ours else name[other] for is_ours, other in zip(known, others, strict=True)]


def friends(path: Path, users: np.ndarray) -> sparse.csr_array:
    """Friendships [U, U], each row a mean over friends."""
    pairs = np.searchsorted(users, np.loadtxt(path, skiprows=1, dtype=np.int64))
    matrix = sparse.csr_array(sparse.coo_array((np.ones(len(pairs)), pairs.T), shape=(len(users),) * 2).tocsr())
    return sparse.csr_array(sparse.diags_array(1.0 / np.maximum(matrix.sum(axis=1), 1.0)) @ matrix)


def without(data: Data, rows: np.ndarray) -> Data:
    """The same data with the plays of some artists taken away."""
    keep = np.ones(len(data.artists))
    keep[rows] = 0.0
    kept = sparse.csr_array(data.listens @ sparse.diags_array(keep))
    kept.eliminate_zeros()
    return replace(data, listens=kept)
