"""Terms: calendar days, weekends, holidays, stops and summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnenv.kernel.clock import today
from learnenv.kernel.terms import days_between, is_working_day, last_day

DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 3, 2), 14, date(2026, 3, 16)),  # an ordinary Monday
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # ends on a Saturday: Monday
        (date(2026, 3, 20), 14, date(2026, 4, 7)),  # Good Friday, the weekend and Easter Monday
        (date(2026, 4, 20), 7, date(2026, 4, 28)),  # King's Day
        (date(2026, 4, 28), 7, date(2026, 5, 6)),  # 5 May counts every year
        (date(2026, 4, 30), 14, date(2026, 5, 15)),  # Ascension Day
        (date(2026, 12, 11), 14, date(2026, 12, 28)),  # Christmas, both days, and the weekend
        (date(2027, 12, 18), 14, date(2028, 1, 3)),  # New Year's Day on a Saturday
        (date(2028, 2, 15), 14, date(2028, 2, 29)),  # 29 February
    ],
)
def test_a_term_ends_on_a_working_day(start: date, days: int, expected: date) -> None:
    assert last_day(start, days) == expected


def test_an_evening_in_utc_is_the_next_day_here() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert last_day(late, 14) == last_day(date(2026, 3, 2), 14)


@pytest.mark.parametrize("month", [3, 10])
def test_summer_time_moves_no_last_day(month: int) -> None:
    """The night of the change has 23 or 25 hours; a term counts dates."""
    change = max(
        date(2026, month, day) for day in range(25, 32) if date(2026, month, day).weekday() == 6
    )
    noon = datetime(change.year, change.month, change.day, 12, tzinfo=UTC)
    for hours in range(-48, 49):
        start = noon + timedelta(hours=hours)
        assert last_day(start, 10) == last_day(today(start), 10)


@given(start=DAYS, days=st.integers(1, 365), stopped=st.integers(0, 90))
def test_a_stop_gives_the_days_back(start: date, days: int, stopped: int) -> None:
    end = last_day(start, days, stopped=stopped)
    assert end >= start + timedelta(days=days + stopped)
    assert end - (start + timedelta(days=days + stopped)) <= timedelta(days=5)
    assert is_working_day(end)
    assert all(
        not is_working_day(start + timedelta(days=n))
        for n in range(days + stopped, (end - start).days)
    )


def test_a_question_and_its_answer_on_one_day_stop_nothing() -> None:
    asked = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert days_between(asked, asked + timedelta(hours=9)) == 0
    assert days_between(asked, asked + timedelta(days=3)) == 3
    assert days_between(asked, asked - timedelta(days=3)) == 0
