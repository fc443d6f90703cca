"""`audiorec unmatched`: what was imported and has no song in the library, with the songs that it may mean beside."""

import csv
import json
import sys
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, notes, print_table
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.data.workspace import Workspace

_COLUMNS = ("rows", "artist", "title", "album", "path", "source", "why", "candidates")


@click.command("unmatched")
@click.option("--top", type=click.IntRange(1), default=30, show_default=True, help="How many songs the table shows.")
@click.option("--csv", "as_csv", is_flag=True, help="Print all of them as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print all of them as JSON.")
@pass_session
def command(session: Session, top: int, as_csv: bool, as_json: bool) -> None:
    """Show what waits for its song, what has most rows first, and which songs come nearest.

    It is matched again after every extract and import.
    """
    from audiorec.data.workspace import Workspace

    with Workspace.open(session.workspace) as space:
        found = _waiting(space, None if as_csv or as_json else top)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(found)
    elif as_json:
        console().print_json(json.dumps([dict(zip(_COLUMNS, row, strict=True)) for row in found]))
    elif found:
        shown = [(row[0], " - ".join(filter(None, row[1:3])) or row[4], *row[6:]) for row in found]
        print_table("Waiting for their songs", ["rows", "song", "why", "it may be"], shown)
    else:
        notes(session.quiet).print("Everything that was imported has its song.")


def _waiting(space: "Workspace", top: int | None) -> list[tuple[str, ...]]:
    from itertools import islice

    from audiorec.sources.importing import folder_of, waiting_songs
    from audiorec.sources.matching.matcher import Matcher

    tracks = space.tracks()
    matcher = Matcher(tracks)
    names = {track.id: f"{track.artist} - {track.title or track.shown_path}" for track in tracks}
    rows: list[tuple[str, ...]] = []
    for source, song, count in islice(waiting_songs(space), top):
        match = matcher.match(song, folder_of(source))
        near = match.candidates or matcher.near(song)
        may_be = "; ".join(f"{names[track]} ({track})" for track in near[:3])
        artists = ", ".join(song.artists)
        rows.append((str(count), artists, song.title, song.album, song.path, source, match.reason, may_be))
    return rows
