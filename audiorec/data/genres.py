"""The genres that a file's tag names, such as `Rock; Pop` or `jazz/funk`. It does not know what genres are alike."""

import re

_BETWEEN = re.compile(r"[;/,|\\；，、／]")


def genre_names(tag: str) -> tuple[str, ...]:
    """The genres of a tag in order, in lower case, each once.

    >>> genre_names("Rock; Indie Pop/ROCK"), genre_names("流行、摇滚"), genre_names("")
    (('rock', 'indie pop'), ('流行', '摇滚'), ())
    """
    parts = (part.strip().casefold() for part in _BETWEEN.split(tag))
    return tuple(dict.fromkeys(part for part in parts if part))
