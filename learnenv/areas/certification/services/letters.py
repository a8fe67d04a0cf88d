"""The letter of a decision is asked here; the worker makes it (documents.py)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from learnenv.areas.certification.models import Decision
from learnenv.kernel.clock import today
from learnenv.kernel.jobs import enqueue
from learnenv.kernel.terms import last_day

JOB = "certification.letter"
OBJECTION_DAYS = 42
"""Six weeks (Awb 6:7), from the day after the decision was made known (Awb 6:8)."""


def objection_term(at: datetime) -> date:
    """Return the last day for an objection against a decision of this moment.

    The letter leaves on the day of the decision or on the next; the later one counts.
    """
    return last_day(today(at) + timedelta(days=1), OBJECTION_DAYS)


def objection_due(until: date) -> date:
    """Return when an objection must be decided: six weeks after its term (Awb 7:10)."""
    return last_day(until, OBJECTION_DAYS)


def ask_letter(decision: Decision) -> None:
    """Let the worker make the letter and mail that it is there."""
    enqueue(JOB, {"decision": decision.id}, key=f"certification:letter:{decision.id}")
