"""Counting persons once a year, in the transaction of the fact, on the Amsterdam clock."""

import threading
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from certificates.events import CertificateIssued
from courses.events import CourseCompleted, Enrolled, OutsideLearned
from learnenv.areas.reporting import queries, services
from learnenv.areas.reporting.area import AREA
from learnenv.areas.reporting.indicators import LEARNERS_PER_YEAR
from learnenv.areas.reporting.models import Figure, PersonYear, Unique
from learnenv.kernel.area import Period
from learnenv.kernel.db import db
from tests.areas.reporting.world import moment, transaction


def total(model, **where):
    query = select(func.coalesce(func.sum(model.count), 0)).filter_by(**where)
    return db.session.execute(query).scalar_one()


def test_a_person_counts_once_a_year_whatever_he_follows(stage, world):
    with stage():
        home = world.organisation("Gemeente A")
        first, second = world.course("Een"), world.course("Twee")
        person = world.person("Noor", home)
        world.enrolment(person, first, at=moment(2024, 3))
        world.enrolment(person, second, at=moment(2024, 4))
        world.enrolment(person, first, at=moment(2025, 2), period=2)
        assert queries.programme_total(2024) == 1
        assert queries.programme_total(2025) == 1
        assert total(Figure, year=2024, measure="enrolled") == 2
        assert total(Unique, year=2024, month=3) == 1


def test_the_last_half_hour_of_the_year_in_utc_is_next_year_in_amsterdam(stage, world):
    with stage():
        home, course = world.organisation("Gemeente A"), world.course("Een")
        world.enrolment(world.person("Vroeg", home), course, at=moment(2024, 12, 31, 22, 30))
        world.enrolment(world.person("Laat", home), course, at=moment(2024, 12, 31, 23, 30))
        assert queries.programme_total(2024) == 1
        assert total(Unique, year=2025, month=1, day=1) == 1
        assert total(Figure, year=2025, month=1, measure="enrolled") == 1
        assert LEARNERS_PER_YEAR.measure(Period(year=2025)) == Decimal(1)


def test_outsiders_are_enrolled_but_are_no_civil_servants(stage, world):
    with stage():
        agency, course = world.organisation("Bureau", "extern"), world.course("Een")
        for home in (agency, None):
            world.enrolment(world.person("Buiten", home), course, at=moment(2024))
        assert queries.programme_total(2024) == 0
        assert total(Figure, year=2024) == 2
        assert db.session.scalar(select(func.count()).select_from(PersonYear)) == 2


def test_who_becomes_a_civil_servant_counts_from_then(stage, world):
    with stage():
        home = world.organisation("Gemeente A")
        person = world.person("Noor", None)
        world.enrolment(person, world.course("Een"), at=moment(2024, 2))
        person.organisation_id = home.id
        world.enrolment(person, world.course("Twee"), at=moment(2024, 5))
        assert total(Unique, year=2024, month=5, organisation_id=home.id) == 1
        assert services.rebuild(True) == []


def test_an_import_with_an_earlier_date_moves_the_person(stage, world):
    with stage():
        old, new = world.organisation("Gemeente Oud"), world.organisation("Gemeente Nieuw")
        person = world.person("Noor", new)
        world.enrolment(person, world.course("Een"), at=moment(2024, 8))
        person.organisation_id = old.id
        world.enrolment(person, world.course("Twee"), at=moment(2024, 1))
        assert total(Unique, year=2024, organisation_id=new.id) == 0
        assert total(Unique, year=2024, month=1, organisation_id=old.id) == 1
        assert services.rebuild(True) == []


def test_completions_and_certificates_are_counted_in_their_own_month(stage, world):
    with stage():
        home, course = world.organisation("Gemeente A"), world.course("Een")
        enrolment = world.enrolment(world.person("Noor", home), course, at=moment(2024, 11))
        world.complete(enrolment, at=moment(2025, 1))
        world.certify(enrolment, at=moment(2025, 2))
        key = {"year": 2025, "organisation_id": home.id, "course_id": course.id}
        assert total(Figure, month=1, measure="completed", **key) == 1
        assert total(Figure, month=2, measure="certified", **key) == 1


def test_eight_enrolments_at_once_count_one_person(app, stage, world):
    """The database decides the race; on SQLite the writers also wait for each other."""
    with stage():
        home = world.organisation("Gemeente A")
        person = world.person("Noor", home)
        courses = [world.course(f"Cursus {n}") for n in range(8)]
    ready, failures = threading.Barrier(8), []

    def enrol(course):
        try:
            ready.wait()
            with app.app_context(), transaction():
                world.enrolment(person, course, at=moment(2024) + timedelta(seconds=course.id))
        except Exception as error:  # noqa: BLE001 - a thread would swallow it
            failures.append(error)

    threads = [threading.Thread(target=enrol, args=(course,)) for course in courses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with stage():
        assert queries.programme_total(2024) == 1
        assert total(Figure, year=2024, measure="enrolled") == 8
        assert services.rebuild(True) == []


def test_the_card_listens_to_what_it_counts():
    heard = {subscription.event: subscription.handler for subscription in AREA.listens_to}
    assert heard == {
        Enrolled: services.count_enrolled,
        OutsideLearned: services.count_outside,
        CourseCompleted: services.count_completed,
        CertificateIssued: services.count_certified,
    }


def test_the_forecast_looks_back_ninety_days_or_to_new_year(stage, world):
    with stage():
        home, course = world.organisation("Gemeente A"), world.course("Een")
        for day in (
            datetime.fromisoformat(f"2024-{d}T10:00:00+00:00")
            for d in ("01-01", "04-01", "06-29", "06-30")
        ):
            world.enrolment(world.person("Iemand", home), course, at=day)
        viewer = world.programme_manager()
        actor = _actor(viewer)
        spring = queries.report(actor, queries.Choice(year=2024), moment=moment(2024, 1, 31))
        summer = queries.report(actor, queries.Choice(year=2024), moment=moment(2024, 6, 30))
        assert (spring.window, spring.recent) == (31, 1)
        assert (summer.window, summer.recent) == (90, 2)  # 2 April is the first day that counts


def _actor(person):
    from learnenv.kernel.permissions import Actor, Role

    return Actor(person_id=person.id, roles=frozenset({Role.PROGRAMME_MANAGER}))
