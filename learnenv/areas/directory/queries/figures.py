"""What the Gouden Gids did in a year, counted from the records themselves (k16, k23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from learnenv.areas.directory.models import (
    Booking,
    BookingState,
    Moderation,
    Offering,
    Provider,
    Request,
    RequestState,
    Review,
    ReviewState,
    Session,
    Verdict,
)
from learnenv.kernel.clock import AMSTERDAM, calendar_year, now
from learnenv.kernel.db import db

FIRST_YEAR = 2026
DAY = 86_400


def bounds(year: int) -> tuple[datetime, datetime]:
    """Return the moments at which a year begins and ends in Amsterdam."""
    return datetime(year, 1, 1, tzinfo=AMSTERDAM), datetime(year + 1, 1, 1, tzinfo=AMSTERDAM)


def years() -> list[int]:
    """Return the years there can be figures of, the newest first."""
    return list(range(calendar_year(now()), FIRST_YEAR - 1, -1))


def year_asked(text: str) -> int:
    """Return the year of the address when there are figures of it, else this one."""
    known = years()
    return next((year for year in known if str(year) == text), known[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a year."""

    providers: int
    trainings: int
    reviews: int
    removed: int
    followed: int
    chosen: int
    days: Decimal
    """From request to choice, on average."""


def of_year(year: int) -> Figures:
    """Return the figures; providers and trainings as they are now, the rest of the year."""
    first, last = bounds(year)

    def count(column: object, *where: object) -> int:
        return db.session.scalar(select(func.count(column)).where(*where)) or 0  # type: ignore[arg-type]

    chosen = db.session.execute(
        select(Request.asked_at, Request.chosen_at).where(
            Request.state == RequestState.CHOSEN,
            Request.chosen_at >= first,
            Request.chosen_at < last,
        )
    ).all()
    took = [(row.chosen_at - row.asked_at).total_seconds() for row in chosen]
    return Figures(
        providers=count(Provider.id, Provider.is_shown),
        trainings=db.session.scalar(
            select(func.count(Offering.id))
            .join(Provider, Provider.id == Offering.provider_id)
            .where(Offering.is_published, Provider.is_shown)
        )
        or 0,
        reviews=count(
            Review.id, Review.state == ReviewState.PUBLISHED,
            Review.written_at >= first, Review.written_at < last,
        ),
        removed=count(
            Moderation.id, Moderation.verdict == Verdict.REMOVE,
            Moderation.at >= first, Moderation.at < last,
        ),
        followed=db.session.scalar(
            select(func.count(Booking.id))
            .join(Session, Session.id == Booking.session_id)
            .where(
                Booking.state == BookingState.ATTENDED,
                Session.starts_at >= first,
                Session.starts_at < last,
            )
        )
        or 0,
        chosen=len(chosen),
        days=Decimal(round(sum(took) / len(took) / DAY, 1)) if took else Decimal(0),
    )  # fmt: skip


def removed_lately() -> list[tuple[Moderation, Review]]:
    """Return the last decisions about reviews, to be turned back if need be."""
    last = select(func.max(Moderation.id)).group_by(Moderation.review_id)
    rows = db.session.execute(
        select(Moderation, Review)
        .join(Review, Review.id == Moderation.review_id)
        .where(
            Moderation.id.in_(last),
            Moderation.verdict == Verdict.REMOVE,
            Review.state == ReviewState.REMOVED,
        )
        .order_by(Moderation.id.desc())
        .limit(20)
    )
    return [(row[0], row[1]) for row in rows]
