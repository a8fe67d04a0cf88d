"""What the coordinator does: screen, ask, assign, advise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from learnenv.accounts.api import people_facts, people_with
from learnenv.areas.certification import conflicts, mails, trail
from learnenv.areas.certification.models import (
    Assessor,
    Assignment,
    AssignmentState,
    Decision,
    Dossier,
    Outcome,
    Question,
    Revision,
    State,
)
from learnenv.areas.certification.services import assessing, points
from learnenv.areas.certification.services.base import (
    BUSY,
    active,
    back_to_choosing,
    hold,
    move,
    rules_of,
)
from learnenv.areas.certification.services.letters import ask_letter, objection_term
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.errors import (
    DomainError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.taxonomy import THEMES, names

LONGEST = 6000


def _text(value: str, field: str, message: str) -> str:
    if not value.strip():
        raise InvalidInputError(message, field=field)
    return value.strip()[:LONGEST]


def ask(dossier_id: int, text: str, *, actor: Actor, at: datetime) -> Question:
    """Ask the applicant something; the clock stands still until the answer (Awb 4:5, 4:15)."""
    dossier = hold(dossier_id)
    conflicts.demand_independent(actor, dossier, today=today(at))
    clean = _text(text, "text", _("Write the question."))
    step = dossier.state
    newest = db.session.scalar(
        select(func.max(Revision.number)).where(Revision.dossier_id == dossier.id)
    )
    question = Question(
        dossier_id=dossier.id, step=step, text=clean, asked_at=at, asked_by=actor.id,
        revision=newest or 0, answer="",
    )  # fmt: skip
    db.session.add(question)
    db.session.flush()
    move(dossier, "ask", actor=actor, at=at, question=question.id)

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("A question about your application %(number)s", number=dossier.number),
            (
                clean,
                _("You can answer until %(date)s. Until then our time does not run.",
                  date=dossier.due_on),
            ),
            _("To the application"),
        )  # fmt: skip

    mails.tell_applicant(dossier, words, key=f"question:{question.id}")
    return question


def accept(dossier_id: int, *, note: str, actor: Actor, at: datetime) -> None:
    """Find a dossier complete: assessors can be chosen. `note` says how ambers were judged.

    A renewal with enough points takes the shorter path: no new assessment (f15).
    """
    dossier = hold(dossier_id)
    conflicts.demand_independent(actor, dossier, today=today(at))
    dossier.screened_by = actor.person_id
    step = "accept_short" if points.is_short_path(dossier, today(at)) else "accept"
    move(dossier, step, actor=actor, at=at, note=note.strip()[:LONGEST])


def set_aside(dossier_id: int, grounds: str, *, actor: Actor, at: datetime) -> Decision:
    """Leave an incomplete application aside after the applicant could complete it (Awb 4:5)."""
    dossier = hold(dossier_id)
    conflicts.demand_independent(actor, dossier, today=today(at))
    was_asked = db.session.scalar(
        select(Question.id)
        .where(Question.dossier_id == dossier.id, Question.step == State.SCREENING)
        .limit(1)
    )
    if was_asked is None:
        raise DomainError(_("Ask first: the applicant must be able to complete the dossier."))
    if dossier.state == State.SCREENING_WAITS and (dossier.due_on or date.max) >= today(at):
        raise DomainError(_("The applicant still has time to answer."))
    clean = _text(grounds, "grounds", _("Write the grounds."))
    dossier.screened_by = actor.person_id
    move(dossier, "set_aside", actor=actor, at=at)
    decision = Decision(
        dossier_id=dossier.id, number=next_decision(dossier.id), outcome=Outcome.SET_ASIDE,
        grounds=clean, conditions="", decided_at=at, decided_by=actor.id,
        objection_until=objection_term(at),
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    ask_letter(decision)
    return decision


def next_decision(dossier_id: int) -> int:
    """Return the number of the next decision in a dossier."""
    found = db.session.scalar(
        select(func.max(Decision.number)).where(Decision.dossier_id == dossier_id)
    )
    return (found or 0) + 1


# --- assessors -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An assessor, and what speaks for or against this one."""

    person_id: int
    name: str
    load: int
    most: int
    fits: tuple[str, ...]
    against: tuple[str, ...]
    """Why not; empty when the system proposes this assessor."""
    score: int


def candidates(dossier: Dossier, *, day: date) -> list[Candidate]:
    """Return the whole pool, best first: free of conflicts, then expertise, then load (f5)."""
    people = {p.person_id: p for p in people_with(Role.ASSESSOR)}
    pool = {
        a.person_id: a
        for a in db.session.scalars(select(Assessor).where(Assessor.person_id.in_(people)))
    }
    load = load_of(people)
    asked = set(
        db.session.scalars(select(Assignment.person_id).where(Assignment.dossier_id == dossier.id))
    )
    why_not = conflicts.reasons(people, dossier.party, today=day)
    found = []
    for person_id, person in people.items():
        profile = pool.get(person_id)
        against = list(why_not[person_id])
        if person_id in asked:
            against.append(_("was asked for this dossier already"))
        if person_id == dossier.screened_by:
            against.append(_("screened this dossier"))
        most = profile.most if profile else 4
        if profile is not None and not profile.is_available:
            against.append(_("is not available now"))
        elif load.get(person_id, 0) >= most:
            against.append(_("has as many dossiers as agreed"))
        fits, score = _fit(dossier, profile)
        found.append(
            Candidate(
                person_id=person_id,
                name=person.name,
                load=load.get(person_id, 0),
                most=most,
                fits=tuple(fits),
                against=tuple(against),
                score=score,
            )
        )
    return sorted(found, key=lambda c: (bool(c.against), -c.score, c.load / c.most, c.name))


def load_of(people: Iterable[int]) -> dict[int, int]:
    """Return how many dossiers each of these people works on."""
    rows = db.session.execute(
        select(Assignment.person_id, func.count())
        .where(Assignment.person_id.in_(list(people)), Assignment.state.in_(BUSY))
        .group_by(Assignment.person_id)
    )
    return {row[0]: row[1] for row in rows}


def _fit(dossier: Dossier, profile: Assessor | None) -> tuple[list[str], int]:
    if profile is None:
        return [], 0
    shared = [theme for theme in dossier.party.themes if theme in profile.themes]
    fits = names(shared, THEMES)
    score = 2 * len(shared)
    if dossier.party.kind in profile.kinds:
        fits.insert(0, _("knows this kind of application"))
        score += 3
    return fits, score


def assign(
    dossier_id: int, person_ids: Sequence[int], *, actor: Actor, at: datetime
) -> list[Assignment]:
    """Ask assessors; a conflict is refused with its reason. A third one comes the same way (f6)."""
    dossier = hold(dossier_id)
    conflicts.demand_independent(actor, dossier, today=today(at))
    third = dossier.state == State.ASSESSING
    if dossier.state != State.ASSIGNING and not (third and dossier.needs_third):
        raise DomainError(_("This is not possible any more: the dossier moved on. Look again."))
    known = {c.person_id: c for c in candidates(dossier, day=today(at))}
    chosen = list(dict.fromkeys(person_ids))
    if not chosen:
        raise InvalidInputError(_("Choose at least one assessor."), field="assessors")
    made = []
    for person_id in chosen:
        candidate = known.get(person_id)
        if candidate is None:
            raise InvalidInputError(_("Choose from the list of assessors."), field="assessors")
        if candidate.against:
            raise InvalidInputError(
                _("%(name)s cannot: %(why)s.", name=candidate.name,
                  why="; ".join(candidate.against)),
                field="assessors",
            )  # fmt: skip
        if person_id == actor.person_id:
            raise ForbiddenError(_("You cannot choose yourself."))
        row = Assignment(
            dossier_id=dossier.id, person_id=person_id, state=AssignmentState.ASKED,
            reasons=list(candidate.fits), asked_at=at, asked_by=actor.id,
        )  # fmt: skip
        db.session.add(row)
        made.append(row)
    db.session.flush()
    for row in made:
        trail.add(dossier, "assessor_asked", actor=actor, at=at, assessor=row.person_id)
    wanted = rules_of(dossier.scheme).assessors
    if not third and active(dossier.id) >= wanted:
        move(dossier, "start", actor=actor, at=at)
    _tell_assessors(dossier, made)
    return made


def _tell_assessors(dossier: Dossier, made: list[Assignment]) -> None:
    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Will you assess dossier %(number)s?", number=dossier.number),
            (
                _("Please look first whether you are independent, and say so."),
                _("The assessment is due on %(date)s.", date=dossier.due_on),
            ),
            _("To the dossier"),
        )

    for row in made:
        mails.tell(
            people_facts([row.person_id]).values(),
            words,
            path=f"/certificering/beoordelen/{dossier.number}",
            key=f"{dossier.number}:assign:{row.id}",
        )


def release(dossier_id: int, assignment_id: int, *, actor: Actor, at: datetime) -> None:
    """Take an assessor off: one who is not done, or one who turned out to be tied (P7).

    The scores of who is tied do not count any more; the dossier goes back to choosing.
    """
    dossier = hold(dossier_id)
    conflicts.demand_independent(actor, dossier, today=today(at))
    row = db.session.get(Assignment, assignment_id)
    if row is None or row.dossier_id != dossier.id:
        raise NotFoundError
    tied = conflicts.reasons([row.person_id], dossier.party, today=today(at))[row.person_id]
    is_done = row.state == AssignmentState.DONE
    if row.state not in BUSY and not (is_done and tied):
        raise DomainError(_("This assessor is done, or was taken off already."))
    if is_done and dossier.state not in (State.ASSESSING, State.ADVISING):
        raise DomainError(_("Ask who decides to send the dossier back first."))
    row.state = AssignmentState.CONFLICT if tied else AssignmentState.ENDED
    db.session.flush()
    trail.add(dossier, "assessor_released", actor=actor, at=at, assessor=row.person_id)
    back_to_choosing(dossier, actor=actor, at=at)
    assessing.go_on(dossier, actor=actor, at=at)


def advise(dossier_id: int, text: str, *, actor: Actor, at: datetime) -> None:
    """Write the advice to who decides."""
    dossier = hold(dossier_id)
    conflicts.demand_independent(actor, dossier, today=today(at))
    dossier.advice = _text(text, "text", _("Write the advice."))
    dossier.advised_by = actor.person_id
    move(dossier, "advise", actor=actor, at=at, advice=dossier.advice)

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Dossier %(number)s is ready for a decision", number=dossier.number),
            (_("The scores and the advice are there."),),
            _("To the dossier"),
        )

    free = [
        p
        for p in people_with(Role.DECISION_MAKER)
        if p.person_id not in conflicts.involved(dossier)
    ]
    mails.tell(
        free, words, path=f"/certificering/besluiten/{dossier.number}",
        key=f"{dossier.number}:advised:{at.isoformat()}",
    )  # fmt: skip
