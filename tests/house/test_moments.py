"""P45: what depends on the date is right at the four moments that go wrong elsewhere.

The clock of the whole process is moved, and a learner goes through the site with it: enrols, takes
the test up to its deadline, gets a certificate, and is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from certificates.models import Certificate
from courses import queries
from courses.models import Attempt, Enrolment
from courses.services import quizzes
from learnenv.areas.reporting.models import Figure, Measure, PersonYear, UniqueMonth
from learnenv.kernel.clock import AMSTERDAM, now
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import make_course, make_organisation, make_person
from tests.house.world import complete, right_answers


@dataclass(frozen=True)
class Moment:
    at: datetime
    day: date
    """The day in Amsterdam."""
    deadline: str
    """Ten minutes later, on the clock on the wall."""


MOMENTS = {
    "new year": Moment(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1), "00:40"),
    "summer time": Moment(datetime(2026, 3, 29, 0, 55, tzinfo=UTC), date(2026, 3, 29), "03:05"),
    "winter time": Moment(datetime(2026, 10, 25, 0, 55, tzinfo=UTC), date(2026, 10, 25), "02:05"),
    "leap day": Moment(datetime(2028, 2, 28, 23, 30, tzinfo=UTC), date(2028, 2, 29), "00:40"),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_P45_a_day_in_the_life_of_a_learner(app: Flask, name: str) -> None:
    moment = MOMENTS[name]
    place = make_organisation()
    person = make_person(organisation=place)
    course = make_course()
    with time_machine.travel(moment.at, tick=False):
        enrolment = complete(person, course)
    mine = db.session.get_one(Enrolment, enrolment.id)
    assert mine.year == moment.day.year
    assert mine.completed_at == moment.at
    certificate = db.session.scalars(select(Certificate)).one()
    assert certificate.issued_on == moment.day
    assert certificate.number.startswith(f"{moment.day.year}-")
    counted = {
        (row.measure, row.year, row.month): row.count for row in db.session.scalars(select(Figure))
    }
    key = (moment.day.year, moment.day.month)
    assert counted == {(measure.value, *key): 1 for measure in Measure}
    cohort = db.session.scalars(select(PersonYear)).one()
    assert (cohort.year, cohort.month) == key
    unique = db.session.scalars(select(UniqueMonth)).one()
    assert (unique.year, unique.month, unique.count) == (*key, 1)


@pytest.mark.parametrize("name", MOMENTS)
def test_P45_ten_minutes_are_ten_minutes(app: Flask, name: str) -> None:
    moment = MOMENTS[name]
    course, person = make_course(), make_person()
    outline = queries.current(course)
    with time_machine.travel(moment.at, tick=False) as clock:
        enrolment = complete(person, course)
        with transaction():
            mine = db.session.get_one(Enrolment, enrolment.id)
            attempt = quizzes.start(mine, outline, outline.by_lesson["proef-toets"], at=now())
        deadline = attempt.deadline_at
        assert deadline is not None
        assert deadline - moment.at == timedelta(minutes=10)
        assert f"{deadline.astimezone(AMSTERDAM):%H:%M}" == moment.deadline
        clock.move_to(deadline - timedelta(seconds=1))
        save(attempt.id)
        clock.move_to(deadline)
        with pytest.raises(DomainError, match="time is up"):
            save(attempt.id)
    with transaction(write=False):
        assert queries.attempts_of(mine, outline.by_lesson["proef-toets"])[-1].state == "open"


def save(attempt_id: int) -> None:
    with transaction():
        mine = db.session.get_one(Attempt, attempt_id)
        quizzes.save(mine, right_answers(mine), at=now())


@pytest.mark.parametrize("name", MOMENTS)
def test_P45_pages_show_the_amsterdam_day(app: Flask, name: str) -> None:
    moment = MOMENTS[name]
    place = make_organisation()
    person = make_person(organisation=place)
    manager = make_person(organisation=place, roles=[(Role.MANAGER, place)])
    course = make_course()
    with time_machine.travel(moment.at, tick=False):
        complete(person, course)
        shown = f"{moment.day.day} {moment.day:%B %Y}"
        learner = Browser(app).sign_in(person)
        found = db.session.scalars(select(Certificate)).one()
        page = learner.get(f"/certificaten/{found.number}").main
        assert shown in page or f"{moment.day:%B} {moment.day.day}, {moment.day.year}" in page
        figures = Browser(app).sign_in(manager).get("/cijfers").main
        assert str(moment.day.year) in figures
        listed = Browser(app).sign_in(manager).get(f"/cijfers/lijst?jaar={moment.day.year}")
        assert person.name in listed.main
