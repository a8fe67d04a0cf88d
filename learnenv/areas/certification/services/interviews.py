"""Interviews: assessors offer times, the applicant books one, nobody is booked twice (f9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select

from learnenv.accounts.api import people_facts
from learnenv.areas.certification import conflicts, mails, trail
from learnenv.areas.certification.models import (
    Assignment,
    AssignmentState,
    Dossier,
    Interview,
    Reserved,
    State,
)
from learnenv.areas.certification.services import assessing
from learnenv.areas.certification.services.base import hold
from learnenv.kernel import calendars
from learnenv.kernel.clock import today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, InvalidInputError, NotFoundError
from learnenv.kernel.i18n import format_datetime
from learnenv.kernel.permissions import Actor
from learnenv.kernel.site import site_name

QUARTER = 900
LONGEST = timedelta(hours=4)
MOST_OFFERED = 20


class _TakenError(Exception):
    """Part of the time was taken: nothing of it is reserved."""


def _quarters(start: datetime, end: datetime) -> range:
    return range(int(start.timestamp()) // QUARTER, -(-int(end.timestamp()) // QUARTER))


def _reserve(
    people: Iterable[int], start: datetime, end: datetime, interview_id: int | None
) -> bool:
    """Take the time of all these people, or of nobody; the key of the table decides a race."""
    rows = [
        {"person_id": person, "quarter": quarter, "interview_id": interview_id}
        for person in sorted(set(people))
        for quarter in _quarters(start, end)
    ]
    try:
        with db.session.begin_nested():
            taken = db.session.execute(
                insert(Reserved)
                .values(rows)
                .on_conflict_do_nothing(index_elements=["person_id", "quarter"])
                .returning(Reserved.person_id)
            ).all()
            if len(taken) < len(rows):
                raise _TakenError  # noqa: TRY301 - the way out of the savepoint
    except _TakenError:
        return False
    return True


def block(actor: Actor, start: datetime, end: datetime) -> None:
    """Note that an assessor is not there. Raises DomainError when an interview stands then."""
    _check(start, end, longest=timedelta(days=1))
    if not _reserve([actor.id], start, end, None):
        raise DomainError(_("Part of this time is taken already."))


def unblock(actor: Actor, start: datetime, end: datetime) -> None:
    """Be there again."""
    span = _quarters(start, end)
    db.session.execute(
        delete(Reserved).where(
            Reserved.person_id == actor.id,
            Reserved.interview_id.is_(None),
            Reserved.quarter >= span.start,
            Reserved.quarter < span.stop,
        )
    )


def _check(start: datetime, end: datetime, *, longest: timedelta) -> None:
    if end <= start:
        raise InvalidInputError(_("The end must be after the beginning."), field="ends_at")
    if end - start > longest:
        raise InvalidInputError(_("This is too long for once."), field="ends_at")


def assessors_of(dossier_id: int) -> list[int]:
    """Return who assesses a dossier now."""
    return list(
        db.session.scalars(
            select(Assignment.person_id).where(
                Assignment.dossier_id == dossier_id,
                Assignment.state.in_(
                    [AssignmentState.ASKED, AssignmentState.INDEPENDENT, AssignmentState.DONE]
                ),
            )
        )
    )


def offer(
    dossier_id: int, *, start: datetime, end: datetime, place: str, actor: Actor, at: datetime
) -> Interview:
    """Offer a time to the applicant. Nothing is reserved until it is booked."""
    dossier = hold(dossier_id)
    if dossier.state not in (State.ASSESSING, State.ASSESSING_WAITS):
        raise DomainError(_("An interview is possible while the dossier is assessed."))
    _check(start, end, longest=LONGEST)
    if start <= at:
        raise InvalidInputError(_("Choose a time to come."), field="starts_at")
    if not place.strip():
        raise InvalidInputError(_("Say where, or give the link."), field="place")
    if len(offered(dossier_id, at=at)) >= MOST_OFFERED:
        raise DomainError(_("There are 20 times to choose from already."))
    busy = db.session.scalar(
        select(Reserved.person_id)
        .where(
            Reserved.person_id.in_(assessors_of(dossier_id)),
            Reserved.quarter.in_(list(_quarters(start, end))),
        )
        .limit(1)
    )
    if busy is not None:
        raise InvalidInputError(_("One of the assessors is not free then."), field="starts_at")
    made = Interview(
        dossier_id=dossier.id, starts_at=start, ends_at=end, place=place.strip()[:300],
        offered_by=actor.id, report="",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    trail.add(dossier, "interview_offered", actor=actor, at=at, interview=made.id)

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Choose a time for the interview"),
            (_("We would like to speak with you about dossier %(number)s.",
               number=dossier.number),),
            _("Choose a time"),
        )  # fmt: skip

    mails.tell_applicant(dossier, words, key=f"interview-offer:{at.date().isoformat()}")
    return made


def offered(dossier_id: int, *, at: datetime) -> list[Interview]:
    """Return the times that can be booked."""
    return list(
        db.session.scalars(
            select(Interview)
            .where(
                Interview.dossier_id == dossier_id,
                Interview.booked_at.is_(None),
                Interview.cancelled_at.is_(None),
                Interview.starts_at > at,
            )
            .order_by(Interview.starts_at)
        )
    )


def booked(dossier_id: int) -> Interview | None:
    """Return the interview that is booked, or was held."""
    return db.session.scalar(
        select(Interview)
        .where(
            Interview.dossier_id == dossier_id,
            Interview.booked_at.is_not(None),
            Interview.cancelled_at.is_(None),
        )
        .order_by(Interview.id.desc())
        .limit(1)
    )


def _one(dossier_id: int, interview_id: int) -> Interview:
    found = db.session.get(Interview, interview_id, populate_existing=True)
    if found is None or found.dossier_id != dossier_id or found.cancelled_at is not None:
        raise NotFoundError
    return found


def book(dossier_id: int, interview_id: int, *, actor: Actor, at: datetime) -> Interview:
    """Book one of the offered times, for the assessors and for who books."""
    dossier = hold(dossier_id)
    chosen = _one(dossier.id, interview_id)
    if booked(dossier.id) is not None:
        raise DomainError(_("You booked a time already. Cancel it first."))
    if chosen.starts_at <= at:
        raise DomainError(_("This time is over. Choose another one."))
    people = [*assessors_of(dossier.id), actor.id]
    if not _reserve(people, chosen.starts_at, chosen.ends_at, chosen.id):
        raise DomainError(_("This time was taken meanwhile. Choose another one."))
    chosen.booked_at, chosen.booked_by = at, actor.id
    db.session.flush()
    trail.add(dossier, "interview_booked", actor=actor, at=at, interview=chosen.id)
    _tell(dossier, chosen, kind="booked")
    return chosen


def cancel(dossier_id: int, interview_id: int, *, actor: Actor, at: datetime) -> None:
    """Cancel a booked or offered time; the time is free again."""
    dossier = hold(dossier_id)
    chosen = _one(dossier.id, interview_id)
    if chosen.held_at is not None:
        raise DomainError(_("This interview was held."))
    was_booked = chosen.booked_at is not None
    chosen.cancelled_at = at
    db.session.execute(delete(Reserved).where(Reserved.interview_id == chosen.id))
    db.session.flush()
    trail.add(dossier, "interview_cancelled", actor=actor, at=at, interview=chosen.id)
    if was_booked:
        _tell(dossier, chosen, kind="cancelled")


def report(dossier_id: int, interview_id: int, text: str, *, actor: Actor, at: datetime) -> None:
    """Write what was said; the interview counts as held."""
    dossier = hold(dossier_id)
    row = assessing.assignment_of(actor, dossier.id)
    if row.state == AssignmentState.ASKED:
        raise DomainError(_("Declare your independence first."))
    conflicts.demand_independent(actor, dossier, today=today(at))
    chosen = _one(dossier.id, interview_id)
    if chosen.held_at is not None:
        raise DomainError(_("The report was written already."))
    if chosen.booked_at is None or chosen.starts_at > at:
        raise DomainError(_("The interview has not been held yet."))
    if not text.strip():
        raise InvalidInputError(_("Write what was said."), field="text")
    chosen.held_at, chosen.report = chosen.starts_at, text.strip()[:6000]
    db.session.flush()
    trail.add(dossier, "interview_held", actor=actor, at=at, interview=chosen.id)


def _tell(dossier: Dossier, chosen: Interview, *, kind: str) -> None:
    def words() -> tuple[str, tuple[str, ...], str]:
        when = format_datetime(chosen.starts_at, "EEEE d MMMM yyyy, HH:mm")
        if kind == "booked":
            return (
                _("Interview on %(when)s", when=when),
                (_("Place: %(place)s", place=chosen.place),
                 _("On the page of the dossier is a file for your calendar.")),
                _("To the dossier"),
            )  # fmt: skip
        return (
            _("The interview of %(when)s is cancelled", when=when),
            (_("Choose another time on the page of the dossier."),),
            _("To the dossier"),
        )

    mails.tell_applicant(dossier, words, key=f"interview:{chosen.id}:{kind}")
    mails.tell(
        people_facts(assessors_of(dossier.id)).values(),
        words,
        path=f"/certificering/beoordelen/{dossier.number}",
        key=f"{dossier.number}:interview:{chosen.id}:{kind}",
    )


def calendar_file(dossier: Dossier, chosen: Interview) -> bytes:
    """Return the interview as an iCalendar file (RFC 5545)."""
    return calendars.calendar_file(
        f"interview-{chosen.id}",
        _("Interview on dossier %(number)s", number=dossier.number),
        chosen.starts_at,
        chosen.ends_at,
        stamp=chosen.booked_at or chosen.starts_at,
        location=chosen.place,
        organizer=site_name(),
    )
