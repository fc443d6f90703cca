"""`audiorec playlists`: a user's lists as m3u8 files in a folder, or as playlists of a Subsonic server."""

from dataclasses import dataclass
from pathlib import Path

import click

from audiorec.cli.console import console, notes, print_table
from audiorec.cli.session import Session, as_one, pass_session


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    user: str
    to: str
    login: str | None
    password: str | None


@click.command("playlists")
@click.option("--user", required=True, metavar="NAME", help="Whose lists.")
@click.option("--to", required=True, metavar="DIR|SERVER", help="A folder, or the address of a Subsonic server.")
@click.option("--login", metavar="NAME", help="The user's name in that server, where it is another.")
@click.option(
    "--password", envvar="AUDIOREC_PASSWORD", metavar="TEXT", help="The password there; asked for when not given."
)
@pass_session
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Write a user's lists as playlists under fixed names, refreshed in place.

    In a server, playlists whose names begin with [RADIO] or [MIX] are refilled too.
    """
    import numpy as np

    from audiorec.data.ledger import LEDGER, Ledger
    from audiorec.data.workspace import Workspace
    from audiorec.serve import playlist_files
    from audiorec.serve.snapshot import take_snapshot
    from audiorec.serve.subsonic.remote import RemoteServer

    Workspace.open(session.workspace).close()  # says when there is none
    snapshot = take_snapshot(session.workspace, 1)
    ledger = Ledger(session.workspace / LEDGER)
    lists = list(playlist_files.personal_lists(snapshot, ledger, asked.user))
    ledger.close()
    if not lists:
        notes(session.quiet).print(f"Nothing is known yet of what {asked.user} plays.")
    if not asked.to.startswith(("http://", "https://")):
        for path in playlist_files.write_files(Path(asked.to), lists, asked.user):
            console().print(str(path), soft_wrap=True)
        return
    password = asked.password or click.prompt("Password", hide_input=True)
    server = RemoteServer(asked.to, asked.login or asked.user, password)
    sent = playlist_files.send(server, lists) + playlist_files.refill(server, snapshot, np.random.default_rng())
    rows = [(name, str(found), str(missing)) for name, found, missing in sent]
    print_table("Playlists", ["playlist", "songs", "not found there"], rows)
