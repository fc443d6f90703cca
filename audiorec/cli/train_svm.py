"""`audiorec train-svm`: learn from the fused song vectors who likes what, with a non-linear SVM."""

from pathlib import Path

import click

from audiorec.cli.console import console, notes
from audiorec.cli.session import Session, pass_session


@click.command("train-svm")
@click.option("--user", default=None, help="Learn for this one user instead of for all of them at once.")
@click.option("--recipe", default="training/svm", show_default=True, help="A shipped recipe or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@pass_session
def command(session: Session, user: str | None, recipe: str, overrides: tuple[str, ...]) -> None:
    """Learn who likes which song with an SVM; kernel, C and gamma are searched."""
    from audiorec import recipes
    from audiorec.content.dataset import like_data
    from audiorec.content.scoring import fused_songs
    from audiorec.content.svm import SvmRecipe, Trial, train_svm
    from audiorec.data.workspace import Workspace
    from audiorec.learning import checkpoint

    chosen = recipes.load(recipe, SvmRecipe, overrides)
    out = notes(session.quiet)

    def report(trial: Trial) -> None:
        out.print(f"svm: {trial.kernel}, C {trial.cost:g}, gamma {trial.gamma:.4f}: AUC {trial.auc:.4f}")

    with Workspace.open(session.workspace, write=True) as space:
        table = space.features()
        data = like_data(
            space.interactions(),
            space.tracks(),
            space.artist_parts(),
            user=user,
            dims=chosen.user_dims,
            seed=chosen.seed,
        )
        trained = train_svm(fused_songs(table, data.track_ids), data, chosen, report)
        best = trained.trials[0]
        score = {} if trained.auc != trained.auc else {"auc": trained.auc}

        def write(folder: Path) -> None:
            config = {"kernel": best.kernel, "gamma": best.gamma, "cost": best.cost, "user": user}
            header = checkpoint.Header(
                "svm", config, table.layout.digest, recipes.digest(chosen), list(data.names), score
            )
            checkpoint.save(folder, header, trained.model.to_arrays())

        space.publish_model("svm" if user is None else "svm-user", write)
    found = f"AUC on songs of artists kept aside {trained.auc:.3f}" if score else "no listens to measure it on"
    console().print(f"SVM ({best.kernel}, C {best.cost:g}, gamma {best.gamma:.4f}): {found}.")
