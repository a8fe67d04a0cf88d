"""The inventory: who is known and not certified yet, and what became of the invitations (k15)."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _

from learnenv.areas.certification.forms import CsvForm, InventoryForm
from learnenv.areas.certification.models import Kind
from learnenv.areas.certification.permissions import COORDINATE
from learnenv.areas.certification.queries import lists
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import (
    LONG_NUMBER,
    Answer,
    asked_text,
    choice_of,
    go,
    leave_line,
    page,
    page_number,
)
from learnenv.areas.certification.services import importing, parties
from learnenv.areas.certification.words import INVITED
from learnenv.kernel import sheets
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web import exports
from learnenv.web.shell import actor

MOST_AT_ONCE = 500


def _asked() -> tuple[str, str]:
    return choice_of("soort", {k.value for k in Kind}), asked_text()


@blueprint.get("/certificering/inventaris")
@requires(COORDINATE)
def inventory() -> Answer:
    """Show who is known and not certified yet."""
    return _inventory(InventoryForm(formdata=None))


def _inventory(form: InventoryForm, *, refused: bool = False) -> Answer:
    kind, text = _asked()
    number = page_number()
    lines, total = lists.inventory(kind=kind, text=text, page=number)
    return page(
        "inventory",
        refused=refused,
        lines=lines,
        total=total,
        kind=kind,
        text=text,
        form=form,
        page=number,
        pages=-(-total // lists.PER_PAGE),
        page_url=lambda n: url_for(
            "certification.inventory", soort=kind or None, q=text or None, pagina=n
        ),
    )


@blueprint.post("/certificering/inventaris")
@requires(COORDINATE)
def add_party() -> Answer:
    """Add somebody who is known."""
    form = InventoryForm()
    if form.validate():
        with blaming(form):
            facts = form.facts(Kind(form.kind.data))
            parties.add_party(facts, actor=actor(), at=now())
            return go("inventory", _("Added."))
    return _inventory(form, refused=True)


@blueprint.post("/certificering/inventaris/uitnodigen")
@requires(COORDINATE)
def invite() -> Answer:
    """Mail the chosen parties an invitation."""
    ids = [
        int(text)
        for text in request.form.getlist("party")[:MOST_AT_ONCE]
        if text.isascii() and text.isdigit() and len(text) < LONG_NUMBER
    ]
    if not ids:
        raise InvalidInputError(
            _("Choose who to invite first."),
            way_out=(_("Back to the list"), url_for("certification.inventory")),
        )
    sent = parties.invite(parties.by_ids(ids), actor=actor(), at=now())
    return go("inventory", _("%(number)s invitations sent.", number=sent))


@blueprint.get("/certificering/inventaris/lijst.<any(csv, xlsx, ods):kind>")
@requires(COORDINATE)
def inventory_export(kind: str) -> Response:
    """Give the list as a file."""
    chosen, text = _asked()
    rows, number = [], 1
    while True:
        lines, total = lists.inventory(kind=chosen, text=text, page=number)
        rows += [
            (
                str(line.party.kind), line.party.name, line.party.email, line.party.website,
                line.party.region, today(line.invitation.sent_at) if line.invitation else None,
                str(INVITED[line.invitation.answer]) if line.invitation else "",
            )
            for line in lines
        ]  # fmt: skip
        if number * lists.PER_PAGE >= total:
            break
        number += 1
    columns = [
        _("Kind"), _("Name"), _("E-mail address"), _("Website"), _("Region"), _("Invited on"),
        _("Answer"),
    ]  # fmt: skip
    leave_line("certification.list_exported", "parties", actor(), lines=len(rows))
    return exports.download(exports.Table(_("Inventory"), columns, rows), kind)


@blueprint.get("/certificering/inventaris/importeren")
@requires(COORDINATE)
def import_page() -> Answer:
    """Ask for a CSV file."""
    return page("import", form=CsvForm(), lines=None, data="")


@blueprint.post("/certificering/inventaris/importeren")
@requires(COORDINATE)
def import_file() -> Answer:
    """Show what a file would add; written only after a second click."""
    form = CsvForm()
    kept = request.form.get("data", "")
    if form.validate():
        with blaming(form):
            data = sheets.unwrap(kept) if kept else _sent_file()
            lines = importing.read(data)
            wrong = [line for line in lines if line.problems]
            if kept and not wrong:
                number = importing.write(lines, actor=actor(), at=now())
                return go("inventory", _("%(number)s added.", number=number))
            shown = page(
                "import",
                form=form,
                lines=lines,
                wrong=wrong,
                fresh=[line for line in lines if not line.problems and not line.is_known],
                data="" if wrong else sheets.wrap(data),
            )
            return (str(shown), 422) if wrong else shown
    return page("import", refused=True, form=form, lines=None, data="")


def _sent_file() -> bytes:
    upload = request.files.get("file")
    return upload.read(sheets.LARGEST + 1) if upload else b""
