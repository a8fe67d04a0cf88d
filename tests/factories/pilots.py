"""Pilot projects to test with, and certified guidance for them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from learnenv.accounts.models import Person
from learnenv.areas.directory.models import Provider
from learnenv.areas.directory.services import providers
from learnenv.areas.pilots.models import Pilot, Side
from learnenv.areas.pilots.services import guard, posting, running
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction
from tests.factories import actor_of
from tests.factories.directory import make_provider


def certify(provider: Provider, until: date | None = None) -> Provider:
    """Make a provider certified, as the register would tell."""
    with transaction():
        found = db.session.get_one(Provider, provider.id)
        found.standing = "valid"
        found.certified_until = until or today() + timedelta(days=900)
        found.register_number = f"R-{found.id}"
        providers.settle(found)
    return found


def make_guide(name: str, owner: Person, **profile: Any) -> Provider:
    """Make shown, certified guidance that somebody acts for."""
    values = {"kind": "agency", "themes": ("participatie",), "region": "utrecht", "days_free": 5,
              "day_rate": 1000, **profile}  # fmt: skip
    return certify(make_provider(name, owner=owner, **values))


def draft(**changes: Any) -> posting.Draft:
    """Return what somebody fills in."""
    day = today()
    values: dict[str, Any] = {
        "title": "Bewoners denken mee", "question": "Hoe denken bewoners echt mee?",
        "help": "Iemand die het team begeleidt.", "theme": "participatie", "region": "utrecht",
        "starts_on": day + timedelta(days=10), "ends_on": day + timedelta(days=100),
        "budget": 5000, "measure": "Bewoners per avond", "before": "4",
        "needed_on": day - timedelta(days=10), "baseline_days": 60, "baseline_euros": 8000,
    }  # fmt: skip
    return posting.Draft(**{**values, **changes})


def post(leader: Person, *, at: datetime | None = None, **changes: Any) -> Pilot:
    """Post a pilot."""
    with transaction():
        return posting.post(draft(**changes), actor=actor_of(leader), at=at or now())


def offered(pilot: Pilot, leader: Person, guide: Provider, owner: Person) -> int:
    """Ask guidance and let it make an offer; return the id of the invitation."""
    with transaction():
        held = guard.own_pilot(actor_of(leader), pilot.id, hold=True)
        posting.invite(held, guide.id, actor=actor_of(leader), at=now())
        found = guard.invitation_of(actor_of(owner), pilot.id, guide.id, hold=True)
        posting.offer(
            found, held, approach="Stap voor stap.", price=4500, days=5, actor=actor_of(owner),
            at=now(),
        )  # fmt: skip
        return found.id


def started(leader: Person, guide: Provider, owner: Person, **changes: Any) -> Pilot:
    """Make a pilot that runs."""
    pilot = post(leader, **changes)
    invitation = offered(pilot, leader, guide, owner)
    with transaction():
        held = guard.own_pilot(actor_of(leader), pilot.id, hold=True)
        posting.choose(held, invitation, "Past het best.", actor=actor_of(leader), at=now())
        return held


def at_the_end(leader: Person, guide: Provider, owner: Person, **changes: Any) -> Pilot:
    """Make a pilot in its last stage, with a line in the log."""
    pilot = started(leader, guide, owner, **changes)
    with transaction():
        held = guard.own_pilot(actor_of(leader), pilot.id, hold=True)
        entry = running.Entry(day=today(), text="Gedaan", hours=1)
        running.write_line(held, entry, side=Side.ORGANISATION, actor=actor_of(leader), at=now())
        for _stage in range(3):
            running.next_stage(held, actor=actor_of(leader))
    return held


def closed(leader: Person, guide: Provider, owner: Person, **changes: Any) -> Pilot:
    """Make a pilot that ended with a result."""
    pilot = at_the_end(leader, guide, owner, **changes)
    with transaction():
        held = guard.own_pilot(actor_of(leader), pilot.id, hold=True)
        running.close(
            held, outcome="yes", result="Het werkt.", lessons="Begin klein.", after="12",
            actor=actor_of(leader), at=now(),
        )  # fmt: skip
        return held
