"""Listens that wait for their song, as batches that a workspace takes."""

import pyarrow as pa

from audiorec.data.events import SCHEMA


def waiting(*users: str, song: str = "{}") -> list[pa.RecordBatch]:
    """One play of each user, of a song that is not in the library."""
    rows = [{"user": user, "song": song, "kind": "play", "weight": 1.0, "row": row} for row, user in enumerate(users)]
    return [pa.RecordBatch.from_pylist(rows, schema=SCHEMA)]
