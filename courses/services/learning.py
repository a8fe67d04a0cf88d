"""Enrolling, doing lessons, and the one moment of completion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, update

from courses import banks
from courses.events import CourseCompleted, Enrolled
from courses.models import (
    Attempt,
    AttemptState,
    Course,
    Enrolment,
    Evaluation,
    EvaluationGiven,
    ItemKind,
    ItemProgress,
    Override,
)
from courses.outline import Block, Lesson, Outline
from courses.versions import outline_of
from learnenv.kernel import audit
from learnenv.kernel.clock import calendar_year
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.events import publish
from learnenv.kernel.permissions import Actor


def enrol(*, course: Course, actor: Actor, at: datetime) -> Enrolment:
    """Enrol the actor in the course; enrolling twice is enrolling once."""
    if course.version_id is None:
        raise NotFoundError
    outline = outline_of(course.version_id)
    inserted = db.session.execute(
        insert(Enrolment)
        .values(
            person_id=actor.id,
            course_id=course.id,
            period=1,
            organisation_id=actor.organisation_id,
            version_id=course.version_id,
            year=calendar_year(at),
            enrolled_at=at,
            last_seen_at=at,
            last_unit="",
            done=0,
            asked=len(outline.required),
            percent=0,
        )
        .on_conflict_do_nothing(index_elements=["person_id", "course_id", "period"])
        .returning(Enrolment.id)
    ).scalar()
    if inserted is not None:
        publish(
            Enrolled(
                enrolment_id=inserted,
                person_id=actor.id,
                course_id=course.id,
                organisation_id=actor.organisation_id,
                at=at,
            )
        )
    return db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == actor.id, Enrolment.course_id == course.id)
        .order_by(Enrolment.period.desc())
        .limit(1)
    ).one()


def enrolment_in(course: Course, person_id: int) -> Enrolment | None:
    """Return the newest enrolment of a person in a course."""
    return db.session.scalar(
        select(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course.id)
        .order_by(Enrolment.period.desc())
        .limit(1)
    )


def lock(enrolment: Enrolment) -> None:
    """Let no one else change this enrolment until the end of the transaction.

    On PostgreSQL a row lock; on SQLite the whole writing transaction is one already.
    """
    db.session.refresh(enrolment, with_for_update={"of": Enrolment})


def remember_place(enrolment: Enrolment, unit_id: str, *, at: datetime) -> None:
    """Keep where the learner is, so that "go on" opens the exact unit."""
    db.session.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment.id)
        .values(last_unit=unit_id, last_seen_at=at)
    )


def finish_unit(
    enrolment: Enrolment, outline: Outline, lesson: Lesson, unit_id: str, *, at: datetime
) -> None:
    """Note that a unit was read; the last one of a "read" lesson finishes the lesson."""
    lock(enrolment)
    _done(enrolment, unit_id, ItemKind.UNIT, at=at)
    if lesson.completion == "read":
        done = done_items(enrolment)
        if all(unit.id in done for unit in lesson.units):
            finish_lesson(enrolment, outline, lesson, at=at)


def tick_lesson(enrolment: Enrolment, outline: Outline, lesson: Lesson, *, at: datetime) -> None:
    """Finish a lesson that the learner ticks off."""
    if lesson.completion != "tick":
        raise DomainError(_("This lesson is finished in another way: see its rule."))
    lock(enrolment)
    finish_lesson(enrolment, outline, lesson, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A score of one block: points earned of points possible."""

    earned: float
    possible: float
    reported_by_browser: bool = False


def record_grade(
    enrolment: Enrolment, outline: Outline, block: Block, grade: Grade, *, at: datetime
) -> None:
    """Keep the best score of a practice question and finish a "practice" lesson when all are in."""
    lock(enrolment)
    possible = max(0.0, grade.possible)
    earned = min(max(0.0, grade.earned), possible)
    statement = insert(ItemProgress).values(
        enrolment_id=enrolment.id,
        item=block.id,
        kind=ItemKind.BLOCK,
        done_at=at,
        earned=earned,
        possible=possible,
        reported_by_browser=grade.reported_by_browser,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["enrolment_id", "item"],
            set_={
                "earned": earned,
                "possible": possible,
                "reported_by_browser": grade.reported_by_browser,
            },
            where=(ItemProgress.earned.is_(None)) | (ItemProgress.earned < earned),
        )
    )
    _practised(enrolment, outline, block, at=at)


def record_completion(
    enrolment: Enrolment, outline: Outline, block: Block, share: float, *, at: datetime
) -> None:
    """Note that a block was completed (`share` 1.0); less is not yet done."""
    if share >= 1.0:
        lock(enrolment)
        _done(enrolment, block.id, ItemKind.BLOCK, at=at)
        _practised(enrolment, outline, block, at=at)


def _practised(enrolment: Enrolment, outline: Outline, block: Block, *, at: datetime) -> None:
    lesson = outline.blocks[block.id][0]
    if lesson.completion != "practice":
        return
    done = done_items(enrolment)
    if banks.asked_in_lesson(lesson, enrolment.person_id) <= done:
        finish_lesson(enrolment, outline, lesson, at=at)


def finish_lesson(enrolment: Enrolment, outline: Outline, lesson: Lesson, *, at: datetime) -> None:
    """Note that a lesson is done and work the progress out again."""
    _done(enrolment, lesson.id, ItemKind.LESSON, at=at)
    recalculate(enrolment, outline, at=at)


def override(
    *,
    enrolment: Enrolment,
    outline: Outline,
    lesson: Lesson,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Count a lesson as done for somebody, with name and reason (feature c7).

    A test counts as just passed. The learner reads who did it and why; the audit trail too.
    """
    if not reason.strip():
        raise InvalidInputError(_("Say why: the learner reads it."), field="reason")
    if enrolment.person_id == actor.person_id:
        raise ForbiddenError(_("You cannot do this for yourself. Ask a colleague."))
    lock(enrolment)
    won = db.session.scalar(
        insert(Override)
        .values(
            enrolment_id=enrolment.id,
            lesson=lesson.id,
            reason=reason.strip()[:1000],
            actor_id=actor.id,
            actor_name=actor.name,
            at=at,
        )
        .on_conflict_do_nothing(index_elements=["enrolment_id", "lesson"])
        .returning(Override.lesson)
    )
    if won is None:
        raise DomainError(_("This lesson was counted as done before."))
    audit.record(
        "lesson.overridden",
        f"enrolment:{enrolment.id}",
        actor=actor,
        lesson=lesson.id,
        reason=reason.strip()[:200],
    )
    finish_lesson(enrolment, outline, lesson, at=at)


def _done(enrolment: Enrolment, item: str, kind: ItemKind, *, at: datetime) -> None:
    db.session.execute(
        insert(ItemProgress)
        .values(
            enrolment_id=enrolment.id, item=item, kind=kind, done_at=at, reported_by_browser=False
        )
        .on_conflict_do_nothing(index_elements=["enrolment_id", "item"])
    )


def done_items(enrolment: Enrolment) -> set[str]:
    """Return the url_names of everything this learner did in the course."""
    return set(
        db.session.scalars(
            select(ItemProgress.item).where(ItemProgress.enrolment_id == enrolment.id)
        )
    )


def asked_of(enrolment: Enrolment, outline: Outline) -> tuple[str, ...]:
    """Return the lessons asked of this learner (feature c3).

    Those of the version of the enrolment that are still there, and later ones only when they are
    marked essential: finished stays finished, and new lessons are an offer.
    """
    if outline.version_id == enrolment.version_id:
        return outline.required
    first = set(outline_of(enrolment.version_id).required)
    return tuple(
        lesson.id
        for lesson in outline.lessons
        if lesson.required and (lesson.id in first or lesson.essential)
    )


def added_essentials(enrolment: Enrolment, outline: Outline) -> tuple[str, ...]:
    """Return the lessons that are asked although they came after this learner enrolled."""
    first = set(outline_of(enrolment.version_id).by_lesson)
    return tuple(lesson for lesson in asked_of(enrolment, outline) if lesson not in first)


def recalculate(enrolment: Enrolment, outline: Outline, *, at: datetime) -> None:
    """Bring progress up to date and complete the course when all that is asked is done."""
    asked = asked_of(enrolment, outline)
    done = done_items(enrolment)
    number = sum(1 for lesson in asked if lesson in done)
    enrolment.asked = len(asked)
    enrolment.done = number
    enrolment.percent = 100 * number // len(asked) if asked else 0
    enrolment.score = course_score(enrolment, outline)
    enrolment.last_seen_at = at
    db.session.add(enrolment)
    db.session.flush()
    passed = enrolment.score is None or enrolment.score >= outline.passing_percent
    if asked and number == len(asked) and passed:
        _complete(enrolment, outline, at=at)


def _complete(enrolment: Enrolment, outline: Outline, *, at: datetime) -> None:
    """Complete the course, once, whoever comes first."""
    won = db.session.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.completed_at.is_(None))
        .values(completed_at=at, completed_version_id=outline.version_id)
        .returning(Enrolment.id)
    ).scalar()
    if won is None:
        return
    db.session.refresh(enrolment)
    publish(
        CourseCompleted(
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            course_id=enrolment.course_id,
            period=enrolment.period,
            version_id=outline.version_id,
            organisation_id=enrolment.organisation_id,
            score=enrolment.score,
            at=at,
        )
    )


def course_score(enrolment: Enrolment, outline: Outline) -> int | None:
    """Return the course score in percent: the weighted mean of the tests, or None without tests."""
    tests = [lesson for lesson in outline.lessons if lesson.quiz is not None]
    if not tests:
        return None
    results = results_by_test(enrolment)
    exempt = set(
        db.session.scalars(select(Override.lesson).where(Override.enrolment_id == enrolment.id))
    )
    total = sum(test.weight for test in tests)
    if not total:
        return None
    earned = sum(
        test.weight
        * max(
            by_rule(results.get(test.id, []), test.quiz.rule),
            test.quiz.passing_percent if test.id in exempt else 0,
        )
        for test in tests
        if test.quiz is not None
    )
    return int(earned / total + 1e-9)


def results_by_test(enrolment: Enrolment) -> dict[str, list[int]]:
    """Return per test the percents of its finished attempts, in order."""
    found: dict[str, list[int]] = {}
    rows = db.session.execute(
        select(Attempt.lesson, Attempt.percent)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.state != AttemptState.OPEN)
        .order_by(Attempt.lesson, Attempt.number)
    )
    for lesson, percent in rows:
        found.setdefault(lesson, []).append(percent or 0)
    return found


def by_rule(percents: list[int], rule: str) -> int:
    """Return the percent that counts of several attempts: best, last, first or mean."""
    if not percents:
        return 0
    return {
        "best": max(percents),
        "last": percents[-1],
        "first": percents[0],
        "mean": sum(percents) // len(percents),
    }[rule]


def evaluate(enrolment: Enrolment, *, stars: int, useful: str, missing: str, at: datetime) -> None:
    """Keep an anonymous evaluation; one per enrolment, and nothing that ties them together."""
    if enrolment.completed_at is None:
        raise ForbiddenError(_("Finish the course first; then you can say what you think of it."))
    if not 1 <= stars <= 5:  # noqa: PLR2004
        raise InvalidInputError(_("Choose one to five stars."), field="stars")
    first = db.session.execute(
        insert(EvaluationGiven)
        .values(enrolment_id=enrolment.id)
        .on_conflict_do_nothing(index_elements=["enrolment_id"])
        .returning(EvaluationGiven.enrolment_id)
    ).scalar()
    if first is None:
        raise DomainError(_("You gave your opinion already. Thank you."))
    db.session.add(
        Evaluation(
            course_id=enrolment.course_id,
            version_id=enrolment.version_id,
            stars=stars,
            useful=useful.strip()[:4000],
            missing=missing.strip()[:4000],
            year=calendar_year(at),
        )
    )
