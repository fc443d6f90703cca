"""Labels of songs, such as moods or genres, from a CSV file: a song and its label a row, with or without a header.

A song is named in any way that `matching.py` understands. A song that is named twice keeps its last label. It does not
know what the labels mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audiorec.data.listens_file import Problem, sniff_delimiter, split_rows
from audiorec.data.matching import Matcher, parse_song
from audiorec.data.text_file import read_text
from audiorec.data.tracks import Track
from audiorec.errors import InputError

_HEADERS = {"song", "path", "track", "track_id", "file", "title"}


@dataclass(frozen=True)
class LabelsFile:
    """Labels by track id, and the rows that could not be used."""

    labels: dict[int, str]
    problems: list[Problem]


def read_labels(path: Path, tracks: Sequence[Track]) -> LabelsFile:
    """Read a file of labels; raises InputError when it is empty or names fewer than two labels of known songs."""
    text = read_text(path)
    rows = list(split_rows(text, sniff_delimiter(text)))
    if rows and rows[0][1][0].strip().strip("\ufeff").casefold() in _HEADERS:
        rows = rows[1:]
    matcher, labels, problems = Matcher(tracks), dict[int, str](), list[Problem]()
    for line, fields in rows:
        if len(fields) < 2 or not fields[0].strip() or not fields[1].strip():
            problems.append(Problem(line, "a song and a label are needed"))
            continue
        match = matcher.match(parse_song(fields[0]), path.parent)
        if match.track_id is None:
            problems.append(Problem(line, match.reason))
        else:
            labels[match.track_id] = fields[1].strip()
    found = len(set(labels.values()))
    if found < 2:
        why = f" (line {problems[0].line}: {problems[0].reason})" if problems else ""
        raise InputError(
            f"{path} gives {len(labels)} songs {found} labels{why}: write song,label with two labels or more"
        )
    return LabelsFile(labels, problems)
