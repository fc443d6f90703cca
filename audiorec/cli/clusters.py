"""`audiorec clusters`: groups of songs that belong together, and how well apart they are."""

import json

import click

from audiorec.cli.console import console, print_table
from audiorec.cli.session import Session, pass_session

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
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every song's track id.")
@pass_session
def command(session: Session, by: str, network: str, as_json: bool) -> None:
    """Show groups of songs by their listeners, their sound or their words."""
    from audiorec.data.workspace import Workspace
    from audiorec.ranking.likeness import gather
    from audiorec.ranking.song_groups import song_groups

    with Workspace.open(session.workspace) as space:
        library = gather(space, network)
    groups, found = song_groups(library, by)
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
    print_table(
        f"{chosen.count} groups by {by} (silhouette {chosen.silhouette:.2f}, found again {chosen.stability:.2f})",
        ["", "songs", "most by", "in the middle"],
        rows,
    )
