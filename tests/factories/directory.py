"""A Gouden Gids to test with: providers, trainings, dates, seats, and who took part."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from learnenv.accounts.models import Organisation, Person
from learnenv.areas.directory.models import (
    Booking,
    Offering,
    Participation,
    Proof,
    Provider,
    Review,
    Session,
)
from learnenv.areas.directory.services import (
    bookings,
    offerings,
    participation,
    providers,
    reviews,
    standing,
)
from learnenv.areas.directory.services.offerings import Facts, When
from learnenv.areas.directory.services.providers import Profile
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.permissions import SYSTEM, Role
from learnenv.kernel.shared_events import StandingChanged
from learnenv.kernel.transaction import transaction
from tests.factories import actor_of, make_person
from tests.threads import together

PARTIES = itertools.count(1)
TEXT = "Duidelijke uitleg en veel oefenen met eigen voorbeelden."


def make_provider(
    name: str = "Academie Dichtbij",
    *,
    kind: str = "agency",
    owner: Person | None = None,
    shown: bool = True,
    **profile: Any,
) -> Provider:
    """Make a provider that somebody keeps, shown with consent; without owner one of nobody."""
    values = {"summary": f"{name} helpt overheden.", "themes": ("open-overheid",), **profile}
    with transaction():
        filled = Profile(kind=kind, name=name, **values)
        if owner is None:
            made = providers.new_provider(filled, actor=SYSTEM, at=now(), source="import")
            made.is_listed = shown
            providers.settle(made)
            return made
        who = actor_of(owner)
        made = providers.open_own(filled, actor=who, at=now())
        providers.save(made, filled, actor=who, at=now())
        if shown:
            providers.show(made, actor=who, at=now())
    return made


def make_offering(
    provider: Provider,
    title: str = "Schrijven voor iedereen",
    *,
    publish: bool = True,
    **facts: Any,
) -> Offering:
    """Make a training of a provider."""
    values = {
        "summary": "In een dag.",
        "price": 350,
        "minutes": 480,
        "goals": ("Je schrijft helder.",),
        **facts,
    }
    with transaction():
        return offerings.add(
            provider, Facts(title=title, **values), publish=publish, actor=SYSTEM, at=now()
        )


def make_session(
    offering: Offering, *, days: int = 30, seats: int = 2, place: str = "Zwolle", **when: Any
) -> Session:
    """Plan a training in so many days."""
    start = now() + timedelta(days=days)
    if offering.form == "online":
        place = ""
    with transaction():
        return offerings.plan(
            offering,
            When(
                starts_at=start,
                ends_at=start + timedelta(hours=7),
                place=place,
                seats=seats,
                **when,
            ),
            actor=SYSTEM,
            at=now(),
        )


def book(
    session: Session, person: Person, needs: str = "", *, at: datetime | None = None
) -> Booking:
    """Book a seat for somebody."""
    with transaction():
        held = bookings.hold(session.id)
        return bookings.book(held, needs, actor=actor_of(person), at=at or now())


def took_part(
    person: Person,
    provider: Provider,
    *,
    offering: Offering | None = None,
    at: datetime | None = None,
) -> Participation:
    """Make the fact that somebody took part."""
    number = db.session.scalar(select(Participation.id).order_by(Participation.id.desc()).limit(1))
    source = f"booking:t{(number or 0) + 1}"
    with transaction():
        participation.add(
            source=source, proof=Proof.ATTENDANCE, person_id=person.id, provider_id=provider.id,
            offering_id=offering.id if offering else None, title="Schrijven", at=at or now(),
        )  # fmt: skip
    return db.session.scalars(select(Participation).where(Participation.source == source)).one()


def make_review(
    provider: Provider,
    *,
    person: Person | None = None,
    offering: Offering | None = None,
    stars: float = 4,
    text: str = TEXT,
) -> Review:
    """Make a published review of somebody who took part; stars are whole or a half."""
    who = person or make_person()
    fact = took_part(who, provider, offering=offering)
    scores = scores_of(stars)
    with transaction():
        return reviews.write(fact, scores, text, actor=actor_of(who), at=now())


def scores_of(stars: float) -> dict[str, int]:
    """Return four scores with this average."""
    low, high = int(stars), int(stars + 0.5)
    return {"content": low, "guidance": low, "use": high, "organisation": high}


def certify(
    thing: Provider | Offering, *, until: date | None = None, standing_now: str = "valid"
) -> StandingChanged:
    """Let the register tell that a provider or a training is certified, or what it is now."""
    party = thing.party_id or next(PARTIES)
    told = StandingChanged(
        registration_id=party, party_id=party, number=f"2026-{party:04d}",
        kind=thing.kind if isinstance(thing, Provider) else "training",
        name=thing.name if isinstance(thing, Provider) else thing.title,
        organisation_id=None, standing=standing_now,
        valid_until=until or today() + timedelta(days=365), themes=(), at=now(),
    )  # fmt: skip
    with transaction():
        db.session.get_one(type(thing), thing.id).party_id = party
        db.session.flush()
        standing.on_standing(told)
    return told


def make_moderator(name: str = "", *, organisation: Organisation | None = None) -> Person:
    """Make a moderator."""
    return make_person(name, organisation=organisation, roles=[(Role.MODERATOR, None)])


def mails_to(person: Person) -> list[str]:
    """Return the subjects of the mails to somebody, the oldest first."""
    with transaction(write=False):
        return list(
            db.session.scalars(
                select(OutboxMail.subject)
                .where(OutboxMail.recipient == person.email)
                .order_by(OutboxMail.id)
            )
        )


def fresh(thing: Any) -> Any:
    """Return a row as it is stored now."""
    with transaction(write=False):
        return db.session.get_one(type(thing), thing.id, populate_existing=True)


def overlapping(app: Flask, first: Callable[[], Any], second: Callable[[], Any]) -> list[bool]:
    """Let the second begin when the first is done and not yet stored; return who was let through.

    Threads that only start together seldom meet; this is the worst moment, every time.
    """
    done = threading.Event()

    def work(place: int) -> bool:
        if place:
            assert done.wait(timeout=20)
        try:
            with transaction():
                (second if place else first)()
                done.set()
                if not place:
                    time.sleep(0.4)
        except DomainError:
            done.set()
            return False
        return True

    return together(app, 2, work)
