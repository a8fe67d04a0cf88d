"""a3: a manager may have to approve. h6: seats per year. c7: staff count a lesson as done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses import queries
from courses.models import Course, Enrolment, EnrolmentRequest
from courses.services import enrolling, learning
from learnenv.accounts import organisations
from learnenv.accounts import queries as accounts
from learnenv.accounts.models import Organisation, Person
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError
from learnenv.kernel.models import AuditEntry, OutboxMail
from learnenv.kernel.permissions import SYSTEM, Role
from learnenv.kernel.transaction import transaction
from tests.browser import PASSWORD, Browser
from tests.factories import actor_of, make_course, make_enrolment, make_organisation, make_person
from tests.threads import together

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Office:
    """An organisation with a rule, its manager, a part of it, and a learner there."""

    def __init__(self, *, approval: bool = False, seats: int | None = None) -> None:
        self.course = make_course()
        self.top = make_organisation("Provincie Westmark")
        self.part = make_organisation("Dienst Wegen", parent=self.top)
        self.manager = make_person(
            "Els de Boer",
            password=PASSWORD,
            organisation=self.top,
            roles=[(Role.MANAGER, self.top)],
        )
        self.learner = make_person("Joost Blom", password=PASSWORD, organisation=self.part)
        with transaction():
            organisations.change_organisation(
                organisation=accounts.organisation(self.top.id),
                name=self.top.name,
                domains=(),
                rules=organisations.Rules(needs_approval=approval, seats=seats),
                actor=SYSTEM,
            )

    def start(self, person: Person, at: datetime = AT) -> Enrolment | EnrolmentRequest:
        with transaction():
            return enrolling.start(course=self.course, actor=actor_of(person), at=at)

    def colleague(self) -> Person:
        return make_person(organisation=self.part)


@pytest.fixture
def office(app: Flask) -> Office:
    return Office(approval=True)


def enrolled(person: Person) -> int:
    db.session.rollback()
    query = select(func.count(Enrolment.id)).where(Enrolment.person_id == person.id)
    return db.session.scalar(query) or 0


def mails(recipient: Person) -> list[str]:
    found = select(OutboxMail.subject).where(OutboxMail.recipient == recipient.email)
    return list(db.session.scalars(found.order_by(OutboxMail.id)))


def test_a3_without_the_rule_one_is_enrolled_at_once(app: Flask) -> None:
    open_office = Office()
    assert isinstance(open_office.start(open_office.learner), Enrolment)


def test_a3_the_learner_sees_who_was_asked_and_the_manager_decides(
    app: Flask, office: Office, new_client
) -> None:
    learner, manager = new_client(app), new_client(app)
    learner.sign_in(office.learner)
    manager.sign_in(office.manager)
    page = learner.post("/cursussen/proef/inschrijven", follow=True)
    assert "Waiting for approval" in page.main
    assert "Els de Boer" in page.main
    assert enrolled(office.learner) == 0
    assert "Waiting for approval: Proefcursus" in learner.get("/").main
    assert mails(office.manager) == ["Joost Blom wants to take a course"]
    waiting = manager.get("/inschrijvingen")
    assert "Joost Blom: Proefcursus" in waiting.main
    request = db.session.scalars(select(EnrolmentRequest)).one()
    manager.post(f"/inschrijvingen/{request.id}/akkoord", follow=True)
    assert enrolled(office.learner) == 1
    assert mails(office.learner) == ["You can start: Proefcursus"]
    assert "Nothing waits for you" in manager.get("/inschrijvingen").main


def test_a3_no_needs_a_reason_and_the_learner_reads_it(
    app: Flask, office: Office, new_client
) -> None:
    learner, manager = new_client(app), new_client(app)
    learner.sign_in(office.learner)
    manager.sign_in(office.manager)
    learner.post("/cursussen/proef/inschrijven")
    request = db.session.scalars(select(EnrolmentRequest)).one()
    where = f"/inschrijvingen/{request.id}/afwijzen"
    manager.post(where, data={}, status=422)
    manager.post(where, data={f"r{request.id}-reason": "Eerst het jaarplan."})
    page = learner.get("/cursussen/proef")
    assert "Eerst het jaarplan." in page.main
    assert enrolled(office.learner) == 0
    learner.post("/cursussen/proef/inschrijven")
    db.session.rollback()
    assert db.session.scalar(select(func.count(EnrolmentRequest.id))) == 2, (
        "asking again is allowed"
    )


def test_a3_asking_twice_is_asking_once_and_can_be_withdrawn(office: Office, client) -> None:
    client.sign_in(office.learner)
    for _ in range(2):
        client.post("/cursussen/proef/inschrijven")
    assert mails(office.manager) == ["Joost Blom wants to take a course"]
    client.post("/cursussen/proef/verzoek-intrekken")
    db.session.rollback()
    assert db.session.scalars(select(EnrolmentRequest.state)).all() == ["withdrawn"]


def test_a3_the_manager_is_reminded_after_three_days_and_then_weekly(office: Office) -> None:
    office.start(office.learner)
    reminded = []
    for day in range(20):
        with transaction():
            if enrolling.remind(at=AT + timedelta(days=day)):
                reminded.append(day)
    assert reminded == [3, 10, 17]
    subjects = mails(office.manager)
    assert len(subjects) == 4
    assert all(subject.startswith("Reminder:") for subject in subjects[1:])


def test_a3_nobody_decides_on_the_own_request_and_strangers_see_nothing(
    office: Office, client: Browser
) -> None:
    """A manager needs no approval of himself: there would be nobody to ask."""
    assert isinstance(office.start(office.manager), Enrolment)
    other = make_organisation("Gemeente Elders")
    stranger = make_person(password=PASSWORD, organisation=other, roles=[(Role.MANAGER, other)])
    request = office.start(office.learner)
    client.sign_in(stranger)
    assert "Joost Blom" not in client.get("/inschrijvingen").text
    client.post(f"/inschrijvingen/{request.id}/akkoord", status=404)
    assert enrolled(office.learner) == 0


def test_a3_of_two_managers_at_once_one_decides(office: Office, app: Flask) -> None:
    request = office.start(office.learner)

    def decide(turn: int) -> str:
        try:
            with transaction():
                mine = db.session.get_one(EnrolmentRequest, request.id)
                course = db.session.get_one(Course, office.course.id)
                if turn % 2:
                    enrolling.approve(request=mine, course=course, actor=SYSTEM, at=AT)
                else:
                    enrolling.decline(
                        request=mine, course=course, reason="nee", actor=SYSTEM, at=AT
                    )
        except DomainError:
            return "late"
        return "decided"

    assert together(app, 6, decide).count("decided") == 1


def test_h6_the_last_seat_is_taken_once(app: Flask) -> None:
    office = Office(seats=2)
    people = [office.colleague() for _ in range(6)]

    def take(turn: int) -> str:
        try:
            office.start(people[turn])
        except DomainError:
            return "full"
        return "seat"

    assert together(app, 6, take).count("seat") == 2


def test_h6_who_has_a_seat_keeps_it_and_next_year_is_new(app: Flask) -> None:
    office = Office(seats=1)
    office.start(office.learner)
    late = office.colleague()
    with pytest.raises(DomainError, match="seats of Provincie Westmark"):
        office.start(late)
    assert isinstance(office.start(office.learner), Enrolment)
    assert isinstance(office.start(late, AT + timedelta(days=365)), Enrolment)


def test_h6_merged_organisations_keep_history(app: Flask, new_client) -> None:
    office = Office()
    office.start(office.learner)
    other = make_organisation("Provincie Nieuwland", domains=("nieuwland.example",))
    admin = make_person(password=PASSWORD, roles=[(Role.ADMINISTRATOR, None)])
    browser = new_client(app)
    browser.sign_in(admin)
    where = f"/beheer/organisaties/{office.top.id}/samenvoegen"
    assert "cannot be undone" in browser.get(where).main
    browser.post(where, data={"into_id": str(other.id)}, status=422)
    wrong = {"into_id": str(other.id), "confirmation": "Provincie Westmarkt"}
    assert "This is not the name" in browser.post(where, data=wrong, status=422).main
    typed = {"confirmation": "provincie  westmark"}
    assert "Choose an organisation." in browser.post(where, data=typed, status=422).main
    browser.post(where, data={"into_id": str(other.id), **typed})
    db.session.rollback()
    db.session.expire_all()
    top, part = (db.session.get_one(Organisation, o.id) for o in (office.top, office.part))
    assert top.path == f"/{other.id}/{top.id}/"
    assert part.path == f"/{other.id}/{top.id}/{part.id}/"
    counted = db.session.scalars(select(Enrolment.organisation_id)).one()
    assert counted == office.part.id, "what was counted stays where it was"
    assert db.session.get_one(Person, office.manager.id).organisation_id == other.id
    manager = new_client(app)
    manager.sign_in(office.manager)
    assert "Provincie Nieuwland" in manager.get("/cijfers").text
    own_part = {"into_id": str(office.part.id), "confirmation": "Provincie Nieuwland"}
    browser.post(f"/beheer/organisaties/{other.id}/samenvoegen", data=own_part, status=422)


def test_j3_a_code_leads_to_the_organisation(app: Flask, client: Browser) -> None:
    place = make_organisation("Waterschap De Lage Landen")
    with transaction():
        code = organisations.renew_code(organisation=organisations.current(place.id), actor=SYSTEM)
    form = {"name": "Ria Smit", "email": "ria@elders.example", "password": PASSWORD}
    wrong = client.post("/account/nieuw", data=form | {"code": "FOUT1234"}, status=422)
    assert "do not know this code" in wrong.main
    client.post("/account/nieuw", data=form | {"code": code.lower()})
    db.session.rollback()
    person = db.session.scalars(select(Person).where(Person.email == form["email"])).one()
    assert person.organisation_id == place.id


def test_c7_staff_count_a_lesson_as_done_and_the_learner_reads_why(app: Flask, new_client) -> None:
    course = make_course()
    learner = make_person("Joost Blom", password=PASSWORD)
    admin = make_person("Nel Beheer", password=PASSWORD, roles=[(Role.ADMINISTRATOR, None)])
    enrolment = make_enrolment(learner, course, at=AT)
    staff, reader = new_client(app), new_client(app)
    staff.sign_in(admin)
    reader.sign_in(learner)
    where = f"/beheer/leren/{enrolment.id}"
    assert f'href="{where}"' in staff.get(f"/beheer/mensen/{learner.id}").text
    staff.post(where, data={"lesson": "proef-les", "reason": ""}, status=422)
    reason = {"lesson": "proef-les", "reason": "Liet het zien in het werk."}
    staff.post(where, data=reason)
    page = reader.get("/cursussen/proef/voortgang")
    assert "Counted as done by Nel Beheer: Liet het zien in het werk." in page.main
    line = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "lesson.overridden")
    ).one()
    assert line.details["reason"] == "Liet het zien in het werk."
    staff.post(where, data=reason, status=409)
    staff.post(where, data=reason | {"lesson": "proef-toets"})
    db.session.rollback()
    done = db.session.get_one(Enrolment, enrolment.id)
    assert done.completed_at is not None
    assert done.score == queries.current(course).by_lesson["proef-toets"].quiz.passing_percent


def test_c7_nobody_does_it_for_himself(app: Flask) -> None:
    course = make_course()
    admin = make_person(roles=[(Role.ADMINISTRATOR, None)])
    enrolment = make_enrolment(admin, course, at=AT)
    outline = queries.current(course)
    with pytest.raises(DomainError, match="for yourself"), transaction():
        learning.override(
            enrolment=db.session.merge(enrolment),
            outline=outline,
            lesson=outline.lessons[0],
            reason="zomaar",
            actor=actor_of(admin),
            at=AT,
        )


def test_j1_looking_as_another_role_shows_and_changes_nothing(app: Flask, client: Browser) -> None:
    admin = make_person("Nel Beheer", password=PASSWORD, roles=[(Role.ADMINISTRATOR, None)])
    make_course()
    client.sign_in(admin)
    rights = client.get("/beheer/rechten")
    assert "Import and publish courses" in rights.main
    client.post("/beheer/rechten", data={"role": "learner"})
    home = client.get("/")
    assert "You look as: Learner" in home.text
    client.get("/beheer", status=404)
    client.post("/cursussen/proef/inschrijven", status=409)
    assert enrolled(admin) == 0
    client.post("/beheer/rechten", data={"role": "author"}, status=409)
    client.get("/beheer/cursussen", status=404)
    client.post("/account/bekijk-als/stop")
    client.get("/beheer", status=200)
    client.post("/beheer/rechten", data={"role": "author"})
    client.get("/beheer/cursussen", status=200)
    client.get("/beheer", status=404)
