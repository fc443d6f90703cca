"""`audiorec train-network`: embed users, songs and artists from who listens to what."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, epoch_reporter, notes
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.network.embedding import NetworkEmbedding
    from audiorec.network.graph import Network
    from audiorec.recipes import Recipe

# Model -> its shipped recipe; the names are those of models.network_embedding.MODELS.
RECIPES = {
    "spectral": "training/network",
    "ae": "training/network_ae",
    "vae": "training/network_vae",
    "gae": "training/network_gae",
}


@click.command("train-network")
@click.option(
    "--model",
    type=click.Choice(tuple(RECIPES)),
    default="spectral",
    show_default=True,
    help="Spectral vectors, which the ranker builds on, or an auto-encoder: plain, variational, of the graph.",
)
@click.option("--recipe", show_default="the model's shipped one", help="A shipped recipe or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
def command(session: Session, model: str, recipe: str | None, overrides: tuple[str, ...], device: str) -> None:
    """Place users, songs and artists in one space, so that what is near belongs together."""
    from audiorec import recipes
    from audiorec.data.workspace import Workspace
    from audiorec.network.embedding import published_name, save
    from audiorec.network.graph import build_network
    from audiorec.network.training import TOP

    source = recipe or RECIPES[model]
    with Workspace.open(session.workspace, write=True) as space:
        network = build_network(space.interactions(every_song=True), space.tracks(), space.friends())
        if model == "spectral":
            found, chosen, config, score = _spectral(network, source, overrides, session.quiet)
        else:
            found, chosen, config, score = _autoencoder(network, model, source, overrides, device, session.quiet)
        digest = recipes.digest(chosen)
        space.publish_model(published_name(model), lambda folder: save(folder, found, config, digest, score))
    mine, popular = score.get(f"recall@{TOP}"), score.get(f"popularity_recall@{TOP}")
    measured = "no user has two songs, so nothing could be held out to measure it"
    if mine is not None and popular is not None:
        measured = f"Recall@{TOP} of held-out listens {mine:.3f}, by popularity {popular:.3f}"
    console().print(
        f"Network of {len(network.users)} users, {len(network.songs)} songs and {len(network.artists)} artists in "
        f"{found.dims} dimensions: {measured}."
    )


Found = tuple["NetworkEmbedding", "Recipe", dict[str, Any], dict[str, float]]  # and recipe, settings, score


def _spectral(network: "Network", source: str, overrides: tuple[str, ...], quiet: bool) -> Found:
    from audiorec import recipes
    from audiorec.network.training import TOP, NetworkRecipe, Trial, train

    chosen, out = recipes.load(source, NetworkRecipe, overrides), notes(quiet)

    def report(trial: Trial) -> None:
        tried = trial.settings
        out.print(
            f"network: {tried.dims} dimensions, artist weight {tried.artist_weight:g}, song damping "
            f"{tried.song_damping:g}: Recall@{TOP} {trial.recall:.4f}"
        )

    found = train(network, chosen, report)
    return found.model, chosen, asdict(found.settings), found.score


def _autoencoder(
    network: "Network", model: str, source: str, overrides: tuple[str, ...], device: str, quiet: bool
) -> Found:
    from audiorec import recipes
    from audiorec.learning.loop import choose_device
    from audiorec.network.autoencoder_training import RECIPES as KINDS
    from audiorec.network.autoencoder_training import train
    from audiorec.network.training import TOP

    chosen = recipes.load(source, KINDS[model], overrides)
    found = train(network, model, chosen, choose_device(device), epoch_reporter(model, f"Recall@{TOP}", quiet))
    return found.model, chosen, chosen.model_dump(mode="json", exclude={"reference"}), found.score
