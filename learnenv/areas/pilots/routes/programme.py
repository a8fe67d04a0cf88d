"""The side of the programme: look back after six months, and account for the hundred."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _

from learnenv.accounts.api import organisation_names
from learnenv.areas.pilots.forms import FollowUpForm
from learnenv.areas.pilots.models import Pilot, State
from learnenv.areas.pilots.permissions import FOLLOW
from learnenv.areas.pilots.queries import figures, pages
from learnenv.areas.pilots.routes import blueprint
from learnenv.areas.pilots.routes.parts import Answer, go, page
from learnenv.areas.pilots.services import guard, running
from learnenv.areas.pilots.words import OUTCOMES, STATES
from learnenv.kernel.clock import local, now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.kernel.taxonomy import REGIONS, THEMES
from learnenv.web import exports
from learnenv.web.shell import actor


@blueprint.get("/proefprojecten/terugblikken")
@requires(FOLLOW)
def due() -> Answer:
    """Show which pilots somebody should look at again."""
    rows = pages.due(today())
    return page(
        "due", pilots=rows, places=organisation_names({one.organisation_id for one in rows})
    )


def _closed(pilot_id: int) -> Pilot:
    found = db.session.get(Pilot, pilot_id)
    if found is None or found.state != State.CLOSED:
        raise NotFoundError
    return found


@blueprint.get("/proefprojecten/<id:pilot_id>/terugblik")
@requires(FOLLOW)
def follow_up_page(pilot_id: int) -> Answer:
    """Show the result and ask what is left of it."""
    return _follow_up(_closed(pilot_id), FollowUpForm(formdata=None))


def _follow_up(found: Pilot, form: FollowUpForm, *, refused: bool = False) -> Answer:
    return page(
        "follow_up",
        refused=refused,
        pilot=found,
        form=form,
        follow_up=pages.follow_up_of(found.id),
        had_a_part=guard.had_a_part(actor(), found, today()),
        place=organisation_names([found.organisation_id]).get(found.organisation_id, ""),
    )


@blueprint.post("/proefprojecten/<id:pilot_id>/terugblik")
@requires(FOLLOW)
def follow_up(pilot_id: int) -> Answer:
    """Keep what is left of a pilot."""
    found = _closed(pilot_id)
    form = FollowUpForm()
    if form.validate():
        with blaming(form):
            running.follow_up(
                found, in_use=form.in_use.data, story=form.story.data or "",
                now=form.now.data or "", actor=actor(), at=now(),
            )  # fmt: skip
            return go("due", _("Kept. It stands with the pilot."))
    return _follow_up(found, form, refused=True)


@blueprint.get("/proefprojecten/cijfers")
@requires(FOLLOW)
def figures_page() -> Answer:
    """Show how far the hundred is, what a choice took, and the pilots behind each number."""
    year = figures.year_asked(request.args.get("jaar", ""))
    found = figures.of_year(year)
    return page(
        "figures",
        year=year,
        figures=found,
        target=figures.TARGET,
        places=organisation_names({row.pilot.organisation_id for row in found.rows}),
        years=[
            (str(one), url_for("pilots.figures_page", jaar=one), one == year)
            for one in figures.years()
        ],
    )


@blueprint.get("/proefprojecten/cijfers.<any(csv, xlsx, ods):kind>")
@requires(FOLLOW)
def figures_file(kind: str) -> Response:
    """Give the pilots that count as a file, with what each choice took."""
    year = figures.year_asked(request.args.get("jaar", ""))
    rows = figures.of_year(year).rows
    places = organisation_names({row.pilot.organisation_id for row in rows})
    columns = [
        _("Number"), _("Pilot"), _("Organisation"), _("Theme"), _("Region"), _("State"),
        _("Guidance"), _("Certified until"), _("Need since"), _("Chosen on"),
        _("Days to the choice"),
        _("Days before"), _("Euros agreed"), _("Euros before"), _("Did it work?"),
        _("Still used after six months"),
    ]  # fmt: skip
    lines: list[tuple[exports.Cell, ...]] = [
        (
            one.pilot.id, one.pilot.title, places.get(one.pilot.organisation_id, ""),
            str(THEMES[one.pilot.theme]), str(REGIONS[one.pilot.region]),
            str(STATES[one.pilot.state]), one.pilot.provider_name, one.pilot.certified_until,
            one.pilot.needed_on, local(one.pilot.chosen_at).date() if one.pilot.chosen_at else None,
            one.days, one.pilot.baseline_days, one.pilot.price, one.pilot.baseline_euros,
            str(OUTCOMES[one.pilot.outcome]) if one.pilot.outcome else "",
            str(OUTCOMES[one.follow_up.in_use]) if one.follow_up else "",
        )
        for one in rows
    ]  # fmt: skip
    return exports.download(exports.Table(_("Pilot projects"), columns, lines), kind)
