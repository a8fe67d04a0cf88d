"""What does not show, shows nowhere: every page of the Gids is asked, as everybody."""

from __future__ import annotations

import itertools

from flask import Flask

from learnenv.accounts.models import Person
from learnenv.areas.directory.models import Provider
from learnenv.areas.directory.services import participation, providers, reviews
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import actor_of, make_organisation, make_person
from tests.factories.directory import (
    book,
    make_moderator,
    make_offering,
    make_provider,
    make_review,
    make_session,
    scores_of,
)

IDS = range(1, 5)
CANARY = "Zeldzaamwoord in dit oordeel van een deelnemer."


def addresses(app: Flask) -> list[str]:
    """Return every page of the Gids that can be opened, with every id there can be."""
    adapter = app.url_map.bind("localhost")
    found: list[str] = ["/gids?q=zeldzaamwoord", "/gids?sorteer=waardering", "/zoeken?q=zeldzaam"]
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("directory.") or "GET" not in (rule.methods or ()):
            continue
        names = sorted(rule.arguments)
        choices = [("csv", "xlsx", "ods") if name == "kind" else IDS for name in names]
        for values in itertools.product(*choices):
            found.append(adapter.build(rule.endpoint, dict(zip(names, values, strict=True))))
    assert len(found) > 80
    return found


def seen_by(app: Flask, person: Person | None, words: str) -> set[str]:
    """Return the addresses where somebody sees these words."""
    browser = Browser(app)
    if person is not None:
        browser.sign_in(person)
    shown = set()
    for path in addresses(app):
        page = browser.open(path)
        assert page.status < 500, path
        kept = page.text.replace('value="zeldzaamwoord"', "")
        if words.encode() in page.data or words in kept:
            shown.add(path)
    return shown


def test_P8_the_walk_sees_a_published_review(app: Flask) -> None:
    """The walk itself must be able to find something."""
    provider = make_provider()
    review = make_review(provider, text=CANARY)
    assert seen_by(app, None, CANARY) == {
        f"/gids/aanbieder/{provider.id}", f"/gids/beoordeling/{review.id}",
    }  # fmt: skip


def test_P8_a_pending_review_is_reachable_nowhere(app: Flask) -> None:
    owner, writer = make_person(), make_person()
    provider = make_provider(owner=owner)
    with transaction():
        fact = participation.state_assignment(
            db.session.get_one(Provider, provider.id), "Advies", "Order 5",
            actor=actor_of(writer), at=now(),
        )  # fmt: skip
        reviews.write(fact, scores_of(1), CANARY, actor=actor_of(writer), at=now())
    for person in (None, make_person(), owner, make_moderator()):
        assert seen_by(app, person, CANARY) == set()
    assert seen_by(app, writer, CANARY) == {f"/gids/beoordelen/{fact.id}"}


def test_P8_a_removed_review_is_reachable_nowhere(app: Flask) -> None:
    owner, writer = make_person(), make_person()
    provider = make_provider(owner=owner)
    offering = make_offering(provider)
    review = make_review(provider, person=writer, offering=offering, text=CANARY)
    moderator = Browser(app).sign_in(make_moderator())
    path = f"/gids/moderatie/beoordeling/{review.id}/verwijderen"
    moderator.post(path, {"reason": "Noemt een persoon."})
    for person in (None, make_person(), owner):
        assert seen_by(app, person, CANARY) == set()
    told = seen_by(app, None, "Noemt een persoon.")
    assert told == {f"/gids/aanbieder/{provider.id}", f"/gids/aanbod/{offering.id}"}
    assert "Noemt een persoon." in Browser(app, "nl").get(f"/gids/aanbod/{offering.id}").main


def test_g11_what_somebody_needs_goes_to_the_organiser_only(app: Flask) -> None:
    place = make_organisation()
    owner, guest = make_person(), make_person(organisation=place)
    provider = make_provider(owner=owner)
    session = make_session(make_offering(provider))
    book(session, guest, needs="Zeldzaamwoord: een tolk")
    other = make_person(organisation=place)
    make_provider("Anders", owner=other)
    others = (None, make_person(organisation=place), other, make_moderator())
    for person in others:
        assert seen_by(app, person, "een tolk") == set()
    assert seen_by(app, owner, "een tolk") == {f"/gids/beheer/uitvoering/{session.id}"}


def test_P35_a_hidden_provider_is_reachable_nowhere(app: Flask) -> None:
    owner = make_person()
    provider = make_provider("Zeldzaamnaam de Wit", kind="adviser", owner=owner, place="Zwolle")
    offering = make_offering(provider, "Zeldzaamvak", themes=("data",))
    make_session(offering)
    make_review(provider, offering=offering, text=CANARY)
    assert len(seen_by(app, None, "Zeldzaam")) > 6
    with transaction():
        providers.withdraw(db.session.get_one(Provider, provider.id), actor=actor_of(owner))
    for person in (None, make_person()):
        assert seen_by(app, person, "Zeldzaam") == set()
    mine = seen_by(app, owner, "Zeldzaamnaam")
    assert {f"/gids/aanbieder/{provider.id}", f"/gids/beheer/{provider.id}"} <= mine
    assert f"/gids/aanbod/{offering.id}" in mine


def test_g10_the_link_to_meet_is_for_who_has_a_seat(app: Flask) -> None:
    owner, guest, waiting = make_person(), make_person(), make_person()
    provider = make_provider(owner=owner)
    offering = make_offering(provider, form="online")
    link = "https://vergader.example/zeldzaam"
    session = make_session(offering, seats=1, link=link)
    book(session, guest)
    book(session, waiting)
    for person in (None, make_person(), waiting):
        assert seen_by(app, person, link) == set()
    assert "/gids/mijn" in seen_by(app, guest, link)
