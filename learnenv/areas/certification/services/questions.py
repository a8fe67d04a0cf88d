"""Questions about a scheme: answered once, without a name, for everybody (f19)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.accounts.api import people_facts
from learnenv.areas.certification import mails
from learnenv.areas.certification.models import Dossier, Member, PublicQuestion, Scheme, State
from learnenv.kernel import throttle
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.permissions import Actor


def ask(*, kind: str, text: str, actor: Actor, at: datetime) -> PublicQuestion:
    """Ask something about a scheme."""
    if not text.strip():
        raise InvalidInputError(_("Write the question."), field="text")
    throttle.check("certification.question", str(actor.id), limit=10, seconds=3600)
    throttle.hit("certification.question", str(actor.id), seconds=3600)
    made = PublicQuestion(
        kind=kind, text=text.strip()[:2000], asked_by=actor.id, asked_at=at, shown_text="",
        answer="",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def answer(
    question: PublicQuestion, *, shown_text: str, text: str, actor: Actor, at: datetime
) -> None:
    """Publish the answer and tell who asked and everybody with an open application."""
    if question.answered_at is not None:
        raise DomainError(_("This question was answered already."))
    if not shown_text.strip():
        raise InvalidInputError(_("Write the question."), field="shown_text")
    if not text.strip():
        raise InvalidInputError(_("Write an answer."), field="answer")
    question.shown_text, question.answer = shown_text.strip(), text.strip()
    question.answered_at, question.answered_by = at, actor.person_id
    db.session.flush()
    applicants = db.session.scalars(
        select(Member.person_id)
        .join(Dossier, Dossier.party_id == Member.party_id)
        .join(Scheme, Scheme.id == Dossier.scheme_id)
        .where(
            Scheme.kind == question.kind,
            Dossier.state.in_([State.DRAFT, State.SCREENING_WAITS, State.ASSESSING_WAITS]),
            Member.person_id.is_not(None),
        )
    )
    people = {person for person in applicants if person is not None}
    if question.asked_by is not None:
        people.add(question.asked_by)

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("An answer about the certification scheme"),
            (question.shown_text, question.answer),
            _("All questions and answers"),
        )

    mails.tell(
        people_facts(people).values(),
        words,
        path=f"/certificering/regelingen/{question.kind}#vragen",
        key=f"public-question:{question.id}",
    )
