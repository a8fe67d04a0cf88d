"""What visitors see of providers, trainings and reviews."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from learnenv.accounts.api import organisations_up
from learnenv.areas.directory.models import (
    Label,
    Offering,
    Provider,
    Review,
    ReviewState,
    Session,
)
from learnenv.areas.directory.services import guard
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
