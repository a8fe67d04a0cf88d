"""What waits for a moderator."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from learnenv.areas.directory.models import (
    Change,
    Claim,
    Participation,
    Provider,
    Report,
    Review,
    Waiting,
)
from learnenv.areas.directory.queries.pages.public import MOST
from learnenv.kernel.db import db


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Everything that waits for a moderator, the oldest first."""

    reports: list[tuple[Review, list[Report]]]
    changes: list[tuple[Change, Provider]]
    claims: list[tuple[Claim, Provider]]
    assignments: list[tuple[Participation, Provider]]

    @property
    def total(self) -> int:
        """How many wait."""
        parts: tuple[list[Any], ...] = (
            self.reports, self.changes, self.claims, self.assignments,
        )  # fmt: skip
        return sum(len(part) for part in parts)


def queue() -> Queue:
    """Return what waits."""
    reports: dict[int, list[Report]] = defaultdict(list)
    for row in db.session.scalars(
        select(Report).where(Report.is_open).order_by(Report.id).limit(MOST)
    ):
        reports[row.review_id].append(row)
    reviews = {
        one.id: one
        for one in db.session.scalars(
            select(Review)
            .options(joinedload(Review.provider), joinedload(Review.participation))
            .where(Review.id.in_(list(reports)))
        )
    }

    def waiting(model: type[Change | Claim]) -> list[Any]:
        rows = db.session.execute(
            select(model, Provider)
            .join(Provider, Provider.id == model.provider_id)
            .where(model.state == Waiting.WAITING)
            .order_by(model.id)
            .limit(MOST)
        )
        return [(row[0], row[1]) for row in rows]

    assignments = db.session.execute(
        select(Participation, Provider)
        .join(Provider, Provider.id == Participation.provider_id)
        .where(Participation.is_confirmed.is_(False), Participation.is_refused.is_(False))
        .order_by(Participation.id)
        .limit(MOST)
    )
    return Queue(
        reports=[(reviews[key], rows) for key, rows in reports.items()],
        changes=waiting(Change),
        claims=waiting(Claim),
        assignments=[(row[0], row[1]) for row in assignments],
    )
