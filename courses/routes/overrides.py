"""Staff count a lesson as done for somebody, and say why (c7)."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses import queries
from courses.forms import OverrideForm
from courses.permissions import OVERRIDE
from courses.routes import blueprint
from courses.services import learning
from learnenv.kernel.clock import now
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor, requires
from learnenv.web.shell import actor


def person_card(*, person_id: int, actor: Actor) -> list[tuple[str, str, int]] | None:
    """Return the courses of a person for the administrator's page: title, address, percent."""
    if not OVERRIDE.allows(actor):
        return None
    return [
        (e.course.title, url_for("courses.staff_progress", enrolment_id=e.id), e.percent)
        for e in queries.enrolments_of_person(person_id)
    ]


@blueprint.get("/beheer/leren/<id:enrolment_id>")
@requires(OVERRIDE)
def staff_progress(enrolment_id: int) -> str:
    """Show where somebody stands, and offer to count a lesson as done."""
    return _page(enrolment_id, OverrideForm())


def _page(enrolment_id: int, form: OverrideForm) -> str:
    found = queries.enrolment_of(enrolment_id)
    outline = queries.current(found.course)
    progress = queries.progress(outline, found)
    open_lessons = [s.lesson for m in progress.modules for s in m.lessons if not s.done]
    form.offer(open_lessons)
    return render_template(
        "courses/staff_progress.html",
        enrolment=found,
        outline=outline,
        progress=progress,
        overrides=queries.overrides_of(found),
        form=form if open_lessons else None,
    )


@blueprint.post("/beheer/leren/<id:enrolment_id>")
@requires(OVERRIDE)
def override(enrolment_id: int) -> Response | tuple[str, int]:
    """Count a lesson as done."""
    found = queries.enrolment_of(enrolment_id)
    outline = queries.current(found.course)
    form = OverrideForm()
    form.offer(list(outline.lessons))
    if not form.validate():
        return _page(enrolment_id, form), 422
    lesson = outline.by_lesson.get(form.lesson.data)
    if lesson is None:
        raise NotFoundError
    learning.override(
        enrolment=found,
        outline=outline,
        lesson=lesson,
        reason=form.reason.data or "",
        actor=actor(),
        at=now(),
    )
    flash(_("Counted as done: %(lesson)s", lesson=lesson.title), "ok")
    return redirect(url_for("courses.staff_progress", enrolment_id=enrolment_id), code=303)
