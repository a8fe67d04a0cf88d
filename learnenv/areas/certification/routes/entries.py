"""What the coordinator does with an entry: suspend, lift, make smaller, propose to end."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from learnenv.areas.certification import trail
from learnenv.areas.certification.forms import ReasonForm, ScopeForm
from learnenv.areas.certification.models import Registration
from learnenv.areas.certification.permissions import COORDINATE
from learnenv.areas.certification.queries import register as queries
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import Answer, go, leave_line, page
from learnenv.areas.certification.services import points, register
from learnenv.kernel.clock import now, today
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.kernel.taxonomy import THEMES
from learnenv.web.shell import actor


def _scope_form(entry: Registration, **values: Any) -> ScopeForm:
    return ScopeForm(prefix="bereik", themes=[(key, THEMES[key]) for key in entry.themes], **values)


def _page(entry: Registration, *, refused: bool = False, **forms: Any) -> Answer:
    lines = queries.lines(entry.id)
    shown = {
        "suspend": ReasonForm(prefix="schors", formdata=None),
        "lift": ReasonForm(prefix="hef", formdata=None),
        "end": ReasonForm(prefix="einde", formdata=None),
        "scope": _scope_form(entry, formdata=None),
        **forms,
    }
    return page(
        "staff_entry",
        refused=refused,
        entry=entry,
        lines=lines,
        broken=trail.broken_standing(lines),
        standing=queries.standing_now(entry, today()),
        balance=points.balance(entry, today()),
        forms=shown,
    )


@blueprint.get("/certificering/ingeschreven/<slug:number>")
@requires(COORDINATE)
def staff_entry(number: str) -> Answer:
    """Show an entry with its whole history and the reasons."""
    leave_line("certification.dossier_seen", f"registration:{number}", actor())
    return _page(queries.entry(number))


@blueprint.post("/certificering/ingeschreven/<slug:number>/schorsen")
@requires(COORDINATE)
def suspend(number: str) -> Answer:
    """Suspend an entry; register and directory say so at the next request."""
    entry, form = queries.entry(number), ReasonForm(prefix="schors")
    if form.validate():
        with blaming(form):
            register.suspend(entry.id, form.reason.data or "", actor=actor(), at=now())
            return go("staff_entry", _("Suspended."), number=number)
    return _page(entry, refused=True, suspend=form)


@blueprint.post("/certificering/ingeschreven/<slug:number>/opheffen")
@requires(COORDINATE)
def lift(number: str) -> Answer:
    """Make a suspended entry valid again."""
    entry, form = queries.entry(number), ReasonForm(prefix="hef")
    if form.validate():
        with blaming(form):
            register.lift(entry.id, form.reason.data or "", actor=actor(), at=now())
            return go("staff_entry", _("Valid again."), number=number)
    return _page(entry, refused=True, lift=form)


@blueprint.post("/certificering/ingeschreven/<slug:number>/bereik")
@requires(COORDINATE)
def reduce_scope(number: str) -> Answer:
    """Make what an entry covers smaller."""
    entry = queries.entry(number)
    form = _scope_form(entry)
    if form.validate():
        with blaming(form):
            register.reduce_scope(
                entry.id,
                form.themes.data or [],
                form.reason.data or "",
                actor=actor(),
                at=now(),
            )
            return go("staff_entry", _("Saved."), number=number)
    return _page(entry, refused=True, scope=form)


@blueprint.post("/certificering/ingeschreven/<slug:number>/einde")
@requires(COORDINATE)
def propose_end(number: str) -> Answer:
    """Propose to withdraw an entry; somebody else decides."""
    entry, form = queries.entry(number), ReasonForm(prefix="einde")
    if form.validate():
        with blaming(form):
            register.propose_withdrawal(entry.id, form.reason.data or "", actor=actor(), at=now())
            return go("staff_entry", _("Proposed. Somebody else decides."), number=number)
    return _page(entry, refused=True, end=form)
