"""Who stands in the Gouden Gids, who acts for them, and what waits before it shows."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, PUBLICITY, personal, plain

PERSON = "accounts_person.id"
ORGANISATION = "accounts_organisation.id"
PROVIDER = "directory_provider.id"


class Kind(StrEnum):
    """What sort of provider it is. Trainers and advisers are people."""

    TRAINER = "trainer"
    ADVISER = "adviser"
    AGENCY = "agency"
    INSTITUTE = "institute"


PEOPLE = frozenset({Kind.TRAINER, Kind.ADVISER})
"""Kinds that are one person: these show with consent only, nothing of them before (P35)."""


class Provider(Base):
    """A trainer, adviser, agency or institute, and what the Gids may show of it."""

    __tablename__ = "directory_provider"
    __table_args__ = (
        one_of("kind", Kind),
        Index("ix_directory_provider_name", "folded_name", "id"),
        Index("ix_directory_provider_shown", "is_shown", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    kind: Mapped[str] = plain(String(12))
    name: Mapped[str] = personal(PUBLICITY, String(200))
    folded_name: Mapped[str] = personal(PUBLICITY, String(600))
    summary: Mapped[str] = personal(PUBLICITY, String(300), default="")
    about: Mapped[str] = personal(PUBLICITY, Text, default="")
    website: Mapped[str] = personal(PUBLICITY, String(300), default="")
    email: Mapped[str] = personal(PUBLICITY, String(320), default="")
    phone: Mapped[str] = personal(PUBLICITY, String(40), default="")
    region: Mapped[str] = plain(String(20), default="landelijk")
    place: Mapped[str | None] = plain(String(80))
    """Key of a place (`kernel.places`)."""
    themes: Mapped[list[Any]] = plain()
    day_rate: Mapped[int | None] = plain()
    """Euros for a day of advice, without VAT; None when it is not told."""
    days_free: Mapped[int | None] = plain()
    """Days a month that there is room for new work; None when it is not told."""
    organisation_id: Mapped[int | None] = plain(Id, ForeignKey(ORGANISATION), index=True)
    """Where it belongs: nobody of the same tree reviews it (g7)."""
    party_id: Mapped[int | None] = plain(Id, unique=True)
    """The certified party it is, as the register told; no key of ours, areas stand apart."""
    standing: Mapped[str] = plain(String(10), default="")
    """As the register told last: valid, suspended, withdrawn, expired, or empty for never."""
    certified_until: Mapped[date | None] = plain()
    register_number: Mapped[str] = plain(String(20), default="")
    certified_themes: Mapped[list[Any]] = plain()
    consent_at: Mapped[datetime | None] = personal(PUBLICITY)
    """Since when the provider wants to be listed; withdrawing it hides all at once (P35)."""
    consent_by: Mapped[int | None] = personal(PUBLICITY, Id, ForeignKey(PERSON))
    is_listed: Mapped[bool] = plain(default=False)
    """Whether staff listed an agency or institute from public facts, without contact data."""
    is_shown: Mapped[bool] = plain(default=False)
    """Whether visitors see it: consent, or listed and no person. Kept by `providers.settle`."""
    shown_since: Mapped[datetime | None] = plain()
    """Since when visitors know it; from then on name, kind and website wait for a moderator."""
    source: Mapped[str] = plain(String(12), default="own")
    """"own", "import" or "register"."""
    reviews: Mapped[int] = plain(default=0)
    """How many published reviews it has, and below what they say together."""
    stars: Mapped[float | None] = plain()
    """Average 1-5; None below three reviews (g9)."""
    spread: Mapped[list[Any]] = plain()
    """How many reviews of 1, 2, 3, 4 and 5 stars."""
    reviewed_at: Mapped[datetime | None] = plain()
    created_at: Mapped[datetime] = plain()
    created_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    changed_at: Mapped[datetime] = plain()

    @property
    def is_person(self) -> bool:
        """Whether it is one person, so that everything about it is personal."""
        return self.kind in PEOPLE

    @property
    def shows_contact(self) -> bool:
        """Whether visitors see address, telephone and text: only what the provider gave itself."""
        return self.consent_at is not None

    def is_certified(self, day: date) -> bool:
        """Whether it stands in the register as certified on this day."""
        return (
            self.standing == "valid"
            and self.certified_until is not None
            and self.certified_until >= day
        )


class Member(Base):
    """Somebody who acts for a provider; asked by address, known after a visit."""

    __tablename__ = "directory_member"
    __table_args__ = (UniqueConstraint("provider_id", "email"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"))
    email: Mapped[str] = personal(ACCOUNTABILITY, String(320), index=True)
    person_id: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON), index=True)
    added_at: Mapped[datetime] = plain()


class FormerMember(Base):
    """Somebody who acted for a provider: no independent reviewer or moderator for three years."""

    __tablename__ = "directory_former_member"
    __table_args__ = (UniqueConstraint("provider_id", "person_id"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"))
    person_id: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON), index=True)
    until: Mapped[date] = plain()


class Waiting(StrEnum):
    """What became of something that waits for a moderator."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


class Claim(Base):
    """Somebody says to act for a listed agency or institute (g2)."""

    __tablename__ = "directory_claim"
    __table_args__ = (
        one_of("state", Waiting),
        UniqueConstraint("provider_id", "person_id"),
        Index("ix_directory_claim_state", "state", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"))
    person_id: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    text: Mapped[str] = personal(ACCOUNTABILITY, Text)
    state: Mapped[str] = plain(String(10), default=Waiting.WAITING)
    asked_at: Mapped[datetime] = plain()
    decided_at: Mapped[datetime | None] = plain()
    decided_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    reason: Mapped[str] = plain(Text, default="")


class Change(Base):
    """A sensitive edit (name, kind, website) that waits with its difference (g2)."""

    __tablename__ = "directory_change"
    __table_args__ = (
        one_of("state", Waiting),
        Index("ix_directory_change_state", "state", "id"),
        Index("ix_directory_change_provider", "provider_id", "state"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"))
    before: Mapped[dict[str, Any]] = personal(ACCOUNTABILITY)
    after: Mapped[dict[str, Any]] = personal(ACCOUNTABILITY)
    state: Mapped[str] = plain(String(10), default=Waiting.WAITING)
    asked_at: Mapped[datetime] = plain()
    asked_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    decided_at: Mapped[datetime | None] = plain()
    decided_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    reason: Mapped[str] = plain(Text, default="")


class Label(Base):
    """Whether an organisation has a contract with a provider, for its own people (g12)."""

    __tablename__ = "directory_label"
    __table_args__ = (UniqueConstraint("organisation_id", "provider_id"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    organisation_id: Mapped[int] = plain(Id, ForeignKey(ORGANISATION))
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"), index=True)
    has_contract: Mapped[bool] = plain(Boolean)
    note: Mapped[str] = plain(String(300), default="")
    """Such as the number of the contract and how to order."""
    until: Mapped[date | None] = plain()
    set_at: Mapped[datetime] = plain()
    set_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
