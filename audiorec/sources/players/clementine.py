"""Clementine: the database of the player's library (`clementine.db`), whose rows are those of Strawberry."""

from pathlib import Path

from audiorec.sources.formats.sqlite_files import has_tables
from audiorec.sources.players import strawberry


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a database of Clementine, which calls the place of a song its filename."""
    return has_tables(path, head, {"songs": "filename", "schema_version": ""}) and not strawberry.recognises(path, head)


read = strawberry.read
