"""The card of the area."""

from flask_babel import lazy_gettext

from certificates.events import CertificateIssued
from courses.events import CourseCompleted, Enrolled, OutsideLearned
from learnenv.areas.reporting import routes, services
from learnenv.areas.reporting.commands import rebuild_figures
from learnenv.areas.reporting.indicators import LEARNERS_PER_YEAR
from learnenv.areas.reporting.models import MODELS
from learnenv.areas.reporting.permissions import LIST, VIEW
from learnenv.kernel.area import Area, NavItem
from learnenv.kernel.events import on

AREA = Area(
    name="reporting",
    title=lazy_gettext("Figures"),
    blueprint=routes.blueprint,
    models=MODELS,
    navigation=(
        NavItem(
            label=lazy_gettext("Figures"), endpoint="reporting.year", permission=VIEW, weight=40
        ),
    ),
    permissions=(VIEW, LIST),
    indicators=(LEARNERS_PER_YEAR,),
    commands=(rebuild_figures,),
    listens_to=(
        on(Enrolled, services.count_enrolled),
        on(OutsideLearned, services.count_outside),
        on(CourseCompleted, services.count_completed),
        on(CertificateIssued, services.count_certified),
    ),
    fills=(("courses.home", routes.on_home),),
    depends_on=frozenset({"courses", "certificates"}),
)
