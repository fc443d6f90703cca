"""Importing files, folders and addresses: by a named source, or by what each is recognised as."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from audiorec.data.workspace import Workspace
from audiorec.errors import InputError
from audiorec.sources.formats.no_music import files_below
from audiorec.sources.formats.text_lines import guessed_encoding
from audiorec.sources.importing import ImportReport, Owner, import_rows, rematch, source_of, user_name
from audiorec.sources.matching.matcher import Matcher
from audiorec.sources.registry import OTHERS, recognise, recognise_url, source_named
from audiorec.sources.rows.contract import Row, Unread
from audiorec.sources.rows.row_blocks import Block
from audiorec.sources.services import netease
from audiorec.sources.services.netease import Judge
from audiorec.sources.services.netease_import import bring
from audiorec.sources.tables import friends_tables, items, songs_tables, table_archives

Reader = Callable[[str], Iterable[Row | Unread | Block]]
# Sources whose files are text in whatever encoding a program wrote.
_TEXTS = frozenset(
    (
        "listens",
        "playlists",
        "scrobbler-log",
        "lastfm",
        "maloja",
        "panoscrobbler",
        "tidal",
        "rockbox",
        "playback-reporting",
    )
)


@dataclass(frozen=True)
class Simple:
    """What became of a file without events: what it holds, how many, and the rows that could not be used."""

    file: str
    what: str
    count: int
    problems: Sequence[Unread]

    def as_json(self) -> dict[str, object]:
        """The fields of `--json`."""
        problems = [{"line": problem.row, "reason": problem.reason} for problem in self.problems]
        return {"file": self.file, self.what: self.count, "problems": problems}


@dataclass(frozen=True)
class Imported:
    """Reports of files with events, of others, files passed over and why, rows of earlier imports matched now."""

    reports: list[ImportReport]
    others: list[Simple]
    passed: list[tuple[str, str]]
    late: int


def import_places(
    space: Workspace,
    places: Sequence[str],
    kind: str | None,
    owner: Owner,
    *,
    read: Reader | None = None,
    judge: Judge | None = None,
    advance: Callable[[str], None] = lambda word: None,
) -> Imported:
    """Import every place by the source `kind`, or (None) by what it is recognised as; `read` replaces its reader.

    judge: the feeling of a comment, from -1 to 1; without one comments are left out. Raises InputError for a place that
    no source knows and for rows that are nobody's.
    """
    passed: list[tuple[str, str]] = []
    todo = [(place, kind) for place in places] if kind else list(_recognised(places, passed))
    others = [import_other(space, name, Path(place)) for place, name in todo if name in OTHERS]
    late, reports = rematch(space), []
    matcher = Matcher(space.tracks())
    for place, name in todo:
        if name == "netease" and judge is not None and netease.is_crawl(Path(place)):
            reports.append(bring(space, Path(place), judge, owner))
        elif name not in OTHERS:
            reports.append(_take(space, matcher, (place, name), owner, read or _reader(name, owner)))
        advance(Path(place).name)
    return Imported(reports, others, passed, late)


def import_other(space: Workspace, kind: str, path: Path) -> Simple:
    """Import a file that holds no events of users and songs."""
    if kind == "items":
        count, problems = items.store_items(space, items.open_items(path))
        return Simple(str(path), "items", count, problems)
    if kind == "songs":
        listed = songs_tables.read_songs(path)
        songs_tables.store_songs(space, listed.songs)
        return Simple(str(path), "songs", len(listed.songs), listed.problems)
    known = friends_tables.read_friends(path)
    space.add_friends(source_of(space, kind, path), [(user_name(a), user_name(b)) for a, b in known.pairs])
    return Simple(str(path), "pairs", len(known.pairs), known.problems)


def _recognised(places: Sequence[str], passed: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Every place with the name of its source; what none knows in a folder goes into `passed`, with the reason."""
    for place in places:
        path = Path(place)
        if _is_url(place):
            yield place, recognise_url(place).name
        elif not path.is_dir():
            yield place, recognise(path)
        else:
            yield from _recognised_in(path, passed)


def _recognised_in(folder: Path, passed: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    try:
        yield str(folder), recognise(folder)
        return
    except InputError:
        files = files_below(folder)
    if not files:
        raise InputError(f"{folder} holds no files: name the folder of an export, or a file")
    for path in files:
        try:
            yield str(path), recognise(path)
        except InputError as error:
            passed.append((str(path), str(error)))


def _is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))


def _take(space: Workspace, matcher: Matcher, found: tuple[str, str], owner: Owner, read: Reader) -> ImportReport:
    place, name = found
    source = f"{name}:{_bare(place)}" if _is_url(place) else source_of(space, name, Path(place))
    report = import_rows(space, matcher, source, read(place), owner)
    if name in _TEXTS and not _is_url(place) and Path(place).is_file():
        report.guessed = guessed_encoding(Path(place))
    return report


def _bare(url: str) -> str:
    """An address without what may be secret: names, passwords and queries are stored nowhere."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _reader(name: str, owner: Owner) -> Reader:
    """The reader of a source, for files and for addresses."""
    source = source_named(name)
    if name == "listens":
        # A column of playlists stands for the user only where nobody is named.
        return lambda place: table_archives.read_blocks(Path(place), user=owner.instead or owner.user)

    def read(place: str) -> Iterable[Row | Unread]:
        if not _is_url(place):
            return source.read(Path(place))
        if source.fetch is None:
            raise InputError(f"{name} is read from files, not from an address such as {place}")
        return source.fetch(place)

    return read
