"""The card of pilot projects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from learnenv.areas.pilots import permissions
from learnenv.areas.pilots.indicators import DAYS, GUIDED
from learnenv.areas.pilots.models import MODELS
from learnenv.areas.pilots.routes import blueprint
from learnenv.areas.pilots.services import running
from learnenv.kernel.area import Area, Job, NavItem
from learnenv.kernel.clock import now
from learnenv.kernel.permissions import PUBLIC
from learnenv.kernel.transaction import transaction


def _remind(_payload: dict[str, Any]) -> None:
    with transaction():
        running.remind(now())


AREA = Area(
    name="pilots",
    title=_l("Pilot projects"),
    blueprint=blueprint,
    models=MODELS,
    permissions=permissions.ALL,
    navigation=(
        NavItem(label=_l("Pilot projects"), endpoint="pilots.index", permission=PUBLIC, weight=32),
    ),
    indicators=(GUIDED, DAYS),
    jobs=(Job(name="pilots.remind", run=_remind, every=timedelta(days=1)),),
)
