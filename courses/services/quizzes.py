"""Tests: attempts live on the server; its clock rules (P27)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import bindparam, select

from courses import banks
from courses.blocks.problem import grading
from courses.blocks.problem.capa import parse
from courses.blocks.problem.model import Problem
from courses.models import Answer, Attempt, AttemptState, Course, Enrolment
from courses.outline import Lesson, Outline, QuizRules
from courses.services import learning
from courses.versions import outline_of
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError

Responses = dict[str, dict[str, Any]]
"""Per question of an attempt what was given to each of its parts."""


def start(enrolment: Enrolment, outline: Outline, lesson: Lesson, *, at: datetime) -> Attempt:
    """Begin an attempt, or go on with the open one. Raises DomainError when none is left."""
    assert lesson.quiz is not None
    learning.lock(enrolment)
    running = open_attempt(enrolment, lesson)
    if running is not None and not is_over(running, at):
        return running
    if running is not None:
        close(running, at=at)
    finished = _finished(enrolment, lesson)
    refuse_when_none_left(lesson.quiz, finished, at)
    attempt = Attempt(
        enrolment_id=enrolment.id,
        lesson=lesson.id,
        number=len(finished) + 1,
        version_id=outline.version_id,
        questions=banks.draw(lesson, outline, _seen(finished)),
        state=AttemptState.OPEN,
        started_at=at,
        deadline_at=at + timedelta(minutes=lesson.quiz.minutes) if lesson.quiz.minutes else None,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def _seen(attempts: list[Attempt]) -> Counter[str]:
    """Return how often each question was in an attempt."""
    return Counter(question for attempt in attempts for question in attempt.questions)


def refuse_when_none_left(rules: QuizRules, finished: list[Attempt], at: datetime) -> None:
    """Raise DomainError when the attempts are used up or the waiting time is not over."""
    if rules.attempts is not None and len(finished) >= rules.attempts:
        raise DomainError(
            ngettext(
                "You may take this test %(num)d time, and you did.",
                "You may take this test %(num)d times, and you did.",
                rules.attempts,
            )
        )
    again = next_start(rules, finished)
    if again is not None and again > at:
        minutes = int((again - at).total_seconds() // 60) + 1
        raise DomainError(
            ngettext(
                "You can try again in %(num)d minute.",
                "You can try again in %(num)d minutes.",
                minutes,
            )
        )


def next_start(rules: QuizRules, finished: list[Attempt]) -> datetime | None:
    """Return from when a next attempt may start; None for at once."""
    if not rules.wait_minutes or not finished or finished[-1].submitted_at is None:
        return None
    return finished[-1].submitted_at + timedelta(minutes=rules.wait_minutes)


def open_attempt(enrolment: Enrolment, lesson: Lesson) -> Attempt | None:
    """Return the attempt that is under way."""
    return db.session.scalar(
        select(Attempt).where(
            Attempt.enrolment_id == enrolment.id,
            Attempt.lesson == lesson.id,
            Attempt.state == AttemptState.OPEN,
        )
    )


def running(enrolment: Enrolment, at: datetime) -> Attempt | None:
    """Return the attempt of this enrolment whose clock runs now, whichever test it is of."""
    attempts = db.session.scalars(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.state == AttemptState.OPEN)
        .order_by(Attempt.id.desc())
    )
    return next((attempt for attempt in attempts if not is_over(attempt, at)), None)


def _finished(enrolment: Enrolment, lesson: Lesson) -> list[Attempt]:
    return list(
        db.session.scalars(
            select(Attempt)
            .where(
                Attempt.enrolment_id == enrolment.id,
                Attempt.lesson == lesson.id,
                Attempt.state != AttemptState.OPEN,
            )
            .order_by(Attempt.number)
        )
    )


def is_over(attempt: Attempt, at: datetime) -> bool:
    """Whether the time of an attempt is up, by the server's clock."""
    return attempt.deadline_at is not None and at >= attempt.deadline_at


def save(
    attempt: Attempt, answers: dict[str, tuple[dict[str, Any], bool]], *, at: datetime
) -> Responses:
    """Keep answers (question to response and mark); return every response as it now stands.

    Raises DomainError after the deadline or after handing in: nothing counts then.
    """
    if not _lock_open(attempt, at):
        raise DomainError(_("Your time is up. What you saved before counts."))
    known = {
        row.question: (row.response, row.marked)
        for row in db.session.execute(KEPT, {"attempt_id": attempt.id})
    }
    changed = {
        question: given
        for question, given in answers.items()
        if question in attempt.questions and given != known.get(question, ({}, False))
    }
    if changed:
        rows = [
            {"question": question, "response": response, "marked": marked}
            for question, (response, marked) in changed.items()
        ]
        same = {"attempt_id": attempt.id, "saved_at": at}
        db.session.execute(_upsert(db.session.get_bind().dialect.name), [same | r for r in rows])
    return {question: response for question, (response, _marked) in (known | changed).items()}


KEPT = select(Answer.question, Answer.response, Answer.marked).where(
    Answer.attempt_id == bindparam("attempt_id")
)
LOCKED = (
    select(Attempt.state, Attempt.deadline_at)
    .where(Attempt.id == bindparam("attempt_id"))
    .with_for_update()
)


@cache
def _upsert(_dialect: str) -> Any:
    """Return the statement that keeps an answer, new or changed; built once per dialect."""
    statement = insert(Answer.__table__)
    return statement.on_conflict_do_update(
        index_elements=["attempt_id", "question"],
        set_={name: statement.excluded[name] for name in ("response", "marked", "saved_at")},
    )


def _lock_open(attempt: Attempt, at: datetime) -> bool:
    """Lock the attempt; say whether it still takes answers."""
    state, deadline = db.session.execute(LOCKED, {"attempt_id": attempt.id}).one()
    return state == AttemptState.OPEN and (deadline is None or at < deadline)


def hand_in(attempt: Attempt, enrolment: Enrolment, *, at: datetime) -> Attempt:
    """Hand in and grade. Twice is once; after the deadline what was saved in time is graded."""
    learning.lock(enrolment)
    db.session.refresh(attempt, with_for_update={"of": Attempt})
    if attempt.state == AttemptState.OPEN:
        close(attempt, at=at)
        lesson = outline_of(attempt.version_id).by_lesson[attempt.lesson]
        after_attempt(enrolment, lesson, at=at)
    return attempt


def close(attempt: Attempt, *, at: datetime) -> None:
    """Grade what was saved and close the attempt; the deadline is when it ended, if passed."""
    outline = outline_of(attempt.version_id)
    over = is_over(attempt, at)
    answers = {
        row.question: row
        for row in db.session.scalars(select(Answer).where(Answer.attempt_id == attempt.id))
    }
    earned = possible = 0.0
    for question in attempt.questions:
        block = outline.blocks[question][2]
        if parse(block.fields["data"]).unsupported:
            continue  # nobody can earn anything with it, so it counts for nothing
        weight = float(block.fields.get("weight", 1.0))
        possible += weight
        answer = answers.get(question)
        if answer is None:
            continue
        fraction, _verdicts = grading.grade_problem(
            parse(block.fields["data"]), answer.response, seed=seed_of(attempt, question)
        )
        answer.earned, answer.possible = fraction * weight, weight
        db.session.add(answer)
        earned += fraction * weight
    attempt.state = AttemptState.EXPIRED if over else AttemptState.SUBMITTED
    attempt.submitted_at = attempt.deadline_at if over else at
    attempt.earned, attempt.possible = earned, possible
    attempt.percent = int(100 * earned / possible + 1e-9) if possible else 0
    db.session.add(attempt)
    db.session.flush()


def after_attempt(enrolment: Enrolment, lesson: Lesson, *, at: datetime) -> None:
    """Count the result of a test: passing finishes the lesson."""
    assert lesson.quiz is not None
    percents = learning.results_by_test(enrolment).get(lesson.id, [])
    current = db.session.scalars(select(Enrolment).where(Enrolment.id == enrolment.id)).one()
    outline = outline_of(_current_version(current))
    counts = learning.by_rule(percents, lesson.quiz.rule)
    if counts >= lesson.quiz.passing_percent and lesson.completion == "test":
        learning.finish_lesson(current, outline, lesson, at=at)
    else:
        learning.recalculate(current, outline, at=at)


def _current_version(enrolment: Enrolment) -> int:
    version = db.session.scalar(select(Course.version_id).where(Course.id == enrolment.course_id))
    return version or enrolment.version_id


def seed_of(attempt: Attempt, question: str) -> str:
    """Return what shuffles a question in this attempt."""
    return f"{attempt.id}:{question}"


def problem_of(attempt: Attempt, question: str) -> Problem:
    """Return a question of an attempt as it stood in its version."""
    return parse(outline_of(attempt.version_id).blocks[question][2].fields["data"])


def close_overdue(*, at: datetime, limit: int = 100) -> int:
    """Close attempts whose time is up although nobody came back; return how many."""
    overdue = db.session.scalars(
        select(Attempt)
        .where(Attempt.state == AttemptState.OPEN, Attempt.deadline_at < at - timedelta(seconds=30))
        .order_by(Attempt.deadline_at)
        .limit(limit)
    ).all()  # not locked here: `hand_in` locks enrolment and attempt, in the order of everybody
    for attempt in overdue:
        enrolment = db.session.get(Enrolment, attempt.enrolment_id)
        assert enrolment is not None
        hand_in(attempt, enrolment, at=at)
    return len(overdue)
