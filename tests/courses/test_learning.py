"""Enrolling, lessons, progress and completion; what stays hidden; what happens at once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from certificates.models import Certificate
from courses import queries
from courses.models import BlockState, Course, Enrolment, ItemProgress
from courses.services import learning, quizzes
from learnenv.areas.reporting.models import Figure
from learnenv.kernel import jobs
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.courses.olx import publish_files, replaced, with_files
from tests.factories import (
    NOW,
    actor_of,
    make_course,
    make_enrolment,
    make_organisation,
    make_person,
)
from tests.house.world import complete, right_answers
from tests.threads import together

LES = "/cursussen/proef/les/proef-les"
RIGHT, WRONG = "c1", "c0"
FORM = {"Accept": "text/html"}  # a plain form of a browser without JavaScript


def count(model: type, *where) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def fresh(enrolment: Enrolment) -> Enrolment:
    db.session.rollback()
    return db.session.get_one(Enrolment, enrolment.id, populate_existing=True)


def test_enrolling_twice_is_enrolling_once(app: Flask, client: Browser) -> None:
    make_course()
    client.sign_in(make_person(organisation=make_organisation()))
    client.post("/cursussen/proef/inschrijven")
    client.post("/cursussen/proef/inschrijven")
    assert count(Enrolment) == 1
    assert db.session.scalars(select(Figure.count)).all() == [1]


def test_parallel_enrolling_is_enrolling_once(app: Flask) -> None:
    course_id = make_course().id
    for _ in range(5):
        person = actor_of(make_person(organisation=make_organisation()))

        def enrol(_n: int, person=person) -> int:
            with transaction():
                course = db.session.get_one(Course, course_id)
                return learning.enrol(course=course, actor=person, at=NOW).id

        ids = together(app, 8, enrol)
        assert len(set(ids)) == 1
        assert count(Enrolment, Enrolment.person_id == person.id) == 1
        db.session.remove()
    assert sum(db.session.scalars(select(Figure.count).where(Figure.measure == "enrolled"))) == 5


def test_what_must_be_done_first_is_named(app: Flask, client: Browser) -> None:
    make_course()
    client.sign_in(make_person())
    client.post("/cursussen/proef/inschrijven")
    page = client.get("/cursussen/proef/les/proef-toets", 403)
    assert "Proefles" in page.main
    page = client.get("/cursussen/proef")
    assert "First finish: Proefles" in page.main
    client.post("/cursussen/proef/toets/proef-toets", status=403)
    client.post("/cursussen/proef/les/proef-toets/proef-toets-1", status=403)


def test_a_visitor_reads_the_preview_only(app: Flask, client: Browser) -> None:
    make_course()
    page = client.get(f"{LES}/proef-deel-1")
    assert "Een week heeft zeven dagen" in page.main
    client.get("/cursussen/proef/les/proef-toets", 403)
    client.get("/cursussen/proef/les/proef-toets/proef-toets-1", 403)
    client.get("/cursussen/proef/les/weg", 404)


def test_practice_with_feedback_finishes_the_lesson(app: Flask, client: Browser) -> None:
    course = make_course()
    person = make_person()
    client.sign_in(person)
    enrolment = make_enrolment(person, course)
    handler = "/cursussen/proef/blok/proef-oefenvraag"
    client.post(f"{handler}/submit", {}, headers=FORM)
    assert fresh(enrolment).done == 0
    page = client.post(
        f"{handler}/submit",
        {"proef-oefenvraag-r0": WRONG},
        status=200,
        headers={"HX-Request": "true"},
    )
    assert "Zondag komt vóór maandag." in page.text
    assert "Na maandag komt dinsdag." not in page.text
    assert fresh(enrolment).percent == 50, "answered is practised"
    client.post(f"{handler}/again", {}, headers=FORM)
    page = client.post(f"{handler}/submit", {"proef-oefenvraag-r0": RIGHT}, headers=FORM)
    assert page.location == f"{LES}/proef-deel-2#block-proef-oefenvraag"
    assert "Na maandag komt dinsdag." in client.get(f"{LES}/proef-deel-2").main
    client.post(f"{handler}/again", {}, headers=FORM)
    client.post(f"{handler}/submit", {"proef-oefenvraag-r0": WRONG}, headers=FORM)
    best = db.session.get_one(ItemProgress, (enrolment.id, "proef-oefenvraag"))
    assert best.earned == 1.0, "the best score counts"
    client.post(f"{handler}/weg", {}, status=404)
    client.post("/cursussen/proef/blok/weg/submit", {}, status=404)
    client.post(
        "/cursussen/proef/blok/proef-vraag-1/submit", {"proef-vraag-1-r0": "c0"}, status=404
    )
    client.post("/cursussen/proef/blok/proef-oefenvraag/student_view", {}, status=404)


def test_progress_is_never_more_than_all_and_doing_it_again_changes_nothing(app: Flask) -> None:
    course, person = make_course(), make_person()
    enrolment = complete(person, course)
    first = fresh(enrolment)
    facts = (first.percent, first.done, first.asked, first.completed_at, first.score)
    assert facts[:3] == (100, 2, 2)
    outline = queries.current(course)
    for _ in range(3):
        with transaction():
            for lesson in outline.lessons:
                learning.finish_lesson(first, outline, lesson, at=NOW + timedelta(days=1))
    again = fresh(enrolment)
    assert (again.percent, again.done, again.asked, again.completed_at, again.score) == facts
    assert count(Certificate) == 1


def test_a_lesson_is_ticked_off_only_when_it_is_of_that_kind(app: Flask, client: Browser) -> None:
    course, person = make_course(), make_person()
    enrolment = make_enrolment(person, course)
    client.sign_in(person)
    client.post("/cursussen/proef/les/proef-les/afvinken", status=409)
    assert fresh(enrolment).done == 0


def test_an_opinion_is_given_once_and_only_afterwards(app: Flask, client: Browser) -> None:
    from courses.models import Evaluation

    course, person = make_course(), make_person()
    make_enrolment(person, course)
    client.sign_in(person)
    form = {"stars": "4", "useful": "Alles", "missing": ""}
    client.post("/cursussen/proef/afgerond", form, status=422)
    complete(person, course)
    page = client.get("/cursussen/proef/afgerond")
    assert "What did you think of it?" in page.main
    assert "Your certificate" in page.main
    client.post("/cursussen/proef/afgerond", form | {"stars": "9"}, status=422)
    client.post("/cursussen/proef/afgerond", form)
    client.post("/cursussen/proef/afgerond", form, status=422)
    [given] = db.session.scalars(select(Evaluation)).all()
    assert given.stars == 4
    assert not {"person_id", "enrolment_id"} & set(Evaluation.__table__.columns.keys())


# --- P26 ---------------------------------------------------------------------------------------

SECRETS = {
    "problem/proef-oefenvraag.xml": """<problem><p>Vooraf</p><multiplechoiceresponse><label>V?</label><choicegroup>
<choice correct="false">Fout</choice><choice correct="true">Goed<choicehint>KANARIE-1</choicehint></choice></choicegroup>
</multiplechoiceresponse><solution><p>KANARIE-2</p></solution><demandhint><hint>KANARIE-3</hint></demandhint></problem>""",
    "problem/proef-vraag-1.xml": """<problem><stringresponse answer="KANARIE-4" type="ci"><label>V?</label>
<correcthint>KANARIE-5</correcthint><additional_answer answer="KANARIE-6"><correcthint>KANARIE-7</correcthint></additional_answer>
<stringequalhint answer="KANARIE-8">KANARIE-9</stringequalhint><textline/></stringresponse>
<solution>KANARIE-10</solution></problem>""",
    "problem/proef-vraag-2.xml": """<problem><choiceresponse partial_credit="EDC"><label>V?</label><checkboxgroup>
<choice correct="false">A<choicehint selected="false">KANARIE-11</choicehint></choice>
<choice correct="true">B<choicehint selected="true">KANARIE-12</choicehint><choicehint selected="false">KANARIE-13</choicehint></choice>
<choice correct="true">C<choicehint selected="true">KANARIE-14</choicehint><choicehint selected="false">KANARIE-15</choicehint></choice>
<choice correct="false">D</choice></checkboxgroup></choiceresponse><solution>KANARIE-16</solution></problem>""",
    "problem/proef-vraag-3.xml": """<problem><p><numericalresponse answer="271828"><label>V?</label>
<correcthint>KANARIE-17</correcthint><formulaequationinput/></numericalresponse></p>
<matchingresponse><label>M?</label><pair left="NL" right="Den Haag" hint="KANARIE-18"/><pair left="BE" right="Brussel"/></matchingresponse>
<orderingresponse><label>O?</label><item>Een</item><item>Twee</item><hint>KANARIE-19</hint></orderingresponse>
<optionresponse><label>D?</label><optioninput><option correct="false">x</option><option correct="true">y<optionhint>KANARIE-20</optionhint></option></optioninput></optionresponse>
<solution>KANARIE-21</solution></problem>""",
}


def look(page, where: str) -> None:
    found = set(re.findall(r"KANARIE-\d+|271828|correct=\"", page.text))
    assert not found, f"{where} gives away {found}"
    for header in page.response.headers.values():
        assert "KANARIE" not in header


def test_P26_no_key_leaves_the_server_before_it_may(
    app: Flask, client: Browser, tmp_path: Path
) -> None:
    course = publish_files(with_files(SECRETS), tmp_path)
    everywhere = [
        "/",
        "/cursussen",
        "/cursussen/proef",
        LES,
        f"{LES}/proef-deel-1",
        f"{LES}/proef-deel-2",
    ]
    for path in everywhere:  # the preview of a visitor
        look(client.get(path, follow=True), f"visitor {path}")
    person = make_person()
    client.sign_in(person)
    enrolment = make_enrolment(person, course)
    for path in [*everywhere, "/leren", "/cursussen/proef/voortgang", "/leren/overzicht.csv"]:
        look(client.get(path, follow=True), path)
    handler = "/cursussen/proef/blok/proef-oefenvraag"
    htmx = {"HX-Request": "true"}
    look(client.post(f"{handler}/submit", {}, status=200, headers=htmx), "empty submit")
    look(
        client.post(f"{handler}/submit", {"proef-oefenvraag-r0": WRONG}, status=200, headers=htmx),
        "wrong submit",
    )
    look(client.get(f"{LES}/proef-deel-2"), "unit after a wrong answer")
    look(client.post(f"{handler}/again", {}, status=200, headers=htmx), "again")
    assert fresh(enrolment).done == 1

    look(client.get("/cursussen/proef/les/proef-toets"), "start of the test")
    attempt = client.post("/cursussen/proef/toets/proef-toets").location
    look(client.get(attempt), "test")
    everything_wrong = {
        "question": ["proef-vraag-1", "proef-vraag-2", "proef-vraag-3"], "proef-vraag-1-r0": "iets anders",
        "proef-vraag-2-r0": ["c0", "c3"], "proef-vraag-3-r0": "3", "proef-vraag-3-r3": "c0",
    }  # fmt: skip
    look(client.post(attempt, everything_wrong, status=200, headers=htmx), "autosave")
    look(client.get(attempt), "test with answers")
    look(client.get(f"{attempt}/overzicht"), "summary")
    look(client.get(f"{attempt}/uitslag", follow=True), "result while it runs")
    client.post(f"{attempt}/inleveren")
    page = client.get(f"{attempt}/uitslag")
    assert "Not passed yet" in page.main
    look(page, "failing result")
    look(client.get("/cursussen/proef/voortgang"), "progress after failing")
    state = "".join(db.session.scalars(select(BlockState.fields)))
    assert "KANARIE" not in state


def test_P26_feedback_comes_when_it_may(app: Flask, client: Browser, tmp_path: Path) -> None:
    """The canaries do show to who may see them: the test above can fail."""
    course = publish_files(with_files(SECRETS), tmp_path)
    person = make_person()
    client.sign_in(person)
    make_enrolment(person, course)
    client.post(
        "/cursussen/proef/blok/proef-oefenvraag/submit",
        {"proef-oefenvraag-r0": RIGHT},
        headers=FORM,
    )
    page = client.get(f"{LES}/proef-deel-2")
    assert "KANARIE-1" in page.text
    assert "KANARIE-2" in page.text
    complete(person, course)
    attempt = count(Enrolment)
    page = client.get(f"/toets/{attempt}/uitslag")
    assert "KANARIE-5" in page.text
    assert "KANARIE-10" not in page.text, "review says own and feedback, not the key"


def test_P26_the_names_of_sides_and_items_betray_nothing(
    app: Flask, client: Browser, tmp_path: Path
) -> None:
    course = publish_files(with_files(SECRETS), tmp_path)
    person = make_person()
    client.sign_in(person)
    complete_lesson(make_enrolment(person, course), course)
    page = client.get(client.post("/cursussen/proef/toets/proef-toets").location)
    select_field = page.soup.find("select", attrs={"name": "proef-vraag-3-r1-p0"})
    values = [o["value"] for o in select_field.find_all("option") if o["value"]]
    assert len(values) == 2
    assert all(re.fullmatch(r"[0-9a-f]{10}", v) for v in values)


def complete_lesson(enrolment: Enrolment, course: Course) -> None:
    outline = queries.current(course)
    with transaction():
        block = outline.blocks["proef-oefenvraag"][2]
        learning.record_grade(
            enrolment, outline, block, learning.Grade(earned=1, possible=1), at=NOW
        )


# --- at the same moment ------------------------------------------------------------------------


@pytest.mark.parametrize("round_", range(5))
def test_P29_finishing_at_once_gives_one_certificate_one_count_one_mail(
    app: Flask, round_: int
) -> None:
    course = make_course()
    person = make_person(organisation=make_organisation())
    enrolment = make_enrolment(person, course)
    outline = queries.current(course)

    def finish(_n: int) -> None:
        with transaction():
            mine = db.session.get_one(Enrolment, enrolment.id)
            learning.lock(mine)
            for lesson in outline.lessons:
                if lesson.quiz is None:
                    learning.finish_lesson(mine, outline, lesson, at=NOW)
                else:
                    attempt = (
                        quizzes.start(mine, outline, lesson, at=NOW)
                        if not mine.completed_at
                        else None
                    )
                    if attempt is not None:
                        quizzes.save(attempt, right_answers(attempt), at=NOW)
                        quizzes.hand_in(attempt, mine, at=NOW)

    together(app, 8, finish)
    assert count(Certificate) == 1
    figures = dict(db.session.execute(select(Figure.measure, Figure.count)).all())
    assert figures == {"enrolled": 1, "completed": 1, "certified": 1}
    if round_ == 0:
        jobs.run_due(app.extensions["jobs"])
        assert count(OutboxMail) == 1


@pytest.mark.parametrize("round_", range(5))
def test_P29_completing_without_any_lock_of_ours_is_still_once(app: Flask, round_: int) -> None:
    """Eight threads that each finish the last lesson: the database decides, not the order."""
    course, person = make_course(), make_person()
    enrolment = make_enrolment(person, course)
    complete_lesson(enrolment, course)
    outline = queries.current(course)
    with transaction():
        attempt = quizzes.start(enrolment, outline, outline.by_lesson["proef-toets"], at=NOW)
        quizzes.save(attempt, right_answers(attempt), at=NOW)
    attempt_id = attempt.id

    def hand_in(_n: int) -> str:
        from courses.models import Attempt

        with transaction():
            mine = db.session.get_one(Enrolment, enrolment.id)
            return quizzes.hand_in(db.session.get_one(Attempt, attempt_id), mine, at=NOW).state

    assert together(app, 8, hand_in) == ["submitted"] * 8
    assert count(Certificate) == 1
    assert fresh(enrolment).score == 100


def test_completion_is_published_once(app: Flask, monkeypatch) -> None:
    from courses.events import CourseCompleted
    from learnenv.kernel import events

    seen = []
    monkeypatch.setitem(
        events._handlers, CourseCompleted, [*events._handlers[CourseCompleted], seen.append]
    )
    course, person = make_course(), make_person()
    complete(person, course)
    complete(person, course)
    [event] = seen
    assert (event.person_id, event.course_id, event.score, event.period) == (
        person.id,
        course.id,
        100,
        1,
    )


def test_a_listener_that_fails_takes_the_whole_completion_back(app: Flask, monkeypatch) -> None:
    from courses.events import CourseCompleted
    from learnenv.kernel import events

    def fails(_event: object) -> None:
        raise RuntimeError("de teller is stuk")

    course, person = make_course(), make_person()
    enrolment = make_enrolment(person, course)
    monkeypatch.setitem(
        events._handlers, CourseCompleted, [*events._handlers[CourseCompleted], fails]
    )
    with pytest.raises(RuntimeError, match="stuk"):
        complete(person, course)
    assert fresh(enrolment).completed_at is None
    assert count(Certificate) == count(ItemProgress) == 0


def test_a_course_may_ask_for_a_lower_or_higher_score_than_its_test(
    app: Flask, tmp_path: Path
) -> None:
    course = publish_files(
        replaced("course/course.xml", 'passing_percent="70"', 'passing_percent="100"'), tmp_path
    )
    person = make_person()
    enrolment = make_enrolment(person, course)
    complete_lesson(enrolment, course)
    outline = queries.current(course)
    with transaction():
        attempt = quizzes.start(enrolment, outline, outline.by_lesson["proef-toets"], at=NOW)
        answers = right_answers(attempt)
        answers["proef-vraag-2"] = ({"r0": ["c1"]}, False)  # three of four decisions right
        quizzes.save(attempt, answers, at=NOW)
        quizzes.hand_in(attempt, enrolment, at=NOW)
    found = fresh(enrolment)
    assert (found.percent, found.score, found.completed_at) == (100, 91, None)


def test_a_test_lesson_is_not_ticked_or_read(app: Flask) -> None:
    course, person = make_course(), make_person()
    enrolment = make_enrolment(person, course)
    outline = queries.current(course)
    with pytest.raises(DomainError), transaction():
        learning.tick_lesson(enrolment, outline, outline.by_lesson["proef-toets"], at=NOW)
    with transaction():
        for unit in outline.by_lesson["proef-toets"].units:
            learning.finish_unit(
                enrolment, outline, outline.by_lesson["proef-toets"], unit.id, at=NOW
            )
    assert fresh(enrolment).done == 0
