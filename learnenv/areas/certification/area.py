"""The card of certification."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from courses.events import CourseCompleted
from learnenv.areas.certification import permissions
from learnenv.areas.certification.commands import certification_group
from learnenv.areas.certification.indicators import CERTIFIED, LEAD_DAYS
from learnenv.areas.certification.models import MODELS
from learnenv.areas.certification.routes import administrator, blueprint
from learnenv.areas.certification.services import clock, letters, points, proofs, register
from learnenv.kernel.area import Area, Job, NavItem
from learnenv.kernel.clock import now
from learnenv.kernel.events import on
from learnenv.kernel.permissions import PUBLIC
from learnenv.kernel.shared_events import PointsEarned
from learnenv.kernel.transaction import transaction


class NotScannedError(RuntimeError):
    """The scanner did not answer; the job is tried again, and the file stays closed."""


def _scan(payload: dict[str, Any]) -> None:
    with transaction():
        waits = proofs.scan_evidence(int(payload["evidence"]))
    if waits:
        raise NotScannedError


def _letter(payload: dict[str, Any]) -> None:
    from learnenv.areas.certification.documents import make_letter

    make_letter(payload)


def _clock(_payload: dict[str, Any]) -> None:
    with transaction():
        clock.run(now())


def _tidy(_payload: dict[str, Any]) -> None:
    with transaction():
        clock.tidy(now())


AREA = Area(
    name="certification",
    title=_l("Certification"),
    blueprint=blueprint,
    models=MODELS,
    permissions=permissions.ALL,
    navigation=(
        NavItem(
            label=_l("Certification"), endpoint="certification.index", permission=PUBLIC, weight=35
        ),
        NavItem(
            label=_l("Applications"),
            endpoint="certification.work",
            permission=permissions.COORDINATE,
            weight=41,
        ),
        NavItem(
            label=_l("To assess"),
            endpoint="certification.to_assess",
            permission=permissions.ASSESS,
            weight=42,
        ),
        NavItem(
            label=_l("To decide"),
            endpoint="certification.to_decide",
            permission=permissions.DECIDE,
            weight=43,
        ),
    ),
    indicators=(CERTIFIED, LEAD_DAYS),
    commands=(certification_group,),
    jobs=(
        Job(name=letters.JOB, run=_letter),
        Job(name=proofs.SCAN, run=_scan),
        Job(name="certification.clock", run=_clock, every=timedelta(hours=1)),
        Job(name="certification.tidy", run=_tidy, every=timedelta(days=1)),
    ),
    listens_to=(on(CourseCompleted, points.on_completion), on(PointsEarned, points.on_points)),
    fills=(
        ("accounts.admin", administrator.admin_card),
        ("register.standings", register.standings),
    ),
    depends_on=frozenset({"courses", "certificates"}),
)
