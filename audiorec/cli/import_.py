"""`audiorec import`: whatever people have, from files, folders and services; the source is named or recognised."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, notes, print_table, progress
from audiorec.cli.session import Session, as_one, pass_session
from audiorec.errors import InputError

if TYPE_CHECKING:
    from audiorec.cli.imported import Simple
    from audiorec.data.workspace import Workspace
    from audiorec.sources.contract import Row, Unread
    from audiorec.sources.importing import ImportReport, Owner
    from audiorec.sources.matching import Matcher

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
    from audiorec.sources import listens_tables

    named = dict(column.partition("=")[::2] for column in asked.columns)
    _run(session, asked, "listens", lambda path: listens_tables.read(path, named, asked.instead or asked.user))


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


def _run_others(session: Session, kind: str, files: Sequence[Path], as_json: bool) -> None:
    from audiorec.cli.imported import print_simple
    from audiorec.data.workspace import Workspace

    with Workspace.open(session.workspace, write=True) as space:
        taken = [_take_other(space, kind, path) for path in files]
    print_simple(taken, as_json)


def _take_other(space: "Workspace", kind: str, path: Path) -> "Simple":
    """Import a file that holds no events of users and songs."""
    from audiorec.cli.imported import Simple
    from audiorec.sources import friends_tables, items, songs_tables
    from audiorec.sources.importing import source_of, user_name

    if kind == "items":
        count, problems = items.store_items(space, items.open_items(path))
        return Simple(str(path), "items", count, problems)
    if kind == "songs":
        listed = songs_tables.read_songs(path)
        songs_tables.store_songs(space, listed.songs)
        return Simple(str(path), "songs", len(listed.songs), listed.problems)
    known = friends_tables.read_friends(path)
    space.add_friends(source_of(space, kind, path), [(user_name(a), user_name(b)) for a, b in known.pairs])
    return Simple(str(path), "pairs", len(known.pairs), known.problems)


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


Reader = Callable[[Path], Iterable["Row | Unread"]]


def _run(session: Session, asked: Asked, kind: str | None, read: Reader | None = None) -> None:
    """Import every place by one reader, or by what it is recognised as."""
    from audiorec.cli.imported import print_reports, print_simple
    from audiorec.data.workspace import Workspace
    from audiorec.sources.importing import Owner, rematch
    from audiorec.sources.matching import Matcher
    from audiorec.sources.registry import OTHERS

    passed: list[tuple[str, str]] = []
    places = [str(place) for place in asked.files]
    todo = [(place, kind) for place in places] if kind else list(_recognised(places, passed))
    reports: list[ImportReport] = []
    with Workspace.open(session.workspace, write=True) as space:
        others = [_take_other(space, name, Path(place)) for place, name in todo if name in OTHERS]
        late = rematch(space)
        matcher, owner = Matcher(space.tracks()), Owner(asked.user, asked.instead)
        with progress(f"importing {kind or ''}".strip(), len(todo), session.quiet) as advance:
            for place, name in todo:
                if name not in OTHERS:
                    reports.append(_take(space, matcher, (place, name), owner, read))
                advance(Path(place).name)
        is_empty = not space.tracks()
    if others and not asked.as_json:
        print_simple(others, False)
    print_reports(reports, (others, passed, late), asked.as_json, session.quiet)
    if is_empty:
        words = "No songs here yet: run audiorec extract FOLDER, and these listens will be matched."
        notes(session.quiet).print(words)


def _recognised(places: Sequence[str], passed: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Every place with the name of its source; what none knows in a folder goes into `passed`, with the reason."""
    from audiorec.sources.registry import recognise, recognise_url

    for place in places:
        path = Path(place)
        if _is_url(place):
            yield place, recognise_url(place).name
        elif not path.is_dir():
            yield place, recognise(path)
        else:
            yield from _recognised_in(path, passed)


def _recognised_in(folder: Path, passed: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    from audiorec.sources.registry import recognise

    try:
        yield str(folder), recognise(folder)
        return
    except InputError:
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder))
    if not files:
        raise InputError(f"{folder} holds no files: name the folder of an export, or a file")
    for path in files:
        try:
            yield str(path), recognise(path)
        except InputError as error:
            passed.append((str(path), str(error)))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)


def _is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))


def _take(
    space: "Workspace", matcher: "Matcher", found: tuple[str, str], owner: "Owner", read: Reader | None
) -> "ImportReport":
    from audiorec.sources.importing import import_rows, source_of
    from audiorec.sources.registry import source_named

    place, name = found
    if _is_url(place):
        fetch = source_named(name).fetch
        if fetch is None:
            raise InputError(f"{name} is read from files, not from an address such as {place}")
        return import_rows(space, matcher, f"{name}:{place}", fetch(place), owner)
    path = Path(place)
    rows = (read or source_named(name).read)(path)
    return import_rows(space, matcher, source_of(space, name, path), rows, owner)
