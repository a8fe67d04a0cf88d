"""Pages of the figures. All of them only read; who looked at names is written down afterwards."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, after_this_request, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from learnenv.areas.reporting import people as people_queries
from learnenv.areas.reporting import queries
from learnenv.areas.reporting.forms import FilterForm
from learnenv.areas.reporting.page import Page, measure_titles, tier_names
from learnenv.areas.reporting.people import Listing, Question
from learnenv.areas.reporting.permissions import LIST, VIEW
from learnenv.areas.reporting.queries import PACE_DAYS, UNIQUE, Choice
from learnenv.kernel import audit
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.i18n import format_date
from learnenv.kernel.permissions import Actor, requires
from learnenv.kernel.transaction import transaction
from learnenv.web import exports
from learnenv.web.shell import actor

blueprint = Blueprint(
    "reporting", __name__, url_prefix="/cijfers", template_folder="templates", static_folder=None
)
LONGEST_NUMBER = 15
YEARS = range(2000, 2101)


@blueprint.get("")
@requires(VIEW)
def year() -> str:
    """Show the figures of a year."""
    page = Page(queries.report(actor(), _choice(), moment=now()))
    form = FilterForm.of(page.reach, page.report.year)
    return render_template("reporting/year.html", page=page, form=form, pace_days=PACE_DAYS)


def on_home(actor: Actor) -> Markup:
    """Fill the slot of the home page: the year and the own organisations, without a click."""
    if not VIEW.allows(actor):
        return Markup("")
    page = Page(queries.report(actor, Choice(), moment=now()))
    return Markup(render_template("reporting/home.html", page=page))  # noqa: S704


@blueprint.get(
    "/export/<any(maanden, organisaties, bestuurslagen, cursussen):table>"
    ".<any(csv, xlsx, ods):kind>"
)
@requires(VIEW)
def export(table: str, kind: str) -> Response:
    """Give a table of the page as a file."""
    page = Page(queries.report(actor(), _choice(), moment=now()))
    return exports.download(page.export(table), kind)


@blueprint.get("/lijst")
@requires(LIST)
def people() -> str:
    """Show the people behind a number."""
    found = people_queries.listing(actor(), _question())
    number = _number("pagina") or 1
    lines = people_queries.page(actor(), found, number)
    _leave_a_trace("figures.list_viewed", found, page=number)
    return render_template(
        "reporting/people.html",
        found=found,
        lines=lines,
        number=number,
        title=_title(found),
        period=_period(found.question),
    )


@blueprint.get("/lijst/export.<any(csv, xlsx, ods):kind>")
@requires(LIST)
def people_export(kind: str) -> Response:
    """Give the whole list behind a number as a file."""
    found = people_queries.listing(actor(), _question())
    lines = people_queries.everybody(actor(), found)
    _leave_a_trace("figures.list_exported", found, kind=kind)
    return exports.download(_table(found, lines), kind)


def _choice() -> Choice:
    return Choice(year=_year(), organisation_id=_number("organisatie"), course_id=_number("cursus"))


def _question() -> Question:
    return Question(
        choice=_choice(),
        year=_year() or today().year,
        measure=request.args.get("maat", UNIQUE),
        month=_number("maand"),
        until=request.args.get("tot") == "1",
        own=request.args.get("eigen") == "1",
        tier=request.args.get("laag") or None,
    )


def _number(name: str) -> int | None:
    """Return a number from the address; what is no number does not exist."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise NotFoundError
    return int(text)


def _year() -> int | None:
    asked = _number("jaar")
    if asked is not None and asked not in YEARS:
        raise NotFoundError
    return asked


def _leave_a_trace(action: str, found: Listing, **more: Any) -> None:
    """Write who saw which list, before the answer leaves: without the line no list (P36).

    The view itself only reads, so this is a transaction of its own, after that of the view.
    """
    question, viewer = found.question, actor()
    chosen = found.reach.organisation
    details: dict[str, Any] = {
        "year": question.year,
        "month": question.month,
        "measure": question.measure,
        "course": question.choice.course_id,
        "lines": found.total,
        **more,
    }

    @after_this_request
    def _write(response: Response) -> Response:
        with transaction():
            subject = f"organisation:{chosen.id}" if chosen else "organisation:managed"
            audit.record(action, subject, actor=viewer, **details)
        return response


def _title(found: Listing) -> str:
    question = found.question
    parts = [measure_titles()[question.measure]]
    if found.reach.organisation is not None:
        parts.append(found.reach.organisation.name)
    if question.tier is not None:
        parts.append(tier_names()[question.tier])
    if question.choice.course_id is not None:
        parts.append(found.reach.courses[question.choice.course_id])
    return ", ".join(parts)


def _period(question: Question) -> str:
    if question.month is None:
        return str(question.year)
    month = str(format_date(date(question.year, question.month, 1), "MMMM yyyy"))
    return str(_("up to and including %(month)s", month=month)) if question.until else month


def _table(found: Listing, lines: list[people_queries.Line]) -> exports.Table:
    columns = [_("Name"), _("Course"), _("Date"), _("Progress (%)"), _("State")]
    rows = [
        [
            _("Former employee") if line.name is None else line.name,
            line.course,
            today(line.at) if line.at else None,
            line.percent,
            _state(line),
        ]
        for line in lines
    ]
    return exports.Table(f"{_title(found)} {_period(found.question)}", columns, rows)


def _state(line: people_queries.Line) -> str:
    if line.name is None:
        return ""
    if line.is_certified:
        return str(_("Certificate"))
    return str(_("Completed") if line.is_completed else _("Started"))
