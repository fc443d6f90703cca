"""The feeling of what people write about a song: the same lexicons as for its words."""

from audiorec.features.lyrics.course import line_feelings


def comment_feeling(text: str) -> float:
    """From -1 (dark) to 1 (bright), the mean over the lines of a comment; 0 where no word is known.

    >>> comment_feeling("What a beautiful song!") > 0 > comment_feeling("terrible, I hate it")
    True
    """
    lines = [line for line in text.split("\n") if line.strip()]
    return sum(feeling.polarity for feeling in line_feelings(lines)) / len(lines) if lines else 0.0
