"""The card of the Gouden Gids."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from courses.events import CourseCompleted
from learnenv.areas.directory import mails, permissions
from learnenv.areas.directory.commands import directory_group
from learnenv.areas.directory.indicators import CHOICE_DAYS, LISTED
from learnenv.areas.directory.models import MODELS
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.services import (
    bookings,
    guidance,
    indexing,
    participation,
    requests,
    standing,
)
from learnenv.kernel.area import Area, Job, NavItem
from learnenv.kernel.clock import now
from learnenv.kernel.events import on
from learnenv.kernel.permissions import PUBLIC
from learnenv.kernel.shared_events import AssignmentDone, StandingChanged
from learnenv.kernel.transaction import transaction

AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(hours=26)
"""What the clock missed while the worker was away, the daily job still finds."""


def _clock(_payload: dict[str, Any]) -> None:
    with transaction():
        bookings.lapse(now())
        requests.remind(now())
        indexing.refresh_planned(now(), since=now() - AN_HOUR)


def _daily(_payload: dict[str, Any]) -> None:
    with transaction():
        standing.catch_up()
        indexing.refresh_planned(now(), since=now() - A_DAY)
        bookings.forget_needs(now())


AREA = Area(
    name="directory",
    title=_l("Gouden Gids"),
    blueprint=blueprint,
    models=MODELS,
    permissions=permissions.ALL,
    navigation=(
        NavItem(label=_l("Gouden Gids"), endpoint="directory.index", permission=PUBLIC, weight=30),
        NavItem(
            label=_l("Moderation"),
            endpoint="directory.queue",
            permission=permissions.MODERATE,
            weight=44,
        ),
    ),
    indicators=(LISTED, CHOICE_DAYS),
    commands=(directory_group,),
    jobs=(
        Job(name="directory.clock", run=_clock, every=timedelta(minutes=10)),
        Job(name="directory.daily", run=_daily, every=timedelta(days=1)),
    ),
    listens_to=(
        on(StandingChanged, standing.on_standing),
        on(CourseCompleted, participation.on_completion),
        on(AssignmentDone, participation.on_assignment),
    ),
    fills=(
        ("guidance.candidates", guidance.candidates),
        ("guidance.acted_for", guidance.acted_for),
        ("guidance.known", guidance.known),
        ("guidance.review_address", guidance.review_address),
        ("guidance.tied", guidance.tied),
        ("guidance.tell", mails.tell_provider),
    ),
    depends_on=frozenset({"courses", "certificates"}),
)
