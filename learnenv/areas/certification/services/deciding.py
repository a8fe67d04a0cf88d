"""Decisions and objections: by people who had no part in what came before (P7)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.accounts.api import people_facts, people_with
from learnenv.areas.certification import conflicts, mails, scoring, trail
from learnenv.areas.certification.models import (
    Complaint,
    Decision,
    Dossier,
    Objection,
    Outcome,
    State,
    Verdict,
)
from learnenv.areas.certification.services import assessing, register
from learnenv.areas.certification.services.base import hold, move, rules_of
from learnenv.areas.certification.services.handling import next_decision
from learnenv.areas.certification.services.letters import (
    ask_letter,
    objection_due,
    objection_term,
)
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.terms import last_day

LONGEST = 8000
COMPLAINT_DAYS = 42
"""Six weeks (Awb 9:11)."""


def _text(value: str, field: str, message: str) -> str:
    if not value.strip():
        raise InvalidInputError(message, field=field)
    return value.strip()[:LONGEST]


def result_of(dossier: Dossier) -> scoring.Result | None:
    """Return what the scores say; None when there are none yet."""
    levels = assessing.levels_of(dossier.id)
    return scoring.result(rules_of(dossier.scheme), levels) if levels else None


def decide(
    dossier_id: int,
    outcome: Outcome,
    *,
    grounds: str,
    conditions: str = "",
    actor: Actor,
    at: datetime,
) -> Decision:
    """Decide on a dossier: granted, granted with conditions, or refused; always with grounds.

    Raises ForbiddenError for who assessed, advised or screened, and for who is not independent.
    """
    dossier = hold(dossier_id)
    conflicts.demand_four_eyes(actor, dossier)
    conflicts.demand_independent(actor, dossier, today=today(at))
    if outcome in (Outcome.SET_ASIDE, Outcome.REOPENED):
        raise InvalidInputError(_("Choose an outcome."), field="outcome")
    why = _text(grounds, "grounds", _("Write the grounds of the decision."))
    if outcome == Outcome.CONDITIONS:
        conditions = _text(conditions, "conditions", _("Write the conditions."))
    found = result_of(dossier)
    if found is None and dossier.kind == "first":
        raise DomainError(_("There are no scores to decide on."))
    move(
        dossier, "refuse" if outcome == Outcome.REFUSED else "grant", actor=actor, at=at,
        outcome=outcome.value, percent=found.percent if found else None,
    )  # fmt: skip
    decision = _store(
        dossier, outcome, why, conditions, actor=actor, at=at,
        percent=found.percent if found else None,
    )  # fmt: skip
    if outcome != Outcome.REFUSED:
        register.enter(dossier, reason=f"decision {dossier.number}", actor=actor, at=at)
    return decision


def _store(
    dossier: Dossier,
    outcome: Outcome,
    grounds: str,
    conditions: str,
    *,
    actor: Actor,
    at: datetime,
    percent: int | None = None,
    objection_id: int | None = None,
) -> Decision:
    decision = Decision(
        dossier_id=dossier.id,
        number=next_decision(dossier.id),
        outcome=outcome,
        grounds=grounds,
        conditions=conditions.strip()[:LONGEST],
        percent=percent,
        decided_at=at,
        decided_by=actor.id,
        objection_until=objection_term(at),
        objection_id=objection_id,
    )
    db.session.add(decision)
    db.session.flush()
    ask_letter(decision)
    return decision


def send_back(dossier_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Ask the coordinator for a better advice before deciding."""
    dossier = hold(dossier_id)
    conflicts.demand_four_eyes(actor, dossier)
    conflicts.demand_independent(actor, dossier, today=today(at))
    why = _text(reason, "reason", _("Say why."))
    move(dossier, "send_back", actor=actor, at=at, reason=why)


def last_decision(dossier_id: int) -> Decision | None:
    """Return the newest decision in a dossier."""
    return db.session.scalar(
        select(Decision)
        .where(Decision.dossier_id == dossier_id)
        .order_by(Decision.number.desc())
        .limit(1)
    )


# --- objection -----------------------------------------------------------------------------------


def object_to(dossier_id: int, text: str, *, actor: Actor, at: datetime) -> Objection:
    """Object to the last decision (Awb 6:4). A late one is taken in and marked: who handles it
    judges whether the delay can be excused (Awb 6:11)."""  # noqa: D205, D209
    dossier = hold(dossier_id)
    decision = last_decision(dossier.id)
    if decision is None:
        raise DomainError(_("There is no decision to object to."))
    if decision.objection_id is not None:
        raise DomainError(_("This is the decision on your objection. You can appeal to the court."))
    if objection_to(decision.id) is not None:
        raise DomainError(_("You objected to this decision already."))
    clean = _text(text, "text", _("Write why you do not agree."))
    day = today(at)
    made = Objection(
        dossier_id=dossier.id,
        decision_id=decision.id,
        text=clean,
        made_at=at,
        made_by=actor.id,
        is_late=day > decision.objection_until,
        due_on=objection_due(max(day, decision.objection_until)),
        hearing="",
        grounds="",
    )
    db.session.add(made)
    db.session.flush()
    trail.add(dossier, "objected", actor=actor, at=at, decision=decision.number)

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Objection in dossier %(number)s", number=dossier.number),
            (_("Choose somebody who had no part in this dossier."),),
            _("To the dossier"),
        )

    mails.tell(
        people_with(Role.COORDINATOR), words,
        path=f"/certificering/coordinatie/{dossier.number}",
        key=f"{dossier.number}:objection:{made.id}",
    )  # fmt: skip
    return made


def objection_to(decision_id: int) -> Objection | None:
    """Return the objection to a decision."""
    return db.session.scalar(select(Objection).where(Objection.decision_id == decision_id))


def _barred(dossier: Dossier) -> dict[int, str]:
    """Return who may not handle an objection here, and why (Awb 7:5, 10:3)."""
    found = conflicts.involved(dossier)
    for person in db.session.scalars(
        select(Decision.decided_by).where(Decision.dossier_id == dossier.id)
    ):
        found[person] = _("decided on this dossier")
    return found


def handlers(dossier: Dossier, *, at: datetime) -> list[tuple[int, str, tuple[str, ...]]]:
    """Return who could handle an objection: id, name, and what is against it."""
    people = people_with(Role.DECISION_MAKER)
    barred = _barred(dossier)
    why = conflicts.reasons([p.person_id for p in people], dossier.party, today=today(at))
    found = []
    for person in people:
        against = list(why[person.person_id])
        if person.person_id in barred:
            against.insert(0, barred[person.person_id])
        found.append((person.person_id, person.name, tuple(against)))
    return sorted(found, key=lambda one: (bool(one[2]), one[1]))


def appoint(
    dossier_id: int, objection_id: int, person_id: int, *, actor: Actor, at: datetime
) -> None:
    """Appoint who handles an objection: nobody who had a part in the dossier (f14)."""
    dossier = hold(dossier_id)
    conflicts.demand_independent(actor, dossier, today=today(at))
    objection = _objection(dossier, objection_id)
    listed = {one[0]: one for one in handlers(dossier, at=at)}
    if person_id not in listed:
        raise InvalidInputError(_("Choose from the list."), field="person")
    _person, name, against = listed[person_id]
    if against:
        raise InvalidInputError(
            _("%(name)s cannot: %(why)s.", name=name, why="; ".join(against)), field="person"
        )
    objection.handler_id = person_id
    db.session.flush()
    trail.add(dossier, "objection_appointed", actor=actor, at=at, handler=person_id)

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Will you handle the objection in dossier %(number)s?", number=dossier.number),
            (_("The decision on the objection is due on %(date)s.", date=objection.due_on),),
            _("To the dossier"),
        )

    mails.tell(
        people_facts([person_id]).values(), words,
        path=f"/certificering/besluiten/{dossier.number}",
        key=f"{dossier.number}:objection-handler:{objection.id}:{person_id}",
    )  # fmt: skip


def _objection(dossier: Dossier, objection_id: int) -> Objection:
    found = db.session.get(Objection, objection_id, populate_existing=True)
    if found is None or found.dossier_id != dossier.id:
        raise NotFoundError
    if found.verdict:
        raise DomainError(_("This objection was decided already."))
    return found


def decide_objection(
    dossier_id: int,
    objection_id: int,
    verdict: Verdict,
    *,
    hearing: str,
    grounds: str,
    outcome: Outcome | None = None,
    conditions: str = "",
    actor: Actor,
    at: datetime,
) -> Decision:
    """Decide on an objection; a founded one takes the place of the decision (Awb 7:11).

    Raises ForbiddenError for anybody but the one appointed, and for who is not independent any
    more.
    """
    dossier = hold(dossier_id)
    objection = _objection(dossier, objection_id)
    if objection.handler_id != actor.person_id:
        raise NotFoundError
    if actor.person_id in _barred(dossier):
        raise ForbiddenError(
            _("Somebody else must decide: you %(part)s.", part=_barred(dossier)[actor.id])
        )
    conflicts.demand_independent(actor, dossier, today=today(at))
    heard = _text(
        hearing, "hearing", _("Write what was said at the hearing, or why there was none.")
    )
    why = _text(grounds, "grounds", _("Write the grounds of the decision."))
    old = db.session.get_one(Decision, objection.decision_id)
    new = Outcome(old.outcome)
    if verdict == Verdict.FOUNDED:
        new = _founded(dossier, old, outcome, conditions, actor=actor, at=at)
    objection.verdict, objection.hearing = verdict, heard
    objection.grounds, objection.decided_at = why, at
    db.session.flush()
    trail.add(dossier, "objection_decided", actor=actor, at=at, verdict=verdict.value)
    decision = _store(
        dossier, new, why,
        conditions if verdict == Verdict.FOUNDED else old.conditions,
        actor=actor, at=at, percent=old.percent, objection_id=objection.id,
    )  # fmt: skip
    is_new = old.outcome == Outcome.REFUSED and not register.is_running(dossier.party_id, today(at))
    if verdict == Verdict.FOUNDED and is_new:  # certified meanwhile: nothing to add
        register.enter(dossier, reason=f"objection {dossier.number}", actor=actor, at=at)
    return decision


def _founded(
    dossier: Dossier,
    old: Decision,
    outcome: Outcome | None,
    conditions: str,
    *,
    actor: Actor,
    at: datetime,
) -> Outcome:
    if old.outcome == Outcome.SET_ASIDE:
        move(dossier, "reopen_on_objection", actor=actor, at=at)
        return Outcome.REOPENED
    if outcome not in (Outcome.GRANTED, Outcome.CONDITIONS):
        raise InvalidInputError(
            _("Say what the new decision is: granted, or granted with conditions."),
            field="outcome",
        )
    if outcome == Outcome.CONDITIONS:
        _text(conditions, "conditions", _("Write the conditions."))
    move(dossier, "grant_on_objection", actor=actor, at=at)
    return outcome


# --- complaint -----------------------------------------------------------------------------------


def complain(dossier_id: int, text: str, *, actor: Actor, at: datetime) -> Complaint:
    """Complain about how one was treated (Awb 9:4); this is no objection."""
    dossier = hold(dossier_id)
    made = Complaint(
        dossier_id=dossier.id,
        text=_text(text, "text", _("Write what happened.")),
        made_at=at,
        made_by=actor.id,
        due_on=last_day(at, COMPLAINT_DAYS),
        answer="",
    )
    db.session.add(made)
    db.session.flush()
    trail.add(dossier, "complained", actor=actor, at=at, complaint=made.id)
    return made


def answer_complaint(
    dossier_id: int, complaint_id: int, text: str, *, actor: Actor, at: datetime
) -> None:
    """Answer a complaint; not by who had a part in the dossier (Awb 9:7)."""
    dossier = hold(dossier_id)
    found = db.session.get(Complaint, complaint_id)
    if found is None or found.dossier_id != dossier.id:
        raise NotFoundError
    if found.answered_at is not None:
        raise DomainError(_("This complaint was answered already."))
    if actor.id in _barred(dossier):
        raise ForbiddenError(
            _("Somebody else must answer: you %(part)s.", part=_barred(dossier)[actor.id])
        )
    conflicts.demand_independent(actor, dossier, today=today(at))
    found.answer = _text(text, "answer", _("Write an answer."))
    found.answered_at, found.answered_by = at, actor.person_id
    db.session.flush()
    trail.add(dossier, "complaint_answered", actor=actor, at=at, complaint=found.id)

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Answer to your complaint in dossier %(number)s", number=dossier.number),
            (_("Our answer is on the page of your application. Do you not agree? Then you can"
               " go to the National Ombudsman."),),
            _("Read the answer"),
        )  # fmt: skip

    mails.tell_applicant(dossier, words, key=f"complaint:{found.id}")


def is_closed(dossier: Dossier) -> bool:
    """Whether a dossier came to an end that a decision made."""
    return dossier.state in (State.GRANTED, State.REFUSED, State.SET_ASIDE)
