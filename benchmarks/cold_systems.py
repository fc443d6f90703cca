"""The systems of `cold_start.py`: from a fold, whose cold artists have no plays, to scores [U, cold].

Nothing is chosen on the artists that are tested: the hybrid's weights come from artists made cold inside the training
part, and so do the weights of the encoder's and the release blocks and all that is chosen for ridge.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from lastfm_clips import Data, without
from lastfm_likes import LIKES
from scipy import sparse
from sklearn.model_selection import KFold

from audiorec import metrics, recipes
from audiorec.cold_start.block_weights import ContentRecipe, learn_block_weights, weighed
from audiorec.cold_start.content_knn import mean_similarity
from audiorec.cold_start.content_space import fit_space
from audiorec.cold_start.content_to_factors import TasteRecipe, fit_taste
from audiorec.cold_start.dropoutnet import ColdDropoutRecipe, predict_vectors, train_on_dropped
from audiorec.cold_start.ridge import fit_ridge, fit_scaling
from audiorec.cold_start.taste import Content, standard_rows
from audiorec.collaborative import neumf
from audiorec.collaborative.als import Factors, implicit_als
from audiorec.collaborative.neumf import Neumf, NeumfRecipe
from audiorec.hybrid.fit_weights import Lists, fit_weights
from audiorec.hybrid.recipe import HybridRecipe
from audiorec.hybrid.weights import Weights, calibrate

# What the baseline is chosen from.
RIDGE_FACTORS, RIDGE_STRENGTHS = (8, 16, 32, 64), (100.0, 300.0, 1000.0, 3000.0, 10_000.0)
SIGNALS = ("predicted", "content", "popularity", "friends")
AUDIO, WORDS, RELEASE = ("sound", "spectrum"), ("sound", "spectrum", "words"), ("release", "album")
ENCODED, NAMES = ("encoder", "encoder_spread"), ("artist",)


def five_folds(count: int) -> list[np.ndarray]:
    """The cold rows of each fold."""
    return [cold for _, cold in KFold(5, shuffle=True, random_state=0).split(np.zeros(count))]


@dataclass(frozen=True)
class Kind:
    """What a hybrid is made of: blocks of content, signals, listens to artists without clips, the neural model."""

    blocks: tuple[str, ...] = (*WORDS, *NAMES)
    signals: tuple[str, ...] = SIGNALS
    elsewhere: bool = True
    neural: float = HybridRecipe().neural


@dataclass(frozen=True)
class Fold:
    """One task: data whose cold rows have no plays, the seed, the truth [U, cold]; `kept` holds what systems share."""

    data: Data
    cold: np.ndarray
    seed: int
    truth: np.ndarray
    kept: dict[object, object] = field(default_factory=dict)

    @property
    def everybody(self) -> np.ndarray:
        """Rows of all users."""
        return np.arange(self.data.listens.shape[0])

    def once(self, key: object, make: Callable[[], object]) -> object:
        """What `make` gives, made once for this fold."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]


System = Callable[[Fold], np.ndarray]


def systems(encoder: str, release: bool) -> dict[str, System]:
    """Every system by name; a name with a colon is made of some parts only, with a minus without one."""
    encoded, dated = ENCODED * (encoder != "none"), RELEASE * release
    whole = Kind((*WORDS, *NAMES, *dated, *encoded))
    alone = tuple(name for name in SIGNALS if name != "friends")
    kinds = {
        "hybrid": whole,
        "hybrid:audio": Kind(AUDIO, alone, elsewhere=False),
        "hybrid:audio+words": Kind(WORDS, alone, elsewhere=False),
        "hybrid+svm": replace(whole, signals=(*SIGNALS, "svm")),
        "hybrid+svm+cnn": replace(whole, signals=(*SIGNALS, "svm", "cnn")),
        "hybrid-neural": replace(whole, neural=0.0),
        **{f"hybrid-{name}": replace(whole, signals=tuple(s for s in SIGNALS if s != name)) for name in SIGNALS},
    }
    less = {"artist": (*WORDS, *dated, *encoded)}
    less |= {"encoder": (*WORDS, *NAMES, *dated)} if encoded else {}
    less |= {"release": (*WORDS, *NAMES, *encoded)} if release else {}
    kinds |= {f"hybrid-{name}": Kind(blocks) for name, blocks in less.items()}
    networks = [name for name in LIKES if encoded or "distilled" not in name]
    return {
        "random": lambda fold: np.random.default_rng(fold.seed).random(fold.truth.shape),
        "popularity_oracle": lambda fold: np.tile(fold.truth.sum(axis=0), (len(fold.truth), 1)),
        "content_knn": content_knn,
        "ridge:sound": lambda fold: ridge(fold, ("sound",)),
        "ridge": lambda fold: ridge(fold, whole.blocks),
        **{f"ridge-{name}": lambda fold, blocks=blocks: ridge(fold, blocks) for name, blocks in less.items()},
        **{name: lambda fold, name=name: likes(fold, fold.cold, name) for name in networks},
        "neumf_predicted": lambda fold: neural(fold, fold.cold, whole, dropout=False),
        "neumf_dropout": lambda fold: neural(fold, fold.cold, whole, dropout=True),
        "taste": lambda fold: taste(fold, whole),
        **{f"taste-{name}": lambda fold, blocks=blocks: taste(fold, Kind(blocks)) for name, blocks in less.items()},
        **{name: lambda fold, kind=kind: hybrid(fold, kind) for name, kind in kinds.items()},
    }


def content_knn(fold: Fold) -> np.ndarray:
    """Mean cosine of sound to the user's artists."""
    sound = [fold.data.blocks["sound"]]
    warm = np.setdiff1d(np.arange(len(sound[0])), fold.cold)
    points = fit_space([sound[0][warm]], [1.0]).place(sound)
    return np.nan_to_num(mean_similarity(fold.data.listens, points, points[fold.cold]))


def ridge(fold: Fold, blocks: tuple[str, ...]) -> np.ndarray:
    """Ridge regression from content to implicit-ALS factors (van den Oord et al. 2013, with a linear map).

    Its number of factors, its strength and which of the blocks it reads (sound, sound and the encoder, all, or all but
    the encoder's spread or the names) are chosen as carefully as ours are: on artists made cold inside the training
    part.
    """
    warm = np.setdiff1d(np.arange(len(fold.data.artists)), fold.cold)
    hidden = np.sort(np.random.default_rng(fold.seed).permutation(warm)[: len(warm) // 5])
    inner, kept = without(fold.data, hidden), np.setdiff1d(warm, hidden)
    wanted = (fold.data.listens[:, hidden] > 0).toarray()
    asked = np.flatnonzero(wanted.any(axis=1) & ~wanted.all(axis=1))
    reads = {("sound",), tuple(name for name in blocks if name in ("sound", "encoder")), blocks}
    reads |= {tuple(name for name in blocks if name != left) for left in ("encoder_spread", "artist")}
    best = (-np.inf, RIDGE_FACTORS[0], RIDGE_STRENGTHS[0], blocks)
    for rank in RIDGE_FACTORS:
        factors = fold.once(("ridge", rank), lambda rank=rank: ridge_factors(inner, rank, fold.seed))
        for chosen in sorted(reads):
            content = np.hstack([fold.data.blocks[name] for name in chosen])
            for strength, mapped in ridge_maps(content[kept], factors.items[kept], content[hidden]).items():
                scores = factors.users[asked] @ mapped.T
                value = np.mean([metrics.auc(mine, want) for mine, want in zip(scores, wanted[asked], strict=True)])
                best = max(best, (float(value), rank, strength, chosen))
    _, rank, strength, chosen = best
    factors = fold.once(("ridge, all", rank), lambda: ridge_factors(fold.data, rank, fold.seed))
    content = np.hstack([fold.data.blocks[name] for name in chosen])
    return factors.users @ fit_ridge(content[warm], factors.items[warm], [strength]).predict(content[fold.cold]).T


def ridge_maps(known: np.ndarray, targets: np.ndarray, new: np.ndarray) -> dict[float, np.ndarray]:
    """What `fit_ridge` predicts for new rows with every strength, from one decomposition."""
    scaling, bias = fit_scaling(known), targets.mean(axis=0)
    inputs, asked = scaling.apply(known), scaling.apply(new)
    offset = inputs.mean(axis=0)
    left, values, right = np.linalg.svd(inputs - offset, full_matrices=False)
    turned, projected = (asked - offset) @ right.T, left.T @ (targets - bias)
    return {
        strength: turned @ ((values / (values**2 + strength))[:, None] * projected) + bias
        for strength in RIDGE_STRENGTHS
    }


def ridge_factors(data: Data, rank: int, seed: int) -> Factors:
    """Implicit-ALS factors of all artists that are known, those without clips too."""
    together = sparse.csr_array(sparse.hstack([data.listens, data.elsewhere], format="csr"))
    together.data = np.log1p(together.data)
    return implicit_als(together, rank, regularization=1.0, alpha=5.0, iterations=5, seed=seed)


def taste(fold: Fold, kind: Kind) -> np.ndarray:
    """What the taste models say alone, without NeuMF."""
    return signals(fold, fold.cold, replace(kind, neural=0.0))["predicted"]


def likes(fold: Fold, rows: np.ndarray, name: str) -> np.ndarray:
    """Like-probabilities [U, rows] by the SVM or the network, which know nothing of these rows."""
    hidden = np.union1d(fold.cold, rows)

    def ask() -> np.ndarray:
        return LIKES[name](without(fold.data, rows), hidden, fold.seed)[:, np.searchsorted(hidden, rows)]

    return np.asarray(fold.once((name, rows.tobytes()), ask))


def hybrid(fold: Fold, kind: Kind) -> np.ndarray:
    """Signals of the cold artists, weighed as training artists that were made cold in turn have shown."""
    weights = rehearse(fold, kind)
    found = signals(fold, fold.cold, kind)
    everything = np.ones(fold.truth.shape, dtype=bool)
    calibrated = {name: calibrate(value, everything) for name, value in found.items()}
    return np.sum(list(weights.contributions(calibrated, np.zeros(everything.shape)).values()), axis=0)


def rehearse(fold: Fold, kind: Kind) -> Weights:
    """Weights learned from training artists of whom a quarter is made cold: plenty for four weights."""
    warm = np.setdiff1d(np.arange(len(fold.data.artists)), fold.cold)
    rows = np.sort(np.random.default_rng(fold.seed).permutation(warm)[: len(warm) // 4])
    relevant = np.asarray(fold.data.listens[:, rows].todense()) > 0
    everything = np.ones(relevant.shape, dtype=bool)
    lists = Lists(signals(fold, rows, kind), everything, relevant, np.zeros(relevant.shape))
    return fit_weights([lists], HybridRecipe(seed=fold.seed))


def signals(fold: Fold, rows: np.ndarray, kind: Kind) -> dict[str, np.ndarray]:
    """The chosen signals [U, rows] for artists without plays."""
    plain = replace(kind, signals=SIGNALS)
    found = fold.once(("signals", rows.tobytes(), plain), lambda: all_signals(fold, rows, plain))
    assert isinstance(found, dict)
    return {name: likes(fold, rows, name) if name in LIKES else found[name] for name in kind.signals}


def all_signals(fold: Fold, rows: np.ndarray, kind: Kind) -> dict[str, np.ndarray]:
    """Every signal [U, rows] but likes, float32."""
    data = without(fold.data, rows)
    material = content_of(fold, kind)
    elsewhere = data.elsewhere if kind.elsewhere else None
    names = data.names if kind.elsewhere and set(NAMES) <= set(kind.blocks) else None
    taste = fit_taste(material, data.listens, TasteRecipe(seed=fold.seed), elsewhere=elsewhere, names=names)
    predicted = standard_rows(taste.scores(fold.everybody)[:, rows])
    if kind.neural:
        mind = standard_rows(neural(fold, rows, kind, dropout=True))
        predicted = np.where(np.isnan(mind), predicted, (1.0 - kind.neural) * predicted + kind.neural * mind)
    points = space(fold, data, kind)
    found = {
        "predicted": predicted,
        "content": mean_similarity(data.listens, points, points[rows]),
        "popularity": np.tile(taste.popularity[rows], (len(predicted), 1)),
        "friends": data.friends @ predicted,
    }
    return {name: value.astype(np.float32) for name, value in found.items()}


def content_of(fold: Fold, kind: Kind) -> Content:
    """The blocks of a hybrid; weights of some are learned inside the training part of the fold."""
    recipe, taste = ContentRecipe(), TasteRecipe(seed=fold.seed)
    blocks, usual = [fold.data.blocks[n] for n in kind.blocks], [recipe.weight(n) for n in kind.blocks]
    content = Content(blocks, usual, np.ones(len(fold.data.artists), dtype=bool), kind.blocks)
    elsewhere = fold.data.elsewhere if kind.elsewhere else None
    groups = np.arange(len(fold.data.artists))

    def learn() -> dict[str, float]:
        return learn_block_weights(content, fold.data.listens, groups, recipe, taste, elsewhere)

    found = fold.once(("weights", kind.blocks, kind.elsewhere), learn)
    print(f"weights of {', '.join(kind.blocks)}: {found}", file=sys.stderr)
    return weighed(content, found)


def space(fold: Fold, data: Data, kind: Kind) -> np.ndarray:
    """Content points [A, D] by the artists that anybody plays."""
    played = np.flatnonzero(np.bincount(data.listens.indices, minlength=len(data.artists)))
    content = content_of(fold, kind)
    return fit_space([block[played] for block in content.blocks], content.weights).place(content.blocks)


def neural(fold: Fold, rows: np.ndarray, kind: Kind, dropout: bool) -> np.ndarray:
    """NeuMF's scores [U, rows] with vectors predicted from content, NeuMF trained with songs dropped to cold or not."""
    data = without(fold.data, rows)
    key = ("neumf", rows.tobytes(), kind.elsewhere)
    model, counts = fold.once(key, lambda: train_neumf(data, kind.elsewhere, fold.seed))  # type: ignore[misc]
    points, vectors = space(fold, data, kind), model.item_vectors()[: len(data.artists)]
    known, recipe = np.flatnonzero(np.isfinite(vectors).all(axis=1)), ColdDropoutRecipe(seed=fold.seed)
    if dropout:
        padded = np.full((counts.shape[1], points.shape[1]), np.nan)
        padded[: len(points)] = points
        groups = np.arange(counts.shape[1])
        model = train_on_dropped(model, counts, padded, groups, recipe)
    return model.score_with_item_vectors(fold.everybody, predict_vectors(points, vectors, known, recipe)[rows])


def train_neumf(data: Data, elsewhere: bool, seed: int) -> tuple[Neumf, sparse.csr_array]:
    """NeuMF on what is played, with artists without clips that ten users know."""
    counts = data.listens
    if elsewhere:
        known = np.bincount(data.elsewhere.indices, minlength=data.elsewhere.shape[1]) >= 10
        counts = sparse.csr_array(sparse.hstack([counts, data.elsewhere[:, known]], format="csr"))
    recipe = recipes.load("training/neumf", NeumfRecipe, ("epochs=20", "refit=false")).model_copy(update={"seed": seed})
    return neumf.train(counts, recipe, device=torch.device("cpu")), counts
