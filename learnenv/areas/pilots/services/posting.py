"""A pilot is posted, guidance is asked, offers, and is chosen (g13, k23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from learnenv.areas.pilots import mails
from learnenv.areas.pilots.models import Invitation, InvitationState, Pilot, Stage, State
from learnenv.areas.pilots.ranking import Ranked, Wanted, rank
from learnenv.areas.pilots.services import guard
from learnenv.kernel import audit, guidance
from learnenv.kernel.clock import today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.taxonomy import REGIONS, THEMES

MOST_INVITED = 10
MOST_OPEN = 20
LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is filled in about a pilot."""

    title: str
    question: str
    help: str
    theme: str
    region: str
    starts_on: date
    ends_on: date
    budget: int
    measure: str
    before: str = ""
    needed_on: date
    baseline_days: int | None = None
    baseline_euros: int | None = None


def post(draft: Draft, *, actor: Actor, at: datetime) -> Pilot:
    """Post a pilot for the organisation of the actor. Raises DomainError without one."""
    if actor.organisation_id is None:
        raise DomainError(
            _("A pilot belongs to an organisation. Choose yours in your profile first."),
            way_out=(_("To my profile"), "/account"),
        )
    number = db.session.scalar(
        select(func.count())
        .select_from(Pilot)
        .where(Pilot.leader_id == actor.id, Pilot.state == State.OPEN)
    )
    if (number or 0) >= MOST_OPEN:
        raise DomainError(_("You have %(number)s open pilots already.", number=MOST_OPEN))
    made = Pilot(
        organisation_id=actor.organisation_id, leader_id=actor.id, posted_at=at,
        state=State.OPEN, stage=Stage.PREPARE, provider_name="", reason="", outcome="", result="",
        lessons="", after="",
    )  # fmt: skip
    _fill(made, draft, at)
    db.session.add(made)
    db.session.flush()
    audit.record("pilots.posted", f"pilot:{made.id}", actor=actor)
    return made


def edit(pilot: Pilot, draft: Draft, *, actor: Actor, at: datetime) -> None:
    """Change a pilot that nobody was asked for yet: offers are about what was asked."""
    if pilot.state != State.OPEN or invitations(pilot.id):
        raise DomainError(_("Guidance was asked already: what it answers to cannot change."))
    _fill(pilot, draft, at)
    db.session.flush()
    audit.record("pilots.changed", f"pilot:{pilot.id}", actor=actor)


def _fill(pilot: Pilot, draft: Draft, at: datetime) -> None:
    day = today(at)
    if draft.theme not in THEMES or draft.region not in REGIONS:
        raise InvalidInputError(_("Choose a theme and a region of the list."), field="theme")
    if draft.ends_on <= draft.starts_on:
        raise InvalidInputError(_("The end comes after the begin."), field="ends_on")
    if draft.ends_on <= day:
        raise InvalidInputError(_("Choose an end in the future."), field="ends_on")
    if draft.ends_on - draft.starts_on > LONGEST:
        raise InvalidInputError(_("A pilot takes three years at most."), field="ends_on")
    if draft.needed_on > day:
        raise InvalidInputError(_("This day has not come yet."), field="needed_on")
    if day - draft.needed_on > LONGEST:
        raise InvalidInputError(_("This is too long ago."), field="needed_on")
    pilot.title = " ".join(draft.title.split())
    pilot.question, pilot.help = draft.question.strip(), draft.help.strip()
    pilot.theme, pilot.region = draft.theme, draft.region
    pilot.starts_on, pilot.ends_on, pilot.budget = draft.starts_on, draft.ends_on, draft.budget
    pilot.measure, pilot.before = " ".join(draft.measure.split()), " ".join(draft.before.split())
    pilot.needed_on = draft.needed_on
    pilot.baseline_days, pilot.baseline_euros = draft.baseline_days, draft.baseline_euros


def ranked(pilot: Pilot, *, actor: Actor, day: date) -> list[Ranked]:
    """Return certified guidance for a pilot, best first, without who is tied to it."""
    wanted = Wanted(
        key=pilot.id, theme=pilot.theme, region=pilot.region, ends_on=pilot.ends_on,
        budget=pilot.budget,
    )  # fmt: skip
    found = guidance.candidates(day)
    tied = guard.tied(actor, pilot, [one.provider_id for one in found], day)
    return rank(wanted, [one for one in found if one.provider_id not in tied])


def invitations(pilot_id: int) -> list[Invitation]:
    """Return who was asked, in order of asking."""
    return list(
        db.session.scalars(
            select(Invitation).where(Invitation.pilot_id == pilot_id).order_by(Invitation.id)
        )
    )


def invite(pilot: Pilot, provider_id: int, *, actor: Actor, at: datetime) -> None:
    """Ask guidance for an offer; twice changes nothing. `pilot` is held."""
    if pilot.state != State.OPEN:
        raise DomainError(_("This pilot does not look for guidance any more."))
    if len(invitations(pilot.id)) >= MOST_INVITED:
        raise DomainError(_("Ask %(number)s at most: each one spends time.", number=MOST_INVITED))
    place, found = next(
        (
            (place, one)
            for place, one in enumerate(ranked(pilot, actor=actor, day=today(at)), start=1)
            if one.guide.provider_id == provider_id
        ),
        (0, None),
    )
    if found is None:
        raise NotFoundError
    made = db.session.scalar(
        insert(Invitation)
        .values(
            pilot_id=pilot.id, provider_id=provider_id, provider_name=found.guide.name,
            place=place, state=InvitationState.ASKED, invited_at=at, invited_by=actor.id,
            approach="",
        )
        .on_conflict_do_nothing(index_elements=["pilot_id", "provider_id"])
        .returning(Invitation.id)
    )  # fmt: skip
    if made is None:
        return
    title = pilot.title

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("An organisation asks for your guidance: %(title)s", title=title),
            (_("Read what it is about and make an offer, or say that you cannot do it."),),
            _("To the question"),
        )

    guidance.tell(
        provider_id, words, path=f"/proefprojecten/{pilot.id}/uitnodiging/{provider_id}",
        key=f"pilot-invited:{pilot.id}",
    )  # fmt: skip
    audit.record("pilots.invited", f"pilot:{pilot.id}", actor=actor, provider=provider_id)


def offer(
    invitation: Invitation,
    pilot: Pilot,
    *,
    approach: str,
    price: int,
    days: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Make an offer, or change it, as long as nobody is chosen. `pilot` is held."""
    _still_open(pilot, invitation)
    if not approach.strip():
        raise InvalidInputError(_("Say how you would do it."), field="approach")
    invitation.approach, invitation.price, invitation.days = approach.strip(), price, days
    invitation.state = InvitationState.OFFERED
    invitation.answered_at, invitation.answered_by = at, actor.person_id
    db.session.flush()
    title, name = pilot.title, invitation.provider_name

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("An offer for %(title)s", title=title),
            (_("%(name)s offers to guide your pilot.", name=name),),
            _("To the offers"),
        )

    mails.tell_person(
        pilot.leader_id, words, path=f"/proefprojecten/{pilot.id}", key=f"offer:{invitation.id}"
    )
    audit.record(
        "pilots.offered", f"pilot:{pilot.id}", actor=actor, provider=invitation.provider_id
    )


def decline(invitation: Invitation, pilot: Pilot, *, actor: Actor, at: datetime) -> None:
    """Say that one cannot do it. `pilot` is held."""
    _still_open(pilot, invitation)
    invitation.state = InvitationState.DECLINED
    invitation.answered_at, invitation.answered_by = at, actor.person_id
    db.session.flush()
    audit.record(
        "pilots.declined", f"pilot:{pilot.id}", actor=actor, provider=invitation.provider_id
    )


def _still_open(pilot: Pilot, invitation: Invitation) -> None:
    if pilot.state != State.OPEN or invitation.state in (
        InvitationState.CHOSEN,
        InvitationState.OTHER,
    ):
        raise DomainError(_("The choice has been made already."))


def choose(
    pilot: Pilot,
    invitation_id: int,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
    price: int | None = None,
) -> None:
    """Accept an offer, with the reason; the pilot runs and counts from here. `pilot` is held.

    `price` is what the chooser read, in euros. Raises ForbiddenError for guidance that is tied,
    DomainError when it is not certified today.
    """
    if pilot.state != State.OPEN:
        raise DomainError(_("The choice has been made already."))
    if not reason.strip():
        raise InvalidInputError(_("Say why you choose this one."), field="reason")
    found = db.session.get(Invitation, invitation_id, populate_existing=True)
    if found is None or found.pilot_id != pilot.id or found.state != InvitationState.OFFERED:
        raise NotFoundError
    if price is not None and price != found.price:
        raise DomainError(_("This offer changed just now. Read it again before you choose."))
    day = today(at)
    guide = guidance.known([found.provider_id], day).get(found.provider_id)
    if guide is None or guide.certified_until is None:
        raise DomainError(
            _("%(name)s is not certified any more. Choose another offer, or wait.",
              name=found.provider_name)
        )  # fmt: skip
    if guard.tied(actor, pilot, [guide.provider_id], day):
        raise ForbiddenError(_("This guidance belongs to your own organisation."))
    pilot.state, pilot.stage = State.RUNNING, Stage.PREPARE
    pilot.provider_id, pilot.provider_name = found.provider_id, guide.name
    pilot.certified_until, pilot.price = guide.certified_until, found.price
    pilot.chosen_at, pilot.chosen_by, pilot.reason = at, actor.person_id, reason.strip()
    _settle_invitations(pilot, found.id)
    _tell_outcome(pilot, found.provider_id)
    db.session.flush()
    audit.record("pilots.chosen", f"pilot:{pilot.id}", actor=actor, provider=found.provider_id)


def _settle_invitations(pilot: Pilot, chosen: int | None) -> None:
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.pilot_id == pilot.id,
            Invitation.state.in_([InvitationState.ASKED, InvitationState.OFFERED]),
        )
        .values(state=InvitationState.OTHER)
    )
    if chosen is not None:
        db.session.execute(
            update(Invitation).where(Invitation.id == chosen).values(state=InvitationState.CHOSEN)
        )


def _tell_outcome(pilot: Pilot, chosen: int | None) -> None:
    title, reason = pilot.title, pilot.reason
    for row in invitations(pilot.id):
        if row.state == InvitationState.DECLINED:
            continue
        won = row.provider_id == chosen

        def words(*, won: bool = won) -> tuple[str, tuple[str, ...], str]:
            if won:
                return (
                    _("You guide the pilot: %(title)s", title=title),
                    (_("The organisation chose your offer. Write what you do in the log."),),
                    _("To the pilot"),
                )
            return (
                _("Another choice was made: %(title)s", title=title),
                (_("The organisation gives this reason: %(reason)s", reason=reason),),
                _("To the question"),
            )

        path = f"/proefprojecten/{pilot.id}"
        if not won:
            path += f"/uitnodiging/{row.provider_id}"
        guidance.tell(row.provider_id, words, path=path, key=f"pilot-outcome:{pilot.id}")


def _tell_stopped(pilot: Pilot) -> None:
    title, why, provider_id = pilot.title, pilot.result, pilot.provider_id
    assert provider_id is not None

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("The pilot was stopped: %(title)s", title=title),
            (_("The organisation gives this reason: %(reason)s", reason=why),),
            _("To the pilot"),
        )

    path = f"/proefprojecten/{pilot.id}"
    guidance.tell(provider_id, words, path=path, key=f"pilot-stopped:{pilot.id}")


def stop(pilot: Pilot, reason: str, *, actor: Actor, at: datetime) -> None:
    """End a pilot without a result, with the reason; it does not count. `pilot` is held."""
    if pilot.state not in (State.OPEN, State.RUNNING):
        raise DomainError(_("This pilot ended already."))
    if not reason.strip():
        raise InvalidInputError(_("Say why."), field="reason")
    was_open = pilot.state == State.OPEN
    pilot.state, pilot.result, pilot.ended_at = State.STOPPED, reason.strip(), at
    if was_open:
        pilot.reason = reason.strip()
        _settle_invitations(pilot, None)
        _tell_outcome(pilot, None)
    elif pilot.provider_id is not None:
        _tell_stopped(pilot)
    db.session.flush()
    audit.record("pilots.stopped", f"pilot:{pilot.id}", actor=actor)
