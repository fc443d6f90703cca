"""Listens as events: every single play, like or playlist entry, in Parquet shards below `listens/<source>/`."""

import pyarrow as pa

# One event. track_id: null while its song is not in the library; song: as written, JSON of a `WrittenSong`, so that it
# can be matched again; time: UTC seconds, null: unknown; kind: play, like, dislike, skip, never, playlist, star,
# rating, comment; weight: plays that the row stands for, or stars; row: its number in the source.
SCHEMA = pa.schema(
    [
        ("user", pa.string()),
        ("track_id", pa.int64()),
        ("song", pa.string()),
        ("time", pa.float64()),
        ("seconds", pa.float32()),
        ("kind", pa.string()),
        ("weight", pa.float32()),
        ("row", pa.int64()),
    ]
)
