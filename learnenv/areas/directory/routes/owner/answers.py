"""What a provider answers: requests, assignments that clients name, reviews."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from learnenv.areas.directory.forms import (
    TextForm,
)
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.owner.profile import manage_page, own
from learnenv.areas.directory.routes.parts import (
    Answer,
    go,
    is_number,
    page,
)
from learnenv.areas.directory.services import (
    participation,
    requests,
    reviews,
)
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor

PRICE_DIGITS = 8


@blueprint.get("/gids/beheer/<id:provider_id>/uitvragen/<id:request_id>")
@requires(USE)
def request_to(provider_id: int, request_id: int) -> Answer:
    """Show what an organisation asks."""
    return _request_to(provider_id, request_id)


def _request_to(provider_id: int, request_id: int, *, wrong: DomainError | None = None) -> Answer:
    found = requests.answer_of(actor(), provider_id, request_id)
    given = request.form.getlist("antwoord")[: requests.MOST_QUESTIONS] if wrong else found.answers
    return page(
        "answer_request",
        refused=wrong is not None,
        answer=found,
        request=found.request,
        provider=found.provider,
        given=[*given, *[""] * len(found.request.questions)],
        price=request.form.get("prijs", "")[:12] if wrong else found.price,
        is_open=requests.is_open(found.request, now()),
        wrong=wrong,
    )


def _price_given() -> int | None:
    text = request.form.get("prijs", "").strip()
    if not text:
        return None
    if not is_number(text) or len(text) > PRICE_DIGITS:
        raise DomainError(_("Give an amount in whole euros."), field="price")
    return int(text)


@blueprint.post("/gids/beheer/<id:provider_id>/uitvragen/<id:request_id>")
@requires(USE)
def answer_request(provider_id: int, request_id: int) -> Answer:
    """Answer, or say that one does not take part."""
    found = requests.answer_of(actor(), provider_id, request_id)
    if request.form.get("act") == "niet":
        requests.decline(found, actor=actor(), at=now())
        return go("manage", _("You do not take part."), provider_id=provider_id)
    try:
        requests.answer(
            found, request.form.getlist("antwoord"), _price_given(), actor=actor(), at=now()
        )
    except NotFoundError:
        raise
    except DomainError as error:
        return _request_to(provider_id, request_id, wrong=error)
    return go(
        "request_to",
        _("Your answer is in. You can change it until the deadline."),
        provider_id=provider_id,
        request_id=request_id,
    )


@blueprint.post(
    "/gids/beheer/<id:provider_id>/opdracht/<id:participation_id>/<any(bevestigen, ontkennen):act>"
)
@requires(USE)
def confirm_assignment(provider_id: int, participation_id: int, act: str) -> Answer:
    """Confirm an assignment that somebody names, or say why not."""
    found = participation.waiting_assignment(participation_id)
    if own(provider_id).id != found.provider_id:
        raise NotFoundError
    try:
        participation.decide(
            found, confirmed=act == "bevestigen", reason=request.form.get("reason", "")[:2000],
            actor=actor(), at=now(), as_moderator=False,
        )  # fmt: skip
    except DomainError as error:
        return manage_page(provider_id, refused=True, wrong=str(error.message))
    told = (
        _("Confirmed. The review can show.")
        if act == "bevestigen"
        else _("Noted. A moderator decides on what both of you say.")
    )
    return go("manage", told, provider_id=provider_id)


@blueprint.post("/gids/beheer/<id:provider_id>/beoordeling/<id:review_id>")
@requires(USE)
def reply(provider_id: int, review_id: int) -> Answer:
    """Answer a review."""
    found = reviews.published(review_id)
    if own(provider_id).id != found.provider_id:
        raise NotFoundError
    form = TextForm(prefix=f"reactie-{review_id}")
    if not form.validate():
        text = _("Write something, 4,000 characters at most.")
        return manage_page(provider_id, refused=True, wrong=text)
    reviews.reply(found, form.text.data or "", actor=actor(), at=now())
    return go("manage", _("Your answer stands below the review."), provider_id=provider_id)
