"""Starting a course under the rules of an organisation: approval (a3) and seats (h6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from courses import mails
from courses.models import Course, Enrolment, EnrolmentRequest, RequestState
from courses.services import learning
from learnenv.accounts.api import SeatLimit, enrolment_rules, person_facts
from learnenv.kernel import audit
from learnenv.kernel.clock import calendar_year
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.permissions import Actor

REMIND_AFTER = timedelta(days=3)
REMIND_AGAIN = timedelta(days=7)


def start(*, course: Course, actor: Actor, at: datetime) -> Enrolment | EnrolmentRequest:
    """Enrol, or ask the manager first when the organisation wants that.

    Raises DomainError when the organisation has no seat left this year. Without a manager nobody
    could say yes, so then approval is not asked.
    """
    known = learning.enrolment_in(course, actor.id)
    if known is not None:
        return known
    rules = enrolment_rules(actor.organisation_id)
    asks = [m for m in rules.managers if m.person_id != actor.id]
    if rules.needs_approval and asks and len(asks) == len(rules.managers):
        return _ask(course, actor, ", ".join(m.name for m in asks), at=at)
    _demand_seats(rules.limits, actor.id, at)
    return learning.enrol(course=course, actor=actor, at=at)


def _demand_seats(limits: tuple[SeatLimit, ...], person_id: int, at: datetime) -> None:
    year = calendar_year(at)
    for limit in limits:
        taken = select(Enrolment.person_id).where(
            Enrolment.organisation_id.in_(limit.ids), Enrolment.year == year
        )
        has_seat = db.session.scalar(taken.where(Enrolment.person_id == person_id).limit(1))
        number = select(func.count()).select_from(taken.distinct().subquery())
        if has_seat is None and (db.session.scalar(number) or 0) >= limit.seats:
            raise DomainError(
                _(
                    "All %(seats)s seats of %(organisation)s are taken this year. "
                    "Ask your manager for a seat.",
                    seats=limit.seats,
                    organisation=limit.organisation,
                )
            )


def _ask(course: Course, actor: Actor, managers: str, *, at: datetime) -> EnrolmentRequest:
    """Ask once, however often the button is pressed, and mail who decides."""
    assert actor.organisation_id is not None
    made = db.session.scalar(
        insert(EnrolmentRequest)
        .values(
            person_id=actor.id,
            course_id=course.id,
            organisation_id=actor.organisation_id,
            managers=managers[:400],
            state=RequestState.WAITING,
            asked_at=at,
            reason="",
        )
        .on_conflict_do_nothing()
        .returning(EnrolmentRequest.id)
    )
    request = waiting(course, actor.id)
    assert request is not None
    if made is not None:
        _mail_managers(request, course, reminder=0)
    return request


def _mail_managers(request: EnrolmentRequest, course: Course, *, reminder: int) -> None:
    person = person_facts(request.person_id)
    for manager in enrolment_rules(request.organisation_id).managers:
        mails.approval_asked(request, course, person, manager, reminder=reminder)


def waiting(course: Course, person_id: int) -> EnrolmentRequest | None:
    """Return the request of this person that nobody decided yet."""
    return db.session.scalar(
        select(EnrolmentRequest).where(
            EnrolmentRequest.person_id == person_id,
            EnrolmentRequest.course_id == course.id,
            EnrolmentRequest.state == RequestState.WAITING,
        )
    )


def withdraw(*, request: EnrolmentRequest, at: datetime) -> None:
    """Take the own request back."""
    _decide(request, RequestState.WITHDRAWN, at=at)


def approve(*, request: EnrolmentRequest, course: Course, actor: Actor, at: datetime) -> Enrolment:
    """Say yes: the person is enrolled at once and gets a mail."""
    _not_oneself(request, actor)
    _decide(request, RequestState.APPROVED, actor=actor, at=at)
    person = person_facts(request.person_id)
    learner = Actor(
        person_id=person.person_id, name=person.name, organisation_id=request.organisation_id
    )
    limits = enrolment_rules(request.organisation_id).limits
    _demand_seats(limits, person.person_id, at)
    enrolment = learning.enrol(course=course, actor=learner, at=at)
    mails.approval_decided(request, course, person, manager=actor.name)
    return enrolment


def decline(
    *, request: EnrolmentRequest, course: Course, reason: str, actor: Actor, at: datetime
) -> None:
    """Say no, with the reason the person reads."""
    _not_oneself(request, actor)
    if not reason.strip():
        raise InvalidInputError(_("Say why: your colleague reads it."), field="reason")
    _decide(request, RequestState.DECLINED, reason=reason.strip()[:1000], actor=actor, at=at)
    request.reason = reason.strip()[:1000]
    mails.approval_decided(request, course, person_facts(request.person_id), manager=actor.name)


def _not_oneself(request: EnrolmentRequest, actor: Actor) -> None:
    if request.person_id == actor.person_id:
        raise DomainError(_("You cannot decide on your own request."))


def _decide(
    request: EnrolmentRequest,
    state: RequestState,
    *,
    at: datetime,
    reason: str = "",
    actor: Actor | None = None,
) -> None:
    """Close a request; of two managers at once the first one decides."""
    won = db.session.scalar(
        update(EnrolmentRequest)
        .where(EnrolmentRequest.id == request.id, EnrolmentRequest.state == RequestState.WAITING)
        .values(
            state=state, decided_at=at, decided_by=actor.person_id if actor else None, reason=reason
        )
        .returning(EnrolmentRequest.id)
    )
    if won is None:
        raise DomainError(_("Somebody decided on this request already."))
    db.session.refresh(request)
    if actor is not None:
        audit.record(f"enrolment.{state}", f"request:{request.id}", actor=actor)


def remind(*, at: datetime) -> int:
    """Remind managers of requests that wait: after three days, then every week."""
    due = db.session.scalars(
        select(EnrolmentRequest)
        .where(
            EnrolmentRequest.state == RequestState.WAITING,
            EnrolmentRequest.asked_at <= at - REMIND_AFTER,
            (EnrolmentRequest.reminded_at.is_(None))
            | (EnrolmentRequest.reminded_at <= at - REMIND_AGAIN),
        )
        .order_by(EnrolmentRequest.asked_at)
        .limit(200)
        .with_for_update(of=EnrolmentRequest)
    ).all()
    for request in due:
        course = db.session.get_one(Course, request.course_id)
        number = 1 + (at - request.asked_at).days // 7
        _mail_managers(request, course, reminder=number)
        request.reminded_at = at
    db.session.flush()
    return len(due)
