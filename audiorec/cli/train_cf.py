"""`audiorec train-cf`: learn from who listened to what."""

from pathlib import Path

import click

from audiorec.cli.console import console, epoch_reporter
from audiorec.cli.session import Session, pass_session


@click.command("train-cf")
@click.option(
    "--model", type=click.Choice(["neumf", "gmf", "mlp"]), default="neumf", show_default=True, help="Which model."
)
@click.option("--recipe", default="training/neumf", show_default=True, help="A shipped recipe or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
def command(session: Session, model: str, recipe: str, overrides: tuple[str, ...], device: str) -> None:
    """Learn from listens which songs belong to whom."""
    import json
    from dataclasses import asdict

    from audiorec import recipes
    from audiorec.data.workspace import Workspace
    from audiorec.models.neumf_checkpoint import save
    from audiorec.training.collaborative import NeumfRecipe, train
    from audiorec.training.loop import choose_device

    chosen = recipes.load(recipe, NeumfRecipe, (f"model={model}", *overrides))
    where = choose_device(device)
    with Workspace.open(session.workspace, write=True) as space:
        listens = space.interactions()
        report = epoch_reporter(model, "NDCG@10", session.quiet)
        trained = train(listens.counts, chosen, device=where, report=report)

        def write(folder: Path) -> None:
            save(folder, trained, listens.users, listens.items, recipes.digest(chosen), trained.score)
            curve = json.dumps([asdict(epoch) for epoch in trained.curve])
            (folder / "curve.json").write_text(curve, encoding="utf-8")

        space.publish_model("cf", write)
    measured = "no user has two songs, so nothing could be held out to measure it"
    if trained.score:
        measured = f"NDCG@10 of held-out songs {trained.score['ndcg@10']:.3f}"
    console().print(f"{model} of {len(listens.users)} users and {len(listens.items)} songs: {measured}.")
