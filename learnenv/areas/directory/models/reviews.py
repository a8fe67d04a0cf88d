"""Who took part in what, what they say of it, and what moderators decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from learnenv.areas.directory.models.offerings import Offering
from learnenv.areas.directory.models.providers import PERSON, PROVIDER, Provider
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, REVIEWING, personal, plain


class Proof(StrEnum):
    """What shows that somebody took part (g6)."""

    ENROLMENT = "enrolment"
    ATTENDANCE = "attendance"
    QUOTATION = "quotation"
    ASSIGNMENT = "assignment"
    PILOT = "pilot"


class Participation(Base):
    """A fact by which somebody may review a provider, once."""

    __tablename__ = "directory_participation"
    __table_args__ = (
        one_of("proof", Proof),
        Index("ix_directory_participation_person", "person_id", "id"),
        Index("ix_directory_participation_waiting", "is_confirmed", "id"),
        Index("ix_directory_participation_provider", "provider_id", "is_confirmed"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    source: Mapped[str] = plain(String(80), unique=True)
    """The fact, such as "booking:12"; the same fact once."""
    proof: Mapped[str] = plain(String(12))
    person_id: Mapped[int] = personal(REVIEWING, Id, ForeignKey(PERSON))
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"))
    offering_id: Mapped[int | None] = plain(Id, ForeignKey("directory_offering.id"), index=True)
    title: Mapped[str] = plain(String(300))
    text: Mapped[str] = personal(REVIEWING, Text, default="")
    """How somebody who names an assignment himself shows it; for who confirms it."""
    is_confirmed: Mapped[bool] = plain(default=True)
    is_refused: Mapped[bool] = plain(default=False)
    reason: Mapped[str] = plain(Text, default="")
    at: Mapped[datetime] = personal(REVIEWING)
    confirmed_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))


class ReviewState(StrEnum):
    """Whether visitors see a review."""

    PENDING = "pending"
    PUBLISHED = "published"
    REMOVED = "removed"


CRITERIA = ("content", "guidance", "use", "organisation")
"""What a review scores, each 1-5."""


class Review(Base):
    """What somebody who took part says (g6). One per participation."""

    __tablename__ = "directory_review"
    __table_args__ = (
        one_of("state", ReviewState),
        Index("ix_directory_review_provider", "provider_id", "state", "id"),
        Index("ix_directory_review_offering", "offering_id", "state", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    participation_id: Mapped[int] = plain(Id, ForeignKey("directory_participation.id"), unique=True)
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"))
    offering_id: Mapped[int | None] = plain(Id, ForeignKey("directory_offering.id"))
    person_id: Mapped[int] = personal(REVIEWING, Id, ForeignKey(PERSON), index=True)
    scores: Mapped[dict[str, Any]] = plain()
    """Per criterion 1-5."""
    stars: Mapped[float] = plain()
    """The average of the criteria."""
    text: Mapped[str] = personal(REVIEWING, Text)
    state: Mapped[str] = plain(String(10))
    written_at: Mapped[datetime] = plain()
    edited_at: Mapped[datetime | None] = plain()
    removed_reason: Mapped[str] = plain(Text, default="")
    """Published in its place: "removed because ..." (g8)."""
    reply: Mapped[str] = personal(REVIEWING, Text, default="")
    replied_at: Mapped[datetime | None] = plain()
    replied_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))

    participation: Mapped[Participation] = relationship(lazy="raise_on_sql")
    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")
    offering: Mapped[Offering | None] = relationship(lazy="raise_on_sql")


class Report(Base):
    """Somebody says that a review breaks the rules; once each."""

    __tablename__ = "directory_report"
    __table_args__ = (
        UniqueConstraint("review_id", "person_id"),
        Index("ix_directory_report_open", "is_open", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    review_id: Mapped[int] = plain(Id, ForeignKey("directory_review.id", ondelete="CASCADE"))
    person_id: Mapped[int] = personal(REVIEWING, Id, ForeignKey(PERSON))
    reason: Mapped[str] = personal(REVIEWING, Text)
    at: Mapped[datetime] = plain()
    is_open: Mapped[bool] = plain(default=True)


class Verdict(StrEnum):
    """What a moderator decides of a review."""

    KEEP = "keep"
    REMOVE = "remove"
    RESTORE = "restore"


class Moderation(Base):
    """What was decided about a review, and why; only ever added."""

    __tablename__ = "directory_moderation"
    __table_args__ = (one_of("verdict", Verdict),)

    id: Mapped[int] = plain(Id, primary_key=True)
    review_id: Mapped[int] = plain(
        Id, ForeignKey("directory_review.id", ondelete="CASCADE"), index=True
    )
    verdict: Mapped[str] = plain(String(10))
    reason: Mapped[str] = plain(Text)
    at: Mapped[datetime] = plain()
    decided_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
