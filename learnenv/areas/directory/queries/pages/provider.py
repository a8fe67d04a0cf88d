"""What who acts for a provider sees of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from learnenv.areas.directory.completeness import Completeness, completeness
from learnenv.areas.directory.models import (
    Answer,
    Booking,
    Change,
    Member,
    Offering,
    Participation,
    Provider,
    Session,
)
from learnenv.areas.directory.queries.pages.public import MOST, offerings_of
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """A provider, for who acts for it."""

    provider: Provider
    offerings: list[Offering]
    complete: Completeness
    change: Change | None


def managed_by(actor: Actor) -> list[Managed]:
    """Return the providers the actor acts for."""
    rows = db.session.scalars(
        select(Provider)
        .join(Member, Member.provider_id == Provider.id)
        .where(Member.person_id == actor.id)
        .order_by(Provider.name, Provider.id)
    ).all()
    return [managed(one) for one in rows]


def acted_for(actor: Actor) -> list[Provider]:
    """Return the providers the actor acts for, by name, and nothing more of them."""
    return list(
        db.session.scalars(
            select(Provider)
            .join(Member, Member.provider_id == Provider.id)
            .where(Member.person_id == actor.id)
            .order_by(Provider.name, Provider.id)
        )
    )


def invitations_of(actor: Actor) -> list[tuple[Member, Provider]]:
    """Return who asked the actor, by address, to act along; nothing begins before a yes."""
    rows = db.session.execute(
        select(Member, Provider)
        .join(Provider, Provider.id == Member.provider_id)
        .where(Member.person_id.is_(None), Member.email == actor.email.lower())
        .order_by(Provider.name, Provider.id)
    )
    return [(row[0], row[1]) for row in rows]


def managed(provider: Provider) -> Managed:
    """Return what who acts for it sees first."""
    from learnenv.areas.directory.services.providers import waiting_change

    own = offerings_of(provider.id, published=False)
    planned = db.session.scalar(
        select(func.count())
        .select_from(Session)
        .where(
            Session.offering_id.in_([one.id for one in own]),
            Session.starts_at > now(),
            Session.is_cancelled.is_(False),
        )
    )
    return Managed(
        provider=provider,
        offerings=own,
        complete=completeness(provider, own, planned or 0),
        change=waiting_change(provider.id),
    )


def members_of(provider_id: int) -> list[Member]:
    """Return who acts for a provider."""
    return list(
        db.session.scalars(
            select(Member).where(Member.provider_id == provider_id).order_by(Member.id)
        )
    )


def requests_to(provider_id: int) -> list[Answer]:
    """Return what a provider was asked, the newest first."""
    return list(
        db.session.scalars(
            select(Answer)
            .options(joinedload(Answer.request))
            .where(Answer.provider_id == provider_id)
            .order_by(Answer.id.desc())
            .limit(MOST)
        )
    )


def assignments_of(provider_id: int) -> list[Participation]:
    """Return the assignments that wait for a provider to confirm, the oldest first."""
    return list(
        db.session.scalars(
            select(Participation)
            .where(
                Participation.provider_id == provider_id,
                Participation.is_confirmed.is_(False),
                Participation.is_refused.is_(False),
            )
            .order_by(Participation.id)
            .limit(MOST)
        )
    )


def participants(session_id: int) -> list[Booking]:
    """Return everybody who booked, asked or waits, in order of asking."""
    return list(
        db.session.scalars(
            select(Booking)
            .where(Booking.session_id == session_id)
            .order_by(Booking.queued_at, Booking.id)
        )
    )
