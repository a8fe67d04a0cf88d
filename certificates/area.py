"""The card of certificates: proof of what was learned."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from certificates import routes, services
from certificates.models import MODELS
from certificates.names import name_problem
from certificates.permissions import ALL, HOLD
from courses.events import CourseCompleted
from learnenv.kernel.area import Area, Job, NavItem
from learnenv.kernel.events import on


def _render(payload: dict[str, Any]) -> None:
    from certificates.documents import make_document  # WeasyPrint stays out of the web processes

    make_document(payload)


AREA = Area(
    name="certificates",
    title=_l("Certificates"),
    blueprint=routes.blueprint,
    models=MODELS,
    permissions=ALL,
    navigation=(
        NavItem(label=_l("Certificates"), endpoint="certificates.mine", permission=HOLD, weight=30),
    ),
    listens_to=(on(CourseCompleted, services.issue),),
    jobs=(Job(name=services.RENDER, run=_render),),
    fills=(
        ("accounts.admin", routes.admin_card),
        ("accounts.name", name_problem),
        ("courses.completed", routes.on_completion),
        ("courses.proofs", routes.proofs),
    ),
    depends_on=frozenset({"courses"}),
)
