"""Facts and constraints of pilot projects."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import PURCHASE, personal, plain

PERSON = "accounts_person.id"
ORGANISATION = "accounts_organisation.id"


class State(StrEnum):
    """Where a pilot stands."""

    OPEN = "open"
    """Looks for guidance."""
    RUNNING = "running"
    CLOSED = "closed"
    STOPPED = "stopped"
    """Ended without a result, before or after guidance was chosen."""


class Stage(StrEnum):
    """What a running pilot works on, in this order."""

    PREPARE = "prepare"
    TRY = "try"
    MEASURE = "measure"
    ROUND_OFF = "round_off"


class Outcome(StrEnum):
    """Whether it worked; also after six months."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Pilot(Base):
    """A practical project of an organisation (g13, g14)."""

    __tablename__ = "pilots_pilot"
    __table_args__ = (
        one_of("state", State),
        one_of("stage", Stage),
        CheckConstraint("budget >= 0", name="budget_positive"),
        CheckConstraint("(chosen_at IS NULL) = (provider_id IS NULL)", name="chosen_has_provider"),
        Index("ix_pilots_pilot_leader", "leader_id", "id"),
        Index("ix_pilots_pilot_organisation", "organisation_id", "id"),
        Index("ix_pilots_pilot_chosen", "chosen_at", "id"),
        Index("ix_pilots_pilot_follow", "state", "follow_up_on"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    title: Mapped[str] = plain(String(200))
    question: Mapped[str] = plain(Text)
    help: Mapped[str] = plain(Text)
    """What guidance is asked for."""
    theme: Mapped[str] = plain(String(40))
    region: Mapped[str] = plain(String(20))
    starts_on: Mapped[date] = plain()
    ends_on: Mapped[date] = plain()
    budget: Mapped[int] = plain()
    """Euros for guidance, without VAT."""
    measure: Mapped[str] = plain(String(200))
    """By what the organisation sees whether it works, such as "vragen per week"."""
    before: Mapped[str] = plain(String(100), default="")
    """The measure as it is at the beginning."""
    needed_on: Mapped[date] = plain()
    """Since when there is a need for guidance: from here the days to the choice are counted."""
    baseline_days: Mapped[int | None] = plain()
    """How many days such a choice took before, as the organisation says (k23)."""
    baseline_euros: Mapped[int | None] = plain()
    """What such guidance cost before."""
    organisation_id: Mapped[int] = plain(Id, ForeignKey(ORGANISATION))
    leader_id: Mapped[int] = personal(PURCHASE, Id, ForeignKey(PERSON))
    posted_at: Mapped[datetime] = plain()
    state: Mapped[str] = plain(String(10), default=State.OPEN)
    stage: Mapped[str] = plain(String(10), default=Stage.PREPARE)
    provider_id: Mapped[int | None] = plain(Id, index=True)
    """The chosen guidance: a provider of the directory, which stands apart."""
    provider_name: Mapped[str] = plain(String(200), default="")
    certified_until: Mapped[date | None] = plain()
    """Until when the guidance was certified on the day of the choice."""
    price: Mapped[int | None] = plain()
    """Euros agreed."""
    chosen_at: Mapped[datetime | None] = plain()
    chosen_by: Mapped[int | None] = personal(PURCHASE, Id, ForeignKey(PERSON))
    reason: Mapped[str] = plain(Text, default="")
    """Why this guidance, or why it was stopped."""
    outcome: Mapped[str] = plain(String(10), default="")
    result: Mapped[str] = plain(Text, default="")
    lessons: Mapped[str] = plain(Text, default="")
    after: Mapped[str] = plain(String(100), default="")
    """The measure at the end."""
    ended_at: Mapped[datetime | None] = plain()
    follow_up_on: Mapped[date | None] = plain()
    """When somebody else looks whether it still works (k24)."""


class InvitationState(StrEnum):
    """What became of an invitation."""

    ASKED = "asked"
    OFFERED = "offered"
    DECLINED = "declined"
    CHOSEN = "chosen"
    OTHER = "other"
    """Another was chosen, or the pilot stopped."""


class Invitation(Base):
    """Guidance that was asked, with the reasons it stood in the list, and what it offers."""

    __tablename__ = "pilots_invitation"
    __table_args__ = (
        one_of("state", InvitationState),
        UniqueConstraint("pilot_id", "provider_id"),
        Index("ix_pilots_invitation_provider", "provider_id", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    pilot_id: Mapped[int] = plain(Id, ForeignKey("pilots_pilot.id", ondelete="CASCADE"))
    provider_id: Mapped[int] = plain(Id)
    provider_name: Mapped[str] = plain(String(200))
    place: Mapped[int] = plain()
    """The place in the ranked list at the moment of asking."""
    state: Mapped[str] = plain(String(10), default=InvitationState.ASKED)
    invited_at: Mapped[datetime] = plain()
    invited_by: Mapped[int] = personal(PURCHASE, Id, ForeignKey(PERSON))
    approach: Mapped[str] = plain(Text, default="")
    price: Mapped[int | None] = plain()
    days: Mapped[int | None] = plain()
    """Days of guidance for that price."""
    answered_at: Mapped[datetime | None] = plain()
    answered_by: Mapped[int | None] = personal(PURCHASE, Id, ForeignKey(PERSON))

    pilot: Mapped[Pilot] = relationship(lazy="raise_on_sql")


class Side(StrEnum):
    """Who wrote something: the organisation or the guidance."""

    ORGANISATION = "organisation"
    GUIDANCE = "guidance"


class LogLine(Base):
    """What was done on a day, and what it took. Only ever added."""

    __tablename__ = "pilots_log_line"
    __table_args__ = (
        one_of("side", Side),
        CheckConstraint("hours >= 0 AND euros >= 0", name="amounts_positive"),
        Index("ix_pilots_log_line_pilot", "pilot_id", "day", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    pilot_id: Mapped[int] = plain(Id, ForeignKey("pilots_pilot.id", ondelete="CASCADE"))
    day: Mapped[date] = plain()
    stage: Mapped[str] = plain(String(10))
    text: Mapped[str] = plain(Text)
    hours: Mapped[float] = plain(default=0.0)
    euros: Mapped[int] = plain(default=0)
    side: Mapped[str] = plain(String(14))
    written_by: Mapped[int] = personal(PURCHASE, Id, ForeignKey(PERSON))
    written_at: Mapped[datetime] = plain()


CRITERIA = ("question", "time", "use")
"""What guidance scores of an organisation, each 1-5."""


class OrganisationReview(Base):
    """What the guidance says of working with the organisation; one per pilot (g14).

    The organisation reviews the guidance in the directory, where visitors read it.
    """

    __tablename__ = "pilots_organisation_review"

    id: Mapped[int] = plain(Id, primary_key=True)
    pilot_id: Mapped[int] = plain(
        Id, ForeignKey("pilots_pilot.id", ondelete="CASCADE"), unique=True
    )
    scores: Mapped[dict[str, Any]] = plain()
    text: Mapped[str] = plain(Text)
    written_by: Mapped[int] = personal(PURCHASE, Id, ForeignKey(PERSON))
    written_at: Mapped[datetime] = plain()


class FollowUp(Base):
    """What somebody without a part in it found after six months; one per pilot (k24)."""

    __tablename__ = "pilots_follow_up"
    __table_args__ = (one_of("in_use", Outcome),)

    id: Mapped[int] = plain(Id, primary_key=True)
    pilot_id: Mapped[int] = plain(
        Id, ForeignKey("pilots_pilot.id", ondelete="CASCADE"), unique=True
    )
    in_use: Mapped[str] = plain(String(10))
    story: Mapped[str] = plain(Text)
    now: Mapped[str] = plain(String(100))
    """The measure after six months."""
    done_by: Mapped[int] = personal(PURCHASE, Id, ForeignKey(PERSON))
    done_at: Mapped[datetime] = plain()


MODELS: tuple[type[Base], ...] = (Pilot, Invitation, LogLine, OrganisationReview, FollowUp)
