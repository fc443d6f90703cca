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
    from audiorec.data.workspace import Workspace
    from audiorec.hybrid import fit_cache
    from audiorec.hybrid.inputs import gather
    from audiorec.hybrid.recipe import HybridRecipe
    from audiorec.hybrid.rehearsal import learn_weights, rehearse, set_stage
    from audiorec.hybrid.settings import shipped, with_models
    from audiorec.hybrid.signals import fit_parts
    from audiorec.hybrid.weights import save_weights
    from audiorec.learning.loop import choose_device
    from audiorec.ranking.recommender import collaborative

    chosen = recipes.load(recipe, HybridRecipe, overrides)
    with Workspace.open(session.workspace, write=True) as space:
        settings = with_models(shipped(chosen), space)
        material = gather(space)
        parts_of = space.artist_parts()
        cold, unseen = ({name for name, part in parts_of.items() if part == mine} for mine in ("validation", "test"))
        # `evaluate` asks about the test artists: here nobody has ever played them.
        inner = material.without_artists(unseen)
        stage = set_stage(inner, cold, held_out=chosen.held_out, seed=chosen.seed)
        report = epoch_reporter("rehearsal", "NDCG@10", session.quiet)
        parts = rehearse(inner, stage, settings, device=choose_device(device), report=report)
        weights, score = learn_weights(inner, stage, parts, chosen)
        digests = (material.feature_digest, settings.digest)
        whole = fit_parts(material, material.listens, settings, collaborative=collaborative(space, material))
        sketches: dict[str, NDArray[Any]] = {"track_ids": material.listens.items, "spectra": material.spectra}

        def write(folder: "Path") -> None:
            save_weights(folder, weights, settings.as_config(), digests, score, sketches)
            kept = (whole.taste, whole.factors, whole.cold)
            fit_cache.save(folder, material.listens, *kept, digests, settings.cold)

        space.publish_model("hybrid", write)
        absent = [name for name in ("cf", "network", "cnn", "svm") if not space.has_model(name)]
    rows = [(name, f"{weights.warm[name]:.2f}", f"{weights.cold[name]:.2f}") for name in weights.warm]
    print_table("How much each signal counts", ("signal", "known songs", "new songs"), rows)
    for name in absent:
        notes(session.quiet).print(f"no {name} model here, so its signal is left out: audiorec train-{name} makes it")
    console().print(f"Hybrid ranker learned from {len(cold)} artists made cold.")
