"""`audiorec train-cnn`: learn from the sound, the words and the network who likes what."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, epoch_reporter
from audiorec.cli.session import Session, pass_session
from audiorec.cli.train_labels import learn_labels

if TYPE_CHECKING:
    from audiorec.training.like_model import TrainedLikes


@click.command("train-cnn")
@click.option(
    "--view",
    type=click.Choice(["both", "spectrogram", "waveform"]),
    default="both",
    show_default=True,
    help="2-D network on the log-mel spectrogram, 1-D network on the waveform, or both.",
)
@click.option("--user", default=None, help="Learn for this one user instead of for all of them at once.")
@click.option(
    "--labels",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Learn these labels (CSV: song,label) instead of who likes what, and label all songs.",
)
@click.option("--column", help="The column of --labels that holds the labels, if it is not called label.")
@click.option(
    "--encoder",
    type=click.Path(path_type=Path),
    help="A pre-trained encoder: an ONNX file with its preprocessing in a TOML file beside it.",
)
@click.option("--augment", type=click.Choice(["none", "dcgan"]), default="none", show_default=True, help="With --user.")
@click.option(
    "--recipe", help="A shipped recipe or a TOML file.  [default: training/cnn; with --labels training/cnn2d or cnn1d]"
)
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
def command(
    session: Session,
    view: str,
    user: str | None,
    labels: Path | None,
    column: str | None,
    encoder: Path | None,
    augment: str,
    recipe: str | None,
    overrides: tuple[str, ...],
    device: str,
) -> None:
    """Learn who likes which sound: 2-D and 1-D networks, and a multimodal head over all that is known of a song."""
    from audiorec import recipes
    from audiorec.data.workspace import Workspace
    from audiorec.errors import InputError
    from audiorec.models import onnx_encoder
    from audiorec.models.generated import load_generated
    from audiorec.models.song_encoder import VIEWS
    from audiorec.training.labelled import LabelRecipe
    from audiorec.training.like import CnnRecipe
    from audiorec.training.like_data import like_data
    from audiorec.training.like_model import train_likes
    from audiorec.training.loop import choose_device

    if augment == "dcgan" and user is None:
        raise InputError("generated songs balance the songs of one user: add --user NAME")
    if labels is not None and (user is not None or encoder is not None):
        raise InputError("labels are learned by the network alone: give --labels or --user, --encoder, not both")
    onnx = None if encoder is None else onnx_encoder.load(encoder)
    views = [name for name in VIEWS if view in ("both", name)]
    if labels is not None:
        source = recipe or ("training/cnn1d" if view == "waveform" else "training/cnn2d")
        learned = recipes.load(source, LabelRecipe, overrides)
        with Workspace.open(session.workspace, write=True) as space:
            learn_labels(space, labels, column, views[0], learned, choose_device(device), session.quiet)
        return
    chosen = recipes.load(recipe or "training/cnn", CnnRecipe, overrides)
    with Workspace.open(session.workspace, write=True) as space:
        table = space.features()
        data = like_data(
            space.interactions(), space.tracks(), space.artist_parts(),
            user=user, dims=chosen.user_dims, seed=chosen.seed,
        )  # fmt: skip
        extra = load_generated(space.model("dcgan")) if augment == "dcgan" else None
        trained = train_likes(
            table, data, chosen, views, device=choose_device(device), extra=extra, onnx=onnx,
            report=lambda name: epoch_reporter(name, "AUC", session.quiet),
        )  # fmt: skip
        digests = (table.layout.digest, recipes.digest(chosen))
        space.publish_model("cnn" if user is None else "cnn-user", lambda place: _write(place, trained, user, digests))
    held = len(data.rows("validation"))
    measured = ", ".join(f"{name} {score:.3f}" for name, score in trained.scores.items())
    found = f"AUC on {held} songs of artists kept aside: {measured}" if measured else "no listens to measure it on"
    console().print(f"Content model of {len(data.names)} users and {len(data.rows('fit'))} songs. {found}.")


def _write(folder: Path, trained: "TrainedLikes", user: str | None, digests: tuple[str, str]) -> None:
    import json
    from dataclasses import asdict

    from audiorec.models import like_model

    like_model.save(folder, trained.model, {"user": user}, digests, trained.scores)
    curves = {name: [asdict(epoch) for epoch in curve] for name, curve in trained.curves.items()}
    (folder / "curve.json").write_text(json.dumps(curves), encoding="utf-8")
