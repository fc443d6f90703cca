"""`audiorec import netease`: a crawl through a compatible server that the user runs, and what it found."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from audiorec.cli.console import notes, progress
from audiorec.cli.session import Session, as_one, pass_session
from audiorec.errors import InputError


@dataclass(frozen=True)
class Asked:
    """What is asked for: the options of the command line."""

    place: str
    of_user: tuple[int, ...]
    of_playlist: tuple[int, ...]
    users: int
    songs: int
    comments: int
    steps: int
    rate: float
    yes: bool
    instead: str
    as_json: bool


@click.command("netease")
@click.argument("place", metavar="URL|FILE")
@click.option("--of-user", multiple=True, type=click.IntRange(1), metavar="ID", help="A user to begin with.")
@click.option("--of-playlist", multiple=True, type=click.IntRange(1), metavar="ID", help="A playlist to begin with.")
@click.option("--users", type=click.IntRange(1), default=100, show_default=True, help="At most so many users.")
@click.option("--songs", type=click.IntRange(1), default=5000, show_default=True, help="At most so many songs.")
@click.option("--comments", type=click.IntRange(0), default=100, show_default=True, help="At most, of every song.")
@click.option("--steps", type=click.IntRange(0), default=2, show_default=True, help="How far from the beginning.")
@click.option("--rate", type=click.FloatRange(0.01, 100), default=2.0, show_default=True, help="Requests a second.")
@click.option("--yes", is_flag=True, help="You have read the notice and agree.")
@click.option("--as", "instead", metavar="NAME", default="", help="Count everything for NAME.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@as_one(Asked)
def command(session: Session, asked: Asked) -> None:
    """Crawl NetEase Cloud Music through the compatible server at URL, or import the FILE of an earlier crawl.

    Users, their lists, liked songs, plays, comments, lyrics and follows, breadth first. What is found stays in the
    workspace: after a stop of any kind the same command goes on where it was.
    """
    from audiorec.cli.imported import print_reports
    from audiorec.data.forget_users import CRAWL
    from audiorec.data.workspace import Workspace
    from audiorec.features.lyrics.comment_feeling import comment_feeling
    from audiorec.sources.importing import Owner
    from audiorec.sources.services.netease_import import bring

    is_crawl = asked.place.startswith(("http://", "https://"))
    if is_crawl:
        _agree(asked)
    with Workspace.open(session.workspace, write=True) as space:
        path = space.root / CRAWL if is_crawl else Path(asked.place)
        if is_crawl:
            _crawl(session, asked, path)
        report = bring(space, path, comment_feeling, Owner("", asked.instead))
    print_reports([report], ((), (), 0), asked.as_json, session.quiet)


def _agree(asked: Asked) -> None:
    from audiorec.sources.services.netease_crawl import NOTICE

    if asked.yes:
        return
    click.echo(NOTICE, err=True)
    if not sys.stdin.isatty():
        raise InputError("nothing was asked for: add --yes when you agree with the notice above")
    click.confirm("Go on?", abort=True, err=True)


def _crawl(session: Session, asked: Asked, path: Path) -> None:
    from audiorec.sources.services.http_client import HttpClient, ServiceError
    from audiorec.sources.services.netease_crawl import Crawl
    from audiorec.sources.services.netease_state import Caps, CrawlState

    caps = Caps(asked.users, asked.songs, asked.comments, asked.steps)
    with CrawlState(path) as state, progress("asking", 0, session.quiet) as advance:
        crawl = Crawl(HttpClient(asked.place, rate=asked.rate), state, caps)
        crawl.start(asked.of_user, asked.of_playlist)
        try:
            crawl.run(lambda count: advance(str(count)))
        except ServiceError as error:
            notes(session.quiet).print(f"{error}. What was found is kept: the same command goes on.")
            raise
        for kind, key, reason in state.refusals()[:10]:
            notes(session.quiet).print(f"{kind} {key}: {reason}")
