"""Moments in the forms in which programs and people write them: one moment, whatever the form."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiorec.sources.rows.times import parse_time, writes_month_first

MOMENT = datetime(2021, 1, 31, 12, 34, tzinfo=UTC).timestamp()
DAY = datetime(2021, 1, 31, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "31 Jan 2021, 12:34",
        "31 Jan 2021 12:34",
        "31 January 2021, 12:34:00",
        "31. Januar 2021 12:34",
        "31/01/2021 12:34",
        "31.01.2021 12:34",
        "31-01-2021 12:34",
        "2021/01/31 12:34",
        "2021-01-31 12:34:00",
        "2021-01-31T12:34Z",
        "2021-01-31 12:34:00 UTC",
        "2021-01-31 20:34:00 +0800",
        "2021-01-31T07:34:00-05:00",
        "20210131123400",
        "1/31/2021 12:34 PM",
        "1/31/21 12:34",
        "Jan 31, 2021, 12:34:00 PM UTC",
        "Jan 31, 2021, 12:34:00\u202fPM UTC",
        "January 31, 2021 at 12:34",
        "Sun, 31 Jan 2021 12:34:00 +0000",
        "Sunday, 31 January 2021 12:34",
        "31-Jan-2021 12:34",
        "2021年1月31日 12:34",
        "2021年1月31日 下午12:34",
        "31 de enero de 2021 12:34",
        "31 янв 2021, 12:34",
        "44227.523611111",
        str(int(MOMENT)),
        f"{MOMENT}",
        str(int(MOMENT * 1000)),
        str(int(MOMENT * 1_000_000)),
        str(int(MOMENT * 1_000_000_000)),
    ],
)
def test_one_moment_in_many_forms(text: str) -> None:
    assert parse_time(text) == pytest.approx(MOMENT, abs=1e-3 if len(text) != 15 else 0.01)


@pytest.mark.parametrize("text", ["2021-01-31", "20210131", "31/01/2021", "31 Jan 2021", "2021.01.31", "Jan 31 2021"])
def test_a_day_without_a_clock(text: str) -> None:
    assert parse_time(text) == DAY


@pytest.mark.parametrize("text", ["soon", "inf", "-3", "nan", "31/31/2021", "2021-13-01", "12 Foo 2021", "31 Jan"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)


def test_one_date_tells_for_its_column_whether_the_month_comes_first() -> None:
    assert writes_month_first(["1/2/2021", "1/31/2021"])
    assert not writes_month_first(["1/2/2021"])
    assert not writes_month_first(["31/1/2021", "1/31/2021"])
    assert parse_time("1/2/2021", is_month_first=True) == datetime(2021, 1, 2, tzinfo=UTC).timestamp()
    assert parse_time("1/2/2021") == datetime(2021, 2, 1, tzinfo=UTC).timestamp()
    assert parse_time("") is None


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1)),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d %b %Y, %H:%M:%S"]),
)
def test_every_moment_comes_back(moment: datetime, form: str) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_time(whole.strftime(form)) == whole.timestamp()
