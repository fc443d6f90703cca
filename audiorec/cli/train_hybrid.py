"""`audiorec train-hybrid`: learn how much each signal counts, on artists made cold on purpose."""

import click

from audiorec.cli.console import console, counted, epoch_reporter, notes, print_table
from audiorec.cli.session import Session, pass_session


@click.command("train-hybrid")
@click.option("--recipe", default="training/hybrid", show_default=True, help="A shipped recipe or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
def command(session: Session, recipe: str, overrides: tuple[str, ...], device: str) -> None:
    """Learn how much people, sound, words and network count, for songs that are known and for songs that are new."""
    from audiorec import recipes
    from audiorec.data.workspace import Workspace
    from audiorec.hybrid.recipe import HybridRecipe
    from audiorec.hybrid.training import train

    report = epoch_reporter("rehearsal", "NDCG@10", session.quiet)
    with Workspace.open(session.workspace, write=True) as space:
        done = train(space, recipes.load(recipe, HybridRecipe, overrides), device=device, report=report)
    weights = done.weights
    rows = [(name, f"{weights.warm[name]:.2f}", f"{weights.cold[name]:.2f}") for name in weights.warm]
    print_table("How much each signal counts", ("signal", "known songs", "new songs"), rows)
    for name in done.absent:
        notes(session.quiet).print(f"no {name} model here, so its signal is left out: audiorec train-{name} makes it")
    if done.is_given:
        console().print(
            "Hybrid ranker with given weights: too few listens to learn them from (two songs a user or more)."
        )
        return
    artists, users = counted(done.cold_artists, "artist"), counted(done.of_users, "user")
    console().print(f"Hybrid ranker learned from {artists} made cold and the lists of {done.users} of {users}.")
