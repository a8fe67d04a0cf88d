"""Figures for the programme report."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l

from learnenv.areas.directory.queries import figures
from learnenv.kernel.area import Indicator, Period, no_target


def listed(period: Period) -> Decimal:
    """Return how many providers and trainings visitors find."""
    found = figures.of_year(period.year)
    return Decimal(found.providers + found.trainings)


def choice_days(period: Period) -> Decimal:
    """Return how many days it took from asking providers to choosing one, on average (k23)."""
    return figures.of_year(period.year).days


LISTED = Indicator(
    key="directory_listed",
    title=_l("Providers and trainings in the Gouden Gids"),
    unit="",
    measure=listed,
    target=no_target,
    endpoint="directory.figures_page",
)
CHOICE_DAYS = Indicator(
    key="directory_choice_days",
    title=_l("Days from asking providers to choosing one, on average"),
    unit="days",
    measure=choice_days,
    target=no_target,
    endpoint="directory.figures_page",
)
