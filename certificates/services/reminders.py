"""Reminders that a certificate ends: 90, 60, 30 and 7 days before, once each (d4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from certificates import mails
from certificates.models import Certificate, Status
from learnenv.accounts.api import managers_of, person_facts
from learnenv.kernel.clock import today
from learnenv.kernel.db import db

STEPS = (90, 60, 30, 7)
"""Days before the last day."""


def step_of(days_left: int) -> int | None:
    """Return the reminder that is due: the nearest step that has been reached, or None.

    Who got a certificate for 20 days gets the reminder of 30, not three mails at once.
    """
    reached = [step for step in STEPS if 0 <= days_left <= step]
    return min(reached) if reached else None


def remind(*, at: datetime) -> int:
    """Mail holders and their managers whose certificate ends soon; return how many were due.

    The key of a mail holds the certificate and the step, so running this twice mails once.
    """
    day = today(at)
    newer = aliased(Certificate)
    found = db.session.scalars(
        select(Certificate).where(
            Certificate.status == Status.VALID,
            Certificate.valid_until.is_not(None),
            Certificate.valid_until >= day,
            Certificate.valid_until <= day + timedelta(days=STEPS[0]),
            # Renewed already: nothing to remind of.
            ~exists().where(newer.supersedes_id == Certificate.id, newer.status == Status.VALID),
        )
    ).all()
    for certificate in found:
        assert certificate.valid_until is not None
        step = step_of((certificate.valid_until - day).days)
        if step is None:
            continue
        holder = person_facts(certificate.person_id)
        mails.ends_soon(certificate, holder, step=step)
        for manager in managers_of(certificate.organisation_id):
            if manager.person_id != holder.person_id:
                mails.ends_soon_for_manager(certificate, manager, step=step)
    return len(found)
