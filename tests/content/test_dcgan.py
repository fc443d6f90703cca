"""The DCGAN: shapes, determinism, that it learns the crudest truth of its patches, and measures with known answers."""

import numpy as np
import pytest
import torch

from audiorec.content.dcgan import (
    NOISE,
    DcganRecipe,
    Discriminator,
    Generator,
    band_statistics,
    frechet,
    generate,
    judge,
    train_gan,
)
from audiorec.errors import InputError
from audiorec.learning.loop import quiet

CPU = torch.device("cpu")
# Ten times the usual rates: the crudest truth must be learned within seconds. With 300 steps six seeds end with the
# lower half 201 to 214 steps brighter; with 100 half of them have not begun to.
RECIPE = DcganRecipe(steps=300, batch=8, width=8, average=0.5, generator_rate=0.003, discriminator_rate=0.0005)


def patches(seed: int, count: int = 24) -> np.ndarray:
    """Bright in the lower half of the bands, dark above."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 20, (count, 128, 140))
    values[:, :64] += 200
    return values.astype(np.uint8)


@pytest.mark.parametrize("size", [64, 128])
def test_shapes_and_no_dense_layers(size: int) -> None:
    generator, discriminator = Generator(size, 4), Discriminator(size, 4)
    made = generator(torch.zeros(2, NOISE))
    assert made.shape == (2, 1, size, size)
    assert float(made.detach().abs().max()) <= 1.0
    assert discriminator(made).shape == (2,)
    modules = [*generator.modules(), *discriminator.modules()]
    assert not [m for m in modules if isinstance(m, torch.nn.Linear | torch.nn.MaxPool2d)]


def test_learns_where_the_energy_is() -> None:
    made = generate(train_gan(patches(0), RECIPE, device=CPU, report=quiet).generator, 8, seed=5)
    assert made.shape == (8, 128, 128)
    assert made[:, :64].mean() > made[:, 64:].mean() + 100


def test_a_seed_gives_the_same_generator() -> None:
    recipe = RECIPE.model_copy(update={"steps": 20})
    one, other = (train_gan(patches(0), recipe, device=CPU, report=quiet) for _ in range(2))
    np.testing.assert_array_equal(generate(one.generator, 8, seed=5), generate(other.generator, 8, seed=5))
    assert len(one.grids) == recipe.grids


def test_frechet_distance_of_known_gaussians() -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(size=(20_000, 3))
    assert frechet(one, one) == pytest.approx(0.0, abs=1e-6)
    # Means 2 apart and deviations 1 against 3 in every one of three dimensions: 3 * (4 + (3 - 1)^2).
    assert frechet(one, 3 * rng.normal(size=(20_000, 3)) + 2) == pytest.approx(24.0, rel=0.05)


def test_copies_are_found_out() -> None:
    real = patches(1, 40)
    assert judge(real, real[:8, :, :128], band_statistics, seed=0).nearest == pytest.approx(0.0, abs=1e-6)
    fresh = judge(real, patches(2, 8)[:, :, :128], band_statistics, seed=0)
    assert 0.5 < fresh.nearest < 2.0


def test_the_scale_of_an_embedding_and_its_dead_dimensions_change_no_verdict() -> None:
    def faint(values: np.ndarray) -> np.ndarray:
        """A network that says almost the same of everything, and nothing at all in one dimension."""
        return np.hstack([1e-4 * band_statistics(values), np.full((len(values), 1), 7.0)])

    real, made = patches(1, 40), patches(2, 30)[:, :, :128]
    made[:, :64] //= 2
    one, other = (judge(real, made, embed, seed=0) for embed in (band_statistics, faint))
    assert one.frechet_floor > 0.01
    assert one.frechet > 5 * one.frechet_floor
    assert (other.frechet, other.nearest) == pytest.approx((one.frechet, one.nearest), rel=1e-3)
    assert other.frechet_floor == pytest.approx(one.frechet_floor, rel=1e-3)


def test_an_embedding_that_says_the_same_of_everything_is_not_asked() -> None:
    real, made = patches(1, 40), patches(2, 30)[:, :, :128]
    dead = judge(real, made, lambda values: np.full((len(values), 6), 3.0), seed=0)
    assert dead == judge(real, made, band_statistics, seed=0)


def test_bands_that_are_silent_in_all_real_patches_do_not_rule() -> None:
    rng = np.random.default_rng(5)
    real, made = patches(1, 40), patches(2, 30)[:, :, :128]
    for songs in (real, made):
        songs[:] = songs * rng.uniform(0.3, 1.0, (len(songs), 16, 1)).repeat(8, axis=1)
    real[:, 120:] = rng.random(real[:, 120:].shape) < 0.01
    quiet_there, loud_there = made.copy(), made.copy()
    quiet_there[:, 120:], loud_there[:, 120:] = 0, 90
    one, other = (judge(real, values, band_statistics, seed=0) for values in (quiet_there, loud_there))
    # In the deviation of those bands themselves it was 5,600 times as far as real ones are.
    assert 0.5 < one.nearest < other.nearest < 200


def test_repeated_patches_are_no_measure_of_nearness() -> None:
    real, made = patches(1, 40), patches(2, 8)[:, :, :128]
    looped = np.concatenate([real, real, real])
    assert judge(looped, made, band_statistics, seed=0).nearest == pytest.approx(
        judge(real, made, band_statistics, seed=0).nearest, rel=0.1
    )


def test_too_few_patches_are_named() -> None:
    with pytest.raises(InputError, match="at least 8"):
        train_gan(patches(0, 5), RECIPE, device=CPU, report=quiet)
