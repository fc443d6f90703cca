"""`audiorec tracks`: every song of the library with what its tags say."""

import json

import click

from audiorec.cli.console import console, counted, print_table
from audiorec.cli.session import Session, pass_session


@click.command("tracks")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def command(session: Session, as_json: bool) -> None:
    """List every song: artists, title, album, length, plays, and how reading it went."""
    from audiorec.library import Library

    tracks = Library(session.workspace).tracks()
    if as_json:
        console().print_json(json.dumps(tracks, ensure_ascii=True))
        return
    has_tags = any(track["sound_tags"] for track in tracks)
    rows = [
        (
            *(str(track["id"]), ", ".join(track["artists"]), track["title"] or track["path"], track["album"]),
            *(
                f"{round(track['seconds']) // 60}:{round(track['seconds']) % 60:02d}",
                str(track["plays"]),
                track["status"],
            ),
            *([", ".join(track["sound_tags"][:3])] if has_tags else []),
        )
        for track in tracks
    ]
    columns = ["id", "artists", "title", "album", "length", "plays", "status", *(["sound tags"] * has_tags)]
    print_table(counted(len(tracks), "song"), columns, rows)
