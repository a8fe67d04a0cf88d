"""Drawing by subject: each attempt covers every bank, unseen questions come first."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from courses import banks, queries
from courses.models import Course, Evaluation
from courses.olx.importer import CourseError
from courses.outline import Outline
from courses.results import results_of
from courses.services import learning, quizzes
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.courses.olx import publish_files, read_files
from tests.factories import make_enrolment, make_person
from tests.house.world import right_answers

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROBLEM = """<problem display_name="{name}"><multiplechoiceresponse><label>Kies {name}</label>
<choicegroup><choice correct="true">goed</choice><choice correct="false">fout</choice></choicegroup>
</multiplechoiceresponse></problem>"""
COURSE = """<course display_name="Banken" passing_percent="70">
<path url_name="kort" display_name="Korte route" description="Voor wie weinig tijd heeft.">
<step lesson="les">Hier staat het belangrijkste.</step></path>
<chapter url_name="start" display_name="Begin">
  <sequential url_name="begin" display_name="Begintoets" graded="true" completion="test"
   required="false" bank_of="eind" draw_each="1" advice="true" max_attempts="1" review="score"
   weight="0"/></chapter>
<chapter url_name="m1" display_name="Een"><sequential url_name="les" display_name="Les"
 completion="practice"><vertical url_name="les-1" display_name="Oefenen">
 <itembank url_name="oefenbank" max_count="2">{practice}</itembank></vertical></sequential></chapter>
<chapter url_name="toets" display_name="Toets"><sequential url_name="eind" display_name="Eindtoets"
 graded="true" passing_percent="70"><vertical url_name="eind-1">
 <itembank url_name="bank-a" display_name="Delen" module="m1" max_count="2">{a}</itembank>
 <itembank url_name="bank-b" display_name="Grenzen" max_count="1">{b}</itembank>
</vertical></sequential></chapter></course>"""


def _problems(prefix: str, number: int) -> str:
    return "".join(
        PROBLEM.format(name=f"{prefix}{n}").replace(
            "<problem ", f'<problem url_name="{prefix}{n}" '
        )
        for n in range(number)
    )


def course_files() -> dict[str, bytes]:
    text = COURSE.format(practice=_problems("p", 4), a=_problems("a", 5), b=_problems("b", 3))
    return {
        "course.xml": b'<course org="Proef" course="banken" url_name="course"/>',
        "course/course.xml": text.encode(),
    }


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> Course:
    return publish_files(course_files(), tmp_path)


@pytest.fixture
def outline(course: Course) -> Outline:
    return queries.current(course)


def _draws(outline: Outline, lesson: str, seen: dict[str, int] | None = None) -> list[str]:
    return banks.draw(outline.by_lesson[lesson], outline, seen or {}, random.Random(4))


def test_every_attempt_has_as_many_of_each_subject_as_the_bank_says(outline: Outline) -> None:
    drawn = _draws(outline, "eind")
    assert Counter(name[0] for name in drawn) == {"a": 2, "b": 1}
    assert len(set(drawn)) == 3
    assert banks.size(outline.by_lesson["eind"], outline) == 3


def test_a_test_may_draw_from_the_banks_of_another(outline: Outline) -> None:
    assert Counter(name[0] for name in _draws(outline, "begin")) == {"a": 1, "b": 1}


def test_what_was_not_seen_comes_first(outline: Outline) -> None:
    seen = {"a0": 1, "a1": 1, "a2": 2, "b0": 1, "b1": 1}
    for _ in range(20):
        drawn = set(banks.draw(outline.by_lesson["eind"], outline, seen))
        assert drawn == {"a3", "a4", "b2"}


def test_an_attempt_keeps_what_was_drawn_and_the_next_one_differs(course: Course) -> None:
    enrolment = make_enrolment(make_person(), course, at=AT)
    outline = queries.current(course)
    drawn = []
    for turn in range(2):
        with transaction():
            mine = db.session.merge(enrolment)
            lesson = outline.by_lesson["eind"]
            attempt = quizzes.start(mine, outline, lesson, at=AT + timedelta(hours=turn))
            drawn.append(set(attempt.questions))
            quizzes.hand_in(attempt, mine, at=AT + timedelta(hours=turn))
    assert not drawn[0] & drawn[1]
    assert len(drawn[0]) == len(drawn[1]) == 3


def test_in_a_lesson_everybody_keeps_the_own_questions(outline: Outline) -> None:
    bank = outline.blocks["oefenbank"][2]
    mine = [block.id for block in banks.practice_of(bank, 7)]
    assert mine == [block.id for block in banks.practice_of(bank, 7)]
    assert len(mine) == 2
    others = {tuple(b.id for b in banks.practice_of(bank, n)) for n in range(40)}
    assert len(others) > 3, "not everybody gets the same"


def test_only_the_own_questions_are_asked_to_finish(course: Course) -> None:
    person = make_person()
    enrolment = make_enrolment(person, course, at=AT)
    outline = queries.current(course)
    bank = outline.blocks["oefenbank"][2]
    for block in banks.practice_of(bank, person.id):
        assert "les" not in learning.done_items(enrolment)
        with transaction():
            grade = learning.Grade(earned=1, possible=1)
            learning.record_grade(db.session.merge(enrolment), outline, block, grade, at=AT)
    assert "les" in learning.done_items(enrolment)


def test_the_page_shows_the_own_questions_only(course: Course, client: Browser) -> None:
    person = make_person(password="een lange zin als sleutel")
    make_enrolment(person, course, at=AT)
    client.sign_in(person)
    page = client.get("/cursussen/banken/les/les/les-1").text
    shown = {name for name in ("p0", "p1", "p2", "p3") if f"Kies {name}" in page}
    bank = queries.current(course).blocks["oefenbank"][2]
    assert shown == {block.id for block in banks.practice_of(bank, person.id)}


def _take(course: Course, lesson: str, *, right: bool, at: datetime, person: object = None) -> str:
    person = person or make_person()
    enrolment = make_enrolment(person, course, at=at)
    outline = queries.current(course)
    with transaction():
        mine = db.session.merge(enrolment)
        attempt = quizzes.start(mine, outline, outline.by_lesson[lesson], at=at)
        if right:
            quizzes.save(attempt, right_answers(attempt), at=at)
        quizzes.hand_in(attempt, mine, at=at + timedelta(minutes=5))
        return f"/toets/{attempt.id}/uitslag"


def test_a_self_test_advises_per_subject_and_gives_no_key_away(
    course: Course, client: Browser
) -> None:
    person = make_person(password="een lange zin als sleutel")
    where = _take(course, "begin", right=False, at=AT, person=person)
    client.sign_in(person)
    page = client.get(where).text
    assert "Our advice" in page
    assert "Grenzen" in page
    assert 'href="/cursussen/banken/les/les"' in page, "a subject leads to the module about it"
    assert "Not passed" not in page
    assert "Kies a" not in page, "the questions of the bank are not shown: the final test has them"


def test_b15_the_gain_is_measured_over_who_took_both_and_hidden_when_few(course: Course) -> None:
    for number in range(5):
        assert results_of(course, queries.current(course)).gain is None, f"{number} people"
        person = make_person()
        _take(course, "begin", right=False, at=AT, person=person)
        _take(course, "eind", right=True, at=AT + timedelta(days=1), person=person)
    _take(course, "eind", right=True, at=AT)  # who skipped the self-test does not count
    gain = results_of(course, queries.current(course)).gain
    assert gain is not None
    assert (gain.people, gain.points) == (5, 10.0)


def test_b17_authors_read_opinions_from_three_on(course: Course, client: Browser) -> None:
    author = make_person(password="een lange zin als sleutel", roles=[(Role.AUTHOR, None)])
    client.sign_in(author)
    for number in range(3):
        page = client.get("/beheer/cursussen/banken/resultaten").text
        assert "Meer delen" not in page, f"{number} opinions"
        with transaction():
            db.session.add(
                Evaluation(
                    course_id=course.id, version_id=course.version_id, stars=4, year=2026,
                    useful="Meer delen", missing="",
                )
            )  # fmt: skip
    page = client.get("/beheer/cursussen/banken/resultaten").text
    assert "Meer delen" in page


def test_a_path_leads_through_the_course(course: Course, client: Browser) -> None:
    page = client.get("/cursussen/banken").text
    assert "Korte route" in page
    assert "Hier staat het belangrijkste." in page


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('bank_of="eind"', 'bank_of="les"', "no test with question banks"),
        ('max_count="2"', 'max_count="0"', "max_count"),
        ('<step lesson="les">', '<step lesson="nergens">', "lesson 'nergens' of a path"),
        ("<path ", '<itembank url_name="x"/><path ', "does not belong in <course>"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    files = course_files()
    text = files["course/course.xml"].decode()
    assert old in text
    files["course/course.xml"] = text.replace(old, new).encode()
    with pytest.raises(CourseError, match=said):
        read_files(files)


def test_an_empty_bank_is_refused() -> None:
    files = course_files()
    text = files["course/course.xml"].decode().replace(_problems("b", 3), "")
    files["course/course.xml"] = text.encode()
    with pytest.raises(CourseError, match="no questions"):
        read_files(files)
