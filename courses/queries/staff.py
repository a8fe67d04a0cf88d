"""What authors, managers and graders look at."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, func, select
from sqlalchemy.orm import joinedload

from courses.models import (
    Course,
    Enrolment,
    EnrolmentRequest,
    Evaluation,
    HandIn,
    Override,
    RequestState,
)
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor

MINIMUM_EVALUATIONS = 3


def evaluation_summary(course: Course) -> tuple[int, float] | None:
    """Return number and mean of the stars, or None below three (b17)."""
    number, mean = db.session.execute(
        select(func.count(), func.avg(Evaluation.stars)).where(Evaluation.course_id == course.id)
    ).one()
    return (number, float(mean)) if number >= MINIMUM_EVALUATIONS else None


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
