"""The trainings of a provider."""

from __future__ import annotations

from flask_babel import gettext as _

from learnenv.areas.directory.forms import (
    OfferingForm,
    SessionForm,
)
from learnenv.areas.directory.models import Offering, Provider
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.owner.profile import own
from learnenv.areas.directory.routes.parts import (
    Answer,
    go,
    page,
)
from learnenv.areas.directory.services import (
    offerings,
)
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.get("/gids/beheer/<id:provider_id>/aanbod/nieuw")
@requires(USE)
def new_offering(provider_id: int) -> Answer:
    """Show an empty training."""
    found = own(provider_id)
    form = OfferingForm(formdata=None, data={"is_published": True})
    return page("edit_offering", provider=found, offering=None, form=form)


@blueprint.post("/gids/beheer/<id:provider_id>/aanbod/nieuw")
@requires(USE)
def add_offering(provider_id: int) -> Answer:
    """Add a training."""
    found = own(provider_id)
    form = OfferingForm()
    if form.validate():
        with blaming(form):
            made = offerings.add(
                found, form.facts(), publish=bool(form.is_published.data), actor=actor(), at=now()
            )
            return go("manage_offering", _("Added. Now add a date."), offering_id=made.id)
    return page("edit_offering", refused=True, provider=found, offering=None, form=form)


@blueprint.get("/gids/beheer/aanbod/<id:offering_id>")
@requires(USE)
def manage_offering(offering_id: int) -> Answer:
    """Show a training with its sessions, for who acts for the provider."""
    return _offering(offering_id, SessionForm(formdata=None))


def _offering(offering_id: int, form: SessionForm, *, refused: bool = False) -> Answer:
    found = offerings.own_offering(actor(), offering_id)
    return page(
        "manage_offering",
        refused=refused,
        offering=found,
        provider=db.session.get_one(Provider, found.provider_id),
        sessions=pages.sessions_of(found.id),
        form=form,
        now=now(),
    )


@blueprint.get("/gids/beheer/aanbod/<id:offering_id>/bewerken")
@requires(USE)
def edit_offering(offering_id: int) -> Answer:
    """Show a training as a form."""
    found = offerings.own_offering(actor(), offering_id)
    form = OfferingForm(formdata=None, obj=found)
    form.goals.data = "\n".join(str(goal) for goal in found.goals)
    form.course.data = _slug_of(found)
    provider = db.session.get_one(Provider, found.provider_id)
    return page("edit_offering", provider=provider, offering=found, form=form)


def _slug_of(found: Offering) -> str:
    from courses.api import course_slug

    return course_slug(found.course_id) if found.course_id is not None else ""


@blueprint.post("/gids/beheer/aanbod/<id:offering_id>/bewerken")
@requires(USE)
def save_offering(offering_id: int) -> Answer:
    """Keep a training."""
    found = offerings.own_offering(actor(), offering_id)
    form = OfferingForm()
    if form.validate():
        with blaming(form):
            offerings.save(
                found, form.facts(), publish=bool(form.is_published.data), actor=actor(), at=now()
            )
            return go("manage_offering", _("Saved."), offering_id=offering_id)
    provider = db.session.get_one(Provider, found.provider_id)
    return page("edit_offering", refused=True, provider=provider, offering=found, form=form)


@blueprint.post("/gids/beheer/aanbod/<id:offering_id>/uitvoeringen")
@requires(USE)
def plan_session(offering_id: int) -> Answer:
    """Add a date."""
    found = offerings.own_offering(actor(), offering_id)
    form = SessionForm()
    if form.validate():
        with blaming(form):
            offerings.plan(found, form.when(), actor=actor(), at=now())
            return go("manage_offering", _("Added."), offering_id=offering_id)
    return _offering(offering_id, form, refused=True)
