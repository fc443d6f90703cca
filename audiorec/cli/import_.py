"""`audiorec import`: listens, playlists and friendships from the files that people have."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, notes, print_table, progress
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.data.workspace import Workspace
    from audiorec.sources.importing import ImportReport
    from audiorec.sources.matching import Matcher

SHOWN = 10

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("import")
def command() -> None:
    """Bring in who listens to what: listens, playlists, friends, and songs known by name."""


@command.command("listens")
@_FILES
@_JSON
@pass_session
def listens(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Import CSV or Parquet FILES of user, song, count and time.

    The song is a column track_id, path, or artist and title. Rows of songs that are not in the library are kept and
    matched later, when their files are there. Importing a file again replaces what it gave before.
    """
    from audiorec.sources.importing import store_listens
    from audiorec.sources.listens_tables import read_listens

    def take(space: "Workspace", matcher: "Matcher", source: str, path: Path) -> "ImportReport":
        found = read_listens(path)
        return store_listens(space, matcher, source, found.rows, found.problems)

    _run(session, "listens", files, as_json, take)


@command.command("playlists")
@_FILES
@click.option("--user", required=True, metavar="NAME", help="Whose playlists these are.")
@_JSON
@pass_session
def playlists(session: Session, files: tuple[Path, ...], user: str, as_json: bool) -> None:
    """Import m3u or m3u8 FILES; every song in a playlist counts as one listen of --user."""
    from audiorec.sources.importing import store_listens
    from audiorec.sources.listens_tables import Listen
    from audiorec.sources.playlists import read_playlist

    def take(space: "Workspace", matcher: "Matcher", source: str, path: Path) -> "ImportReport":
        found = read_playlist(path)
        rows = [Listen(entry.line, user, entry.song, 1.0, None) for entry in found.entries]
        return store_listens(space, matcher, source, rows, found.problems)

    _run(session, "playlists", files, as_json, take)


@command.command("friends")
@_FILES
@_JSON
@pass_session
def friends(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Import CSV FILES of friendships: two names a row."""
    from audiorec.data.workspace import Workspace
    from audiorec.sources.friends_tables import read_friends
    from audiorec.sources.importing import source_of

    found = [(path, read_friends(path)) for path in files]
    with Workspace.open(session.workspace, write=True) as space:
        for path, file in found:
            space.add_friends(source_of(space, "friends", path), file.pairs)
    facts = [(str(path), len(file.pairs), [asdict(problem) for problem in file.problems]) for path, file in found]
    _print_simple("pairs", facts, as_json)


@command.command("songs")
@_FILES
@_JSON
@pass_session
def songs(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Import CSV or Parquet FILES of song id, title and artists: songs without sound, known by name only.

    Playlists that name songs by these ids then find them, and train-network and similar work with them.
    """
    from audiorec.data.workspace import Workspace
    from audiorec.sources.songs_tables import read_songs, store_songs

    found = [(path, read_songs(path)) for path in files]
    with Workspace.open(session.workspace, write=True) as space:
        for _, file in found:
            store_songs(space, file.songs)
    facts = [(str(path), len(file.songs), [asdict(problem) for problem in file.problems]) for path, file in found]
    _print_simple("songs", facts, as_json)


def _run(
    session: Session,
    kind: str,
    files: tuple[Path, ...],
    as_json: bool,
    take: Callable[["Workspace", "Matcher", str, Path], "ImportReport"],
) -> None:
    from audiorec.data.workspace import Workspace
    from audiorec.sources.importing import rematch, source_of
    from audiorec.sources.matching import Matcher

    reports = []
    with Workspace.open(session.workspace, write=True) as space:
        tracks = space.tracks()
        found_late = rematch(space)
        matcher = Matcher(tracks)
        with progress(f"importing {kind}", len(files), session.quiet) as advance:
            for path in files:
                reports.append(take(space, matcher, source_of(space, kind, path), path))
                advance(path.name)
    if as_json:
        facts = {"files": [asdict(report) for report in reports], "matched_late": found_late}
        console().print_json(json.dumps(facts, ensure_ascii=True))
        return
    _print_reports(kind, reports)
    if found_late:
        notes(session.quiet).print(f"{found_late} rows of earlier imports found their songs now")
    if not tracks:
        notes(session.quiet).print("No songs here yet: run audiorec extract FOLDER, and these listens will be matched.")


def _print_reports(kind: str, reports: list["ImportReport"]) -> None:
    rows = [
        (
            *(Path(report.file).name, f"{report.listens:.12g}", str(report.users), str(report.songs)),
            ", ".join(f"{count} by {how}" for how, count in sorted(report.by.items())) or "none",
            *(str(len(report.unmatched)), str(len(report.problems))),
        )
        for report in reports
    ]
    columns = ["file", "listens", "users", "songs", "rows matched", "not matched", "malformed"]
    print_table(f"Imported {kind}", columns, rows)
    missing = [(Path(r.file).name, str(row.line), row.song, row.reason) for r in reports for row in r.unmatched]
    _print_first("Not in the library (kept until the songs are there)", ["file", "line", "song", "why"], missing)
    problems = [(Path(r.file).name, str(row.line), row.reason) for r in reports for row in r.problems]
    _print_first("Rows that could not be used", ["file", "line", "why"], problems)


def _print_simple(what: str, facts: list[tuple[str, int, list[dict[str, Any]]]], as_json: bool) -> None:
    if as_json:
        files = [{"file": file, what: count, "problems": problems} for file, count, problems in facts]
        console().print_json(json.dumps({"files": files}))
        return
    rows = [(Path(file).name, str(count), str(len(problems))) for file, count, problems in facts]
    print_table(f"Imported {what}", ["file", what, "rows not used"], rows)
    problems = [(Path(file).name, str(p["line"]), str(p["reason"])) for file, _, found in facts for p in found]
    _print_first("Rows that could not be used", ["file", "line", "why"], problems)


def _print_first(title: str, columns: list[str], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        more = f", the first {SHOWN} of {len(rows)}" if len(rows) > SHOWN else ""
        print_table(title + more, columns, rows[:SHOWN])
