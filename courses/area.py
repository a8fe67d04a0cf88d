"""The card of learning: courses, lessons, tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from courses.commands import course_group, export_course, import_course, xblock_group
from courses.models import MODELS
from courses.permissions import ALL, APPROVE, LEARN, PUBLISH
from courses.queries import course_titles
from courses.routes import blueprint
from courses.routes.block_admin import admin_card
from courses.routes.overrides import person_card
from courses.routes.samples import sample_question
from courses.services import enrolling, outside, quizzes
from learnenv.kernel.area import Area, Job, NavItem
from learnenv.kernel.clock import now
from learnenv.kernel.events import on
from learnenv.kernel.permissions import PUBLIC
from learnenv.kernel.shared_events import OutsideTrainingFollowed
from learnenv.kernel.transaction import transaction


def _close_overdue(_payload: dict[str, Any]) -> None:
    with transaction():
        quizzes.close_overdue(at=now())


def _remind_managers(_payload: dict[str, Any]) -> None:
    with transaction():
        enrolling.remind(at=now())


AREA = Area(
    name="courses",
    title=_l("Courses"),
    blueprint=blueprint,
    models=MODELS,
    permissions=ALL,
    navigation=(
        NavItem(label=_l("Courses"), endpoint="courses.catalogue", permission=PUBLIC, weight=10),
        NavItem(label=_l("My learning"), endpoint="courses.overview", permission=LEARN, weight=20),
        NavItem(label=_l("Requests"), endpoint="courses.approvals", permission=APPROVE, weight=60),
        NavItem(
            label=_l("Write courses"), endpoint="courses.manage", permission=PUBLISH, weight=70
        ),
    ),
    commands=(import_course, export_course, course_group, xblock_group),
    jobs=(
        Job(name="courses.close_overdue", run=_close_overdue, every=timedelta(minutes=1)),
        Job(name="courses.remind_managers", run=_remind_managers, every=timedelta(hours=1)),
    ),
    listens_to=(on(OutsideTrainingFollowed, outside.on_followed),),
    fills=(
        ("web.style_guide", sample_question),
        ("accounts.admin", admin_card),
        ("accounts.courses", course_titles),
        ("accounts.person", person_card),
    ),
)
