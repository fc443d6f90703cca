"""`audiorec users`: who is known here; rename, merge and delete them."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from audiorec.cli.console import console, notes, print_table
from audiorec.cli.session import Session, pass_session


@click.group("users", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the users; rename, merge or delete them, with everything that is theirs."""
    if ctx.invoked_subcommand is not None:
        return
    from audiorec.data.user_accounts import accounts
    from audiorec.data.workspace import Workspace

    session: Session = ctx.obj
    with Workspace.open(session.workspace) as space:
        found = accounts(space)
    if as_json:
        console().print_json(json.dumps([asdict(account) for account in found]))
        return
    rows = [
        (
            *(one.name, f"{one.listens:.12g}", str(one.songs), str(one.waiting), str(one.friends)),
            *(str(one.feedback), _day(one.last)),
        )
        for one in found
    ]
    print_table("Users", ["name", "listens", "songs", "waiting", "friends", "feedback", "last listen"], rows)


@command.command("rename")
@click.argument("old")
@click.argument("new")
@pass_session
def rename_user(session: Session, old: str, new: str) -> None:
    """Call the user OLD NEW."""
    from audiorec.data import user_accounts as accounts
    from audiorec.data.workspace import Workspace
    from audiorec.sources.importing import user_name

    with Workspace.open(session.workspace, write=True) as space:
        accounts.rename(space, user_name(old), user_name(new))
    _say(session, f"{old} is {new} now")


@command.command("merge")
@click.argument("names", nargs=-1, required=True)
@click.argument("into")
@pass_session
def merge_users(session: Session, names: tuple[str, ...], into: str) -> None:
    """Make the users NAMES one with INTO, the last name."""
    from audiorec.data import user_accounts as accounts
    from audiorec.data.workspace import Workspace
    from audiorec.sources.importing import user_name

    with Workspace.open(session.workspace, write=True) as space:
        accounts.merge(space, [user_name(name) for name in names], user_name(into))
    _say(session, f"{', '.join(names)} and {into} are one now")


@command.command("delete", short_help="Delete users with everything of theirs.")
@click.argument("names", nargs=-1, required=True)
@pass_session
def delete_users(session: Session, names: tuple[str, ...]) -> None:
    """Delete the users NAMES with everything of theirs: listens, friendships, feedback, playlists, password, models."""
    from audiorec.data import user_accounts as accounts
    from audiorec.data.workspace import Workspace
    from audiorec.sources.importing import user_name

    with Workspace.open(session.workspace, write=True) as space:
        accounts.delete(space, [user_name(name) for name in names])
    _say(session, f"{', '.join(names)} are deleted")


def _say(session: Session, words: str) -> None:
    notes(session.quiet).print(f"{words}; models know it when they are trained again")


def _day(time: float | None) -> str:
    return "" if time is None else datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d")
