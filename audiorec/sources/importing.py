"""Rows on their way into the workspace: matched with the library and counted; what has no song yet waits for it.

A file is one source: importing it again replaces what it gave before, also from another place when its bytes are the
same. Of logs of single plays a later export adds what is new, whatever its name. It does not read files and services;
the readers of the registry do.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from audiorec.data.event_shards import plays
from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.formats.no_music import files_below
from audiorec.sources.matching.matcher import Match, Matcher, shown
from audiorec.sources.rows.contract import ARTIST, SERVERS, Row, Unread, WrittenSong
from audiorec.sources.rows.row_blocks import KINDS, Block, Integers, in_blocks

SHOWN = 1000  # rows without a song or that could not be read that a report names; all are counted
_HELD = 200_000  # of so many rows that are held back no more are
# Kinds of which every row with a time is one play: a later export holds the same rows again. Other sources tell totals
# with the time of the last play, and those replace the earlier counts.
_LOGS = frozenset(
    ("spotify", "listenbrainz", "lastfm", "maloja", "koito", "panoscrobbler", "scrobbler-log", "rockbox", "deezer",
     "youtube-music", "apple-music", "playback-reporting", "tautulli")
)  # fmt: skip


# Of these a later export may name artists whom an earlier one left out, and tells totals beside the plays.
_UNNAMED = frozenset(("apple-music",))


class NobodyError(InputError):
    """A row is nobody's."""


_SERVER_IDS = frozenset(server + what for server in SERVERS for what in ("", ARTIST))


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
    space: Workspace, matcher: Matcher, source: str, found: Iterable[Row | Unread | Block], owner: Owner
) -> ImportReport:
    """Store what one source says; rows of songs that are not in the library are kept apart, none is dropped.

    Raises InputError when a row is nobody's; nothing is stored then.
    """
    kind, _, file = source.partition(":")
    report = ImportReport(file, kind)
    known = _Known(matcher, owner, folder_of(source), kind)
    batches = _batches(_ids_alone_last(in_blocks(found)), known, report)
    try:
        if kind in _UNNAMED:
            space.add_events(source, batches, _without_artists)
            space.forget_totals(source)
            _name_earlier(space, kind, known.named)
        elif kind in _LOGS:
            space.add_events(source, batches)
        else:
            space.add_table(source, batches)
        space.add_server_ids(source, known.server_ids)
    except NobodyError as error:
        raise NobodyError(f"{report.file}: {error}") from error
    return report


def _ids_alone_last(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same rows; those that know an id alone come after the others of the source have named its song."""
    held, rows = list[Block](), 0
    for block in blocks:
        used, place = np.unique(block.song, return_inverse=True)
        alone = np.array([not (block.songs[one].title or block.songs[one].path) for one in used.tolist()], bool)[place]
        if rows < _HELD and alone.any():
            held.append(block.only(alone, ()))
            rows += len(held[-1])
            block = block.only(~alone, block.unread)
        yield block
    yield from held


class _Meant(NamedTuple):
    """What a written song means, and the song as it is kept; empty where nobody asks for it again."""

    match: Match
    written: str


class _Known:
    """What is known of the users and songs of a source; each is asked for once.

    named: tracks by songs without their artists, of a kind that leaves them out at times; none where two are meant.
    """

    def __init__(self, matcher: Matcher, owner: Owner, folder: Path | None, kind: str) -> None:
        self._matcher, self._owner, self._folder, self._kind = matcher, owner, folder, kind
        self.named: dict[str, int | None] = {}
        self._users: dict[str, str] = {}
        self._songs: Sequence[WrittenSong] = ()
        self.server_ids: dict[tuple[str, str], int] = {}
        self._meant: dict[int, _Meant] = {}

    def user(self, name: str) -> str:
        """Whose the rows of this name are; raises NobodyError."""
        return self._users[name] if name in self._users else self._users.setdefault(name, self._owner.of(name))

    def meant(self, songs: Sequence[WrittenSong], places: Iterable[int]) -> list[_Meant]:
        """What the songs at these places mean."""
        if songs is not self._songs:
            self._songs, self._meant = songs, {}
        return [self._meant.get(place) or self._find(place) for place in places]

    def match(self, song: WrittenSong) -> Match:
        """The track of a song; what servers call it, and its artist, is noted."""
        match = self._matcher.match(song, self._folder)
        if match.track_id is not None and song.ids:
            for kind in _SERVER_IDS & song.ids.keys():
                self.server_ids.setdefault((kind, song.ids[kind]), match.track_id)
        return match

    def _find(self, place: int) -> _Meant:
        song = self._songs[place]
        match = self.match(song)
        # An event is known again by its song as written; of sums only what waits for its song is kept so.
        found = _Meant(match, pack(song) if self._kind in _LOGS or match.track_id is None else "")
        if self._kind in _UNNAMED and match.track_id is not None and song.artists:
            part = _without_artists(found.written)
            if self.named.setdefault(part, match.track_id) != match.track_id:
                self.named[part] = None
        if match.track_id is not None or song.title or song.path:
            self._meant[place] = found
        return found


def _batches(blocks: Iterable[Block], known: _Known, report: ImportReport) -> Iterator[pa.RecordBatch]:
    """The rows as batches of events, and the report filled on the way."""
    users, songs = set[str](), set[int]()
    for block in blocks:
        for row in block.unread:
            _note_unread(row, report)
            if row.song is not None and row.song.ids:
                known.match(row.song)
        name, user = np.unique(block.user, return_inverse=True)
        names = [known.user(block.names[place]) for place in name.tolist()]
        used, song = np.unique(block.song, return_inverse=True)
        meant = known.meant(block.songs, used.tolist())
        track = np.array([-1 if one.match.track_id is None else one.match.track_id for one in meant], np.int64)
        batch = _batch(block, (names, user), ([one.written for one in meant], song), track[song])
        users.update(names)
        songs.update(track[track >= 0].tolist())
        _note_rows(block, batch, [one.match for one in meant], song, report)
        yield batch
    report.users, report.songs = len(users), len(songs)


def _batch(
    block: Block, users: tuple[list[str], Integers], songs: tuple[list[str], Integers], track: Integers
) -> pa.RecordBatch:
    """A block with the columns of events; users and songs as texts, and the places of the rows' among them."""
    columns = {
        "user": _texts(*users),
        "track_id": pa.array(track, mask=track < 0),
        "song": _texts(*songs),
        "time": pa.array(block.time, mask=np.isnan(block.time)),
        "seconds": pa.array(block.seconds, mask=np.isnan(block.seconds)),
        "kind": _texts(KINDS, block.kind),
        "weight": pa.array(block.weight),
        "row": pa.array(block.row),
    }
    return pa.RecordBatch.from_pydict(columns)


def _texts(texts: Sequence[str], places: Integers) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(texts, pa.string()))


def _note_rows(
    block: Block, batch: pa.RecordBatch, matches: Sequence[Match], song: Integers, report: ImportReport
) -> None:
    """Count the rows of a block; song: the place of each row's match."""
    has = batch["track_id"].is_valid().to_numpy(zero_copy_only=False)
    report.rows += len(block)
    report.without_time += batch["time"].null_count
    report.listens += float(plays(batch)[has].sum())
    for match, rows in zip(matches, np.bincount(song, minlength=len(matches)).tolist(), strict=True):
        if match.track_id is not None:
            report.by[match.how] = report.by.get(match.how, 0) + rows
        elif match.candidates:
            report.ambiguous += rows
        else:
            report.waiting += rows
    for place in np.flatnonzero(~has)[: SHOWN - len(report.unmatched)].tolist():
        words = shown(block.songs[int(block.song[place])])
        report.unmatched.append(Unmatched(int(block.row[place]), words, matches[int(song[place])].reason))


def _note_unread(row: Unread, report: ImportReport) -> None:
    if row.skipped:
        report.skipped[row.reason] = report.skipped.get(row.reason, 0) + 1
        return
    report.unread += 1
    if len(report.problems) < SHOWN:
        report.problems.append(Unmatched(row.row, "", row.reason))


def _without_artists(song: str) -> str:
    """A song of `pack` without its artists."""
    values = json.loads(song or "{}")
    return json.dumps({key: value for key, value in values.items() if key != "artists"}, ensure_ascii=False)


def _name_earlier(space: Workspace, kind: str, tracks: Mapping[str, int | None]) -> None:
    """Give plays that wait without an artist the songs that an export with artists means, by song without artists."""
    query = "SELECT DISTINCT source, song FROM unmatched WHERE substr(source, 1, ?) = ?"
    found = dict[str, dict[str, int]]()
    for source, song in space.db.execute(query, (len(kind) + 1, f"{kind}:")):
        if (track := tracks.get(song)) is not None:
            found.setdefault(source, {})[song] = track
    _resolve(space, found)


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
    return _resolve(space, found)


def _resolve(space: Workspace, found: Mapping[str, Mapping[str, int]]) -> int:
    """Store the tracks of songs that waited (source -> song as written -> track); returns how many rows that were."""
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
