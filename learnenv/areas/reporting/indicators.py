"""The figure of the programme plan: civil servants who follow a course in a year."""

from decimal import Decimal

from flask_babel import lazy_gettext

from learnenv.areas.reporting import queries
from learnenv.kernel import settings
from learnenv.kernel.area import Indicator, Period


def measure(period: Period) -> Decimal:
    """Return how many civil servants began a course in the period, each once."""
    return Decimal(queries.programme_total(period.year))


def target(period: Period) -> Decimal:
    """Return how many there should be."""
    return Decimal(settings.yearly_target(period.year))


LEARNERS_PER_YEAR = Indicator(
    key="learners_per_year",
    title=lazy_gettext("Civil servants who follow a course"),
    unit="",
    measure=measure,
    target=target,
    endpoint="reporting.year",
)
