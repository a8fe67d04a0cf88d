"""Seats: never one too many, the queue in order, and what attendance leads to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from icalendar import Calendar
from sqlalchemy import func, select

from certificates.models import Certificate
from learnenv.accounts.models import Person
from learnenv.areas.directory.models import (
    HOLDS_A_SEAT,
    Booking,
    BookingState,
    Offering,
    Participation,
    Provider,
    Session,
)
from learnenv.areas.directory.services import bookings, offerings
from learnenv.areas.reporting import services as reporting
from learnenv.areas.reporting.commands import rebuild_figures
from learnenv.areas.reporting.models import PersonYear, Unique
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.permissions import SYSTEM, Actor
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import (
    actor_of,
    make_course,
    make_enrolment,
    make_organisation,
    make_person,
)
from tests.factories.directory import (
    book,
    certify,
    fresh,
    mails_to,
    make_moderator,
    make_offering,
    make_provider,
    make_session,
    overlapping,
)
from tests.threads import together

AGREED = {"needs": "", "agrees": "y"}
MARCH = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def march(app: Flask) -> Iterator[time_machine.Traveller]:
    """A morning in March, that a test can move on from."""
    del app
    with time_machine.travel(MARCH, tick=False) as clock:
        yield clock


def seats_held(session_id: int) -> int:
    """Count who has a seat, or may confirm one."""
    where = (Booking.session_id == session_id, Booking.state.in_(HOLDS_A_SEAT))
    return db.session.scalar(select(func.count()).select_from(Booking).where(*where)) or 0


def vouched(**values: Any) -> Provider:
    """Make a provider that is certified: its attendance lists give certificates."""
    provider = make_provider(**values)
    certify(provider)
    return provider


def states(session: Session) -> list[str]:
    """Return the states in order of booking, and look whether the seats add up."""
    with transaction(write=False):
        db.session.expire_all()
        held = db.session.get_one(Session, session.id)
        assert held.taken == seats_held(session.id) or held.is_cancelled
        return list(
            db.session.scalars(
                select(Booking.state).where(Booking.session_id == session.id).order_by(Booking.id)
            )
        )


def cancel(booking: Booking, person: Person) -> None:
    with transaction():
        bookings.cancel(bookings.own_booking(actor_of(person), booking.id), at=now())


def confirm(booking: Booking, person: Person) -> None:
    with transaction():
        bookings.confirm(bookings.own_booking(actor_of(person), booking.id), at=now())


# --- booking -------------------------------------------------------------------------------------


def test_g10_terms_are_shown_before_and_kept_as_agreed(client: Browser) -> None:
    person = make_person()
    offering = make_offering(make_provider(), terms="Tot een week ervoor kosteloos.")
    session = make_session(offering)
    client.sign_in(person)
    path = f"/gids/uitvoering/{session.id}"
    assert "Tot een week ervoor kosteloos." in client.get(path).main
    assert "Agree with the terms first." in client.post(path, {"needs": ""}, status=422).main
    assert states(session) == []
    client.post(path, AGREED)
    with transaction():
        facts = offerings.Facts(title="x", summary="x", goals=("x",), terms="Nooit kosteloos.")
        held = db.session.get_one(Offering, offering.id)
        offerings.save(held, facts, publish=True, actor=SYSTEM, at=now())
    page = client.get("/gids/mijn")
    assert "You have a seat" in page.main
    assert "Tot een week ervoor kosteloos." in page.main
    assert mails_to(person) == ["You have a seat: Schrijven voor iedereen"]


def test_g10_a_price_that_changes_later_is_not_that_of_a_booking(client: Browser) -> None:
    person, owner = make_person(), make_person()
    offering = make_offering(make_provider(owner=owner), price=250)
    session = make_session(offering)
    client.sign_in(person)
    client.post(f"/gids/uitvoering/{session.id}", AGREED)
    with transaction():
        facts = offerings.Facts(title="x", summary="x", goals=("x",), price=400)
        held = db.session.get_one(Offering, offering.id)
        offerings.save(held, facts, publish=True, actor=SYSTEM, at=now())
    assert "Price when you booked: € 250 a person" in client.get("/gids/mijn").main
    client.sign_in(owner)
    page = client.get(f"/gids/beheer/uitvoering/{session.id}")
    assert "€ 250 a person" in page.main
    assert "400" not in page.main


def test_g10_pressed_twice_is_one_seat(client: Browser) -> None:
    person, session = make_person(), make_session(make_offering(make_provider()))
    client.sign_in(person)
    for _time in range(2):
        client.post(f"/gids/uitvoering/{session.id}", AGREED)
    assert states(session) == ["booked"]
    assert fresh(session).taken == 1
    assert len(mails_to(person)) == 1


def test_g10_of_eight_for_one_seat_one_gets_it(app: Flask) -> None:
    session_id = make_session(make_offering(make_provider()), seats=1).id
    people = [actor_of(make_person()) for _number in range(8)]

    def work(place: int) -> str:
        with transaction():
            held = bookings.hold(session_id)
            return bookings.book(held, "", actor=people[place], at=now()).state

    assert sorted(together(app, 8, work)) == ["booked", *["waiting"] * 7]
    assert sorted(states(db.session.get_one(Session, session_id))) == ["booked", *["waiting"] * 7]


def test_g10_eight_presses_of_one_person_are_one_seat(app: Flask) -> None:
    session_id = make_session(make_offering(make_provider()), seats=8).id
    who = actor_of(make_person())

    def work(_place: int) -> int:
        with transaction():
            return bookings.book(bookings.hold(session_id), "", actor=who, at=now()).id

    assert len(set(together(app, 8, work))) == 1
    assert states(db.session.get_one(Session, session_id)) == ["booked"]


def test_g10_a_seat_given_back_and_a_seat_asked_for_meet(app: Flask) -> None:
    """Whoever comes first: nobody waits beside a free seat."""
    offering = make_offering(make_provider())
    for days, leaves_first in ((20, False), (21, True)):
        session_id = make_session(offering, seats=1, days=days).id
        first, second = make_person(), make_person()
        booking_id = book(db.session.get_one(Session, session_id), first).id
        leaver, comer = actor_of(first), actor_of(second)

        def leave(leaver: Actor = leaver, booking_id: int = booking_id) -> None:
            bookings.cancel(bookings.own_booking(leaver, booking_id), at=now())

        def come(comer: Actor = comer, session_id: int = session_id) -> None:
            bookings.book(bookings.hold(session_id), "", actor=comer, at=now())

        acts = (leave, come) if leaves_first else (come, leave)
        assert overlapping(app, *acts) == [True, True]
        found = states(db.session.get_one(Session, session_id))
        assert found == ["cancelled", "booked" if leaves_first else "offered"]


@pytest.mark.parametrize("accepted", [True, False])
def test_g10_yes_and_no_at_once_are_one_answer(app: Flask, accepted: bool) -> None:
    session = make_session(make_offering(make_provider()), on_request=True)
    booking_id = book(session, make_person()).id

    def answer(yes: bool) -> None:
        bookings.answer(booking_id, accepted=yes, organiser=SYSTEM, at=now())

    passed = overlapping(app, lambda: answer(accepted), lambda: answer(not accepted))
    assert passed == [True, False]
    assert states(session) == ["booked" if accepted else "refused"]


def test_g10_who_joins_the_queue_while_it_is_called_off_hears_it(app: Flask) -> None:
    session = make_session(make_offering(make_provider()), seats=1)
    book(session, make_person())
    late = make_person()
    session_id, who = session.id, actor_of(late)

    def join() -> None:
        bookings.book(bookings.hold(session_id), "", actor=who, at=now())

    def call_off() -> None:
        held = db.session.get_one(Session, session_id)
        offerings.cancel_session(held, "Ziek", actor=SYSTEM, at=now())

    overlapping(app, join, call_off)
    assert states(session) == ["cancelled", "cancelled"]
    assert mails_to(late)[-1] == "Schrijven voor iedereen is called off"


@pytest.mark.parametrize("what", ["over", "off", "hidden"])
def test_g10_what_cannot_be_booked(client: Browser, what: str) -> None:
    session = make_session(make_offering(make_provider()), days=3)
    with transaction():
        held = db.session.get_one(Session, session.id)
        if what == "off":
            offerings.cancel_session(held, "Ziek", actor=SYSTEM, at=now())
        if what == "hidden":
            db.session.get_one(Offering, held.offering_id).is_published = False
    with time_machine.travel(now() + timedelta(days=4 if what == "over" else 0), tick=False):
        client.sign_in(make_person())
        path = f"/gids/uitvoering/{session.id}"
        client.get(path, status=404 if what == "hidden" else 200)
        client.post(path, AGREED, status=404 if what == "hidden" else 422)
    assert states(session) == []


# --- the queue -----------------------------------------------------------------------------------


def test_g10_a_free_seat_is_kept_for_who_waits_longest(march: time_machine.Traveller) -> None:
    session = make_session(make_offering(make_provider()), seats=1)
    people = [make_person() for _number in range(4)]
    made = [book(session, person) for person in people]
    assert states(session) == ["booked", "waiting", "waiting", "waiting"]
    cancel(made[0], people[0])
    assert states(session) == ["cancelled", "offered", "waiting", "waiting"]
    assert fresh(made[1]).confirm_by == MARCH + timedelta(hours=48)
    assert mails_to(people[1])[-1].startswith("A seat came free")
    late = book(session, make_person())  # nobody jumps the queue
    assert late.state == BookingState.WAITING
    march.shift(timedelta(hours=47))
    confirm(made[1], people[1])
    assert states(session)[1:3] == ["booked", "waiting"]


def test_g10_who_does_not_confirm_loses_it_to_the_next(march: time_machine.Traveller) -> None:
    session = make_session(make_offering(make_provider()), seats=1)
    people = [make_person() for _number in range(3)]
    made = [book(session, person) for person in people]
    cancel(made[0], people[0])
    march.shift(timedelta(hours=48, minutes=1))
    with pytest.raises(DomainError, match="no longer kept"):
        confirm(made[1], people[1])
    with transaction():
        assert bookings.lapse(now()) == 1
    assert states(session) == ["cancelled", "lapsed", "offered"]
    with transaction():
        assert bookings.lapse(now()) == 0
    with pytest.raises(DomainError, match="no longer kept"):
        confirm(made[1], people[1])
    confirm(made[2], people[2])
    again = book(session, people[1])  # in the queue again, at its end
    assert (again.id, again.state) == (made[1].id, BookingState.WAITING)


def test_g10_a_seat_that_comes_free_at_the_last_moment_can_be_confirmed(
    march: time_machine.Traveller,
) -> None:
    session = make_session(make_offering(make_provider()), seats=1, days=1)
    first, second = make_person(), make_person()
    one, two = book(session, first), book(session, second)
    march.shift(timedelta(hours=23, minutes=30))
    cancel(one, first)
    march.shift(timedelta(minutes=5))
    confirm(two, second)
    assert states(session) == ["cancelled", "booked"]


def test_g10_more_seats_go_to_who_waits(app: Flask) -> None:
    owner = make_person()
    session = make_session(make_offering(make_provider(owner=owner)), seats=1)
    for _number in range(4):
        book(session, make_person())
    boss = Browser(app).sign_in(owner)
    path = f"/gids/beheer/uitvoering/{session.id}"
    boss.get(path)
    boss.post(f"{path}/plaatsen", {"seats": "3"})
    assert states(session) == ["booked", "offered", "offered", "waiting"]
    boss.post(f"{path}/plaatsen", {"seats": "2"}, status=422)
    assert fresh(session).seats == 3


def test_g10_on_request_the_organiser_says_yes_first(app: Flask) -> None:
    owner, people = make_person(), [make_person(f"Vrager {n}") for n in range(3)]
    session = make_session(make_offering(make_provider(owner=owner)), seats=1, on_request=True)
    for person in people:
        him = Browser(app).sign_in(person)
        him.get(f"/gids/uitvoering/{session.id}")
        him.post(f"/gids/uitvoering/{session.id}", AGREED)
    made = list(db.session.scalars(select(Booking).order_by(Booking.id)))
    assert states(session) == ["asked"] * 3
    assert fresh(session).taken == 0
    assert len(mails_to(owner)) == 3
    base = f"/gids/beheer/uitvoering/{session.id}"
    for stranger in (people[0], make_person(), make_moderator()):
        him = Browser(app).sign_in(stranger)
        him.get(base, status=404)
        him.post(f"{base}/deelnemer/{made[0].id}/toelaten", status=404)
    boss = Browser(app).sign_in(owner)
    assert "Vrager 0" in boss.get(base).main
    boss.post(f"{base}/deelnemer/{made[0].id}/toelaten")
    boss.post(f"{base}/deelnemer/{made[0].id}/weigeren", status=404)
    boss.post(f"{base}/deelnemer/{made[1].id}/toelaten", status=409)
    boss.post(f"{base}/deelnemer/{made[2].id}/weigeren")
    assert states(session) == ["booked", "asked", "refused"]
    assert mails_to(people[0])[-1].startswith("You have a seat")
    assert mails_to(people[2])[-1].startswith("No seat")


def test_g10_of_another_session_nobody_is_let_in(app: Flask) -> None:
    owner, other = make_person(), make_person()
    mine = make_session(make_offering(make_provider(owner=owner)), on_request=True)
    foreign = make_session(make_offering(make_provider("Anders", owner=other)), on_request=True)
    booking = book(foreign, make_person())
    boss = Browser(app).sign_in(owner)
    boss.post(f"/gids/beheer/uitvoering/{mine.id}/deelnemer/{booking.id}/toelaten", status=404)
    boss.post(f"/gids/beheer/uitvoering/{foreign.id}/aanwezig", status=404)
    assert states(foreign) == ["asked"]


def test_g10_a_booking_of_somebody_else_is_not_there(app: Flask) -> None:
    session = make_session(make_offering(make_provider()))
    booking = book(session, make_person())
    him = Browser(app).sign_in(make_person())
    him.post(f"/gids/boeking/{booking.id}/annuleren", status=404)
    him.get(f"/gids/boeking/{booking.id}.ics", status=404)
    assert states(session) == ["booked"]


def test_g10_a_session_called_off_mails_everybody(app: Flask) -> None:
    owner = make_person()
    offering = make_offering(make_provider(owner=owner))
    session = make_session(offering, seats=2)
    people = [make_person() for _number in range(4)]
    made = [book(session, person) for person in people]
    cancel(made[1], people[1])
    assert states(session) == ["booked", "cancelled", "offered", "waiting"]
    boss = Browser(app).sign_in(owner)
    path = f"/gids/beheer/uitvoering/{session.id}"
    boss.get(path)
    boss.post(f"{path}/afgelasten", {"af-reason": ""}, status=422)
    boss.post(f"{path}/afgelasten", {"af-reason": "De trainer is ziek."})
    off = f"{offering.title} is called off"
    assert [off in mails_to(person) for person in people] == [True, False, True, True]
    assert states(session) == ["cancelled"] * 4
    assert fresh(session).taken == 0
    page = Browser(app).sign_in(people[0]).get("/gids/mijn")
    assert "Called off" in page.main
    boss.post(f"{path}/afgelasten", {"af-reason": "Nog eens."}, status=422)


def test_g10_a_date_is_one_that_can_be(app: Flask) -> None:
    del app
    offering = make_offering(make_provider())
    for wrong in ({"days": -1}, {"seats": 0}, {"seats": 5001}, {"place": "Nergenshuizen"}):
        with pytest.raises(InvalidInputError):
            make_session(offering, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="town"):
        make_session(offering, place="")


# --- calendar ------------------------------------------------------------------------------------


def test_g10_the_calendar_file_is_right(app: Flask, march: time_machine.Traveller) -> None:
    del march
    person, waiting = make_person(), make_person()
    offering = make_offering(make_provider(), "Schrijven, lezen; en meer", form="gemengd")
    link = "https://vergader.example/geheim"
    session = make_session(offering, seats=1, link=link, address="Grote Markt 1")
    booking, second = book(session, person), book(session, waiting)
    me = Browser(app).sign_in(person)
    for answer in (
        me.get(f"/gids/boeking/{booking.id}.ics"),
        Browser(app).get(f"/gids/uitvoering/{session.id}.ics"),
    ):
        assert answer.response.mimetype == "text/calendar"
        event = Calendar.from_ical(answer.data).walk("VEVENT")[0]
        assert event["SUMMARY"] == "Schrijven, lezen; en meer"
        assert event["DTSTART"].dt == session.starts_at
        assert event["DTEND"].dt == session.ends_at
        assert event["LOCATION"] == "Grote Markt 1, Zwolle"
        assert str(event["URL"]).endswith(f"/gids/aanbod/{offering.id}")
        assert {"UID", "DTSTAMP"} <= set(event)
    assert "geheim" not in Browser(app).get(f"/gids/uitvoering/{session.id}.ics").text
    Browser(app).sign_in(waiting).get(f"/gids/boeking/{second.id}.ics", status=404)


# --- needs ---------------------------------------------------------------------------------------


def test_g11_needs_are_forgotten_after_thirty_days(march: time_machine.Traveller) -> None:
    session = make_session(make_offering(make_provider()), days=10)
    other = make_session(make_offering(make_provider("Later")), days=20)
    booking, kept = (book(one, make_person(), needs="Een tolk") for one in (session, other))
    march.move_to(session.ends_at + timedelta(days=29))
    with transaction():
        bookings.forget_needs(now())
    assert fresh(booking).needs == "Een tolk"
    march.shift(timedelta(days=2))
    with transaction():
        bookings.forget_needs(now())
    assert (fresh(booking).needs, fresh(kept).needs) == ("", "Een tolk")


# --- attendance ----------------------------------------------------------------------------------


def people_of_the_year() -> int:
    """Return the year figure, after a look whether all figures agree with the facts."""
    with transaction(write=False):
        assert reporting.rebuild(check=True) == []
        found = db.session.scalar(select(func.sum(Unique.count)).where(Unique.year == 2026))
    return int(found or 0)


def attend(app: Flask, owner: Person, session: Session, present: list[Booking]) -> None:
    """Mark who was there, as the organiser does."""
    boss = Browser(app).sign_in(owner)
    boss.get(f"/gids/beheer/uitvoering/{session.id}")
    boss.post(
        f"/gids/beheer/uitvoering/{session.id}/aanwezig",
        {"aanwezig": [str(one.id) for one in present]},
    )


def test_c4_attendance_gives_a_certificate_and_a_place_in_the_record(
    app: Flask, march: time_machine.Traveller
) -> None:
    owner = make_person()
    provider = vouched(owner=owner)
    offering = make_offering(provider, minutes=480, goals=("Je schrijft helder.",))
    session = make_session(offering)
    place = make_organisation()
    there, away = (make_person(f"Deelnemer {n}", organisation=place) for n in (1, 2))
    first = book(session, there)
    book(session, away)
    attend_early = Browser(app).sign_in(owner)
    path = f"/gids/beheer/uitvoering/{session.id}/aanwezig"
    attend_early.post(path, {"aanwezig": str(first.id)}, status=409)
    march.move_to(session.starts_at + timedelta(hours=1))
    attend(app, owner, session, [first])
    assert states(session) == ["attended", "absent"]
    [proof] = db.session.scalars(select(Certificate)).all()
    assert (proof.kind, proof.person_id, fresh(first).certificate_id) == (
        "attendance", there.id, proof.id,
    )  # fmt: skip
    page = Browser(app).get(f"/certificaat/{proof.code}")
    assert "Deelnemer 1" in page.main
    assert "Schrijven voor iedereen, at Academie Dichtbij" in page.main
    me = Browser(app).sign_in(there)
    record = me.get("/leren").main
    assert "attendance list of Academie Dichtbij" in record
    assert proof.number in record
    assert "Deelnemer 2" not in record
    nothing = Browser(app).sign_in(away).get("/leren").main
    assert "attendance list" not in nothing
    [fact] = db.session.scalars(select(Participation)).all()
    assert (fact.person_id, fact.provider_id, fact.offering_id) == (
        there.id, provider.id, offering.id,
    )  # fmt: skip
    me.get(f"/gids/beoordelen/{fact.id}")
    assert people_of_the_year() == 1


def test_c4_attendance_marked_again_changes_nothing_and_adds_who_was_forgotten(
    app: Flask, march: time_machine.Traveller
) -> None:
    owner, place = make_person(), make_organisation()
    session = make_session(make_offering(vouched(owner=owner)))
    made = [book(session, make_person(organisation=place)) for _number in range(2)]
    march.move_to(session.ends_at)
    attend(app, owner, session, made[:1])
    attend(app, owner, session, made[:1])
    attend(app, owner, session, [])  # a certificate was given: it stays
    assert states(session) == ["attended", "absent"]
    attend(app, owner, session, made)
    assert states(session) == ["attended", "attended"]
    assert len(db.session.scalars(select(Certificate)).all()) == 2
    assert people_of_the_year() == 2


def test_c4_no_certificate_without_somebody_who_looked_or_for_oneself(
    app: Flask, march: time_machine.Traveller
) -> None:
    owner, place = make_person(organisation=make_organisation()), make_organisation()
    guest = make_person(organisation=place)
    for provider in (make_provider("Zomaar", owner=owner), vouched(name="Gezien", owner=owner)):
        session = make_session(make_offering(provider, f"Bij {provider.name}"), seats=9)
        made = [book(session, person) for person in (guest, owner)]
        before = now()
        march.move_to(session.ends_at)
        attend(app, owner, session, made)
        march.move_to(before)
    titles = db.session.scalars(select(Certificate.title)).all()
    assert titles == ["Bij Gezien, at Gezien"], "the guest, of who is certified"
    assert people_of_the_year() == 1
    reviewable = db.session.scalars(select(Participation.person_id)).all()
    assert sorted(reviewable) == sorted([guest.id, owner.id] * 2)


def test_c4_the_load_is_no_more_than_a_working_day(
    app: Flask, march: time_machine.Traveller
) -> None:
    del app, march
    offering = make_offering(make_provider(), minutes=0)
    session = make_session(offering)
    with transaction(write=False):
        held = db.session.get_one(Session, session.id)
        assert bookings.load_of(offering, held) == 420
        held.ends_at = held.starts_at + timedelta(days=13, hours=7)
        assert bookings.load_of(offering, held) == 14 * 480
        db.session.rollback()


def test_c4_eight_attendance_lists_at_once_are_one(
    app: Flask, march: time_machine.Traveller
) -> None:
    session = make_session(make_offering(vouched()))
    booking_id = book(session, make_person(organisation=make_organisation())).id
    session_id = session.id
    march.move_to(session.ends_at)

    def work(_place: int) -> None:
        with transaction():
            held = db.session.get_one(Session, session_id)
            bookings.mark(held, [booking_id], organiser=SYSTEM, at=now())

    together(app, 8, work)
    assert len(db.session.scalars(select(Certificate)).all()) == 1
    assert len(db.session.scalars(select(Participation)).all()) == 1
    assert people_of_the_year() == 1


def test_k1_a_person_counts_once_a_year_whatever_was_followed(
    app: Flask, march: time_machine.Traveller
) -> None:
    owner, place = make_person(), make_organisation()
    enrolled, outside, both = (make_person(organisation=place) for _number in range(3))
    nowhere = make_person()
    course = make_course()
    make_enrolment(enrolled, course, at=MARCH)
    make_enrolment(both, course, at=MARCH)
    assert people_of_the_year() == 2
    offering = make_offering(vouched(owner=owner))
    for days in (10, 20):
        session = make_session(offering, days=days, seats=9)
        made = [book(session, person) for person in (outside, both, nowhere)]
        before = now()
        march.move_to(session.ends_at)
        attend(app, owner, session, made)
        march.move_to(before)
        assert people_of_the_year() == 3
    with transaction(write=False):
        assert db.session.scalar(select(func.count()).select_from(PersonYear)) == 4


def test_c4_the_command_finds_no_difference(app: Flask, march: time_machine.Traveller) -> None:
    owner = make_person()
    session = make_session(make_offering(vouched(owner=owner)))
    booking = book(session, make_person(organisation=make_organisation()))
    march.move_to(session.ends_at)
    attend(app, owner, session, [booking])
    done = CliRunner().invoke(rebuild_figures, ["--check"])
    assert done.exit_code == 0, done.output


def test_c4_only_who_had_a_seat_is_marked(app: Flask, march: time_machine.Traveller) -> None:
    owner = make_person()
    offering = make_offering(vouched(owner=owner))
    session, other = make_session(offering, seats=1), make_session(offering, seats=5)
    book(session, make_person())
    waiting = book(session, make_person())
    elsewhere = book(other, make_person())
    march.move_to(session.ends_at)
    attend(app, owner, session, [waiting, elsewhere])
    assert states(session) == ["absent", "waiting"]
    assert states(other) == ["booked"]
    assert not db.session.scalars(select(Certificate)).all()


def test_c4_a_training_that_is_a_course_of_ours_counts_by_its_enrolment(
    app: Flask, march: time_machine.Traveller
) -> None:
    course = make_course()
    owner, person = make_person(), make_person(organisation=make_organisation())
    session = make_session(make_offering(vouched(owner=owner), course=course.slug))
    booking = book(session, person)
    march.move_to(session.ends_at)
    attend(app, owner, session, [booking])
    assert people_of_the_year() == 0
    assert len(db.session.scalars(select(Participation)).all()) == 1
