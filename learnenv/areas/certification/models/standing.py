"""The register: who is certified, since when, and everything that changed it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from learnenv.areas.certification.models.dossiers import DOSSIER
from learnenv.areas.certification.models.parties import PARTY, PERSON, Party
from learnenv.areas.certification.models.schemes import Kind, Scheme
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, CERTIFICATION, personal, plain

REGISTRATION = "certification_registration.id"
# Names of the convention longer than PostgreSQL allows are written out below.


class Standing(StrEnum):
    """What a registration is now. Expiry follows from `valid_until`."""

    VALID = "valid"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class Registration(Base):
    """An entry of the register: one party under one scheme, kept through renewals."""

    __tablename__ = "certification_registration"
    __table_args__ = (
        UniqueConstraint("party_id"),
        one_of("standing", Standing),
        one_of("kind", Kind),
        Index("ix_certification_registration_list", "kind", "standing", "valid_until"),
        Index("ix_certification_registration_until", "valid_until"),
        Index("ix_certification_registration_name", "standing", "name", "id", "valid_until"),
        Index("ix_certification_registration_declare", "declare_by"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    number: Mapped[str] = plain(String(20), unique=True)
    party_id: Mapped[int] = plain(Id, ForeignKey(PARTY))
    kind: Mapped[str] = plain(String(12))
    name: Mapped[str] = personal(CERTIFICATION, String(200))
    """Name of the party, which stays as long as it stands here; kept for sorting the register."""
    search: Mapped[str] = personal(CERTIFICATION, String(600))
    scheme_id: Mapped[int] = plain(Id, ForeignKey("certification_scheme.id"))
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER))
    """The dossier behind the present certificate."""
    certificate_id: Mapped[int | None] = plain(
        Id,
        ForeignKey("certificates_certificate.id", name="fk_certification_registration_certificate"),
    )
    themes: Mapped[list[Any]] = plain()
    """What it covers; the scope can be made smaller (f13)."""
    standing: Mapped[str] = plain(String(10), default=Standing.VALID)
    since: Mapped[date] = plain()
    valid_from: Mapped[date] = plain()
    valid_until: Mapped[date] = plain()
    declare_by: Mapped[date | None] = plain()
    """Last day for the yearly self-declaration."""
    noticed_on: Mapped[date | None] = plain()
    """When the missing declaration was announced; only after that follows a suspension."""
    expiry_told: Mapped[bool] = plain(default=False)
    """Whether the other areas were told that the certificate ended."""
    renewed: Mapped[int] = plain(default=0)
    """How often it was renewed; also the number of the present period."""

    party: Mapped[Party] = relationship(lazy="raise_on_sql")
    scheme: Mapped[Scheme] = relationship(lazy="raise_on_sql")


class StandingLine(Base):
    """What a registration was from a day on: only ever added (f16, P31).

    "Was this adviser certified on date X" reads the last line on or before X.
    """

    __tablename__ = "certification_standing"
    __table_args__ = (
        one_of("standing", Standing),
        Index("ix_certification_standing_day", "registration_id", "from_on", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    registration_id: Mapped[int] = plain(
        Id, ForeignKey(REGISTRATION, name="fk_certification_standing_registration")
    )
    from_on: Mapped[date] = plain()
    until_on: Mapped[date] = plain()
    """Last day of the certificate as it was known then."""
    valid_from: Mapped[date] = plain()
    """First day of that certificate: later than `from_on` when it was renewed before the end."""
    standing: Mapped[str] = plain(String(10))
    scheme_id: Mapped[int] = plain(Id, ForeignKey("certification_scheme.id"))
    themes: Mapped[list[Any]] = plain()
    reason: Mapped[str] = personal(ACCOUNTABILITY, Text, default="")
    """For the file; the register shows only what the standing is."""
    at: Mapped[datetime] = plain()
    actor_id: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    previous: Mapped[str] = plain(String(64))
    hash: Mapped[str] = plain(String(64))


class Declaration(Base):
    """A yearly self-declaration (f12)."""

    __tablename__ = "certification_declaration"
    __table_args__ = (UniqueConstraint("registration_id", "due_on"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    registration_id: Mapped[int] = plain(
        Id, ForeignKey(REGISTRATION, name="fk_certification_declaration_registration")
    )
    due_on: Mapped[date] = plain()
    text: Mapped[str] = personal(CERTIFICATION, Text)
    """What changed, or that nothing did."""
    declared_at: Mapped[datetime] = plain()
    declared_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))


class Points(Base):
    """Points for renewal; each fact counts once (f15)."""

    __tablename__ = "certification_points"
    __table_args__ = (UniqueConstraint("registration_id", "source"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    registration_id: Mapped[int] = plain(
        Id, ForeignKey(REGISTRATION, name="fk_certification_points_registration")
    )
    source: Mapped[str] = plain(String(80))
    """The fact, such as "course:12" (an enrolment)."""
    title: Mapped[str] = plain(String(300))
    points: Mapped[int] = plain()
    earned_on: Mapped[date] = plain()
    period: Mapped[int] = plain(default=0)
    """`Registration.renewed` at that moment: points count for one renewal only."""


class Ending(Base):
    """A withdrawal that one person proposed and another decides."""

    __tablename__ = "certification_ending"

    registration_id: Mapped[int] = plain(
        Id,
        ForeignKey(REGISTRATION, name="fk_certification_ending_registration"),
        primary_key=True,
        autoincrement=False,
    )
    reason: Mapped[str] = personal(ACCOUNTABILITY, Text)
    proposed_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    proposed_at: Mapped[datetime] = plain()
