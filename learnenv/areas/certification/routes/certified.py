"""What a certified party does: renew, declare every year, and show or hide contact data."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from learnenv.areas.certification.forms import (
    TextForm,
)
from learnenv.areas.certification.models import Registration
from learnenv.areas.certification.permissions import APPLY
from learnenv.areas.certification.queries import dossiers
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import (
    Answer,
    go,
    page,
)
from learnenv.areas.certification.services import (
    declaring,
    parties,
    points,
)
from learnenv.kernel.clock import now, today
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor

CALENDAR = "text/calendar; charset=utf-8"


# --- what follows certification ------------------------------------------------------------------


@blueprint.post("/certificering/register/<slug:number>/verlengen")
@requires(APPLY)
def renew(number: str) -> Answer:
    """Begin the renewal, prefilled."""
    entry = dossiers.own_registration(actor(), number)
    made = points.renew(entry, actor=actor(), at=now())
    return go("dossier", number=made.number)


def _declaration(entry: Registration, form: TextForm, *, refused: bool = False) -> Answer:
    return page(
        "declaration",
        refused=refused,
        entry=entry,
        form=form,
        is_open=declaring.can_declare(entry, today()),
    )


@blueprint.get("/certificering/verklaring/<slug:number>")
@requires(APPLY)
def declaration(number: str) -> Answer:
    """Ask for the yearly self-declaration."""
    entry = dossiers.own_registration(actor(), number)
    return _declaration(entry, _declaration_form(formdata=None))


def _declaration_form(**values: Any) -> TextForm:
    return TextForm(
        prefix="verklaring",
        label=_("What changed this year?"),
        hint=_("Think of your work, your clients, complaints, and your evidence."
               " Nothing changed? Write that."),
        **values,
    )  # fmt: skip


@blueprint.post("/certificering/verklaring/<slug:number>")
@requires(APPLY)
def declare(number: str) -> Answer:
    """Give the yearly self-declaration."""
    entry, form = dossiers.own_registration(actor(), number), _declaration_form()
    if form.validate():
        with blaming(form):
            declaring.declare(entry.id, form.text.data or "", actor=actor(), at=now())
            return go("mine", _("Thank you. You are done for this year."))
    return _declaration(entry, form, refused=True)


@blueprint.post("/certificering/register/<slug:number>/<any(tonen, verbergen):what>")
@requires(APPLY)
def consent(number: str, what: str) -> Answer:
    """Let the register show my contact data, or stop it; it works at once (P35)."""
    entry = dossiers.own_registration(actor(), number)
    if what == "tonen":
        parties.give_consent(entry.party, actor=actor(), at=now())
        return go("mine", _("The register shows your contact data now."))
    parties.withdraw_consent(entry.party, actor=actor(), at=now())
    return go("mine", _("The register does not show your contact data any more."))
