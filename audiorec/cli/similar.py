"""`audiorec similar`: what is nearest to a song, an artist or a user, and by what; for a user also what is new."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from audiorec.cli.console import console, print_table
from audiorec.cli.session import Session, as_one, pass_session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from audiorec.data.workspace import Workspace
    from audiorec.ranking.similarity import Library

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
    help="With --user: users like her, or songs or artists new to her that the network leads to.",
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
        if asked.user is None:
            title, rows = _things(space, asked)
        elif asked.show == "users":
            title, rows = f"Users like {asked.user}", _users(space, asked.user, asked.top, asked.network)
        else:
            rows = _new(space, asked.user, asked.show, asked.top, asked.network)
            title = f"New {asked.show} for {asked.user} from the network"
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


def _things(space: "Workspace", asked: Options) -> tuple[str, list[dict[str, Any]]]:
    from audiorec.errors import InputError
    from audiorec.ranking.similarity import gather
    from audiorec.sources.matching import find_artist, find_song

    library = gather(space, asked.network)
    blocks = {name for name in library.blocks if not asked.by or name in asked.by}
    if not blocks:
        by = " and ".join(asked.by)
        raise InputError(f"nothing to compare by {by} yet: run audiorec train-network or extract first")
    if asked.song is not None:
        track = find_song(library.tracks, asked.song)
        rows = _songs(library, library.row[track.id], asked.top, blocks)
        return f"Songs like {track.artist} - {track.title} (by {', '.join(sorted(blocks))})", rows
    name = find_artist(library.artists, asked.artist or "")
    return f"Artists like {name} (by {', '.join(sorted(blocks))})", _artists(library, name, asked.top, blocks)


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


def _users(space: "Workspace", user: str, top: int, network: str) -> list[dict[str, Any]]:
    from audiorec.network.walks import common_songs, pattern
    from audiorec.ranking.similarity import user_likeness

    interactions = space.interactions(every_song=True)
    row = interactions.user_row(user)
    likeness = user_likeness(space, interactions, row, network)
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


def _new(space: "Workspace", user: str, show: str, top: int, network: str) -> list[dict[str, Any]]:
    """Songs or artists that the network leads a user to (rules of `network/lists.py`)."""
    from audiorec.network.graph import build_network
    from audiorec.network.lists import artists_by_network, songs_by_network

    interactions = space.interactions(every_song=True)
    row = interactions.user_row(user)
    tracks = {track.id: track for track in space.tracks()}
    whole = build_network(interactions, list(tracks.values()), space.friends())
    if show == "songs":
        found = songs_by_network(whole, row, top)
        songs = [tracks[int(whole.songs[one.row])] for one in found]
        return [
            {"track_id": song.id, "title": song.title, "artist": song.artist, "score": one.score, "by": one.by}
            for song, one in zip(songs, found, strict=True)
        ]
    labels = _groups_of_songs(space, network, whole.songs)
    artists = artists_by_network(whole, labels, row, top)
    return [{"artist": whole.artists[one.row], "score": one.score, "by": one.by} for one in artists]


def _groups_of_songs(space: "Workspace", network: str, songs: "NDArray[np.int64]") -> "NDArray[np.int64] | None":
    """The group of each song by the network's model; None without one, or when there are too few songs to group."""
    import numpy as np

    from audiorec.errors import InputError
    from audiorec.ranking.similarity import gather
    from audiorec.ranking.song_groups import song_groups

    library = gather(space, network)
    try:
        labels = song_groups(library, "network")[1].labels
    except InputError:
        return None
    return np.array([labels[library.row[song]] if song in library.row else -1 for song in songs.tolist()])


def _shown(by: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in sorted(by.items(), key=lambda item: -item[1]))
