"""The one place that knows what time it is: UTC inside, Europe/Amsterdam on screen."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return the same moment on the clock of Europe/Amsterdam."""
    return moment.astimezone(AMSTERDAM)


def today(moment: datetime | None = None) -> date:
    """Return the Amsterdam date of `moment`, or of now."""
    return local(moment or now()).date()


def calendar_year(moment: datetime) -> int:
    """Return the calendar year in which `moment` counts: the Amsterdam year.

    31 December 23:30 UTC is already next year in Amsterdam.
    """
    return local(moment).year
