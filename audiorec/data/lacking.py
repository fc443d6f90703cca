"""Why there is nothing to work with: no songs, no sound, no listens; in words that say what to do.

It reads the catalogue alone.
"""

import sqlite3

_FIRST = "run audiorec extract FOLDER first"


def no_songs(db: sqlite3.Connection) -> str:
    """Why no song can be used."""
    files = _count(db, "track WHERE present = 1")
    if files:
        which = "the one file here cannot" if files == 1 else f"none of the {files} files here can"
        return f"{which} be used: audiorec status --files says why"
    return f"no songs here yet: {_FIRST}"


def no_features(db: sqlite3.Connection) -> str:
    """Why no song has features."""
    if not _count(db, "track WHERE present = 1 AND status != 'failed'"):
        return no_songs(db)
    if _count(db, "track WHERE present = 1 AND status = 'listed'"):
        return f"the songs here are known by name only, without sound: {_FIRST}"
    return f"no features here yet: {_FIRST}"


def no_listens(db: sqlite3.Connection) -> str:
    """Why there are no listens to songs that can be used."""
    waiting = _count(db, "unmatched")
    if waiting:
        return (
            f"no listens here yet to songs of the library: {waiting} wait for theirs. See audiorec unmatched, and run"
            " audiorec extract with the folder that holds those songs"
        )
    if _count(db, "listen"):
        return (
            "no listens here to songs that can be used: those that were imported are to files that failed, are gone or"
            " have no sound. See audiorec status --files, and run audiorec extract FOLDER"
        )
    return "no listens here yet: run audiorec import auto FILE first"


def waits_for_extract(db: sqlite3.Connection) -> bool:
    """Whether no file can be used, and some were not described yet."""
    files = "track WHERE present = 1 AND status"
    return not _any(db, f"{files} NOT IN ('new', 'failed')") and _any(db, f"{files} = 'new'")


def has_waiting(db: sqlite3.Connection) -> bool:
    """Whether listens wait for their songs."""
    return _any(db, "unmatched")


def no_model(db: sqlite3.Connection, name: str, maker: str) -> str:
    """Why a model is not there: what its training lacks, else that `maker` makes it."""
    if not _any(db, "track WHERE present = 1 AND status != 'failed'"):
        return no_songs(db)
    if name != "network" and not _any(db, "feature"):
        return no_features(db)
    if name != "dcgan" and not _any(db, "listen"):
        return no_listens(db)
    return f"no {name} model here yet: run {maker} first"


def _any(db: sqlite3.Connection, rows: str) -> bool:
    return db.execute(f"SELECT 1 FROM {rows} LIMIT 1").fetchone() is not None


def _count(db: sqlite3.Connection, rows: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {rows}").fetchone()[0])
