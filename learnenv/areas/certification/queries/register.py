"""The public register: who is certified now, and who was on any day (f16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import joinedload, selectinload

from learnenv.areas.certification.models import (
    Party,
    Registration,
    Scheme,
    Standing,
    StandingLine,
)
from learnenv.areas.certification.services.register import shown_standing
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.search import folded

PER_PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a visitor looks for."""

    text: str = ""
    kind: str = ""
    theme: str = ""
    region: str = ""
    all: bool = False
    """Also who is not certified now."""


def search(asked: Search, *, page: int, day: date) -> tuple[list[Registration], int]:
    """Return a page of entries by name, and how many there are."""
    where = []
    if not asked.all:
        where += [Registration.standing == Standing.VALID, Registration.valid_until >= day]
    if asked.kind:
        where.append(Registration.kind == asked.kind)
    if asked.theme:
        where.append(cast(Registration.themes, Text).like(f'%"{asked.theme}"%'))
    if asked.region:
        where.append(Party.region == asked.region)
    for word in folded(asked.text).split():
        clean = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        where.append(Registration.search.like(f"%{clean}%", escape="\\"))
    base = select(Registration).where(*where)
    counted = select(func.count()).select_from(Registration).where(*where)
    if asked.region:
        base = base.join(Registration.party)
        counted = counted.join(Registration.party)
    found = db.session.scalars(
        base.options(joinedload(Registration.party), selectinload(Registration.scheme))
        .order_by(Registration.name, Registration.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return list(found), db.session.scalar(counted) or 0


def entry(number: str) -> Registration:
    """Return an entry by its number. Raises NotFoundError."""
    found = db.session.scalar(
        select(Registration)
        .options(joinedload(Registration.party), joinedload(Registration.scheme))
        .where(Registration.number == number)
    )
    if found is None:
        raise NotFoundError
    return found


def lines(registration_id: int) -> list[StandingLine]:
    """Return everything that changed an entry, oldest first."""
    return list(
        db.session.scalars(
            select(StandingLine)
            .where(StandingLine.registration_id == registration_id)
            .order_by(StandingLine.from_on, StandingLine.id)
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDay:
    """What an entry was on a day."""

    day: date
    standing: str
    """"none" before the first line, else valid, suspended, withdrawn or expired."""
    scheme: Scheme | None
    themes: tuple[str, ...]
    until: date | None

    @property
    def was_certified(self) -> bool:
        """Whether the party was certified on that day."""
        return self.standing == Standing.VALID


def on_day(found: Registration, day: date) -> OnDay:
    """Answer "was this adviser certified on date X, under which criteria?"."""
    line = db.session.scalar(
        select(StandingLine)
        .where(StandingLine.registration_id == found.id, StandingLine.from_on <= day)
        .order_by(StandingLine.from_on.desc(), StandingLine.id.desc())
        .limit(1)
    )
    if line is None:
        return OnDay(day=day, standing="none", scheme=None, themes=(), until=None)
    standing = line.standing
    if standing == Standing.VALID and line.until_on < day:
        standing = "expired"
    # Renewed before the end: until the new certificate begins, the rules of the old one hold.
    ruled = db.session.scalar(
        select(StandingLine)
        .where(
            StandingLine.registration_id == found.id,
            StandingLine.from_on <= day,
            StandingLine.valid_from <= day,
        )
        .order_by(StandingLine.from_on.desc(), StandingLine.id.desc())
        .limit(1)
    )
    return OnDay(
        day=day,
        standing=standing,
        scheme=db.session.get_one(Scheme, (ruled or line).scheme_id),
        themes=tuple(line.themes),
        until=line.until_on,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of days with one standing, as the public sees it; gaps show as "expired"."""

    start: date
    end: date | None
    standing: str


def periods(found: Registration, *, day: date) -> list[Period]:
    """Return the history as stretches of days, newest first, interruptions included (f16)."""
    made: list[Period] = []
    listed = lines(found.id)
    for place, line in enumerate(listed):
        following = listed[place + 1].from_on if place + 1 < len(listed) else None
        if following is not None and following == line.from_on:
            continue  # the same day changed again: the last word of that day counts
        end = following - timedelta(days=1) if following else None
        if line.standing == Standing.VALID and (end or day) > line.until_on:
            made.append(Period(start=line.from_on, end=line.until_on, standing=line.standing))
            made.append(
                Period(start=line.until_on + timedelta(days=1), end=end, standing="expired")
            )
        else:
            made.append(Period(start=line.from_on, end=end, standing=line.standing))
    return _joined(made)[::-1]


def _joined(made: list[Period]) -> list[Period]:
    joined: list[Period] = []
    for period in made:
        if joined and joined[-1].standing == period.standing:
            joined[-1] = Period(start=joined[-1].start, end=period.end, standing=period.standing)
        else:
            joined.append(period)
    return joined


def standing_now(found: Registration, day: date) -> str:
    """Return what the entry is on this day."""
    return shown_standing(found, day)
