"""`audiorec train-cnn`: learn from the sound, the words and the network who likes what."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, counted, epoch_reporter, notes
from audiorec.cli.session import Session, as_one, pass_session

if TYPE_CHECKING:
    from audiorec.content.song_encoder import View


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    view: str
    user: str | None
    labels: Path | None
    column: str | None
    encoder: Path | None
    augment: str
    distil: bool
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
@click.option("--distil", is_flag=True, help="Teach a small network what the content model here knows.")
@click.option(
    "--recipe",
    help="A shipped recipe or a TOML file.  [default: the searched one, training/cnn; --labels: training/cnn2d, cnn1d]",
)
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Learn who likes which sound: 2-D and 1-D networks, and a multimodal head over all that is known of a song."""
    from audiorec.errors import InputError

    if asked.distil and (asked.labels or asked.user or asked.encoder or asked.augment != "none"):
        raise InputError("a small network learns all that the content model knows: give --distil alone")
    if asked.labels is None:
        _train_likes(session, asked)
        return
    if asked.user is not None or asked.encoder is not None:
        raise InputError("labels are learned by the network alone: give --labels or --user, --encoder, not both")
    _train_labels(session, asked, asked.labels)


def _train_likes(session: Session, asked: Options) -> None:
    from audiorec.content.training import cnn_recipe, distil_networks, train_networks
    from audiorec.data.workspace import Workspace
    from audiorec.learning.distributed import joined

    recipe = cnn_recipe(session.workspace, asked.recipe, asked.overrides)
    with joined(asked.device) as world, Workspace.open(session.workspace, write=world.is_first) as space:
        if asked.distil:
            train = partial(distil_networks, space, recipe)
        else:
            train = partial(
                train_networks,
                space,
                recipe,
                views=_views(asked),
                user=asked.user,
                generated=asked.augment == "dcgan",
                encoder=asked.encoder,
            )
        is_quiet = session.quiet or not world.is_first
        done = train(device=asked.device, report=lambda name: epoch_reporter(name, "AUC", is_quiet))
    if not world.is_first:
        return
    measured = ", ".join(f"{name} {score:.3f}" for name, score in done.scores.items())
    found = f"AUC on {done.held} songs of artists kept aside: {measured}" if measured else "no listens to measure it on"
    console().print(f"Content model of {counted(done.users, 'user')} and {counted(done.songs, 'song')}: {found}.")


def _train_labels(session: Session, asked: Options, labels: Path) -> None:
    from audiorec import recipes
    from audiorec.data.workspace import Workspace
    from audiorec.labels.network_training import LabelRecipe
    from audiorec.labels.training import train_from_sound

    view = _views(asked)[0]
    shipped = "training/cnn1d" if view == "waveform" else "training/cnn2d"
    out = notes(session.quiet)
    with Workspace.open(session.workspace, write=True) as space:
        done = train_from_sound(
            space,
            labels,
            asked.column,
            view=view,
            recipe=recipes.load(asked.recipe or shipped, LabelRecipe, asked.overrides),
            device=asked.device,
            report=lambda name: epoch_reporter(name, "F1", session.quiet),
            note=lambda words: out.print(words),
        )
    named = {"macro_f1": "macro F1", "accuracy": "accuracy"}
    measured = ", ".join(f"{named[name]} {value:.3f}" for name, value in done.scores.items())
    on = f"{measured} on {done.tested} songs of artists kept aside" if measured else "no songs to measure it on"
    console().print(
        f"{len(done.names)} labels learned from {done.learned} songs: {on}. Every song's are in {done.csv}.",
    )


def _views(asked: Options) -> "list[View]":
    """The views of the sound that are asked for."""
    from audiorec.content.song_encoder import VIEWS

    return [name for name in VIEWS if asked.view in ("both", name)]
