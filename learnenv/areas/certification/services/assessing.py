"""What an assessor does: declare independence, give levels, and hand the scores in."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.areas.certification import conflicts, scoring, trail
from learnenv.areas.certification.models import (
    Assignment,
    AssignmentState,
    Dossier,
    Interview,
    PairFigure,
    Relation,
    RelationKind,
    Score,
    State,
)
from learnenv.areas.certification.models.assessing import MOST_LEVEL
from learnenv.areas.certification.services.base import (
    active,
    back_to_choosing,
    hold,
    move,
    rules_of,
)
from learnenv.kernel.clock import today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor

LONGEST = 3000
WITHOUT_THIRD = 2
"""As many assessors as look at first; one more settles a large spread."""


def assignment_of(actor: Actor, dossier_id: int) -> Assignment:
    """Return the actor's work on a dossier. Raises NotFoundError when there is none."""
    found = db.session.scalar(
        select(Assignment).where(
            Assignment.dossier_id == dossier_id,
            Assignment.person_id == actor.id,
            Assignment.state.in_(
                [AssignmentState.ASKED, AssignmentState.INDEPENDENT, AssignmentState.DONE]
            ),
        )
    )
    if found is None:
        raise NotFoundError
    return found


def declare(dossier_id: int, *, independent: bool, text: str, actor: Actor, at: datetime) -> None:
    """Declare independence in one dossier, or say that there is a conflict."""
    dossier = hold(dossier_id)
    row = assignment_of(actor, dossier.id)
    if row.state == AssignmentState.DONE:
        raise DomainError(_("You handed your scores in already."))
    row.declared_at, row.declaration = at, text.strip()[:LONGEST]
    if independent:
        conflicts.demand_independent(actor, dossier, today=today(at))
        row.state = AssignmentState.INDEPENDENT
        trail.add(dossier, "declared_independent", actor=actor, at=at)
        return
    if not text.strip():
        raise InvalidInputError(_("Say what stands in the way."), field="text")
    row.state = AssignmentState.CONFLICT
    db.session.execute(
        insert(Relation)
        .values(
            person_id=actor.id, party_id=dossier.party_id, kind=RelationKind.PRIVATE,
            note=text.strip()[:300], told_at=at, told_by=actor.id,
        )
        .on_conflict_do_nothing(index_elements=["person_id", "party_id", "kind"])
    )  # fmt: skip
    trail.add(dossier, "declared_conflict", actor=actor, at=at)
    back_to_choosing(dossier, actor=actor, at=at)
    go_on(dossier, actor=actor, at=at)


def _working(dossier: Dossier, actor: Actor, at: datetime) -> Assignment:
    row = assignment_of(actor, dossier.id)
    if row.state == AssignmentState.ASKED:
        raise DomainError(_("Declare your independence first."))
    if row.state == AssignmentState.DONE:
        raise DomainError(_("You handed your scores in already."))
    if dossier.state != State.ASSESSING:
        raise DomainError(
            _("The dossier waits: for an answer of the applicant, or for another assessor.")
        )
    conflicts.demand_independent(actor, dossier, today=today(at))
    return row


def score(
    dossier_id: int, criterion: str, level: int, note: str, *, actor: Actor, at: datetime
) -> None:
    """Keep a level (1 to 4) on a criterion; it can change until the scores are handed in."""
    dossier = hold(dossier_id)
    row = _working(dossier, actor, at)
    if rules_of(dossier.scheme).criterion(criterion) is None:
        raise NotFoundError
    if not 1 <= level <= MOST_LEVEL:
        raise InvalidInputError(_("Choose a level."), field="level")
    values = {"level": level, "note": note.strip()[:LONGEST], "at": at}
    statement = insert(Score).values(assignment_id=row.id, criterion=criterion, **values)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["assignment_id", "criterion"], set_=values)
    )


def scores_of(assignment_id: int) -> dict[str, Score]:
    """Return the levels of one assessor by criterion."""
    rows = db.session.scalars(select(Score).where(Score.assignment_id == assignment_id))
    return {row.criterion: row for row in rows}


def hand_in(dossier_id: int, summary: str, *, actor: Actor, at: datetime) -> None:
    """Hand the scores in, for good. When all are in: a third assessor, or on to the advice."""
    dossier = hold(dossier_id)
    row = _working(dossier, actor, at)
    rules, given = rules_of(dossier.scheme), scores_of(row.id)
    missing = [c.title for c in rules.criteria if c.key not in given]
    if missing:
        raise InvalidInputError(
            _("Give a level for: %(list)s.", list="; ".join(missing)), field="summary"
        )
    bare = [c.title for c in rules.criteria if not given[c.key].note]
    if bare:
        raise InvalidInputError(_("Say why, for: %(list)s.", list="; ".join(bare)), field="summary")
    if not summary.strip():
        raise InvalidInputError(_("Write your conclusion."), field="summary")
    if rules.interview == "required" and not interview_held(dossier.id):
        raise DomainError(_("The interview must be held, and its report written, first."))
    row.state, row.done_at = AssignmentState.DONE, at
    row.summary = summary.strip()[:LONGEST]
    db.session.flush()
    levels = {key: one.level for key, one in given.items()}
    trail.add(dossier, "scored", actor=actor, at=at, levels=levels)
    go_on(dossier, actor=actor, at=at)


def interview_held(dossier_id: int) -> bool:
    """Whether an interview was held and reported."""
    return (
        db.session.scalar(
            select(Interview.id).where(
                Interview.dossier_id == dossier_id, Interview.held_at.is_not(None)
            )
        )
        is not None
    )


def all_scores(dossier_id: int) -> list[tuple[Assignment, dict[str, Score]]]:
    """Return every handed-in assessment with its levels, in the order of asking.

    For who advises and decides. An assessor sees those of others only when all are in (f6).
    """
    done = db.session.scalars(
        select(Assignment)
        .where(Assignment.dossier_id == dossier_id, Assignment.state == AssignmentState.DONE)
        .order_by(Assignment.id)
    ).all()
    rows = db.session.scalars(select(Score).where(Score.assignment_id.in_([a.id for a in done])))
    found: dict[int, dict[str, Score]] = {assignment.id: {} for assignment in done}
    for row in rows:
        found[row.assignment_id][row.criterion] = row
    return [(assignment, found[assignment.id]) for assignment in done]


def levels_of(dossier_id: int) -> list[dict[str, int]]:
    """Return the levels of every handed-in assessment."""
    return [
        {key: one.level for key, one in given.items()}
        for _assignment, given in all_scores(dossier_id)
    ]


def go_on(dossier: Dossier, *, actor: Actor, at: datetime) -> None:
    """Go on when all scores are in: to a third assessor, or to the advice."""
    if dossier.state != State.ASSESSING:
        return
    levels = levels_of(dossier.id)
    rules = rules_of(dossier.scheme)
    waiting = active(dossier.id) - len(levels)
    if waiting or len(levels) < rules.assessors:
        return
    if len(levels) == WITHOUT_THIRD:
        _count_pairs(dossier, levels)
    apart = scoring.apart(rules, levels)
    if apart and len(levels) == rules.assessors:
        dossier.needs_third = True
        trail.add(dossier, "third_proposed", actor=None, at=at, criteria=list(apart))
        return
    dossier.needs_third = False
    move(dossier, "complete", actor=actor, at=at, scores=len(levels))


def _count_pairs(dossier: Dossier, levels: list[dict[str, int]]) -> None:
    """Keep what the two independent assessors gave, for the agreement per criterion."""
    for criterion in levels[0]:
        key = {
            "scheme_id": dossier.scheme_id, "criterion": criterion,
            "first": levels[0][criterion], "second": levels[1][criterion],
        }  # fmt: skip
        statement = insert(PairFigure).values(**key, count=1)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=list(key), set_={"count": PairFigure.count + 1}
            )
        )


def go_on_without_third(dossier_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Go on to the advice although the scores differ much; the coordinator says why."""
    dossier = hold(dossier_id)
    conflicts.demand_independent(actor, dossier, today=today(at))
    if not dossier.needs_third or dossier.state != State.ASSESSING:
        raise DomainError(_("No third assessor is proposed in this dossier."))
    if not reason.strip():
        raise InvalidInputError(_("Say why."), field="reason")
    if active(dossier.id) > len(levels_of(dossier.id)):
        raise DomainError(_("A third assessor works on it now. Wait for the scores."))
    dossier.needs_third = False
    move(dossier, "complete", actor=actor, at=at, without_third=reason.strip()[:1000])


def all_in(dossier: Dossier) -> bool:
    """Whether every asked assessor handed in, so that they may see each other's scores."""
    return dossier.state not in (State.ASSIGNING, State.ASSESSING, State.ASSESSING_WAITS)
