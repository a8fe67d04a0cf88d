"""Progress, completion, and the learner's own record."""

from __future__ import annotations

from datetime import date

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses import queries
from courses.forms import EvaluationForm
from courses.permissions import LEARN
from courses.routes import blueprint
from courses.routes.access import enrolled
from courses.services import learning
from learnenv.kernel import pdf
from learnenv.kernel.clock import local, now
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.i18n import format_date
from learnenv.kernel.permissions import requires
from learnenv.kernel.slots import collect
from learnenv.web.assets import STATIC
from learnenv.web.exports import KINDS, Cell, Table, download
from learnenv.web.shell import actor

# The fonts of the pages: one latin, one for names such as Şahin and Wałęsa.
FONTS = tuple(
    STATIC / "vendor" / "fonts" / f"source-sans-3-{part}-wght-normal.woff2"
    for part in ("latin", "latin-ext")
)


@blueprint.get("/cursussen/<slug:slug>/voortgang")
@requires(LEARN)
def progress_page(slug: str) -> str:
    """Show what is done and what is still to do, lesson by lesson."""
    found, enrolment = enrolled(actor(), slug)
    return render_template(
        "courses/progress.html",
        visit=found,
        outline=found.outline,
        enrolment=enrolment,
        progress=found.progress,
        results=learning.results_by_test(enrolment),
        by_rule=learning.by_rule,
        overrides=queries.overrides_of(enrolment),
    )


@blueprint.get("/cursussen/<slug:slug>/afgerond")
@requires(LEARN)
def completed(slug: str) -> str | Response:
    """Congratulate: certificate, opinion, next step."""
    found, enrolment = enrolled(actor(), slug)
    if enrolment.completed_at is None:
        return redirect(url_for("courses.progress_page", slug=slug), code=303)
    return _completed_page(found, EvaluationForm())


def _completed_page(found: object, form: EvaluationForm) -> str:
    from courses.routes.access import Visit

    assert isinstance(found, Visit)
    assert found.enrolment is not None
    taken = {e.course_id for e in queries.enrolments_of(found.actor)}
    return render_template(
        "courses/completed.html",
        visit=found,
        outline=found.outline,
        enrolment=found.enrolment,
        form=form,
        gave_opinion=queries.gave_evaluation(found.enrolment),
        others=[c for c in queries.catalogue("", {}).courses if c.id not in taken][:2],
        extras=collect("courses.completed", enrolment_id=found.enrolment.id),
    )


@blueprint.post("/cursussen/<slug:slug>/afgerond")
@requires(LEARN)
def evaluate(slug: str) -> str | Response | tuple[str, int]:
    """Keep the anonymous opinion."""
    found, enrolment = enrolled(actor(), slug)
    form = EvaluationForm()
    if form.validate():
        try:
            learning.evaluate(
                enrolment,
                stars=int(form.stars.data),
                useful=form.useful.data or "",
                missing=form.missing.data or "",
                at=now(),
            )
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("Thank you for your opinion."), "ok")
            return redirect(url_for("courses.completed", slug=slug), code=303)
    return _completed_page(found, form), 422


@blueprint.get("/leren")
@requires(LEARN)
def overview() -> str:
    """Show everything the learner did (c4)."""
    mine = queries.enrolments_of(actor())
    proofs, outside = _proofs([e.id for e in mine]), queries.outside_of(actor())
    return render_template(
        "courses/overview.html",
        enrolments=mine,
        proofs=proofs,
        tested=queries.tested(mine),
        outside=outside,
        outside_proofs=_outside_proofs([one.source for one in outside]),
    )


def _proofs(enrolments: list[int]) -> dict[int, tuple[str, str]]:
    """Return number and address of the certificate per enrolment, from whoever issues them."""
    found: dict[int, tuple[str, str]] = {}
    for part in collect("courses.proofs", enrolment_ids=enrolments):
        found.update(part)
    return found


def _outside_proofs(sources: list[str]) -> dict[str, tuple[str, str]]:
    """Return number and address of the certificate per source, from whoever issues them."""
    found: dict[str, tuple[str, str]] = {}
    for part in collect("courses.outside_proofs", sources=sources):
        found.update(part)
    return found


def _table() -> Table:
    mine = queries.enrolments_of(actor())
    proofs, tested = _proofs([e.id for e in mine]), queries.tested(mine)
    columns = (
        _("Course"), _("Enrolled on"), _("Progress (%)"), _("Score (%)"), _("Completed on"),
        _("Certificate"), _("Source"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            e.course.title,
            local(e.enrolled_at).date(),
            e.percent,
            e.score if e.id in tested else None,
            local(e.completed_at).date() if e.completed_at else None,
            proofs.get(e.id, ("", ""))[0],
            _("This learning site"),
        )
        for e in mine
    ]
    outside = queries.outside_of(actor())
    numbers = _outside_proofs([one.source for one in outside])
    rows += [
        (
            one.title, None, 100, None, local(one.at).date(),
            numbers.get(one.source, ("", ""))[0], one.proof,
        )
        for one in outside
    ]  # fmt: skip
    return Table(_("My learning"), columns, rows)


def _in_words(cell: Cell) -> str:
    """Return a cell as people read it: on paper a date is written out."""
    if isinstance(cell, date):
        return str(format_date(cell, format="long"))
    return "" if cell is None else str(cell)


@blueprint.get("/leren/overzicht.<slug:kind>")
@requires(LEARN)
def overview_file(kind: str) -> Response:
    """Download the record as CSV, XLSX, ODS or PDF."""
    if kind in KINDS:
        return download(_table(), kind)
    if kind != "pdf":
        raise NotFoundError
    table = _table()
    html = render_template(
        "courses/overview_pdf.html",
        table=table,
        rows=[[_in_words(cell) for cell in row] for row in table.rows],
        person=actor(),
        today=format_date(local(now()).date(), format="long"),
        language=str(get_locale()),
    )
    return FlaskResponse(
        pdf.render(html, fonts=FONTS),
        mimetype="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="leeroverzicht.pdf"'},
    )
