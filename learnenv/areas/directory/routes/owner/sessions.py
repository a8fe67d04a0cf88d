"""The sessions of a training: seats, bookings, who was there."""

from __future__ import annotations

from flask_babel import gettext as _

from learnenv.accounts.api import people_facts
from learnenv.areas.directory.forms import (
    ReasonForm,
    SeatsForm,
)
from learnenv.areas.directory.models import Offering, Provider
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import (
    Answer,
    go,
    numbers_in,
    page,
)
from learnenv.areas.directory.services import (
    bookings,
    offerings,
)
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.get("/gids/beheer/uitvoering/<id:session_id>")
@requires(USE)
def manage_session(session_id: int) -> Answer:
    """Show who comes, what they need, and who was there."""
    return _session(session_id)


def _session(
    session_id: int,
    *,
    refused: bool = False,
    off_form: ReasonForm | None = None,
    seats_form: SeatsForm | None = None,
) -> Answer:
    found = offerings.own_session(actor(), session_id)
    booked = pages.participants(found.id)
    offering = db.session.get_one(Offering, found.offering_id)
    provider = db.session.get_one(Provider, offering.provider_id)
    return page(
        "manage_session",
        refused=refused,
        session=found,
        offering=offering,
        provider=provider,
        bookings=booked,
        people=people_facts(one.person_id for one in booked),
        off_form=off_form or ReasonForm(formdata=None, prefix="af"),
        seats_form=seats_form or SeatsForm(formdata=None, obj=found),
        has_begun=found.starts_at <= now(),
        vouched=bookings.is_vouched_for(offering, provider, today(found.starts_at)),
    )


@blueprint.post("/gids/beheer/uitvoering/<id:session_id>/plaatsen")
@requires(USE)
def change_seats(session_id: int) -> Answer:
    """Make more or fewer seats."""
    found = offerings.own_session(actor(), session_id)
    form = SeatsForm()
    if form.validate():
        with blaming(form):
            offerings.change_seats(found, form.seats.data or 0, actor=actor())
            return go("manage_session", _("Saved."), session_id=session_id)
    return _session(session_id, refused=True, seats_form=form)


@blueprint.post("/gids/beheer/uitvoering/<id:session_id>/afgelasten")
@requires(USE)
def cancel_session(session_id: int) -> Answer:
    """Call a session off."""
    found = offerings.own_session(actor(), session_id)
    form = ReasonForm(prefix="af")
    if form.validate():
        with blaming(form):
            offerings.cancel_session(found, form.reason.data or "", actor=actor(), at=now())
            return go(
                "manage_session", _("Called off. Everybody gets a mail."), session_id=session_id
            )
    return _session(session_id, refused=True, off_form=form)


@blueprint.post(
    "/gids/beheer/uitvoering/<id:session_id>/deelnemer/<id:booking_id>"
    "/<any(toelaten, weigeren):act>"
)
@requires(USE)
def answer_booking(session_id: int, booking_id: int, act: str) -> Answer:
    """Say yes or no to who asked for a seat."""
    found = offerings.own_session(actor(), session_id)
    if booking_id not in {one.id for one in pages.participants(found.id)}:
        raise NotFoundError
    bookings.answer(booking_id, accepted=act == "toelaten", organiser=actor(), at=now())
    return go("manage_session", _("Done."), session_id=session_id)


@blueprint.post("/gids/beheer/uitvoering/<id:session_id>/aanwezig")
@requires(USE)
def mark_present(session_id: int) -> Answer:
    """Write down who was there."""
    found = offerings.own_session(actor(), session_id)
    number = bookings.mark(found, numbers_in("aanwezig", most=5000), organiser=actor(), at=now())
    return go(
        "manage_session", _("Saved. Newly marked present: %(number)s.", number=number),
        session_id=session_id,
    )  # fmt: skip
