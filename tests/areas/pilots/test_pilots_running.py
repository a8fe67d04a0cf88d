"""A pilot runs, ends with a result, is reviewed by both sides, and counts (g14, k20-k24)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from flask import Flask
from sqlalchemy import select

from learnenv.accounts.models import Person
from learnenv.areas.certification.models import Points
from learnenv.areas.directory.models import Participation, Proof, Review
from learnenv.areas.pilots.indicators import DAYS, GUIDED
from learnenv.areas.pilots.models import FollowUp, LogLine, Pilot, Side, Stage, State
from learnenv.areas.pilots.queries import figures, pages
from learnenv.areas.pilots.services import guard, posting, running
from learnenv.kernel import events
from learnenv.kernel.area import Period
from learnenv.kernel.clock import calendar_year, now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.events import Event
from learnenv.kernel.permissions import Role
from learnenv.kernel.shared_events import ExampleDrafted
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import actor_of, make_organisation, make_person
from tests.factories import pilots as made
from tests.factories.directory import mails_to


@pytest.fixture
def leader(app: Flask) -> Person:
    """Somebody of a municipality."""
    del app
    return make_person("Lea", organisation=make_organisation("Gemeente Waterkant"))


@pytest.fixture
def owner(app: Flask) -> Person:
    """Somebody who guides, of an agency."""
    del app
    return make_person("Gids", organisation=make_organisation("Bureau Gids", tier="extern"))


def held(person: Person, pilot: Pilot) -> Pilot:
    return guard.own_pilot(actor_of(person), pilot.id, hold=True)


def test_stages_and_log_of_both_sides(
    app: Flask, client: Browser, leader: Person, owner: Person
) -> None:
    agency = made.make_guide("Bureau Past", owner)
    pilot = made.started(leader, agency, owner)
    client.sign_in(leader)
    path = f"/proefprojecten/{pilot.id}"
    line = {
        "log-day": str(today()),
        "log-text": "=2+2 gesprekken",
        "log-hours": "2.5",
        "log-euros": "100",
    }
    client.post(
        f"{path}/logboek", {**line, "log-day": str(today() + timedelta(days=3))}, status=422
    )
    client.post(f"{path}/logboek", {**line, "log-hours": "veel"}, status=422)
    client.post(f"{path}/logboek", line)
    client.post(f"{path}/fase")
    guiding = Browser(app).sign_in(owner)
    guiding.post(f"{path}/fase", status=404)
    guiding.post(f"{path}/logboek", {**line, "log-text": "Advies", "log-hours": ""})
    Browser(app).sign_in(make_person()).post(f"{path}/logboek", line, status=404)
    rows = db.session.scalars(select(LogLine).order_by(LogLine.id)).all()
    assert [(r.side, r.stage, r.hours, r.euros) for r in rows] == [
        (Side.ORGANISATION, Stage.PREPARE, 2.5, 100), (Side.GUIDANCE, Stage.TRY, 0.0, 100),
    ]  # fmt: skip
    assert "2.5 hours and € 200" in client.get(path).main
    text = guiding.get(f"{path}/logboek.csv").response.get_data(as_text=True)
    lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    assert len(lines) == 3
    assert not any(cell.startswith("=") for row in lines for cell in row), "P13"
    for kind in ("xlsx", "ods"):
        assert client.get(f"{path}/logboek.{kind}").response.data[:2] == b"PK"


def test_closing_leads_on_to_example_review_points_and_a_look_back(
    leader: Person, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []

    def publish(event: Event) -> None:
        told.append(event)
        events.publish(event)

    monkeypatch.setattr(running, "publish", publish)
    agency = made.make_guide("Bureau Past", owner)
    pilot = made.closed(leader, agency, owner)
    assert (pilot.state, pilot.after) == (State.CLOSED, "12")
    assert pilot.follow_up_on == today() + relativedelta(months=6)
    fact = db.session.scalars(
        select(Participation).where(Participation.source == f"pilot:{pilot.id}")
    ).one()
    assert (fact.person_id, fact.provider_id, fact.proof) == (leader.id, agency.id, Proof.PILOT)
    point = db.session.scalars(select(Points).where(Points.source == f"pilot:{pilot.id}")).all()
    assert all(p.person_id == owner.id for p in point)
    draft = next(event for event in told if isinstance(event, ExampleDrafted))
    assert (draft.title, draft.theme, draft.person_id) == (pilot.title, pilot.theme, leader.id)
    text = draft.text
    for part in ("Gemeente Waterkant", "Bureau Past", "Het werkt.", "4 → 12", "Begin klein."):
        assert part in text
    with transaction(), pytest.raises(DomainError):
        running.close(
            held(leader, pilot), outcome="no", result="x", lessons="y", after="",
            actor=actor_of(leader), at=now(),
        )  # fmt: skip
    assert "The pilot is closed" in " ".join(mails_to(leader))
    assert "The pilot is closed" in " ".join(mails_to(owner))


def test_both_sides_review_each_other(
    app: Flask, client: Browser, leader: Person, owner: Person
) -> None:
    agency = made.make_guide("Bureau Past", owner)
    pilot = made.at_the_end(leader, agency, owner)
    guiding, path = Browser(app).sign_in(owner), f"/proefprojecten/{pilot.id}"
    guiding.get(f"{path}/beoordelen", status=404)  # it runs still
    client.sign_in(leader)
    client.post(
        f"{path}/afsluiten", {"outcome": "yes", "result": "Werkt", "lessons": ""}, status=422
    )
    client.post(f"{path}/afsluiten", {"outcome": "yes", "result": "Werkt", "lessons": "Klein"})
    fact = db.session.scalars(
        select(Participation).where(Participation.person_id == leader.id)
    ).one()
    scores = dict.fromkeys(("content", "guidance", "use", "organisation"), "4")
    client.post(
        f"/gids/beoordelen/{fact.id}",
        {**scores, "text": "Goed begeleid, en op tijd klaar.", "honest": "y"},
    )
    assert db.session.scalars(select(Review)).one().provider_id == agency.id
    client.get(f"{path}/beoordelen", status=404)  # an organisation does not review itself
    form = {"question": "5", "time": "3", "use": "4", "text": "Een team dat wilde."}
    guiding.post(f"{path}/beoordelen", {**form, "time": "9"}, status=422)
    guiding.post(f"{path}/beoordelen", form)
    guiding.post(f"{path}/beoordelen", form, status=422)
    assert "Een team dat wilde." in client.get(path).main
    assert "Een team dat wilde." not in client.get("/proefprojecten").text
    assert pages.reviews_of_organisation(leader.organisation_id) == (1, None)
    for number in range(2):
        more = made.closed(leader, agency, owner, title=f"Nog {number}")
        with transaction():
            running.review_organisation(
                more,
                {"question": 4, "time": 4, "use": 4},
                "Prima.",
                actor=actor_of(owner),
                at=now(),
            )
    assert pages.reviews_of_organisation(leader.organisation_id) == (3, 4.0)
    with transaction(), pytest.raises(NotFoundError):
        running.review_organisation(
            more, {"question": 4, "time": 4, "use": 4}, "x", actor=actor_of(leader), at=now()
        )


def test_k24_somebody_else_looks_again_after_six_months(
    app: Flask, client: Browser, leader: Person, owner: Person
) -> None:
    agency = made.make_guide("Bureau Past", owner)
    pilot = made.closed(leader, agency, owner)
    programme = make_person(
        organisation=make_organisation(), roles=[(Role.PROGRAMME_MANAGER, None)]
    )
    place = db.session.get_one(Pilot, pilot.id).organisation_id
    near = make_person(roles=[(Role.PROGRAMME_MANAGER, None)])
    with transaction():
        db.session.get_one(Person, near.id).organisation_id = place
    form = {"in_use": "partly", "story": "Twee van de drie teams werken zo.", "now": "9"}
    path = f"/proefprojecten/{pilot.id}/terugblik"
    client.sign_in(programme)
    assert "Look again from" in client.post(path, form, status=422).text
    with time_machine.travel(now() + timedelta(days=190), tick=False):
        with transaction():
            running.remind(now())
            running.remind(now())
        assert len([m for m in mails_to(programme) if "Look again" in m]) == 1
        client.sign_in(programme)
        assert "Bewoners denken mee" in client.get("/proefprojecten/terugblikken").main
        Browser(app).sign_in(near).post(path, form, status=422)
        Browser(app).sign_in(leader).post(path, form, status=404)
        client.post(path, {**form, "story": ""}, status=422)
        client.post(path, form)
        client.post(path, form, status=422)
        assert "Bewoners denken mee" not in client.get("/proefprojecten/terugblikken").main
    found = db.session.scalars(select(FollowUp)).one()
    assert (found.in_use, found.now, found.done_by) == ("partly", "9", programme.id)


def test_k20_only_pilots_with_accepted_guidance_count(
    app: Flask, leader: Person, owner: Person
) -> None:
    del app
    agency = made.make_guide("Bureau Past", owner)
    period = Period(year=calendar_year(now()))
    assert GUIDED.target(period) == 100
    looking = made.post(leader)
    made.offered(looking, leader, agency, owner)
    assert GUIDED.measure(period) == 0
    runs = made.started(leader, agency, owner)
    made.closed(leader, agency, owner)
    assert GUIDED.measure(period) == 2
    with transaction():
        posting.stop(held(leader, runs), "Geen tijd", actor=actor_of(leader), at=now())
    assert GUIDED.measure(period) == 1
    rows, total = pages.shown(1)
    assert (len(rows), total) == (1, 1), "the page shows the records behind the number"
    assert figures.of_year(period.year).stopped == 1


def test_k23_days_and_euros_against_what_it_was(
    app: Flask, client: Browser, leader: Person, owner: Person
) -> None:
    del app
    agency = made.make_guide("Bureau Past", owner)
    made.started(leader, agency, owner, needed_on=today() - timedelta(days=10))
    made.started(
        leader,
        agency,
        owner,
        title="Tweede",
        needed_on=today() - timedelta(days=21),
        baseline_days=90,
    )
    made.started(
        leader, agency, owner, title="Zonder", needed_on=today() - timedelta(days=400),
        baseline_days=None, baseline_euros=None,
    )  # fmt: skip
    found = figures.of_year(calendar_year(now()))
    assert [row.days for row in found.rows] == [10, 21, 400]
    assert (found.days, found.baseline_days) == (Decimal("15.5"), Decimal("75.0"))
    assert (found.euros, found.baseline_euros) == (Decimal("4500.0"), Decimal("8000.0"))
    assert DAYS.measure(Period(year=calendar_year(now()))) == Decimal("143.7"), "of all of them"
    client.sign_in(make_person(roles=[(Role.PROGRAMME_MANAGER, None)]))
    shown = client.get("/proefprojecten/cijfers").main
    for part in ("3 / 100", "15.5", "Tweede", "Zonder"):
        assert part in shown
    text = client.get("/proefprojecten/cijfers.csv").response.get_data(as_text=True)
    assert len(text.strip().splitlines()) == 4
    client.get(f"/proefprojecten/cijfers?jaar={calendar_year(now()) - 30}")


def test_a_line_before_the_pilot_or_of_too_much_is_refused(
    app: Flask, leader: Person, owner: Person
) -> None:
    del app
    pilot = made.started(leader, made.make_guide("Bureau Past", owner), owner)
    who = actor_of(leader)
    for entry in (
        running.Entry(day=today() - timedelta(days=999), text="x"),
        running.Entry(day=today(), text="x", hours=9999),
        running.Entry(day=today(), text="x", euros=10**9),
    ):
        with transaction(), pytest.raises(InvalidInputError):
            running.write_line(pilot, entry, side=Side.ORGANISATION, actor=who, at=now())


def test_a_guide_who_leads_cannot_review_himself(app: Flask, leader: Person, owner: Person) -> None:
    del app
    agency = made.make_guide("Bureau Past", owner)
    pilot = made.closed(leader, agency, owner)
    with transaction():
        db.session.get_one(Pilot, pilot.id).leader_id = owner.id
        db.session.get_one(Person, owner.id).organisation_id = pilot.organisation_id
    with transaction(), pytest.raises(ForbiddenError):
        running.review_organisation(
            db.session.get_one(Pilot, pilot.id), {"question": 5, "time": 5, "use": 5}, "x",
            actor=actor_of(owner), at=now(),
        )  # fmt: skip


def test_a_pilot_that_only_began_has_no_result(app: Flask, leader: Person, owner: Person) -> None:
    del app
    pilot = made.started(leader, made.make_guide("Bureau Past", owner), owner)
    who = actor_of(leader)
    values = {"outcome": "yes", "result": "x", "lessons": "y", "after": ""}
    with transaction(), pytest.raises(DomainError, match="stages first"):
        running.close(held(leader, pilot), **values, actor=who, at=now())
    with transaction():
        for _stage in range(3):
            running.next_stage(held(leader, pilot), actor=who)
    with transaction(), pytest.raises(DomainError, match="log"):
        running.close(held(leader, pilot), **values, actor=who, at=now())


def test_guidance_hears_that_a_running_pilot_stopped(
    app: Flask, leader: Person, owner: Person
) -> None:
    del app
    pilot = made.started(leader, made.make_guide("Bureau Past", owner), owner)
    with transaction():
        posting.stop(held(leader, pilot), "Geen geld", actor=actor_of(leader), at=now())
    assert "The pilot was stopped: Bewoners denken mee" in mails_to(owner)
