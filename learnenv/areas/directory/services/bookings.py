"""Seats: booked, asked for, waited for; attendance and what follows from it (g10, g11).

`Session.taken` moves by one statement that also checks: of eight people who press the button for
one last seat, exactly one gets it, on both databases.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from certificates import api as certificates
from learnenv.accounts.api import people_facts
from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    OVER,
    Booking,
    BookingState,
    Offering,
    Proof,
    Provider,
    Session,
)
from learnenv.areas.directory.services import guard, participation
from learnenv.kernel import audit
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.events import publish
from learnenv.kernel.permissions import Actor
from learnenv.kernel.shared_events import OutsideTrainingFollowed

CONFIRM = timedelta(hours=48)
"""How long a seat of the waiting list is kept for somebody."""
LAST_CALL = timedelta(hours=1)
NEEDS_KEPT = timedelta(days=30)
WORKING_DAY = 480
"""Minutes."""


def hold(session_id: int) -> Session:
    """Return a session with its training and provider, as visitors may see it."""
    found = db.session.scalar(
        select(Session)
        .options(joinedload(Session.offering).joinedload(Offering.provider))
        .where(Session.id == session_id)
    )
    if found is None or not found.offering.is_shown:
        raise NotFoundError
    return found


def _whatever(session_id: int) -> Session:
    """Return a session with its training and provider, also of one that hid itself."""
    return db.session.scalars(
        select(Session)
        .options(joinedload(Session.offering).joinedload(Offering.provider))
        .where(Session.id == session_id)
    ).one()


def _lock(session_id: int) -> None:
    """Let one at a time change who has a seat or waits: a queue has no gaps then.

    Always before a row of a booking, so that two never wait for each other.
    """
    db.session.execute(
        select(Session.id).where(Session.id == session_id).with_for_update(key_share=True)
    )


def _take(session_id: int) -> bool:
    """Take a seat if there is one; the database decides."""
    taken = db.session.execute(
        update(Session)
        .where(Session.id == session_id, Session.taken < Session.seats, ~Session.is_cancelled)
        .values(taken=Session.taken + 1)
        .returning(Session.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return taken is not None


def _release(session_id: int) -> None:
    db.session.execute(
        update(Session)
        .where(Session.id == session_id, Session.taken > 0)
        .values(taken=Session.taken - 1)
        .execution_options(synchronize_session=False)
    )


def book(session: Session, needs: str, *, actor: Actor, at: datetime) -> Booking:
    """Give somebody a seat, or the place in the queue, or ask the organiser.

    Pressed twice it gives the same booking. Raises DomainError when it is too late.
    """
    _lock(session.id)
    db.session.refresh(session, ["is_cancelled", "starts_at", "seats", "taken"])
    if session.is_cancelled or session.starts_at <= at:
        raise DomainError(_("You can no longer book this one. Look for another date."))
    values = {
        "organisation_id": actor.organisation_id, "needs": needs.strip(),
        "terms": session.offering.terms, "price": session.offering.price,
        "queued_at": at, "changed_at": at,
        "state": BookingState.ASKED if session.on_request else BookingState.WAITING,
        "confirm_by": None, "marked_by": None, "certificate_id": None,
    }  # fmt: skip
    statement = insert(Booking).values(session_id=session.id, person_id=actor.id, **values)
    made = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["session_id", "person_id"], set_=values, where=Booking.state.in_(OVER)
        ).returning(Booking.id)
    ).scalar()
    booking = _of(session.id, actor.id)
    if made is None:
        return booking
    if session.on_request:
        _tell_organiser(booking, session)
    elif not _others_wait(booking) and _take(session.id):
        _set(booking, BookingState.BOOKED, at)
    _tell_person(booking, session)
    return booking


def _of(session_id: int, person_id: int) -> Booking:
    return db.session.scalars(
        select(Booking)
        .where(Booking.session_id == session_id, Booking.person_id == person_id)
        .execution_options(populate_existing=True)
    ).one()


def _others_wait(booking: Booking) -> bool:
    return (
        db.session.scalar(
            select(Booking.id)
            .where(
                Booking.session_id == booking.session_id,
                Booking.state == BookingState.WAITING,
                Booking.id != booking.id,
            )
            .limit(1)
        )
        is not None
    )


def _set(booking: Booking, state: BookingState, at: datetime) -> None:
    booking.state, booking.changed_at = state, at
    if state != BookingState.OFFERED:
        booking.confirm_by = None
    db.session.flush()


def _moved(booking_id: int, state: str, to: BookingState, at: datetime) -> bool:
    """Move a booking on, once, whoever else tries at the same moment."""
    done = db.session.execute(
        update(Booking)
        .where(Booking.id == booking_id, Booking.state == state)
        .values(state=to, changed_at=at, confirm_by=None)
        .returning(Booking.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return done is not None


def own_booking(actor: Actor, booking_id: int) -> Booking:
    """Return a booking of the actor. Raises NotFoundError for anybody else's."""
    found = db.session.scalar(
        select(Booking)
        .options(
            joinedload(Booking.session).joinedload(Session.offering).joinedload(Offering.provider)
        )
        .where(Booking.id == booking_id, Booking.person_id == actor.id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError
    return found


def confirm(booking: Booking, *, at: datetime) -> None:
    """Take the seat that came free. Raises DomainError when that is too late."""
    late = booking.confirm_by is None or booking.confirm_by < at
    if booking.state != BookingState.OFFERED or late:
        raise DomainError(_("This seat is no longer kept for you."))
    if not _moved(booking.id, BookingState.OFFERED, BookingState.BOOKED, at):
        raise DomainError(_("This seat is no longer kept for you."))
    db.session.refresh(booking)
    _tell_person(booking, booking.session)


def cancel(booking: Booking, *, at: datetime) -> None:
    """Give a seat or a place in the queue back; the next in the queue is offered the seat."""
    state = booking.state
    if booking.session.starts_at <= at or state in OVER:
        raise DomainError(_("You can no longer cancel this one."))
    _lock(booking.session_id)
    if not _moved(booking.id, state, BookingState.CANCELLED, at):
        raise DomainError(_("This booking changed just now. Look again."))
    if state in {BookingState.BOOKED, BookingState.OFFERED}:
        _release(booking.session_id)
        promote(booking.session_id)
    db.session.refresh(booking)


def answer(booking_id: int, *, accepted: bool, organiser: Actor, at: datetime) -> None:
    """Say yes or no to somebody who asked for a seat."""
    booking = db.session.get(Booking, booking_id)
    if booking is None or booking.state != BookingState.ASKED:
        raise NotFoundError
    session = _whatever(booking.session_id)
    if accepted and session.starts_at <= at:
        raise DomainError(_("This training began already."))
    if accepted and not _take(session.id):
        raise DomainError(_("All seats are taken. Make more seats first, or say no."))
    to = BookingState.BOOKED if accepted else BookingState.REFUSED
    if not _moved(booking.id, BookingState.ASKED, to, at):
        raise DomainError(_("This booking changed just now. Look again."))
    db.session.refresh(booking)
    _tell_person(booking, session)
    audit.record(
        "directory.booking_answered", f"booking:{booking.id}", actor=organiser,
        outcome="ok" if accepted else "refused",
    )  # fmt: skip


def promote(session_id: int) -> int:
    """Offer free seats to who waits longest, each with a day by which to confirm."""
    session = db.session.scalar(
        select(Session)
        .options(joinedload(Session.offering).joinedload(Offering.provider))
        .where(Session.id == session_id)
        .execution_options(populate_existing=True)
    )
    at = now()
    offered = 0
    while session is not None and not session.is_cancelled and session.starts_at > at:
        waiting = db.session.scalar(
            select(Booking)
            .where(Booking.session_id == session_id, Booking.state == BookingState.WAITING)
            .order_by(Booking.queued_at, Booking.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if waiting is None or not _take(session_id):
            break
        waiting.state, waiting.changed_at = BookingState.OFFERED, at
        last = session.starts_at - LAST_CALL
        if last - at < LAST_CALL:  # nearly there: until it begins, or nobody could confirm
            last = session.starts_at
        waiting.confirm_by = min(at + CONFIRM, last)
        db.session.flush()
        _tell_person(waiting, session)
        offered += 1
    return offered


def lapse(at: datetime) -> int:
    """Let go of seats that nobody confirmed in time, and offer them to the next."""
    rows = db.session.execute(
        select(Booking.id, Booking.session_id)
        .where(Booking.state == BookingState.OFFERED, Booking.confirm_by < at)
        .order_by(Booking.id)
    ).all()
    number = 0
    for booking_id, session_id in rows:
        _lock(session_id)
        if _moved(booking_id, BookingState.OFFERED, BookingState.LAPSED, at):
            _release(session_id)
            promote(session_id)
            number += 1
    return number


def forget_needs(at: datetime) -> None:
    """Remove what people needed, thirty days after the training."""
    over = select(Session.id).where(Session.ends_at < at - NEEDS_KEPT)
    db.session.execute(
        update(Booking)
        .where(Booking.needs != "", Booking.session_id.in_(over))
        .values(needs="")
        .execution_options(synchronize_session=False)
    )


def mark(session: Session, present: Iterable[int], *, organiser: Actor, at: datetime) -> int:
    """Write down who was there; who was gets a certificate and the training in the record (c4).

    Somebody who was marked present stays so: a certificate was given. Returns how many are new.
    """
    if session.starts_at > at:
        raise DomainError(_("Write down who was there when it has begun."))
    here = set(present)
    _lock(session.id)  # two lists at once come one after the other
    rows = db.session.scalars(
        select(Booking)
        .where(
            Booking.session_id == session.id,
            Booking.state.in_([BookingState.BOOKED, BookingState.ABSENT]),
        )
        .execution_options(populate_existing=True)
    ).all()
    offering = db.session.get_one(Offering, session.offering_id)
    provider = db.session.get_one(Provider, offering.provider_id)
    new = [row for row in rows if row.id in here]
    for row in rows:
        row.state = BookingState.ATTENDED if row.id in here else BookingState.ABSENT
        row.marked_by, row.changed_at = organiser.person_id, at
    for row in new:
        _followed(row, session, offering, provider, at)
    db.session.flush()
    audit.record("directory.attendance", f"session:{session.id}", actor=organiser, present=len(new))
    return len(new)


def _followed(
    row: Booking, session: Session, offering: Offering, provider: Provider, at: datetime
) -> None:
    who = people_facts([row.person_id]).get(row.person_id)
    if who is None:
        return
    participation.add(
        source=f"booking:{row.id}", proof=Proof.ATTENDANCE, person_id=row.person_id,
        provider_id=provider.id, offering_id=offering.id, title=offering.title, at=at,
    )  # fmt: skip
    if not is_vouched_for(offering, provider, today(session.starts_at)):
        return
    if guard.tie(row.person_id, row.organisation_id, provider, today(at)) is not None:
        return  # nobody proves by his own list that he was there
    minutes = load_of(offering, session)
    with force_locale(who.language):
        title = _("%(title)s, at %(provider)s", title=offering.title, provider=provider.name)
        proof = _("attendance list of %(provider)s", provider=provider.name)
    row.certificate_id = certificates.issue(
        certificates.Order(
            source=f"directory:booking:{row.id}", kind=certificates.Kind.ATTENDANCE,
            person_id=row.person_id, organisation_id=row.organisation_id, holder_name=who.name,
            title=title, language=who.language, minutes=minutes,
            outcomes=tuple(dict.fromkeys(str(goal) for goal in offering.goals)),
        ),
        at=at,
    )  # fmt: skip
    if offering.course_id is None:  # a course of ours counts by its own enrolment
        publish(
            OutsideTrainingFollowed(
                person_id=row.person_id, organisation_id=row.organisation_id,
                source=f"directory:booking:{row.id}", title=offering.title,
                provider=provider.name, minutes=minutes, proof=proof, at=session.starts_at,
            )
        )  # fmt: skip


def is_vouched_for(offering: Offering, provider: Provider, day: date) -> bool:
    """Whether this site gives certificates for a training: it or its provider is certified.

    Anybody can make a profile; a seal of the programme needs somebody who looked at it.
    """
    return offering.is_certified(day) or provider.is_certified(day)


def load_of(offering: Offering, session: Session) -> int:
    """Return the study load in minutes: as told, else the time there, a working day at most."""
    if offering.minutes:
        return offering.minutes
    whole = int((session.ends_at - session.starts_at).total_seconds() // 60)
    days = (today(session.ends_at) - today(session.starts_at)).days + 1
    return min(whole, days * WORKING_DAY)


# --- mail ----------------------------------------------------------------------------------------


def _tell_person(booking: Booking, session: Session) -> None:
    title, state, by = session.offering.title, booking.state, booking.confirm_by

    def words() -> tuple[str, tuple[str, ...], str]:
        from learnenv.kernel.i18n import format_datetime

        when = format_datetime(session.starts_at, "EEEE d MMMM yyyy, HH:mm")
        facts = _("%(title)s, %(when)s", title=title, when=when)
        if state == BookingState.BOOKED:
            return (
                _("You have a seat: %(title)s", title=title),
                (facts, _("You find it back, with a file for your calendar, under your bookings.")),
                _("To my bookings"),
            )
        if state == BookingState.OFFERED:
            until = format_datetime(by, "EEEE d MMMM yyyy, HH:mm") if by else ""
            return (
                _("A seat came free: %(title)s", title=title),
                (facts, _("It is kept for you until %(until)s. Confirm it before.", until=until)),
                _("Confirm the seat"),
            )
        if state == BookingState.ASKED:
            return (
                _("You asked for a seat: %(title)s", title=title),
                (facts, _("You hear from us when the organiser has answered.")),
                _("To my bookings"),
            )
        if state == BookingState.REFUSED:
            return (
                _("No seat: %(title)s", title=title),
                (facts, _("The organiser could not give you a seat. Look for another date.")),
                _("To my bookings"),
            )
        return (
            _("You are on the waiting list: %(title)s", title=title),
            (facts, _("You get a mail as soon as a seat comes free.")),
            _("To my bookings"),
        )

    mails.tell_person(
        booking.person_id, words, path="/gids/mijn",
        key=f"booking:{booking.id}:{state}:{booking.changed_at.isoformat()}",
    )  # fmt: skip


def _tell_organiser(booking: Booking, session: Session) -> None:
    title = session.offering.title

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Somebody asks for a seat: %(title)s", title=title),
            (_("Look at who asks, and say yes or no."),),
            _("To the participants"),
        )

    mails.tell_provider(
        session.offering.provider_id, words, path=f"/gids/beheer/uitvoering/{session.id}",
        key=f"asked:{booking.id}:{booking.changed_at.isoformat()}",
    )  # fmt: skip
