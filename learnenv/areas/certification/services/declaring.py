"""The yearly self-declaration (f12)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.areas.certification.models import Declaration, Registration, Standing, StandingLine
from learnenv.areas.certification.services.base import rules_of
from learnenv.areas.certification.services.register import LONGEST, hold, lift
from learnenv.kernel import audit
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.permissions import SYSTEM, Actor

DECLARE_FROM = timedelta(days=90)


def can_declare(entry: Registration, day: date) -> bool:
    """Whether the yearly declaration can be given: from 90 days before its last day."""
    return entry.declare_by is not None and day >= entry.declare_by - DECLARE_FROM


def declare(registration_id: int, text: str, *, actor: Actor, at: datetime) -> None:
    """Give the yearly self-declaration; a suspension for the missing one ends with it (f12)."""
    entry = hold(registration_id)
    if entry.standing == Standing.WITHDRAWN or not can_declare(entry, today(at)):
        raise DomainError(_("No declaration is asked now."))
    assert entry.declare_by is not None
    if not text.strip():
        raise InvalidInputError(_("Write what changed, or that nothing changed."), field="text")
    due = entry.declare_by
    db.session.add(
        Declaration(
            registration_id=entry.id,
            due_on=due,
            text=text.strip()[:LONGEST],
            declared_at=at,
            declared_by=actor.id,
        )
    )
    rules = rules_of(entry.scheme)
    following = due + relativedelta(months=rules.after.declaration_months)
    while following <= today(at):
        following += relativedelta(months=rules.after.declaration_months)
    entry.declare_by = following if following < entry.valid_until else None
    entry.noticed_on = None
    db.session.flush()
    audit.record("certification.declared", f"registration:{entry.number}", actor=actor)
    if entry.standing == Standing.SUSPENDED and _suspended_for_declaration(entry):
        lift(entry.id, DECLARED, actor=SYSTEM, at=at)


MISSING = "the yearly declaration is missing"
DECLARED = "the yearly declaration was given"


def _suspended_for_declaration(entry: Registration) -> bool:
    last = db.session.scalar(
        select(StandingLine.reason)
        .where(StandingLine.registration_id == entry.id)
        .order_by(StandingLine.id.desc())
        .limit(1)
    )
    return last == MISSING
