"""Certificates: facts, frozen at issue, and everything that ever happened to them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, PROOF, personal, plain


class Status(StrEnum):
    """Where a certificate stands. Expiry follows from `valid_until`, not from here."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"


class Certificate(Base):
    """A certificate of a course. What it says never changes; only its status does (P30)."""

    __tablename__ = "certificates_certificate"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "period"),
        one_of("status", Status),
        Index(
            "ix_certificates_certificate_list", "organisation_id", "course_id", "issued_at", "id"
        ),  # the order of the list behind the figure
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    number: Mapped[str] = plain(String(20), unique=True)
    """Printed number, such as 2026-4F7KQ2: unique, and says nothing about how many there are."""
    code: Mapped[str] = plain(String(26), unique=True)
    """128 random bits in base32, in the link and the QR."""
    short_code: Mapped[str] = plain(String(12), unique=True)
    """12 characters Crockford base32, for typing."""
    enrolment_id: Mapped[int] = plain(Id, ForeignKey("courses_enrolment.id"), unique=True)
    person_id: Mapped[int] = personal(PROOF, Id, ForeignKey("accounts_person.id"))
    course_id: Mapped[int] = plain(Id, ForeignKey("courses_course.id"))
    period: Mapped[int] = plain()
    organisation_id: Mapped[int | None] = plain(Id, ForeignKey("accounts_organisation.id"))
    holder_name: Mapped[str] = personal(PROOF, String(200))
    title: Mapped[str] = plain(String(300))
    language: Mapped[str] = plain(String(2))
    minutes: Mapped[int] = plain()
    score: Mapped[int | None] = personal(PROOF)
    outcomes: Mapped[list[Any]] = plain()
    course_version: Mapped[int] = plain()
    issuer: Mapped[str] = plain(String(200))
    issued_at: Mapped[datetime] = plain()
    issued_on: Mapped[date] = plain()
    """Amsterdam date of issue, as printed."""
    valid_until: Mapped[date | None] = plain()
    status: Mapped[str] = plain(String(12), default=Status.VALID)


class Document(Base):
    """The PDF of a certificate, made once and kept for ever."""

    __tablename__ = "certificates_document"

    certificate_id: Mapped[int] = plain(
        Id, ForeignKey("certificates_certificate.id"), primary_key=True, autoincrement=False
    )
    content_hash: Mapped[str] = plain(String(64), index=True)
    data: Mapped[bytes] = personal(PROOF, LargeBinary, deferred=True)
    made_at: Mapped[datetime] = plain()


class HistoryEntry(Base):
    """Something that happened to a certificate: only ever added."""

    __tablename__ = "certificates_history"

    id: Mapped[int] = plain(Id, primary_key=True)
    certificate_id: Mapped[int] = plain(Id, ForeignKey("certificates_certificate.id"), index=True)
    at: Mapped[datetime] = plain()
    status: Mapped[str] = plain(String(12))
    reason: Mapped[str] = personal(ACCOUNTABILITY, Text, default="")
    actor_id: Mapped[int | None] = personal(
        ACCOUNTABILITY, Id, ForeignKey("accounts_person.id", ondelete="SET NULL")
    )


MODELS: tuple[type[Base], ...] = (Certificate, Document, HistoryEntry)
