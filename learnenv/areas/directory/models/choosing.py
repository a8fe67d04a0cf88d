"""How an organisation chooses: shortlists with reasons, and the same questions to several."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from learnenv.areas.directory.models.offerings import Offering
from learnenv.areas.directory.models.providers import ORGANISATION, PERSON, PROVIDER, Provider
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import PURCHASE, personal, plain


class Shortlist(Base):
    """A list of providers and trainings that somebody chooses from, with colleagues (g5)."""

    __tablename__ = "directory_shortlist"

    id: Mapped[int] = plain(Id, primary_key=True)
    name: Mapped[str] = plain(String(200))
    organisation_id: Mapped[int | None] = plain(Id, ForeignKey(ORGANISATION))
    owner_id: Mapped[int] = personal(PURCHASE, Id, ForeignKey(PERSON), index=True)
    conclusion: Mapped[str] = plain(Text, default="")
    """Why this choice."""
    made_at: Mapped[datetime] = plain()
    changed_at: Mapped[datetime] = plain()


class ShortlistMember(Base):
    """A colleague who sees and changes a shortlist too; by address, known after a visit."""

    __tablename__ = "directory_shortlist_member"
    __table_args__ = (UniqueConstraint("shortlist_id", "email"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    shortlist_id: Mapped[int] = plain(Id, ForeignKey("directory_shortlist.id", ondelete="CASCADE"))
    email: Mapped[str] = personal(PURCHASE, String(320), index=True)
    person_id: Mapped[int | None] = personal(PURCHASE, Id, ForeignKey(PERSON), index=True)
    added_at: Mapped[datetime] = plain()


class ShortlistItem(Base):
    """A provider, or a training of one, on a shortlist."""

    __tablename__ = "directory_shortlist_item"
    __table_args__ = (
        UniqueConstraint("shortlist_id", "provider_id", "offering_key"),
        CheckConstraint("offering_key >= 0", name="offering_key_positive"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    shortlist_id: Mapped[int] = plain(Id, ForeignKey("directory_shortlist.id", ondelete="CASCADE"))
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"), index=True)
    offering_id: Mapped[int | None] = plain(Id, ForeignKey("directory_offering.id"), index=True)
    offering_key: Mapped[int] = plain(Id, default=0)
    """The same, 0 for none: NULLs are never unique."""
    reason: Mapped[str] = plain(Text, default="")
    is_chosen: Mapped[bool] = plain(default=False)
    added_at: Mapped[datetime] = plain()
    added_by: Mapped[int] = personal(PURCHASE, Id, ForeignKey(PERSON))

    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")
    offering: Mapped[Offering | None] = relationship(lazy="raise_on_sql")


class RequestKind(StrEnum):
    """What is asked."""

    INFORMATION = "information"
    QUOTATION = "quotation"


class RequestState(StrEnum):
    """Where a request stands. "Closed" comes by itself at the deadline."""

    OPEN = "open"
    CHOSEN = "chosen"
    ENDED = "ended"


class Request(Base):
    """The same questions to several providers, answered before one deadline (g15)."""

    __tablename__ = "directory_request"
    __table_args__ = (one_of("kind", RequestKind), one_of("state", RequestState))

    id: Mapped[int] = plain(Id, primary_key=True)
    kind: Mapped[str] = plain(String(12))
    title: Mapped[str] = plain(String(200))
    about: Mapped[str] = plain(Text, default="")
    questions: Mapped[list[Any]] = plain()
    deadline_at: Mapped[datetime] = plain()
    """Before it nobody but the one who wrote reads an answer; after it nobody answers."""
    organisation_id: Mapped[int | None] = plain(Id, ForeignKey(ORGANISATION))
    asked_by: Mapped[int] = personal(PURCHASE, Id, ForeignKey(PERSON), index=True)
    asked_at: Mapped[datetime] = plain()
    state: Mapped[str] = plain(String(10), default=RequestState.OPEN)
    reason: Mapped[str] = plain(Text, default="")
    """Why this one, or why none."""
    chosen_at: Mapped[datetime | None] = plain()


class Answer(Base):
    """A provider that was asked, and what it answered."""

    __tablename__ = "directory_answer"
    __table_args__ = (
        UniqueConstraint("request_id", "provider_id"),
        Index("ix_directory_answer_provider", "provider_id", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    request_id: Mapped[int] = plain(Id, ForeignKey("directory_request.id", ondelete="CASCADE"))
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"))
    answers: Mapped[list[Any]] = personal(PURCHASE)
    """In the order of the questions."""
    price: Mapped[int | None] = personal(PURCHASE)
    """Euros without VAT."""
    is_declined: Mapped[bool] = plain(default=False)
    answered_at: Mapped[datetime | None] = plain()
    answered_by: Mapped[int | None] = personal(PURCHASE, Id, ForeignKey(PERSON))
    is_chosen: Mapped[bool] = plain(default=False)

    request: Mapped[Request] = relationship(lazy="raise_on_sql")
    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")
