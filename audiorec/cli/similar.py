"""`audiorec similar`: what is nearest to a song, an artist or a user, and by what; for a user also what is new."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, print_table
from audiorec.cli.session import Session, as_one, pass_session

if TYPE_CHECKING:
    from audiorec.data.workspace import Workspace

_BY = ("sound", "words", "network")
_COLUMNS = ("track_id", "artist", "title", "user", "songs_in_common")


@dataclass(frozen=True)
class Options:
    """What is asked for: the options of the command line."""

    song: str | None
    artist: str | None
    user: str | None
    show: str
    top: int
    by: tuple[str, ...]
    network: str
    as_json: bool


@click.command("similar")
@click.option("--song", metavar="SONG", help="A track id, a path, or `artist - title`.")
@click.option("--artist", metavar="NAME", help="An artist.")
@click.option("--user", metavar="NAME", help="A user.")
@click.option(
    "--show",
    type=click.Choice(("users", "songs", "artists")),
    default="users",
    show_default=True,
    help="With --user: users like them, or songs or artists new to them that the network leads to.",
)
@click.option("--top", default=10, show_default=True, type=click.IntRange(min=1), help="How many to show.")
@click.option("--by", type=click.Choice(_BY), multiple=True, help="Compare by this only; may be given again.")
@click.option(
    "--network",
    type=click.Choice(("spectral", "ae", "vae", "gae")),
    default="spectral",
    show_default=True,
    help="Which model of the network.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@as_one(Options)
def command(session: Session, asked: Options) -> None:
    """Show what is most like a song, an artist or a user: by sound, words and listeners."""
    from audiorec.data.workspace import Workspace

    if sum(value is not None for value in (asked.song, asked.artist, asked.user)) != 1:
        raise click.UsageError("give one of --song, --artist and --user")
    if asked.show != "users" and asked.user is None:
        raise click.UsageError("--show songs and --show artists go with --user")
    if asked.by and asked.user is not None:
        raise click.UsageError("--by goes with --song and --artist")
    with Workspace.open(session.workspace) as space:
        title, rows = _things(space, asked) if asked.user is None else _for_user(space, asked, asked.user)
    if asked.as_json:
        console().print_json(json.dumps(rows))
        return
    names = [key for key in _COLUMNS if rows and key in rows[0]]
    columns = ["", *(name.replace("_", " ") for name in names), "likeness" if asked.show == "users" else "share", "by"]
    table = [
        (str(place), *(str(row[name]) for name in names), f"{row['score']:.3f}", _shown(row["by"]))
        for place, row in enumerate(rows, start=1)
    ]
    print_table(title, columns, table)


def _for_user(space: "Workspace", asked: Options, user: str) -> tuple[str, list[dict[str, Any]]]:
    from audiorec.ranking.similar_users import new_for, users_like

    if asked.show == "users":
        return f"Users like {user}", users_like(space, user, asked.top, asked.network)
    found = new_for(space, user, asked.show, asked.top, asked.network)
    return f"New {asked.show} for {user} from the network", found


def _things(space: "Workspace", asked: Options) -> tuple[str, list[dict[str, Any]]]:
    from audiorec.ranking.similar_lists import artist_row, artists_like, compared, song_row, songs_like
    from audiorec.ranking.similarity import gather

    library = gather(space, asked.network)
    if asked.song is not None:
        row = song_row(library, asked.song)
        track, by = library.tracks[row], ", ".join(compared(library.blocks, asked.by, row))
        title = f"Songs like {track.artist or 'unknown artist'} - {track.title} (by {by})"
        return title, songs_like(library, row, asked.top, asked.by)
    row = artist_row(library, asked.artist or "")
    by = ", ".join(compared(library.artist_blocks, asked.by, row))
    return f"Artists like {library.artists[row]} (by {by})", artists_like(library, row, asked.top, asked.by)


def _shown(by: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in sorted(by.items(), key=lambda item: -item[1]))
