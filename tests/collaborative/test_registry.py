"""One contract for every collaborative model: what it must learn, and what it must never do."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import sparse

from audiorec.collaborative import files, registry, tuning
from audiorec.collaborative.protocols import Ranker
from audiorec.data.splits import HoldOut
from audiorec.errors import AudiorecError, UnknownNameError

CPU = torch.device("cpu")
QUICK = {
    "neumf": (
        "factors=8",
        "tower_factors=8",
        "hidden=[16, 8]",
        "batch=64",
        "learning_rate=0.02",
        "weight_decay=0.001",
        "dropout=0.0",
    ),
    "amnn": ("factors=8", "history=5", "hidden=[16, 8]", "batch=64", "learning_rate=0.01", "dropout=0.0"),
    "dae": ("factors=8", "batch=8", "learning_rate=0.02", "averaging=0.0", "dropout=0.2"),
    "als": ("rank=8",),
    "blend": ('members=["ease", "itemknn", "popularity"]',),
}
FAMILY = {"gmf": "neumf", "mlp": "neumf", "nnrec": "amnn", "dnn": "amnn", "sequence": "amnn"}
SOLVED = ("popularity", "itemknn", "walk", "ease", "als", "blend")
PERSONAL = [name for name in registry.MODELS if name != "popularity"]
USERS, SONGS = 24, 20


def checkerboard() -> sparse.csr_array:
    """Even users like even songs and odd users odd ones; a fifth of the squares is left out, song 20 is new."""
    rows, columns = np.indices((USERS, SONGS + 1))
    liked = ((rows + columns) % 2 == 0) & ((rows * 7 + columns * 3) % 5 != 0) & (columns < SONGS)
    return sparse.csr_array(np.vstack([liked, np.zeros(SONGS + 1, dtype=bool)]).astype(np.float32))


def fit(name: str, counts: sparse.csr_array, *overrides: str, times: sparse.csr_array | None = None) -> Ranker:
    quick = QUICK.get(FAMILY.get(name, name), ())
    return registry.train(counts, registry.recipe_of(name, overrides=(*quick, *overrides)), times=times, device=CPU)


@lru_cache
def board_scores(name: str) -> np.ndarray:
    epochs = () if name in SOLVED else ("epochs=10", "patience=10", "refit=false")
    return fit(name, checkerboard(), *epochs).scores(np.arange(USERS + 1))


@pytest.mark.parametrize("name", PERSONAL)
def test_a_checkerboard_is_learned(name: str) -> None:
    scores, known = board_scores(name)[:USERS, :SONGS], checkerboard().toarray()[:USERS, :SONGS] > 0
    rows, columns = np.indices(scores.shape)
    mine = (rows + columns) % 2 == 0
    # Of a hidden square of the own colour and one of the other, the own one must nearly always be higher.
    wins = [scores[u][mine[u] & ~known[u]][:, None] > scores[u][~mine[u]][None] for u in range(USERS)]
    assert np.mean(np.concatenate([win.ravel() for win in wins])) > 0.9


@pytest.mark.parametrize("name", registry.MODELS)
def test_who_and_what_was_never_seen_has_no_score(name: str) -> None:
    scores = board_scores(name)
    assert np.isnan(scores[USERS]).all()
    assert np.isnan(scores[:, SONGS]).all()
    assert np.isfinite(scores[:USERS, :SONGS]).all()


@pytest.mark.parametrize("name", registry.MODELS)
def test_a_batch_is_its_rows_and_a_seed_its_result(name: str) -> None:
    short = () if name in SOLVED else ("epochs=2",)
    first, second = fit(name, checkerboard(), *short), fit(name, checkerboard(), *short)
    rows = np.array([3, 0, 11])
    whole = first.scores(rows)
    assert whole.shape == (3, SONGS + 1)
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(whole, second.scores(rows))
    np.testing.assert_allclose(whole, np.concatenate([first.scores(rows[i : i + 1]) for i in range(3)]), atol=1e-5)
    assert first.scores(rows[:0]).shape == (0, SONGS + 1)


@pytest.mark.parametrize("name", registry.MODELS)
def test_what_was_saved_comes_back(name: str, tmp_path: Path) -> None:
    short = () if name in SOLVED else ("epochs=1",)
    recipe = registry.recipe_of(name, overrides=(*QUICK.get(FAMILY.get(name, name), ()), *short))
    model = registry.train(checkerboard(), recipe, device=CPU)
    users = tuple(f"user {row}" for row in range(USERS + 1))
    files.save(tmp_path, model, users, np.arange(SONGS + 1) + 7, recipe)
    again = files.load(tmp_path)
    assert (again.users, again.items.tolist()) == (users, list(range(7, SONGS + 8)))
    rows = np.arange(USERS + 1)
    np.testing.assert_array_equal(again.model.scores(rows), model.scores(rows))


@pytest.mark.parametrize("name", registry.MODELS)
@pytest.mark.parametrize(
    "dense",
    [np.ones((1, 1)), np.array([[1.0, 0.0]]), np.ones((2, 2)), np.eye(5), np.ones((1, 40))],
    ids=["one song", "one of two", "no negatives left", "one song each", "one user"],
)
def test_tiny_data_never_fail(name: str, dense: np.ndarray) -> None:
    short = () if name in SOLVED else ("epochs=2",)
    ranker = fit(name, sparse.csr_array(dense.astype(np.float32)), *short)
    assert ranker.scores(np.arange(len(dense))).shape == dense.shape


@pytest.mark.parametrize("name", registry.MODELS)
def test_no_listens_is_a_clear_mistake(name: str) -> None:
    with pytest.raises(AudiorecError, match="import listens"):
        fit(name, sparse.csr_array((3, 4), dtype=np.float32))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="popularity, itemknn, walk, ease, als"):
        registry.recipe_of("magic")


def test_what_is_held_out_to_validate_decides() -> None:
    """Everybody knows three songs, and six of a third of the others: which of them come last says if fame counts."""
    rng = np.random.default_rng(0)
    counts = np.zeros((60, 30), dtype=np.float32)
    counts[:, :3] = 1.0
    for user in range(60):
        counts[user, rng.choice(np.arange(3 + user % 3, 30, 3), 6, replace=False)] = 1.0
    recipe = registry.recipe_of("walk", overrides=("exponents=[1.0]", "dampings=[0.0, 1.5]"))
    assert isinstance(recipe, tuning.LinearRecipe)
    board, place = sparse.csr_array(counts), np.arange(1.0, 31.0)
    found = [
        tuning.train(board, recipe, how=HoldOut(sparse.csr_array(counts * order))).setting.damping
        for order in (place[::-1], place)
    ]
    assert found == [0.0, 1.5]
