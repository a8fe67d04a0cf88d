"""What who decides does: decisions, objections, and the end of an entry."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from learnenv.accounts.api import people_facts
from learnenv.areas.certification.forms import DecisionForm, ObjectionForm, ReasonForm
from learnenv.areas.certification.models import Dossier, Outcome, State, Verdict
from learnenv.areas.certification.permissions import DECIDE
from learnenv.areas.certification.queries import dossiers, lists
from learnenv.areas.certification.queries import register as entries
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import (
    Answer,
    go,
    leave_line,
    page,
    send_evidence,
)
from learnenv.areas.certification.services import (
    applying,
    assessing,
    deciding,
    points,
    register,
)
from learnenv.areas.certification.services.base import rules_of
from learnenv.kernel.clock import now, today
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.get("/certificering/besluiten")
@requires(DECIDE)
def to_decide() -> Answer:
    """Show what waits for a decision of mine."""
    who = actor()
    return page(
        "to_decide",
        dossiers=lists.decider_list(who),
        most=lists.PER_PAGE,
        objections=lists.objections_of(who),
        endings=lists.endings(),
        decided=lists.decided_by(who),
        me=who.id,
    )


def _found(number: str) -> Dossier:
    return dossiers.for_decider(actor(), number)


def _page(found: Dossier, *, refused: bool = False, **forms: Any) -> Answer:
    scores = assessing.all_scores(found.id)
    answers, evidence = dossiers.handed_in(found)
    decided = dossiers.decisions(found.id)
    objection = next(
        (
            d.objection
            for d in decided
            if d.objection and not d.objection.verdict and d.objection.handler_id == actor().id
        ),
        None,
    )
    shown = {
        "decide": DecisionForm(prefix="besluit", formdata=None),
        "back": ReasonForm(prefix="terug", formdata=None),
        "objection": ObjectionForm(prefix="bezwaar", formdata=None),
        **forms,
    }
    return page(
        "decide",
        refused=refused,
        dossier=found,
        rules=rules_of(found.scheme),
        findings=applying.findings_of(found, today()),
        answers=answers,
        evidence=evidence,
        scores=scores,
        people=people_facts(row.person_id for row, _given in scores),
        result=deciding.result_of(found),
        interviews=dossiers.interviews(found.id),
        questions=dossiers.questions(found.id),
        decisions=decided,
        objection=objection,
        short=points.is_short_path(found, today()),
        may_decide=found.state == State.DECIDING,
        forms=shown,
    )


@blueprint.get("/certificering/besluiten/<slug:number>")
@requires(DECIDE)
def decide(number: str) -> Answer:
    """Show a dossier to decide on: scores, advice, evidence; looking leaves a line (P36)."""
    found = _found(number)
    leave_line("certification.dossier_seen", f"dossier:{number}", actor())
    return _page(found)


@blueprint.post("/certificering/besluiten/<slug:number>/besluit")
@requires(DECIDE)
def make_decision(number: str) -> Answer:
    """Decide; the letter follows by itself."""
    found, form = _found(number), DecisionForm(prefix="besluit")
    if form.validate():
        with blaming(form):
            deciding.decide(
                found.id,
                Outcome(form.outcome.data),
                grounds=form.grounds.data or "",
                conditions=form.conditions.data or "",
                actor=actor(),
                at=now(),
            )
            return go("to_decide", _("Decided. The applicant gets the letter."))
    return _page(found, refused=True, decide=form)


@blueprint.post("/certificering/besluiten/<slug:number>/terug")
@requires(DECIDE)
def send_back(number: str) -> Answer:
    """Ask for a better advice."""
    found, form = _found(number), ReasonForm(prefix="terug")
    if form.validate():
        with blaming(form):
            deciding.send_back(found.id, form.reason.data or "", actor=actor(), at=now())
            return go("to_decide", _("Sent back to the coordinator."))
    return _page(found, refused=True, back=form)


@blueprint.post("/certificering/besluiten/<slug:number>/bezwaar/<id:objection_id>")
@requires(DECIDE)
def decide_objection(number: str, objection_id: int) -> Answer:
    """Decide on an objection that was given to me."""
    found, form = _found(number), ObjectionForm(prefix="bezwaar")
    if form.validate():
        with blaming(form):
            deciding.decide_objection(
                found.id,
                objection_id,
                Verdict(form.verdict.data),
                hearing=form.hearing.data or "",
                grounds=form.grounds.data or "",
                outcome=Outcome(form.outcome.data) if form.outcome.data else None,
                conditions=form.conditions.data or "",
                actor=actor(),
                at=now(),
            )
            return go("to_decide", _("Decided. The applicant gets the letter."))
    return _page(found, refused=True, objection=form)


@blueprint.get("/certificering/besluiten/<slug:number>/bewijs/<id:evidence_id>")
@requires(DECIDE)
def decider_file(number: str, evidence_id: int) -> Answer:
    """Download evidence."""
    found = _found(number)
    piece = dossiers.evidence_handed_in(found, evidence_id)
    leave_line("certification.evidence_seen", f"dossier:{number}", actor(), evidence=piece.id)
    return send_evidence(found, piece)


@blueprint.post("/certificering/besluiten/einde/<slug:number>/<any(bevestigen, afwijzen):verdict>")
@requires(DECIDE)
def end_entry(number: str, verdict: str) -> Answer:
    """Confirm or put aside a withdrawal that somebody else proposed."""
    entry = entries.entry(number)
    if verdict == "bevestigen":
        register.withdraw(entry.id, actor=actor(), at=now())
        return go("to_decide", _("Withdrawn. Register and certificate say so now."))
    register.put_aside(entry.id, actor=actor())
    return go("to_decide", _("Put aside; nothing changed."))
