"""`audiorec train-cf`: learn from who listened to what, from the workspace's listens or from a bare split's files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, counted, epoch_reporter
from audiorec.cli.session import Session, pass_session
from audiorec.collaborative.model_names import MODELS

if TYPE_CHECKING:
    from audiorec.collaborative.protocols import Ranker
    from audiorec.data.splits import LeaveOneOut


@click.command("train-cf")
@click.option("--model", type=click.Choice(MODELS), default="neumf", show_default=True, help="Which model.")
@click.option("--recipe", show_default="the searched or shipped one", help="A shipped recipe or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option(
    "--files",
    type=click.Path(path_type=Path),
    help="Measure on bare files instead: a split's PREFIX (.train.rating, .test.rating, .test.negative) or a file of "
    "`user TAB song TAB count`; nothing is stored.",
)
@pass_session
def command(
    session: Session, model: str, recipe: str | None, overrides: tuple[str, ...], device: str, files: Path | None
) -> None:
    """Learn from listens which songs belong to whom.

    NeuMF on several processes or machines: torchrun --nproc-per-node N -m audiorec train-cf.
    """
    from audiorec.collaborative import registry
    from audiorec.collaborative.training import recipe_for, train
    from audiorec.data.workspace import Workspace
    from audiorec.learning.distributed import joined
    from audiorec.learning.loop import choose_device

    if files is not None:
        from audiorec.sources.tables import bare_files

        report = epoch_reporter(model, "NDCG@10", session.quiet)
        found = bare_files.read(files)
        trained = registry.train(
            found.split.train,
            registry.recipe_of(model, recipe, overrides),
            times=found.times,
            how=found.split.how,
            device=choose_device(device),
            report=report,
        )
        _print_measured(model, trained, found.split)
        return
    chosen = recipe_for(session.workspace, model, recipe, overrides)
    with joined(device) as world, Workspace.open(session.workspace, write=world.is_first) as space:
        report = epoch_reporter(model, "NDCG@10", session.quiet or not world.is_first)
        done = train(space, model, chosen, device=device, report=report)
    if not world.is_first:
        return
    measured = f"NDCG@10 of held-out songs {done.score['ndcg@10']:.3f}" if done.score else "trained on all listens"
    console().print(f"{model} of {counted(done.users, 'user')} and {counted(done.songs, 'song')}: {measured}.")


def _print_measured(model: str, trained: "Ranker", split: "LeaveOneOut") -> None:
    from audiorec.cli.console import print_table
    from audiorec.collaborative.protocols import full_report, sampled_report

    rows = [["P1", name, f"{value:.4f}"] for name, value in sampled_report(trained, split).items()]
    rows += [["P2", name, f"{value:.4f}"] for name, value in full_report(trained, split).items()]
    print_table(f"{model}, {len(split.users)} users", ["protocol", "metric", "value"], rows)
