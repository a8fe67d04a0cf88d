"""Figures of certification: lead times, outcomes, agreement, and how many are certified."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from learnenv.areas.certification import life, scoring
from learnenv.areas.certification.models import (
    Kind,
    PairFigure,
    Registration,
    Scheme,
    Standing,
    StandingLine,
    StepFigure,
)
from learnenv.areas.certification.rules import read
from learnenv.kernel.db import db


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """How long a step took in a year: how often, days on average, and how often too late."""

    kind: str
    state: str
    count: int
    days: float
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two assessors agree on a criterion."""

    kind: str
    version: int
    criterion: str
    pairs: int
    kappa: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of a year."""

    year: int
    years: list[int]
    steps: list[StepLine]
    outcomes: list[StepLine]
    agreement: list[Agreement]
    certified: dict[str, int]


def report(year: int, *, day: date) -> Report:
    """Return the figures of a year; four queries."""
    rows = db.session.scalars(
        select(StepFigure).where(StepFigure.year == year).order_by(StepFigure.kind)
    ).all()
    lines = [
        StepLine(kind=r.kind, state=r.state, count=r.count, days=r.days / r.count, late=r.late)
        for r in rows
        if r.count
    ]
    order = [state.value for state in life.OPEN]
    steps = [line for line in lines if line.state in order]
    steps.sort(key=lambda line: (line.kind, order.index(line.state)))
    years = db.session.scalars(select(StepFigure.year).distinct().order_by(StepFigure.year)).all()
    return Report(
        year=year,
        years=sorted({*years, day.year}),
        steps=steps,
        outcomes=[line for line in lines if line.state in life.ENDED],
        agreement=agreement(),
        certified=certified(day),
    )


def agreement() -> list[Agreement]:
    """Return Cohen's kappa per criterion of each version of a scheme."""
    pairs: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for row in db.session.scalars(select(PairFigure)):
        pairs[(row.scheme_id, row.criterion)] += [(row.first, row.second)] * row.count
    schemes = {
        scheme.id: scheme
        for scheme in db.session.scalars(
            select(Scheme).where(Scheme.id.in_({key[0] for key in pairs}))
        )
    }
    found = []
    for (scheme_id, key), listed in pairs.items():
        scheme = schemes[scheme_id]
        criterion = read(scheme.rules).criterion(key)
        found.append(
            Agreement(
                kind=scheme.kind,
                version=scheme.version,
                criterion=criterion.title if criterion else key,
                pairs=len(listed),
                kappa=scoring.kappa(listed),
            )
        )
    return sorted(found, key=lambda one: (one.kind, -one.version, one.criterion))


def certified_on(day: date) -> int:
    """Return how many were certified at the end of a day in the past."""
    last = (
        select(func.max(StandingLine.id))
        .where(StandingLine.from_on <= day)
        .group_by(StandingLine.registration_id)
    )
    return (
        db.session.scalar(
            select(func.count())
            .select_from(StandingLine)
            .where(
                StandingLine.id.in_(last),
                StandingLine.standing == Standing.VALID,
                StandingLine.until_on >= day,
            )
        )
        or 0
    )


def certified(day: date) -> dict[str, int]:
    """Return how many are certified on a day, by kind."""
    rows = db.session.execute(
        select(Registration.kind, func.count())
        .where(Registration.standing == Standing.VALID, Registration.valid_until >= day)
        .group_by(Registration.kind)
    ).all()
    return {kind.value: 0 for kind in Kind} | {row[0]: row[1] for row in rows}
