"""Work lists: late first, always the same number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from learnenv.areas.certification import life
from learnenv.areas.certification.models import (
    Assessor,
    Assignment,
    AssignmentState,
    Complaint,
    Decision,
    Dossier,
    Ending,
    Invitation,
    Objection,
    Party,
    PublicQuestion,
    Registration,
    State,
)
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Actor
from learnenv.kernel.search import folded

PER_PAGE = 25
MOST_FOUND = 500
"""Parties that a search looks at: who finds more uses other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPage:
    """A page of a list of dossiers."""

    dossiers: list[Dossier]
    total: int
    counts: dict[str, int]
    """Running dossiers by state."""
    late: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // PER_PAGE)


def coordinator_list(*, state: str, text: str, page: int, day: date) -> DossierPage:
    """Return handed-in dossiers, late first; `state` "" for all that run, "late" for late ones."""
    running = db.session.execute(
        select(Dossier.state, func.count(), func.count().filter(Dossier.due_on < day))
        .where(Dossier.state.in_(life.RUNNING))
        .group_by(Dossier.state)
    ).all()
    counts = {row[0]: row[1] for row in running}
    late = sum(row[2] for row in running)
    where = _asked_for(state, text, day)
    if text or state in life.ENDED:
        total = db.session.scalar(select(func.count()).select_from(Dossier).where(*where)) or 0
    else:  # counted already
        total = late if state == "late" else counts.get(state, 0) if state else sum(counts.values())
    found = db.session.scalars(
        select(Dossier)
        .options(joinedload(Dossier.party), selectinload(Dossier.scheme))
        .where(*where)
        .order_by(*((Dossier.due_on, Dossier.id) if _runs(state, text) else (Dossier.id.desc(),)))
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return DossierPage(dossiers=list(found), total=total, counts=counts, late=late)


def _runs(state: str, text: str) -> bool:
    """Whether only running dossiers are asked: all of them have a last day, so an index sorts."""
    return state not in life.ENDED and not text


def _asked_for(state: str, text: str, day: date) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if state == "late":
        where.append(Dossier.due_on < day)
    elif state:
        where.append(Dossier.state == state)
    elif not text:
        where += [Dossier.due_on.is_not(None), Dossier.state != State.DRAFT]
    if text:
        like = f"%{_escaped(folded(text))}%"
        named = db.session.scalars(
            select(Party.id).where(Party.search.like(like, escape="\\")).limit(MOST_FOUND)
        ).all()
        where += [
            Dossier.submitted_at.is_not(None),
            or_(Dossier.number == text.strip().upper(), Dossier.party_id.in_(named)),
        ]
    return where


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """What waits besides dossiers, for the head of the coordinator's page."""

    objections: list[tuple[Objection, Dossier]]
    complaints: list[tuple[Complaint, Dossier]]
    questions: int


def coordinator_todo() -> ToDo:
    """Return open objections and complaints, first due first, and how many questions wait."""
    objections = db.session.execute(
        select(Objection, Dossier)
        .join(Dossier, Dossier.id == Objection.dossier_id)
        .where(Objection.verdict == "")
        .order_by(Objection.due_on)
        .limit(PER_PAGE)
    ).all()
    complaints = db.session.execute(
        select(Complaint, Dossier)
        .join(Dossier, Dossier.id == Complaint.dossier_id)
        .where(Complaint.answered_at.is_(None))
        .order_by(Complaint.due_on)
        .limit(PER_PAGE)
    ).all()
    waiting = db.session.scalar(
        select(func.count()).select_from(PublicQuestion).where(PublicQuestion.answered_at.is_(None))
    )
    return ToDo(
        objections=[(row[0], row[1]) for row in objections],
        complaints=[(row[0], row[1]) for row in complaints],
        questions=waiting or 0,
    )


def assessor_list(actor: Actor) -> list[Assignment]:
    """Return what an assessor has to do, first due first; done work is not in it."""
    return list(
        db.session.scalars(
            select(Assignment)
            .join(Dossier, Dossier.id == Assignment.dossier_id)
            .options(
                joinedload(Assignment.dossier).selectinload(Dossier.scheme),
                joinedload(Assignment.dossier).joinedload(Dossier.party),
            )
            .where(
                Assignment.person_id == actor.id,
                Assignment.state.in_([AssignmentState.ASKED, AssignmentState.INDEPENDENT]),
            )
            .order_by(Dossier.due_on, Dossier.id)
            .limit(PER_PAGE * 4)
        )
    )


def decider_list(actor: Actor) -> list[Dossier]:
    """Return dossiers that wait for a decision and in which the actor had no part."""
    mine = aliased(Assignment)
    return list(
        db.session.scalars(
            select(Dossier)
            .options(joinedload(Dossier.party), selectinload(Dossier.scheme))
            .where(
                Dossier.state == State.DECIDING,
                or_(Dossier.advised_by.is_(None), Dossier.advised_by != actor.id),
                or_(Dossier.screened_by.is_(None), Dossier.screened_by != actor.id),
                ~exists().where(and_(mine.dossier_id == Dossier.id, mine.person_id == actor.id)),
            )
            .order_by(Dossier.due_on, Dossier.id)
            .limit(PER_PAGE)
        )
    )


def objections_of(actor: Actor) -> list[tuple[Objection, Dossier]]:
    """Return the objections the actor handles, first due first."""
    rows = db.session.execute(
        select(Objection, Dossier)
        .join(Dossier, Dossier.id == Objection.dossier_id)
        .options(joinedload(Dossier.party), selectinload(Dossier.scheme))
        .where(Objection.handler_id == actor.id, Objection.verdict == "")
        .order_by(Objection.due_on)
    ).all()
    return [(row[0], row[1]) for row in rows]


def endings() -> list[tuple[Ending, Registration]]:
    """Return withdrawals that wait for a second person."""
    rows = db.session.execute(
        select(Ending, Registration)
        .join(Registration, Registration.id == Ending.registration_id)
        .options(joinedload(Registration.party))
        .order_by(Ending.proposed_at)
    ).all()
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryLine:
    """A party that is known, and how far it is."""

    party: Party
    invitation: Invitation | None


def inventory(*, kind: str, text: str, page: int) -> tuple[list[InventoryLine], int]:
    """Return parties that are not certified and have no dossier yet (k15), and how many."""
    where: list[ColumnElement[bool]] = [Party.has_dossier.is_(False)]
    if kind:
        where.append(Party.kind == kind)
    if text:
        where.append(Party.search.like(f"%{_escaped(folded(text))}%", escape="\\"))
    total = db.session.scalar(select(func.count()).select_from(Party).where(*where)) or 0
    newest = (
        select(func.max(Invitation.id))
        .where(Invitation.party_id == Party.id)
        .correlate(Party)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Party, Invitation)
        .outerjoin(Invitation, Invitation.id == newest)
        .where(*where)
        .order_by(Party.name, Party.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return [InventoryLine(party=row[0], invitation=row[1]) for row in rows], total


def assessors() -> dict[int, Assessor]:
    """Return the profiles of the pool by person."""
    return {row.person_id: row for row in db.session.scalars(select(Assessor))}


def public_questions(kind: str) -> list[PublicQuestion]:
    """Return the answered questions about a scheme, newest first (f19)."""
    return list(
        db.session.scalars(
            select(PublicQuestion)
            .where(PublicQuestion.kind == kind, PublicQuestion.answered_at.is_not(None))
            .order_by(PublicQuestion.answered_at.desc())
            .limit(100)
        )
    )


def waiting_questions() -> list[PublicQuestion]:
    """Return questions about schemes that wait for an answer, oldest first."""
    return list(
        db.session.scalars(
            select(PublicQuestion)
            .where(PublicQuestion.answered_at.is_(None))
            .order_by(PublicQuestion.id)
            .limit(100)
        )
    )


def decided_by(actor: Actor) -> list[tuple[Decision, Dossier]]:
    """Return the last decisions of the actor."""
    rows = db.session.execute(
        select(Decision, Dossier)
        .join(Dossier, Dossier.id == Decision.dossier_id)
        .options(joinedload(Dossier.party), selectinload(Dossier.scheme))
        .where(Decision.decided_by == actor.id)
        .order_by(Decision.id.desc())
        .limit(PER_PAGE)
    ).all()
    return [(row[0], row[1]) for row in rows]
