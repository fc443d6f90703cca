"""Friendships from a CSV file: two names a row, with or without a header.

The order of the two does not matter and a pair counts once. It does not know whether the users ever listened.
"""

from dataclasses import dataclass
from pathlib import Path

from audiorec.errors import InputError
from audiorec.sources.formats.columns import is_header
from audiorec.sources.formats.delimited import read_delimited, sniff_delimiter, split_rows
from audiorec.sources.formats.text_file import UNREADABLE, decode
from audiorec.sources.rows.contract import Unread

_HEADERS = {
    "user", "user_id", "userid", "username", "friend", "friend_id", "friendid", "a", "b", "user1", "user2", "follower",
    "followed", "from", "to", "source", "target",
}  # fmt: skip


@dataclass(frozen=True)
class FriendsFile:
    """The pairs of one file, each once with its names in order, and the rows that could not be used."""

    pairs: list[tuple[str, str]]
    problems: list[Unread]


def read_friends(path: Path) -> FriendsFile:
    """Read a file of friendships; raises InputError when it cannot be opened, has no rows or is of songs."""
    rows = list(read_delimited(path))
    if not rows:
        raise InputError(f"{path} is empty: it needs two names a row, such as user,friend")
    if is_header(rows[0][1]):
        raise InputError(f"{path} names songs ({', '.join(rows[0][1])[:80]}): import it with audiorec import auto")
    if _is_header(rows[0][1]):
        rows = rows[1:]
    pairs: dict[tuple[str, str], None] = {}
    problems: list[Unread] = []
    for line, fields in rows:
        reason = _problem(fields)
        if reason:
            problems.append(Unread(line, reason))
        else:
            a, b = sorted((fields[0].strip(), fields[1].strip()))
            pairs[a, b] = None
    return FriendsFile(list(pairs), problems)


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file is a table of two columns whose header names two users."""
    lines = [] if b"\0" in head or path.is_dir() else decode(head).splitlines()[:20]
    _, header = next(split_rows(enumerate(lines, start=1), sniff_delimiter(lines)), (0, []))
    return len(header) == 2 and _is_header(header)


def _is_header(fields: list[str]) -> bool:
    return len(fields) > 1 and {field.strip().strip("\ufeff").casefold() for field in fields[:2]} <= _HEADERS


def _problem(fields: list[str]) -> str:
    if len(fields) < 2 or not fields[0].strip() or not fields[1].strip():
        return "two names are needed"
    if UNREADABLE in fields[0] + fields[1]:
        return "bytes that are no text in the encoding of this file"
    if fields[0].strip() == fields[1].strip():
        return "the two names are one"
    return ""
