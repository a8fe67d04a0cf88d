"""The card of certificates: proof of what was learned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from certificates.commands import certificates_group
from certificates.models import MODELS
from certificates.names import name_problem
from certificates.permissions import ALL, CONFIRM, HOLD
from certificates.routes import blueprint, own, staff
from certificates.services import batches, issuing, reminders
from courses.events import CourseCompleted
from learnenv.kernel.area import Area, Job, NavItem
from learnenv.kernel.clock import now
from learnenv.kernel.events import on
from learnenv.kernel.transaction import transaction


def _render(payload: dict[str, Any]) -> None:
    from certificates.documents import make_document  # WeasyPrint stays out of the web processes

    make_document(payload)


def _remind(_payload: dict[str, Any]) -> None:
    with transaction():
        reminders.remind(at=now())


def _batch(payload: dict[str, Any]) -> None:
    batches.run(payload, folder=current_app.config["SETTINGS"].home / "exports")


AREA = Area(
    name="certificates",
    title=_l("Certificates"),
    blueprint=blueprint,
    models=MODELS,
    permissions=ALL,
    navigation=(
        NavItem(label=_l("Certificates"), endpoint="certificates.mine", permission=HOLD, weight=30),
        NavItem(
            label=_l("Revocations"),
            endpoint="certificates.proposals",
            permission=CONFIRM,
            weight=75,
        ),
    ),
    commands=(certificates_group,),
    listens_to=(on(CourseCompleted, issuing.on_completion),),
    jobs=(
        Job(name=issuing.RENDER, run=_render),
        Job(name=batches.JOB, run=_batch),
        Job(name="certificates.remind", run=_remind, every=timedelta(hours=6)),
    ),
    fills=(
        ("accounts.admin", staff.admin_card),
        ("accounts.name", name_problem),
        ("courses.completed", own.on_completion),
        ("courses.proofs", own.proofs),
        ("courses.outside_proofs", own.outside_proofs),
    ),
    depends_on=frozenset({"courses"}),
)
