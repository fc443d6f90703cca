"""`audiorec status`: what the workspace holds, and what to do next."""

import json
from typing import Any

import click

from audiorec.cli.console import console, notes, print_table
from audiorec.cli.session import Session, pass_session


@click.command("status")
@click.option("--files", is_flag=True, help="List every file that is not whole, with the reason.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def command(session: Session, files: bool, as_json: bool) -> None:
    """Show what the workspace holds and what to do next."""
    from audiorec.library import Library

    library = Library(session.workspace)
    if files:
        listed = library.broken_files()
        if as_json:
            console().print_json(json.dumps(listed))
        for entry in [] if as_json else listed:
            console().print(f"{entry['status']}: {entry['path']} {entry['reason']}")
        if not listed:
            notes(session.quiet).print("Every file that was looked at is whole.")
        return
    facts = library.status()
    if as_json:
        console().print_json(json.dumps(facts))
        return
    rows = [(key.replace("_", " "), _shown(value)) for key, value in facts.items()]
    print_table(f"Workspace {session.workspace}", ["what", "how much"], rows)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in value.items()) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
