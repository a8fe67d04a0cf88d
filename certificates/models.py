"""Certificates: facts, frozen at issue, and everything that ever happened to them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, PROOF, personal, plain

PERSON = "accounts_person.id"
CERTIFICATE = "certificates_certificate.id"


NEW_DOCUMENT = "new document: the key of the old one is not safe"
"""A reason in the history; pages say it in the reader's language."""


class Status(StrEnum):
    """Where a certificate stands. Expiry follows from `valid_until`, not from here."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"


class Kind(StrEnum):
    """What a certificate proves."""

    COURSE = "course"
    CERTIFICATION = "certification"
    ATTENDANCE = "attendance"
    """Somebody was at a training of somebody else; nothing was assessed."""


class Template(Base):
    """A version of how certificates look and what they say; never changed, only followed.

    The newest row of a name is the one in use; an issued certificate keeps its own for ever (d7).
    """

    __tablename__ = "certificates_template"
    __table_args__ = (Unique("name", "version"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    name: Mapped[str] = plain(String(60))
    version: Mapped[int] = plain()
    statement_nl: Mapped[str] = plain(String(200))
    """Words between the holder's name and the title; empty for the words of the house."""
    statement_en: Mapped[str] = plain(String(200))
    issuer: Mapped[str] = plain(String(200))
    """Empty for the name of the site."""
    signatory_name: Mapped[str] = personal(PROOF, String(200))
    signatory_role_nl: Mapped[str] = plain(String(200))
    signatory_role_en: Mapped[str] = plain(String(200))
    assessed_nl: Mapped[str] = plain(String(600))
    """How it was assessed; empty for what follows from the course."""
    assessed_en: Mapped[str] = plain(String(600))
    months_valid: Mapped[int | None] = plain()
    """Months a certificate is valid; None for no end."""
    eqf: Mapped[int | None] = plain()
    """Level in the European Qualifications Framework, 1 to 8."""
    nlqf: Mapped[str] = plain(String(20))
    quality_name: Mapped[str] = plain(String(200))
    quality_url: Mapped[str] = plain(String(300))
    logo: Mapped[bytes | None] = plain(LargeBinary, deferred=True)
    """PNG, drawn anew when it was uploaded."""
    made_at: Mapped[datetime] = plain()
    made_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))


class TemplateUse(Base):
    """Which template the certificates of a course follow; the standard one when there is none."""

    __tablename__ = "certificates_template_use"

    course_id: Mapped[int] = plain(
        Id, ForeignKey("courses_course.id"), primary_key=True, autoincrement=False
    )
    template: Mapped[str] = plain(String(60))


class Certificate(Base):
    """A certificate of a course or a certification.

    What it says never changes; only its status does (P30). `source` says what gave it, once
    (P29): "course:7" (an enrolment), "replacement:3" (a certificate), or what an area names.
    """

    __tablename__ = "certificates_certificate"
    __table_args__ = (
        one_of("status", Status),
        one_of("kind", Kind),
        Index("ix_certificates_certificate_enrolment", "enrolment_id"),
        Index("ix_certificates_certificate_person", "person_id", "issued_at"),
        Index("ix_certificates_certificate_until", "valid_until"),
        Index("ix_certificates_certificate_status", "status", "issued_at"),
        Index(
            "ix_certificates_certificate_list",
            *("organisation_id", "course_id", "issued_at", "id", "source"),
        ),  # the order of the list behind the figure
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    number: Mapped[str] = plain(String(20), unique=True)
    """Printed number, such as 2026-4F7KQ2: unique, and says nothing about how many there are."""
    code: Mapped[str] = plain(String(26), unique=True)
    """128 random bits in base32, in the link and the QR."""
    short_code: Mapped[str] = plain(String(12), unique=True)
    """12 characters Crockford base32, for typing."""
    source: Mapped[str] = plain(String(80), unique=True)
    kind: Mapped[str] = plain(String(16), default=Kind.COURSE)
    enrolment_id: Mapped[int | None] = plain(Id, ForeignKey("courses_enrolment.id"))
    person_id: Mapped[int] = personal(PROOF, Id, ForeignKey(PERSON))
    course_id: Mapped[int | None] = plain(Id, ForeignKey("courses_course.id"))
    period: Mapped[int] = plain()
    organisation_id: Mapped[int | None] = plain(Id, ForeignKey("accounts_organisation.id"))
    holder_name: Mapped[str] = personal(PROOF, String(200))
    title: Mapped[str] = plain(String(300))
    language: Mapped[str] = plain(String(2))
    minutes: Mapped[int] = plain()
    score: Mapped[int | None] = personal(PROOF)
    outcomes: Mapped[list[Any]] = plain()
    course_version: Mapped[int] = plain()
    """Version of the course, or of the scheme of a certification."""
    issuer: Mapped[str] = plain(String(200))
    template_id: Mapped[int | None] = plain(Id, ForeignKey("certificates_template.id"))
    """None for the standard words of the house."""
    issued_at: Mapped[datetime] = plain()
    issued_on: Mapped[date] = plain()
    """Amsterdam date of issue, as printed."""
    valid_from: Mapped[date] = plain()
    """Later than the issue when it was renewed before the old one ended (d5)."""
    valid_until: Mapped[date | None] = plain()
    status: Mapped[str] = plain(String(12), default=Status.VALID)
    supersedes_id: Mapped[int | None] = plain(
        # The name of the convention is longer than PostgreSQL allows; so below.
        Id,
        ForeignKey(CERTIFICATE, name="fk_certificates_certificate_supersedes"),
        index=True,
    )
    """The certificate that this one replaces or renews."""
    share_code: Mapped[str | None] = plain(String(26), unique=True)
    """In the link that the holder opened for others; None while there is none (d12)."""
    problem: Mapped[str] = plain(String(500), default="")
    """Why the document could not be made yet, as `kind: details`; empty when nothing is wrong."""


class StatusEntry(Base):
    """The place of a certificate in a status list: by chance, so that lists tell nothing."""

    __tablename__ = "certificates_status_entry"
    __table_args__ = (Unique("list", "place"),)

    certificate_id: Mapped[int] = plain(
        Id,
        ForeignKey(CERTIFICATE, name="fk_certificates_status_entry_certificate"),
        primary_key=True,
        autoincrement=False,
    )
    list: Mapped[int] = plain()
    place: Mapped[int] = plain()


class Document(Base):
    """What was made at issue, once, and is kept for ever: PDF, credential, picture."""

    __tablename__ = "certificates_document"

    certificate_id: Mapped[int] = plain(
        Id, ForeignKey(CERTIFICATE), primary_key=True, autoincrement=False
    )
    content_hash: Mapped[str] = plain(String(64), index=True)
    data: Mapped[bytes] = personal(PROOF, LargeBinary, deferred=True)
    credential: Mapped[str] = personal(PROOF, Text, default="", deferred=True)
    """The signed credential as JSON; empty for documents of before there were any."""
    preview: Mapped[bytes | None] = personal(PROOF, LargeBinary, deferred=True)
    """Page one as PNG."""
    seal: Mapped[str] = plain(String(200), default="")
    """Who sealed it; empty when nobody did."""
    made_at: Mapped[datetime] = plain()


class HistoryEntry(Base):
    """Something that happened to a certificate: only ever added, each tied to the one before.

    The database refuses a change or a removal (P31); a changed byte breaks the chain of hashes.
    """

    __tablename__ = "certificates_history"

    id: Mapped[int] = plain(Id, primary_key=True)
    certificate_id: Mapped[int] = plain(Id, ForeignKey(CERTIFICATE), index=True)
    at: Mapped[datetime] = plain()
    status: Mapped[str] = plain(String(12))
    reason: Mapped[str] = personal(ACCOUNTABILITY, Text, default="")
    actor_id: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    second_id: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    """Who confirmed it, where two people are asked."""
    previous: Mapped[str] = plain(String(64))
    """Hash of the entry before; empty for the first."""
    hash: Mapped[str] = plain(String(64))


class Proposal(Base):
    """A revocation that one person proposed and another decides."""

    __tablename__ = "certificates_proposal"

    certificate_id: Mapped[int] = plain(
        Id,
        ForeignKey(CERTIFICATE, name="fk_certificates_proposal_certificate"),
        primary_key=True,
        autoincrement=False,
    )
    """One at a time: a decided proposal leaves a line in the history and goes."""
    reason: Mapped[str] = personal(ACCOUNTABILITY, Text)
    proposed_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    proposed_at: Mapped[datetime] = plain()


class BatchState(StrEnum):
    """How far work on many certificates is."""

    RUNNING = "running"
    DONE = "done"


class Batch(Base):
    """Work on many certificates at once, done by the worker, with its progress (d9)."""

    __tablename__ = "certificates_batch"
    __table_args__ = (
        one_of("state", BatchState),
        CheckConstraint("done BETWEEN 0 AND total", name="done_range"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    kind: Mapped[str] = plain(String(10))
    """"issue", "renew" or "zip"."""
    items: Mapped[list[Any]] = plain()
    """Ids of certificates (renew, zip) or enrolments (issue), in order."""
    total: Mapped[int] = plain()
    done: Mapped[int] = plain(default=0)
    state: Mapped[str] = plain(String(10), default=BatchState.RUNNING)
    file: Mapped[str] = plain(String(80), default="")
    """Name of the zip in the folder `exports` of the site."""
    asked_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    asked_at: Mapped[datetime] = plain()


MODELS: tuple[type[Base], ...] = (
    Template,
    TemplateUse,
    Certificate,
    StatusEntry,
    Document,
    HistoryEntry,
    Proposal,
    Batch,
)
