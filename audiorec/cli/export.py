"""`audiorec export`: trained models as ONNX files, which other programs run and which are smaller and faster."""

from pathlib import Path

import click

from audiorec.cli.console import console
from audiorec.cli.session import Session, pass_session


@click.command("export")
@click.option("--model", type=click.Choice(["cnn", "neumf", "encoder"]), default="cnn", show_default=True)
@click.option("--to", type=click.Choice(["onnx"]), default="onnx", show_default=True, expose_value=False)
@click.option("--quantise", type=click.Choice(["int8"]), help="Store and compute in 8 bits.")
@click.option("--prune", type=float, default=0.0, metavar="SHARE", help="Leave out so much of the 2-D network.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file.  [default for cnn: in the workspace, where new songs are embedded by it from then on]",
)
@pass_session
def command(session: Session, model: str, quantise: str | None, prune: float, out: Path | None) -> None:
    """Write a trained model as ONNX: the content model, its 2-D network alone (encoder), or NeuMF."""
    from audiorec.content.export import MODELS, export_model
    from audiorec.data.workspace import Workspace

    with Workspace.open(session.workspace) as space:
        chosen = next(name for name in MODELS if name == model)
        done = export_model(space, chosen, out, int8=quantise == "int8", prune=prune)
    console().print(f"{model} written to {done.path} ({done.size / 1e6:.2f} MB).", soft_wrap=True)
