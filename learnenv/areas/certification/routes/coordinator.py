"""What the coordinator does: the work list, a dossier, assessors, questions and figures."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _

from learnenv.accounts.api import people_facts, people_with
from learnenv.areas.certification import eligibility, export, trail
from learnenv.areas.certification.forms import (
    AssignForm,
    NoteForm,
    PersonForm,
    ReasonForm,
    RelationForm,
    TextForm,
)
from learnenv.areas.certification.life import RUNNING
from learnenv.areas.certification.models import Dossier, State
from learnenv.areas.certification.permissions import COORDINATE
from learnenv.areas.certification.queries import dossiers, lists
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import (
    Answer,
    asked_text,
    choice_of,
    go,
    leave_line,
    number_in,
    page,
    page_number,
    send_evidence,
)
from learnenv.areas.certification.services import (
    applying,
    assessing,
    deciding,
    handling,
    points,
    pool,
)
from learnenv.areas.certification.services.base import active, rules_of
from learnenv.areas.certification.words import STATES
from learnenv.kernel.clock import now, today
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import Role, requires
from learnenv.web import exports
from learnenv.web.shell import actor


@blueprint.get("/certificering/coordinatie")
@requires(COORDINATE)
def work() -> Answer:
    """Show what waits, late first (f18)."""
    state, text = choice_of("staat", {*STATES, "late"}), asked_text()
    number = page_number()
    found = lists.coordinator_list(state=state, text=text, page=number, day=today())
    return page(
        "work",
        found=found,
        state=state,
        text=text,
        todo=lists.coordinator_todo(),
        running=RUNNING,
        page=number,
        page_url=lambda n: url_for(
            "certification.work", staat=state or None, q=text or None, pagina=n
        ),
    )


@blueprint.get("/certificering/coordinatie/lijst.<any(csv, xlsx, ods):kind>")
@requires(COORDINATE)
def work_export(kind: str) -> Response:
    """Give the list that is on screen as a file."""
    state, text = choice_of("staat", {*STATES, "late"}), asked_text()
    rows = []
    number = 1
    while True:
        found = lists.coordinator_list(state=state, text=text, page=number, day=today())
        rows += [
            (d.number, d.party.name, rules_of(d.scheme).title, str(STATES[d.state]), d.due_on)
            for d in found.dossiers
        ]
        if number >= found.pages:
            break
        number += 1
    leave_line("certification.list_exported", "dossiers", actor(), lines=len(rows))
    columns = [_("Number"), _("Name"), _("Scheme"), _("State"), _("Due on")]
    return exports.download(exports.Table(_("Dossiers"), columns, rows), kind)


def _page(found: Dossier, *, refused: bool = False, **forms: Any) -> Answer:
    rules, day = rules_of(found.scheme), today()
    answers, evidence = dossiers.handed_in(found)
    rows = dossiers.assignments(found.id)
    choosing = found.state in (State.ASSIGNING, State.ASSESSING)
    candidates = handling.candidates(found, day=day) if choosing else []
    decided = dossiers.decisions(found.id)
    waiting = next((d.objection for d in decided if d.objection and not d.objection.verdict), None)
    handlers = deciding.handlers(found, at=now()) if waiting else []
    lines = dossiers.trail(found.id)
    people = people_facts(
        [
            *(row.person_id for row in rows),
            *(line.actor_id for line in lines if line.actor_id),
            *([waiting.handler_id] if waiting and waiting.handler_id else []),
        ]
    )
    shown = {
        "ask": TextForm(prefix="vraag", formdata=None, label=_("Question to the applicant")),
        "accept": NoteForm(prefix="compleet", formdata=None),
        "aside": TextForm(prefix="opzij", formdata=None, label=_("Grounds")),
        "assign": _assign_form(found, candidates, formdata=None),
        "third": ReasonForm(prefix="derde", formdata=None),
        "advice": TextForm(
            prefix="advies", formdata=None, label=_("Advice"),
            hint=_("What do the scores say, where do assessors differ, what do you advise?"),
        ),
        "handler": PersonForm(
            prefix="bezwaar", formdata=None, people=[(h[0], h[1]) for h in handlers if not h[2]]
        ),
        "complaint": TextForm(prefix="klacht", formdata=None, label=_("Answer")),
        "relation": _relation_form(formdata=None),
        **forms,
    }  # fmt: skip
    return page(
        "handle",
        refused=refused,
        dossier=found,
        rules=rules,
        findings=applying.findings_of(found, day),
        expired=eligibility.expired(rules, evidence, day),
        answers=answers,
        evidence=evidence,
        assignments=rows,
        people=people,
        candidates=candidates,
        scores=assessing.all_scores(found.id),
        result=deciding.result_of(found) if assessing.all_in(found) else None,
        questions=dossiers.questions(found.id),
        interviews=dossiers.interviews(found.id),
        decisions=decided,
        waiting=waiting,
        handlers=handlers,
        complaints=dossiers.complaints(found.id),
        trail=lines,
        broken=trail.broken(lines),
        short=points.is_short_path(found, day),
        forms=shown,
    )  # fmt: skip


def _assign_form(found: Dossier, candidates: list[handling.Candidate], **values: Any) -> AssignForm:
    free = [c for c in candidates if not c.against]
    wanted = 1 if found.state == State.ASSESSING else rules_of(found.scheme).assessors
    wanted = max(0, wanted - (0 if found.needs_third else active(found.id)))
    return AssignForm(
        prefix="kies",
        people=[(c.person_id, f"{c.name} ({c.load}/{c.most})") for c in candidates],
        assessors=[c.person_id for c in free[:wanted]],
        **values,
    )


def _relation_form(**values: Any) -> RelationForm:
    people = {
        p.person_id: p.name
        for p in (*people_with(Role.ASSESSOR), *people_with(Role.DECISION_MAKER))
    }
    return RelationForm(
        prefix="relatie", people=sorted(people.items(), key=lambda p: p[1]), **values
    )


def _one(number: str) -> Dossier:
    return dossiers.for_coordinator(actor(), number)


@blueprint.get("/certificering/coordinatie/<slug:number>")
@requires(COORDINATE)
def handle(number: str) -> Answer:
    """Show a dossier with everything; looking leaves a line (P36)."""
    found = _one(number)
    leave_line("certification.dossier_seen", f"dossier:{number}", actor())
    return _page(found)


@blueprint.post("/certificering/coordinatie/<slug:number>/vraag")
@requires(COORDINATE)
def coordinator_asks(number: str) -> Answer:
    """Ask the applicant to complete something; the clock stands still."""
    found = _one(number)
    form = TextForm(prefix="vraag", label=_("Question to the applicant"))
    if form.validate():
        with blaming(form):
            handling.ask(found.id, form.text.data or "", actor=actor(), at=now())
            return go("handle", _("Asked. The time stands still until the answer."), number=number)
    return _page(found, refused=True, ask=form)


@blueprint.post("/certificering/coordinatie/<slug:number>/compleet")
@requires(COORDINATE)
def accept(number: str) -> Answer:
    """Find the dossier complete."""
    found, form = _one(number), NoteForm(prefix="compleet")
    if form.validate():
        with blaming(form):
            handling.accept(found.id, note=form.text.data or "", actor=actor(), at=now())
            return go("handle", _("Complete. Choose assessors now."), number=number)
    return _page(found, refused=True, accept=form)


@blueprint.post("/certificering/coordinatie/<slug:number>/buiten-behandeling")
@requires(COORDINATE)
def set_aside(number: str) -> Answer:
    """Set an incomplete application aside."""
    found = _one(number)
    form = TextForm(prefix="opzij", label=_("Grounds"))
    if form.validate():
        with blaming(form):
            handling.set_aside(found.id, form.text.data or "", actor=actor(), at=now())
            return go("handle", _("Set aside. The applicant gets the letter."), number=number)
    return _page(found, refused=True, aside=form)


@blueprint.post("/certificering/coordinatie/<slug:number>/toewijzen")
@requires(COORDINATE)
def assign(number: str) -> Answer:
    """Ask assessors."""
    found = _one(number)
    form = _assign_form(found, handling.candidates(found, day=today()))
    if form.validate():
        with blaming(form):
            handling.assign(found.id, form.assessors.data or [], actor=actor(), at=now())
            return go("handle", _("Asked by mail."), number=number)
    return _page(found, refused=True, assign=form)


@blueprint.post("/certificering/coordinatie/<slug:number>/eraf/<id:assignment_id>")
@requires(COORDINATE)
def release(number: str, assignment_id: int) -> Answer:
    """Take an assessor off who is not done."""
    found = _one(number)
    handling.release(found.id, assignment_id, actor=actor(), at=now())
    return go("handle", _("Taken off. Choose somebody else."), number=number)


@blueprint.post("/certificering/coordinatie/<slug:number>/zonder-derde")
@requires(COORDINATE)
def without_third(number: str) -> Answer:
    """Go on without a third assessor, and say why."""
    found, form = _one(number), ReasonForm(prefix="derde")
    if form.validate():
        with blaming(form):
            assessing.go_on_without_third(found.id, form.reason.data or "", actor=actor(), at=now())
            return go("handle", number=number)
    return _page(found, refused=True, third=form)


@blueprint.post("/certificering/coordinatie/<slug:number>/advies")
@requires(COORDINATE)
def advise(number: str) -> Answer:
    """Write the advice to who decides."""
    found, form = (
        _one(number),
        TextForm(prefix="advies", label=_("Advice")),
    )
    if form.validate():
        with blaming(form):
            handling.advise(found.id, form.text.data or "", actor=actor(), at=now())
            return go("handle", _("Sent to who decides."), number=number)
    return _page(found, refused=True, advice=form)


@blueprint.post("/certificering/coordinatie/<slug:number>/bezwaar/<id:objection_id>")
@requires(COORDINATE)
def appoint(number: str, objection_id: int) -> Answer:
    """Appoint who handles an objection."""
    found = _one(number)
    person = number_in("bezwaar-person")
    form = PersonForm(
        prefix="bezwaar", people=[(h[0], h[1]) for h in deciding.handlers(found, at=now())]
    )
    with blaming(form):
        deciding.appoint(found.id, objection_id, person, actor=actor(), at=now())
        return go("handle", _("Appointed; this person gets a mail."), number=number)
    return _page(found, refused=True, handler=form)


@blueprint.post("/certificering/coordinatie/<slug:number>/klacht/<id:complaint_id>")
@requires(COORDINATE)
def answer_complaint(number: str, complaint_id: int) -> Answer:
    """Answer a complaint."""
    found, form = (
        _one(number),
        TextForm(prefix="klacht", label=_("Answer")),
    )
    if form.validate():
        with blaming(form):
            deciding.answer_complaint(
                found.id, complaint_id, form.text.data or "", actor=actor(), at=now()
            )
            return go("handle", _("Answered."), number=number)
    return _page(found, refused=True, complaint=form)


@blueprint.post("/certificering/coordinatie/<slug:number>/relatie")
@requires(COORDINATE)
def add_relation(number: str) -> Answer:
    """Note a tie between an assessor and this applicant; it counts at once (P7)."""
    found, form = _one(number), _relation_form()
    if form.validate():
        with blaming(form):
            pool.add_relation(
                found,
                person_id=form.person.data,
                kind=form.kind.data or "",
                until=form.until.data,
                note=form.note.data or "",
                actor=actor(),
                at=now(),
            )
            return go("handle", _("Noted."), number=number)
    return _page(found, refused=True, relation=form)


@blueprint.get("/certificering/coordinatie/<slug:number>/bewijs/<id:evidence_id>")
@requires(COORDINATE)
def coordinator_file(number: str, evidence_id: int) -> Answer:
    """Download evidence."""
    found = _one(number)
    piece = dossiers.evidence_handed_in(found, evidence_id)
    leave_line("certification.evidence_seen", f"dossier:{number}", actor(), evidence=piece.id)
    return send_evidence(found, piece)


@blueprint.get("/certificering/coordinatie/<slug:number>/dossier.zip")
@requires(COORDINATE)
def dossier_export(number: str) -> Response:
    """Give the whole dossier as one file."""
    found = _one(number)
    leave_line("certification.dossier_exported", f"dossier:{number}", actor())
    return export.answer(found, for_applicant=False)
