"""What the pages of a provider, a training, a person and a moderator show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from learnenv.accounts.api import organisations_up
from learnenv.areas.directory.completeness import Completeness, completeness
from learnenv.areas.directory.models import (
    Answer,
    Booking,
    Change,
    Claim,
    Label,
    Member,
    Offering,
    Participation,
    Provider,
    Report,
    Request,
    Review,
    ReviewState,
    Session,
    Shortlist,
    ShortlistItem,
    ShortlistMember,
    Waiting,
)
from learnenv.areas.directory.services import guard
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor

REVIEWS_PER_PAGE = 10
MOST = 100
"""Lines of a list of a moderator or a provider; the oldest first, so that none stays behind."""
MOST_COMPARED = 4


def provider_page(viewer: Actor, provider_id: int) -> tuple[Provider, bool]:
    """Return a provider, and whether the viewer acts for it. Not shown means not there (P3)."""
    found = db.session.get(Provider, provider_id)
    if found is None:
        raise NotFoundError
    own = guard.acts_for(viewer, provider_id)
    if not (found.is_shown or own):
        raise NotFoundError
    return found, own


def offering_page(viewer: Actor, offering_id: int) -> tuple[Offering, bool]:
    """Return a training with its provider, and whether the viewer acts for it."""
    found = db.session.scalar(
        select(Offering).options(joinedload(Offering.provider)).where(Offering.id == offering_id)
    )
    if found is None:
        raise NotFoundError
    own = guard.acts_for(viewer, found.provider_id)
    if not (found.is_shown or own):
        raise NotFoundError
    return found, own


def offerings_of(provider_id: int, *, published: bool) -> list[Offering]:
    """Return the trainings of a provider by title."""
    query = select(Offering).where(Offering.provider_id == provider_id)
    if published:
        query = query.where(Offering.is_published)
    return list(db.session.scalars(query.order_by(Offering.title, Offering.id).limit(MOST)))


def sessions_of(offering_id: int, *, after: datetime | None = None) -> list[Session]:
    """Return the sessions of a training, the first to come first; with `after` only later ones."""
    query = select(Session).where(Session.offering_id == offering_id)
    if after is not None:
        query = query.where(Session.starts_at > after, Session.is_cancelled.is_(False))
        return list(db.session.scalars(query.order_by(Session.starts_at).limit(MOST)))
    return list(db.session.scalars(query.order_by(Session.starts_at.desc()).limit(MOST)))


def reviews_of(
    *, provider_id: int | None = None, offering_id: int | None = None, page: int = 1
) -> list[Review]:
    """Return published reviews, and in the place of removed ones why; the newest first (P8).

    Of a removed one the page shows only why; a test looks for its text everywhere.
    """
    where: list[Any] = [
        Review.provider_id == provider_id
        if offering_id is None
        else Review.offering_id == offering_id,
        Review.state.in_([ReviewState.PUBLISHED, ReviewState.REMOVED]),
    ]
    found = db.session.scalars(
        select(Review)
        .options(joinedload(Review.participation), joinedload(Review.offering))
        .where(*where)
        .order_by(Review.written_at.desc(), Review.id.desc())
        .limit(REVIEWS_PER_PAGE)
        .offset((page - 1) * REVIEWS_PER_PAGE)
    )
    return list(found)


def reviews_number(*, provider_id: int | None = None, offering_id: int | None = None) -> int:
    """Count what `reviews_of` lists."""
    column, key = (
        (Review.provider_id, provider_id)
        if offering_id is None
        else (Review.offering_id, offering_id)
    )
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Review)
            .where(column == key, Review.state.in_([ReviewState.PUBLISHED, ReviewState.REMOVED]))
        )
        or 0
    )


def labels_for(viewer: Actor, provider_ids: Iterable[int], day: date) -> dict[int, Label]:
    """Return what the viewer's organisation says of providers, else one above it (g12)."""
    places = organisations_up(viewer.organisation_id)
    if not places:
        return {}
    rows = db.session.scalars(
        select(Label).where(
            Label.organisation_id.in_(places),
            Label.provider_id.in_(set(provider_ids)),
            or_(Label.until.is_(None), Label.until >= day),
        )
    )
    nearest_last = sorted(rows, key=lambda row: places.index(row.organisation_id))
    return {row.provider_id: row for row in nearest_last}


# --- compare -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A provider or a training, side by side with others."""

    key: str
    """As the address names it: "a12" for provider 12, "o7" for training 7."""
    provider: Provider
    offering: Offering | None
    next: Session | None


def compared(keys: Sequence[str], at: datetime) -> list[Compared]:
    """Return the first four of these that visitors see, in this order; others are left out."""
    from learnenv.areas.directory.queries.search import next_sessions

    wanted = dict.fromkeys(keys[:MOST])
    numbers = {key: int(key[1:]) for key in wanted if _is_key(key)}
    offerings = {
        one.id: one
        for one in db.session.scalars(
            select(Offering)
            .options(joinedload(Offering.provider))
            .where(Offering.id.in_([n for k, n in numbers.items() if k[0] == "o"]))
        )
        if one.is_shown
    }
    providers = {
        one.id: one
        for one in db.session.scalars(
            select(Provider).where(
                Provider.id.in_([n for k, n in numbers.items() if k[0] == "a"]), Provider.is_shown
            )
        )
    }
    upcoming = next_sessions(list(offerings), at)
    found = []
    for key, number in numbers.items():
        if key[0] == "o" and number in offerings:
            one = offerings[number]
            found.append(
                Compared(key=key, provider=one.provider, offering=one, next=upcoming.get(number))
            )
        elif key[0] == "a" and number in providers:
            found.append(Compared(key=key, provider=providers[number], offering=None, next=None))
    return found[:MOST_COMPARED]


def _is_key(key: str) -> bool:
    digits = key[1:]
    return key[:1] in {"a", "o"} and digits.isascii() and digits.isdigit() and len(digits) < 16  # noqa: PLR2004


# --- of a person ---------------------------------------------------------------------------------


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


# --- of a provider -------------------------------------------------------------------------------


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


# --- of a moderator ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Everything that waits for a moderator, the oldest first."""

    reports: list[tuple[Review, list[Report]]]
    changes: list[tuple[Change, Provider]]
    claims: list[tuple[Claim, Provider]]
    assignments: list[tuple[Participation, Provider]]

    @property
    def total(self) -> int:
        """How many wait."""
        parts: tuple[list[Any], ...] = (
            self.reports, self.changes, self.claims, self.assignments,
        )  # fmt: skip
        return sum(len(part) for part in parts)


def queue() -> Queue:
    """Return what waits."""
    reports: dict[int, list[Report]] = defaultdict(list)
    for row in db.session.scalars(
        select(Report).where(Report.is_open).order_by(Report.id).limit(MOST)
    ):
        reports[row.review_id].append(row)
    reviews = {
        one.id: one
        for one in db.session.scalars(
            select(Review)
            .options(joinedload(Review.provider), joinedload(Review.participation))
            .where(Review.id.in_(list(reports)))
        )
    }

    def waiting(model: type[Change | Claim]) -> list[Any]:
        rows = db.session.execute(
            select(model, Provider)
            .join(Provider, Provider.id == model.provider_id)
            .where(model.state == Waiting.WAITING)
            .order_by(model.id)
            .limit(MOST)
        )
        return [(row[0], row[1]) for row in rows]

    assignments = db.session.execute(
        select(Participation, Provider)
        .join(Provider, Provider.id == Participation.provider_id)
        .where(Participation.is_confirmed.is_(False), Participation.is_refused.is_(False))
        .order_by(Participation.id)
        .limit(MOST)
    )
    return Queue(
        reports=[(reviews[key], rows) for key, rows in reports.items()],
        changes=waiting(Change),
        claims=waiting(Claim),
        assignments=[(row[0], row[1]) for row in assignments],
    )
