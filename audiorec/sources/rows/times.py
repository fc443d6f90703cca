"""Moments as exports write them: unix time in any unit, ISO, and the forms in which people and programs write dates.

A date without a zone is UTC. Of 01/02/2021 the day comes first unless the caller knows better (`is_month_first`).
"""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan janv ene gen jän янв", "feb fév fev févr feb фев", "mar mär mrz mars maa мар", "apr avr abr апр",
            "may mai mag mei май мая", "jun juin giu июн", "jul juil lug июл", "aug août aou ago авг",
            "sep sept set сен",
            "oct okt ott out окт", "nov ноя", "dec dez déc dic дек",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_CLOCK = (
    r"(?:[,T\s]+(?:(?:at|um|à|kl\.?)\s+)?(?P<half1>上午|下午)?\s*(?P<hour>\d{1,2})[:.h时](?P<minute>\d{2})(?:[:.分](?P<second>\d{2})"
    r"(?:[.,]\d+)?秒?)?\s*(?P<half2>[ap]\.?m\.?)?\s*(?P<zone>z|(?:utc|gmt)?[+-]\d{1,2}:?(?:\d{2})?|utc|gmt)?(?:\s*\(.*\))?)?\s*$"
)
_YEAR_FIRST = re.compile(r"^(?P<year>\d{4})[-./年](?P<month>\d{1,2})[-./月](?P<day>\d{1,2})日?" + _CLOCK, re.I)
_NUMBERS = re.compile(r"^(?P<one>\d{1,2})[-./](?P<two>\d{1,2})[-./](?P<year>\d{4}|\d{2})" + _CLOCK, re.I)
_WEEKDAY = r"^(?:[^\W\d]+\.?,?\s+)?"
_NAME, _GAP = r"(?P<name>[^\W\d]{3,})", r"[-/\s]*(?:de\s+)?"
_WORDS = (
    re.compile(
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º)?{_GAP}{_NAME}\.?,?{_GAP}(?P<year>\d{{4}}|\d{{2}})" + _CLOCK,
        re.I,
    ),
    re.compile(rf"{_WEEKDAY}{_NAME}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})" + _CLOCK, re.I),
)
_COMPACT = re.compile(r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d[0-5]\d)?$")
_DAY_AND_CLOCK = re.compile(r"^([^:+T]{8,20}\d)(?:,?\s+|T)(\d\d):(\d\d)(?::(\d\d))?(?:Z| UTC|\+00:00)?$")
_NUMBER = re.compile(r"^[-+]?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|inf|nan)$", re.I)
_EXCEL = 30_000, 80_000  # days since 1900, as spreadsheets write dates: 1982 to 2119; no song was played at 8 h of 1970
LATEST = 4102444800.0  # the year 2100: what lies beyond is a finer unit


def parse_time(text: str, is_month_first: bool = False) -> float | None:
    """Unix seconds of a moment; an empty text is None. Raises ValueError for what is no moment.

    >>> parse_time("1970-01-02"), parse_time("1700000000000"), parse_time("31 Jan 2021, 12:34")
    (86400.0, 1700000000.0, 1612096440.0)
    >>> parse_time("20210131") == parse_time("31/01/2021") == parse_time("Jan 31, 2021") == 1612051200.0
    True
    """
    text = text.strip()
    if not text:
        return None
    if found := _DAY_AND_CLOCK.match(text):
        # The days of a column are few and its moments many.
        day, hour, minute, second = _day(found[1], is_month_first), int(found[2]), int(found[3]), int(found[4] or 0)
        if day is not None and hour < 24 and minute < 60 and second < 60:
            return day + hour * 3600.0 + minute * 60.0 + second
    if _COMPACT.match(text):
        form = "%Y%m%d" if len(text) == 8 else "%Y%m%d%H%M%S"
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    if _NUMBER.match(text):
        return _from_number(float(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _from_words(text, is_month_first)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


@lru_cache(maxsize=50_000)
def _day(text: str, is_month_first: bool) -> float | None:
    try:
        return parse_time(text, is_month_first)
    except ValueError:
        return None


def writes_month_first(texts: Iterable[str]) -> bool:
    """Whether dates such as 1/31/2021 are among these: then 1/2/2021 in their column is in January."""
    numbers = [found for text in texts if (found := _NUMBERS.match(text.strip()))]
    return any(int(found["two"]) > 12 for found in numbers) and all(int(found["one"]) <= 12 for found in numbers)


def _from_number(number: float) -> float:
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{number} is no moment")
    if _EXCEL[0] <= number < _EXCEL[1]:
        return (number - 25569) * 86400.0
    while number > LATEST:
        number /= 1000
    return number


def _from_words(text: str, is_month_first: bool) -> datetime:
    text = text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    if found := _YEAR_FIRST.match(text):
        return _moment(found, int(found["month"]), int(found["day"]))
    if found := _NUMBERS.match(text):
        one, two = int(found["one"]), int(found["two"])
        month, day = (one, two) if two > 12 or (is_month_first and one <= 12) else (two, one)
        return _moment(found, month, day)
    for pattern in _WORDS:
        if (found := pattern.match(text)) and (named := _month(found["name"])):
            return _moment(found, named, int(found["day"]))
    raise ValueError(f"{text!r} is no moment")


def _month(name: str) -> int | None:
    name = name.casefold()
    return next((_MONTHS[name[:length]] for length in (4, 3) if name[:length] in _MONTHS), None)


def _moment(found: re.Match[str], month: int, day: int) -> datetime:
    year = int(found["year"])
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    half = (found["half1"] or found["half2"] or "").casefold()
    if half:
        hour = hour % 12 + (12 if half[0] in "p下" else 0)
    return datetime(year, month, day, hour, minute, second, tzinfo=_zone(found["zone"] or ""))


def _zone(text: str) -> timezone:
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
    if not found:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(offset if found[1] == "+" else -offset)
