"""Keeps what the search reads equal to the facts, in the transaction of the fact."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from learnenv.areas.directory.completeness import completeness
from learnenv.areas.directory.models import (
    INDEX,
    OFFERING_ENTRY,
    PROVIDER_ENTRY,
    Entry,
    Offering,
    Provider,
    Session,
    Turn,
)
from learnenv.areas.directory.rating import PRIOR_REVIEWS, PRIOR_STARS
from learnenv.kernel import fulltext
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db, insert
from learnenv.kernel.places import places
from learnenv.kernel.search import folded
from learnenv.kernel.taxonomy import REGIONS, THEMES, names

ON_REQUEST = 1_000_000
PRICES = ((0, "gratis"), (250, "tot-250"), (500, "tot-500"), (1000, "tot-1000"))
DEAR, ASK = "boven-1000", "op-aanvraag"
TRAINING = "training"


def price_band(price: int | None) -> str:
    """Return the facet of a price in euros."""
    if price is None:
        return ASK
    return next((name for most, name in PRICES if price <= most), DEAR)


def next_turn() -> int:
    """Take the next turn. The row stays held until the transaction ends: turns come in order."""
    statement = insert(Turn).values(id=1, number=1, epoch=secrets.token_hex(8))
    return int(
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["id"], set_={"number": Turn.number + 1}
            ).returning(Turn.number)
        ).scalar_one()
    )


def rank_of(number: int, stars: float | None) -> float:
    """Return the rating to sort by, from what is kept of the reviews (`rating.rating`)."""
    if stars is None:
        return 0.0
    return round((PRIOR_REVIEWS * PRIOR_STARS + number * stars) / (PRIOR_REVIEWS + number), 4)


def weight_of(*, certified: bool, rank: float, complete: int, planned: bool) -> float:
    """Return what comes first when the words do not decide; /gids/uitleg says the same.

    Certified counts 4, the rating up to 3, a complete profile up to 2, a date to come 1.
    """
    return round(4 * certified + 3 * rank / 5 + 2 * complete / 100 + planned, 4)


def index_provider(provider_id: int) -> None:
    """Write the lines of a provider and of all its trainings anew."""
    index_providers([provider_id])


def index_providers(provider_ids: Sequence[int]) -> None:
    """Do the same for several: three queries and three statements, however many."""
    db.session.flush()
    if not provider_ids:
        return
    providers = db.session.scalars(select(Provider).where(Provider.id.in_(provider_ids))).all()
    offerings: dict[int, list[Offering]] = defaultdict(list)
    for one in db.session.scalars(select(Offering).where(Offering.provider_id.in_(provider_ids))):
        offerings[one.provider_id].append(one)
    sessions = _upcoming(provider_ids, now())
    _write(list(providers), offerings, sessions)


def _upcoming(provider_ids: Sequence[int], at: datetime) -> dict[int, set[str]]:
    """Return the places of the sessions to come, per training; "" stands for online."""
    rows = db.session.execute(
        select(Session.offering_id, Session.place)
        .join(Offering, Offering.id == Session.offering_id)
        .where(
            Offering.provider_id.in_(provider_ids),
            Session.starts_at > at,
            Session.is_cancelled.is_(False),
        )
    )
    found: dict[int, set[str]] = defaultdict(set)
    for offering_id, place in rows:
        found[offering_id].add(place or "")
    return found


Line = tuple[dict[str, Any], tuple[str, str]]


def _write(
    providers: list[Provider],
    offerings: dict[int, list[Offering]],
    sessions: dict[int, set[str]],
) -> None:
    lines: list[Line] = []
    for provider in providers:
        own = offerings[provider.id]
        planned = sum(len(sessions[one.id]) for one in own)
        complete = completeness(provider, own, planned).percent
        lines.append(_provider_line(provider, complete))
        lines += [_offering_line(one, provider, complete, sessions[one.id]) for one in own]
    turn = next_turn()
    statement = insert(Entry)
    changed = {
        name: statement.excluded[name]
        for name in (
            "provider_id", "is_shown", "name", "facets", "certified_until", "price", "rank",
            "weight", "changed",
        )
    }  # fmt: skip
    statement = statement.on_conflict_do_update(index_elements=["what", "ref_id"], set_=changed)
    db.session.execute(statement, [{**values, "changed": turn} for values, _words in lines])
    known = {
        (what, ref): key
        for key, what, ref in db.session.execute(
            select(Entry.id, Entry.what, Entry.ref_id).where(Entry.changed == turn)
        )
    }
    fulltext.put(
        INDEX,
        [(known[v["what"], v["ref_id"]], title, body) for v, (title, body) in lines],
    )


def _provider_line(provider: Provider, complete: int) -> Line:
    certified = provider.is_certified(today())
    rank = rank_of(provider.reviews, provider.stars)
    themes = list(dict.fromkeys([*provider.themes, *(provider.certified_themes or [])]))
    facets = {
        "soort": [provider.kind],
        "thema": themes,
        "regio": [provider.region],
        "plaats": [provider.place] if provider.place else [],
        "stand": [],
    }
    values = {
        "what": PROVIDER_ENTRY,
        "ref_id": provider.id,
        "provider_id": provider.id,
        "is_shown": provider.is_shown,
        "name": provider.folded_name,
        "facets": facets,
        "certified_until": provider.certified_until if provider.standing == "valid" else None,
        "price": ON_REQUEST,
        "rank": rank,
        "weight": weight_of(certified=certified, rank=rank, complete=complete, planned=False),
    }
    # Nothing is found by what is not shown: the words of a listed agency are its public facts.
    own = [provider.summary, provider.about] if provider.shows_contact else []
    body = [*own, *names(themes, THEMES), *_where([provider.region], [provider.place or ""])]
    return values, (provider.name, " ".join(body))


def _offering_line(one: Offering, provider: Provider, complete: int, where: set[str]) -> Line:
    certified = one.is_certified(today())
    rank = rank_of(one.reviews, one.stars)
    known = places()
    keys = sorted(key for key in where if key)
    regions = sorted({known[key].region for key in keys if key in known} or {provider.region})
    facets = {
        "soort": [TRAINING],
        "thema": list(one.themes),
        "regio": regions,
        "vorm": [one.form],
        "prijs": [price_band(one.price)],
        "niveau": [one.level],
        "taal": [one.language],
        "plaats": keys,
        "stand": ["gepland"] if where else [],
    }
    values = {
        "what": OFFERING_ENTRY,
        "ref_id": one.id,
        "provider_id": provider.id,
        "is_shown": one.is_published and provider.is_shown,
        "name": folded(one.title),
        "facets": facets,
        "certified_until": one.certified_until if one.standing == "valid" else None,
        "price": ON_REQUEST if one.price is None else min(one.price, ON_REQUEST),
        "rank": rank,
        "weight": weight_of(
            certified=certified or provider.is_certified(today()),
            rank=rank, complete=complete, planned=bool(where),
        ),
    }  # fmt: skip
    body = [
        one.summary, one.about, *map(str, one.goals), provider.name, *names(one.themes, THEMES),
        *_where(regions, keys),
    ]  # fmt: skip
    return values, (one.title, " ".join(body))


def _where(regions: Iterable[str], keys: Iterable[str]) -> list[str]:
    known = places()
    return [
        *(str(REGIONS[region]) for region in regions if region in REGIONS),
        *(known[key].name for key in keys if key in known),
    ]


def refresh_planned(at: datetime, *, since: datetime) -> int:
    """Write anew the lines of trainings with a session that began since; return how many."""
    ids = set(
        db.session.scalars(
            select(Offering.provider_id)
            .join(Session, Session.offering_id == Offering.id)
            .where(Session.starts_at > since, Session.starts_at <= at)
        )
    )
    index_providers(sorted(ids))
    return len(ids)
