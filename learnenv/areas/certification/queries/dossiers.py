"""One dossier, for each who may see it; for anybody else it does not exist (P3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from learnenv.areas.certification import conflicts
from learnenv.areas.certification.models import (
    Assignment,
    AssignmentState,
    Complaint,
    Decision,
    Dossier,
    Evidence,
    Interview,
    Letter,
    Member,
    Objection,
    Party,
    Question,
    Registration,
    Revision,
    State,
    TrailLine,
)
from learnenv.areas.certification.services.parties import acts_for
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor


def _base(number: str) -> Select[Dossier]:
    return (
        select(Dossier)
        .options(joinedload(Dossier.party), joinedload(Dossier.scheme))
        .where(Dossier.number == number)
    )


def _found(query: Select[Dossier]) -> Dossier:
    dossier = db.session.scalar(query)
    if dossier is None:
        raise NotFoundError
    return dossier


def _own(actor: Actor) -> Select[int]:
    return select(Member.party_id).where(acts_for(actor))


def for_applicant(actor: Actor, number: str) -> Dossier:
    """Return a dossier the actor works on. Raises NotFoundError."""
    return _found(_base(number).where(Dossier.party_id.in_(_own(actor))))


def for_coordinator(actor: Actor, number: str) -> Dossier:
    """Return a dossier that was handed in: a draft is the applicant's own.

    For who assesses it, or is not independent, it does not exist here (P7).
    """
    dossier = _found(_base(number).where(Dossier.submitted_at.is_not(None)))
    assesses = db.session.scalar(
        select(Assignment.id).where(
            Assignment.dossier_id == dossier.id, Assignment.person_id == actor.id
        )
    )
    if (
        assesses is not None
        or conflicts.reasons([actor.id], dossier.party, today=today())[actor.id]
    ):
        raise NotFoundError
    return dossier


def for_assessor(actor: Actor, number: str) -> tuple[Dossier, Assignment]:
    """Return a dossier and the actor's work on it. Raises NotFoundError."""
    dossier = _found(_base(number))
    row = db.session.scalar(
        select(Assignment).where(
            Assignment.dossier_id == dossier.id,
            Assignment.person_id == actor.id,
            Assignment.state.in_(
                [AssignmentState.ASKED, AssignmentState.INDEPENDENT, AssignmentState.DONE]
            ),
        )
    )
    if row is None:
        raise NotFoundError
    return dossier, row


def for_decider(actor: Actor, number: str) -> Dossier:
    """Return a dossier to decide on, one the actor decided on, or one whose objection is his.

    Who had a part in it, or is not independent, does not find it here (P7).
    """
    dossier = _found(_base(number))
    if actor.id in conflicts.handled(dossier):
        return dossier
    decided = db.session.scalar(
        select(Decision.id).where(
            Decision.dossier_id == dossier.id, Decision.decided_by == actor.id
        )
    )
    if decided is not None:
        return dossier
    if dossier.state != State.DECIDING or actor.id in conflicts.involved(dossier):
        raise NotFoundError
    if conflicts.reasons([actor.id], dossier.party, today=today())[actor.id]:
        raise NotFoundError
    return dossier


# --- parts ---------------------------------------------------------------------------------------


def evidence(dossier: Dossier, evidence_id: int) -> Evidence:
    """Return a piece of evidence of this dossier. Raises NotFoundError."""
    found = db.session.get(Evidence, evidence_id)
    if found is None or found.dossier_id != dossier.id:
        raise NotFoundError
    return found


def handed_in(dossier: Dossier) -> tuple[dict[str, Any], list[Evidence]]:
    """Return answers and evidence as they were last handed in: what staff look at.

    What an applicant is changing now, or took out before handing in, is not among it.
    """
    last = revisions(dossier.id)[-1]
    ids = [int(mark["id"]) for mark in last.evidence]
    rows = db.session.scalars(select(Evidence).where(Evidence.id.in_(ids)).order_by(Evidence.id))
    return dict(last.answers), list(rows)


def evidence_handed_in(dossier: Dossier, evidence_id: int) -> Evidence:
    """Return evidence that stands in some revision. Raises NotFoundError."""
    known = {int(mark["id"]) for one in revisions(dossier.id) for mark in one.evidence}
    if evidence_id not in known:
        raise NotFoundError
    return evidence(dossier, evidence_id)


def revisions(dossier_id: int) -> list[Revision]:
    """Return what was handed in, oldest first."""
    return list(
        db.session.scalars(
            select(Revision).where(Revision.dossier_id == dossier_id).order_by(Revision.number)
        )
    )


def questions(dossier_id: int) -> list[Question]:
    """Return the questions to the applicant, newest first."""
    return list(
        db.session.scalars(
            select(Question).where(Question.dossier_id == dossier_id).order_by(Question.id.desc())
        )
    )


def trail(dossier_id: int) -> list[TrailLine]:
    """Return the whole trail, oldest first."""
    return list(
        db.session.scalars(
            select(TrailLine).where(TrailLine.dossier_id == dossier_id).order_by(TrailLine.number)
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision, whether its letter is made, and the objection to it."""

    decision: Decision
    has_letter: bool
    objection: Objection | None


def decisions(dossier_id: int) -> list[Decided]:
    """Return the decisions in a dossier, newest first."""
    rows = db.session.execute(
        select(Decision, Letter.decision_id, Objection)
        .outerjoin(Letter, Letter.decision_id == Decision.id)
        .outerjoin(Objection, Objection.decision_id == Decision.id)
        .where(Decision.dossier_id == dossier_id)
        .order_by(Decision.number.desc())
    )
    return [Decided(decision=d, has_letter=made is not None, objection=o) for d, made, o in rows]


def letter(dossier_id: int, number: int) -> Letter:
    """Return the letter of a decision. Raises NotFoundError while it is not made."""
    from sqlalchemy.orm import undefer

    found = db.session.scalar(
        select(Letter)
        .options(undefer(Letter.data))
        .join(Decision, Decision.id == Letter.decision_id)
        .where(Decision.dossier_id == dossier_id, Decision.number == number)
    )
    if found is None:
        raise NotFoundError
    return found


def complaints(dossier_id: int) -> list[Complaint]:
    """Return the complaints in a dossier, newest first."""
    return list(
        db.session.scalars(
            select(Complaint)
            .where(Complaint.dossier_id == dossier_id)
            .order_by(Complaint.id.desc())
        )
    )


def assignments(dossier_id: int) -> list[Assignment]:
    """Return everybody who was asked to assess, in order."""
    return list(
        db.session.scalars(
            select(Assignment).where(Assignment.dossier_id == dossier_id).order_by(Assignment.id)
        )
    )


def interviews(dossier_id: int) -> list[Interview]:
    """Return the times that were offered and not cancelled, in order."""
    return list(
        db.session.scalars(
            select(Interview)
            .where(Interview.dossier_id == dossier_id, Interview.cancelled_at.is_(None))
            .order_by(Interview.starts_at)
        )
    )


# --- what is one's own ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnParty:
    """A party the actor acts for, its dossiers newest first, and its place in the register."""

    party: Party
    dossiers: list[Dossier]
    registration: Registration | None

    @property
    def open_dossier(self) -> Dossier | None:
        """The dossier that still runs."""
        ended = {State.GRANTED, State.REFUSED, State.SET_ASIDE, State.WITHDRAWN}
        return next((d for d in self.dossiers if d.state not in ended), None)

    @property
    def is_waiting(self) -> bool:
        """Whether the applicant has to do something now: those come first."""
        state = self.open_dossier.state if self.open_dossier else ""
        return state in {State.DRAFT, State.SCREENING_WAITS, State.ASSESSING_WAITS}


def own_parties(actor: Actor) -> list[OwnParty]:
    """Return everything the actor acts for; three queries."""
    parties = db.session.scalars(
        select(Party).where(Party.id.in_(_own(actor))).order_by(Party.name, Party.id)
    ).all()
    ids = [party.id for party in parties]
    dossiers: dict[int, list[Dossier]] = {key: [] for key in ids}
    for dossier in db.session.scalars(
        select(Dossier)
        .options(joinedload(Dossier.scheme), joinedload(Dossier.party))
        .where(Dossier.party_id.in_(ids))
        .order_by(Dossier.id.desc())
    ):
        dossiers[dossier.party_id].append(dossier)
    entries = {
        entry.party_id: entry
        for entry in db.session.scalars(
            select(Registration)
            .options(joinedload(Registration.scheme), joinedload(Registration.party))
            .where(Registration.party_id.in_(ids))
        )
    }
    found = [
        OwnParty(party=p, dossiers=dossiers[p.id], registration=entries.get(p.id)) for p in parties
    ]
    return sorted(found, key=lambda one: (not one.is_waiting, one.open_dossier is None))


def own_party(actor: Actor, party_id: int) -> Party:
    """Return a party the actor acts for. Raises NotFoundError."""
    found = db.session.scalar(select(Party).where(Party.id == party_id, Party.id.in_(_own(actor))))
    if found is None:
        raise NotFoundError
    return found


def own_registration(actor: Actor, number: str) -> Registration:
    """Return an entry of a party the actor acts for. Raises NotFoundError."""
    found = db.session.scalar(
        select(Registration)
        .options(joinedload(Registration.scheme), joinedload(Registration.party))
        .where(Registration.number == number, Registration.party_id.in_(_own(actor)))
    )
    if found is None:
        raise NotFoundError
    return found


def members(party_id: int) -> list[Member]:
    """Return who acts for a party."""
    return list(
        db.session.scalars(select(Member).where(Member.party_id == party_id).order_by(Member.id))
    )
