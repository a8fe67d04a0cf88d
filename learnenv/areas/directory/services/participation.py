"""What shows that somebody took part: without it nobody reviews (g6)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from courses.events import CourseCompleted
from learnenv.areas.directory import mails
from learnenv.areas.directory.models import Offering, Participation, Proof, Provider
from learnenv.areas.directory.services import guard, providers
from learnenv.kernel import audit
from learnenv.kernel.clock import today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.shared_events import AssignmentDone

MOST_WAITING = 5


def add(
    *,
    source: str,
    proof: Proof,
    person_id: int,
    provider_id: int,
    title: str,
    at: datetime,
    offering_id: int | None = None,
) -> None:
    """Keep a fact by which somebody may review; the same fact counts once."""
    db.session.execute(
        insert(Participation)
        .values(
            source=source, proof=proof, person_id=person_id, provider_id=provider_id,
            offering_id=offering_id, title=title[:300], text="", is_confirmed=True,
            is_refused=False, reason="", at=at,
        )
        .on_conflict_do_nothing(index_elements=["source"])
    )  # fmt: skip


def on_completion(event: CourseCompleted) -> None:
    """Let who finished a course of ours review it where it stands in the Gids."""
    found = db.session.scalar(select(Offering).where(Offering.course_id == event.course_id))
    if found is not None:
        add(
            source=f"enrolment:{event.enrolment_id}", proof=Proof.ENROLMENT,
            person_id=event.person_id, provider_id=found.provider_id, offering_id=found.id,
            title=found.title, at=event.at,
        )  # fmt: skip


def on_assignment(event: AssignmentDone) -> None:
    """Let who led a pilot that ended review the guidance."""
    if db.session.get(Provider, event.provider_id) is not None:
        add(
            source=event.source, proof=Proof.PILOT, person_id=event.person_id,
            provider_id=event.provider_id, title=event.title, at=event.at,
        )  # fmt: skip


def state_assignment(
    provider: Provider, title: str, text: str, *, actor: Actor, at: datetime
) -> Participation:
    """Say that one had an assignment done by a provider; it counts when somebody confirms it.

    The provider confirms, or a moderator on what is shown: so a provider cannot keep bad reviews
    out by staying silent.
    """
    tied = guard.tie(actor.id, actor.organisation_id, provider, today(at))
    if tied is not None:
        raise ForbiddenError(tied + " " + _("So you cannot review it."))
    waiting = db.session.scalar(
        select(func.count())
        .select_from(Participation)
        .where(Participation.person_id == actor.id, Participation.is_confirmed.is_(False),
               Participation.is_refused.is_(False))
    )  # fmt: skip
    if (waiting or 0) >= MOST_WAITING:
        raise DomainError(_("Wait until your earlier assignments are confirmed."))
    clean = " ".join(title.split())
    mark = hashlib.sha256(clean.casefold().encode()).hexdigest()[:32]
    source = f"assignment:{actor.id}:{provider.id}:{mark}"
    values = {
        "source": source, "proof": Proof.ASSIGNMENT, "person_id": actor.id,
        "provider_id": provider.id, "title": clean[:300], "text": text.strip(),
        "is_confirmed": False, "is_refused": False, "reason": "", "at": at,
    }  # fmt: skip
    made_id = db.session.scalar(
        insert(Participation)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["source"])
        .returning(Participation.id)
    )
    if made_id is None:
        raise InvalidInputError(_("You named this assignment already."), field="title")
    made = db.session.get_one(Participation, made_id)
    name = provider.name

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Did you do this assignment?"),
            (
                _("Somebody names an assignment of %(name)s: %(title)s.", name=name, title=clean),
                _("Confirm it, or say why not. If you say no, a moderator decides."),
            ),
            _("To the assignment"),
        )

    mails.tell_provider(
        provider.id, words, path=f"/gids/beheer/{provider.id}", key=f"assignment:{made.id}"
    )
    return made


def waiting_assignment(participation_id: int) -> Participation:
    """Return an assignment that waits to be confirmed. Raises NotFoundError."""
    found = db.session.get(Participation, participation_id)
    if found is None or found.is_confirmed or found.is_refused:
        raise NotFoundError
    return found


def decide(
    found: Participation, *, confirmed: bool, reason: str, actor: Actor, at: datetime,
    as_moderator: bool,
) -> None:  # fmt: skip
    """Confirm an assignment, or not. Only a moderator can refuse it for good.

    What a provider denies stays with the moderator, who reads both sides.
    """
    from learnenv.areas.directory.services import reviews

    db.session.refresh(found, with_for_update=True)
    if found.is_confirmed or found.is_refused:
        raise NotFoundError
    provider = db.session.get_one(Provider, found.provider_id)
    if as_moderator:
        providers.stand_apart(actor, provider, at=at, asked_by=found.person_id)
    if found.person_id == actor.person_id:
        raise ForbiddenError(_("Somebody else decides on what you asked yourself."))
    if not confirmed and not reason.strip():
        raise InvalidInputError(_("Say why."), field="reason")
    found.reason = reason.strip()
    if confirmed:
        found.is_confirmed, found.confirmed_by = True, actor.person_id
        reviews.publish_waiting(found, at=at)
    elif as_moderator:
        found.is_refused, found.confirmed_by = True, actor.person_id
    db.session.flush()
    audit.record(
        "directory.assignment_decided", f"participation:{found.id}", actor=actor,
        outcome="ok" if confirmed else "refused", moderator=as_moderator,
    )  # fmt: skip
    if not (confirmed or as_moderator):
        return
    title, why = found.title, found.reason

    def words() -> tuple[str, tuple[str, ...], str]:
        if confirmed:
            return (
                _("Your assignment is confirmed"),
                (_("You can review it now: %(title)s.", title=title),),
                _("Write a review"),
            )
        return (
            _("Your assignment is not confirmed"),
            (_("The moderator gives this reason: %(reason)s", reason=why),),
            _("To my bookings and reviews"),
        )

    mails.tell_person(found.person_id, words, path="/gids/mijn", key=f"participation:{found.id}")
