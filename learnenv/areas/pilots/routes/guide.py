"""The side of the guidance: answer an invitation, and review the organisation."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from learnenv.accounts.api import organisation_names
from learnenv.areas.pilots.forms import OfferForm, OrganisationReviewForm
from learnenv.areas.pilots.models import Pilot, Side, State
from learnenv.areas.pilots.permissions import USE
from learnenv.areas.pilots.queries import pages
from learnenv.areas.pilots.routes import blueprint
from learnenv.areas.pilots.routes.parts import Answer, go, page
from learnenv.areas.pilots.services import guard, posting, running
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.get("/proefprojecten/<id:pilot_id>/uitnodiging/<id:provider_id>")
@requires(USE)
def invitation(pilot_id: int, provider_id: int) -> Answer:
    """Show what an organisation asks, and the offer that was made."""
    return _invitation(pilot_id, provider_id)


def _invitation(pilot_id: int, provider_id: int, form: OfferForm | None = None) -> Answer:
    found = guard.invitation_of(actor(), pilot_id, provider_id)
    asked = db.session.get_one(Pilot, found.pilot_id)
    number, average = pages.reviews_of_organisation(asked.organisation_id)
    return page(
        "invitation",
        refused=form is not None,
        invitation=found,
        pilot=asked,
        place=organisation_names([asked.organisation_id]).get(asked.organisation_id, ""),
        number=number,
        average=average,
        is_open=asked.state == State.OPEN,
        form=form or OfferForm(formdata=None, obj=found),
    )


@blueprint.post("/proefprojecten/<id:pilot_id>/uitnodiging/<id:provider_id>")
@requires(USE)
def answer(pilot_id: int, provider_id: int) -> Answer:
    """Make an offer, or say that one cannot do it."""
    found = guard.invitation_of(actor(), pilot_id, provider_id, hold=True)
    asked = db.session.get_one(Pilot, found.pilot_id)
    if request.form.get("act") == "niet":
        posting.decline(found, asked, actor=actor(), at=now())
        return go("mine", _("The organisation sees that you cannot do it."))
    form = OfferForm()
    if form.validate():
        with blaming(form):
            posting.offer(
                found, asked, approach=form.approach.data or "", price=form.price.data or 0,
                days=form.days.data or 0, actor=actor(), at=now(),
            )  # fmt: skip
            return go(
                "invitation", _("Your offer is in. You can change it until somebody is chosen."),
                pilot_id=pilot_id, provider_id=provider_id,
            )  # fmt: skip
    return _invitation(pilot_id, provider_id, form)


@blueprint.get("/proefprojecten/<id:pilot_id>/beoordelen")
@requires(USE)
def review_page(pilot_id: int) -> Answer:
    """Ask the guidance how it was to work with the organisation."""
    return _review(pilot_id, OrganisationReviewForm(formdata=None))


def _review(pilot_id: int, form: OrganisationReviewForm, *, refused: bool = False) -> Answer:
    found, side = guard.worked_on(actor(), pilot_id)
    if side != Side.GUIDANCE or found.state != State.CLOSED:
        raise NotFoundError
    return page(
        "review",
        refused=refused,
        pilot=found,
        form=form,
        review=pages.review_of(found.id),
        place=organisation_names([found.organisation_id]).get(found.organisation_id, ""),
    )


@blueprint.post("/proefprojecten/<id:pilot_id>/beoordelen")
@requires(USE)
def review(pilot_id: int) -> Answer:
    """Keep what the guidance says of the organisation."""
    found, _side = guard.worked_on(actor(), pilot_id)
    form = OrganisationReviewForm()
    if form.validate():
        with blaming(form):
            running.review_organisation(
                found, form.scores(), form.text.data or "", actor=actor(), at=now()
            )
            return go("pilot", _("Thank you for your review."), pilot_id=pilot_id)
    return _review(pilot_id, form, refused=True)
