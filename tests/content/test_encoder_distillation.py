"""A network learns an encoder's output: in songs made of tones that it can find again, in all of them or in some."""

import numpy as np
import torch

from audiorec.content.encoder_distillation import lesson_of
from audiorec.content.encoder_training import CnnRecipe
from audiorec.content.likes_training import pretrained
from audiorec.content.song_encoder import embed_songs
from audiorec.data.encoder_outputs import EncodedBy, EncodedSongs
from audiorec.data.tables import Patches
from audiorec.learning.loop import quiet

CPU = torch.device("cpu")
SONGS = 48
RECIPE = CnnRecipe(dim=16, batch=12, crop_frames=32, encoder_epochs=20, learning_rate=0.005, mixup=0.0)


def loud_from() -> np.ndarray:
    """The band from which each song is loud: the output of the encoder of these tests."""
    return np.random.default_rng(0).integers(0, 24, SONGS)


def patches() -> Patches:
    rng, low = np.random.default_rng(1), loud_from()
    values = rng.integers(0, 60, (2 * SONGS, 32, 48))
    for patch in range(2 * SONGS):
        values[patch, low[patch // 2] : low[patch // 2] + 8] += 120
    return Patches(values.astype(np.uint8), np.repeat(np.arange(SONGS), 2))


def encoded() -> EncodedSongs:
    low = loud_from()[:, None].astype(np.float32)
    mean = np.hstack([low, np.abs(low - 12.0), np.ones((SONGS, 1), np.float32)])
    return EncodedSongs(
        EncodedBy("ear", "e" * 16), mean, 0.0 * mean, np.where(low < 12.0, 0.999, 0.0).astype(np.float32)
    )


def test_a_lesson_is_in_standard_scores_and_says_what_was_not_encoded() -> None:
    told = encoded()
    told.mean[3] = np.nan
    lesson = lesson_of(told)
    assert lesson.shape == (SONGS, 4)
    assert np.isnan(lesson[3]).any()
    known = np.delete(lesson, 3, axis=0)
    np.testing.assert_allclose(known.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(known.std(axis=0), [1.0, 1.0, 0.0, 1.0], atol=1e-5)


def test_it_hears_the_same_in_songs_without_a_lesson_and_a_seed_repeats_itself() -> None:
    """Of every fourth song nothing was told; a straight line from the embedding finds where it is loud."""
    lesson, known = lesson_of(encoded()), np.arange(SONGS) % 4 > 0
    lesson[~known] = np.nan
    found = [pretrained("spectrogram", patches(), RECIPE, CPU, quiet, lesson) for _ in range(2)]
    assert found[0][1][-1].loss < 0.5 * found[0][1][0].loss
    states = [encoder.state_dict() for encoder, _ in found if encoder is not None]
    assert all(torch.equal(one, other) for one, other in zip(*(state.values() for state in states), strict=True))
    given, encoder = patches(), found[0][0]
    assert encoder is not None
    songs = embed_songs(encoder, torch.from_numpy(given.values), torch.from_numpy(given.owner), SONGS).numpy()
    column = np.column_stack([songs, np.ones(SONGS)])
    line = np.linalg.lstsq(column[known], loud_from()[known], rcond=1e-3)[0]
    assert np.corrcoef(column[~known] @ line, loud_from()[~known])[0, 1] > 0.9


def test_without_an_encoders_output_the_recipe_goes_its_other_way() -> None:
    assert pretrained("spectrogram", patches(), RECIPE, CPU, quiet) == (None, [])
    by_itself = RECIPE.model_copy(update={"pretrain_epochs": 2, "encoder_epochs": 5})
    assert len(pretrained("spectrogram", patches(), by_itself, CPU, quiet)[1]) == 2
    assert len(pretrained("spectrogram", patches(), by_itself, CPU, quiet, lesson_of(encoded()))[1]) == 5
