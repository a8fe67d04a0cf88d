"""What a course did, for its authors: opinions and measured gain. Never who said or scored what."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from courses.models import Attempt, AttemptState, Course, CourseVersion, Enrolment, Evaluation
from courses.outline import Outline
from courses.queries import MINIMUM_EVALUATIONS
from learnenv.kernel.db import db

MINIMUM_GAIN = 5
"""Under this many people a mean says too much about one of them (decision 0005)."""
LATEST = 200


@dataclass(frozen=True, slots=True)
class Opinions:
    """The opinions about one version: comparable, because the form is the same (b17)."""

    version: int
    number: int
    mean: float | None
    """Stars, 1 to 5; None while there are too few to show."""


@dataclass(frozen=True, slots=True)
class Gain:
    """How much more people know after the course than before it (b15)."""

    people: int
    points: float
    """Mean difference in points of 10, first attempts of both tests."""


@dataclass(frozen=True, slots=True)
class Results:
    """All of it for one course."""

    opinions: list[Opinions]
    texts: list[tuple[int, str, str]]
    """Year, what people will do differently, what they missed; only from three opinions on."""
    gain: Gain | None
    has_self_test: bool


def results_of(course: Course, outline: Outline) -> Results:
    """Return what authors may see about a course."""
    rows = db.session.execute(
        select(CourseVersion.number, func.count(), func.avg(Evaluation.stars))
        .join(CourseVersion, CourseVersion.id == Evaluation.version_id)
        .where(Evaluation.course_id == course.id)
        .group_by(CourseVersion.number)
        .order_by(CourseVersion.number.desc())
    ).all()
    opinions = [
        Opinions(version, number, float(mean) if number >= MINIMUM_EVALUATIONS else None)
        for version, number, mean in rows
    ]
    enough = sum(opinion.number for opinion in opinions) >= MINIMUM_EVALUATIONS
    return Results(
        opinions=opinions,
        texts=_texts(course) if enough else [],
        gain=_gain(course, outline),
        has_self_test=_tests(outline) is not None,
    )


def _texts(course: Course) -> list[tuple[int, str, str]]:
    """Return what people wrote, in the order of the alphabet: the order of writing says who."""
    found = db.session.execute(
        select(Evaluation.year, Evaluation.useful, Evaluation.missing)
        .where(Evaluation.course_id == course.id)
        .where((Evaluation.useful != "") | (Evaluation.missing != ""))
        .order_by(Evaluation.year.desc(), Evaluation.useful, Evaluation.missing)
        .limit(LATEST)
    )
    return [(year, useful, missing) for year, useful, missing in found]


def _tests(outline: Outline) -> tuple[str, str] | None:
    """Return the self-test before and the test after that draws from the same banks."""
    for lesson in outline.lessons:
        if lesson.quiz is not None and lesson.quiz.advice and lesson.quiz.bank_of:
            return lesson.id, lesson.quiz.bank_of
    return None


def _gain(course: Course, outline: Outline) -> Gain | None:
    tests = _tests(outline)
    if tests is None:
        return None
    before, after = aliased(Attempt), aliased(Attempt)
    people, difference = db.session.execute(
        select(func.count(), func.avg(after.percent - before.percent))
        .select_from(Enrolment)
        .join(before, before.enrolment_id == Enrolment.id)
        .join(after, after.enrolment_id == Enrolment.id)
        .where(
            Enrolment.course_id == course.id,
            before.lesson == tests[0],
            before.number == 1,
            before.state != AttemptState.OPEN,
            after.lesson == tests[1],
            after.number == 1,
            after.state != AttemptState.OPEN,
            before.submitted_at < after.started_at,
        )
    ).one()
    if people < MINIMUM_GAIN:
        return None
    return Gain(people, round(float(difference) / 10, 1))
