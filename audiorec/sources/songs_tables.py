"""Songs that are known by name only: a CSV or Parquet list of id, title and artists, without any sound.

Playlists of a service name songs by its ids; with such a list the network knows their artists and titles, though no
file is there. Such a song has features only when its file comes; until then it is kept apart from what can be played.
"""

from dataclasses import dataclass
from pathlib import Path

from audiorec.data.catalogue import FileRecord, write_record
from audiorec.data.workspace import Workspace
from audiorec.sources.listens_tables import Problem, read_records
from audiorec.sources.matching import LISTED

NEEDED = ("song", "title")


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
    problems: list[Problem]


def read_songs(path: Path) -> SongsFile:
    """Read a list of songs; several artists are divided by `|` or `;`. Raises InputError for a missing column."""
    records, columns = read_records(path, NEEDED)
    songs: list[ListedSong] = []
    problems: list[Problem] = []
    for line, values in records:
        field = {name: values[place].strip() if place < len(values) else "" for name, place in columns.items()}
        artists = tuple(part.strip() for part in field.get("artist", "").replace(";", "|").split("|") if part.strip())
        if field["song"] and field["title"]:
            songs.append(ListedSong(line, field["song"], field["title"], artists))
        else:
            problems.append(Problem(line, "no song id" if field["title"] else "no title"))
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
