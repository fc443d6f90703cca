"""`audiorec train-network`: embed users, songs and artists from who listens to what."""

import click

from audiorec.cli.console import console, counted, epoch_reporter, notes
from audiorec.cli.session import Session, pass_session

MODELS = ("spectral", "ae", "vae", "gae")


@click.command("train-network")
@click.option(
    "--model",
    type=click.Choice(MODELS),
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
    from audiorec.data.workspace import Workspace
    from audiorec.network.spectral_training import TOP, Trial
    from audiorec.network.training import recipe_of, train

    out = notes(session.quiet)

    def tried(trial: Trial) -> None:
        if trial.recall != trial.recall:  # nothing could be held out: the trial measured nothing
            return
        setting = trial.settings
        out.print(
            f"network: {setting.dims} dimensions, artist weight {setting.artist_weight:g}, song damping "
            f"{setting.song_damping:g}: Recall@{TOP} {trial.recall:.4f}"
        )

    report = epoch_reporter(model, f"Recall@{TOP}", session.quiet)
    with Workspace.open(session.workspace, write=True) as space:
        chosen = recipe_of(model, recipe, overrides)
        done = train(space, model, chosen, device=device, trial=tried, report=report)
    mine, popular = done.score.get(f"recall@{TOP}"), done.score.get(f"popularity_recall@{TOP}")
    measured = "no user has two songs, so nothing could be held out to measure it"
    if mine is not None and popular is not None:
        measured = f"Recall@{TOP} of held-out listens {mine:.3f}, by popularity {popular:.3f}"
    amounts = {"user": done.users, "song": done.songs, "artist": done.artists}
    users, songs, artists = (counted(number, word) for word, number in amounts.items())
    console().print(f"Network of {users}, {songs} and {artists} in {done.dims} dimensions: {measured}.")
