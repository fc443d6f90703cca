"""Fingerprints of what a catalogue holds: by them models and derived arrays know whether they are of today's workspace.

Times of training play no part. It does not know files.
"""

import hashlib
import sqlite3

from audiorec.data import listen_marks


def of_inputs(db: sqlite3.Connection, models: dict[str, int]) -> dict[str, str]:
    """Of what models are trained on: features, an encoder's output (if any), listens, the latest `models`."""
    used = dict(db.execute("SELECT key, value FROM setting WHERE key IN ('features', 'heard') AND value != ''"))
    digests = {key: digest if key == "features" else f"heard-{digest}" for key, digest in used.items()}
    known = {key: f"{digest} {_songs_described(db, digest)}" for key, digest in digests.items()}
    versions = {f"model {name}": str(version) for name, version in models.items()}
    return {"features": "", **known, "listens": listen_marks.fingerprint(db), **versions}


def of_songs(db: sqlite3.Connection) -> str:
    """Of which songs are present, where their files lie and when these were read last: 16 hex digits."""
    found = hashlib.sha256()
    for row in db.execute("SELECT id, path, mtime_ns FROM track WHERE present = 1 ORDER BY id"):
        found.update(b"%d %s %d\n" % row)
    return found.hexdigest()[:16]


def of_tags(db: sqlite3.Connection) -> str:
    """Of the present songs' paths, tags and states: 16 hex digits."""
    columns = "id", "path", "title", "artists", "album", "coalesce(year, '')", "genre", "seconds", "status", "reason"
    # As one blob a row: half the time of a tuple, and paths need not be text.
    row = " || char(31) || ".join((*columns, "album_artist"))
    found = hashlib.sha256()
    for (song,) in db.execute(f"SELECT CAST({row} AS BLOB) FROM track WHERE present = 1 ORDER BY id"):
        found.update(song + b"\n")
    return found.hexdigest()[:16]


def _songs_described(db: sqlite3.Connection, digest: str) -> str:
    """Which songs have features: how many, of which last shard, and which of them are away."""
    songs, shard, away = db.execute(
        "SELECT coalesce(sum(present), 0), coalesce(max(shard_id), 0), total(track_id * (1 - present))"
        " FROM feature JOIN track ON track.id = feature.track_id WHERE digest = ?",
        (digest,),
    ).fetchone()
    return f"{songs} songs, shard {shard}" + (f", without {away:.0f}" if away else "")
