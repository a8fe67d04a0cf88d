"""Evidence and colleagues of a dossier."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _

from learnenv.areas.certification import eligibility
from learnenv.areas.certification.forms import (
    ColleagueForm,
    EvidenceForm,
)
from learnenv.areas.certification.models import Dossier
from learnenv.areas.certification.permissions import APPLY
from learnenv.areas.certification.queries import dossiers
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.applicant import own_dossier
from learnenv.areas.certification.routes.parts import (
    Answer,
    go,
    page,
    send_evidence,
)
from learnenv.areas.certification.services import (
    parties,
    proofs,
)
from learnenv.areas.certification.services.base import EDITABLE, rules_of
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.kernel.uploads import LARGEST
from learnenv.web.shell import actor

CALENDAR = "text/calendar; charset=utf-8"


# --- evidence and colleagues ---------------------------------------------------------------------


def _evidence_form(found: Dossier, **values: Any) -> EvidenceForm:
    rules = rules_of(found.scheme)
    return EvidenceForm(kinds=[(e.key, e.title) for e in rules.evidence], **values)


def _evidence_page(found: Dossier, form: EvidenceForm, *, refused: bool = False) -> Answer:
    rows, rules = proofs.present_evidence(found.id), rules_of(found.scheme)
    return page(
        "evidence",
        refused=refused,
        dossier=found,
        rules=rules,
        rows=rows,
        form=form,
        late=lambda row: (
            (asked := rules.evidence_rule(row.key)) is not None
            and eligibility.is_expired(asked, row, today())
        ),
        editable=found.state in EDITABLE,
    )


@blueprint.get("/certificering/dossiers/<slug:number>/bewijs")
@requires(APPLY)
def evidence(number: str) -> Answer:
    """Show the evidence and what is asked."""
    found = own_dossier(number)
    return _evidence_page(found, _evidence_form(found, key=request.args.get("stuk")))


@blueprint.post("/certificering/dossiers/<slug:number>/bewijs")
@requires(APPLY)
def add_evidence(number: str) -> Answer:
    """Add a file or a link."""
    found = own_dossier(number)
    form = _evidence_form(found)
    upload = request.files.get("file")
    if form.validate():
        with blaming(form):
            proofs.add_evidence(
                found,
                proofs.NewEvidence(
                    key=form.key.data or "",
                    data=upload.read(LARGEST + 1) if upload else b"",
                    name=(upload.filename or "") if upload else "",
                    link=form.link.data or "",
                    issued_on=form.issued_on.data,
                    expires_on=form.expires_on.data,
                ),
                actor=actor(),
                at=now(),
            )
            return go("evidence", _("Added."), number=number)
    return _evidence_page(found, form, refused=True)


@blueprint.post("/certificering/dossiers/<slug:number>/bewijs/<id:evidence_id>/weg")
@requires(APPLY)
def drop_evidence(number: str, evidence_id: int) -> Answer:
    """Take a piece of evidence out."""
    found = own_dossier(number)
    row = dossiers.evidence(found, evidence_id)
    proofs.remove_evidence(found, row, actor=actor(), at=now())
    return go("evidence", _("Taken out."), number=number)


@blueprint.get("/certificering/dossiers/<slug:number>/bewijs/<id:evidence_id>")
@requires(APPLY)
def own_file(number: str, evidence_id: int) -> Answer:
    """Download my own file."""
    found = own_dossier(number)
    return send_evidence(found, dossiers.evidence(found, evidence_id))


def _colleagues(found: Dossier, form: ColleagueForm, *, refused: bool = False) -> Answer:
    return page(
        "colleagues",
        refused=refused,
        dossier=found,
        members=dossiers.members(found.party_id),
        form=form,
    )


@blueprint.get("/certificering/dossiers/<slug:number>/collegas")
@requires(APPLY)
def colleagues(number: str) -> Answer:
    """Show who works along on this dossier."""
    return _colleagues(own_dossier(number), ColleagueForm())


@blueprint.post("/certificering/dossiers/<slug:number>/collegas")
@requires(APPLY)
def add_colleague(number: str) -> Answer:
    """Ask a colleague to work along."""
    found, form = own_dossier(number), ColleagueForm()
    if form.validate():
        with blaming(form):
            parties.ask_colleague(found.party, email=form.email.data or "", actor=actor(), at=now())
            return go("colleagues", _("Asked by mail."), number=number)
    return _colleagues(found, form, refused=True)


@blueprint.post("/certificering/dossiers/<slug:number>/collegas/<id:member_id>/weg")
@requires(APPLY)
def drop_colleague(number: str, member_id: int) -> Answer:
    """Take a colleague off."""
    found = own_dossier(number)
    member = next((m for m in dossiers.members(found.party_id) if m.id == member_id), None)
    if member is None:
        raise NotFoundError
    parties.drop_member(found.party, member, actor=actor())
    return go("colleagues", number=number)
