"""Rows on their way into the workspace: matched with the library and counted; what has no song yet waits for it.

A file is one source: importing it again replaces what it gave before, also from another place when its bytes are the
same. Of logs of single plays a later export adds what is new, whatever its name. It does not read files and services;
the readers of the registry do.
"""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa

from audiorec.data.event_shards import PLAYS
from audiorec.data.events import SCHEMA
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.contract import Row, Unread, WrittenSong
from audiorec.sources.matching import Match, Matcher, shown
from audiorec.sources.no_music import files_below

SHOWN = 1000  # rows without a song or that could not be read that a report names; all are counted
_HELD = 200_000  # rows that are held back at most
_AT_ONCE = 50_000  # rows that become one batch of events
# Kinds of which every row with a time is one play: a later export holds the same rows again. Other sources tell totals
# with the time of the last play, and those replace the earlier counts.
_LOGS = frozenset({"spotify", "listenbrainz", "lastfm", "maloja", "panoscrobbler", "scrobbler-log", "youtube-music"})


class NobodyError(InputError):
    """A row is nobody's."""


@dataclass(frozen=True)
class Owner:
    """Whose the rows are. user: where the source names nobody; instead: whoever the source names."""

    user: str = ""
    instead: str = ""

    def of(self, name: str) -> str:
        """The user of a row; raises NobodyError where nobody is named."""
        owner = user_name(self.instead or name or self.user)
        if not owner:
            raise NobodyError("it does not say whose listens these are: add --user NAME")
        return owner


def user_name(text: str) -> str:
    """A user's name as it is kept: composed letters (NFC), no space around it."""
    return unicodedata.normalize("NFC", text).strip()


@dataclass(frozen=True)
class Unmatched:
    """A row whose song is not in the library (yet), or of which several songs may be meant."""

    line: int
    song: str
    reason: str


@dataclass
class ImportReport:
    """What became of one file. `by` counts the matched rows by reading (path, id, name).

    guessed: the encoding of a text by which other letters may be meant. waiting and ambiguous count rows without a
    song, of which `unmatched` names the first; skipped counts by reason the entries that are meant to give no row, and
    unread those that could not be read, of which `problems` names the first.
    """

    file: str
    source: str
    guessed: str = ""
    rows: int = 0
    listens: float = 0.0
    users: int = 0
    songs: int = 0
    by: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    ambiguous: int = 0
    without_time: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    unread: int = 0
    unmatched: list[Unmatched] = field(default_factory=list)
    problems: list[Unmatched] = field(default_factory=list)


def source_of(space: Workspace, kind: str, path: Path) -> str:
    """The name under which a file's rows are kept: that of an earlier import of the same bytes, else its own path."""
    digest = _digest(path)
    own = f"{kind}:{path.absolute()}"
    known = dict(space.db.execute("SELECT key, value FROM setting WHERE key LIKE 'import %'"))
    same = [key.removeprefix("import ") for key, value in sorted(known.items()) if value == digest]
    source = next((name for name in same if name.startswith(f"{kind}:")), own)
    with space.transaction() as db:
        db.execute("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (f"import {source}", digest))
    return source


def import_rows(
    space: Workspace, matcher: Matcher, source: str, found: Iterable[Row | Unread], owner: Owner
) -> ImportReport:
    """Store what one source says; rows of songs that are not in the library are kept apart, none is dropped.

    Raises InputError when a row is nobody's; nothing is stored then.
    """
    report = ImportReport(source.partition(":")[2], source.partition(":")[0])
    try:
        _store(space, source, _matched(matcher, found, owner, folder_of(source), report))
    except NobodyError as error:
        raise NobodyError(f"{report.file}: {error}") from error
    return report


def _matched(
    matcher: Matcher, found: Iterable[Row | Unread], owner: Owner, folder: Path | None, report: ImportReport
) -> Iterator[tuple[str, Row, Match]]:
    """Users, rows and matches, and the report filled on the way."""
    by, skipped = Counter[str](), Counter[str]()
    users, songs = dict[str, str](), set[int]()
    for row in _ids_alone_last(found):
        if isinstance(row, Unread):
            _note_unread(row, report, skipped)
            continue
        user = users[row.user] if row.user in users else users.setdefault(row.user, owner.of(row.user))
        match = matcher.match(row.song, folder)
        report.rows += 1
        report.without_time += row.time is None
        if match.track_id is None:
            _note_unmatched(row, match, report)
        else:
            by[match.how] += 1
            songs.add(match.track_id)
            report.listens += _plays(row)
        yield user, row, match
    report.users, report.songs = len(set(users.values())), len(songs)
    report.by, report.skipped = dict(by), dict(skipped)


def _ids_alone_last(found: Iterable[Row | Unread]) -> Iterator[Row | Unread]:
    """The same rows; those that know an id alone come after the others of the source have named its song."""
    held: list[Row] = []
    for row in found:
        song = None if isinstance(row, Unread) else row.song
        if isinstance(row, Row) and song and not (song.title or song.path) and len(held) < _HELD:
            held.append(row)
        else:
            yield row
    yield from held


def _note_unread(row: Unread, report: ImportReport, skipped: Counter[str]) -> None:
    if row.skipped:
        skipped[row.reason] += 1
        return
    report.unread += 1
    if len(report.problems) < SHOWN:
        report.problems.append(Unmatched(row.row, "", row.reason))


def _note_unmatched(row: Row, match: Match, report: ImportReport) -> None:
    if match.candidates:
        report.ambiguous += 1
    else:
        report.waiting += 1
    if len(report.unmatched) < SHOWN:
        report.unmatched.append(Unmatched(row.row, shown(row.song), match.reason))


def _plays(row: Row) -> float:
    """How many plays a row stands for."""
    plays = PLAYS.get(row.kind, 0.0)
    return row.weight if plays is None else plays


def _store(space: Workspace, source: str, rows: Iterable[tuple[str, Row, Match]]) -> None:
    """Keep the rows of a source: the one place that knows how listens are stored."""
    if source.partition(":")[0] in _LOGS:
        space.add_events(source, _events(rows))
        return
    space.add_table(
        source,
        (
            # Only what waits for its song is kept as it was written.
            (number, user, match.track_id, pack(row.song) if match.track_id is None else "", plays, row.time)
            for number, (user, row, match) in enumerate(rows, start=1)
            if (plays := _plays(row))
        ),
    )


def _events(rows: Iterable[tuple[str, Row, Match]]) -> Iterator[pa.RecordBatch]:
    """The rows as batches of events."""
    rest = iter(rows)
    while part := list(islice(rest, _AT_ONCE)):
        yield pa.RecordBatch.from_arrays(
            [
                pa.array([user for user, _, _ in part], pa.string()),
                pa.array([match.track_id for _, _, match in part], pa.int64()),
                pa.array([pack(row.song) for _, row, _ in part], pa.string()),
                pa.array([row.time for _, row, _ in part], pa.float64()),
                pa.array([row.seconds for _, row, _ in part], pa.float32()),
                pa.array([row.kind for _, row, _ in part], pa.string()),
                pa.array([row.weight for _, row, _ in part], pa.float32()),
                pa.array([row.row for _, row, _ in part], pa.int64()),
            ],
            schema=SCHEMA,
        )


def rematch(space: Workspace) -> int:
    """Try again to match what earlier imports could not; returns how many rows found their song."""
    waiting = list(space.db.execute("SELECT DISTINCT source, song FROM unmatched ORDER BY source, song"))
    if not waiting:
        return 0
    matcher, found = Matcher(space.tracks()), dict[str, dict[str, int]]()
    for source, song in waiting:
        match = matcher.match(unpack(song), folder_of(source))
        if match.track_id is not None:
            found.setdefault(source, {})[song] = match.track_id
    # The shards first: when this is cut off, the rows still wait, and the next time both are brought up.
    for source, tracks in found.items():
        space.resolve_events(source, tracks)
    return space.resolve_waiting(found)


def waiting_songs(space: Workspace) -> Iterator[tuple[str, WrittenSong, int]]:
    """Source, song and number of rows of everything that waits for its song, those with the most rows first."""
    query = "SELECT source, song, count(*) FROM unmatched GROUP BY source, song ORDER BY count(*) DESC, song"
    for source, song, rows in space.db.execute(query):
        yield source, unpack(song), rows


def folder_of(source: str) -> Path | None:
    """The folder of a source that is a file: where its relative paths start."""
    path = source.partition(":")[2]
    return Path(path).parent if path.startswith("/") else None


def pack(song: WrittenSong) -> str:
    """A written song as JSON; what is empty is left out."""
    values = {
        "artists": song.artists,
        "title": song.title,
        "album": song.album,
        "path": song.path,
        "ids": dict(song.ids),
        "seconds": song.seconds,
    }
    return json.dumps({key: value for key, value in values.items() if value}, ensure_ascii=False)


def unpack(text: str) -> WrittenSong:
    """The song of `pack`, and of what versions before 0.3 stored: a single artist and a track id."""
    values = json.loads(text)
    if "artist" in values or "track_id" in values:
        artist, track = values.get("artist", ""), values.get("track_id")
        ids = {"song": values.get("path", ""), **({"track": str(track)} if track is not None else {})}
        return WrittenSong((artist,) if artist else (), values.get("title", ""), "", values.get("path", ""), ids)
    values["artists"] = tuple(values.get("artists", ()))
    return WrittenSong(**values)


def _digest(path: Path) -> str:
    """Of a file's bytes, or of the bytes of all files in a folder."""
    digest = hashlib.sha256()
    try:
        for file in files_below(path) if path.is_dir() else [path]:
            with file.open("rb") as opened:
                while block := opened.read(1 << 20):
                    digest.update(block)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    return digest.hexdigest()
