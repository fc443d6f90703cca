"""`audiorec network`: a picture of who listens to what around a user, a song or an artist."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiorec.cli.console import console, notes
from audiorec.cli.session import Session, pass_session

if TYPE_CHECKING:
    from audiorec.data.tracks import Track
    from audiorec.network.graph import Network


@click.command("network")
@click.option("--around", "name", required=True, metavar="X", help="A user, an artist, or a song.")
@click.option("--kind", type=click.Choice(("user", "artist", "song")), help="What X is, when it could be several.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write: .svg, .png or .graphml.")
@click.option("--nodes", default=60, show_default=True, type=click.IntRange(2, 500), help="How many nodes to show.")
@pass_session
def command(session: Session, name: str, kind: str | None, out: Path, nodes: int) -> None:
    """Draw the network around a user, a song or an artist."""
    from audiorec.data.workspace import Workspace
    from audiorec.network.around import Labels, around
    from audiorec.network.graph import build_network
    from audiorec.network.picture import lacks_glyphs, write_picture

    with Workspace.open(session.workspace) as space:
        tracks = space.tracks()
        network = build_network(space.interactions(every_song=True), tracks, space.friends())
    of, row, shown = _find(network, tracks, name, kind)
    titles = {track.id: track.title for track in tracks}
    labels = Labels(network.users, tuple(titles[int(song)] for song in network.songs), network.artists)
    graph = around(network, labels, of, row, nodes)
    write_picture(graph, out, f"Around the {of} {shown}")
    if out.suffix.lower() == ".png" and lacks_glyphs(label for _, label in graph.nodes(data="label")):
        notes(session.quiet).print("No font here has all the signs of these titles: an .svg shows them all.")
    console().print(f"{out}: {len(graph)} nodes and {graph.number_of_edges()} edges around the {of} {shown}")


def _find(network: "Network", tracks: list["Track"], name: str, kind: str | None) -> tuple[str, int, str]:
    """Kind, row and shown name of what a person means: a user first, then an artist, then a song."""
    from audiorec.errors import UnknownNameError
    from audiorec.sources.matching.matcher import find_artist, find_song

    if kind in (None, "user") and name in network.users:
        return "user", network.users.index(name), name
    if kind in (None, "artist"):
        try:
            artist = find_artist(network.artists, name)
            return "artist", network.artists.index(artist), artist
        except UnknownNameError:
            if kind == "artist":
                raise
    if kind in (None, "song"):
        track = find_song([track for track in tracks if track.status != "failed"], name)
        return "song", network.songs.tolist().index(track.id), f"{track.artist} - {track.title}"
    raise UnknownNameError(f"no user {name!r} among the listens; some are {', '.join(network.users[:3])}")
