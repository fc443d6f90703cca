"""What the API says of a song."""

from typing import Any

from audiorec.data.tracks import Track
from audiorec.serve.snapshot import Snapshot
from audiorec.sources.matching.path_endings import LISTED


def song_json(track: Track, plays: float = 0.0) -> dict[str, Any]:
    """What the API says of a song; paths stay inside."""
    return {
        "id": track.id,
        "title": track.title,
        "artist": track.artist,
        "artists": list(track.artists),
        "album": track.album,
        "year": track.year,
        "genre": track.genre,
        "seconds": round(track.seconds, 2),
        "sounds": not track.path.startswith(LISTED.encode()),
        "status": track.status,
        "plays": int(plays),
    }


def songs_json(snapshot: Snapshot, rows: list[int]) -> list[dict[str, Any]]:
    """Songs by row, in order."""
    plays = snapshot.plays()
    return [song_json(snapshot.tracks[row], float(plays[row])) for row in rows]
