"""Trainings, when and where they are given, and who has a seat."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, relationship

from learnenv.areas.directory.models.providers import ORGANISATION, PERSON, PROVIDER, Provider
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, BOOKING, NEEDS, personal, plain


class Form(StrEnum):
    """How a training is given."""

    ONLINE = "online"
    ON_SITE = "op-locatie"
    BLENDED = "gemengd"


class Level(StrEnum):
    """For whom, by what they know already."""

    BASIC = "basis"
    ADVANCED = "gevorderd"
    EXPERT = "expert"


class Language(StrEnum):
    """In which language it is given."""

    DUTCH = "nl"
    ENGLISH = "en"
    FRISIAN = "fy"


class Offering(Base):
    """A training that a provider gives."""

    __tablename__ = "directory_offering"
    __table_args__ = (
        one_of("form", Form),
        one_of("level", Level),
        one_of("language", Language),
        CheckConstraint("minutes >= 0", name="minutes_positive"),
        Index("ix_directory_offering_provider", "provider_id", "title"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    provider_id: Mapped[int] = plain(Id, ForeignKey(PROVIDER, ondelete="CASCADE"))
    title: Mapped[str] = plain(String(200))
    summary: Mapped[str] = plain(String(300), default="")
    goals: Mapped[list[Any]] = plain()
    """What somebody can do afterwards, a line each."""
    about: Mapped[str] = plain(Text, default="")
    form: Mapped[str] = plain(String(12), default=Form.ON_SITE)
    level: Mapped[str] = plain(String(12), default=Level.BASIC)
    language: Mapped[str] = plain(String(2), default=Language.DUTCH)
    minutes: Mapped[int] = plain(default=0)
    """Study load."""
    price: Mapped[int | None] = plain()
    """Euros per person without VAT; 0 is free, None is on request."""
    covers: Mapped[str] = plain(String(300), default="")
    """What the price covers (material, lunch, exam)."""
    terms: Mapped[str] = plain(Text, default="")
    """Terms of cancellation, shown before booking (g10)."""
    accessibility: Mapped[str] = plain(Text, default="")
    themes: Mapped[list[Any]] = plain()
    course_id: Mapped[int | None] = plain(Id, ForeignKey("courses_course.id"), unique=True)
    """The course of this site that it is, if it is one."""
    party_id: Mapped[int | None] = plain(Id, unique=True)
    """The certified training it is, as the register told."""
    standing: Mapped[str] = plain(String(10), default="")
    certified_until: Mapped[date | None] = plain()
    register_number: Mapped[str] = plain(String(20), default="")
    is_published: Mapped[bool] = plain(default=False)
    reviews: Mapped[int] = plain(default=0)
    stars: Mapped[float | None] = plain()
    spread: Mapped[list[Any]] = plain()
    reviewed_at: Mapped[datetime | None] = plain()
    created_at: Mapped[datetime] = plain()
    changed_at: Mapped[datetime] = plain()

    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")

    @property
    def is_shown(self) -> bool:
        """Whether visitors see it. Needs the provider to be loaded."""
        return self.is_published and self.provider.is_shown

    def is_certified(self, day: date) -> bool:
        """Whether the training itself is certified on this day."""
        return (
            self.standing == "valid"
            and self.certified_until is not None
            and self.certified_until >= day
        )


class Session(Base):
    """A training at a time and place ("uitvoering"), with seats."""

    __tablename__ = "directory_session"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= seats", name="seats_enough"),
        CheckConstraint("ends_at > starts_at", name="ends_later"),
        Index("ix_directory_session_place", "place", "starts_at"),
        Index("ix_directory_session_offering", "offering_id", "starts_at"),
        Index("ix_directory_session_starts", "starts_at", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    offering_id: Mapped[int] = plain(Id, ForeignKey("directory_offering.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = plain()
    ends_at: Mapped[datetime] = plain()
    place: Mapped[str | None] = plain(String(80))
    """Key of a place; None for online."""
    address: Mapped[str] = plain(String(300), default="")
    link: Mapped[str] = plain(String(500), default="")
    """Where to meet online: only for who has a seat."""
    seats: Mapped[int] = plain()
    taken: Mapped[int] = plain(default=0)
    """Seats that somebody has, or may still confirm; moved by one statement, so that two people
    never get the last one."""
    on_request: Mapped[bool] = plain(default=False)
    """Whether the organiser says yes first."""
    is_cancelled: Mapped[bool] = plain(default=False)
    created_at: Mapped[datetime] = plain()

    offering: Mapped[Offering] = relationship(lazy="raise_on_sql")


class BookingState(StrEnum):
    """Where a booking stands."""

    ASKED = "asked"
    BOOKED = "booked"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    LAPSED = "lapsed"
    ATTENDED = "attended"
    ABSENT = "absent"


HOLDS_A_SEAT = frozenset(
    {BookingState.BOOKED, BookingState.OFFERED, BookingState.ATTENDED, BookingState.ABSENT}
)
OVER = frozenset({BookingState.CANCELLED, BookingState.REFUSED, BookingState.LAPSED})


class Booking(Base):
    """A person and a seat, or a wish for one."""

    __tablename__ = "directory_booking"
    __table_args__ = (
        one_of("state", BookingState),
        UniqueConstraint("session_id", "person_id"),
        Index("ix_directory_booking_person", "person_id", "id"),
        Index("ix_directory_booking_queue", "session_id", "state", "queued_at"),
        Index("ix_directory_booking_confirm", "state", "confirm_by"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    session_id: Mapped[int] = plain(Id, ForeignKey("directory_session.id", ondelete="CASCADE"))
    person_id: Mapped[int] = personal(BOOKING, Id, ForeignKey(PERSON))
    organisation_id: Mapped[int | None] = personal(BOOKING, Id, ForeignKey(ORGANISATION))
    state: Mapped[str] = plain(String(10))
    needs: Mapped[str] = personal(NEEDS, Text, default="")
    """What somebody needs to take part; the organiser only (g11)."""
    terms: Mapped[str] = plain(Text, default="")
    """The terms of cancellation as they were agreed to."""
    price: Mapped[int | None] = plain(Integer, default=None)
    """Euros a person without VAT, as told when the booking was made; None: none was told."""
    confirm_by: Mapped[datetime | None] = plain()
    queued_at: Mapped[datetime] = plain()
    changed_at: Mapped[datetime] = plain()
    marked_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    """Who wrote down that the person was there."""
    certificate_id: Mapped[int | None] = plain(Id)

    session: Mapped[Session] = relationship(lazy="raise_on_sql")
