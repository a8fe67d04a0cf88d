"""The course itself: answering well passes it, guessing does not."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from courses import banks, queries
from courses.blocks.problem import grading
from courses.blocks.problem.capa import parse
from courses.blocks.problem.model import Question
from courses.commands import import_path
from courses.models import Enrolment
from courses.olx import package
from courses.olx.importer import read_course
from courses.outline import Outline, read
from courses.services import learning, quizzes
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction
from tests.browser import PASSWORD, Browser
from tests.factories import make_enrolment, make_person
from tests.house.world import right_answers

WERKEN = Path(__file__).parents[2] / "courses" / "content" / "werken-2.0"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEARNERS = 1000
# Seven modules, a self-test, a final assignment and a final test; 28 lessons and 80 questions asked.
MODULES, LESSONS, BANK = 10, 32, 84


@pytest.fixture(scope="module")
def outline() -> Outline:
    return read(read_course(package.read(WERKEN)).document, version_id=0, number=0)


def test_it_has_the_shape_that_was_promised(outline: Outline) -> None:
    lessons = [lesson for lesson in outline.lessons if lesson.quiz is None]
    assert len(outline.modules) >= MODULES
    assert len(lessons) >= LESSONS
    essential = sum(x.minutes for x in outline.lessons if x.required and not x.depth)
    assert 4 * 60 <= essential <= outline.minutes <= 8 * 60
    final = outline.by_lesson["eindtoets-toets"]
    subjects = banks.subjects(final, outline)
    assert banks.size(final, outline) == 20
    assert sum(len(subject.questions) for subject in subjects) >= BANK
    assert final.quiz is not None
    assert final.quiz.passing_percent == 70
    for lesson in outline.lessons:
        if lesson.quiz is not None and lesson is not final and not lesson.quiz.bank_of:
            assert 8 <= banks.size(lesson, outline) <= 10, lesson.id
            pool = sum(len(subject.questions) for subject in banks.subjects(lesson, outline))
            assert pool >= 15, lesson.id
    for path in outline.paths:
        minutes = sum(outline.by_lesson[lesson].minutes for lesson, _why in path.steps)
        assert 75 <= minutes <= 105, path.id


def guess(question: Question, chance: random.Random, seed: str) -> Any:
    """Answer as somebody who clicks at random."""
    ids = [
        choice.id for choice in grading.face(question, prefix="x", seed=seed, given=None).choices
    ]
    if question.kind in {"single", "dropdown"}:
        return chance.choice(ids)
    if question.kind == "multiple":
        return [option for option in ids if chance.random() < 0.5]
    if question.kind == "matching":
        return {pair.id: chance.choice(ids) for pair in question.pairs}
    if question.kind == "ordering":
        places = chance.sample(range(1, len(ids) + 1), len(ids))
        return {option: str(place) for option, place in zip(ids, places, strict=True)}
    return str(chance.randint(0, 100))


def test_guessing_does_not_pass_the_final_test(outline: Outline) -> None:
    final = outline.by_lesson["eindtoets-toets"]
    assert final.quiz is not None
    chance = random.Random(2010)
    passed = 0
    scores = []
    for learner in range(LEARNERS):
        earned = []
        for name in banks.draw(final, outline, {}, chance):
            problem = parse(str(outline.blocks[name][2].fields["data"]))
            seed = f"{learner}:{name}"
            given = {q.id: guess(q, chance, seed) for q in problem.questions}
            earned.append(grading.grade_problem(problem, given, seed=seed)[0])
        scores.append(100 * sum(earned) / len(earned))
        passed += scores[-1] >= final.quiz.passing_percent
    assert passed <= LEARNERS // 1000
    assert 15 < sum(scores) / LEARNERS < 45, "guesses are really graded"


def test_answering_well_passes_the_whole_course(app: Flask, client: Browser) -> None:
    done = import_path(WERKEN)
    course = queries.course_by_slug(done.slug)
    person = make_person("Sanne de Vries", password=PASSWORD)
    enrolment = make_enrolment(person, course, at=AT)
    outline = queries.current(course)
    with transaction():
        mine = db.session.get_one(Enrolment, enrolment.id)
        for number, lesson in enumerate(outline.lessons):
            at = AT + timedelta(hours=number)
            if lesson.quiz is not None:
                attempt = quizzes.start(mine, outline, lesson, at=at)
                quizzes.save(attempt, right_answers(attempt), at=at)
                quizzes.hand_in(attempt, mine, at=at)
            elif lesson.completion == "tick":
                learning.tick_lesson(mine, outline, lesson, at=at)
            else:
                for unit in lesson.units:
                    learning.finish_unit(mine, outline, lesson, unit.id, at=at)
                for block in lesson.problems():
                    grade = learning.Grade(earned=1.0, possible=1.0)
                    learning.record_grade(mine, outline, block, grade, at=at)
    db.session.expire_all()
    after = db.session.get_one(Enrolment, enrolment.id)
    left = set(learning.asked_of(after, outline)) - learning.done_items(after)
    assert not left
    assert after.completed_at is not None
    assert (after.percent, after.score) == (100, 100)


def test_every_page_of_the_course_stands(app: Flask, client: Browser) -> None:
    """Each unit and each lesson on paper: valid, labelled, no broken block, under 200 kB."""
    course = queries.course_by_slug(import_path(WERKEN).slug)
    outline = queries.current(course)
    person = make_person("Sanne de Vries", password=PASSWORD)
    make_enrolment(person, course, at=AT)
    client.sign_in(person)
    for lesson in outline.lessons:
        if lesson.quiz is not None or outline.module_of[lesson.id].requires:
            continue
        base = f"/cursussen/{course.slug}/les/{lesson.id}"
        pages = [f"{base}/{unit.id}" for unit in lesson.units] + [f"{base}/afdrukken"]
        for path in pages:
            page = client.get(path)
            assert "cannot be shown here" not in page.text, path
            assert len(page.data) < 200_000, path
