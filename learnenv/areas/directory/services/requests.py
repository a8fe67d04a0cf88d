"""The same questions to several providers, one deadline, answers in one table (g15).

Until the deadline an answer is read by who wrote it and by nobody else, so that no provider can
be told what another one asks. After it nobody answers any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    Answer,
    Proof,
    Provider,
    Request,
    RequestKind,
    RequestState,
)
from learnenv.areas.directory.services import guard, participation
from learnenv.areas.directory.services.providers import DAY
from learnenv.kernel import audit, throttle
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor

MOST_PROVIDERS, MOST_QUESTIONS = 10, 20
REQUESTS_A_DAY = 10
SHORTEST, LONGEST = timedelta(hours=24), timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is filled in."""

    kind: str
    title: str
    about: str
    questions: tuple[str, ...]
    deadline_at: datetime
    provider_ids: tuple[int, ...]


def ask(draft: Draft, *, actor: Actor, at: datetime) -> Request:
    """Send the questions to every chosen provider at once."""
    questions = [" ".join(q.split()) for q in draft.questions if q.strip()]
    if not questions:
        raise InvalidInputError(_("Ask at least one question."), field="questions")
    if len(questions) > MOST_QUESTIONS:
        raise InvalidInputError(
            _("Ask %(number)s questions at most.", number=MOST_QUESTIONS), field="questions"
        )
    if not SHORTEST <= draft.deadline_at - at <= LONGEST:
        raise InvalidInputError(
            _("Give providers at least a day, and at most half a year."), field="deadline_at"
        )
    chosen = list(
        db.session.scalars(
            select(Provider)
            .where(Provider.id.in_(set(draft.provider_ids)), Provider.is_shown)
            .order_by(Provider.id)
        )
    )
    if not chosen or len(chosen) > MOST_PROVIDERS:
        raise InvalidInputError(
            _("Choose 1 to %(number)s providers.", number=MOST_PROVIDERS), field="providers"
        )
    throttle.check("gids-request", str(actor.id), limit=REQUESTS_A_DAY, seconds=DAY)
    throttle.hit("gids-request", str(actor.id), seconds=DAY)
    made = Request(
        kind=RequestKind(draft.kind), title=" ".join(draft.title.split())[:200],
        about=draft.about.strip(), questions=questions, deadline_at=draft.deadline_at,
        organisation_id=actor.organisation_id, asked_by=actor.id, asked_at=at,
        state=RequestState.OPEN, reason="",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for provider in chosen:
        db.session.add(
            Answer(
                request_id=made.id,
                provider_id=provider.id,
                answers=[],
                is_declined=False,
                is_chosen=False,
            )
        )
        _tell(provider, made)
    db.session.flush()
    audit.record("directory.requested", f"request:{made.id}", actor=actor, providers=len(chosen))
    return made


def _tell(provider: Provider, made: Request) -> None:
    title, deadline, name = made.title, made.deadline_at, provider.name

    def words() -> tuple[str, tuple[str, ...], str]:
        from learnenv.kernel.i18n import format_datetime

        return (
            _("A request to %(name)s: %(title)s", name=name, title=title),
            (
                _("An organisation asks you and others the same questions."),
                _("Answer before %(when)s. After that it is closed.",
                  when=format_datetime(deadline, "EEEE d MMMM yyyy, HH:mm")),
            ),
            _("To the request"),
        )  # fmt: skip

    mails.tell_provider(
        provider.id, words, path=f"/gids/beheer/{provider.id}/uitvragen/{made.id}",
        key=f"request:{made.id}",
    )  # fmt: skip


def is_open(request: Request, at: datetime) -> bool:
    """Whether providers can still answer."""
    return request.state == RequestState.OPEN and at < request.deadline_at


def is_readable(request: Request, at: datetime) -> bool:
    """Whether the asker reads the answers: after the deadline; never when it was ended before."""
    ended_early = request.chosen_at is not None and request.chosen_at < request.deadline_at
    return at >= request.deadline_at and not ended_early


def own_request(actor: Actor, request_id: int) -> Request:
    """Return a request of the actor. Raises NotFoundError for anybody else's."""
    found = db.session.get(Request, request_id)
    if found is None or found.asked_by != actor.id:
        raise NotFoundError
    return found


def answer_of(actor: Actor, provider_id: int, request_id: int) -> Answer:
    """Return the place for the answer of a provider the actor acts for."""
    guard.own_provider(actor, provider_id)
    found = db.session.scalar(
        select(Answer)
        .options(joinedload(Answer.request), joinedload(Answer.provider))
        .where(Answer.provider_id == provider_id, Answer.request_id == request_id)
    )
    if found is None:
        raise NotFoundError
    return found


def answer(
    found: Answer, answers: Sequence[str], price: int | None, *, actor: Actor, at: datetime
) -> None:
    """Answer for a provider, or change the answer, before the deadline."""
    request = _held(found.request_id)
    if not is_open(request, at):
        raise DomainError(_("The deadline is over: nobody can answer any more."))
    given = [text.strip()[:4000] for text in answers]
    if len(given) != len(request.questions) or not all(given):
        raise InvalidInputError(_("Answer every question. “Not applicable” is an answer too."))
    if request.kind == RequestKind.QUOTATION and price is None:
        raise InvalidInputError(_("A quotation has a price."), field="price")
    found.answers, found.price, found.is_declined = given, price, False
    found.answered_at, found.answered_by = at, actor.person_id
    db.session.flush()
    audit.record(
        "directory.answered", f"request:{request.id}", actor=actor, provider=found.provider_id
    )


def decline(found: Answer, *, actor: Actor, at: datetime) -> None:
    """Say that a provider does not take part."""
    request = _held(found.request_id)
    if not is_open(request, at):
        raise DomainError(_("The deadline is over: nobody can answer any more."))
    found.is_declined, found.answers, found.price = True, [], None
    found.answered_at, found.answered_by = at, actor.person_id
    db.session.flush()
    audit.record(
        "directory.declined", f"request:{request.id}", actor=actor, provider=found.provider_id
    )


def _held(request_id: int) -> Request:
    return db.session.scalars(
        select(Request)
        .where(Request.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def choose(request: Request, answer_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Choose an answer after the deadline, with the reason; everybody who answered hears it."""
    request = _held(request.id)
    if request.state != RequestState.OPEN:
        raise DomainError(_("The choice has been made already."))
    if at < request.deadline_at:
        raise DomainError(_("Choose after the deadline: until then answers are closed."))
    if not reason.strip():
        raise InvalidInputError(_("Say why you choose this one."), field="reason")
    found = db.session.scalar(
        select(Answer)
        .options(joinedload(Answer.provider))
        .where(Answer.id == answer_id, Answer.request_id == request.id)
    )
    if found is None or found.answered_at is None or found.is_declined:
        raise NotFoundError
    found.is_chosen = True
    request.state, request.reason, request.chosen_at = RequestState.CHOSEN, reason.strip(), at
    if request.kind == RequestKind.QUOTATION:  # information is no assignment
        participation.add(
            source=f"answer:{found.id}", proof=Proof.QUOTATION, person_id=actor.id,
            provider_id=found.provider_id, title=request.title, at=at,
        )  # fmt: skip
    _tell_outcome(request, found.provider_id)
    db.session.flush()
    audit.record(
        "directory.chosen", f"request:{request.id}", actor=actor, provider=found.provider_id
    )


def end(request: Request, reason: str, *, actor: Actor, at: datetime) -> None:
    """End a request without a choice, with the reason."""
    request = _held(request.id)
    if request.state != RequestState.OPEN:
        raise DomainError(_("The choice has been made already."))
    if not reason.strip():
        raise InvalidInputError(_("Say why."), field="reason")
    request.state, request.reason, request.chosen_at = RequestState.ENDED, reason.strip(), at
    _tell_outcome(request, None)
    db.session.flush()
    audit.record("directory.request_ended", f"request:{request.id}", actor=actor)


def _tell_outcome(request: Request, chosen: int | None) -> None:
    title, reason = request.title, request.reason
    asked = db.session.scalars(
        select(Answer.provider_id).where(
            Answer.request_id == request.id, Answer.answered_at.is_not(None), ~Answer.is_declined
        )
    )
    for provider_id in asked:
        won = provider_id == chosen

        def words(*, won: bool = won) -> tuple[str, tuple[str, ...], str]:
            if won:
                return (
                    _("You were chosen: %(title)s", title=title),
                    (_("The organisation gets in touch with you."),),
                    _("To the request"),
                )
            return (
                _("Another choice was made: %(title)s", title=title),
                (_("The organisation gives this reason: %(reason)s", reason=reason),),
                _("To the request"),
            )

        mails.tell_provider(
            provider_id, words, path=f"/gids/beheer/{provider_id}/uitvragen/{request.id}",
            key=f"outcome:{request.id}",
        )  # fmt: skip


def remind(at: datetime) -> None:
    """Tell who asked that the deadline is over and the answers can be read; once."""
    rows = db.session.scalars(
        select(Request).where(
            Request.state == RequestState.OPEN,
            Request.deadline_at <= at,
            Request.deadline_at > at - timedelta(days=7),
        )
    )
    for request in rows:
        title = request.title

        def words(*, title: str = title) -> tuple[str, tuple[str, ...], str]:
            return (
                _("The answers are open: %(title)s", title=title),
                (_("Compare them in one table and choose, with the reason."),),
                _("To the answers"),
            )

        mails.tell_person(
            request.asked_by, words, path=f"/gids/uitvragen/{request.id}",
            key=f"deadline:{request.id}",
        )  # fmt: skip


def extend(request: Request, deadline_at: datetime, *, actor: Actor, at: datetime) -> None:
    """Give everybody more time, before the deadline only."""
    request = _held(request.id)
    if not is_open(request, at):
        raise DomainError(_("The deadline is over: nobody can answer any more."))
    if not request.deadline_at < deadline_at <= at + LONGEST:
        raise InvalidInputError(_("Choose a later time, within half a year."), field="deadline_at")
    db.session.execute(
        update(Request).where(Request.id == request.id).values(deadline_at=deadline_at)
    )
    db.session.refresh(request)
    for provider in db.session.scalars(
        select(Provider)
        .join(Answer, Answer.provider_id == Provider.id)
        .where(Answer.request_id == request.id)
    ):
        title = request.title

        def words(*, title: str = title) -> tuple[str, tuple[str, ...], str]:
            return (
                _("More time to answer: %(title)s", title=title),
                (_("The organisation moved the deadline for everybody."),),
                _("To the request"),
            )

        mails.tell_provider(
            provider.id, words, path=f"/gids/beheer/{provider.id}/uitvragen/{request.id}",
            key=f"extended:{request.id}:{deadline_at.isoformat()}",
        )  # fmt: skip
    audit.record("directory.request_extended", f"request:{request.id}", actor=actor)
