"""What an applicant does: begin, fill in, add evidence, hand in, answer, withdraw."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from learnenv.areas.certification import eligibility, mails, trail
from learnenv.areas.certification.models import (
    Assignment,
    AssignmentState,
    Dossier,
    DossierKind,
    Evidence,
    Interview,
    Member,
    Party,
    Question,
    Registration,
    Reserved,
    Revision,
    State,
)
from learnenv.areas.certification.rules import QuestionRule, Rules
from learnenv.areas.certification.services import proofs, register, schemes
from learnenv.areas.certification.services.base import (
    BUSY,
    back_to_choosing,
    demand_editable,
    hold,
    move,
    new_number,
    rules_of,
)
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.permissions import Actor

LONGEST = {"text": 300, "long": 6000, "url": 500, "choice": 300, "number": 20, "yes_no": 3}
MOST_NUMBER = 1_000_000


def begin(
    party: Party,
    *,
    actor: Actor,
    at: datetime,
    kind: DossierKind = DossierKind.FIRST,
    registration: Registration | None = None,
) -> Dossier:
    """Begin a dossier, prefilled from the last one of the party; an open one goes on."""
    db.session.execute(select(Party.id).where(Party.id == party.id).with_for_update())
    open_one = db.session.scalar(
        select(Dossier)
        .where(
            Dossier.party_id == party.id,
            Dossier.state.not_in([State.GRANTED, State.REFUSED, State.SET_ASIDE, State.WITHDRAWN]),
        )
        .limit(1)
    )
    if open_one is not None:
        return open_one
    scheme = schemes.current(party.kind)
    if scheme is None:
        raise DomainError(_("There is no scheme for this kind yet."))
    if kind == DossierKind.FIRST and register.is_running(party.id, today(at)):
        raise DomainError(_("This party is in the register: renew the certificate instead."))
    rules = rules_of(scheme)
    answers, to_confirm = _from_before(party, rules)
    party.has_dossier = True
    dossier = Dossier(
        number=new_number("D", at),
        party_id=party.id,
        scheme_id=scheme.id,
        kind=kind,
        registration_id=registration.id if registration else None,
        state=State.DRAFT,
        answers=answers,
        to_confirm=to_confirm,
        exemptions={},
        created_at=at,
        created_by=actor.id,
        changed_at=at,
    )
    db.session.add(dossier)
    db.session.flush()
    trail.add(dossier, "begin", actor=actor, at=at, scheme=scheme.version, kind=kind.value)
    return dossier


def _from_before(party: Party, rules: Rules) -> tuple[dict[str, Any], list[str]]:
    """Return answers that can be used again, each to be confirmed once (f2).

    From the last dossier of this party, or else of another party the same people act for.
    """
    siblings = select(Member.party_id).where(
        Member.person_id.in_(select(Member.person_id).where(Member.party_id == party.id))
    )
    found: dict[str, Any] = {}
    for answers in db.session.scalars(
        select(Dossier.answers)
        .where(Dossier.party_id.in_(siblings), Dossier.state != State.DRAFT)
        .order_by((Dossier.party_id == party.id), Dossier.id)
    ):
        found.update(answers)
    usable = {q.key for q in rules.questions if q.reusable}
    answers = {key: value for key, value in found.items() if key in usable and value}
    return answers, list(answers)


# --- filling in ----------------------------------------------------------------------------------


def save_answers(
    dossier: Dossier, values: dict[str, Any], *, actor: Actor, at: datetime
) -> dict[str, str]:
    """Keep what was filled in; return what is wrong, by question. Right ones are kept anyway.

    Every answer sent counts as confirmed. Losing nothing goes before being complete: required
    answers are asked for at handing in.
    """
    del actor  # several people write; the revision says who handed in
    hold(dossier.id)
    demand_editable(dossier)
    rules = rules_of(dossier.scheme)
    answers, wrong = dict(dossier.answers), {}
    for question in rules.questions:
        if question.key not in values:
            continue
        try:
            answers[question.key] = _clean(question, values[question.key])
        except InvalidInputError as error:
            wrong[question.key] = error.message
    dossier.answers = answers
    sent = set(values) - set(wrong)
    dossier.to_confirm = [key for key in dossier.to_confirm if key not in sent]
    dossier.changed_at = at
    db.session.flush()
    return wrong


def _clean(question: QuestionRule, value: object) -> str:
    text = str(value if value is not None else "").replace("\0", "").strip()
    if len(text) > LONGEST[question.kind]:
        raise InvalidInputError(
            _("Use %(number)s characters at most.", number=LONGEST[question.kind])
        )
    if not text:
        return ""
    if question.kind == "number":
        return _number(text)
    if question.kind == "yes_no" and text not in ("yes", "no"):
        raise InvalidInputError(_("Choose yes or no."))
    if question.kind == "choice" and text not in question.options:
        raise InvalidInputError(_("Choose one of the options."))
    if question.kind == "url" and not text.startswith(("https://", "http://")):
        raise InvalidInputError(_("Begin the address with https://."))
    return text


def _number(text: str) -> str:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1
    if not 0 <= number <= MOST_NUMBER:
        raise InvalidInputError(_("Give a number of 0 or more."))
    return f"{number:g}"


def confirm(dossier: Dossier, key: str, *, at: datetime) -> None:
    """Confirm one answer that was taken over."""
    demand_editable(dossier)
    dossier.to_confirm = [one for one in dossier.to_confirm if one != key]
    dossier.changed_at = at
    db.session.flush()


def claim_exemption(dossier: Dossier, rule_key: str, mark: str, *, at: datetime) -> None:
    """Say which mark one holds instead of a certificate of ours; empty takes it back (f3)."""
    demand_editable(dossier)
    rule = next((r for r in rules_of(dossier.scheme).eligibility if r.key == rule_key), None)
    if rule is None or (mark and mark not in rule.exempt):
        raise InvalidInputError(_("Choose one of the marks in the list."))
    claims = {key: value for key, value in dossier.exemptions.items() if key != rule_key}
    dossier.exemptions = {**claims, rule_key: mark} if mark else claims
    dossier.changed_at = at
    db.session.flush()


# --- handing in ----------------------------------------------------------------------------------


def people_of(party_id: int) -> list[int]:
    """Return who acts for a party and has an account."""
    found = db.session.scalars(
        select(Member.person_id).where(Member.party_id == party_id, Member.person_id.is_not(None))
    )
    return [person for person in found if person is not None]


def findings_of(dossier: Dossier, day: date) -> list[eligibility.Finding]:
    """Return how the entry rules come out for a dossier."""
    return eligibility.findings(
        rules_of(dossier.scheme),
        answers=dossier.answers,
        evidence=proofs.present_evidence(dossier.id),
        exemptions=dossier.exemptions,
        person_ids=people_of(dossier.party_id),
        today=day,
    )


def hand_in(dossier: Dossier, *, agrees: bool, actor: Actor, at: datetime) -> None:
    """Hand a dossier in. Raises InvalidInputError that says what is still missing."""
    hold(dossier.id)
    rules = rules_of(dossier.scheme)
    if dossier.state != State.DRAFT:
        raise DomainError(_("This dossier was handed in already."))
    missing = eligibility.missing(rules, dossier.answers, proofs.present_evidence(dossier.id))
    if missing:
        raise InvalidInputError(_("This is still missing: %(list)s.", list="; ".join(missing)))
    if dossier.to_confirm:
        raise InvalidInputError(
            _("Confirm the answers that were taken over: %(number)s left.",
              number=len(dossier.to_confirm))
        )  # fmt: skip
    red = [f for f in findings_of(dossier, today(at)) if f.light == eligibility.Light.RED]
    if red:
        raise InvalidInputError(
            _("You do not meet these rules yet: %(list)s.",
              list="; ".join(f.rule.title for f in red))
        )  # fmt: skip
    if not agrees:
        raise InvalidInputError(_("Agree with the statement first."), field="agrees")
    dossier.submitted_at = at
    made = _revise(dossier, rules.statement, actor=actor, at=at)
    move(dossier, "hand_in", actor=actor, at=at, revision=made.number)

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("We received your application %(number)s", number=dossier.number),
            (_("We look whether it is complete. You hear from us by mail."),),
            _("To the application"),
        )

    mails.tell_applicant(dossier, words, key="handed-in")


def _revise(dossier: Dossier, statement: str, *, actor: Actor, at: datetime) -> Revision:
    number = db.session.scalar(
        select(func.coalesce(func.max(Revision.number), 0)).where(Revision.dossier_id == dossier.id)
    )
    made = Revision(
        dossier_id=dossier.id,
        number=int(number or 0) + 1,
        answers=dict(dossier.answers),
        evidence=[_mark(row) for row in proofs.present_evidence(dossier.id)],
        statement=statement,
        at=at,
        by=actor.id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _mark(row: Evidence) -> dict[str, Any]:
    return {"id": row.id, "key": row.key, "digest": row.digest, "link": row.link}


def open_question(dossier_id: int) -> Question | None:
    """Return the question that waits for an answer."""
    return db.session.scalar(
        select(Question)
        .where(Question.dossier_id == dossier_id, Question.answered_at.is_(None))
        .order_by(Question.id.desc())
        .limit(1)
    )


def answer(dossier_id: int, text: str, *, actor: Actor, at: datetime) -> None:
    """Answer the question that waits; the clock runs again from today (Awb 4:15)."""
    dossier = hold(dossier_id)
    question = open_question(dossier.id)
    if question is None:
        raise DomainError(_("There is no question to answer."))
    if not text.strip():
        raise InvalidInputError(_("Write an answer."), field="answer")
    rules = rules_of(dossier.scheme)
    missing = eligibility.missing(rules, dossier.answers, proofs.present_evidence(dossier.id))
    if missing:
        raise InvalidInputError(_("This is still missing: %(list)s.", list="; ".join(missing)))
    question.answer, question.answered_at = text.strip()[: LONGEST["long"]], at
    question.answered_by = actor.person_id
    made = _revise(dossier, "", actor=actor, at=at)  # the statement was agreed with before
    move(
        dossier, "answer", actor=actor, at=at, waited_since=question.asked_at,
        question=question.id, revision=made.number,
    )  # fmt: skip
    back_to_choosing(dossier, actor=actor, at=at)  # an assessor may have left meanwhile
    _tell_asker(dossier, question)


def _tell_asker(dossier: Dossier, question: Question) -> None:
    from learnenv.accounts.api import people_facts

    path = (
        f"/certificering/beoordelen/{dossier.number}"
        if question.step == State.ASSESSING
        else f"/certificering/coordinatie/{dossier.number}"
    )

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Answer in dossier %(number)s", number=dossier.number),
            (_("The applicant answered your question. What changed is marked."),),
            _("To the dossier"),
        )

    mails.tell(
        people_facts([question.asked_by]).values(),
        words,
        path=path,
        key=f"{dossier.number}:answered:{question.id}",
    )


def withdraw(dossier_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Stop an application, at any moment before the decision."""
    dossier = hold(dossier_id)
    move(dossier, "withdraw", actor=actor, at=at, reason=reason.strip()[:500])
    db.session.execute(
        update(Assignment)
        .where(Assignment.dossier_id == dossier.id, Assignment.state.in_(BUSY))
        .values(state=AssignmentState.ENDED)
    )
    db.session.execute(
        delete(Reserved).where(
            Reserved.interview_id.in_(
                select(Interview.id).where(Interview.dossier_id == dossier.id)
            )
        )
    )


def diff(
    old: Revision | None, answers: dict[str, Any], evidence: Iterable[Evidence]
) -> tuple[set[str], set[int], list[dict[str, Any]]]:
    """Return what changed since a revision: answers by key, new evidence by id, and what went."""
    if old is None:
        return set(), set(), []
    listed = list(evidence)
    keys = {k for k in {*old.answers, *answers} if old.answers.get(k, "") != answers.get(k, "")}
    before = {int(mark["id"]) for mark in old.evidence}
    now = {row.id for row in listed}
    return keys, now - before, [mark for mark in old.evidence if int(mark["id"]) not in now]
