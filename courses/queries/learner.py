"""Where a learner stands: enrolments, progress, attempts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from courses.models import (
    Answer,
    Attempt,
    AttemptState,
    Course,
    Enrolment,
    EvaluationGiven,
    HandIn,
    ItemProgress,
    OutsideTraining,
)
from courses.outline import Lesson, Module, Outline
from courses.queries.catalogue import current
from courses.services.learning import added_essentials, asked_of
from courses.versions import outline_of
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor

NEWEST = (
    select(Enrolment)
    .where(
        Enrolment.person_id == bindparam("person_id"), Enrolment.course_id == bindparam("course_id")
    )
    .order_by(Enrolment.period.desc())
    .limit(1)
)
ITEMS = select(ItemProgress).where(ItemProgress.enrolment_id == bindparam("enrolment_id"))
ATTEMPT = (
    select(Attempt)
    .options(joinedload(Attempt.enrolment).joinedload(Enrolment.course))
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Attempt.id == bindparam("attempt_id"), Enrolment.person_id == bindparam("person_id"))
)
ANSWERS = select(Answer).where(Answer.attempt_id == bindparam("attempt_id"))


def enrolment_for(actor: Actor, course: Course) -> Enrolment | None:
    """Return the actor's newest enrolment in a course."""
    if not actor.is_known:
        return None
    return db.session.scalar(NEWEST, {"person_id": actor.id, "course_id": course.id})


def enrolments_of(actor: Actor) -> list[Enrolment]:
    """Return the actor's enrolments with their courses, the one touched last first."""
    return list(
        db.session.scalars(
            select(Enrolment)
            .options(joinedload(Enrolment.course))
            .where(Enrolment.person_id == actor.id)
            .order_by(Enrolment.last_seen_at.desc(), Enrolment.id.desc())
        )
    )


def outside_of(actor: Actor) -> list[OutsideTraining]:
    """Return the trainings of others that the actor followed, the newest first."""
    return list(
        db.session.scalars(
            select(OutsideTraining)
            .where(OutsideTraining.person_id == actor.id)
            .order_by(OutsideTraining.at.desc(), OutsideTraining.id.desc())
        )
    )


@dataclass(frozen=True, slots=True)
class LessonState:
    """A lesson of the outline as this learner sees it."""

    lesson: Lesson
    done: bool
    asked: bool
    extra: bool
    """Added after this learner enrolled: an offer, not a duty."""
    units_done: int


@dataclass(frozen=True, slots=True)
class ModuleState:
    """A module with its lessons, and what must be done before it opens."""

    module: Module
    lessons: tuple[LessonState, ...]
    missing: tuple[Lesson, ...]

    @property
    def locked(self) -> bool:
        """Whether something must be done first."""
        return bool(self.missing)

    @property
    def done(self) -> int:
        """How many lessons are done."""
        return sum(state.done for state in self.lessons)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a learner stands in a course."""

    modules: tuple[ModuleState, ...]
    items: dict[str, ItemProgress]

    def module_of(self, lesson_id: str) -> ModuleState:
        """Return the module a lesson is in."""
        return next(m for m in self.modules for s in m.lessons if s.lesson.id == lesson_id)

    def lesson(self, lesson_id: str) -> LessonState:
        """Return the state of one lesson."""
        return next(s for m in self.modules for s in m.lessons if s.lesson.id == lesson_id)


def progress(outline: Outline, enrolment: Enrolment | None) -> Progress:
    """Return the state of every module and lesson, in one query."""
    items: dict[str, ItemProgress] = {}
    asked: set[str] = set(outline.required)
    known = None
    if enrolment is not None:
        rows = db.session.scalars(ITEMS, {"enrolment_id": enrolment.id})
        items = {row.item: row for row in rows}
        asked = set(asked_of(enrolment, outline))
        if enrolment.version_id != outline.version_id:
            known = outline_of(enrolment.version_id).by_lesson
    modules = []
    for module in outline.modules:
        missing = tuple(
            lesson
            for other in outline.modules
            if other.id in module.requires
            for lesson in other.lessons
            if lesson.id in asked and lesson.id not in items
        )
        states = tuple(
            LessonState(
                lesson=lesson,
                done=lesson.id in items,
                asked=lesson.id in asked,
                extra=known is not None and lesson.id not in known,
                units_done=sum(unit.id in items for unit in lesson.units),
            )
            for lesson in module.lessons
        )
        modules.append(ModuleState(module, states, missing))
    return Progress(tuple(modules), items)


def next_place(outline: Outline, enrolment: Enrolment, state: Progress) -> tuple[str, str] | None:
    """Return lesson and unit to go on with: the unit left last, else the first lesson not done."""
    place = outline.position(enrolment.last_unit) if enrolment.last_unit else None
    if place is not None:
        lesson, unit = outline.units[place]
        if not state.lesson(lesson.id).done:
            return lesson.id, unit.id
    for module in state.modules:
        for lesson_state in module.lessons:
            if module.locked or lesson_state.done or not lesson_state.asked:
                continue
            if lesson_state.lesson.units:
                units = lesson_state.lesson.units
                unread = next((u for u in units if u.id not in state.items), units[0])
                return lesson_state.lesson.id, unread.id
    return None


@dataclass(frozen=True, slots=True)
class Duty:
    """A lesson that came later and is essential: it is asked of who enrolled before it."""

    enrolment: Enrolment
    lesson: Lesson


def duties(running: list[Enrolment]) -> list[Duty]:
    """Return the essential additions that are still to do, in one query for all courses."""
    found = [
        Duty(enrolment, outline.by_lesson[lesson_id])
        for enrolment in running
        if enrolment.course.version_id not in {None, enrolment.version_id}
        for outline in [current(enrolment.course)]
        for lesson_id in added_essentials(enrolment, outline)
    ]
    if not found:
        return []
    rows = db.session.execute(
        select(ItemProgress.enrolment_id, ItemProgress.item)
        .where(ItemProgress.enrolment_id.in_({duty.enrolment.id for duty in found}))
        .where(ItemProgress.item.in_({duty.lesson.id for duty in found}))
    )
    done = {(row.enrolment_id, row.item) for row in rows}
    return [duty for duty in found if (duty.enrolment.id, duty.lesson.id) not in done]


def tested(enrolments: list[Enrolment]) -> set[int]:
    """Return the enrolments in which a test was handed in: before that there is no score."""
    query = select(Attempt.enrolment_id).where(
        Attempt.enrolment_id.in_([enrolment.id for enrolment in enrolments]),
        Attempt.state != AttemptState.OPEN,
    )
    return set(db.session.scalars(query.distinct()))


def attempts_of(enrolment: Enrolment, lesson: Lesson) -> list[Attempt]:
    """Return all attempts at a test, in order."""
    return list(
        db.session.scalars(
            select(Attempt)
            .where(Attempt.enrolment_id == enrolment.id, Attempt.lesson == lesson.id)
            .order_by(Attempt.number)
        )
    )


def attempt_for(actor: Actor, attempt_id: int) -> Attempt:
    """Return an attempt of the actor with its enrolment and course. Raises NotFoundError."""
    attempt = db.session.scalar(ATTEMPT, {"attempt_id": attempt_id, "person_id": actor.person_id})
    if attempt is None:
        raise NotFoundError
    return attempt


def answers_of(attempt: Attempt) -> dict[str, Answer]:
    """Return the answers of an attempt by question."""
    rows = db.session.scalars(ANSWERS, {"attempt_id": attempt.id})
    return {row.question: row for row in rows}


def gave_evaluation(enrolment: Enrolment) -> bool:
    """Whether this learner gave an opinion already."""
    return db.session.get(EvaluationGiven, enrolment.id) is not None


def hand_ins_of(enrolment: Enrolment) -> dict[str, HandIn]:
    """Return what a learner handed in for people to grade, by block."""
    rows = db.session.scalars(select(HandIn).where(HandIn.enrolment_id == enrolment.id))
    return {row.block: row for row in rows}
