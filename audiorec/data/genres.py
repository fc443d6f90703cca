"""The genres that a file's tag names, such as `Rock; Pop` or `jazz/funk`. It does not know what genres are alike."""


def genre_names(tag: str) -> tuple[str, ...]:
    """The genres of a tag in order, in lower case, each once.

    >>> genre_names("Rock; Indie Pop/ROCK"), genre_names("")
    (('rock', 'indie pop'), ())
    """
    parts = (part.strip().casefold() for part in tag.replace("/", ";").replace(",", ";").split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))
