"""What somebody sees of the own bookings, lists, requests and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from learnenv.areas.directory.models import (
    Answer,
    Booking,
    Offering,
    Participation,
    Provider,
    Request,
    Review,
    Session,
    Shortlist,
    ShortlistItem,
    ShortlistMember,
)
from learnenv.areas.directory.queries.pages.public import MOST
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Actor


def bookings_of(actor: Actor) -> list[Booking]:
    """Return somebody's bookings, the last made first."""
    return list(
        db.session.scalars(
            select(Booking)
            .options(
                joinedload(Booking.session)
                .joinedload(Session.offering)
                .joinedload(Offering.provider)
            )
            .where(Booking.person_id == actor.id)
            .order_by(Booking.id.desc())
            .limit(MOST)
        )
    )


def booking_for(actor: Actor, session_id: int) -> Booking | None:
    """Return somebody's booking of a session."""
    return db.session.scalar(
        select(Booking).where(Booking.session_id == session_id, Booking.person_id == actor.id)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something a person took part in, and the review of it."""

    fact: Participation
    provider: Provider
    review: Review | None


def parts_of(actor: Actor) -> list[Part]:
    """Return what somebody can review or reviewed, the newest first."""
    rows = db.session.execute(
        select(Participation, Provider, Review)
        .join(Provider, Provider.id == Participation.provider_id)
        .outerjoin(Review, Review.participation_id == Participation.id)
        .where(Participation.person_id == actor.id)
        .order_by(Participation.id.desc())
        .limit(MOST)
    )
    return [Part(fact=row[0], provider=row[1], review=row[2]) for row in rows]


def requests_of(actor: Actor) -> list[Request]:
    """Return what somebody asked providers, the newest first."""
    return list(
        db.session.scalars(
            select(Request)
            .where(Request.asked_by == actor.id)
            .order_by(Request.id.desc())
            .limit(MOST)
        )
    )


def answers_of(request_id: int) -> list[Answer]:
    """Return the places for answers to a request, by name of the provider."""
    return list(
        db.session.scalars(
            select(Answer)
            .join(Answer.provider)
            .options(joinedload(Answer.provider))
            .where(Answer.request_id == request_id)
            .order_by(Provider.name, Provider.id)
        )
    )


def items_of(shortlist_id: int) -> list[ShortlistItem]:
    """Return what stands on a list, as it was added."""
    return list(
        db.session.scalars(
            select(ShortlistItem)
            .options(joinedload(ShortlistItem.provider), joinedload(ShortlistItem.offering))
            .where(ShortlistItem.shortlist_id == shortlist_id)
            .order_by(ShortlistItem.id)
        )
    )


def providers_of_lists(shortlist_ids: Sequence[int]) -> list[Provider]:
    """Return the providers on these lists that visitors see, by name."""
    on_lists = select(ShortlistItem.provider_id).where(
        ShortlistItem.shortlist_id.in_(shortlist_ids)
    )
    return list(
        db.session.scalars(
            select(Provider)
            .where(Provider.is_shown, Provider.id.in_(on_lists))
            .order_by(Provider.name, Provider.id)
        )
    )


def colleagues_of(shortlist: Shortlist) -> list[ShortlistMember]:
    """Return who sees a list along."""
    return list(
        db.session.scalars(
            select(ShortlistMember)
            .where(ShortlistMember.shortlist_id == shortlist.id)
            .order_by(ShortlistMember.email)
        )
    )
