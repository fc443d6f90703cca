"""`audiorec train-svm`: learn from the fused song vectors who likes what, with a non-linear SVM."""

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
    from audiorec.content.svm import SvmRecipe, Trial
    from audiorec.content.training import train_svm_model
    from audiorec.data.workspace import Workspace

    out = notes(session.quiet)

    def report(trial: Trial) -> None:
        if trial.auc == trial.auc:  # without a second artist a trial measures nothing
            out.print(f"svm: {trial.kernel}, C {trial.cost:g}, gamma {trial.gamma:.4f}: AUC {trial.auc:.4f}")

    with Workspace.open(session.workspace, write=True) as space:
        done = train_svm_model(space, recipes.load(recipe, SvmRecipe, overrides), user=user, report=report)
    is_measured = done.auc == done.auc
    found = f"AUC on songs of artists kept aside {done.auc:.3f}" if is_measured else "no listens to measure it on"
    console().print(f"SVM ({done.best.kernel}, C {done.best.cost:g}, gamma {done.best.gamma:.4f}): {found}.")
