"""`audiorec recipe`: what a recipe's keys mean, as a table or as a JSON Schema."""

import json

import click

from audiorec.cli.console import console, print_table


@click.group("recipe")
def command() -> None:
    """Show the shipped recipes and what their keys mean."""


@command.command("list")
def list_() -> None:
    """List the shipped recipes."""
    from audiorec.shipped_files import shipped

    print_table("Shipped recipes", ["recipe", "file"], [(name, str(path)) for name, path in shipped().items()])


@command.command("show", short_help="Every key of a recipe, its value and what it means.")
@click.argument("name")
def show(name: str) -> None:
    """Show every key of the recipe NAME with its value and what it means."""
    from audiorec import recipes
    from audiorec.recipe_kinds import kind_of

    kind = kind_of(name)
    chosen = recipes.load(name, kind)
    rows = [
        (key, str(getattr(chosen, key)), " ".join((field.description or "").split()))
        for key, field in kind.model_fields.items()
        if key != "reference"
    ]
    print_table(name, ["key", "value", "what it means"], rows)


@command.command("schema")
@click.argument("name")
def schema(name: str) -> None:
    """Print the JSON Schema of the recipe NAME."""
    from audiorec.recipe_kinds import kind_of

    console().print_json(json.dumps(kind_of(name).model_json_schema()))
