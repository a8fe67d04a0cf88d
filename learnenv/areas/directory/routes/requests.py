"""The same questions to several providers, and their answers in one table (g15)."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request
from flask_babel import gettext as _

from learnenv.areas.directory.forms import (
    DeadlineForm,
    ReasonForm,
    RequestForm,
    lines_of,
    moment_of,
)
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import Answer, go, is_number, page
from learnenv.areas.directory.services import requests, shortlists
from learnenv.areas.directory.services.requests import Draft
from learnenv.kernel.clock import local, now
from learnenv.kernel.errors import DomainError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web import exports
from learnenv.web.shell import actor


def _known() -> list[tuple[int, str]]:
    """Return the providers that can be asked: those of one's lists."""
    ids = [one.id for one in shortlists.shared_with(actor())]
    return [(one.id, one.name) for one in pages.providers_of_lists(ids)]


@blueprint.get("/gids/uitvragen/nieuw")
@requires(USE)
def new_request() -> Answer:
    """Ask what to ask, and to whom."""
    list_id = request.args.get("lijst", "")
    known = _known()
    chosen = []
    if is_number(list_id):
        chosen = [
            i.provider_id for i in pages.items_of(shortlists.one_of(actor(), int(list_id)).id)
        ]
    form = RequestForm(formdata=None, known=known, data={"providers": chosen})
    return page("new_request", form=form, known=known)


@blueprint.post("/gids/uitvragen/nieuw")
@requires(USE)
def ask() -> Answer:
    """Send the questions."""
    known = _known()
    form = RequestForm(known=known)
    if form.validate():
        with blaming(form):
            draft = Draft(
                kind=form.kind.data, title=form.title.data or "", about=form.about.data or "",
                questions=lines_of(form.questions.data),
                deadline_at=moment_of(form.deadline_at.data, "deadline_at"),
                provider_ids=tuple(form.providers.data or ()),
            )  # fmt: skip
            made = requests.ask(draft, actor=actor(), at=now())
            return go("request_page", _("Sent to everybody you chose."), request_id=made.id)
    return page("new_request", refused=True, form=form, known=known)


@blueprint.get("/gids/uitvragen/<id:request_id>")
@requires(USE)
def request_page(request_id: int) -> Answer:
    """Show a request: who answered, and after the deadline what."""
    return _request(request_id)


def _request(
    request_id: int,
    *,
    refused: bool = False,
    choose_form: ReasonForm | None = None,
    end_form: ReasonForm | None = None,
    deadline_form: DeadlineForm | None = None,
    chosen: int = 0,
) -> Answer:
    found = requests.own_request(actor(), request_id)
    return page(
        "request",
        refused=refused,
        request=found,
        answers=pages.answers_of(found.id),
        is_open=requests.is_open(found, now()),
        is_readable=requests.is_readable(found, now()),
        choose_form=choose_form or ReasonForm(formdata=None, prefix="kies"),
        end_form=end_form or ReasonForm(formdata=None, prefix="stop"),
        deadline_form=deadline_form
        or DeadlineForm(
            formdata=None, prefix="later",
            data={"deadline_at": local(found.deadline_at + timedelta(days=7)).replace(tzinfo=None)},
        ),
        chosen=chosen,
    )  # fmt: skip


@blueprint.post("/gids/uitvragen/<id:request_id>/kiezen")
@requires(USE)
def choose(request_id: int) -> Answer:
    """Choose an answer, with the reason."""
    form = ReasonForm(prefix="kies")
    found = requests.own_request(actor(), request_id)
    text = request.form.get("antwoord", "")
    answer_id = int(text) if is_number(text) else 0
    if form.validate():
        if not answer_id:
            form.blame(DomainError(_("Choose one of the answers.")))
        else:
            with blaming(form):
                requests.choose(found, answer_id, form.reason.data or "", actor=actor(), at=now())
                return go(
                    "request_page", _("Chosen. Everybody who answered gets a mail."),
                    request_id=request_id,
                )  # fmt: skip
    return _request(request_id, refused=True, choose_form=form, chosen=answer_id)


@blueprint.post("/gids/uitvragen/<id:request_id>/stoppen")
@requires(USE)
def end_request(request_id: int) -> Answer:
    """End a request without a choice."""
    form = ReasonForm(prefix="stop")
    found = requests.own_request(actor(), request_id)
    if form.validate():
        with blaming(form):
            requests.end(found, form.reason.data or "", actor=actor(), at=now())
            return go("request_page", _("Ended."), request_id=request_id)
    return _request(request_id, refused=True, end_form=form)


@blueprint.post("/gids/uitvragen/<id:request_id>/verlengen")
@requires(USE)
def extend(request_id: int) -> Answer:
    """Give everybody more time."""
    form = DeadlineForm(prefix="later")
    found = requests.own_request(actor(), request_id)
    if form.validate():
        with blaming(form):
            later = moment_of(form.deadline_at.data, "deadline_at")
            requests.extend(found, later, actor=actor(), at=now())
            return go(
                "request_page", _("Everybody has more time and gets a mail."),
                request_id=request_id,
            )  # fmt: skip
    return _request(request_id, refused=True, deadline_form=form)


@blueprint.get("/gids/uitvragen/<id:request_id>/antwoorden.<any(csv, xlsx, ods):kind>")
@requires(USE)
def answers_file(request_id: int, kind: str) -> Response:
    """Give the answers as a file, after the deadline."""
    found = requests.own_request(actor(), request_id)
    if not requests.is_readable(found, now()):
        raise DomainError(_("The answers open after the deadline."))
    columns = [_("Provider"), _("Price in euros"), *found.questions, _("Chosen")]
    rows: list[tuple[exports.Cell, ...]] = [
        (
            one.provider.name, one.price, *(map(str, one.answers)),
            *[""] * (len(found.questions) - len(one.answers)),
            _("yes") if one.is_chosen else "",
        )
        for one in pages.answers_of(found.id)
        if one.answered_at is not None
    ]  # fmt: skip
    return exports.download(exports.Table(_("Answers"), columns, rows), kind)
