"""Importing courses through the browser."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses import queries
from courses.forms import ImportForm
from courses.olx.importer import CourseError, read_course
from courses.olx.package import MAX_BYTES, PackageError, read_bytes
from courses.permissions import PUBLISH
from courses.results import results_of
from courses.routes import blueprint
from courses.services.publishing import publish_course
from learnenv.kernel.clock import now
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


def _page(form: ImportForm, problems: list[str]) -> str:
    return render_template(
        "courses/manage.html", courses=queries.managed_courses(), form=form, problems=problems
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
        return _page(form, str(error).splitlines()), 422
    done = publish_course(imported, actor=actor(), at=now())
    text = _("Published as version %(number)s.", number=done.version)
    flash(text if done.is_new else _("This content was published before; nothing changed."), "ok")
    return redirect(url_for("courses.manage"), code=303)


@blueprint.get("/beheer/cursussen/<slug:slug>/resultaten")
@requires(PUBLISH)
def results(slug: str) -> str:
    """Show what people learned and think of a course."""
    course = queries.course_by_slug(slug)
    found = results_of(course, queries.current(course))
    return render_template("courses/results.html", course=course, results=found)


@blueprint.before_request
def _allow_packages() -> None:
    """Let a course be larger than a form."""
    if request.endpoint == "courses.import_package":
        request.max_content_length = MAX_BYTES
