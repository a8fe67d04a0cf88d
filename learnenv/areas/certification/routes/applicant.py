"""What an applicant does: one's own applications, from the first answer to the decision."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _

from learnenv.areas.certification import eligibility, export
from learnenv.areas.certification.forms import (
    HandInForm,
    PartyForm,
    ReasonForm,
    TextForm,
)
from learnenv.areas.certification.life import WAITING
from learnenv.areas.certification.models import Dossier, Kind
from learnenv.areas.certification.permissions import APPLY
from learnenv.areas.certification.queries import dossiers
from learnenv.areas.certification.queries import register as entries
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import (
    Answer,
    go,
    number_in,
    page,
)
from learnenv.areas.certification.services import (
    applying,
    deciding,
    declaring,
    interviews,
    parties,
    points,
    proofs,
    schemes,
)
from learnenv.areas.certification.services.base import EDITABLE, rules_of
from learnenv.kernel.clock import local, now, today
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import public, requires
from learnenv.web.shell import actor, keep_writes

CALENDAR = "text/calendar; charset=utf-8"


@blueprint.get("/certificering/mijn")
@requires(APPLY)
def mine() -> Answer:
    """Show everything I act for, and what I have to do now."""
    found = dossiers.own_parties(actor())
    day = today()
    balances = {
        one.registration.id: points.balance(one.registration, day)
        for one in found
        if one.registration
    }
    questions = {
        d.id: applying.open_question(d.id) for one in found if (d := one.open_dossier) is not None
    }
    return page(
        "mine",
        parties=found,
        balances=balances,
        questions=questions,
        standing=lambda entry: entries.standing_now(entry, day),
        can_declare=lambda entry: declaring.can_declare(entry, day),
    )


# --- beginning -----------------------------------------------------------------------------------


@blueprint.get("/certificering/aanvragen/<any(adviser, agency, institute, training):kind>")
@requires(APPLY)
def new(kind: str) -> Answer:
    """Ask for whom the application is."""
    if schemes.current(kind) is None:
        raise NotFoundError
    who = actor()
    form = PartyForm(name=who.name if kind == Kind.ADVISER else "", email=who.email)
    return _new_page(kind, form)


@blueprint.post("/certificering/aanvragen/<any(adviser, agency, institute, training):kind>")
@requires(APPLY)
def begin(kind: str) -> Answer:
    """Begin an application for a new party, or for one I act for already."""
    who = actor()
    form = PartyForm()
    if request.form.get("party"):
        parties.claim(who)
        party = dossiers.own_party(who, number_in("party"))
        dossier = applying.begin(party, actor=who, at=now())
        return go("dossier", number=dossier.number)
    if form.validate():
        with blaming(form):
            facts = form.facts(
                Kind(kind),
                organisation_id=who.organisation_id if kind == Kind.ADVISER else None,
            )
            party = parties.party_for(facts, actor=who, at=now())
            dossier = applying.begin(party, actor=who, at=now())
            return go("dossier", number=dossier.number)
    return _new_page(kind, form, refused=True)


def _new_page(kind: str, form: PartyForm, *, refused: bool = False) -> Answer:
    own = [
        one
        for one in dossiers.own_parties(actor())
        if one.party.kind == kind and one.registration is None
    ]
    return page("new", refused=refused, kind=kind, form=form, own=own)


@blueprint.get("/certificering/uitnodiging/<token>")
@public
def invitation(token: str) -> Answer:
    """Show what an invitation asks; the visitor can say no without an account."""
    found = parties.invitation_by(token)
    return page("invitation", invitation=found, party=parties.party_of(found), token=token)


@blueprint.post("/certificering/uitnodiging/<token>/nee")
@public
def decline_invitation(token: str) -> Answer:
    """Note that the invited party does not want to apply."""
    found = parties.invitation_by(token)
    if not found.answer:
        parties.answer_invitation(found, "declined", at=now())
    return go("index", _("Noted. We do not write you again about this."))


@blueprint.post("/certificering/uitnodiging/<token>/ja")
@requires(APPLY)
def accept_invitation(token: str) -> Answer:
    """Begin the application of an invited party."""
    found = parties.invitation_by(token)
    party = parties.accept_invitation(found, actor=actor(), at=now())
    dossier = applying.begin(party, actor=actor(), at=now())
    return go("dossier", number=dossier.number)


# --- the dossier ---------------------------------------------------------------------------------


def own_dossier(number: str) -> Dossier:
    """Return a dossier the actor works on; a change ties the actor to the applicant."""
    if request.method == "POST":
        parties.claim(actor())  # who works along is tied to the applicant from now on
    return dossiers.for_applicant(actor(), number)


def _overview(found: Dossier, *, refused: bool = False, **forms: Any) -> Answer:
    rules, day = rules_of(found.scheme), today()
    evidence = proofs.present_evidence(found.id)
    shown = {
        "answer": TextForm(prefix="antwoord", formdata=None, label=_("Your answer")),
        "objection": TextForm(prefix="bezwaar", formdata=None, label=_("Why do you not agree?")),
        "complaint": TextForm(prefix="klacht", formdata=None, label=_("What happened?")),
        "stop": ReasonForm(prefix="stop", formdata=None),
        **forms,
    }
    return page(
        "dossier",
        refused=refused,
        dossier=found,
        rules=rules,
        findings=applying.findings_of(found, day),
        missing=eligibility.missing(rules, found.answers, evidence),
        expired=eligibility.expired(rules, evidence, day),
        evidence=evidence,
        question=applying.open_question(found.id) if found.state in WAITING else None,
        questions=dossiers.questions(found.id),
        offered=interviews.offered(found.id, at=now()),
        booked=interviews.booked(found.id),
        decisions=dossiers.decisions(found.id),
        complaints=dossiers.complaints(found.id),
        lines=dossiers.trail(found.id),
        editable=found.state in EDITABLE,
        forms=shown,
    )


@blueprint.get("/certificering/dossiers/<slug:number>")
@requires(APPLY)
def dossier(number: str) -> Answer:
    """Show my dossier: what is done, what I do now, and what was decided."""
    return _overview(own_dossier(number))


@blueprint.get("/certificering/dossiers/<slug:number>/vragen/<int(min=1, max=50):step>")
@requires(APPLY)
def answers(number: str, step: int) -> Answer:
    """Show one page of questions."""
    return _questions_page(own_dossier(number), step, {})


def _questions_page(found: Dossier, step: int, wrong: dict[str, str]) -> Answer:
    rules = rules_of(found.scheme)
    if step > len(rules.groups):
        raise NotFoundError
    group = rules.groups[step - 1]
    return page(
        "answers",
        refused=bool(wrong),
        dossier=found,
        rules=rules,
        step=step,
        group=group,
        questions=[q for q in rules.questions if q.group == group],
        wrong=wrong,
        editable=found.state in EDITABLE,
        typed=request.form,
    )


@blueprint.post("/certificering/dossiers/<slug:number>/vragen/<int(min=1, max=50):step>")
@requires(APPLY)
def save_answers(number: str, step: int) -> Answer:
    """Keep a page of answers and go on to the next."""
    found = own_dossier(number)
    wrong = applying.save_answers(found, _sent(), actor=actor(), at=now())
    if wrong:
        keep_writes()  # what was right is kept: a 422 would roll it back
        return _questions_page(found, step, wrong)
    rules = rules_of(found.scheme)
    if step < len(rules.groups):
        return go("answers", number=number, step=step + 1)
    return go("evidence", number=number)


def _sent() -> dict[str, Any]:
    return {
        key.removeprefix("a-"): value for key, value in request.form.items() if key.startswith("a-")
    }


@blueprint.post("/certificering/dossiers/<slug:number>/bewaren")
@requires(APPLY)
def autosave(number: str) -> Answer:
    """Keep what is on the screen now, while somebody types."""
    found = own_dossier(number)
    wrong = applying.save_answers(found, _sent(), actor=actor(), at=now())
    return render_template(
        "certification/saved.html", wrong=wrong, at=local(now()).strftime("%H:%M")
    )


@blueprint.post("/certificering/dossiers/<slug:number>/bevestigen")
@requires(APPLY)
def confirm(number: str) -> Answer:
    """Confirm one answer that was taken over."""
    found = own_dossier(number)
    applying.confirm(found, request.form.get("key", ""), at=now())
    return go("answers", number=number, step=number_in("step") or 1)


@blueprint.post("/certificering/dossiers/<slug:number>/vrijstelling")
@requires(APPLY)
def exemption(number: str) -> Answer:
    """Say which mark I hold instead of a certificate."""
    applying.claim_exemption(
        own_dossier(number), request.form.get("rule", ""), request.form.get("mark", ""), at=now()
    )
    return go("dossier", _("Saved."), number=number)


# --- handing in and what follows -----------------------------------------------------------------


def _hand_in_page(found: Dossier, form: HandInForm, *, refused: bool = False) -> Answer:
    rules, day = rules_of(found.scheme), today()
    rows = proofs.present_evidence(found.id)
    return page(
        "hand_in",
        refused=refused,
        dossier=found,
        rules=rules,
        rows=rows,
        findings=applying.findings_of(found, day),
        missing=eligibility.missing(rules, found.answers, rows),
        form=form,
    )


@blueprint.get("/certificering/dossiers/<slug:number>/indienen")
@requires(APPLY)
def check(number: str) -> Answer:
    """Show everything once more, before handing in."""
    return _hand_in_page(own_dossier(number), HandInForm())


@blueprint.post("/certificering/dossiers/<slug:number>/indienen")
@requires(APPLY)
def hand_in(number: str) -> Answer:
    """Hand the dossier in."""
    found, form = own_dossier(number), HandInForm()
    if form.validate():
        with blaming(form):
            applying.hand_in(found, agrees=bool(form.agrees.data), actor=actor(), at=now())
            return go("dossier", _("Handed in. You get a mail that we received it."), number=number)
    return _hand_in_page(found, form, refused=True)


@blueprint.post("/certificering/dossiers/<slug:number>/antwoord")
@requires(APPLY)
def answer(number: str) -> Answer:
    """Answer the question that waits."""
    found = own_dossier(number)
    form = TextForm(prefix="antwoord", label=_("Your answer"))
    if form.validate():
        with blaming(form):
            applying.answer(found.id, form.text.data or "", actor=actor(), at=now())
            return go("dossier", _("Sent. Our time runs again."), number=number)
    return _overview(found, refused=True, answer=form)


@blueprint.post("/certificering/dossiers/<slug:number>/stoppen")
@requires(APPLY)
def withdraw(number: str) -> Answer:
    """Stop my application."""
    found, form = own_dossier(number), ReasonForm(prefix="stop")
    if form.validate():
        with blaming(form):
            applying.withdraw(found.id, form.reason.data or "", actor=actor(), at=now())
            return go("mine", _("The application is stopped."))
    return _overview(found, refused=True, stop=form)


@blueprint.post("/certificering/dossiers/<slug:number>/gesprek/<id:interview_id>")
@requires(APPLY)
def book(number: str, interview_id: int) -> Answer:
    """Book a time for the interview."""
    interviews.book(own_dossier(number).id, interview_id, actor=actor(), at=now())
    return go("dossier", _("Booked. Everybody gets a mail."), number=number)


@blueprint.post("/certificering/dossiers/<slug:number>/gesprek/<id:interview_id>/afzeggen")
@requires(APPLY)
def cancel(number: str, interview_id: int) -> Answer:
    """Cancel the interview."""
    interviews.cancel(own_dossier(number).id, interview_id, actor=actor(), at=now())
    return go("dossier", _("Cancelled. Choose another time."), number=number)


@blueprint.get("/certificering/dossiers/<slug:number>/gesprek.ics")
@requires(APPLY)
def interview_file(number: str) -> Response:
    """Give the interview for a calendar."""
    found = own_dossier(number)
    booked = interviews.booked(found.id)
    if booked is None:
        raise NotFoundError
    return Response(interviews.calendar_file(found, booked), content_type=CALENDAR)


@blueprint.get("/certificering/dossiers/<slug:number>/besluit-<int(min=1, max=99):decision>.pdf")
@requires(APPLY)
def decision_letter(number: str, decision: int) -> Response:
    """Give the letter of a decision."""
    made = dossiers.letter(own_dossier(number).id, decision)
    response = Response(made.data, content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"besluit-{number}.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/certificering/dossiers/<slug:number>/bezwaar")
@requires(APPLY)
def make_objection(number: str) -> Answer:
    """Object to the decision."""
    found = own_dossier(number)
    form = TextForm(prefix="bezwaar", label=_("Why do you not agree?"))
    if form.validate():
        with blaming(form):
            deciding.object_to(found.id, form.text.data or "", actor=actor(), at=now())
            return go("dossier", _("We received your objection."), number=number)
    return _overview(found, refused=True, objection=form)


@blueprint.post("/certificering/dossiers/<slug:number>/klacht")
@requires(APPLY)
def make_complaint(number: str) -> Answer:
    """Complain about how I was treated."""
    found = own_dossier(number)
    form = TextForm(prefix="klacht", label=_("What happened?"))
    if form.validate():
        with blaming(form):
            deciding.complain(found.id, form.text.data or "", actor=actor(), at=now())
            return go("dossier", _("We received your complaint."), number=number)
    return _overview(found, refused=True, complaint=form)


@blueprint.get("/certificering/dossiers/<slug:number>/dossier.zip")
@requires(APPLY)
def own_export(number: str) -> Response:
    """Give my whole dossier as one file."""
    return export.answer(own_dossier(number), for_applicant=True)
