"""Lists and lines of pilots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from learnenv.areas.pilots.models import (
    CRITERIA,
    FollowUp,
    Invitation,
    LogLine,
    OrganisationReview,
    Pilot,
    State,
)
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Actor

PER_PAGE = 20
MOST = 200
LEAST_REVIEWS = 3
"""Below this many reviews of an organisation no average is told, as in the Gouden Gids (g9)."""
WITH_GUIDANCE = (State.RUNNING, State.CLOSED)


def shown(page: int) -> tuple[list[Pilot], int]:
    """Return a page of the pilots with guidance, the newest first, and how many there are."""
    where = (Pilot.chosen_at.is_not(None), Pilot.state.in_(WITH_GUIDANCE))
    total = db.session.scalar(select(func.count()).select_from(Pilot).where(*where)) or 0
    rows = db.session.scalars(
        select(Pilot)
        .where(*where)
        .order_by(Pilot.chosen_at.desc(), Pilot.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return list(rows), total


def of_actor(actor: Actor) -> list[Pilot]:
    """Return the pilots somebody leads, and those of organisations he manages; newest first."""
    return list(
        db.session.scalars(
            select(Pilot)
            .where((Pilot.leader_id == actor.id) | Pilot.organisation_id.in_(sorted(actor.managed)))
            .order_by(Pilot.id.desc())
            .limit(MOST)
        )
    )


def asked_of(provider_ids: Sequence[int]) -> list[Invitation]:
    """Return what providers were asked, the newest first."""
    return list(
        db.session.scalars(
            select(Invitation)
            .options(joinedload(Invitation.pilot))
            .where(Invitation.provider_id.in_(provider_ids))
            .order_by(Invitation.id.desc())
            .limit(MOST)
        )
    )


def log_of(pilot_id: int) -> list[LogLine]:
    """Return the log, the newest day first."""
    return list(
        db.session.scalars(
            select(LogLine)
            .where(LogLine.pilot_id == pilot_id)
            .order_by(LogLine.day.desc(), LogLine.id.desc())
        )
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """What a pilot took."""

    hours: float
    euros: int


def totals_of(pilot_id: int) -> Totals:
    """Return hours and euros of the whole log."""
    row = db.session.execute(
        select(
            func.coalesce(func.sum(LogLine.hours), 0.0), func.coalesce(func.sum(LogLine.euros), 0)
        ).where(LogLine.pilot_id == pilot_id)
    ).one()
    return Totals(float(row[0]), int(row[1]))


def review_of(pilot_id: int) -> OrganisationReview | None:
    """Return what the guidance said of the organisation."""
    return db.session.scalar(
        select(OrganisationReview).where(OrganisationReview.pilot_id == pilot_id)
    )


def follow_up_of(pilot_id: int) -> FollowUp | None:
    """Return what was found after six months."""
    return db.session.scalar(select(FollowUp).where(FollowUp.pilot_id == pilot_id))


def reviews_of_organisation(organisation_id: int) -> tuple[int, float | None]:
    """Return how many guides reviewed an organisation, and the average of 1-5 from three on."""
    rows = db.session.scalars(
        select(OrganisationReview.scores)
        .join(Pilot, Pilot.id == OrganisationReview.pilot_id)
        .where(Pilot.organisation_id == organisation_id)
    ).all()
    if len(rows) < LEAST_REVIEWS:
        return len(rows), None
    values = [scores[key] for scores in rows for key in CRITERIA]
    return len(rows), round(sum(values) / len(values), 1)


def due(day: date) -> list[Pilot]:
    """Return the closed pilots nobody looked at again, the longest due first."""
    return list(
        db.session.scalars(
            select(Pilot)
            .outerjoin(FollowUp, FollowUp.pilot_id == Pilot.id)
            .where(Pilot.state == State.CLOSED, FollowUp.id.is_(None))
            .order_by(case((Pilot.follow_up_on <= day, 0), else_=1), Pilot.follow_up_on, Pilot.id)
            .limit(MOST)
        )
    )
