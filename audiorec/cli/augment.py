"""`audiorec augment --dcgan`: learn to make log-mel patches like the library's, look at them, hear them, use them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, epoch_reporter
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@click.command("augment")
@click.option(
    "--dcgan",
    is_flag=True,
    required=True,
    expose_value=False,
    help="Train a DCGAN (the one augmenter that is trained).",
)
@click.option("--user", default=None, help="Learn from the songs of this user only.")
@click.option("--grid", type=click.Path(path_type=Path, dir_okay=False), help="Write a picture of samples (PNG).")
@click.option("--hear", type=click.Path(path_type=Path, dir_okay=False), help="Write samples as sound (WAV).")
@click.option("--recipe", default="training/dcgan", show_default=True, help="A shipped recipe or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
def command(
    session: Session,
    user: str | None,
    grid: Path | None,
    hear: Path | None,
    recipe: str,
    overrides: tuple[str, ...],
    device: str,
) -> None:
    """Generate spectrogram patches to balance rare classes: then train-cnn --user NAME --augment dcgan."""
    from audiorec import recipes
    from audiorec.content.dcgan import DcganRecipe
    from audiorec.content.training import train_dcgan
    from audiorec.data.workspace import Workspace
    from audiorec.learning.distributed import joined

    chosen = recipes.load(recipe, DcganRecipe, overrides)
    with joined(device) as world, Workspace.open(session.workspace, write=world.is_first) as space:
        report = epoch_reporter("dcgan", "discriminator right", session.quiet or not world.is_first)
        done = train_dcgan(space, chosen, user=user, device=device, report=report, draw=_draw_grid)
    if not world.is_first:
        return
    if grid is not None:
        _draw_grid(grid, done.made)
    if hear is not None:
        _write_sound(hear, done.made, chosen.seed)
    verdict = done.verdict
    console().print(
        f"{len(done.made)} patches made from {done.real} real ones. Frechet distance {verdict.frechet:.1f} (two halves "
        f"of the real ones: {verdict.frechet_floor:.1f}); distance to the nearest real one {verdict.nearest:.2f} of "
        f"what real patches keep among themselves (near 0 would mean copies)."
    )


def _draw_grid(path: Path, patches: "NDArray[np.uint8]", columns: int = 8) -> None:
    """Up to 32 patches side by side, low notes at the bottom."""
    import matplotlib.image
    import numpy as np

    shown = patches[:32, ::-1]
    shown = np.pad(shown, ((0, -len(shown) % columns), (2, 2), (2, 2)), constant_values=255)
    rows = [np.concatenate(list(shown[start : start + columns]), axis=1) for start in range(0, len(shown), columns)]
    matplotlib.image.imsave(path, np.concatenate(rows), cmap="magma", vmin=0, vmax=200, format="png")


def _write_sound(path: Path, made: "NDArray[np.uint8]", seed: int) -> None:
    from audiorec.features.invert import to_sound, write_sounds
    from audiorec.features.recipe import FeatureRecipe

    # Patches become sound with the reference recipe's windows; another recipe's would sound at another speed.
    recipe = FeatureRecipe()
    write_sounds(path, [to_sound(patch, recipe, seed) for patch in made[:8]], recipe.sample_rate)
