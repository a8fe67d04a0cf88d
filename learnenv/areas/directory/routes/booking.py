"""A seat: booked, confirmed, cancelled; and everything of oneself on one page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from flask_babel import gettext as _

from learnenv.areas.directory.forms import BookForm
from learnenv.areas.directory.models import BookingState
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import Answer, go, page
from learnenv.areas.directory.routes.public import calendar_of
from learnenv.areas.directory.services import bookings, shortlists
from learnenv.kernel.clock import now
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor

OUTCOMES: dict[BookingState, Callable[[], str]] = {
    BookingState.BOOKED: lambda: _("You have a seat."),
    BookingState.ASKED: lambda: _("You asked for a seat. The organiser answers by mail."),
    BookingState.WAITING: lambda: _(
        "All seats are taken. You are on the waiting list and get a mail when one comes free."
    ),
}


@blueprint.get("/gids/uitvoering/<id:session_id>")
@requires(USE)
def book_page(session_id: int) -> Answer:
    """Show when, where and on which terms, before somebody books."""
    return _book(session_id, BookForm(formdata=None))


def _book(session_id: int, form: BookForm, *, refused: bool = False) -> Answer:
    session = bookings.hold(session_id)
    return page(
        "book",
        refused=refused,
        session=session,
        offering=session.offering,
        provider=session.offering.provider,
        booking=pages.booking_for(actor(), session_id),
        form=form,
        is_over=session.is_cancelled or session.starts_at <= now(),
    )


@blueprint.post("/gids/uitvoering/<id:session_id>")
@requires(USE)
def book(session_id: int) -> Answer:
    """Book, ask, or go on the waiting list."""
    form = BookForm()
    session = bookings.hold(session_id)
    if form.validate():
        with blaming(form):
            made = bookings.book(session, form.needs.data or "", actor=actor(), at=now())
            outcome = OUTCOMES.get(BookingState(made.state))
            return go("mine", outcome() if outcome else _("You booked this one before."))
    return _book(session_id, form, refused=True)


@blueprint.get("/gids/mijn")
@requires(USE)
def mine() -> Answer:
    """Show bookings, what can be reviewed, lists and requests of oneself."""
    who = actor()
    return page(
        "mine",
        bookings=pages.bookings_of(who),
        parts=pages.parts_of(who),
        lists=shortlists.shared_with(who),
        requests=pages.requests_of(who),
        managed=pages.acted_for(who),
        invitations=pages.invitations_of(who),
        now=now(),
    )


@blueprint.post("/gids/boeking/<id:booking_id>/<any(bevestigen, annuleren):act>")
@requires(USE)
def change_booking(booking_id: int, act: str) -> Answer:
    """Confirm a seat that came free, or give a seat back."""
    found = bookings.own_booking(actor(), booking_id)
    if act == "bevestigen":
        bookings.confirm(found, at=now())
        return go("mine", _("You have a seat."))
    bookings.cancel(found, at=now())
    return go("mine", _("Cancelled. You can book again as long as there are seats."))


@blueprint.get("/gids/boeking/<id:booking_id>.ics")
@requires(USE)
def booking_file(booking_id: int) -> Response:
    """Give one's own seat as a file for a calendar."""
    found = bookings.own_booking(actor(), booking_id)
    if found.state != BookingState.BOOKED:
        raise NotFoundError
    return Response(
        calendar_of(found.session, with_link=True),
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="training-{found.id}.ics"'},
    )
