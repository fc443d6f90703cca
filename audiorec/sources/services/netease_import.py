"""A crawl of NetEase Cloud Music on its way into the workspace: songs by name, plays and lists, comments, follows.

Songs that the library has are matched, the others become songs known by name only, so that everything that learns from
who plays what can use them. Comments are kept as events that weigh their feeling. It judges no words itself.
"""

from collections.abc import Iterator
from pathlib import Path

from audiorec.data.events import Event, write_events
from audiorec.data.workspace import Workspace
from audiorec.sources.importing import ImportReport, Owner, import_rows, pack, user_name
from audiorec.sources.matching.matcher import LISTED, Matcher
from audiorec.sources.rows.contract import Row
from audiorec.sources.services import netease
from audiorec.sources.tables.songs_tables import ListedSong, store_songs

_KEY = "netease:"  # before an id of the service: those of other lists look alike


def bring(space: Workspace, path: Path, judge: netease.Judge, owner: Owner) -> ImportReport:
    """Import what a crawl has found so far, in the place of what it had found before; raises InputError.

    judge: the feeling of a comment, from -1 to 1.
    """
    source = f"netease:{path.absolute()}"
    matcher = _matcher(space)
    listed = [
        ListedSong(0, _KEY + song.ids["netease"], song.title, song.artists)
        for song in netease.songs(path)
        if not (found := matcher.match(song)).candidates and found.track_id is None
    ]
    store_songs(space, listed)
    matcher = _matcher(space)
    report = import_rows(space, matcher, source, netease.read(path), owner)
    write_events(space.root, source, _events(netease.read(path, judge), matcher, owner))
    space.add_friends(source, [(user_name(one), user_name(other)) for one, other in netease.friends(path)])
    return report


def _matcher(space: Workspace) -> Matcher:
    """Matches with the library, and with the songs of earlier crawls by their ids."""
    tracks = space.tracks()
    start = f"{LISTED}{_KEY}".encode()
    keys = {track.path.removeprefix(start).decode(): track.id for track in tracks if track.path.startswith(start)}
    return Matcher(tracks, {("netease", key): track for key, track in keys.items()})


def _events(found: Iterator[object], matcher: Matcher, owner: Owner) -> Iterator[Event]:
    for row in found:
        if isinstance(row, Row):
            track = matcher.match(row.song).track_id
            yield (owner.of(row.user), track, pack(row.song), row.time, row.seconds, row.kind, row.weight, row.row)
