"""`audiorec encoder`: pre-trained encoders of music that a user adds, and what they are."""

from pathlib import Path

import click

from audiorec.cli.console import print_table


@click.group("encoder")
def command() -> None:
    """Add, list, describe and remove pre-trained encoders of music."""


@command.command("add", short_help="Add an encoder: the name musicnn, or an .onnx file.")
@click.argument("source")
def add(source: str) -> None:
    """Add SOURCE: the name musicnn (fetched once, ISC licence), or a file FILE.onnx with FILE.toml beside it."""
    from audiorec.content import encoder_shelf as shelf

    place = shelf.folder()
    # Either name brings both variants: they come in one package.
    names = shelf.add_musicnn(place) if source in shelf.VARIANTS else shelf.add_file(place, Path(source))
    click.echo(f"added {', '.join(names)} in {place}")


@command.command("list")
def list_() -> None:
    """List the encoders at hand."""
    from audiorec.content import encoder_shelf as shelf

    rows = [(each.name, f"{each.size / 2**20:.1f} MB", str(each.path)) for each in shelf.shelved(shelf.folder())]
    print_table("Encoders", ["encoder", "size", "file"], rows)


@command.command("info", short_help="Where an encoder comes from, and what it is given.")
@click.argument("name")
def info(name: str) -> None:
    """Show where the encoder NAME comes from, its licence, what it takes and what it says."""
    from audiorec.content import encoder_shelf as shelf
    from audiorec.content import onnx_encoder

    encoder = onnx_encoder.load(shelf.find(shelf.folder(), name).path)
    rows = [(key, str(value)) for key, value in {**encoder.about, **encoder.notes}.items()]
    print_table(name, ["key", "value"], rows)


@command.command("remove", short_help="Delete an encoder.")
@click.argument("name")
def remove(name: str) -> None:
    """Delete the encoder NAME; what was trained with it says so when it is missing."""
    from audiorec.content import encoder_shelf as shelf

    shelf.remove(shelf.folder(), name)
    click.echo(f"removed {name}")
