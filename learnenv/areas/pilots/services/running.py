"""A pilot runs: stages, log, result, reviews of both sides, and a look back (g14, k24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.accounts.api import organisation_names, people_with
from learnenv.areas.pilots import mails
from learnenv.areas.pilots.models import (
    CRITERIA,
    FollowUp,
    Invitation,
    InvitationState,
    LogLine,
    OrganisationReview,
    Outcome,
    Pilot,
    Side,
    Stage,
    State,
)
from learnenv.areas.pilots.services import guard
from learnenv.kernel import audit, guidance
from learnenv.kernel.clock import today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.events import publish
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.shared_events import AssignmentDone, ExampleDrafted, PointsEarned

STAGES = tuple(Stage)
MONTHS_LATER = 6
MOST_HOURS, MOST_EUROS = 1000, 1_000_000
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is filled in for a line of the log."""

    day: date
    text: str
    hours: float = 0.0
    euros: int = 0


def write_line(pilot: Pilot, entry: Entry, *, side: Side, actor: Actor, at: datetime) -> LogLine:
    """Add a line to the log, by either side."""
    if pilot.state != State.RUNNING:
        raise DomainError(_("Only a running pilot has a log."))
    if entry.day > today(at):
        raise InvalidInputError(_("This day has not come yet."), field="day")
    if entry.day < pilot.needed_on:
        raise InvalidInputError(_("This is before the pilot."), field="day")
    if not (0 <= entry.hours <= MOST_HOURS and 0 <= entry.euros <= MOST_EUROS):
        raise InvalidInputError(_("Give hours and euros of one line."), field="hours")
    made = LogLine(
        pilot_id=pilot.id, day=entry.day, stage=pilot.stage, text=entry.text.strip(),
        hours=round(entry.hours, 2), euros=entry.euros, side=side, written_by=actor.id,
        written_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def next_stage(pilot: Pilot, *, actor: Actor) -> None:
    """Go on to the next stage. `pilot` is held."""
    if pilot.state != State.RUNNING:
        raise DomainError(_("This pilot does not run."))
    place = STAGES.index(Stage(pilot.stage))
    if place + 1 == len(STAGES):
        raise DomainError(_("This is the last stage: close the pilot with its result."))
    pilot.stage = STAGES[place + 1]
    db.session.flush()
    audit.record("pilots.stage", f"pilot:{pilot.id}", actor=actor, stage=pilot.stage)


def close(
    pilot: Pilot,
    *,
    outcome: str,
    result: str,
    lessons: str,
    after: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Close a pilot with its result. `pilot` is held.

    From here both sides can review each other, the draft of an example is there, the guidance
    has points for its certification, and in six months somebody else looks again.
    """
    if pilot.state != State.RUNNING or pilot.provider_id is None:
        raise DomainError(_("Only a running pilot can be closed."))
    if pilot.stage != STAGES[-1]:
        raise DomainError(_("Go through the stages first: a pilot that only began has no result."))
    if not db.session.scalar(select(LogLine.id).where(LogLine.pilot_id == pilot.id).limit(1)):
        raise DomainError(_("Write in the log what was done first."))
    if not (result.strip() and lessons.strip()):
        raise InvalidInputError(_("Say what came out of it and what others can learn."),
                                field="result")  # fmt: skip
    pilot.outcome, pilot.after = Outcome(outcome), " ".join(after.split())
    pilot.result, pilot.lessons = result.strip(), lessons.strip()
    pilot.state, pilot.ended_at = State.CLOSED, at
    pilot.follow_up_on = today(at) + relativedelta(months=MONTHS_LATER)
    db.session.flush()
    source = f"pilot:{pilot.id}"
    publish(
        AssignmentDone(
            source=source, provider_id=pilot.provider_id, person_id=pilot.leader_id,
            title=pilot.title, at=at,
        )
    )  # fmt: skip
    guide = db.session.scalar(
        select(Invitation.answered_by).where(
            Invitation.pilot_id == pilot.id, Invitation.state == InvitationState.CHOSEN
        )
    )
    if guide is not None:
        publish(
            PointsEarned(person_id=guide, source=source, kind="pilot", title=pilot.title, at=at)
        )
    publish(
        ExampleDrafted(
            source=source, title=pilot.title, organisation_id=pilot.organisation_id,
            person_id=pilot.leader_id, theme=pilot.theme, text=draft_of(pilot), at=at,
        )
    )  # fmt: skip
    _tell_closed(pilot)
    audit.record("pilots.closed", f"pilot:{pilot.id}", actor=actor)


def draft_of(pilot: Pilot) -> str:
    """Return the draft of an example, in the words of the pilot itself."""
    place = organisation_names([pilot.organisation_id]).get(pilot.organisation_id, "")
    parts = [
        (_("Organisation"), place),
        (_("Question"), pilot.question),
        (_("Guidance"), pilot.provider_name),
        (_("Result"), pilot.result),
        (pilot.measure, " → ".join(part for part in (pilot.before, pilot.after) if part)),
        (_("What others can learn"), pilot.lessons),
    ]
    return "\n\n".join(f"{title}\n{text}" for title, text in parts if text)


def _tell_closed(pilot: Pilot) -> None:
    title = pilot.title

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("The pilot is closed: %(title)s", title=title),
            (_("Tell how it was to work with each other: write a review."),),
            _("To the pilot"),
        )

    path = f"/proefprojecten/{pilot.id}"
    mails.tell_person(pilot.leader_id, words, path=path, key=f"closed:{pilot.id}")
    if pilot.provider_id is not None:
        guidance.tell(pilot.provider_id, words, path=path, key=f"pilot-closed:{pilot.id}")


def review_organisation(
    pilot: Pilot, scores: Mapping[str, int], text: str, *, actor: Actor, at: datetime
) -> None:
    """Let the guidance review the organisation, once. Raises NotFoundError for anybody else."""
    if Side.GUIDANCE not in guard.sides_of(actor, pilot):
        raise NotFoundError
    if guard.leads(actor, pilot):
        raise ForbiddenError(_("You cannot review yourself."))
    if pilot.state != State.CLOSED:
        raise DomainError(_("A review comes after the pilot is closed."))
    given = {key: scores.get(key, 0) for key in CRITERIA}
    if any(not LOWEST <= value <= HIGHEST for value in given.values()) or not text.strip():
        raise InvalidInputError(_("Give every part a score from 1 to 5, and say why."))
    made = db.session.scalar(
        insert(OrganisationReview)
        .values(
            pilot_id=pilot.id, scores=given, text=text.strip(), written_by=actor.id, written_at=at
        )
        .on_conflict_do_nothing(index_elements=["pilot_id"])
        .returning(OrganisationReview.id)
    )
    if made is None:
        raise DomainError(_("The review is written already."))
    audit.record("pilots.reviewed", f"pilot:{pilot.id}", actor=actor)


def follow_up(
    pilot: Pilot, *, in_use: str, story: str, now: str, actor: Actor, at: datetime
) -> None:
    """Write down what is left of a pilot after six months; by who had no part in it (k24)."""
    if pilot.state != State.CLOSED or pilot.follow_up_on is None:
        raise NotFoundError
    if guard.had_a_part(actor, pilot, today(at)):
        raise ForbiddenError(_("You had a part in this pilot. Somebody else looks at it."))
    if today(at) < pilot.follow_up_on:
        raise DomainError(_("It is too early: look six months after the end."))
    if not story.strip():
        raise InvalidInputError(_("Tell what you found."), field="story")
    made = db.session.scalar(
        insert(FollowUp)
        .values(
            pilot_id=pilot.id, in_use=Outcome(in_use), story=story.strip(),
            now=" ".join(now.split()), done_by=actor.id, done_at=at,
        )
        .on_conflict_do_nothing(index_elements=["pilot_id"])
        .returning(FollowUp.id)
    )  # fmt: skip
    if made is None:
        raise DomainError(_("Somebody looked at this pilot already."))
    audit.record("pilots.followed_up", f"pilot:{pilot.id}", actor=actor)


def remind(at: datetime) -> None:
    """Tell who looks back which pilots are due; once per pilot and person."""
    day = today(at)
    rows = db.session.scalars(
        select(Pilot)
        .outerjoin(FollowUp, FollowUp.pilot_id == Pilot.id)
        .where(
            Pilot.state == State.CLOSED,
            Pilot.follow_up_on <= day,
            Pilot.follow_up_on > day - relativedelta(days=14),
            FollowUp.id.is_(None),
        )
    )
    people = people_with(Role.PROGRAMME_MANAGER)
    for pilot in rows:
        title = pilot.title

        def words(*, title: str = title) -> tuple[str, tuple[str, ...], str]:
            return (
                _("Look again at a pilot: %(title)s", title=title),
                (_("It ended six months ago. Ask what is left of it and write it down."),),
                _("To the pilots to look at"),
            )

        mails.tell(people, words, path="/proefprojecten/terugblikken", key=f"due:{pilot.id}")
