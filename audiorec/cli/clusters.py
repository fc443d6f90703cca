"""`audiorec clusters`: groups of songs that belong together, how well apart they are, and what they hold for a user."""

import json
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, counted, print_table
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.data.interactions import Interactions
    from audiorec.ranking.clusters import Clusters
    from audiorec.ranking.similarity import Library

_SHOWN = 3  # artists and songs of a group in the table


@click.command("clusters")
@click.option("--by", type=click.Choice(("sound", "words", "network")), default="network", show_default=True)
@click.option(
    "--network",
    type=click.Choice(("spectral", "ae", "vae", "gae")),
    default="spectral",
    show_default=True,
    help="Which model of the network.",
)
@click.option(
    "--user",
    metavar="NAME",
    help="For each song of this user, the most similar song of its group that they do not have.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every song's track id.")
@pass_session
def command(session: Session, by: str, network: str, user: str | None, as_json: bool) -> None:
    """Show groups of songs by their listeners, their sound or their words."""
    from audiorec.data.workspace import Workspace
    from audiorec.ranking.similarity import gather
    from audiorec.ranking.song_groups import song_groups

    with Workspace.open(session.workspace) as space:
        library = gather(space, network)
        listens = space.interactions(every_song=True) if user is not None else None
    groups, found = song_groups(library, by)
    if user is not None and listens is not None:
        _show_for(user, listens, library, by, found, as_json)
        return
    tracks = library.tracks
    if as_json:
        listed = [
            {"songs": len(one.rows), "artists": one.artists, "track_ids": [tracks[row].id for row in one.rows]}
            for one in groups
        ]
        tried = [
            {"groups": one.count, "silhouette": round(one.silhouette, 4), "stability": round(one.stability, 4)}
            for one in found.judged
        ]
        console().print_json(json.dumps({"groups": listed, "tried": tried}))
        return
    rows = [
        (
            str(place),
            str(len(one.rows)),
            ", ".join(one.artists[:_SHOWN]),
            ", ".join(tracks[row].title for row in one.rows[:_SHOWN]),
        )
        for place, one in enumerate(groups, start=1)
    ]
    chosen = next(one for one in found.judged if one.count == len(found.centres))
    judged = f"silhouette {chosen.silhouette:.2f}, found again {chosen.stability:.2f}"
    print_table(
        f"{counted(chosen.count, 'group')} by {by} ({judged})",
        ["", "songs", "most by", "in the middle"],
        rows,
    )


def _show_for(
    user: str, listens: "Interactions", library: "Library", by: str, found: "Clusters", as_json: bool
) -> None:
    """The list of `ranking/song_groups.py`, the user's most played songs first."""
    import numpy as np

    from audiorec.ranking.song_groups import by_groups

    counts = listens.counts[[listens.user_row(user)]].toarray()[0]
    order = [column for column in np.argsort(-counts, kind="stable") if counts[column] > 0]
    own = [library.row[int(listens.items[column])] for column in order if int(listens.items[column]) in library.row]
    block, tracks = library.blocks[by], library.tracks
    songs = by_groups(block.vectors, found.labels, own)
    if as_json:
        listed = [
            {
                "track_id": tracks[one.song].id,
                "title": tracks[one.song].title,
                "artist": tracks[one.song].artist,
                "beside": tracks[one.beside].id,
                "likeness": round(one.likeness, 4),
            }
            for one in songs
        ]
        console().print_json(json.dumps(listed))
        return
    rows = [
        (tracks[one.song].artist, tracks[one.song].title, tracks[one.beside].title, f"{one.likeness:.2f}")
        for one in songs
    ]
    print_table(f"For {user}, by {by}", ["artist", "song", "beside their own", "likeness"], rows)
