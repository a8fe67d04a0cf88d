"""Counting, in the transaction of the fact: every listener is a few upserts."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from certificates.events import CertificateIssued
from courses.events import CourseCompleted, Enrolled, OutsideLearned
from learnenv.accounts.models import Organisation, Tier
from learnenv.areas.reporting.models import Figure, Measure, PersonYear, Unique, UniqueMonth
from learnenv.areas.reporting.recount import Difference, rebuild
from learnenv.kernel.clock import local
from learnenv.kernel.db import db, insert

__all__ = [
    "Difference", "count_certified", "count_completed", "count_enrolled", "count_outside",
    "rebuild",
]  # fmt: skip


def count_enrolled(event: Enrolled) -> None:
    """Count an enrolment, and the person if this makes him a civil servant of the year."""
    _count(Measure.ENROLLED, event)
    _count_person(event)


def count_outside(event: OutsideLearned) -> None:
    """Count the person of a training of somebody else, if this makes him one of the year (c4)."""
    _count_person(event)


def count_completed(event: CourseCompleted) -> None:
    """Count a completed course."""
    _count(Measure.COMPLETED, event)


def count_certified(event: CertificateIssued) -> None:
    """Count a certificate."""
    _count(Measure.CERTIFIED, event)


def _count(measure: Measure, event: Enrolled | CourseCompleted | CertificateIssued) -> None:
    at = local(event.at)
    key = {
        "year": at.year,
        "month": at.month,
        "organisation_id": event.organisation_id or 0,
        "course_id": event.course_id,
        "measure": measure.value,
    }
    _add(Figure, key, 1)


def _add(table: type[Figure | Unique | UniqueMonth], key: dict[str, Any], change: int) -> None:
    statement = insert(table).values(**key, count=change)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=list(key), set_={"count": table.count + change}
        )
    )


def _count_person(event: Enrolled | OutsideLearned) -> None:
    """Count the person once a year, whatever comes first and however many come at once.

    The database decides a race: ON CONFLICT DO NOTHING returns a row to one of them only.
    """
    counts = _is_civil_service(event.organisation_id)
    key = {"year": local(event.at).year, "person_id": event.person_id}
    values = {
        "organisation_id": event.organisation_id or 0,
        "enrolment_id": event.enrolment_id if isinstance(event, Enrolled) else None,
        "outside_id": event.training_id if isinstance(event, OutsideLearned) else None,
        "month": local(event.at).month,
        "counted_at": event.at,
        "counts": counts,
    }
    statement = insert(PersonYear).values(**key, **values)
    won = db.session.scalar(
        statement.on_conflict_do_nothing(index_elements=list(key)).returning(PersonYear.person_id)
    )
    if won is None and not _comes_before(key, values):
        return
    if counts:
        _add_unique(event.at, event.organisation_id or 0, 1)


def _comes_before(key: dict[str, Any], values: dict[str, Any]) -> bool:
    """Replace the enrolment that counts, if this one has the better right to.

    That is so for somebody who became a civil servant during the year, and for an import that
    brings an earlier date. The order is the one of `rebuild`.
    """
    is_this = (PersonYear.year == key["year"], PersonYear.person_id == key["person_id"])
    old = db.session.execute(
        select(
            PersonYear.counts,
            PersonYear.counted_at,
            PersonYear.organisation_id,
            PersonYear.enrolment_id,
            PersonYear.outside_id,
        )
        .where(*is_this)
        .with_for_update()
    ).one()
    new_place = (not values["counts"], values["counted_at"], *_kind(values))
    if new_place >= (not old.counts, old.counted_at, *_kind(old._asdict())):
        return False
    if old.counts:
        _add_unique(old.counted_at, old.organisation_id, -1)
    db.session.execute(update(PersonYear).where(*is_this).values(**values))
    return True


def _kind(row: dict[str, Any]) -> tuple[int, int]:
    """Return the order of facts of one moment: enrolments first, each by its id."""
    return row["outside_id"] or 0, row["enrolment_id"] or 0


def _add_unique(at: datetime, organisation_id: int, change: int) -> None:
    day = local(at)
    key = {"year": day.year, "month": day.month, "organisation_id": organisation_id}
    _add(UniqueMonth, key, change)
    _add(Unique, {**key, "day": day.day}, change)


def _is_civil_service(organisation_id: int | None) -> bool:
    if organisation_id is None:
        return False
    tier = db.session.scalar(select(Organisation.tier).where(Organisation.id == organisation_id))
    return tier is not None and tier != Tier.EXTERNAL
