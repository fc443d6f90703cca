"""`audiorec import`: whatever people have, from files, folders and services; the source is named or recognised."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli import import_netease
from audiorec.cli.console import console, notes, print_table, progress
from audiorec.cli.session import Session, as_one, pass_session

if TYPE_CHECKING:
    from audiorec.sources.import_places import Reader

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
_PLACES = click.argument("files", metavar="FILE|FOLDER|URL...", nargs=-1, required=True)
_USER = click.option("--user", metavar="NAME", default="", help="Whose these are, where the file does not say.")
_AS = click.option("--as", "instead", metavar="NAME", default="", help="Count everything for NAME.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class _Kinds(click.Group):
    """The kinds with options of their own as commands, and a command for every other source of the registry."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of a kind; sources are looked up only when they are named, for `--help` must be quick."""
        own = super().get_command(ctx, name)
        if own is not None:
            return own
        from audiorec.sources.registry import source_named

        return _command_of(source_named(name).name)


@click.group("import", cls=_Kinds, invoke_without_command=True)
@click.option("--list", "show_list", is_flag=True, help="Print every source that can be read.")
@click.option("--quiet", is_flag=True, help="With --list: a name a line.")
@click.pass_context
def command(ctx: click.Context, show_list: bool, quiet: bool) -> None:
    """Bring in what people have: listens, playlists, stars, friends, songs.

    `audiorec import auto FILE` finds out what a file is; `audiorec import --list` names every source, and each name is
    a command: `audiorec import NAME FILE`.
    """
    if show_list:
        _print_sources(quiet or ctx.find_object(Session).quiet)  # type: ignore[union-attr]
        ctx.exit()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@dataclass(frozen=True)
class Asked:
    """What is asked for: the options of the command line."""

    files: tuple[str | Path, ...]
    user: str
    instead: str = ""
    as_json: bool = False
    columns: tuple[str, ...] = ()


@command.command("auto")
@_PLACES
@_USER
@_AS
@_JSON
@pass_session
@as_one(Asked)
def auto(session: Session, asked: Asked) -> None:
    """Import files, folders and addresses of any source, recognised by their content.

    A folder that is one export is taken as a whole, of another every file that is recognised.
    """
    _run(session, asked, None)


@command.command("listens")
@_PLACES
@_USER
@_AS
@click.option(
    "--column", "columns", multiple=True, metavar="NAME=COLUMN", help="What a column is called here: song=Name."
)
@_JSON
@pass_session
@as_one(Asked)
def listens(session: Session, asked: Asked) -> None:
    """Import tables of listens: CSV, TSV, Parquet or JSON lines with a header, columns in any order.

    The song is a column path, artist and title, or an id. Rows of songs that are not in the library are kept and
    matched later, when their files are there. Importing a file again replaces what it gave before.
    """
    from audiorec.sources.tables import table_archives

    named = dict(column.partition("=")[::2] for column in asked.columns)
    user = asked.instead or asked.user
    _run(session, asked, "listens", lambda place: table_archives.read_blocks(Path(place), named, user))


@command.command("playlists")
@_PLACES
@_USER
@_AS
@_JSON
@pass_session
@as_one(Asked)
def playlists(session: Session, asked: Asked) -> None:
    """Import playlists (m3u, m3u8, pls, xspf, jspf, wpl); every song counts as one listen of --user."""
    _run(session, asked, "playlists")


@command.command("friends")
@_FILES
@_JSON
@pass_session
def friends(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Import CSV FILES of friendships: two names a row."""
    _run_others(session, "friends", files, as_json)


@command.command("songs")
@_FILES
@_JSON
@pass_session
def songs(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Import CSV or Parquet FILES of song id, title and artists: songs without sound, known by name only.

    Playlists that name songs by these ids then find them, and train-network and similar work with them.
    """
    _run_others(session, "songs", files, as_json)


@command.command("items")
@_FILES
@_JSON
@pass_session
def items(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Import Parquet FILES of id, title, creator and vectors: a catalogue of anything, in the place of sound.

    Everything behind works on the vectors as it does on what extract makes of sound: train-hybrid, recommend, the page.
    Listens name the items by their ids.
    """
    _run_others(session, "items", files, as_json)


command.add_command(import_netease.command)


def _run_others(session: Session, kind: str, files: Sequence[Path], as_json: bool) -> None:
    from audiorec.cli.imported import print_simple
    from audiorec.data.workspace import Workspace
    from audiorec.sources.import_places import import_other

    with Workspace.open(session.workspace, write=True) as space:
        taken = [import_other(space, kind, path) for path in files]
    print_simple(taken, as_json)


def _command_of(name: str) -> click.Command:
    """The command of a source that needs no options of its own."""
    from audiorec.sources.registry import SOURCES

    @click.command(name, help=f"Import {SOURCES[name].says}")
    @_PLACES
    @_USER
    @_AS
    @_JSON
    @pass_session
    @as_one(Asked)
    def import_source(session: Session, asked: Asked) -> None:
        _run(session, asked, name)

    return import_source


def _print_sources(quiet: bool) -> None:
    from audiorec.sources.registry import OTHERS, SOURCES

    says = {
        **{name: source.says for name, source in SOURCES.items()},
        **{name: kind.says for name, kind in OTHERS.items()},
    }
    if quiet:
        for name in sorted(says):
            click.echo(name)
        return
    print_table("What audiorec import can read", ["source", "what it is"], sorted(says.items()))
    console().print("audiorec import NAME FILE..., or audiorec import auto FILE|FOLDER|URL...")


def _feeling(comment: str) -> float:
    """Of -1 to 1; few imports bring comments, and the lexicons take a second to load."""
    from audiorec.features.lyrics.comment_feeling import comment_feeling

    return comment_feeling(comment)


def _run(session: Session, asked: Asked, kind: str | None, read: "Reader | None" = None) -> None:
    """Import every place by one reader, or by what it is recognised as."""
    from audiorec.cli.imported import print_reports, print_simple
    from audiorec.data.workspace import Workspace
    from audiorec.sources.import_places import import_places
    from audiorec.sources.importing import Owner

    places = [str(place) for place in asked.files]
    with (
        Workspace.open(session.workspace, write=True) as space,
        progress(f"importing {kind or ''}".strip(), len(places), session.quiet) as advance,
    ):
        owner = Owner(asked.user, asked.instead)
        found = import_places(space, places, kind, owner, read=read, judge=_feeling, advance=advance)
        is_empty = not space.tracks()
    if found.others and not asked.as_json:
        print_simple(found.others, False)
    print_reports(found.reports, (found.others, found.passed, found.late), asked.as_json, session.quiet)
    if is_empty:
        words = "No songs here yet: run audiorec extract FOLDER, and these listens will be matched."
        notes(session.quiet).print(words)
