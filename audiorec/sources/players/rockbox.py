"""Rockbox: the log of plays that the firmware itself keeps (`playback.log`, rotated to `playback_0001.log` and on).

A line is `time:heard:length:path`, in seconds and milliseconds; the clock is the player's own, as in `.scrobbler.log`.
A song that was paused and heard on stands twice and is one play. Half of a song, or four minutes, is a play.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from audiorec.sources.formats.text_file import decode
from audiorec.sources.formats.text_lines import text_lines
from audiorec.sources.players.scrobbler_log import clock
from audiorec.sources.rows.contract import Row, Unread, WrittenSong
from audiorec.sources.rows.fields import FieldError, checked

_LINE = re.compile(r"\s?(\d{1,12}):(\d{1,12}):(\d{1,12}):(/.*|<.*)")
_ENOUGH = 240.0  # seconds
_RESUMED = 0.9  # of a song's length: what begins again sooner was not over


def recognises(path: Path, head: bytes) -> bool:
    """Whether a file begins with such lines."""
    if path.is_dir():
        return False
    lines = [line for line in decode(head[:4096]).splitlines()[:20] if line.strip() and not line.startswith("#")]
    # The last line may be cut by the end of the head.
    return bool(lines) and all(_LINE.match(line) for line in (lines[:-1] or lines))


def read(path: Path) -> Iterator[Row | Unread]:
    """Plays and skips; raises InputError when the file cannot be opened."""
    kept: Row | None = None
    for number, line in enumerate(text_lines(path), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _row(number, line)
        if isinstance(found, Unread):
            yield found
        elif kept is not None and _goes_on(kept, found):
            yield Unread(kept.row, "the beginning of a play that the next line counts", skipped=True)
            kept = found
        else:
            if kept is not None:
                yield kept
            kept = found
    if kept is not None:
        yield kept


def _row(number: int, line: str) -> Row | Unread:
    found = _LINE.match(line)
    if not found:
        return Unread(number, "no time, two lengths and a path, with colons between")
    heard, length = int(found[2]) / 1000, int(found[3]) / 1000
    if not length or heard > length:
        return Unread(number, "it was played for longer than it is")
    try:
        song = WrittenSong(path=checked(found[4].strip(), "path"), seconds=length)
    except FieldError as error:
        return Unread(number, str(error))
    is_play = heard * 2 >= length or heard >= _ENOUGH
    return Row("", song, clock(int(found[1])), heard, "play" if is_play else "skip", row=number)


def _goes_on(one: Row, two: Row) -> bool:
    if one.song != two.song or one.time is None or two.time is None:
        return False
    is_soon = abs(two.time - one.time) < _RESUMED * (one.song.seconds or 0.0)
    return is_soon and (two.seconds or 0.0) >= (one.seconds or 0.0)
