"""What the register says reaches the Gids, and nobody shows as certified who is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from learnenv.areas.certification.models import Kind
from learnenv.areas.certification.models import Registration as Entry
from learnenv.areas.certification.services import register
from learnenv.areas.directory.models import Offering, Provider
from learnenv.areas.directory.services import guidance, providers, standing
from learnenv.kernel import events
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.shared_events import StandingChanged
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import actor_of, make_person
from tests.factories.certification import House
from tests.factories.directory import certify, fresh, mails_to, make_offering, make_provider


def badges(client: Browser, path: str) -> bool:
    page = client.get(path)
    assert page.soup is not None
    found = [tag.get_text(strip=True) for tag in page.soup.select("main [class*=badge]")]
    return "Certified" in found


def shows_as_certified(client: Browser, thing: Provider | Offering) -> list[bool]:
    """Ask everywhere where it could show: page, list, filter, file and comparison."""
    is_provider = isinstance(thing, Provider)
    path = f"/gids/{'aanbieder' if is_provider else 'aanbod'}/{thing.id}"
    file = client.get("/gids/resultaten.csv").text
    key = f"{'a' if is_provider else 'o'}{thing.id}"
    table = client.get(f"/gids/vergelijken?wie={key}").main
    return [
        badges(client, path), badges(client, "/gids"),
        "1 result" in client.get("/gids?gecertificeerd=1").main,
        ";yes;" in file or ",yes," in file, "Certified Yes" in table,
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["adviser", "agency", "training"])
@pytest.mark.parametrize("ended", ["suspended", "withdrawn", "expired"])
def test_f13_whoever_is_no_longer_certified_shows_so_nowhere(
    client: Browser, what: str, ended: str
) -> None:
    kind = "institute" if what == "training" else what
    provider = make_provider("Academie", kind=kind, owner=make_person())
    thing: Provider | Offering = make_offering(provider) if what == "training" else provider
    certify(thing)
    assert shows_as_certified(client, thing) == [True] * 5
    certify(fresh(thing), standing_now=ended)
    assert shows_as_certified(client, thing) == [False] * 5
    certify(fresh(thing))
    assert shows_as_certified(client, thing) == [True] * 5


@pytest.mark.parametrize("what", ["adviser", "training"])
def test_f13_it_ends_by_its_date_without_being_told(client: Browser, what: str) -> None:
    provider = make_provider("Academie", kind="adviser", owner=make_person())
    thing: Provider | Offering = make_offering(provider) if what == "training" else provider
    certify(thing, until=today() + timedelta(days=30))
    with time_machine.travel(now() + timedelta(days=30), tick=False):
        assert shows_as_certified(client, thing) == [True] * 5
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        assert shows_as_certified(client, thing) == [False] * 5
        with transaction(write=False):
            assert guidance.candidates(today()) == []


def test_g13_only_shown_and_certified_guides_are_offered(app: Flask) -> None:
    del app
    good, hidden, plain = (
        make_provider(name, kind="adviser", owner=make_person(), shown=name != "Verborgen")
        for name in ("Goed", "Verborgen", "Gewoon")
    )
    certify(good)
    certify(hidden)
    assert plain.standing == ""
    with transaction(write=False):
        assert [one.name for one in guidance.candidates(today())] == ["Goed"]


@pytest.fixture
def house(app: Flask) -> House:
    """Return who works in certification."""
    del app
    return House.make()


def the_provider() -> Provider:
    with transaction(write=False):
        return db.session.scalars(select(Provider).execution_options(populate_existing=True)).one()


def test_P35_a_certified_person_waits_for_the_own_consent(house: House, app: Flask) -> None:
    entry = house.registered(Kind.ADVISER)
    provider = the_provider()
    assert (provider.standing, provider.certified_until) == ("valid", entry.valid_until)
    stranger = Browser(app)
    stranger.get(f"/gids/aanbieder/{provider.id}", status=404)
    for path in ("/gids", "/gids?q=zeldzaamnaam", "/gids?gecertificeerd=1", "/gids/resultaten.csv"):
        assert "Zeldzaamnaam" not in stranger.get(path).text
    applicant = house.people["applicant"]
    assert "Zeldzaamnaam Vries can be found in the Gouden Gids" in mails_to(applicant)
    with transaction(write=False):
        assert guidance.candidates(today()) == []
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        held.summary = "Adviseert over archieven."
        providers.show(held, actor=actor_of(applicant), at=now())
    assert badges(stranger, f"/gids/aanbieder/{provider.id}")
    assert entry.number in stranger.get(f"/gids/aanbieder/{provider.id}").main


def test_f13_suspending_in_the_register_reaches_the_gids_at_once(house: House, app: Flask) -> None:
    entry = house.registered(Kind.ADVISER)
    provider = the_provider()
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        held.summary = "Adviseert over archieven."
        providers.show(held, actor=actor_of(house.people["applicant"]), at=now())
    path = f"/gids/aanbieder/{provider.id}"
    assert badges(Browser(app), path)
    with transaction():
        register.suspend(entry.id, "Klacht.", actor=house.actor("coordinator"), at=now())
    assert not badges(Browser(app), path)
    assert "0 results" in Browser(app).get("/gids?gecertificeerd=1").main


def test_f13_a_missed_event_is_caught_up(house: House) -> None:
    entry = house.registered(Kind.ADVISER)
    handlers = events._handlers[StandingChanged]
    handlers.remove(standing.on_standing)
    try:
        with transaction():
            register.suspend(entry.id, "Klacht.", actor=house.actor("coordinator"), at=now())
    finally:
        handlers.append(standing.on_standing)
    assert the_provider().standing == "valid"
    with transaction():
        assert standing.catch_up() == 1
    assert the_provider().standing == "suspended"
    with transaction():
        assert standing.catch_up() == 0


def test_f13_a_missed_change_of_scope_is_caught_up(house: House) -> None:
    house.registered(Kind.ADVISER)
    assert len(the_provider().certified_themes) == 2
    with transaction():
        db.session.execute(update(Provider).values(certified_themes=["data"]))
    with transaction():
        assert standing.catch_up() == 1
    assert set(the_provider().certified_themes) == {"open-overheid", "participatie"}


def test_f13_what_was_lost_altogether_comes_back(house: House) -> None:
    house.registered(Kind.ADVISER)
    with transaction():
        db.session.delete(db.session.get_one(Provider, the_provider().id))
    with transaction():
        assert standing.catch_up() == 1
    assert (the_provider().standing, the_provider().is_shown) == ("valid", False)


def test_f13_a_profile_that_was_there_is_not_made_twice(house: House) -> None:
    applicant = house.people["applicant"]
    mine = make_provider(applicant.name, kind="adviser", owner=applicant)
    entry = house.registered(Kind.ADVISER)
    provider = the_provider()
    assert (provider.id, provider.standing) == (mine.id, "valid")
    assert (provider.is_shown, provider.register_number) == (True, entry.number)


def test_f13_a_certified_training_comes_under_the_own_profile(house: House) -> None:
    applicant = house.people["applicant"]
    mine = make_provider("Bureau", owner=applicant)
    entry = house.registered(Kind.TRAINING)
    with transaction(write=False):
        offering = db.session.scalars(select(Offering)).one()
        assert (offering.provider_id, offering.standing) == (mine.id, "valid")
        assert not offering.is_published
        assert offering.certified_until == db.session.get_one(Entry, entry.id).valid_until
