"""Songs that are known by name only: a CSV or Parquet list of id, title and artists, without any sound.

Playlists of a service name songs by its ids; with such a list the network knows their artists and titles, though no
file is there. Such a song has features only when its file comes; until then it is kept apart from what can be played.
"""

from dataclasses import dataclass
from pathlib import Path

from audiorec.data.catalogue import FileRecord, write_record
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.formats.text_file import UNREADABLE
from audiorec.sources.matching.path_endings import LISTED
from audiorec.sources.rows.contract import Unread
from audiorec.sources.tables.listens_tables import open_table


@dataclass(frozen=True)
class ListedSong:
    """One row: the id that playlists use, the title and the artists."""

    line: int
    key: str
    title: str
    artists: tuple[str, ...]


@dataclass(frozen=True)
class SongsFile:
    """The songs of one file, and the rows that could not be used."""

    songs: list[ListedSong]
    problems: list[Unread]


def read_songs(path: Path) -> SongsFile:
    """Read a list of songs; several artists are divided by `|` or `;`. Raises InputError for a missing column."""
    rows, columns, _ = open_table(path)
    key = next((columns[name] for name in ("song_id", "song", "track_id") if name in columns), None)
    if key is None or "title" not in columns:
        raise InputError(f"{path} needs the columns song_id and title, and artists where they are known")
    songs: list[ListedSong] = []
    problems: list[Unread] = []
    for line, values in rows:
        name, title, artist = (
            values[place].strip() if place is not None and place < len(values) else ""
            for place in (key, columns["title"], columns.get("artist"))
        )
        artists = tuple(part.strip() for part in artist.replace(";", "|").split("|") if part.strip())
        if UNREADABLE in name + title + artist or not values:
            problems.append(Unread(line, "bytes that are no text in the encoding of this file"))
        elif name and title:
            songs.append(ListedSong(line, name, title, artists))
        else:
            problems.append(Unread(line, "no song id" if title else "no title"))
    return SongsFile(songs, problems)


def store_songs(space: Workspace, songs: list[ListedSong]) -> None:
    """Give every song a place in the catalogue; a song that is there already gets its new title and artists."""
    named = {f"{LISTED}{song.key}".encode(): song for song in songs}
    space.add_paths(list(named))
    ids = {track.path: track.id for track in space.tracks()}
    with space.transaction() as db:
        for path, song in named.items():
            record = FileRecord(ids[path], 0, 0, "listed", "known by name only", title=song.title, artists=song.artists)
            write_record(db, record)
