"""P27: the server's clock rules a test; handing in twice is once; limits are kept."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from courses import queries
from courses.models import Answer, Attempt, Course, Enrolment
from courses.services import learning, quizzes
from learnenv.accounts.models import Person
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError
from learnenv.kernel.transaction import transaction, writing
from tests.browser import Browser
from tests.courses.olx import publish_files, replaced
from tests.courses.test_learning import complete_lesson
from tests.factories import make_course, make_enrolment, make_person
from tests.house.world import right_answers
from tests.threads import together

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEST = "sequential/proef-toets.xml"


class Sitting:
    """Somebody who may take the test."""

    def __init__(self, course: Course, person: Person | None = None) -> None:
        self.course = course
        self.person = person or make_person()
        self.enrolment = make_enrolment(self.person, course, at=START)
        complete_lesson(self.enrolment, course)
        self.outline = queries.current(course)
        self.lesson = self.outline.by_lesson["proef-toets"]

    def start(self, at: datetime = START) -> Attempt:
        with transaction():
            mine = db.session.get_one(Enrolment, self.enrolment.id)
            return quizzes.start(mine, self.outline, self.lesson, at=at)

    def save(self, attempt: Attempt, at: datetime, *, only: int = 3) -> quizzes.Responses:
        with transaction():
            mine = db.session.get_one(Attempt, attempt.id)
            answers = dict(list(right_answers(mine).items())[:only])
            return quizzes.save(mine, answers, at=at)

    def hand_in(self, attempt: Attempt, at: datetime) -> Attempt:
        with transaction():
            mine = db.session.get_one(Attempt, attempt.id)
            return quizzes.hand_in(mine, db.session.get_one(Enrolment, self.enrolment.id), at=at)

    def fail(self, at: datetime) -> Attempt:
        return self.hand_in(self.start(at), at)


def fresh(attempt: Attempt) -> Attempt:
    db.session.rollback()
    return db.session.get_one(Attempt, attempt.id, populate_existing=True)


@pytest.fixture
def sitting(app: Flask) -> Sitting:
    return Sitting(make_course())


def test_P27_what_is_saved_in_time_counts(sitting: Sitting) -> None:
    attempt = sitting.start()
    assert attempt.deadline_at == START + 10 * MINUTE
    last = START + 10 * MINUTE - timedelta(microseconds=1)
    kept = sitting.save(attempt, last)
    assert len(kept) == 3
    assert sitting.save(attempt, START + 9 * MINUTE) == kept
    saved = db.session.scalars(select(Answer.saved_at)).all()
    assert saved == [last] * 3, "the same answers change nothing"
    sitting.hand_in(attempt, START + 30 * MINUTE)
    done = fresh(attempt)
    assert (done.percent, done.state, done.submitted_at) == (100, "expired", attempt.deadline_at)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1), 60 * MINUTE])
def test_P27_nothing_counts_after_the_deadline(sitting: Sitting, late: timedelta) -> None:
    attempt = sitting.start()
    sitting.save(attempt, START + MINUTE, only=1)
    with pytest.raises(DomainError, match="time is up"):
        sitting.save(attempt, START + 10 * MINUTE + late)
    sitting.hand_in(attempt, START + 10 * MINUTE + late)
    assert fresh(attempt).percent == 33
    assert len(db.session.scalars(select(Answer)).all()) == 1


def test_P27_the_pages_follow_the_servers_clock(
    app: Flask, client: Browser, sitting: Sitting
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client.sign_in(sitting.person)
        url = client.post("/cursussen/proef/toets/proef-toets").location
        form = {"question": "proef-vraag-3", "proef-vraag-3-r0": "7", "do": "save"}
        client.post(url, form)
        assert 'value="7"' in client.get(url).text
        clock.shift(601)
        page = client.post(
            url, form | {"proef-vraag-3-r0": "8"}, status=409, headers={"HX-Request": "true"}
        )
        assert "time is up" in page.text
        assert client.post(url, form | {"proef-vraag-3-r0": "8"}).location == f"{url}/uitslag"
        assert client.get(url, 303).location == f"{url}/uitslag"
        client.get(f"{url}/uitslag")
        client.post(f"{url}/inleveren")
        assert "33%" in client.get(f"{url}/uitslag").main
    assert db.session.scalars(select(Answer.response)).all() == [{"r0": "7"}]


def test_P27_handing_in_twice_is_once(sitting: Sitting) -> None:
    attempt = sitting.start()
    sitting.save(attempt, START + MINUTE, only=2)
    first = sitting.hand_in(attempt, START + 2 * MINUTE)
    facts = (first.submitted_at, first.percent, first.state)
    with pytest.raises(DomainError):
        sitting.save(attempt, START + 3 * MINUTE)
    again = sitting.hand_in(attempt, START + 4 * MINUTE)
    assert (
        (again.submitted_at, again.percent, again.state)
        == facts
        == (START + 2 * MINUTE, 66, "submitted")
    )


def test_P27_two_tabs_are_one_attempt(sitting: Sitting) -> None:
    assert sitting.start().id == sitting.start(START + MINUTE).id
    after = sitting.start(START + 11 * MINUTE)
    assert after.number == 2, "the first one is over"
    assert len(db.session.scalars(select(Attempt)).all()) == 2


def test_P27_no_more_attempts_than_allowed(app: Flask, client: Browser, sitting: Sitting) -> None:
    for n in range(2):
        sitting.fail(START + n * MINUTE)
    with pytest.raises(DomainError, match="2 times"):
        sitting.start(START + 5 * MINUTE)
    client.sign_in(sitting.person)
    page = client.post("/cursussen/proef/toets/proef-toets", follow=True)
    assert "You may take this test 2 times" in page.text
    assert len(db.session.scalars(select(Attempt)).all()) == 2


def test_P27_the_waiting_time_is_kept(app: Flask, tmp_path: Path) -> None:
    sitting = Sitting(
        publish_files(replaced(TEST, 'wait_minutes="0"', 'wait_minutes="30"'), tmp_path)
    )
    sitting.fail(START)
    with pytest.raises(DomainError, match="1 minute"):
        sitting.start(START + 30 * MINUTE - timedelta(seconds=1))
    assert sitting.start(START + 30 * MINUTE).number == 2


@pytest.mark.parametrize(
    ("rule", "counts"), [("best", 100), ("last", 33), ("first", 0), ("mean", 44)]
)
def test_the_attempt_that_counts_follows_the_rule(
    app: Flask, tmp_path: Path, rule: str, counts: int
) -> None:
    changed = replaced(TEST, 'attempt_rule="best"', f'attempt_rule="{rule}"')
    changed[TEST] = changed[TEST].replace(b'max_attempts="2"', b'max_attempts="3"')
    sitting = Sitting(publish_files(changed, tmp_path))
    for n, right in enumerate((0, 3, 1)):
        attempt = sitting.start(START + n * MINUTE)
        if right:
            sitting.save(attempt, START + n * MINUTE, only=right)
        sitting.hand_in(attempt, START + n * MINUTE)
    percents = learning.results_by_test(sitting.enrolment)["proef-toets"]
    assert percents == [0, 100, 33]
    assert learning.by_rule(percents, rule) == counts


def test_P27_what_nobody_handed_in_is_graded_all_the_same(sitting: Sitting) -> None:
    attempt = sitting.start()
    sitting.save(attempt, START + MINUTE)
    with transaction():
        assert quizzes.close_overdue(at=START + 10 * MINUTE + timedelta(seconds=20)) == 0
    with transaction():
        assert quizzes.close_overdue(at=START + 11 * MINUTE) == 1
    with transaction():
        assert quizzes.close_overdue(at=START + 12 * MINUTE) == 0
    done = fresh(attempt)
    assert (done.state, done.percent, done.submitted_at) == ("expired", 100, attempt.deadline_at)
    assert (
        db.session.get_one(Enrolment, sitting.enrolment.id, populate_existing=True).completed_at
        is not None
    )


def test_P03_the_attempt_of_another_is_not_there(
    app: Flask, client: Browser, sitting: Sitting
) -> None:
    attempt = sitting.start(datetime.now(UTC))
    client.sign_in(make_person())
    url = f"/toets/{attempt.id}"
    for path in ("", "/overzicht", "/uitslag"):
        client.get(url + path, 404)
    client.post(url, {"question": "proef-vraag-3", "proef-vraag-3-r0": "8"}, status=404)
    client.post(f"{url}/inleveren", status=404)
    assert fresh(attempt).state == "open"
    assert db.session.scalars(select(Answer)).all() == []


def test_a_question_that_is_not_in_the_attempt_is_left_out(
    app: Flask, client: Browser, sitting: Sitting
) -> None:
    attempt = sitting.start()
    with transaction():
        mine = db.session.get_one(Attempt, attempt.id)
        assert quizzes.save(mine, {"proef-oefenvraag": ({"r0": "c1"}, False)}, at=START) == {}
    assert db.session.scalars(select(Answer)).all() == []


@pytest.mark.parametrize("round_", range(5))
def test_P27_starting_at_once_is_one_attempt(sitting: Sitting, app: Flask, round_: int) -> None:
    ids = together(app, 8, lambda _n: sitting.start().id)
    assert len(set(ids)) == 1
    assert len(db.session.scalars(select(Attempt)).all()) == 1


@pytest.mark.parametrize("round_", range(5))
def test_P27_handing_in_at_once_is_one_result(sitting: Sitting, app: Flask, round_: int) -> None:
    attempt = sitting.start()
    sitting.save(attempt, START + MINUTE)

    def work(n: int) -> str:
        if n % 4 == 3:
            try:
                sitting.save(attempt, START + MINUTE, only=1)
            except DomainError:
                return "submitted"
            return "submitted"
        return sitting.hand_in(attempt, START + timedelta(seconds=61 + n)).state

    assert together(app, 8, work) == ["submitted"] * 8
    assert fresh(attempt).percent == 100


@pytest.mark.parametrize("round_", range(5))
def test_P27_the_lock_is_taken_late_and_sees_what_happened_before(
    sitting: Sitting, app: Flask, round_: int
) -> None:
    """All have read an open attempt; one hands it in, the others may not change it after that."""
    attempt = sitting.start()
    everybody_read, handed_in = threading.Barrier(4), threading.Event()

    def work(n: int) -> str:
        with transaction(write=False):
            mine = db.session.get_one(Attempt, attempt.id)
            enrolment = db.session.get_one(Enrolment, mine.enrolment_id)
            everybody_read.wait(timeout=20)
            if n == 0:
                with writing():
                    quizzes.hand_in(mine, enrolment, at=START + MINUTE)
                handed_in.set()
                return "handed in"
            assert handed_in.wait(timeout=20)
            try:
                with writing():
                    quizzes.save(mine, right_answers(mine), at=START + MINUTE)
            except DomainError:
                return "too late"
            return "saved"

    assert together(app, 4, work) == ["handed in"] + ["too late"] * 3
    assert db.session.scalars(select(Answer)).all() == []
    assert fresh(attempt).percent == 0


@pytest.mark.parametrize("round_", range(5))
def test_P27_handing_in_while_the_worker_closes_is_no_deadlock(
    sitting: Sitting, app: Flask, round_: int
) -> None:
    attempt = sitting.start()
    sitting.save(attempt, START + MINUTE)
    late = START + 12 * MINUTE

    def close() -> str:
        with transaction():
            quizzes.close_overdue(at=late)
        return "expired"

    states = together(app, 8, lambda n: close() if n % 2 else sitting.hand_in(attempt, late).state)
    assert states == ["expired"] * 8
    assert fresh(attempt).percent == 100


def test_a_test_is_finished_in_the_version_it_was_started_in(app: Flask, tmp_path: Path) -> None:
    sitting = Sitting(make_course())
    attempt = sitting.start()
    publish_files(replaced("problem/proef-vraag-3.xml", 'answer="7"', 'answer="8"'), tmp_path)
    sitting.save(attempt, START + MINUTE)
    assert sitting.hand_in(attempt, START + 2 * MINUTE).percent == 100
    sitting.outline = queries.current(queries.course_by_slug("proef"))
    sitting.lesson = sitting.outline.by_lesson["proef-toets"]
    again = sitting.start(START + 3 * MINUTE)
    with transaction():
        mine = db.session.get_one(Attempt, again.id)
        quizzes.save(mine, {"proef-vraag-3": ({"r0": "7"}, False)}, at=START + 4 * MINUTE)
    assert sitting.hand_in(again, START + 5 * MINUTE).percent == 0
