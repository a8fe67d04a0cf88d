"""Points for renewal: courses, meetings and pilots count by themselves (f15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from courses.api import course_titles
from courses.events import CourseCompleted
from learnenv.areas.certification.models import (
    Dossier,
    DossierKind,
    Member,
    Points,
    Registration,
    Standing,
)
from learnenv.areas.certification.services import applying
from learnenv.areas.certification.services.base import rules_of
from learnenv.kernel.clock import today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.shared_events import PointsEarned


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How far a renewal is: "34 of 40 points, 8 months left"."""

    earned: int
    asked: int
    opens_on: date
    """First day on which a renewal can begin."""
    months_left: int

    @property
    def is_enough(self) -> bool:
        """Whether the shorter path is open."""
        return self.earned >= self.asked


def balance(entry: Registration, day: date) -> Balance:
    """Return how far the renewal of an entry is."""
    after = rules_of(entry.scheme).after
    earned = db.session.scalar(
        select(func.coalesce(func.sum(Points.points), 0)).where(
            Points.registration_id == entry.id, Points.period == entry.renewed
        )
    )
    left = relativedelta(entry.valid_until, day)
    return Balance(
        earned=int(earned or 0),
        asked=after.renewal_points,
        opens_on=entry.valid_until - timedelta(days=after.renewal_window_days),
        months_left=max(0, left.years * 12 + left.months),
    )


def on_completion(event: CourseCompleted) -> None:
    """Count a finished course for everybody of a certified party."""
    count(
        event.person_id,
        kind="course",
        source=f"course:{event.enrolment_id}",
        title=course_titles().get(event.course_id, ""),
        at=event.at,
    )


def on_points(event: PointsEarned) -> None:
    """Count a meeting or a pilot that another area tells of."""
    count(event.person_id, kind=event.kind, source=event.source, title=event.title, at=event.at)


def count(person_id: int, *, kind: str, source: str, title: str, at: datetime) -> None:
    """Give the points of a fact to every running entry this person acts for, each once."""
    entries = db.session.scalars(
        select(Registration)
        .options(joinedload(Registration.scheme))
        .join(Member, Member.party_id == Registration.party_id)
        .where(Member.person_id == person_id, Registration.standing != Standing.WITHDRAWN)
    ).all()
    for entry in entries:
        worth = int(rules_of(entry.scheme).after.points.get(kind, 0))
        if worth:
            db.session.execute(
                insert(Points)
                .values(
                    registration_id=entry.id, source=source, title=title[:300], points=worth,
                    earned_on=today(at), period=entry.renewed,
                )
                .on_conflict_do_nothing(index_elements=["registration_id", "source"])
            )  # fmt: skip


def is_short_path(dossier: Dossier, day: date) -> bool:
    """Whether a renewal needs no new assessment: enough points, and never withdrawn."""
    if dossier.kind != DossierKind.RENEWAL or dossier.registration_id is None:
        return False
    entry = db.session.scalars(
        select(Registration)
        .options(joinedload(Registration.scheme))
        .where(Registration.id == dossier.registration_id)
    ).one()
    if entry.standing == Standing.WITHDRAWN or entry.valid_until < day:
        return False  # who let it end is assessed anew
    return balance(entry, day).is_enough


def renew(entry: Registration, *, actor: Actor, at: datetime) -> Dossier:
    """Begin the renewal of an entry, prefilled; the old end stays the start of the new period."""
    if entry.standing == Standing.SUSPENDED:
        raise DomainError(_("The certification is suspended. Solve that first."))
    opens = balance(entry, today(at)).opens_on
    if today(at) < opens:
        raise DomainError(_("You can renew from %(date)s.", date=opens))
    return applying.begin(
        entry.party, actor=actor, at=at, kind=DossierKind.RENEWAL, registration=entry
    )
