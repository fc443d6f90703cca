"""`audiorec augment --dcgan`: learn to make log-mel patches like the library's, look at them, hear them, use them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, epoch_reporter
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from audiorec.data.workspace import Workspace


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
    """Make spectrogram patches that never were, to balance what is rare: train-cnn --user NAME --augment dcgan."""
    from audiorec import recipes
    from audiorec.content.dcgan import DcganRecipe, generate, judge, train_gan
    from audiorec.data.workspace import Workspace
    from audiorec.learning.loop import choose_device

    chosen = recipes.load(recipe, DcganRecipe, overrides)
    where = choose_device(device)
    with Workspace.open(session.workspace, write=True) as space:
        real = _real_patches(space, user)
        trained = train_gan(
            real, chosen, device=where, report=epoch_reporter("dcgan", "discriminator right", session.quiet)
        )
        made = generate(trained.generator, chosen.samples, chosen.seed)
        verdict = judge(real, made, _embedding(space), chosen.seed)
        config = {"size": chosen.size, "width": chosen.width, "user": user}
        digests = (space.feature_digest(), recipes.digest(chosen))
        score = {"frechet": verdict.frechet, "frechet_floor": verdict.frechet_floor, "nearest": verdict.nearest}
        space.publish_model("dcgan", lambda folder: _write(folder, trained, made, config, digests, score))
        if grid is not None:
            _draw_grid(grid, made)
        if hear is not None:
            _write_sound(hear, made, space, chosen.seed)
    console().print(
        f"{len(made)} patches made from {len(real)} real ones. Frechet distance {verdict.frechet:.1f} (two halves of "
        f"the real ones: {verdict.frechet_floor:.1f}); distance to the nearest real one {verdict.nearest:.2f} of what "
        f"real patches keep among themselves (near 0 would mean copies)."
    )


def _real_patches(space: "Workspace", user: str | None) -> "NDArray[np.uint8]":
    """Log-mel patches of the songs of the fit part: generated songs must not come from those that test."""
    from audiorec.content.dataset import like_data

    table = space.features()
    if not space.has_listens():
        return table.logmel().values
    data = like_data(space.interactions(), space.tracks(), space.artist_parts(), user=user)
    rows = data.part == "fit"
    if user is not None:
        rows &= data.likes[:, 0]
    return table.logmel(data.track_ids[rows]).values


def _embedding(space: "Workspace") -> Any:
    """The 2-D network of the workspace where there is one, else statistics of the bands."""
    from audiorec.content import like_model
    from audiorec.content.dcgan import band_statistics

    if not space.has_model("cnn"):
        return band_statistics
    model = like_model.load(space.model("cnn"), space.feature_digest())
    if "spectrogram" not in model.encoders:
        return band_statistics

    def embed(patches: "NDArray[np.uint8]") -> "NDArray[np.floating[Any]]":
        import numpy as np

        return model.embed_view("spectrogram", patches, np.arange(len(patches)), len(patches))

    return embed


def _write(
    folder: Path, trained: Any, made: Any, config: Any, digests: tuple[str, str], score: dict[str, float]
) -> None:
    import json
    from dataclasses import asdict

    from audiorec.content.dcgan import save_generated
    from audiorec.learning import checkpoint

    arrays = {name: value.cpu().numpy() for name, value in trained.generator.state_dict().items()}
    checkpoint.save(folder, checkpoint.Header("dcgan", config, *digests, score=score), arrays)
    save_generated(folder, made)
    for number, patches in trained.grids:
        _draw_grid(folder / f"samples-{number:03d}.png", patches)
    curve = json.dumps([asdict(epoch) for epoch in trained.curve])
    (folder / "curve.json").write_text(curve, encoding="utf-8")


def _draw_grid(path: Path, patches: "NDArray[np.uint8]", columns: int = 8) -> None:
    """Up to 32 patches side by side, low notes at the bottom."""
    import matplotlib.image
    import numpy as np

    shown = patches[:32, ::-1]
    shown = np.pad(shown, ((0, -len(shown) % columns), (2, 2), (2, 2)), constant_values=255)
    rows = [np.concatenate(list(shown[start : start + columns]), axis=1) for start in range(0, len(shown), columns)]
    matplotlib.image.imsave(path, np.concatenate(rows), cmap="magma", vmin=0, vmax=200, format="png")


def _write_sound(path: Path, made: "NDArray[np.uint8]", space: "Workspace", seed: int) -> None:
    from audiorec.features.invert import to_sound, write_sounds
    from audiorec.features.recipe import FeatureRecipe

    # Patches are heard with the reference recipe's windows; another recipe's would sound at another speed.
    recipe = FeatureRecipe()
    write_sounds(path, [to_sound(patch, recipe, seed) for patch in made[:8]], recipe.sample_rate)
