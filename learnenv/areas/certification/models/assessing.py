"""Assessors, their independence, their scores and their interviews."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from learnenv.areas.certification.models.dossiers import DOSSIER, Dossier
from learnenv.areas.certification.models.parties import PARTY, PERSON
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, CERTIFICATION, personal, plain

MOST_LEVEL = 4


class Assessor(Base):
    """Somebody of the pool: what he knows about, and how much he can take (f5)."""

    __tablename__ = "certification_assessor"

    person_id: Mapped[int] = personal(
        CERTIFICATION, Id, ForeignKey(PERSON), primary_key=True, autoincrement=False
    )
    kinds: Mapped[list[Any]] = plain()
    themes: Mapped[list[Any]] = plain()
    most: Mapped[int] = plain(default=4)
    """How many dossiers at the same time."""
    is_available: Mapped[bool] = plain(default=True)


class RelationKind(StrEnum):
    """Why somebody is not independent of a party (f5; within three years)."""

    TRAINER = "trainer"
    PUPIL = "pupil"
    REVIEWER = "reviewer"
    BUSINESS = "business"
    PRIVATE = "private"


class Relation(Base):
    """Something between a person and a party, told by one of them or by a colleague."""

    __tablename__ = "certification_relation"
    __table_args__ = (
        UniqueConstraint("person_id", "party_id", "kind"),
        one_of("kind", RelationKind),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    person_id: Mapped[int] = personal(CERTIFICATION, Id, ForeignKey(PERSON))
    party_id: Mapped[int] = plain(Id, ForeignKey(PARTY, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = plain(String(10))
    until: Mapped[date | None] = plain()
    """Last day of it; None when it goes on."""
    note: Mapped[str] = personal(CERTIFICATION, String(300), default="")
    told_at: Mapped[datetime] = plain()
    told_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))


class AssignmentState(StrEnum):
    """Where the work of an assessor on a dossier stands."""

    ASKED = "asked"
    INDEPENDENT = "independent"
    DONE = "done"
    CONFLICT = "conflict"
    ENDED = "ended"


class Assignment(Base):
    """An assessor on a dossier; each declares independence for each dossier."""

    __tablename__ = "certification_assignment"
    __table_args__ = (
        UniqueConstraint("dossier_id", "person_id"),
        one_of("state", AssignmentState),
        Index("ix_certification_assignment_person", "person_id", "state"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER))
    person_id: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    state: Mapped[str] = plain(String(12), default=AssignmentState.ASKED)
    reasons: Mapped[list[Any]] = plain()
    """Why the system proposed this assessor, as was shown."""
    asked_at: Mapped[datetime] = plain()
    asked_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    declared_at: Mapped[datetime | None] = plain()
    declaration: Mapped[str] = personal(ACCOUNTABILITY, Text, default="")
    """Words of the declaration of independence, or why there is none."""
    done_at: Mapped[datetime | None] = plain()
    summary: Mapped[str] = personal(ACCOUNTABILITY, Text, default="")
    """What this assessor concludes."""
    seen_revision: Mapped[int] = plain(default=0)
    """Newest revision that this assessor looked at; later changes are marked."""

    dossier: Mapped[Dossier] = relationship(lazy="raise_on_sql")


class Score(Base):
    """The level an assessor gives on one criterion; final when the assessor is done."""

    __tablename__ = "certification_score"
    __table_args__ = (CheckConstraint(f"level BETWEEN 1 AND {MOST_LEVEL}", name="level_range"),)

    assignment_id: Mapped[int] = plain(
        Id, ForeignKey("certification_assignment.id"), primary_key=True, autoincrement=False
    )
    criterion: Mapped[str] = plain(String(60), primary_key=True)
    level: Mapped[int] = plain()
    note: Mapped[str] = personal(ACCOUNTABILITY, Text, default="")
    at: Mapped[datetime] = plain()


class Interview(Base):
    """A time that assessors offer; the applicant books one (f9)."""

    __tablename__ = "certification_interview"
    __table_args__ = (Index("ix_certification_interview_dossier", "dossier_id", "starts_at"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER))
    starts_at: Mapped[datetime] = plain()
    ends_at: Mapped[datetime] = plain()
    place: Mapped[str] = plain(String(300))
    offered_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    booked_at: Mapped[datetime | None] = plain()
    booked_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    cancelled_at: Mapped[datetime | None] = plain()
    held_at: Mapped[datetime | None] = plain()
    report: Mapped[str] = personal(CERTIFICATION, Text, default="")


class Reserved(Base):
    """A quarter of an hour of somebody's time, taken once: the key makes a double impossible."""

    __tablename__ = "certification_reserved"

    person_id: Mapped[int] = personal(
        CERTIFICATION, Id, ForeignKey(PERSON), primary_key=True, autoincrement=False
    )
    quarter: Mapped[int] = plain(Id, primary_key=True, autoincrement=False)
    """Quarters of an hour since 1970."""
    interview_id: Mapped[int | None] = plain(
        Id, ForeignKey("certification_interview.id"), index=True
    )
    """None for time that the person is not there."""
