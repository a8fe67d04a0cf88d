"""What pilots did for the programme, counted from the pilots themselves (k20, k21, k23, k24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from learnenv.areas.pilots.models import FollowUp, Outcome, Pilot, State
from learnenv.areas.pilots.queries.pages import WITH_GUIDANCE
from learnenv.kernel.clock import AMSTERDAM, calendar_year, now, today
from learnenv.kernel.db import db

FIRST_YEAR = 2026
TARGET = 100
""""Minimaal 100 proefprojecten die via het platform professionele begeleiding vinden" (plan)."""


def years() -> list[int]:
    """Return the years there can be figures of, the newest first."""
    return list(range(calendar_year(now()), FIRST_YEAR - 1, -1))


def year_asked(text: str) -> int:
    """Return the year of the address when there are figures of it, else this one."""
    known = years()
    return next((year for year in known if str(year) == text), known[0])


def number(until: datetime | None = None) -> int:
    """Count the pilots with accepted guidance since the beginning, those chosen before `until`."""
    where: list[ColumnElement[bool]] = [
        Pilot.chosen_at.is_not(None),
        Pilot.state.in_(WITH_GUIDANCE),
    ]
    if until is not None:
        where.append(Pilot.chosen_at < until)
    return db.session.scalar(select(func.count()).select_from(Pilot).where(*where)) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A pilot that counts, with what its choice took."""

    pilot: Pilot
    days: int
    """From the need to the choice."""
    follow_up: FollowUp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a year."""

    rows: list[Row]
    total: int
    """Since the beginning of the programme, until the end of this year."""
    all_days: Decimal | None
    """From need to choice on average, of all."""
    days: Decimal | None
    """The same of pilots with a baseline in days."""
    baseline_days: Decimal | None
    euros: Decimal | None
    """Agreed, on average, of pilots with a baseline in euros."""
    baseline_euros: Decimal | None
    stopped: int
    looked_at: int
    still_used: int


def end_of(year: int) -> datetime:
    """Return the moment at which a year ends in Amsterdam."""
    return datetime(year + 1, 1, 1, tzinfo=AMSTERDAM)


def of_year(year: int) -> Figures:
    """Return what became of the pilots whose guidance was chosen in a year."""
    first, last = end_of(year - 1), end_of(year)
    found = db.session.execute(
        select(Pilot, FollowUp)
        .outerjoin(FollowUp, FollowUp.pilot_id == Pilot.id)
        .where(Pilot.chosen_at >= first, Pilot.chosen_at < last, Pilot.state.in_(WITH_GUIDANCE))
        .order_by(Pilot.chosen_at, Pilot.id)
    ).all()
    rows = [
        Row(pilot=pilot, days=days_of(pilot), follow_up=follow_up) for pilot, follow_up in found
    ]
    in_days = [row for row in rows if row.pilot.baseline_days is not None]
    in_euros = [
        row for row in rows if row.pilot.baseline_euros is not None and row.pilot.price is not None
    ]
    stopped = db.session.scalar(
        select(func.count())
        .select_from(Pilot)
        .where(Pilot.state == State.STOPPED, Pilot.ended_at >= first, Pilot.ended_at < last)
    )
    looked = [row.follow_up for row in rows if row.follow_up is not None]
    return Figures(
        rows=rows,
        total=number(last),
        all_days=_average([row.days for row in rows]),
        days=_average([row.days for row in in_days]),
        baseline_days=_average([row.pilot.baseline_days or 0 for row in in_days]),
        euros=_average([row.pilot.price or 0 for row in in_euros]),
        baseline_euros=_average([row.pilot.baseline_euros or 0 for row in in_euros]),
        stopped=stopped or 0,
        looked_at=len(looked),
        still_used=sum(1 for one in looked if one.in_use != Outcome.NO),
    )


def days_of(pilot: Pilot) -> int:
    """Return how many days passed from the need to the choice."""
    assert pilot.chosen_at is not None
    return (today(pilot.chosen_at) - pilot.needed_on).days


def _average(values: list[int]) -> Decimal | None:
    return Decimal(str(round(sum(values) / len(values), 1))) if values else None
