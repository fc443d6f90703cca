"""`audiorec train-hybrid`: learn how much each signal counts, on artists made cold on purpose."""

from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, epoch_reporter, notes, print_table
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@click.command("train-hybrid")
@click.option("--recipe", default="training/hybrid", show_default=True, help="A shipped recipe or a TOML file.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a value of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@pass_session
def command(session: Session, recipe: str, overrides: tuple[str, ...], device: str) -> None:
    """Learn how much people, sound, words and network count, for songs that are known and for songs that are new."""
    from audiorec import recipes
    from audiorec.cold_start.content_to_factors import TasteRecipe
    from audiorec.collaborative.neumf import NeumfRecipe
    from audiorec.data.workspace import Workspace
    from audiorec.hybrid import fit_cache
    from audiorec.hybrid.fit_weights import HybridRecipe
    from audiorec.hybrid.inputs import gather
    from audiorec.hybrid.rehearsal import learn_weights, rehearse, set_stage
    from audiorec.hybrid.signals import fit_parts
    from audiorec.hybrid.weights import save_weights
    from audiorec.learning.loop import choose_device
    from audiorec.ranking.recommender import collaborative

    chosen = recipes.load(recipe, HybridRecipe, overrides)
    taste = recipes.load("training/taste", TasteRecipe)
    neumf = recipes.load("training/neumf", NeumfRecipe)
    with Workspace.open(session.workspace, write=True) as space:
        material = gather(space)
        parts_of = space.artist_parts()
        cold = {name for name, part in parts_of.items() if part == "validation"}
        stage = set_stage(material, cold, held_out=chosen.held_out, seed=chosen.seed)
        parts = rehearse(
            material,
            stage,
            (taste, neumf if space.has_model("cf") else None),
            device=choose_device(device),
            with_network=space.has_model("network"),
            report=epoch_reporter("rehearsal", "NDCG@10", session.quiet),
        )
        weights, score = learn_weights(material, stage, parts, chosen)
        digests = (material.feature_digest, recipes.digest(chosen))
        whole = fit_parts(material, material.listens, taste, collaborative=collaborative(space, material))
        sketches: dict[str, NDArray[Any]] = {"track_ids": material.listens.items, "spectra": material.spectra}

        def write(folder: "Path") -> None:
            save_weights(folder, weights, digests, score, sketches)
            fit_cache.save(folder, material.listens, whole.taste, whole.factors, whole.cold, digests)

        space.publish_model("hybrid", write)
        absent = [name for name in ("cf", "network", "cnn", "svm") if not space.has_model(name)]
    rows = [(name, f"{weights.warm[name]:.2f}", f"{weights.cold[name]:.2f}") for name in weights.warm]
    print_table("How much each signal counts", ("signal", "known songs", "new songs"), rows)
    for name in absent:
        notes(session.quiet).print(f"no {name} model here, so its signal is left out: audiorec train-{name} makes it")
    console().print(f"Hybrid ranker learned from {len(cold)} artists made cold.")
