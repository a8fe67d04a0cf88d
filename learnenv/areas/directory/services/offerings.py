"""Trainings and their sessions, kept by who acts for the provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update

from courses.api import course_id as id_of_course
from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    OVER,
    Booking,
    BookingState,
    Form,
    Language,
    Level,
    Offering,
    Provider,
    Session,
)
from learnenv.areas.directory.services import guard, indexing
from learnenv.areas.directory.services.providers import place_key
from learnenv.kernel import audit
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.taxonomy import THEMES, known

MOST_SEATS = 5_000
LONGEST_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is filled in about a training."""

    title: str
    summary: str = ""
    goals: tuple[str, ...] = ()
    about: str = ""
    form: str = Form.ON_SITE
    level: str = Level.BASIC
    language: str = Language.DUTCH
    minutes: int = 0
    price: int | None = None
    covers: str = ""
    terms: str = ""
    accessibility: str = ""
    themes: tuple[str, ...] = ()
    course: str = ""
    """Address (slug) of the course of this site that it is."""


def blank(provider: Provider, title: str, *, at: datetime) -> Offering:
    """Return a training of which only the title is known, not stored and not published."""
    clean = " ".join(title.split())
    if not clean:
        raise InvalidInputError(_("Give a title."), field="title")
    return Offering(
        provider_id=provider.id, provider=provider, title=clean[:200], goals=[], themes=[],
        form=Form.ON_SITE, level=Level.BASIC, language=Language.DUTCH, minutes=0, spread=[0] * 5,
        summary="", about="", covers="", terms="", accessibility="", standing="",
        register_number="", is_published=False, reviews=0, created_at=at, changed_at=at,
    )  # fmt: skip


def add(provider: Provider, facts: Facts, *, publish: bool, actor: Actor, at: datetime) -> Offering:
    """Add a training. Raises InvalidInputError for what cannot be."""
    made = blank(provider, facts.title, at=at)
    db.session.add(made)
    _fill(made, facts, actor)
    _publish(made, publish=publish)
    db.session.flush()
    indexing.index_provider(provider.id)
    audit.record("directory.offering_made", f"offering:{made.id}", actor=actor)
    return made


def save(offering: Offering, facts: Facts, *, publish: bool, actor: Actor, at: datetime) -> None:
    """Keep an edit; visitors see it at once (g2)."""
    title = " ".join(facts.title.split())
    if not title:
        raise InvalidInputError(_("Give a title."), field="title")
    if title != offering.title and offering.party_id is not None:
        raise InvalidInputError(
            _("This title is in the register. Ask the coordinator to correct the certificate."),
            field="title",
        )
    offering.title = title[:200]
    _fill(offering, facts, actor)
    _publish(offering, publish=publish)
    offering.changed_at = at
    db.session.flush()
    indexing.index_provider(offering.provider_id)
    audit.record("directory.offering_changed", f"offering:{offering.id}", actor=actor)


def _fill(offering: Offering, facts: Facts, actor: Actor) -> None:
    offering.summary = " ".join(facts.summary.split())
    offering.goals = [goal for goal in facts.goals if goal]
    offering.about, offering.covers = facts.about.strip(), " ".join(facts.covers.split())
    offering.form, offering.level = Form(facts.form), Level(facts.level)
    offering.language, offering.minutes = Language(facts.language), facts.minutes
    offering.price, offering.terms = facts.price, facts.terms.strip()
    offering.accessibility = facts.accessibility.strip()
    offering.themes = known(facts.themes, THEMES)
    slug = facts.course.strip()
    if not slug:
        offering.course_id = None
        return
    found = id_of_course(slug)
    if found is None:
        raise InvalidInputError(_("No course has this address."), field="course")
    taken = db.session.scalar(
        select(Offering.id).where(Offering.course_id == found, Offering.id != (offering.id or 0))
    )
    if found != offering.course_id and not actor.writes(found):
        raise InvalidInputError(
            _("Only an author of this course can say that your training is this course."),
            field="course",
        )
    if taken is not None:
        raise InvalidInputError(_("Another training is this course already."), field="course")
    offering.course_id = found


def _publish(offering: Offering, *, publish: bool) -> None:
    if publish and not (offering.summary and offering.goals):
        raise InvalidInputError(
            _("Write a summary and at least one goal before you publish."), field="summary"
        )
    offering.is_published = publish


def own_offering(actor: Actor, offering_id: int) -> Offering:
    """Return a training of a provider the actor acts for. Raises NotFoundError for any other."""
    found = db.session.get(Offering, offering_id)
    if found is None:
        raise NotFoundError
    provider = guard.own_provider(actor, found.provider_id)
    assert found.provider_id == provider.id
    return found


def own_session(actor: Actor, session_id: int) -> Session:
    """Return a session of such a training."""
    found = db.session.get(Session, session_id)
    if found is None:
        raise NotFoundError
    own_offering(actor, found.offering_id)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When and where a training is given."""

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    address: str = ""
    link: str = ""
    seats: int
    on_request: bool = False


def plan(offering: Offering, when: When, *, actor: Actor, at: datetime) -> Session:
    """Add a session. Raises InvalidInputError for what cannot be."""
    key = _check(offering, when, at)
    made = Session(
        offering_id=offering.id, starts_at=when.starts_at, ends_at=when.ends_at, place=key,
        address=" ".join(when.address.split()), link=when.link.strip(), seats=when.seats, taken=0,
        on_request=when.on_request, is_cancelled=False, created_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    indexing.index_provider(offering.provider_id)
    audit.record("directory.session_planned", f"session:{made.id}", actor=actor)
    return made


def _check(offering: Offering, when: When, at: datetime) -> str | None:
    if when.starts_at <= at:
        raise InvalidInputError(_("Choose a time to come."), field="starts_at")
    if when.ends_at <= when.starts_at:
        raise InvalidInputError(_("The end comes after the begin."), field="ends_at")
    if when.ends_at - when.starts_at > timedelta(days=LONGEST_DAYS):
        raise InvalidInputError(_("A training of more than a year is several."), field="ends_at")
    if not 1 <= when.seats <= MOST_SEATS:
        raise InvalidInputError(_("Give a number from 1 to 5000."), field="seats")
    key = place_key(when.place)
    if key is None and offering.form == Form.ON_SITE:
        raise InvalidInputError(_("Say in which town or village it is."), field="place")
    return key


def change_seats(session: Session, seats: int, *, actor: Actor) -> None:
    """Make room, or less; never less than are taken. Who waits is offered the new seats."""
    from learnenv.areas.directory.services import bookings

    done = db.session.execute(
        update(Session)
        .where(Session.id == session.id, Session.taken <= seats)
        .values(seats=seats)
        .returning(Session.id)
    ).scalar()
    if done is None or not 1 <= seats <= MOST_SEATS:
        raise InvalidInputError(
            _("Give a number that is not below the seats that are taken, 5000 at most."),
            field="seats",
        )
    db.session.refresh(session)
    audit.record("directory.seats_changed", f"session:{session.id}", actor=actor, seats=seats)
    bookings.promote(session.id)


def cancel_session(session: Session, reason: str, *, actor: Actor, at: datetime) -> None:
    """Call a session off and mail everybody who has or waits for a seat."""
    if session.is_cancelled or session.starts_at <= at:
        raise DomainError(_("This one is over or called off already."))
    session.is_cancelled = True
    offering = db.session.get_one(Offering, session.offering_id)
    rows = db.session.scalars(
        select(Booking).where(Booking.session_id == session.id, Booking.state.not_in(OVER))
    ).all()
    title = offering.title

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("%(title)s is called off", title=title),
            (_("The organiser gives this reason: %(reason)s", reason=reason),),
            _("Look for another date"),
        )

    for row in rows:
        row.state, row.changed_at, row.confirm_by = BookingState.CANCELLED, at, None
        mails.tell_person(
            row.person_id, words, path=f"/gids/aanbod/{offering.id}",
            key=f"session_off:{session.id}",
        )  # fmt: skip
    session.taken = 0
    db.session.flush()
    indexing.index_provider(offering.provider_id)
    audit.record("directory.session_off", f"session:{session.id}", actor=actor, people=len(rows))
