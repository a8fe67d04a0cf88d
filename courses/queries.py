"""What pages of learning show, loaded in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import joinedload, undefer

from courses.events import CourseCompleted
from courses.models import (
    Answer,
    Asset,
    Attempt,
    AttemptState,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentRequest,
    Evaluation,
    EvaluationGiven,
    HandIn,
    ItemProgress,
    OutsideTraining,
    Override,
    RequestState,
)
from courses.outline import Lesson, Module, Outline
from courses.services.learning import added_essentials, asked_of
from courses.versions import outline_of
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.search import matches

MINIMUM_EVALUATIONS = 3

# Asked for by most pages of a course, so built once.
BY_SLUG = select(Course).where(Course.slug == bindparam("slug"), Course.version_id.is_not(None))
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

# --- catalogue ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facet:
    """A value one can filter by, with how many courses have it among the rest of the choice."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Courses that fit, and the facets beside them."""

    courses: list[Course]
    facets: dict[str, list[Facet]]


FACETS = ("theme", "duration", "form", "audience", "language")


def duration_of(course: Course) -> str:
    """Return the class of study load: short (to 30 minutes), medium (to 2 hours) or long."""
    if course.minutes <= 30:  # noqa: PLR2004
        return "short"
    return "medium" if course.minutes <= 120 else "long"  # noqa: PLR2004


def _values(course: Course, facet: str) -> list[str]:
    found = {
        "theme": [str(theme) for theme in course.themes],
        "duration": [duration_of(course)],
        "form": [course.form],
        "audience": [course.audience],
        "language": [course.language],
    }[facet]
    return [value for value in found if value]


def catalogue(text: str, chosen: dict[str, str]) -> Catalogue:
    """Return the courses that hold all words of `text` and fit the chosen facets.

    A catalogue is tens to hundreds of courses, so one query reads it and Python filters; the
    counts of a facet leave its own choice out, so that one can change one's mind.
    """
    everything = list(
        db.session.scalars(
            select(Course).where(Course.version_id.is_not(None)).order_by(Course.title)
        )
    )
    found = [c for c in everything if matches(text, c.stems, c.language)]

    def fits(course: Course, *, but: str = "") -> bool:
        return all(
            facet == but or value in _values(course, facet) for facet, value in chosen.items()
        )

    facets = {}
    for facet in FACETS:
        counts = Counter(v for c in found if fits(c, but=facet) for v in _values(c, facet))
        facets[facet] = [
            Facet(value, count, chosen.get(facet) == value)
            for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
    return Catalogue([c for c in found if fits(c)], facets)


def course_by_slug(slug: str) -> Course:
    """Return a published course. Raises NotFoundError."""
    course = db.session.scalar(BY_SLUG, {"slug": slug.lower()})
    if course is None:
        raise NotFoundError
    return course


def current(course: Course) -> Outline:
    """Return the outline of the version published last."""
    assert course.version_id is not None
    return outline_of(course.version_id)


def asset(digest: str) -> Asset:
    """Return a file of a course, data included. Raises NotFoundError."""
    found = db.session.scalar(
        select(Asset).options(undefer(Asset.data)).where(Asset.content_hash == digest)
    )
    if found is None:
        raise NotFoundError
    return found


def managed_courses(actor: Actor) -> list[tuple[Course, int, datetime | None]]:
    """Return the courses this author writes, with the number and date of their version."""
    query = (
        select(Course, CourseVersion.number, CourseVersion.published_at)
        .outerjoin(CourseVersion, CourseVersion.id == Course.version_id)
        .order_by(Course.title)
    )
    if not actor.all_courses:
        query = query.where(Course.id.in_(actor.courses))
    return [(course, number, at) for course, number, at in db.session.execute(query)]


# --- the learner -------------------------------------------------------------------------------


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


def evaluation_summary(course: Course) -> tuple[int, float] | None:
    """Return number and mean of the stars, or None below three (b17)."""
    number, mean = db.session.execute(
        select(func.count(), func.avg(Evaluation.stars)).where(Evaluation.course_id == course.id)
    ).one()
    return (number, float(mean)) if number >= MINIMUM_EVALUATIONS else None


# --- requests and overrides --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request with what a manager needs to decide."""

    request: EnrolmentRequest
    person: str
    organisation: str


def requests_for(actor: Actor) -> list[WaitingRequest]:
    """Return the requests that wait for this manager, the oldest first (at most 200)."""
    person, organisation = db.metadata.tables["accounts_person"], _organisations()
    rows = db.session.execute(
        select(EnrolmentRequest, person.c.name, organisation.c.name)
        .options(joinedload(EnrolmentRequest.course))
        .join(person, person.c.id == EnrolmentRequest.person_id)
        .join(organisation, organisation.c.id == EnrolmentRequest.organisation_id)
        .where(
            EnrolmentRequest.organisation_id.in_(actor.managed),
            EnrolmentRequest.state == RequestState.WAITING,
            EnrolmentRequest.person_id != actor.person_id,
        )
        .order_by(EnrolmentRequest.asked_at)
        .limit(200)
    )
    return [WaitingRequest(request, name, place) for request, name, place in rows]


def number_of_requests_for(actor: Actor) -> int:
    """Return how many requests wait for this manager."""
    query = select(func.count()).where(
        EnrolmentRequest.organisation_id.in_(actor.managed),
        EnrolmentRequest.state == RequestState.WAITING,
        EnrolmentRequest.person_id != actor.person_id,
    )
    return db.session.scalar(query) or 0


def _organisations() -> Table:
    return db.metadata.tables["accounts_organisation"]


def request_for(actor: Actor, request_id: int) -> EnrolmentRequest:
    """Return a request this manager may decide on. Raises NotFoundError."""
    found = db.session.scalar(
        select(EnrolmentRequest)
        .options(joinedload(EnrolmentRequest.course))
        .where(
            EnrolmentRequest.id == request_id,
            EnrolmentRequest.organisation_id.in_(actor.managed),
        )
    )
    if found is None:
        raise NotFoundError
    return found


def last_request(course: Course, person_id: int) -> EnrolmentRequest | None:
    """Return the newest request of a person for a course."""
    return db.session.scalar(
        select(EnrolmentRequest)
        .where(EnrolmentRequest.course_id == course.id, EnrolmentRequest.person_id == person_id)
        .order_by(EnrolmentRequest.id.desc())
        .limit(1)
    )


def requests_of(actor: Actor) -> list[EnrolmentRequest]:
    """Return the actor's requests that wait, with their courses."""
    return list(
        db.session.scalars(
            select(EnrolmentRequest)
            .options(joinedload(EnrolmentRequest.course))
            .where(
                EnrolmentRequest.person_id == actor.person_id,
                EnrolmentRequest.state == RequestState.WAITING,
            )
            .order_by(EnrolmentRequest.asked_at)
        )
    )


def enrolment_of(enrolment_id: int) -> Enrolment:
    """Return an enrolment with its course, for staff. Raises NotFoundError."""
    found = db.session.scalar(
        select(Enrolment).options(joinedload(Enrolment.course)).where(Enrolment.id == enrolment_id)
    )
    if found is None:
        raise NotFoundError
    return found


def enrolments_of_person(person_id: int) -> list[Enrolment]:
    """Return the enrolments of a person with their courses, for staff."""
    return list(
        db.session.scalars(
            select(Enrolment)
            .options(joinedload(Enrolment.course))
            .where(Enrolment.person_id == person_id)
            .order_by(Enrolment.enrolled_at.desc())
        )
    )


def overrides_of(enrolment: Enrolment) -> dict[str, Override]:
    """Return the lessons that staff counted as done, by lesson."""
    rows = db.session.scalars(select(Override).where(Override.enrolment_id == enrolment.id))
    return {row.lesson: row for row in rows}


# --- for other parts (courses.api) -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """What a certificate says of a course version."""

    slug: str
    title: str
    language: str
    minutes: int
    goals: tuple[str, ...]
    version: int
    passing_percent: int


def course_facts(version_id: int) -> CourseFacts:
    """Return the facts of a version, as they stood when it was published."""
    outline = outline_of(version_id)
    return CourseFacts(
        slug=outline.slug,
        title=outline.title,
        language=outline.language,
        minutes=outline.asked_minutes,
        goals=outline.goals,
        version=outline.number,
        passing_percent=outline.passing_percent,
    )


def course_titles() -> dict[int, str]:
    """Return the titles of all courses by id."""
    return {row.id: row.title for row in db.session.execute(select(Course.id, Course.title))}


def hand_ins_of(enrolment: Enrolment) -> dict[str, HandIn]:
    """Return what a learner handed in for people to grade, by block."""
    rows = db.session.scalars(select(HandIn).where(HandIn.enrolment_id == enrolment.id))
    return {row.block: row for row in rows}


def to_grade(course: Course) -> list[HandIn]:
    """Return what waits to be graded in a course, longest waiting first; at most a hundred."""
    return list(
        db.session.scalars(
            select(HandIn)
            .where(HandIn.course_id == course.id, HandIn.graded_at.is_(None))
            .order_by(HandIn.handed_in_at, HandIn.enrolment_id)
            .limit(100)
        )
    )


def waiting_per_course() -> dict[int, int]:
    """Return how many answers wait to be graded, by course."""
    rows = db.session.execute(
        select(HandIn.course_id, func.count())
        .where(HandIn.graded_at.is_(None))
        .group_by(HandIn.course_id)
    )
    return {row[0]: row[1] for row in rows}


def hand_in_of(course: Course, enrolment_id: int, block: str) -> HandIn:
    """Return one answer with its enrolment. Raises NotFoundError."""
    found = db.session.scalar(
        select(HandIn)
        .options(joinedload(HandIn.enrolment))
        .where(
            HandIn.course_id == course.id,
            HandIn.enrolment_id == enrolment_id,
            HandIn.block == block,
        )
    )
    if found is None:
        raise NotFoundError
    return found


def current_version(course: Course) -> CourseVersion:
    """Return the version published last, with its document and report. Raises NotFoundError."""
    found = db.session.scalar(
        select(CourseVersion)
        .options(undefer(CourseVersion.document), undefer(CourseVersion.report))
        .where(CourseVersion.id == course.version_id)
    )
    if found is None:
        raise NotFoundError
    return found


def finished_enrolment(enrolment_id: int) -> CourseCompleted | None:
    """Return what was told when this enrolment was finished; None when it is not."""
    found = db.session.get(Enrolment, enrolment_id)
    if found is None or found.completed_at is None:
        return None
    return CourseCompleted(
        enrolment_id=found.id,
        person_id=found.person_id,
        course_id=found.course_id,
        period=found.period,
        version_id=found.completed_version_id or found.version_id,
        organisation_id=found.organisation_id,
        score=found.score,
        at=found.completed_at,
    )


def finished_of(person_id: int) -> list[tuple[int, str, datetime]]:
    """Return the finished enrolments of a person: id, title of the course, when."""
    rows = db.session.execute(
        select(Enrolment.id, Course.title, Enrolment.completed_at)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.person_id == person_id, Enrolment.completed_at.is_not(None))
        .order_by(Enrolment.completed_at.desc())
    )
    return [(row[0], row[1], at) for row in rows if (at := row[2]) is not None]


def finished_without(enrolments: Any, *, most: int) -> list[int]:
    """Return finished enrolments that are not among `enrolments`, oldest first, at most `most`."""
    return list(
        db.session.scalars(
            select(Enrolment.id)
            .where(Enrolment.completed_at.is_not(None), Enrolment.id.not_in(enrolments))
            .order_by(Enrolment.completed_at, Enrolment.id)
            .limit(most)
        )
    )


def course_names() -> list[tuple[int, str]]:
    """Return every published course: id and title, by title."""
    rows = db.session.execute(
        select(Course.id, Course.title).where(Course.version_id.is_not(None)).order_by(Course.title)
    )
    return [(row[0], row[1]) for row in rows]


def course_id(slug: str) -> int | None:
    """Return the id of a published course by its address, or None."""
    found: int | None = db.session.scalar(
        select(Course.id).where(Course.slug == slug, Course.version_id.is_not(None))
    )
    return found


def course_slug(course: int) -> str:
    """Return the address of a course by its id; empty when there is none."""
    return db.session.scalar(select(Course.slug).where(Course.id == course)) or ""


def finished_courses(person_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Return what these people finished, as person and course."""
    rows = db.session.execute(
        select(Enrolment.person_id, Enrolment.course_id).where(
            Enrolment.person_id.in_(set(person_ids)), Enrolment.completed_at.is_not(None)
        )
    )
    return {(row.person_id, row.course_id) for row in rows}
