"""Terms in whole days on the calendar of the Netherlands.

A term begins on the day after the fact, and one that ends on a Saturday, a Sunday or a recognised
holiday runs until the next day that is none of these (Algemene termijnenwet, articles 1 and 3).
Days on which the clock stood still are added (Awb 4:15). All of it counts dates of
Europe/Amsterdam, so summer time cannot move a last day.
"""

from datetime import date, datetime, timedelta
from functools import cache

from learnenv.kernel.clock import today

SATURDAY = 5


@cache
def _holidays(year: int) -> frozenset[date]:
    """Return the recognised holidays of a year, Good Friday and 5 May included."""
    import holidays  # 5 MB that only who counts working days needs

    found = holidays.country_holidays("NL", years=year, categories=("public", "optional"))
    return frozenset(found)


def is_working_day(day: date) -> bool:
    """Whether a term can end on this day."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


def last_day(start: datetime | date, days: int, *, stopped: int = 0) -> date:
    """Return the last day of a term of `days` that began at `start`, with `stopped` days added."""
    first = today(start) if isinstance(start, datetime) else start
    day = first + timedelta(days=days + stopped)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def days_between(start: datetime, end: datetime) -> int:
    """Return how many days the clock stood still: from the day of asking to that of the answer."""
    return max(0, (today(end) - today(start)).days)
