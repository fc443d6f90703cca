"""How good the hybrid is on a user's own data, beside plain baselines: warm songs, cold songs, cold artists, all mixed.

Test artists are made cold, some songs of other artists too, some listens are held out, and every part that learns from
listens is fitted again without them, by the settings that serve. Content models and weights never saw the test artists:
`train-hybrid` takes all their listens away. Plain data comes out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audiorec import metrics
from audiorec.cold_start.content_knn import mean_similarity
from audiorec.cold_start.content_space import fit_space
from audiorec.cold_start.ridge import fit_ridge
from audiorec.collaborative.als import implicit_als
from audiorec.data.workspace import Workspace
from audiorec.hybrid.inputs import Material, gather
from audiorec.hybrid.kept_figures import keep
from audiorec.hybrid.rehearsal import COLD_ARTIST, COLD_SONG, WARM, Stage, rehearse, set_stage
from audiorec.hybrid.settings import refuse_other_models
from audiorec.hybrid.signals import Parts, artist_prior, signals
from audiorec.hybrid.weights import Weights, load_weights, score
from audiorec.learning.loop import Epoch, choose_device, quiet

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_USERS = 2000  # most users who are asked
METRICS = ("auc", "recall@20", "ndcg@20")
PROTOCOLS: dict[str, tuple[tuple[int, ...], str]] = {
    "warm": ((WARM,), "songs that others have played, listens held out"),
    "cold song": ((COLD_SONG,), "songs that nobody has played, by artists who are known"),
    "cold artist": ((COLD_ARTIST,), "songs by artists of whom nobody has played anything"),
    "mixed": ((WARM, COLD_SONG, COLD_ARTIST), "all of these in one list"),
}


@dataclass(frozen=True)
class Row:
    """One figure: the mean over users, its deviation over users, and a 95 % bootstrap interval of the mean.

    users: who were asked; songs: how many stood in their lists together.
    """

    protocol: str
    system: str
    metric: str
    value: float
    spread: float
    low: float
    high: float
    users: int
    songs: int


def evaluate(
    space: Workspace, *, device: str = "auto", seed: int = 0, report: Callable[[Epoch], None] = quiet
) -> list[Row]:
    """The table of a workspace, which is kept there as well.

    Raises CheckpointError without `train-hybrid`, and where its weights belong to other features, to other settings of
    the models beside them, or to an earlier audiorec.
    """
    settings = refuse_other_models(space)
    material = gather(space, settings.content)
    weights = load_weights(space.model("hybrid"), material.feature_digest)
    cold = {name for name, part in space.artist_parts().items() if part == "test"}
    recipe = settings.hybrid
    stage = set_stage(material, cold, held_out=recipe.held_out, cold_songs=recipe.cold_songs, seed=seed)
    parts = rehearse(material, stage, settings, device=choose_device(device), report=report)
    found = table(material, stage, parts, weights, seed)
    keep(space, as_columns(found))
    return found


def table(material: Material, stage: Stage, parts: Parts, weights: Weights, seed: int = 0) -> list[Row]:
    """Every protocol, system and metric; a protocol for which nobody has a relevant song is left out."""
    found: dict[tuple[str, str], list[Floats]] = {}
    listed = {protocol: np.zeros(len(stage.kind), dtype=bool) for protocol in PROTOCOLS}
    for rows in stage.blocks(stage.users(_USERS, seed)):
        scores = all_scores(material, stage, parts, weights, rows, seed)
        for protocol, (kinds, _) in PROTOCOLS.items():
            candidates, relevant = stage.mixed(rows) if protocol == "mixed" else stage.lists(rows, kinds)
            asked = np.flatnonzero(relevant.any(axis=1) & (candidates & ~relevant).any(axis=1))
            listed[protocol] |= candidates[asked].any(axis=0)
            for system, values in scores.items():
                figures = measure(values[asked], candidates[asked], relevant[asked])
                found.setdefault((protocol, system), []).append(figures)
    return [
        _row((protocol, system, metric), figures, int(listed[protocol].sum()), seed)
        for (protocol, system), blocks in sorted(found.items(), key=_in_order)
        for metric, figures in zip(METRICS, np.concatenate(blocks).T, strict=True)
        if len(figures)
    ]


def _in_order(entry: tuple[tuple[str, str], object]) -> int:
    return list(PROTOCOLS).index(entry[0][0])


def all_scores(
    material: Material, stage: Stage, parts: Parts, weights: Weights, rows: Rows, seed: int
) -> dict[str, NDArray[np.floating]]:
    """Scores [B, I] of the hybrid and of every baseline; NaN where a system has no score."""
    candidates, _ = stage.lists(rows, (WARM, COLD_SONG, COLD_ARTIST))
    warmth = weights.warmth(parts.listeners, parts.songs_of_users[rows])
    mine = score(weights, signals(material, parts, rows), candidates, warmth).total
    systems: dict[str, Callable[[], NDArray[np.floating]]] = {
        "hybrid": lambda: mine,
        "random": lambda: np.random.default_rng((seed, int(rows[0]))).random(candidates.shape),
        "popularity": lambda: np.tile(parts.listeners, (len(rows), 1)),
        "artist prior": lambda: artist_prior(stage.seen.counts, material.artist, rows),
        "content knn": lambda: content_knn(material, stage, rows),
        "ridge": lambda: ridge(material, stage, rows, seed),
        "item knn": lambda: parts.neighbours.scores(rows),
        "als": lambda: parts.factors.scores(rows),
    }
    if parts.collaborative is not None:
        neural = parts.collaborative
        systems["neumf"] = lambda: neural.scores(rows)
    return {name: system() for name, system in systems.items()}


def content_knn(material: Material, stage: Stage, rows: Rows) -> Floats:
    """Mean cosine of sound to the user's songs."""
    played = np.flatnonzero(np.bincount(stage.seen.counts.indices, minlength=len(stage.kind)))
    sound = material.content.blocks[0]
    points = fit_space([sound[played]], [1.0]).place([sound])
    return mean_similarity(sparse.csr_array(stage.seen.counts[rows]), points, points)


def ridge(material: Material, stage: Stage, rows: Rows, seed: int) -> Floats:
    """Ridge regression from sound to implicit-ALS factors (van den Oord et al. 2013, with a linear map)."""
    counts = stage.seen.counts.astype(np.float64).log1p()
    rank = min(8, *counts.shape)
    factors = implicit_als(counts, rank, regularization=1.0, alpha=5.0, iterations=5, seed=seed)
    played = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]))
    sound = material.content.blocks[0]
    return np.asarray(factors.users[rows] @ fit_ridge(sound[played], factors.items[played]).predict(sound).T)


def measure(scores: NDArray[np.floating], candidates: NDArray[np.bool_], relevant: NDArray[np.bool_]) -> Floats:
    """AUC, Recall@20 and NDCG@20 of each user's list over their candidates, [B, 3]."""
    found = np.zeros((len(scores), len(METRICS)))
    for row in range(len(scores)):
        mine, wanted = scores[row][candidates[row]], relevant[row][candidates[row]]
        ranks = metrics.relevant_ranks(mine, wanted)
        found[row] = metrics.auc(mine, wanted), metrics.recall(ranks, 20), metrics.ndcg(ranks, 20)
    return found


def as_columns(rows: list[Row]) -> list[Mapping[str, object]]:
    """The rows as plain mappings, rounded, for JSON and for the report."""
    return [
        {
            "protocol": row.protocol,
            "system": row.system,
            "metric": row.metric,
            "value": round(row.value, 4),
            "spread": round(row.spread, 4),
            "interval": [round(row.low, 4), round(row.high, 4)],
            "users": row.users,
            "songs": row.songs,
        }
        for row in rows
    ]


def caution(songs: int) -> str:
    """What to keep in mind where lists are as short as the ones that are asked for; nothing for longer ones."""
    return f"With {songs} songs a list of 20 holds them all, and their order is mostly chance." if songs <= 20 else ""


def _row(named: tuple[str, str, str], values: Floats, songs: int, seed: int) -> Row:
    low, high = metrics.bootstrap_interval(values, np.random.default_rng(seed), draws=500)
    return Row(*named, float(values.mean()), float(values.std()), low, high, len(values), songs)
