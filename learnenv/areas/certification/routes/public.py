"""What everybody may see: the schemes, the register, and the register for machines."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _

from learnenv.areas.certification import statement
from learnenv.areas.certification.forms import TextForm
from learnenv.areas.certification.models import Kind, Registration
from learnenv.areas.certification.openapi import DOCUMENT
from learnenv.areas.certification.permissions import (
    APPLY,
    ASSESS,
    COORDINATE,
    DECIDE,
    FIGURES,
    SCHEMES,
)
from learnenv.areas.certification.queries import lists, register
from learnenv.areas.certification.queries.register import Search
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import (
    Answer,
    asked_text,
    choice_of,
    day_of,
    go,
    page,
    page_number,
)
from learnenv.areas.certification.rules import Rules
from learnenv.areas.certification.services import questions, schemes
from learnenv.areas.certification.services.base import rules_of
from learnenv.kernel import throttle
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import public, requires
from learnenv.kernel.taxonomy import REGIONS, THEMES
from learnenv.kernel.transaction import after_commit, transaction
from learnenv.web.shell import actor

API_LIMIT = 120
"""Requests a minute of one address."""


@blueprint.get("/certificering")
@public
def index() -> Answer:
    """Say what certification is, and show the schemes."""
    found = [(kind, schemes.current(kind)) for kind in Kind]
    listed = [(kind, scheme, rules_of(scheme)) for kind, scheme in found if scheme]
    return page("index", schemes=listed, staff_links=_staff_links())


def _staff_links() -> list[tuple[str, str]]:
    """Return the pages for staff that the actor may open."""
    who = actor()
    pages = (
        (COORDINATE, _("Applications"), "work"),
        (COORDINATE, _("Inventory of who is not certified yet"), "inventory"),
        (COORDINATE, _("Assessors"), "assessors"),
        (COORDINATE, _("Questions about schemes"), "open_questions"),
        (ASSESS, _("To assess"), "to_assess"),
        (DECIDE, _("To decide"), "to_decide"),
        (FIGURES, _("Figures of certification"), "figures"),
        (SCHEMES, _("Certification schemes"), "scheme_list"),
    )
    return [
        (label, url_for(f"certification.{name}"))
        for permission, label, name in pages
        if permission.allows(who)
    ]


@blueprint.get("/certificering/regelingen/<any(adviser, agency, institute, training):kind>")
@public
def scheme(kind: str) -> Answer:
    """Show a scheme: entry rules, criteria with levels, evidence, terms, and questions."""
    return _scheme_page(kind, TextForm(prefix="vraag", label=_("Your question")))


@blueprint.post("/certificering/regelingen/<any(adviser, agency, institute, training):kind>/vraag")
@requires(APPLY)
def ask_public(kind: str) -> Answer:
    """Ask a question about a scheme; the answer is for everybody, without a name (f19)."""
    form = TextForm(prefix="vraag", label=_("Your question"))
    if form.validate():
        with blaming(form):
            questions.ask(kind=kind, text=form.text.data or "", actor=actor(), at=now())
            return go("scheme", _("Sent. You get a mail with the answer."), kind=kind)
    return _scheme_page(kind, form, refused=True)


def _scheme_page(kind: str, form: TextForm, *, refused: bool = False) -> Answer:
    found = schemes.current(kind)
    if found is None:
        raise NotFoundError
    return page(
        "scheme",
        refused=refused,
        scheme=found,
        rules=rules_of(found),
        answers=lists.public_questions(kind),
        form=form,
        may_ask=APPLY.allows(actor()),
    )


# --- the register --------------------------------------------------------------------------------


def _search() -> Search:
    return Search(
        text=asked_text(),
        kind=choice_of("soort", {k.value for k in Kind}),
        theme=choice_of("thema", THEMES),
        region=choice_of("regio", REGIONS),
        all=request.args.get("alle") == "1",
    )


def _search_values(asked: Search) -> dict[str, Any]:
    values = {
        "q": asked.text, "soort": asked.kind, "thema": asked.theme, "regio": asked.region,
        "alle": "1" if asked.all else "",
    }  # fmt: skip
    return {key: value for key, value in values.items() if value}


@blueprint.get("/register")
@public
def register_list() -> Answer:
    """Search who is certified."""
    asked, number, day = _search(), page_number(), today()
    found, total = register.search(asked, page=number, day=day)
    return page(
        "register",
        entries=found,
        total=total,
        asked=asked,
        themes=THEMES,
        regions=REGIONS,
        page=number,
        pages=-(-total // register.PER_PAGE),
        page_url=lambda n: url_for(
            "certification.register_list", **_search_values(asked), pagina=n
        ),
        standing=lambda entry: register.standing_now(entry, day),
    )


@blueprint.get("/register/<slug:number>")
@public
def register_entry(number: str) -> Answer:
    """Show an entry with its history, and answer what it was on a day (f16)."""
    found, day = register.entry(number), today()
    asked = day_of(request.args.get("op", ""))
    if asked is not None and asked > day:
        asked = None
    past = register.on_day(found, asked) if asked else None
    return page(
        "entry",
        entry=found,
        rules=rules_of(found.scheme),
        standing=register.standing_now(found, day),
        periods=register.periods(found, day=day),
        past=past,
        past_rules=rules_of(past.scheme) if past and past.scheme else None,
        odd_day=bool(request.args.get("op")) and asked is None,
        shows_contact=found.party.consent_at is not None,
        is_staff=COORDINATE.allows(actor()),
    )


@blueprint.get("/register/<slug:number>/verklaring.pdf")
@public
def register_statement(number: str) -> Response:
    """Give the answer for a day as a sealed PDF, for the file of a tender."""
    found = register.entry(number)
    asked = day_of(request.args.get("op", "")) or today()
    if asked > today():
        raise InvalidInputError(_("Nobody knows the future: choose today or a day before."))
    _slow_down("statement", limit=40)
    data = statement.sealed(found, register.on_day(found, asked))
    response = Response(data, content_type="application/pdf")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{found.number}-{asked.isoformat()}.pdf"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _slow_down(what: str, *, limit: int) -> None:
    """Count a request of this address, after the answer is made; too many get a 429 (d13)."""
    origin = request.remote_addr or ""
    throttle.check(f"certification.{what}", origin, limit=limit, seconds=60)

    def count() -> None:
        with transaction():
            throttle.hit(f"certification.{what}", origin, seconds=60)

    after_commit(count)


def _as_json(entry: Registration, rules: Rules) -> dict[str, Any]:
    day = today()
    shown: dict[str, Any] = {
        "number": entry.number,
        "kind": entry.kind,
        "name": entry.party.name,
        "status": register.standing_now(entry, day),
        "since": entry.since.isoformat(),
        "validFrom": entry.valid_from.isoformat(),
        "validUntil": entry.valid_until.isoformat(),
        "themes": list(entry.themes),
        "region": entry.party.region,
        "scheme": {"title": rules.title, "version": entry.scheme.version},
        "url": url_for("certification.register_entry", number=entry.number, _external=True),
    }
    if entry.party.consent_at is not None:
        shown["website"] = entry.party.website
        shown["email"] = entry.party.email
    return shown


@blueprint.get("/api/register")
@public
def api_list() -> Response:
    """Give a page of the register as JSON (see /api/openapi.json)."""
    _slow_down("api", limit=API_LIMIT)
    asked, number = _search(), page_number()
    found, total = register.search(asked, page=number, day=today())
    return jsonify(
        {
            "total": total,
            "page": number,
            "pageSize": register.PER_PAGE,
            "items": [_as_json(entry, rules_of(entry.scheme)) for entry in found],
        }
    )


@blueprint.get("/api/register/<slug:number>")
@public
def api_entry(number: str) -> Response:
    """Give an entry as JSON, with its history; `op` asks what it was on a day."""
    _slow_down("api", limit=API_LIMIT)
    found, day = register.entry(number), today()
    shown = _as_json(found, rules_of(found.scheme))
    shown["history"] = [
        {
            "from": period.start.isoformat(),
            "until": period.end.isoformat() if period.end else None,
            "status": period.standing,
        }
        for period in register.periods(found, day=day)
    ]
    text = request.args.get("op", "")
    if text:
        asked = day_of(text)
        if asked is None or asked > day:
            raise InvalidInputError(_("Write a day as 2026-03-01, today or before."))
        past = register.on_day(found, asked)
        shown["onDay"] = {
            "day": asked.isoformat(),
            "certified": past.was_certified,
            "status": past.standing,
            "schemeVersion": past.scheme.version if past.scheme else None,
        }
    return jsonify(shown)


@blueprint.get("/api/openapi.json")
@public
def api_description() -> Response:
    """Describe the register for machines (OpenAPI 3.1)."""
    return jsonify(DOCUMENT)
