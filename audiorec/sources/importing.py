"""Listens on their way into the workspace: matched with the library, counted, and what did not match kept for later.

A file is one source: importing it again replaces what it gave before, also from another place when its bytes are the
same. It does not read files; `listens_file.py` and `playlists.py` do.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from audiorec.data.workspace import Workspace
from audiorec.sources.listens_tables import Listen, Problem
from audiorec.sources.matching import Match, Matcher, SongName
from audiorec.sources.text_file import read_bytes


@dataclass(frozen=True)
class Unmatched:
    """A row whose song is not in the library (yet)."""

    line: int
    song: str
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """What became of one file. `by` counts the matched rows by reading (id, path, name)."""

    file: str
    rows: int
    listens: float
    users: int
    songs: int
    by: dict[str, int]
    unmatched: list[Unmatched]
    problems: list[Problem]


def source_of(space: Workspace, kind: str, path: Path) -> str:
    """The name under which a file's rows are kept: that of an earlier import of the same bytes, else its own path."""
    digest = hashlib.sha256(read_bytes(path)).hexdigest()
    own = f"{kind}:{path.absolute()}"
    known = dict(space.db.execute("SELECT key, value FROM setting WHERE key LIKE 'import %'"))
    same = [key.removeprefix("import ") for key, value in sorted(known.items()) if value == digest]
    source = next((name for name in same if name.startswith(f"{kind}:")), own)
    with space.transaction() as db:
        db.execute("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (f"import {source}", digest))
    return source


def store_listens(
    space: Workspace, matcher: Matcher, source: str, rows: Sequence[Listen], problems: list[Problem]
) -> ImportReport:
    """Store what one source said; rows of songs that are not in the library are kept apart, none is dropped."""
    folder = _folder_of(source)
    matched: list[tuple[str, int, float, float | None]] = []
    kept: list[tuple[int, str, str, float, float | None]] = []
    missing: list[Unmatched] = []
    by: Counter[str] = Counter()
    seen: dict[SongName, Match] = {}
    for row in rows:
        if row.song not in seen:
            seen[row.song] = matcher.match(row.song, folder)
        match = seen[row.song]
        if match.track_id is None:
            missing.append(Unmatched(row.line, row.song.shown, match.reason))
            kept.append((row.line, row.user, _pack(row.song), row.count, row.time))
        else:
            by[match.how] += 1
            matched.append((row.user, match.track_id, row.count, row.time))
    space.add_listens(source, matched)
    space.add_unmatched(source, kept)
    users, songs = {row[0] for row in matched}, {row[1] for row in matched}
    listens = sum(row[2] for row in matched)
    return ImportReport(_path_of(source), len(rows), listens, len(users), len(songs), dict(by), missing, problems)


def rematch(space: Workspace) -> int:
    """Try again to match what earlier imports could not; returns how many rows found their song."""
    rows = list(space.db.execute("SELECT source, line, user, song, count, time FROM unmatched ORDER BY source, line"))
    if not rows:
        return 0
    matcher = Matcher(space.tracks())
    found = []
    for source, line, user, song, count, time in rows:
        match = matcher.match(_unpack(song), _folder_of(source))
        if match.track_id is not None:
            found.append((source, line, user, match.track_id, count, time))
    _move(space, found)
    return len(found)


def shown_song(packed: str) -> str:
    """The song of an `unmatched` row as a person would write it."""
    return _unpack(packed).shown


def _move(space: Workspace, found: Iterable[tuple[str, int, str, int, float, float | None]]) -> None:
    # One transaction: a row is either not matched yet or a listen, whatever happens in between.
    with space.transaction() as db:
        for source, line, user, track, count, time in found:
            db.execute(
                "INSERT INTO listen (source, user, track_id, count, time) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (source, user, track_id) DO UPDATE SET count = count + excluded.count,"
                " time = max(coalesce(time, excluded.time), coalesce(excluded.time, time))",
                (source, user, track, count, time),
            )
            db.execute("DELETE FROM unmatched WHERE source = ? AND line = ?", (source, line))


def _path_of(source: str) -> str:
    return source.partition(":")[2]


def _folder_of(source: str) -> Path:
    return Path(_path_of(source)).parent


def _pack(song: SongName) -> str:
    return json.dumps({key: value for key, value in asdict(song).items() if value}, ensure_ascii=False)


def _unpack(text: str) -> SongName:
    return SongName(**json.loads(text))
