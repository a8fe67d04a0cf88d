"""The audit trail: one line per act that matters, appended, without secrets (P36)."""

from contextvars import ContextVar
from typing import Any

from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.models import AuditEntry
from learnenv.kernel.permissions import Actor

origin: ContextVar[str] = ContextVar("audit_origin", default="")


def record(action: str, subject: str, *, actor: Actor, outcome: str = "ok", **details: Any) -> None:
    """Append a line: `action` such as "role.granted", `subject` such as "person:7".

    Line breaks in values are folded, so that a name cannot fake a second line.
    """
    db.session.add(
        AuditEntry(
            at=now(),
            actor_id=actor.person_id,
            action=action,
            subject=" ".join(subject.split())[:200],
            outcome=outcome,
            origin=origin.get(),
            details=details,
        )
    )
