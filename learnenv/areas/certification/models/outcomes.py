"""Decisions, letters, objections and complaints: only ever added."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from learnenv.areas.certification.models.dossiers import DOSSIER
from learnenv.areas.certification.models.parties import PERSON
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, CERTIFICATION, personal, plain

DECISION = "certification_decision.id"


class Outcome(StrEnum):
    """What was decided."""

    GRANTED = "granted"
    CONDITIONS = "conditions"
    REFUSED = "refused"
    SET_ASIDE = "set_aside"
    REOPENED = "reopened"


class Decision(Base):
    """A decision with its grounds. The database refuses a change or a removal (P31)."""

    __tablename__ = "certification_decision"
    __table_args__ = (UniqueConstraint("dossier_id", "number"), one_of("outcome", Outcome))

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER))
    number: Mapped[int] = plain()
    """1 is the first decision; a decision on an objection comes after it."""
    outcome: Mapped[str] = plain(String(12))
    grounds: Mapped[str] = personal(CERTIFICATION, Text)
    conditions: Mapped[str] = personal(CERTIFICATION, Text, default="")
    percent: Mapped[int | None] = plain()
    """Weighted score, percent 0-100, at the moment of deciding."""
    decided_at: Mapped[datetime] = plain()
    decided_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    objection_until: Mapped[date] = plain()
    """Last day for an objection: six weeks (Awb 6:7)."""
    objection_id: Mapped[int | None] = plain(Id)
    """The objection that this decides, if any."""


class Letter(Base):
    """The letter of a decision, as it was made."""

    __tablename__ = "certification_letter"

    decision_id: Mapped[int] = plain(
        Id, ForeignKey(DECISION), primary_key=True, autoincrement=False
    )
    data: Mapped[bytes] = personal(CERTIFICATION, LargeBinary, deferred=True)
    digest: Mapped[str] = plain(String(64))
    made_at: Mapped[datetime] = plain()


class Verdict(StrEnum):
    """What came of an objection."""

    FOUNDED = "founded"
    UNFOUNDED = "unfounded"
    INADMISSIBLE = "inadmissible"


class Objection(Base):
    """An objection (bezwaar, Awb 6:4) against a decision, handled by somebody not involved."""

    __tablename__ = "certification_objection"
    __table_args__ = (UniqueConstraint("decision_id"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER), index=True)
    decision_id: Mapped[int] = plain(Id, ForeignKey(DECISION))
    text: Mapped[str] = personal(CERTIFICATION, Text)
    made_at: Mapped[datetime] = plain()
    made_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    is_late: Mapped[bool] = plain(default=False)
    handler_id: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    due_on: Mapped[date] = plain(index=True)
    """Six weeks after the term for objections ended (Awb 7:10)."""
    hearing: Mapped[str] = personal(CERTIFICATION, Text, default="")
    """What was said at the hearing, or why there was none (Awb 7:2, 7:3)."""
    verdict: Mapped[str] = plain(String(12), default="")
    grounds: Mapped[str] = personal(CERTIFICATION, Text, default="")
    decided_at: Mapped[datetime | None] = plain()


class Complaint(Base):
    """A complaint about how somebody was treated (Awb 9:4); answered by another."""

    __tablename__ = "certification_complaint"

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER), index=True)
    text: Mapped[str] = personal(CERTIFICATION, Text)
    made_at: Mapped[datetime] = plain()
    made_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    due_on: Mapped[date] = plain(index=True)
    """Six weeks (Awb 9:11)."""
    answer: Mapped[str] = personal(CERTIFICATION, Text, default="")
    answered_at: Mapped[datetime | None] = plain()
    answered_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
