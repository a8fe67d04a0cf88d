"""What an assessor does: declare independence, look at the evidence, give levels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _

from learnenv.areas.certification import conflicts
from learnenv.areas.certification.forms import (
    AwayForm,
    DeclareForm,
    OfferForm,
    ScoreForm,
    TextForm,
)
from learnenv.areas.certification.models import Assignment, AssignmentState, Dossier
from learnenv.areas.certification.permissions import ASSESS
from learnenv.areas.certification.queries import dossiers, lists
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import (
    Answer,
    go,
    leave_line,
    moment_of,
    page,
    send_evidence,
)
from learnenv.areas.certification.rules import Criterion
from learnenv.areas.certification.services import (
    applying,
    assessing,
    handling,
    interviews,
)
from learnenv.areas.certification.services.base import rules_of
from learnenv.kernel.clock import local, now, today
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor

CALENDAR = "text/calendar; charset=utf-8"


@blueprint.get("/certificering/beoordelen")
@requires(ASSESS)
def to_assess() -> Answer:
    """Show the dossiers that wait for me, first due first."""
    return page("to_assess", work=lists.assessor_list(actor()), form=AwayForm(formdata=None))


@blueprint.post("/certificering/beoordelen/afwezig")
@requires(ASSESS)
def away() -> Answer:
    """Note when I am not there for interviews."""
    form = AwayForm()
    if form.validate() and form.starts_at.data:
        with blaming(form):
            start = moment_of(form.starts_at.data)
            interviews.block(actor(), start, start + timedelta(hours=form.hours.data or 1))
            return go("to_assess", _("Noted."))
    return page("to_assess", refused=True, work=lists.assessor_list(actor()), form=form)


def _mine(number: str) -> tuple[Dossier, Assignment]:
    return dossiers.for_assessor(actor(), number)


def _score_form(criterion: Criterion, **values: Any) -> ScoreForm:
    return ScoreForm(prefix=criterion.key, levels=criterion.levels, **values)


def _page(found: Dossier, row: Assignment, *, refused: bool = False, **forms: Any) -> Answer:
    rules = rules_of(found.scheme)
    given = assessing.scores_of(row.id)
    revisions = dossiers.revisions(found.id)
    answers, evidence = dossiers.handed_in(found)
    before = next((r for r in revisions if r.number == row.seen_revision), None)
    changed, new, gone = applying.diff(before, answers, evidence)
    used = {key for c in rules.criteria for key in c.questions}
    scoring_forms = {
        c.key: _score_form(
            c,
            formdata=None,
            level=given[c.key].level if c.key in given else None,
            note=given[c.key].note if c.key in given else "",
        )
        for c in rules.criteria
    }
    scoring_forms.update(forms.pop("scores", {}))
    shown = {
        "declare": DeclareForm(prefix="verklaar", formdata=None),
        "ask": TextForm(prefix="vraag", formdata=None, label=_("Question to the applicant")),
        "offer": OfferForm(prefix="gesprek", formdata=None),
        "report": TextForm(prefix="verslag", formdata=None, label=_("What was said")),
        "hand_in": TextForm(prefix="klaar", formdata=None, label=_("Your conclusion")),
        **forms,
    }
    return page(
        "assess",
        refused=refused,
        dossier=found,
        assignment=row,
        rules=rules,
        given=given,
        loose=[
            q for q in rules.questions if q.key not in used and not (rules.blind and q.identifying)
        ],
        answers=answers,
        evidence=evidence,
        changed=changed,
        new=new,
        gone=gone,
        newest=revisions[-1].number if revisions else 0,
        interviews=dossiers.interviews(found.id),
        questions=dossiers.questions(found.id),
        others=assessing.all_scores(found.id) if assessing.all_in(found) else [],
        scores=scoring_forms,
        forms=shown,
        moment=now(),
        may_work=row.state == AssignmentState.INDEPENDENT and found.state == "assessing",
    )


@blueprint.get("/certificering/beoordelen/<slug:number>")
@requires(ASSESS)
def assess(number: str) -> Answer:
    """Show a dossier with its evidence beside each criterion; looking leaves a line (P36)."""
    found, row = _mine(number)
    leave_line("certification.dossier_seen", f"dossier:{number}", actor())
    return _page(found, row)


@blueprint.post("/certificering/beoordelen/<slug:number>/verklaren")
@requires(ASSESS)
def declare_independence(number: str) -> Answer:
    """Declare that I am independent, or that something stands in the way."""
    found, row = _mine(number)
    form = DeclareForm(prefix="verklaar")
    if form.validate():
        with blaming(form):
            independent = form.independent.data == "yes"
            assessing.declare(
                found.id,
                independent=independent,
                text=form.text.data or "",
                actor=actor(),
                at=now(),
            )
            if independent:
                return go("assess", number=number)
            return go("to_assess", _("Thank you. Somebody else is asked."))
    return _page(found, row, refused=True, declare=form)


@blueprint.post("/certificering/beoordelen/<slug:number>/gezien")
@requires(ASSESS)
def seen(number: str) -> Answer:
    """Note that I saw what changed."""
    found, row = _mine(number)
    revisions = dossiers.revisions(found.id)
    row.seen_revision = revisions[-1].number if revisions else 0
    return go("assess", number=number)


@blueprint.post("/certificering/beoordelen/<slug:number>/score/<slug:criterion>")
@requires(ASSESS)
def score(number: str, criterion: str) -> Answer:
    """Keep a level on a criterion."""
    found, row = _mine(number)
    rule = rules_of(found.scheme).criterion(criterion)
    if rule is None:
        raise NotFoundError
    form = _score_form(rule)
    if form.validate():
        with blaming(form):
            assessing.score(
                found.id,
                criterion,
                form.level.data or 0,
                form.note.data or "",
                actor=actor(),
                at=now(),
            )
            if "HX-Request" in request.headers:
                return _saved({})
            return go("assess", _("Kept."), number=number, _anchor=f"c-{criterion}")
    if "HX-Request" in request.headers:  # a note without a level yet: said, and kept by the page
        return _saved({key: "; ".join(map(str, found)) for key, found in form.errors.items()})
    return _page(found, row, refused=True, scores={criterion: form})


def _saved(wrong: dict[str, str]) -> Answer:
    return render_template(
        "certification/saved.html", wrong=wrong, at=local(now()).strftime("%H:%M")
    )


@blueprint.post("/certificering/beoordelen/<slug:number>/klaar")
@requires(ASSESS)
def hand_in_scores(number: str) -> Answer:
    """Hand my scores in, for good."""
    found, row = _mine(number)
    form = TextForm(prefix="klaar", label=_("Your conclusion"))
    if form.validate():
        with blaming(form):
            assessing.hand_in(found.id, form.text.data or "", actor=actor(), at=now())
            return go("to_assess", _("Handed in. Thank you."))
    return _page(found, row, refused=True, hand_in=form)


@blueprint.post("/certificering/beoordelen/<slug:number>/vraag")
@requires(ASSESS)
def assessor_asks(number: str) -> Answer:
    """Ask the applicant something; the clock stands still."""
    found, row = _mine(number)
    form = TextForm(prefix="vraag", label=_("Question to the applicant"))
    if form.validate():
        with blaming(form):
            handling.ask(found.id, form.text.data or "", actor=actor(), at=now())
            return go("assess", _("Asked. The time stands still until the answer."), number=number)
    return _page(found, row, refused=True, ask=form)


@blueprint.post("/certificering/beoordelen/<slug:number>/gesprek")
@requires(ASSESS)
def offer(number: str) -> Answer:
    """Offer a time for the interview."""
    found, row = _mine(number)
    form = OfferForm(prefix="gesprek")
    if form.validate() and form.starts_at.data:
        with blaming(form):
            start = moment_of(form.starts_at.data)
            interviews.offer(
                found.id,
                start=start,
                end=start + timedelta(minutes=form.minutes.data or 60),
                place=form.place.data or "",
                actor=actor(),
                at=now(),
            )
            return go("assess", _("Offered. The applicant chooses a time."), number=number)
    return _page(found, row, refused=True, offer=form)


@blueprint.post("/certificering/beoordelen/<slug:number>/gesprek/<id:interview_id>/verslag")
@requires(ASSESS)
def report(number: str, interview_id: int) -> Answer:
    """Write what was said in the interview."""
    found, row = _mine(number)
    form = TextForm(prefix="verslag", label=_("What was said"))
    if form.validate():
        with blaming(form):
            interviews.report(found.id, interview_id, form.text.data or "", actor=actor(), at=now())
            return go("assess", _("Kept."), number=number)
    return _page(found, row, refused=True, report=form)


@blueprint.get("/certificering/beoordelen/<slug:number>/gesprek.ics")
@requires(ASSESS)
def assessor_calendar(number: str) -> Response:
    """Give the interview for my calendar."""
    found, _row = _mine(number)
    booked = interviews.booked(found.id)
    if booked is None:
        raise NotFoundError
    return Response(interviews.calendar_file(found, booked), content_type=CALENDAR)


@blueprint.get("/certificering/beoordelen/<slug:number>/bewijs/<id:evidence_id>")
@requires(ASSESS)
def assessor_file(number: str, evidence_id: int) -> Answer:
    """Download evidence; in a blind scheme its name tells nothing (f7)."""
    found, row = _mine(number)
    if row.state == AssignmentState.ASKED:
        raise NotFoundError  # first independence, then the evidence
    conflicts.demand_independent(actor(), found, today=today())
    piece = dossiers.evidence_handed_in(found, evidence_id)
    leave_line("certification.evidence_seen", f"dossier:{number}", actor(), evidence=piece.id)
    ending = piece.name.rsplit(".", 1)[-1]
    name = f"{piece.key}-{piece.id}.{ending}" if rules_of(found.scheme).blind else ""
    return send_evidence(found, piece, name=name)
