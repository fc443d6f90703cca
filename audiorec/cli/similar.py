"""`audiorec similar`: the songs, artists or users nearest to one, and by what."""

import json
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, print_table
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.data.workspace import Workspace
    from audiorec.ranking.likeness import Library

_BY = ("sound", "words", "network")


@click.command("similar")
@click.option("--song", metavar="SONG", help="A track id, a path, or `artist - title`.")
@click.option("--artist", metavar="NAME", help="An artist.")
@click.option("--user", metavar="NAME", help="A user.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(min=1), help="How many to show.")
@click.option("--by", type=click.Choice(_BY), multiple=True, help="Compare by this only; may be given again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def command(
    session: Session,
    song: str | None,
    artist: str | None,
    user: str | None,
    top: int,
    by: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what is most like a song, an artist or a user: by sound, words and listeners."""
    from audiorec.data.workspace import Workspace

    if sum(value is not None for value in (song, artist, user)) != 1:
        raise click.UsageError("give one of --song, --artist and --user")
    with Workspace.open(session.workspace) as space:
        if user is not None:
            title, rows = f"Users like {user}", _users(space, user, top)
        else:
            title, rows = _things(space, song, artist, top, by)
    if as_json:
        console().print_json(json.dumps(rows))
        return
    names = [key for key in ("track_id", "artist", "title", "user", "songs_in_common") if rows and key in rows[0]]
    columns = ["", *(name.replace("_", " ") for name in names), "likeness", "by"]
    table = [
        (str(place), *(str(row[name]) for name in names), f"{row['score']:.3f}", _shown(row["by"]))
        for place, row in enumerate(rows, start=1)
    ]
    print_table(title, columns, table)


def _things(
    space: "Workspace", song: str | None, artist: str | None, top: int, by: tuple[str, ...]
) -> tuple[str, list[dict[str, Any]]]:
    from audiorec.data.matching import find_artist, find_song
    from audiorec.errors import InputError
    from audiorec.ranking.likeness import gather

    library = gather(space)
    blocks = {name for name in library.blocks if not by or name in by}
    if not blocks:
        raise InputError(f"nothing to compare by {' and '.join(by)} yet: run audiorec train-network or extract first")
    if song is not None:
        track = find_song(library.tracks, song)
        rows = _songs(library, library.row[track.id], top, blocks)
        return f"Songs like {track.artist} - {track.title} (by {', '.join(sorted(blocks))})", rows
    name = find_artist(library.artists, artist or "")
    return f"Artists like {name} (by {', '.join(sorted(blocks))})", _artists(library, name, top, blocks)


def _songs(library: "Library", row: int, top: int, names: set[str]) -> list[dict[str, Any]]:
    from audiorec.ranking.neighbours import nearest

    found = nearest({name: library.blocks[name] for name in sorted(names)}, row, top)
    return [
        {
            "track_id": library.tracks[near.row].id,
            "path": library.tracks[near.row].shown_path,
            "title": library.tracks[near.row].title,
            "artist": library.tracks[near.row].artist,
            "score": near.score,
            "by": near.by,
        }
        for near in found
    ]


def _artists(library: "Library", name: str, top: int, names: set[str]) -> list[dict[str, Any]]:
    from audiorec.ranking.neighbours import nearest

    known = list(library.artists)
    blocks = {key: block for key, block in library.artist_blocks().items() if key in names}
    found = nearest(blocks, known.index(name), top)
    return [{"artist": known[near.row], "score": near.score, "by": near.by} for near in found]


def _users(space: "Workspace", user: str, top: int) -> list[dict[str, Any]]:
    from audiorec.features.network import common_songs, pattern
    from audiorec.ranking.likeness import user_likeness

    interactions = space.interactions(every_song=True)
    row = interactions.user_row(user)
    likeness = user_likeness(space, interactions, row)
    common = common_songs(pattern(interactions.counts), row)
    return [
        {
            "user": interactions.users[near.row],
            "songs_in_common": int(common[near.row]),
            "score": near.score,
            "by": near.by,
        }
        for near in likeness[:top]
    ]


def _shown(by: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in sorted(by.items(), key=lambda item: -item[1]))
