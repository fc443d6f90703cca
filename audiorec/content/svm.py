"""A non-linear SVM over (song, user) pairs: how likely the user has the song; its training and its arrays.

A song is its fused vector, standardised and projected; the pair is song and user vector side by side. A Gaussian or
Laplacian kernel of the pair is then the product of a song and a user kernel: what a like of one pair says carries over
as far as both are alike. Kernel, C and gamma are searched inside the fit part with whole artists held out, then
calibrated; the validation part is only measured on. Pairs are drawn, as many likes as others, because an SVM grows with
the square of its pairs. It is kept as plain arrays, so that nothing has to be unpickled.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import laplacian_kernel, polynomial_kernel, rbf_kernel, sigmoid_kernel
from sklearn.model_selection import GroupKFold
from sklearn.svm import SVC

from audiorec import metrics
from audiorec.content.dataset import LikeData
from audiorec.content.encoder_training import mean_auc
from audiorec.errors import TooLittleError
from audiorec.recipes import Recipe

Float = NDArray[np.float64]
Kernel = Literal["rbf", "poly", "laplacian", "sigmoid"]
KERNELS: tuple[Kernel, ...] = ("rbf", "poly", "laplacian", "sigmoid")


def gram(kernel: Kernel, gamma: float, left: Float, right: Float) -> Float:
    """Kernel matrix [A, B] of rows [A, d] and [B, d]; polynomial of degree 3 and sigmoid with an offset of 1."""
    if kernel == "rbf":
        return np.asarray(rbf_kernel(left, right, gamma=gamma))
    if kernel == "laplacian":
        return np.asarray(laplacian_kernel(left, right, gamma=gamma))
    if kernel == "poly":
        return np.asarray(polynomial_kernel(left, right, degree=3, gamma=gamma, coef0=1.0))
    return np.asarray(sigmoid_kernel(left, right, gamma=gamma, coef0=0.0))


@dataclass(frozen=True)
class SongProjection:
    """Fused song vectors -> short ones: missing values at the mean, standard scores, principal components.

    Shape:
        mean, std: [D]; components: [D, d]; scale: [d].
    """

    mean: Float
    std: Float
    components: Float
    scale: Float

    def apply(self, songs: NDArray[np.floating]) -> Float:
        """[N, D], NaN for what is missing, to [N, d]."""
        scores = (np.where(np.isfinite(songs), songs, self.mean) - self.mean) / self.std
        return np.asarray(np.clip(scores, -5.0, 5.0) @ self.components / self.scale)


@dataclass(frozen=True)
class LikeSvm:
    """A trained SVM with its calibration.

    Shape:
        users: [U, f]; support: [S, d + f]; dual: [S]; calibration: (slope, offset) of the logistic over the decision.
    """

    kernel: Kernel
    gamma: float
    projection: SongProjection
    users: Float
    support: Float
    dual: Float
    intercept: float
    calibration: tuple[float, float]

    def probabilities(self, songs: NDArray[np.floating], user_rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Like-probabilities float32 [users, N] of fused song vectors [N, D] for some users."""
        if not len(user_rows):
            # scikit-learn's kernels refuse an empty side: a listener who came after the training is alone here.
            return np.zeros((0, len(songs)), dtype=np.float32)
        slope, offset = self.calibration
        decisions = self.decisions(songs, user_rows)
        return np.asarray(1.0 / (1.0 + np.exp(-(slope * decisions + offset))), dtype=np.float32)

    def decisions(self, songs: NDArray[np.floating], user_rows: NDArray[np.int64]) -> Float:
        """Decisions [users, N] of fused song vectors [N, D] for some users."""
        return self._decisions(self.projection.apply(songs), self.users[user_rows])

    def _decisions(self, songs: Float, users: Float) -> Float:
        """Decision of every user [B, f] over every projected song [N, d], [B, N].

        The kernel of a pair is made of a song's and a user's, so that it is never formed for all pairs: a product for
        the Gaussian and the Laplacian kernel, a sum inside the polynomial and the sigmoid.
        """
        length = songs.shape[1]
        theirs, mine = self.support[:, :length], self.support[:, length:]
        if self.kernel in ("rbf", "laplacian"):
            by_user = self.dual * gram(self.kernel, self.gamma, users, mine)
            found = by_user @ gram(self.kernel, self.gamma, songs, theirs).T
        elif self.kernel == "poly":
            song, user = self.gamma * songs @ theirs.T + 1.0, self.gamma * users @ mine.T
            # (song + user)^3, written out.
            powers = ((1.0, 0), (3.0, 1), (3.0, 2), (1.0, 3))
            found = np.sum([times * (self.dual * user**n) @ (song ** (3 - n)).T for times, n in powers], axis=0)
        else:
            song, user = self.gamma * songs @ theirs.T, self.gamma * users @ mine.T
            found = (
                np.stack([np.tanh(song + one) @ self.dual for one in user]) if len(user) else np.empty((0, len(songs)))
            )
        return np.asarray(found + self.intercept)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the kernel's name and width, for a checkpoint."""
        return {
            "mean": self.projection.mean,
            "std": self.projection.std,
            "components": self.projection.components,
            "scale": self.projection.scale,
            "users": self.users,
            "support": self.support,
            "dual": self.dual,
            "calibration": np.array([self.intercept, *self.calibration]),
        }


def from_arrays(kernel: Kernel, gamma: float, arrays: Mapping[str, NDArray[Any]]) -> LikeSvm:
    """The inverse of `to_arrays`."""
    projection = SongProjection(arrays["mean"], arrays["std"], arrays["components"], arrays["scale"])
    intercept, slope, offset = (float(value) for value in arrays["calibration"])
    return LikeSvm(
        kernel, gamma, projection, arrays["users"], arrays["support"], arrays["dual"], intercept, (slope, offset)
    )


class SvmRecipe(Recipe):
    """Which settings of the support vector machine are searched, and on how much."""

    kernels: tuple[Kernel, ...] = KERNELS
    """Kernels tried."""
    costs: tuple[float, ...] = (0.3, 1.0, 3.0)
    """Costs C tried."""
    gammas: tuple[float, ...] = (0.3, 1.0, 3.0)
    """Widths tried, in multiples of 1 / (columns of a pair)."""
    components: int = 24
    """Length of a projected song."""
    pairs: int = 3000
    """Pairs of user and song drawn for the last fit."""
    search_pairs: int = 900
    """Pairs drawn for each fit of the search."""
    folds: int = 3
    """Folds of the search's cross-validation."""
    user_dims: int = 16
    """Dimensions of the users' vectors."""


@dataclass(frozen=True)
class Trial:
    """One point of the search, and its mean AUC over the folds."""

    kernel: Kernel
    cost: float
    gamma: float
    auc: float


@dataclass(frozen=True)
class TrainedSvm:
    """The model, the trials of its search (the best first), and the AUC on validation songs (NaN: none)."""

    model: LikeSvm
    trials: list[Trial]
    auc: float


@dataclass(frozen=True)
class _Pairs:
    """Drawn pairs: vectors [n, d + f], whether liked, and the artist of the song as a number."""

    vectors: Float
    liked: NDArray[np.bool_]
    artist: NDArray[np.int64]


def train_svm(
    songs: NDArray[np.float32], data: LikeData, recipe: SvmRecipe, report: Callable[[Trial], None] = lambda trial: None
) -> TrainedSvm:
    """Train on fused song vectors float32 [N, D] (NaN: missing) whose rows are those of `data`.

    Raises TooLittleError when the fit part lacks likes or non-likes, or all its songs are alike.
    """
    fit, held = data.rows("fit"), data.rows("validation")
    liked = data.likes[fit]
    if not liked.any() or liked.all():
        raise TooLittleError(
            "the SVM needs songs of the fit part that are liked and some that are not: import more listens"
        )
    projection = _project(songs[fit], recipe)
    short = projection.apply(songs)
    rng = np.random.default_rng(recipe.seed)
    trials = _search(_draw(short, data, fit, recipe.search_pairs, rng), recipe, report)
    best = trials[0]
    pairs = _draw(short, data, fit, recipe.pairs, rng)
    svc = _fitted(pairs, best)
    calibration = _calibrate(pairs, best, recipe)
    model = LikeSvm(
        best.kernel, best.gamma, projection, data.users.astype(np.float64), pairs.vectors[svc.support_],
        np.asarray(svc.dual_coef_[0], dtype=np.float64), float(svc.intercept_[0]), calibration,
    )  # fmt: skip
    auc = float("nan")
    if len(held):
        auc = mean_auc(model.probabilities(songs[held], np.arange(len(data.names))).T, data.likes[held])
    return TrainedSvm(model, trials, auc)


def _project(songs: NDArray[np.float32], recipe: SvmRecipe) -> SongProjection:
    finite = np.where(np.isfinite(songs), songs, np.nan).astype(np.float64)
    known = np.isfinite(finite).any(axis=0)
    mean, std = np.zeros(songs.shape[1]), np.ones(songs.shape[1])
    mean[known] = np.nanmean(finite[:, known], axis=0)
    deviation = np.nanstd(finite[:, known], axis=0)
    # A constant column says nothing: an infinite deviation takes it out.
    std[known] = np.where(deviation > 1e-9, deviation, np.inf)
    scores = np.clip((np.where(np.isfinite(finite), finite, mean) - mean) / std, -5.0, 5.0)
    if not (deviation > 1e-9).any():
        raise TooLittleError("the SVM needs songs of the fit part that differ in sound or words: extract more songs")
    count = min(recipe.components, len(scores) - 1, scores.shape[1]) or 1
    pca = PCA(count, svd_solver="full", random_state=recipe.seed).fit(scores)
    # One scale for all components: whitening would blow the last ones, which are noise, up to the size of the first.
    scale = np.full(count, max(float(np.sqrt(pca.explained_variance_.mean())), 1e-9))
    return SongProjection(mean, std, np.ascontiguousarray(pca.components_.T), scale)


def _draw(short: Float, data: LikeData, rows: NDArray[np.int64], count: int, rng: np.random.Generator) -> _Pairs:
    """About `count` pairs of fit songs and users, half of them likes."""
    likes = data.likes[rows]
    chosen = [_some_pairs(likes, wanted, max(count // 2, 1), rng) for wanted in (True, False)]
    places = np.concatenate(chosen)
    vectors = np.concatenate([short[rows[places[:, 0]]], data.users[places[:, 1]].astype(np.float64)], axis=1)
    number = {name: place for place, name in enumerate(sorted({credits[0] for credits in data.artists if credits}))}
    # A song that names no artist is a group of its own, not one artist with all such songs.
    group = [number[credits[0]] if credits else len(number) + row for row, credits in enumerate(data.artists)]
    artist = np.array(group, dtype=np.int64)[rows[places[:, 0]]]
    return _Pairs(vectors, np.repeat([True, False], [len(side) for side in chosen]), artist)


def _some_pairs(likes: NDArray[np.bool_], wanted: bool, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Row and column [n, 2] of at most `count` random pairs that are, or are not, likes.

    They are drawn by number: written out, the pairs that are no likes took 2.5 GB at 20,000 songs.
    """
    liked = likes.sum(axis=1)
    each = liked if wanted else likes.shape[1] - liked
    ends = np.cumsum(each)
    numbers = rng.choice(int(ends[-1]), min(count, int(ends[-1])), replace=False)
    rows = np.searchsorted(ends, numbers, side="right")
    within = numbers - (ends - each)[rows]
    columns = [np.flatnonzero(likes[row] == wanted)[place] for row, place in zip(rows, within, strict=True)]
    return np.stack([rows, np.array(columns, dtype=np.int64)], axis=1)


def _search(pairs: _Pairs, recipe: SvmRecipe, report: Callable[[Trial], None]) -> list[Trial]:
    trials = []
    for kernel, cost, share in product(recipe.kernels, recipe.costs, recipe.gammas):
        gamma = share / pairs.vectors.shape[1]
        trial = Trial(kernel, cost, gamma, float("nan"))
        trials.append(replace(trial, auc=_held_out_auc(pairs, trial, recipe.folds)))
        report(trials[-1])
    # Without two artists nothing can be held out: every AUC is NaN, and the first trial (rbf, mild) stands.
    return sorted(trials, key=lambda trial: -np.nan_to_num(trial.auc, nan=-1.0))


def _held_out_auc(pairs: _Pairs, trial: Trial, folds: int) -> float:
    """Mean over artists of the AUC between the users who like their songs and those who do not.

    Over all pairs at once the models of different folds would be compared, which stand at different heights.
    """
    decisions = _held_out_decisions(pairs, trial, folds)
    values = []
    for artist in np.unique(pairs.artist):
        here = (pairs.artist == artist) & np.isfinite(decisions)
        if here.any():
            values.append(metrics.auc(decisions[here], pairs.liked[here]))
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def _held_out_decisions(pairs: _Pairs, trial: Trial, folds: int) -> Float:
    """Decision of every pair by a model that has not seen its artist; NaN where that cannot be had."""
    decisions = np.full(len(pairs.liked), np.nan)
    artists = len(np.unique(pairs.artist))
    if artists < 2:
        return decisions
    for seen, hidden in GroupKFold(min(folds, artists)).split(pairs.vectors, groups=pairs.artist):
        if len(np.unique(pairs.liked[seen])) < 2:
            continue
        part = _Pairs(pairs.vectors[seen], pairs.liked[seen], pairs.artist[seen])
        svc = _fitted(part, trial)
        decisions[hidden] = svc.decision_function(gram(trial.kernel, trial.gamma, pairs.vectors[hidden], part.vectors))
    return decisions


def _fitted(pairs: _Pairs, trial: Trial) -> SVC:
    return SVC(C=trial.cost, kernel="precomputed", cache_size=500).fit(
        gram(trial.kernel, trial.gamma, pairs.vectors, pairs.vectors), pairs.liked
    )


def _calibrate(pairs: _Pairs, trial: Trial, recipe: SvmRecipe) -> tuple[float, float]:
    """Platt's logistic over held-out decisions (Platt 1999); (1, 0) when none can be had."""
    decisions = _held_out_decisions(pairs, trial, recipe.folds)
    known = np.isfinite(decisions)
    if len(np.unique(pairs.liked[known])) < 2:
        return 1.0, 0.0
    logistic = LogisticRegression(C=100.0).fit(decisions[known, None], pairs.liked[known])
    # A falling logistic would turn the ranking round: the search found nothing, so it may only be flat.
    return max(float(logistic.coef_[0, 0]), 0.0), float(logistic.intercept_[0])
