"""Figures for the programme report."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l

from learnenv.areas.pilots.queries import figures
from learnenv.kernel.area import Indicator, Period, no_target


def guided(period: Period) -> Decimal:
    """Return how many pilots found professional guidance since the beginning (k20)."""
    return Decimal(figures.number(figures.end_of(period.year)))


def hundred(_period: Period) -> Decimal:
    """Return the target of the programme plan."""
    return Decimal(figures.TARGET)


def days(period: Period) -> Decimal:
    """Return how many days it took from need to choice, on average (k23)."""
    return figures.of_year(period.year).all_days or Decimal(0)


GUIDED = Indicator(
    key="pilots_guided",
    title=_l("Pilot projects with professional guidance"),
    unit="",
    measure=guided,
    target=hundred,
    endpoint="pilots.figures_page",
)
DAYS = Indicator(
    key="pilots_days",
    title=_l("Days from need to chosen guidance, on average"),
    unit="days",
    measure=days,
    target=no_target,
    endpoint="pilots.figures_page",
)
