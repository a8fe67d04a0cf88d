"""Importing courses through the browser."""

from __future__ import annotations

import json

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses import queries
from courses.forms import ImportForm
from courses.olx import exporter
from courses.olx.importer import CourseError, read_course
from courses.olx.package import MAX_BYTES, PackageError, read_bytes
from courses.olx.report import Report
from courses.olx.words import in_words, refusal_in_words
from courses.permissions import PUBLISH
from courses.results import results_of
from courses.routes import blueprint
from courses.routes.access import written
from courses.services.publishing import publish_course
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


def _page(form: ImportForm, problems: list[str]) -> str:
    return render_template(
        "courses/manage.html",
        courses=queries.managed_courses(actor()),
        waiting=queries.waiting_per_course(),
        form=form,
        problems=problems,
    )


@blueprint.get("/beheer/cursussen")
@requires(PUBLISH)
def manage() -> str:
    """List the courses and offer an import."""
    return _page(ImportForm(), [])


@blueprint.post("/beheer/cursussen")
@requires(PUBLISH)
def import_package() -> str | Response | tuple[str, int]:
    """Publish an uploaded course, or say per file and line what is wrong."""
    form = ImportForm()
    if not form.validate():
        return _page(form, []), 422
    upload = form.package.data
    try:
        imported = read_course(read_bytes(upload.read(), upload.filename or ""))
    except (CourseError, PackageError) as error:
        return _page(form, refusal_in_words(error)), 422
    try:
        done = publish_course(imported, actor=actor(), at=now())
    except DomainError as error:
        return _page(form, [error.message]), 422
    text = _("Published as version %(number)s.", number=done.version)
    flash(text if done.is_new else _("This content was published before; nothing changed."), "ok")
    if imported.report.of("adapted") or imported.report.of("not_supported"):
        return redirect(url_for("courses.import_report", slug=done.slug), code=303)
    return redirect(url_for("courses.manage"), code=303)


@blueprint.get("/beheer/cursussen/<slug:slug>/importverslag")
@requires(PUBLISH)
def import_report(slug: str) -> str:
    """Show what came over, what was adapted and what is not supported, with file and line."""
    course = written(PUBLISH, actor(), slug)
    version = queries.current_version(course)
    stored = json.loads(version.report) if version.report else None
    return render_template(
        "courses/import_report.html",
        course=course,
        version=version,
        report=Report.from_json(stored) if stored else None,
        in_words=in_words,
    )


@blueprint.get("/beheer/cursussen/<slug:slug>/exporteren")
@requires(PUBLISH)
def export(slug: str) -> Response:
    """Download the published version as OLX; importing it gives the same version."""
    course = written(PUBLISH, actor(), slug)
    version = queries.current_version(course)
    data = exporter.archive(json.loads(version.document), lambda d: queries.asset(d).data)
    name = f"{course.slug}-{version.number}.tar.gz"
    return Response(
        data,
        mimetype="application/gzip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


@blueprint.get("/beheer/cursussen/<slug:slug>/resultaten")
@requires(PUBLISH)
def results(slug: str) -> str:
    """Show what people learned and think of a course."""
    course = written(PUBLISH, actor(), slug)
    found = results_of(course, queries.current(course))
    return render_template("courses/results.html", course=course, results=found)


@blueprint.before_request
def _allow_packages() -> None:
    """Let a course be larger than a form."""
    if request.endpoint == "courses.import_package":
        request.max_content_length = MAX_BYTES
