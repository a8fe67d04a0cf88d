"""What other areas may know of providers (`kernel.guidance`)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from learnenv.areas.directory.models import Kind, Member, Provider
from learnenv.areas.directory.services import guard
from learnenv.kernel.db import db
from learnenv.kernel.guidance import Guide
from learnenv.kernel.permissions import Actor

GUIDES = (Kind.ADVISER, Kind.AGENCY, Kind.INSTITUTE, Kind.TRAINER)


def candidates(day: date) -> list[Guide]:
    """Return every shown provider that is certified on this day."""
    rows = db.session.scalars(
        select(Provider).where(
            Provider.is_shown,
            Provider.standing == "valid",
            Provider.certified_until >= day,
            Provider.kind.in_(GUIDES),
        )
    )
    return [_guide(one, day) for one in rows]


def _guide(one: Provider, day: date) -> Guide:
    return Guide(
        provider_id=one.id,
        name=one.name,
        kind=one.kind,
        summary=one.summary,
        path=f"/gids/aanbieder/{one.id}",
        certified_until=one.certified_until if one.is_certified(day) else None,
        themes=tuple(dict.fromkeys([*one.themes, *one.certified_themes])),
        region=one.region,
        days_free=one.days_free,
        day_rate=one.day_rate,
        stars=one.stars,
        reviews=one.reviews,
        is_shown=one.is_shown,
    )


def acted_for(actor: Actor) -> dict[int, str]:
    """Return the providers somebody acts for: name by id."""
    if not actor.is_known:
        return {}
    rows = db.session.execute(
        select(Provider.id, Provider.name)
        .join(Member, Member.provider_id == Provider.id)
        .where(Member.person_id == actor.person_id)
    )
    return {row.id: row.name for row in rows}


def known(provider_ids: set[int], day: date) -> dict[int, Guide]:
    """Return providers by id, whatever they are now."""
    rows = db.session.scalars(select(Provider).where(Provider.id.in_(provider_ids)))
    return {one.id: _guide(one, day) for one in rows}


def review_address() -> str:
    """Return where somebody finds what he can review."""
    return "/gids/mijn#beoordelen"


def tied(
    provider_ids: set[int], person_ids: set[int], organisation_id: int | None, day: date
) -> set[int]:
    """Return which providers are too near to these people and this organisation (P7)."""
    return guard.tied_to(provider_ids, person_ids, organisation_id, day)
