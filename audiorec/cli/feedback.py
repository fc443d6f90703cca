"""`audiorec feedback`: say what you think of a song; the next list changes at once."""

import click

from audiorec.cli.console import console
from audiorec.cli.session import Session, pass_session

_KINDS = ("like", "dislike", "skip", "never")


@click.command("feedback")
@click.option("--user", required=True, metavar="NAME", help="Who says so.")
@click.option("--like", metavar="SONG", multiple=True, help="Counts as listens: similar songs come up.")
@click.option("--dislike", metavar="SONG", multiple=True, help="Not listed again; similar songs go down.")
@click.option("--skip", metavar="SONG", multiple=True, help="Similar songs go down a little, for a while.")
@click.option("--never", metavar="SONG", multiple=True, help="Never listed again.")
@pass_session
def command(session: Session, /, user: str, **said: tuple[str, ...]) -> None:
    """Say what a user thinks of songs: a track id, a path, or `artist - title`. Nothing is trained."""
    from audiorec.library import Library

    if not any(said.values()):
        raise click.UsageError("give one of --like, --dislike, --skip and --never")
    library = Library(session.workspace)
    for kind in _KINDS:
        for song in said[kind]:
            found = library.feedback(user, song, kind)
            console().print(f"{kind}: {found['artist']} - {found['title']}")
