"""Labels of songs, such as moods or genres, from a CSV file: a song and its label a row, with or without a header.

A song is named in any way that `matching.py` understands. A song that is named twice keeps its last label. It does not
know what the labels mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audiorec.data.tracks import Track
from audiorec.errors import InputError
from audiorec.sources.formats.delimited import read_delimited
from audiorec.sources.matching.matcher import Matcher, parse_song
from audiorec.sources.rows.contract import Unread

_HEADERS = {"song", "path", "track", "track_id", "file", "title"}


@dataclass(frozen=True)
class LabelsFile:
    """Labels by track id, and the rows that could not be used."""

    labels: dict[int, str]
    problems: list[Unread]


def read_labels(path: Path, tracks: Sequence[Track], column: str | None = None) -> LabelsFile:
    """Read a file of labels: the column called `column`, else `label`, else the second.

    Raises InputError when the column cannot be recognised, or fewer than two labels of known songs are found.
    """
    rows = [(line, fields) for line, fields in read_delimited(path) if fields]
    has_header = bool(rows) and rows[0][1][0].strip().strip("\ufeff").casefold() in _HEADERS
    place = _label_place([name.strip() for name in rows[0][1]] if has_header else None, column, path)
    matcher, labels, problems = Matcher(tracks), dict[int, str](), list[Unread]()
    for line, fields in rows[1:] if has_header else rows:
        if len(fields) <= place or not fields[0].strip():
            problems.append(Unread(line, "a song and a label are needed"))
            continue
        if not fields[place].strip():
            # In a table of several columns an empty field says that this song has no such label.
            problems += [] if column else [Unread(line, "a song and a label are needed")]
            continue
        match = matcher.match(parse_song(fields[0]), path.parent)
        if match.track_id is None:
            problems.append(Unread(line, match.reason))
        else:
            labels[match.track_id] = fields[place].strip()
    found = len(set(labels.values()))
    if found < 2:
        why = f" (line {problems[0].row}: {problems[0].reason})" if problems else ""
        raise InputError(
            f"{path} gives {len(labels)} songs {found} labels{why}: write song,label with two labels or more"
        )
    return LabelsFile(labels, problems)


def _label_place(header: list[str] | None, column: str | None, path: Path) -> int:
    """Which field of a row is the label."""
    if header is None:
        if column:
            raise InputError(f"{path} has no header to find the column {column!r} in: begin with one, as song,{column}")
        return 1
    names = [name.casefold() for name in header]
    wanted = (column or "label").casefold()
    if wanted in names[1:]:
        return names.index(wanted, 1)
    if column or len(header) > 2:
        raise InputError(
            f"{path} has no column {column or 'label'!r}: choose one of {', '.join(header[1:])} with --column"
        )
    return 1
