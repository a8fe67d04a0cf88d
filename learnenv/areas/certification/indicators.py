"""Figures for the programme report."""

from datetime import date
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from learnenv.areas.certification.models import State, StepFigure
from learnenv.areas.certification.queries import figures
from learnenv.kernel.area import Indicator, Period, no_target
from learnenv.kernel.clock import today
from learnenv.kernel.db import db


def certified(period: Period) -> Decimal:
    """Return how many are certified on the last day of the year, or now when it still runs."""
    return Decimal(figures.certified_on(min(today(), date(period.year, 12, 31))))


def lead_days(period: Period) -> Decimal:
    """Return how many days an application took on average, from handing in to the decision."""
    rows = db.session.query(StepFigure.count, StepFigure.days).filter(
        StepFigure.year == period.year,
        StepFigure.state.in_([State.GRANTED, State.REFUSED]),
    )
    number = days = 0
    for count, total in rows:
        number, days = number + count, days + total
    return Decimal(days) / number if number else Decimal(0)


CERTIFIED = Indicator(
    key="certified_parties",
    title=_l("Certified advisers, agencies, institutes and trainings"),
    unit="",
    measure=certified,
    target=no_target,
    endpoint="certification.figures",
)
LEAD_DAYS = Indicator(
    key="certification_days",
    title=_l("Days from application to decision, on average"),
    unit="days",
    measure=lead_days,
    target=no_target,
    endpoint="certification.figures",
)
