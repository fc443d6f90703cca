"""`audiorec train-cnn`: learn from the sound, the words and the network who likes what."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, epoch_reporter
from audiorec.cli.session import Session, as_one, pass_session
from audiorec.cli.train_labels import learn_labels

if TYPE_CHECKING:
    from audiorec.content.song_encoder import View
    from audiorec.content.training import TrainedLikes


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    view: str
    user: str | None
    labels: Path | None
    column: str | None
    encoder: Path | None
    augment: str
    recipe: str | None
    overrides: tuple[str, ...]
    device: str


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
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Learn who likes which sound: 2-D and 1-D networks, and a multimodal head over all that is known of a song."""
    from audiorec.errors import InputError

    if asked.augment == "dcgan" and asked.user is None:
        raise InputError("generated songs balance the songs of one user: add --user NAME")
    if asked.labels is None:
        _learn_likes(session, asked)
        return
    if asked.user is not None or asked.encoder is not None:
        raise InputError("labels are learned by the network alone: give --labels or --user, --encoder, not both")
    _learn_labels(session, asked, asked.labels)


def _learn_labels(session: Session, asked: Options, labels: Path) -> None:
    """What a song is, by its sound alone."""
    from audiorec import recipes
    from audiorec.data.workspace import Workspace
    from audiorec.labels.network_training import LabelRecipe
    from audiorec.learning.loop import choose_device

    shipped = "training/cnn1d" if asked.view == "waveform" else "training/cnn2d"
    chosen = recipes.load(asked.recipe or shipped, LabelRecipe, asked.overrides)
    device = choose_device(asked.device)
    with Workspace.open(session.workspace, write=True) as space:
        learn_labels(space, labels, asked.column, _views(asked)[0], chosen, device, session.quiet)


def _learn_likes(session: Session, asked: Options) -> None:
    """Who likes what."""
    from audiorec import recipes
    from audiorec.content import onnx_encoder
    from audiorec.content.dataset import like_data
    from audiorec.content.dcgan import load_generated
    from audiorec.content.encoder_training import CnnRecipe
    from audiorec.content.training import train_likes
    from audiorec.data.workspace import Workspace
    from audiorec.learning.loop import choose_device

    onnx = None if asked.encoder is None else onnx_encoder.load(asked.encoder)
    chosen = recipes.load(asked.recipe or "training/cnn", CnnRecipe, asked.overrides)
    with Workspace.open(session.workspace, write=True) as space:
        table = space.features()
        data = like_data(
            space.interactions(), space.tracks(), space.artist_parts(),
            user=asked.user, dims=chosen.user_dims, seed=chosen.seed,
        )  # fmt: skip
        extra = load_generated(space.model("dcgan")) if asked.augment == "dcgan" else None
        trained = train_likes(
            table, data, chosen, _views(asked), device=choose_device(asked.device), extra=extra, onnx=onnx,
            report=lambda name: epoch_reporter(name, "AUC", session.quiet),
        )  # fmt: skip
        digests = (table.layout.digest, recipes.digest(chosen))
        name = "cnn" if asked.user is None else "cnn-user"
        space.publish_model(name, lambda place: _write(place, trained, asked.user, digests))
    held = len(data.rows("validation"))
    measured = ", ".join(f"{name} {score:.3f}" for name, score in trained.scores.items())
    found = f"AUC on {held} songs of artists kept aside: {measured}" if measured else "no listens to measure it on"
    console().print(f"Content model of {len(data.names)} users and {len(data.rows('fit'))} songs. {found}.")


def _views(asked: Options) -> "list[View]":
    """The views of the sound that are asked for."""
    from audiorec.content.song_encoder import VIEWS

    return [name for name in VIEWS if asked.view in ("both", name)]


def _write(folder: Path, trained: "TrainedLikes", user: str | None, digests: tuple[str, str]) -> None:
    import json
    from dataclasses import asdict

    from audiorec.content import like_model

    like_model.save(folder, trained.model, {"user": user}, digests, trained.scores)
    curves = {name: [asdict(epoch) for epoch in curve] for name, curve in trained.curves.items()}
    (folder / "curve.json").write_text(json.dumps(curves), encoding="utf-8")
