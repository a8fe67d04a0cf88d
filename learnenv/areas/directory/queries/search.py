"""Finding: words, filters with counts, near a place, four ways to sort (g1, g10).

Which entries fit is decided with the bits of this process (`queries.bits`); the database is asked
for one page of rows, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from learnenv.areas.directory.models import (
    OFFERING_ENTRY,
    PROVIDER_ENTRY,
    Entry,
    Offering,
    Provider,
    Session,
)
from learnenv.areas.directory.queries.bits import Bits, bits_of_this_process, members, picked
from learnenv.kernel import fulltext
from learnenv.kernel.db import db
from learnenv.kernel.places import near

PER_PAGE = 20
MOST_PAGES = 50
"""Nobody reads further than a thousand results; whoever gets there needs a filter."""
FACETS = ("soort", "thema", "regio", "vorm", "prijs", "niveau", "taal")
"""Filters with counts; several values of one filter widen, filters together narrow."""
SORTS = ("relevantie", "datum", "waardering", "prijs", "naam")
FEW = 500
"""Up to this many rows are sorted by id; more are read along an index."""
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a visitor looks for. The address of the page says all of it."""

    text: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    certified: bool = False
    place: str = ""
    """Key of a place, or nothing."""
    km: int = 25
    sort: str = "relevantie"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result: a provider, or a training with its provider and its next date."""

    provider: Provider
    offering: Offering | None
    next: Session | None
    km: int | None
    """Distance to the place that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of results, and for each filter how many there would be."""

    hits: list[Hit]
    total: int
    counts: dict[str, dict[str, int]]
    certified: int
    page: int
    pages: int


def search(asked: Asked, *, at: datetime, day: date, per_page: int = PER_PAGE) -> Found:
    """Return a page of what a visitor looks for."""
    bits, turn = bits_of_this_process()
    base = bits.shown
    in_title = 0
    words = bits.with_words(asked.text, turn)
    if words is not None:
        base &= words[0]
        in_title = words[1]
    around = near(asked.place, asked.km) if asked.place else None
    if around is not None:
        base &= bits.any_of("plaats", around)
    if asked.sort == "datum":
        base &= bits.any_of("stand", ("gepland",))
    certified = bits.certified(day)
    by_facet = {
        facet: bits.any_of(facet, asked.chosen[facet])
        for facet in FACETS
        if asked.chosen.get(facet)
    }
    allowed = base & certified if asked.certified else base
    counts = _counts(bits, allowed, by_facet)
    whatever_standing = base
    for chosen in by_facet.values():
        allowed &= chosen
        whatever_standing &= chosen
    total = allowed.bit_count()
    pages = max(1, min(MOST_PAGES, -(-total // per_page)))
    page = min(asked.page, pages)
    ids = _page(asked, allowed, in_title, bits, around, at, (page - 1) * per_page, per_page)
    return Found(
        hits=_hits(ids, around, at),
        total=total,
        counts=counts,
        certified=(whatever_standing & certified).bit_count(),
        page=page,
        pages=pages,
    )


def _counts(bits: Bits, allowed: int, by_facet: dict[str, int]) -> dict[str, dict[str, int]]:
    """Count each value with all other filters on, so that a second value of one shows its gain."""
    counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    bases = {}
    for facet in FACETS:
        base = allowed
        for other, chosen in by_facet.items():
            if other != facet:
                base &= chosen
        bases[facet] = base
    for (facet, value), having in bits.values.items():
        if facet in counts:
            number = (bases[facet] & having).bit_count()
            if number:
                counts[facet][value] = number
    return counts


def everything(asked: Asked, *, at: datetime, day: date, most: int) -> list[Hit]:
    """Return up to `most` results at once, for a file: one search, whoever asks it."""
    return search(replace(asked, page=1), at=at, day=day, per_page=most).hits


ORDERS: dict[str, tuple[Any, ...]] = {
    "relevantie": (Entry.weight.desc(), Entry.id.desc()),
    "waardering": (Entry.rank.desc(), Entry.id.desc()),
    "prijs": (Entry.price, Entry.id),
    "naam": (Entry.name, Entry.id),
}


def _page(
    asked: Asked,
    allowed: int,
    in_title: int,
    bits: Bits,
    around: dict[str, int] | None,
    at: datetime,
    offset: int,
    limit: int,
) -> list[int]:
    """Return the ids of one page."""
    if asked.sort == "datum":
        return _by_date(allowed, bits, around, at, offset, limit)
    if asked.sort != "relevantie":
        return _window(allowed, ORDERS[asked.sort], offset, limit)
    # First what has the words in its name or title, then the rest; each by weight.
    first = allowed & in_title
    number = first.bit_count()
    order = ORDERS["relevantie"]
    ids = _window(first, order, offset, limit) if offset < number else []
    if len(ids) < limit:
        rest = allowed & ~in_title
        ids += _window(rest, order, max(0, offset - number), limit - len(ids))
    return ids


def _window(allowed: int, order: tuple[Any, ...], offset: int, limit: int) -> list[int]:
    number = allowed.bit_count()
    if number <= offset or limit <= 0:
        return []
    if number <= FEW:
        ids: BindParameter[Any] = bindparam(
            "ids", members(allowed), expanding=True, literal_execute=True
        )
        query = select(Entry.id).where(Entry.id.in_(ids)).order_by(*order)
        return list(db.session.scalars(query.limit(limit).offset(offset)))
    return _along(select(Entry.id).where(Entry.is_shown).order_by(*order), allowed, offset, limit)


def _along(query: Select[int], allowed: int, offset: int, limit: int) -> list[int]:
    """Read along an index until the page is full; every row in about total/allowed is on it."""
    wanted, passed, found = offset + limit, 0, []
    step = max(BATCH, 2 * wanted)
    while True:
        rows = fulltext.numbers(query.limit(step).offset(passed))
        found += picked(rows, allowed)
        passed += len(rows)
        if len(found) >= wanted or len(rows) < step:
            return found[offset:wanted]
        step *= 4


def _by_date(
    allowed: int, bits: Bits, around: dict[str, int] | None, at: datetime, offset: int, limit: int
) -> list[int]:
    """Return trainings by their next date, near the place that was asked for."""
    query = (
        select(Session.offering_id)
        .where(Session.starts_at > at, Session.is_cancelled.is_(False))
        .order_by(Session.starts_at, Session.id)
    )
    if around is not None:
        query = query.where(Session.place.in_(list(around)))
    wanted = offset + limit
    found: dict[int, None] = {}
    passed, step = 0, max(BATCH, 2 * wanted)
    while True:
        rows = fulltext.numbers(query.limit(step).offset(passed))
        entries = [bits.entry_of[one] for one in rows if one in bits.entry_of]
        found |= dict.fromkeys(picked(entries, allowed))
        passed += len(rows)
        if len(found) >= wanted or len(rows) < step:
            return list(found)[offset:wanted]
        step *= 4


def _hits(ids: Sequence[int], around: dict[str, int] | None, at: datetime) -> list[Hit]:
    """Load what a page shows. What stopped showing meanwhile is left out, whatever the bits say."""
    if not ids:
        return []
    entries = {
        key: (what, ref)
        for key, what, ref in db.session.execute(
            select(Entry.id, Entry.what, Entry.ref_id).where(Entry.id.in_(ids))
        )
    }
    of_providers = [ref for what, ref in entries.values() if what == PROVIDER_ENTRY]
    of_offerings = [ref for what, ref in entries.values() if what == OFFERING_ENTRY]
    providers = {
        one.id: one
        for one in db.session.scalars(
            select(Provider).where(Provider.id.in_(of_providers), Provider.is_shown)
        )
    }
    offerings = {
        one.id: one
        for one in db.session.scalars(
            select(Offering)
            .options(joinedload(Offering.provider))
            .where(Offering.id.in_(of_offerings))
        )
        if one.is_shown
    }
    upcoming = next_sessions(of_offerings, at, places=around)
    hits = []
    for key in ids:
        what, ref = entries[key]
        if what == PROVIDER_ENTRY and ref in providers:
            one = providers[ref]
            hits.append(Hit(provider=one, offering=None, next=None, km=_far(one.place, around)))
        elif what == OFFERING_ENTRY and ref in offerings:
            offering, session = offerings[ref], upcoming.get(ref)
            where = session.place if session is not None else None
            hits.append(
                Hit(
                    provider=offering.provider, offering=offering, next=session,
                    km=_far(where, around),
                )
            )  # fmt: skip
    return hits


def _far(place: str | None, around: dict[str, int] | None) -> int | None:
    return around.get(place) if around is not None and place is not None else None


def next_sessions(
    offering_ids: Sequence[int], at: datetime, *, places: dict[str, int] | None = None
) -> dict[int, Session]:
    """Return the first session to come of each training, near a place if one is asked for."""
    if not offering_ids:
        return {}
    conditions: list[ColumnElement[bool]] = [
        Session.offering_id.in_(offering_ids),
        Session.starts_at > at,
        Session.is_cancelled.is_(False),
    ]
    if places is not None:
        conditions.append(Session.place.in_(list(places)))
    first = (
        select(Session.id, func.row_number().over(
            partition_by=Session.offering_id, order_by=(Session.starts_at, Session.id)
        ).label("place"))
        .where(*conditions)
        .subquery()
    )  # fmt: skip
    rows = db.session.scalars(
        select(Session).where(Session.id.in_(select(first.c.id).where(first.c.place == 1)))
    )
    return {one.offering_id: one for one in rows}
