"""What every verb does: hold the dossier, take one step of its life, and leave a line."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from learnenv.areas.certification import life, trail
from learnenv.areas.certification.models import (
    Assignment,
    AssignmentState,
    Dossier,
    Scheme,
    State,
    StepFigure,
)
from learnenv.areas.certification.rules import Rules, read
from learnenv.kernel.clock import calendar_year, today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.terms import days_between, last_day

BUSY = (AssignmentState.ASKED, AssignmentState.INDEPENDENT)
"""An assessor who still has to do something."""
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""Without vowels and look-alikes: no words, no mistakes at the telephone."""


def new_number(prefix: str, at: datetime) -> str:
    """Return a number such as D2026-7KQ2XV: unique by chance, tells nothing about how many."""
    tail = "".join(secrets.choice(ALPHABET) for _place in range(6))
    return f"{prefix}{calendar_year(at)}-{tail}"


@lru_cache(maxsize=64)
def _rules(scheme_id: int, _changed_at: datetime) -> Rules:
    return read(db.session.get_one(Scheme, scheme_id).rules)


def rules_of(scheme: Scheme) -> Rules:
    """Return what a scheme says, read once for each version."""
    return _rules(scheme.id, scheme.changed_at)


def forget_rules() -> None:
    """Forget what was read, for tests that make tables empty."""
    _rules.cache_clear()


def hold(dossier_id: int) -> Dossier:
    """Return a dossier as it is now and hold its row, so that steps come one after another."""
    found = db.session.scalar(
        select(Dossier)
        .options(joinedload(Dossier.party), joinedload(Dossier.scheme))
        .where(Dossier.id == dossier_id)
        .with_for_update(of=Dossier)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError
    return found


def move(
    dossier: Dossier,
    step: str,
    *,
    actor: Actor | None,
    at: datetime,
    waited_since: datetime | None = None,
    **details: Any,
) -> None:
    """Take a step of the life of a held dossier: new state, new term, a line in the trail.

    `waited_since` is when the question was asked that is answered now: the clock of the step
    stood still since then (Awb 4:15).
    """
    before = dossier.state
    dossier.state = life.after(before, step)
    dossier.changed_at = at
    if waited_since is not None:
        dossier.stopped_days += _stood_still(dossier, waited_since, at)
    elif dossier.state not in life.WAITING and before != dossier.state:
        _count(dossier, before, at)
    _set_term(dossier, at, goes_on=waited_since is not None)
    trail.add(dossier, step, actor=actor, at=at, before=before, **details)


EDITABLE = (State.DRAFT, *life.WAITING)
"""States in which the applicant writes."""


def demand_editable(dossier: Dossier) -> None:
    """Raise DomainError unless the applicant can change the dossier now."""
    if dossier.state not in EDITABLE:
        raise DomainError(_("The dossier was handed in, so it cannot be changed now."))


def active(dossier_id: int) -> int:
    """Return how many assessors work, or worked, on a dossier."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Assignment)
            .where(
                Assignment.dossier_id == dossier_id,
                Assignment.state.in_([*BUSY, AssignmentState.DONE]),
            )
        )
        or 0
    )


def back_to_choosing(dossier: Dossier, *, actor: Actor, at: datetime) -> None:
    """Let the coordinator choose again when too few assessors are left.

    Not while the applicant answers a question: then the answer brings it about.
    """
    running = dossier.state in (State.ASSESSING, State.ADVISING)
    if running and active(dossier.id) < rules_of(dossier.scheme).assessors:
        move(dossier, "reassign", actor=actor, at=at)


def _stood_still(dossier: Dossier, since: datetime, at: datetime) -> int:
    """Return for how many days the clock stood still: until the answer, or until the term for it
    passed unused (Awb 4:15, first paragraph)."""  # noqa: D205, D209
    days = days_between(since, at)
    if dossier.due_on is not None:
        days = min(days, max(0, (dossier.due_on - today(since)).days))
    return days


def _count(dossier: Dossier, before: str, at: datetime) -> None:
    """Count the step that ends now, and the outcome when this is the end."""
    key = {"year": calendar_year(at), "kind": dossier.party.kind}
    if before in life.OPEN and dossier.step_at is not None:
        days = max(0, days_between(dossier.step_at, at) - dossier.stopped_days)
        term = last_day(
            dossier.step_at,
            rules_of(dossier.scheme).term(life.TERM_OF[State(before)]),
            stopped=dossier.stopped_days,
        )
        _add({**key, "state": before}, days=days, late=int(today(at) > term))
    if dossier.state in life.ENDED and before != State.DRAFT:
        start = dossier.submitted_at or at
        _add({**key, "state": dossier.state}, days=days_between(start, at), late=0)


def _add(key: dict[str, Any], *, days: int, late: int) -> None:
    statement = insert(StepFigure).values(**key, count=1, days=days, late=late)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["year", "kind", "state"],
            set_={
                "count": StepFigure.count + 1,
                "days": StepFigure.days + days,
                "late": StepFigure.late + late,
            },
        )
    )


def _set_term(dossier: Dossier, at: datetime, *, goes_on: bool) -> None:
    state = State(dossier.state)
    name = life.TERM_OF.get(state)
    if name is None:
        dossier.due_on = None
        return
    days = rules_of(dossier.scheme).term(name)
    if state in life.WAITING:
        dossier.due_on = last_day(at, days)
        return
    if not goes_on or dossier.step_at is None:
        dossier.step_at, dossier.stopped_days = at, 0
    dossier.due_on = last_day(dossier.step_at, days, stopped=dossier.stopped_days)
