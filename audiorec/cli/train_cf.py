"""`audiorec train-cf`: learn from who listened to what, from the workspace's listens or from a bare split's files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, epoch_reporter
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.collaborative.protocols import Ranker
    from audiorec.data.interactions import Interactions
    from audiorec.data.splits import LeaveOneOut
    from audiorec.recipes import Recipe

# Also the keys of training.rankers.MODELS; written out because that file imports torch.
MODELS = (
    *("neumf", "gmf", "mlp", "popularity", "itemknn", "walk", "ease", "als", "dae"),
    *("nnrec", "dnn", "amnn", "sequence", "blend"),
)
# What the hybrid ranker builds on is published as `cf`; every other model as `cf-NAME`, beside it.
NEUMF_FAMILY = ("neumf", "gmf", "mlp")


@click.command("train-cf")
@click.option("--model", type=click.Choice(MODELS), default="neumf", show_default=True, help="Which model.")
@click.option("--recipe", show_default="the model's shipped one", help="A shipped recipe or a TOML file.")
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
    """Learn from listens which songs belong to whom."""
    from audiorec.collaborative import registry
    from audiorec.data.workspace import Workspace
    from audiorec.learning.loop import choose_device

    chosen, where = registry.recipe_of(model, recipe, overrides), choose_device(device)
    report = epoch_reporter(model, "NDCG@10", session.quiet)
    if files is not None:
        from audiorec.sources import bare_files

        found = bare_files.read(files)
        trained = registry.train(
            found.split.train, chosen, times=found.times, how=found.split.how, device=where, report=report
        )
        _print_measured(model, trained, found.split)
        return
    with Workspace.open(session.workspace, write=True) as space:
        listens = space.interactions()
        trained = registry.train(listens.counts, chosen, times=listens.times, device=where, report=report)
        name = "cf" if model in NEUMF_FAMILY else f"cf-{model}"
        space.publish_model(name, lambda folder: _write(folder, trained, listens, chosen))
    score = registry.score_of(trained)
    measured = f"NDCG@10 of held-out songs {score['ndcg@10']:.3f}" if score else "trained on all listens"
    console().print(f"{model} of {len(listens.users)} users and {len(listens.items)} songs: {measured}.")


def _write(folder: Path, trained: "Ranker", listens: "Interactions", recipe: "Recipe") -> None:
    import json
    from dataclasses import asdict

    from audiorec.collaborative import files, neumf, registry
    from audiorec.collaborative.neumf import Neumf

    if isinstance(trained, Neumf):
        score = registry.score_of(trained)
        neumf.save(folder, trained, listens.users, listens.items, recipe, score)
    else:
        files.save(folder, trained, listens.users, listens.items, recipe)
    curve = json.dumps([asdict(epoch) for epoch in registry.curve_of(trained)])
    (folder / "curve.json").write_text(curve, encoding="utf-8")


def _print_measured(model: str, trained: "Ranker", split: "LeaveOneOut") -> None:
    from audiorec.cli.console import print_table
    from audiorec.collaborative.protocols import full_report, sampled_report

    rows = [["P1", name, f"{value:.4f}"] for name, value in sampled_report(trained, split).items()]
    rows += [["P2", name, f"{value:.4f}"] for name, value in full_report(trained, split).items()]
    print_table(f"{model}, {len(split.users)} users", ["protocol", "metric", "value"], rows)
