"""The side of the organisation: post, ask, choose, run, close."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request, url_for
from flask_babel import gettext as _

from learnenv.accounts.api import organisation_names, people_facts
from learnenv.areas.pilots.forms import CloseForm, LogForm, PilotForm, ReasonForm
from learnenv.areas.pilots.models import Pilot, Side, Stage, State
from learnenv.areas.pilots.permissions import FOLLOW, USE
from learnenv.areas.pilots.queries import figures, pages
from learnenv.areas.pilots.ranking import Ranked
from learnenv.areas.pilots.routes import blueprint
from learnenv.areas.pilots.routes.parts import Answer, go, page
from learnenv.areas.pilots.services import guard, posting, running
from learnenv.areas.pilots.words import SIDES, STAGES
from learnenv.kernel import guidance
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import DomainError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import public, requires
from learnenv.web import exports
from learnenv.web.shell import actor

MOST_PAGES = 10_000
SHOWN_GUIDES = 20


@blueprint.get("/proefprojecten")
@public
def index() -> Answer:
    """Show the pilots with guidance, how far the hundred is, and how to begin one."""
    number = max(1, min(request.args.get("pagina", 1, type=int), MOST_PAGES))
    rows, total = pages.shown(number)
    return page(
        "index",
        pilots=rows,
        places=organisation_names({one.organisation_id for one in rows}),
        guides=_names_of_guides(rows),
        total=total,
        target=figures.TARGET,
        number=number,
        pages=max(1, -(-total // pages.PER_PAGE)),
        page_url=lambda n: url_for("pilots.index", pagina=n),
        follows=FOLLOW.allows(actor()),
    )


def _names_of_guides(rows: list[Pilot]) -> dict[int, str]:
    """Return the guidance of pilots by name; of who does not show any more the kind only (P35)."""
    known = guidance.known({one.provider_id for one in rows if one.provider_id}, today())
    return {
        one.id: one.provider_name
        if one.provider_id in known and known[one.provider_id].is_shown
        else _("a certified adviser")
        for one in rows
    }


@blueprint.get("/proefprojecten/mijn")
@requires(USE)
def mine() -> Answer:
    """Show the pilots one leads, and what one was asked to guide."""
    who = actor()
    own = guidance.acted_for(who)
    asked = pages.asked_of(sorted(own))
    return page(
        "mine",
        pilots=pages.of_actor(who),
        asked=asked,
        providers=own,
        places=organisation_names({one.pilot.organisation_id for one in asked}),
    )


@blueprint.get("/proefprojecten/nieuw")
@requires(USE)
def new_pilot() -> Answer:
    """Ask what somebody wants to try."""
    day = today()
    values = {
        "needed_on": day, "starts_on": day + timedelta(days=30),
        "ends_on": day + timedelta(days=180), "region": "landelijk",
    }  # fmt: skip
    return page("edit", form=PilotForm(formdata=None, data=values), pilot=None)


@blueprint.post("/proefprojecten/nieuw")
@requires(USE)
def post_pilot() -> Answer:
    """Post a pilot; the ranked guidance follows at once."""
    form = PilotForm()
    if form.validate():
        with blaming(form):
            made = posting.post(form.draft(), actor=actor(), at=now())
            return go(
                "pilot",
                _("Posted. Below stands the guidance that fits, and why."),
                pilot_id=made.id,
            )
    return page("edit", refused=True, form=form, pilot=None)


@blueprint.get("/proefprojecten/<id:pilot_id>/bewerken")
@requires(USE)
def edit_pilot(pilot_id: int) -> Answer:
    """Show a pilot as a form."""
    found = guard.own_pilot(actor(), pilot_id)
    return page("edit", form=PilotForm(formdata=None, obj=found), pilot=found)


@blueprint.post("/proefprojecten/<id:pilot_id>/bewerken")
@requires(USE)
def save_pilot(pilot_id: int) -> Answer:
    """Change a pilot."""
    found = guard.own_pilot(actor(), pilot_id, hold=True)
    form = PilotForm()
    if form.validate():
        with blaming(form):
            posting.edit(found, form.draft(), actor=actor(), at=now())
            return go("pilot", _("Saved."), pilot_id=pilot_id)
    return page("edit", refused=True, form=form, pilot=found)


@blueprint.get("/proefprojecten/<id:pilot_id>")
@requires(USE)
def pilot(pilot_id: int) -> Answer:
    """Show a pilot to who works on it: looking, running or closed."""
    return show(pilot_id)


def show(
    pilot_id: int,
    *,
    refused: bool = False,
    choose_form: ReasonForm | None = None,
    stop_form: ReasonForm | None = None,
    log_form: LogForm | None = None,
    chosen: int = 0,
) -> Answer:
    """Render the page of a pilot, with the forms that were refused."""
    who = actor()
    found, side = guard.worked_on(who, pilot_id)
    leads = side == Side.ORGANISATION
    lines = pages.log_of(found.id)
    return page(
        found.state if found.state != State.STOPPED else "stopped",
        refused=refused,
        pilot=found,
        leads=leads,
        place=organisation_names([found.organisation_id]).get(found.organisation_id, ""),
        invitations=posting.invitations(found.id) if leads else [],
        ranked=_ranked(found) if leads else [],
        guide=_guide(found),
        log=lines,
        people=people_facts({one.written_by for one in lines}),
        totals=pages.totals_of(found.id),
        is_last=found.stage == list(Stage)[-1],
        review=pages.review_of(found.id),
        follow_up=pages.follow_up_of(found.id),
        review_address=guidance.review_address(),
        draft=running.draft_of(found) if found.state == State.CLOSED else "",
        choose_form=choose_form or ReasonForm(formdata=None, prefix="kies"),
        stop_form=stop_form or ReasonForm(formdata=None, prefix="stop"),
        log_form=log_form or LogForm(formdata=None, prefix="log", data={"day": today()}),
        chosen=chosen,
    )


def _ranked(found: Pilot) -> list[Ranked]:
    if found.state != State.OPEN:
        return []
    return posting.ranked(found, actor=actor(), day=today())[:SHOWN_GUIDES]


def _guide(found: Pilot) -> guidance.Guide | None:
    if found.provider_id is None:
        return None
    return guidance.known([found.provider_id], today()).get(found.provider_id)


@blueprint.post("/proefprojecten/<id:pilot_id>/uitnodigen/<id:provider_id>")
@requires(USE)
def invite(pilot_id: int, provider_id: int) -> Answer:
    """Ask guidance for an offer."""
    found = guard.own_pilot(actor(), pilot_id, hold=True)
    posting.invite(found, provider_id, actor=actor(), at=now())
    return go("pilot", _("Asked. You get a mail when there is an offer."), pilot_id=pilot_id)


@blueprint.post("/proefprojecten/<id:pilot_id>/kiezen")
@requires(USE)
def choose(pilot_id: int) -> Answer:
    """Choose an offer, with the reason."""
    found = guard.own_pilot(actor(), pilot_id, hold=True)
    form = ReasonForm(prefix="kies")
    chosen = request.form.get("aanbod", 0, type=int)
    if form.validate():
        if not 0 < chosen < 10**15:
            form.blame(DomainError(_("Choose one of the offers.")))
        else:
            with blaming(form):
                posting.choose(
                    found, chosen, form.reason.data or "", actor=actor(), at=now(),
                    price=request.form.get(f"prijs-{chosen}", type=int),
                )  # fmt: skip
                return go(
                    "pilot", _("Chosen. The pilot runs, and everybody gets a mail."),
                    pilot_id=pilot_id,
                )  # fmt: skip
    return show(pilot_id, refused=True, choose_form=form, chosen=chosen)


@blueprint.post("/proefprojecten/<id:pilot_id>/stoppen")
@requires(USE)
def stop(pilot_id: int) -> Answer:
    """End a pilot without a result."""
    found = guard.own_pilot(actor(), pilot_id, hold=True)
    form = ReasonForm(prefix="stop")
    if form.validate():
        with blaming(form):
            posting.stop(found, form.reason.data or "", actor=actor(), at=now())
            return go("pilot", _("Stopped."), pilot_id=pilot_id)
    return show(pilot_id, refused=True, stop_form=form)


@blueprint.post("/proefprojecten/<id:pilot_id>/fase")
@requires(USE)
def next_stage(pilot_id: int) -> Answer:
    """Go on to the next stage."""
    found = guard.own_pilot(actor(), pilot_id, hold=True)
    running.next_stage(found, actor=actor())
    return go("pilot", _("On to the next stage."), pilot_id=pilot_id)


@blueprint.post("/proefprojecten/<id:pilot_id>/logboek")
@requires(USE)
def write_line(pilot_id: int) -> Answer:
    """Add a line to the log, by either side."""
    found, side = guard.worked_on(actor(), pilot_id, hold=True)
    form = LogForm(prefix="log")
    if form.validate():
        with blaming(form):
            running.write_line(found, form.entry(), side=side, actor=actor(), at=now())
            return go("pilot", _("Added to the log."), pilot_id=pilot_id)
    return show(pilot_id, refused=True, log_form=form)


@blueprint.get("/proefprojecten/<id:pilot_id>/logboek.<any(csv, xlsx, ods):kind>")
@requires(USE)
def log_file(pilot_id: int, kind: str) -> Response:
    """Give the log as a file."""
    found, _side = guard.worked_on(actor(), pilot_id)
    rows = [
        (one.day, str(STAGES[one.stage]), str(SIDES[one.side]), one.text, one.hours, one.euros)
        for one in reversed(pages.log_of(found.id))
    ]
    columns = [_("Day"), _("Stage"), _("Who"), _("What was done"), _("Hours"), _("Costs in euros")]
    return exports.download(exports.Table(_("Log"), columns, rows), kind)


@blueprint.get("/proefprojecten/<id:pilot_id>/afsluiten")
@requires(USE)
def close_page(pilot_id: int) -> Answer:
    """Ask for the result."""
    found = guard.own_pilot(actor(), pilot_id)
    return _close(found, CloseForm(formdata=None))


def _close(found: Pilot, form: CloseForm, *, refused: bool = False) -> Answer:
    if found.state != State.RUNNING:
        raise DomainError(
            _("Only a running pilot can be closed."),
            way_out=(found.title, url_for("pilots.pilot", pilot_id=found.id)),
        )
    return page("close", refused=refused, pilot=found, form=form, totals=pages.totals_of(found.id))


@blueprint.post("/proefprojecten/<id:pilot_id>/afsluiten")
@requires(USE)
def close(pilot_id: int) -> Answer:
    """Close a pilot with its result."""
    found = guard.own_pilot(actor(), pilot_id, hold=True)
    form = CloseForm()
    if form.validate():
        with blaming(form):
            running.close(
                found, outcome=form.outcome.data, result=form.result.data or "",
                lessons=form.lessons.data or "", after=form.after.data or "", actor=actor(),
                at=now(),
            )  # fmt: skip
            return go(
                "pilot", _("Closed. The draft of an example stands below."), pilot_id=pilot_id
            )
    return _close(found, form, refused=True)
