"""The text classifier: known answers, left-out predictions against the slow way, batches and single texts alike."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from audiorec.errors import CheckpointError
from audiorec.labels import text_checkpoint
from audiorec.labels.text_checkpoint import SongLabels
from audiorec.labels.text_classifier import TextClassifier, leaning, left_out, plain_lines
from audiorec.labels.text_kernels import Themes

LIGHT = "sun smile dance golden morning laughter joy sing".split()
DARK = "rain tears grave lonely midnight sorrow ache cold".split()


def songs(count: int, seed: int) -> tuple[list[str], list[str]]:
    """Texts of six words, two out of three from the words of their label."""
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for number in range(count):
        own, other = (LIGHT, DARK) if number % 2 else (DARK, LIGHT)
        texts.append("\n".join([" ".join(rng.choice(own, 4)), " ".join(rng.choice(other, 2))]))
        labels.append("light" if number % 2 else "dark")
    return texts, labels


@pytest.fixture(scope="module")
def model() -> TextClassifier:
    return TextClassifier.fit(*songs(120, 0), np.random.default_rng(0))


def test_it_learns_which_words_belong_to_which_label(model: TextClassifier) -> None:
    texts, labels = songs(100, 1)
    found = model.probabilities(texts)
    assert found.shape == (100, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert np.mean([model.labels[at] == label for at, label in zip(found.argmax(1), labels, strict=True)]) > 0.85


def test_a_batch_gives_what_single_texts_give_and_the_seed_decides_nothing_when_all_texts_choose(
    model: TextClassifier,
) -> None:
    texts, _ = songs(5, 2)
    single = np.concatenate([model.probabilities([text]) for text in texts])
    np.testing.assert_allclose(model.probabilities(texts), single)
    again = TextClassifier.fit(*songs(120, 0), np.random.default_rng(9))
    np.testing.assert_allclose(again.probabilities(texts), single, atol=1e-8)


def test_unknown_words_give_the_prior_order() -> None:
    texts, labels = songs(60, 0)
    model = TextClassifier.fit(texts[:45] + texts[1:30:2], labels[:45] + labels[1:30:2], np.random.default_rng(0))
    assert model.labels[int(model.probabilities(["龘"]).argmax())] == "light"


def test_left_out_predictions_equal_those_of_models_fitted_without_the_text() -> None:
    rng = np.random.default_rng(0)
    points = rng.standard_normal((12, 5))
    gram, target = points @ points.T, np.eye(3)[rng.integers(0, 3, 12)]
    quick = left_out(*np.linalg.eigh(gram), target, 0.7)
    mean = target.mean(axis=0)
    for at in range(12):
        rest = np.delete(np.arange(12), at)
        dual = np.linalg.solve(gram[np.ix_(rest, rest)] + 0.7 * np.eye(11), target[rest] - mean)
        np.testing.assert_allclose(quick[at], mean + gram[at, rest] @ dual)


def test_themes_are_the_leading_directions_seen_through_likeness_alone() -> None:
    rng = np.random.default_rng(0)
    fitted, new = rng.standard_normal((30, 4)), rng.standard_normal((5, 4))
    themes = Themes.fit(fitted @ fitted.T)
    assert themes.directions.shape == (30, 4)
    unit = [points / np.linalg.norm(points, axis=1, keepdims=True) for points in (new, fitted)]
    places = themes.places(new @ fitted.T), themes.places(fitted @ fitted.T)
    np.testing.assert_allclose(places[0] @ places[1].T, unit[0] @ unit[1].T, atol=1e-9)
    assert not themes.places(np.zeros((1, 30))).any()


def test_the_mean_of_fits_is_held_by_one_matrix_a_mixture() -> None:
    texts, labels = songs(40, 0)
    model = TextClassifier.fit(texts, labels, np.random.default_rng(0))
    parts, target = model.similarity.own(), np.eye(2)[[model.labels.index(label) for label in labels]]
    prior, total = target.mean(axis=0), np.zeros((40, 2))
    for one in model.settings:
        gram = sum(weight * part for weight, part in zip(one.weights, parts, strict=True))
        scores = prior + gram @ np.linalg.solve(gram + one.decay * np.eye(40), target - prior)
        total += leaning(scores, prior, one.lean) / len(model.settings)
    np.testing.assert_allclose(model.probabilities(texts), softmax(model.temperature * total, axis=1), atol=1e-8)


def test_rare_labels_get_a_chance() -> None:
    prior = np.array([0.9, 0.1])
    assert leaning(np.array([[0.6, 0.4]]), prior, 0.0).argmax() == 0
    assert leaning(np.array([[0.6, 0.4]]), prior, 0.3).argmax() == 1


def test_numbers_help_when_words_say_nothing() -> None:
    rng = np.random.default_rng(0)
    labels = ["fast" if number % 2 else "slow" for number in range(80)]
    numbers = np.array([[2.0 if label == "fast" else -2.0, np.nan] for label in labels]) + rng.normal(0, 0.3, (80, 2))
    texts = [" ".join(rng.choice(LIGHT + DARK, 6)) for _ in labels]
    model = TextClassifier.fit(texts, labels, rng, numbers=[numbers])
    found = model.probabilities(["la la"] * 2, numbers=[np.array([[2.0, np.nan], [-2.0, np.nan]])])
    assert [model.labels[at] for at in found.argmax(1)] == ["fast", "slow"]


@pytest.mark.parametrize("with_numbers", [False, True])
def test_checkpoint(with_numbers: bool, tmp_path: Path) -> None:
    texts, labels = songs(80, 0)
    numbers = [np.random.default_rng(1).normal(size=(80, 3))] if with_numbers else []
    model = TextClassifier.fit(texts, labels, np.random.default_rng(0), numbers=numbers)
    known = SongLabels(model.labels, np.array([3, 8]), np.array([[0.2, 0.8], [1, 0]], dtype=np.float32))
    text_checkpoint.save(tmp_path, model, ["n"] if with_numbers else [], known)
    found = text_checkpoint.load_songs(tmp_path).of(np.array([8, 5, 3]))
    np.testing.assert_allclose(found, [[1, 0], [np.nan, np.nan], [0.2, 0.8]])
    back, blocks = text_checkpoint.load(tmp_path, plain_lines)
    assert (back.settings, back.score, blocks) == (model.settings, model.score, ["n"] if with_numbers else [])
    new, _ = songs(9, 5)
    more = [block[:9] for block in numbers]
    np.testing.assert_allclose(back.probabilities(new, more), model.probabilities(new, more), atol=1e-12)
    (tmp_path / "header.json").unlink()
    with pytest.raises(CheckpointError):
        text_checkpoint.load(tmp_path, plain_lines)


def test_one_label_is_refused() -> None:
    with pytest.raises(ValueError, match="two labels"):
        TextClassifier.fit(["a", "b"], ["x", "x"], np.random.default_rng(0))


def test_plain_lines_split_chinese_by_character() -> None:
    assert plain_lines("Hello 再见\nBYE") == [["hello", "再", "见"], ["bye"]]
