"""Counts as tables write them: guarded, with words behind them, with thousands set apart."""

import re
from collections.abc import Iterable

from audiorec.sources.rows.row_blocks import Known

_MOST_PLAYS = 1e9  # more is no count of plays, and would not fit a float32
# Counts as spreadsheets guard them (="3", '3) and with the word for them: "3x", "3 plays", "3次".
_COUNT = re.compile(
    r"[='\"“]*\s*(\d[\d\s.,'’]*?)\s*((?-i:[kKMB])|[千万萬亿億천만억])?"
    r"\s*(?:[x×*次回회]|plays?|times|scrobbles?|mal|fois|veces|volte|vezes|раз)?\.?[\"”']*",
    re.IGNORECASE,
)
# Shortened as pages show them: "1.2K", "3万".
_TIMES = {
    **dict.fromkeys("kK千천", 1e3), **dict.fromkeys("万萬만", 1e4), "M": 1e6, **dict.fromkeys("亿億억", 1e8), "B": 1e9,
}  # fmt: skip
_THOUSANDS = re.compile(r"\d{1,3}(?:[,'’\s]\d{3})+")
_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")


class Counts:
    """Reads the counts of a table. Of "1.234" its other counts tell what the point is.

    is_typed: whether the file itself says what is a number, so that a point is one of decimals.
    """

    def __init__(self, is_typed: bool) -> None:
        self._has_decimals, self._known = is_typed, Known[float](self._read, 0.0)

    def of(self, texts: Iterable[str]) -> Known[float]:
        """What reads the counts of a block, of which these are all."""
        self._known = self._known.fresh()
        if not self._has_decimals and writes_decimals(set(texts)):
            self._has_decimals, self._known = True, Known(self._read, 0.0)
        return self._known

    def _read(self, text: str) -> float:
        bare = text.strip()
        count = plays(bare.replace(".", "") if not self._has_decimals and _POINTS.fullmatch(bare) else bare)
        if count is None:
            raise ValueError(f"the count is {bare[:40]!r}, not a number above 0 and up to a billion")
        return count


def writes_decimals(texts: set[str]) -> bool:
    """Whether a point in these counts stands before decimals and not before thousands.

    Plays are whole: a column whose points all stand before three digits means thousands, unless each one has a point
    and three zeros.

    >>> writes_decimals({"1.234", "12"}), writes_decimals({"1.234", "0.5"}), writes_decimals({"1.000", "3.000"})
    (False, True, True)
    """
    pointed = [text.strip() for text in texts if "." in text]
    if not all(map(_POINTS.fullmatch, pointed)):
        return True
    return len(pointed) == len(texts) and all(text.endswith(".000") for text in pointed)


def plays(text: str) -> float | None:
    """How many plays a text says, 1 for none; None for what is no number above 0 and up to a billion."""
    text = text.strip()
    if not text:
        return 1.0
    found = _COUNT.fullmatch(text)
    count = parse_number(found[1] if found else text)
    if found and found[2] and count is not None:
        count *= _TIMES[found[2]]
    return count if count is not None and 0 < count <= _MOST_PLAYS else None


def parse_number(text: str) -> float | None:
    """A finite number, with its thousands set apart or not, None for what is none."""
    if _THOUSANDS.fullmatch(text):
        text = "".join(filter(str.isdigit, text))
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
