"""`audiorec train-network`: embed users, songs and artists from who listens to what."""

from dataclasses import asdict

import click

from audiorec.cli.console import console, notes
from audiorec.cli.session import Session, pass_session


@click.command("train-network")
@click.option("--recipe", default="training/network", show_default=True, help="A shipped recipe or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@pass_session
def command(session: Session, recipe: str, overrides: tuple[str, ...]) -> None:
    """Place users, songs and artists in one space, so that what is near belongs together."""
    from audiorec import recipes
    from audiorec.data.network import build_network
    from audiorec.data.workspace import Workspace
    from audiorec.models.network_embedding import save
    from audiorec.training.network import TOP, NetworkRecipe, Trial, train

    chosen = recipes.load(recipe, NetworkRecipe, overrides)
    out = notes(session.quiet)

    def report(trial: Trial) -> None:
        tried = trial.settings
        out.print(
            f"network: {tried.dims} dimensions, artist weight {tried.artist_weight:g}, song damping "
            f"{tried.song_damping:g}: Recall@{TOP} {trial.recall:.4f}"
        )

    with Workspace.open(session.workspace, write=True) as space:
        network = build_network(space.interactions(every_song=True), space.tracks(), space.friends())
        found = train(network, chosen, report)
        config = asdict(found.settings)
        space.publish_model(
            "network", lambda folder: save(folder, found.model, config, recipes.digest(chosen), found.score)
        )
    mine, popular = found.score.get(f"recall@{TOP}"), found.score.get(f"popularity_recall@{TOP}")
    measured = "no user has two songs, so nothing could be held out to measure it"
    if mine is not None and popular is not None:
        measured = f"Recall@{TOP} of held-out listens {mine:.3f}, by popularity {popular:.3f}"
    console().print(
        f"Network of {len(network.users)} users, {len(network.songs)} songs and {len(network.artists)} artists in "
        f"{found.settings.dims} dimensions: {measured}."
    )
