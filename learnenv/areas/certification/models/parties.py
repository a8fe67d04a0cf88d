"""Who can be certified: advisers, agencies, institutes and trainings, and who acts for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from learnenv.areas.certification.models.schemes import Kind
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, CERTIFICATION, personal, plain

PERSON = "accounts_person.id"
PARTY = "certification_party.id"


class Party(Base):
    """An adviser, agency, institute or training: known only, applying, or certified.

    Known and without a dossier: that is the inventory of the programme plan (k15).
    """

    __tablename__ = "certification_party"
    __table_args__ = (
        one_of("kind", Kind),
        Index("ix_certification_party_kind", "kind", "name"),
        Index("ix_certification_party_inventory", "has_dossier", "name", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    kind: Mapped[str] = plain(String(12))
    name: Mapped[str] = personal(CERTIFICATION, String(200))
    search: Mapped[str] = personal(CERTIFICATION, String(600), default="")
    """Name in small letters without accents, for finding it. Not the address: the register is
    public, and what is not shown must not be found either (P35)."""
    email: Mapped[str] = personal(CERTIFICATION, String(320), default="")
    website: Mapped[str] = plain(String(300), default="")
    region: Mapped[str] = plain(String(20), default="landelijk")
    themes: Mapped[list[Any]] = plain()
    organisation_id: Mapped[int | None] = plain(
        Id, ForeignKey("accounts_organisation.id"), index=True
    )
    """Where it belongs, for independence: an assessor of the same tree is refused."""
    has_dossier: Mapped[bool] = plain(default=False)
    """Whether it applied once; who did not, and is known, is the inventory."""
    source: Mapped[str] = plain(String(20), default="entered")
    """"entered", "import" or "application"."""
    note: Mapped[str] = plain(String(500), default="")
    consent_at: Mapped[datetime | None] = personal(CERTIFICATION)
    """Since when the register may show what is personal: e-mail, website and themes (P35)."""
    consent_by: Mapped[int | None] = personal(CERTIFICATION, Id, ForeignKey(PERSON))
    created_at: Mapped[datetime] = plain()
    created_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))


class Member(Base):
    """Somebody who works on the dossiers of a party; asked by address, known after a visit."""

    __tablename__ = "certification_member"
    __table_args__ = (UniqueConstraint("party_id", "email"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    party_id: Mapped[int] = plain(Id, ForeignKey(PARTY, ondelete="CASCADE"))
    email: Mapped[str] = personal(CERTIFICATION, String(320), index=True)
    person_id: Mapped[int | None] = personal(CERTIFICATION, Id, ForeignKey(PERSON), index=True)
    is_owner: Mapped[bool] = plain(default=False)
    """Whether the certificate stands in this person's name, and mails go here."""
    added_at: Mapped[datetime] = plain()


class Invitation(Base):
    """A mail that asks a known party to apply, and what became of it."""

    __tablename__ = "certification_invitation"

    id: Mapped[int] = plain(Id, primary_key=True)
    party_id: Mapped[int] = plain(Id, ForeignKey(PARTY, ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = plain(String(64), unique=True)
    sent_at: Mapped[datetime] = plain()
    sent_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    answer: Mapped[str] = plain(String(10), default="")
    """Empty, "applied" or "declined"."""
    answered_at: Mapped[datetime | None] = plain()


class PublicQuestion(Base):
    """A question about a scheme; answered once, without a name, for everybody (f19)."""

    __tablename__ = "certification_public_question"
    __table_args__ = (one_of("kind", Kind),)

    id: Mapped[int] = plain(Id, primary_key=True)
    kind: Mapped[str] = plain(String(12), index=True)
    text: Mapped[str] = personal(CERTIFICATION, Text)
    asked_by: Mapped[int | None] = personal(CERTIFICATION, Id, ForeignKey(PERSON))
    asked_at: Mapped[datetime] = plain()
    shown_text: Mapped[str] = plain(Text, default="")
    """The question as published: what could tell who asks is taken out."""
    answer: Mapped[str] = plain(Text, default="")
    answered_at: Mapped[datetime | None] = plain()
    answered_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
