"""Ids of songs in other servers, as their imports wrote them: what the plugins of those servers ask by.

It reads the events below `listens/`, where every row keeps its song as the source wrote it. It does not match songs.
"""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# Kinds of ids that belong to a media server; those of recordings (mbid, isrc) name no file of anybody's.
_SERVERS = ("subsonic", "navidrome", "jellyfin", "emby", "plex", "lyrion")


def foreign_ids(root: Path) -> dict[str, int]:
    """Track ids by the ids of media servers; files that cannot be read give none."""
    found: dict[str, int] = {}
    for path in sorted((root / "listens").glob("*/*.parquet")):
        try:
            table = pq.read_table(path, columns=["track_id", "song"])
        except (OSError, pa.ArrowException):
            continue  # half written, or of another version: an import makes it again
        matched = table.filter(pc.is_valid(table["track_id"])).group_by(["track_id", "song"]).aggregate([])
        for track, song in zip(matched["track_id"].to_pylist(), matched["song"].to_pylist(), strict=True):
            for item in _ids(song):
                found.setdefault(item, int(track))
    return found


def _ids(song: str | None) -> list[str]:
    try:
        ids = json.loads(song or "{}").get("ids") or {}
        return [str(ids[kind]) for kind in _SERVERS if ids.get(kind)]
    except (ValueError, AttributeError, TypeError):
        return []
