"""Lessons and their units."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses import banks, queries
from courses.outline import Lesson, Unit
from courses.permissions import LEARN
from courses.routes import blueprint
from courses.routes.access import Visit, enrolled, visit
from courses.routes.frames import frame_of
from courses.routes.runtime import learner_runtime
from courses.services import learning
from learnenv.kernel.clock import now
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import public, requires
from learnenv.web.shell import actor


@blueprint.get("/cursussen/<slug:slug>/les/<slug:lesson_id>")
@public
def lesson(slug: str, lesson_id: str) -> str | Response:
    """Open a lesson: at the first unit not read, or a test at its first page."""
    found = visit(actor(), slug)
    opened = found.lesson(lesson_id)
    if opened.quiz is not None:
        return _test_page(found, opened)
    items = found.progress.items
    unit = next((u for u in opened.units if u.id not in items), opened.units[0])
    return redirect(
        url_for("courses.unit", slug=slug, lesson_id=lesson_id, unit_id=unit.id), code=303
    )


def _test_page(found: Visit, opened: Lesson) -> str:
    assert opened.quiz is not None
    attempts = queries.attempts_of(found.enrolment, opened) if found.enrolment else []
    return render_template(
        "courses/test_start.html",
        visit=found,
        outline=found.outline,
        lesson=opened,
        rules=opened.quiz,
        attempts=attempts,
        size=banks.size(opened, found.outline),
        pool=sum(len(s.questions) for s in banks.subjects(opened, found.outline)),
        running=next((a for a in attempts if a.state == "open"), None),
        finished=[a for a in attempts if a.state != "open"],
        now=now(),
    )


@blueprint.get("/cursussen/<slug:slug>/les/<slug:lesson_id>/<slug:unit_id>")
@public
def unit(slug: str, lesson_id: str, unit_id: str) -> str:
    """Show one unit of a lesson."""
    found = visit(actor(), slug)
    opened, page = found.unit(lesson_id, unit_id)
    runtime = learner_runtime(found)
    frames = {block.id: frame_of(found, block) for block in page.blocks}
    own = runtime.blocks(block.id for block in page.blocks if frames[block.id] is None)
    shown = {block.scope_ids.usage_id.block_id: runtime.render_safely(block) for block in own}
    return render_template(
        "courses/unit.html",
        visit=found,
        outline=found.outline,
        lesson=opened,
        unit=page,
        parts=[(shown.get(block.id), frames[block.id]) for block in page.blocks],
        state=found.progress.lesson(opened.id),
        **_neighbours(found, opened, page),
    )


@blueprint.get("/cursussen/<slug:slug>/les/<slug:lesson_id>/afdrukken")
@public
def lesson_on_paper(slug: str, lesson_id: str) -> str:
    """Show a whole lesson on one page, to print or to read in one go; nothing can be answered."""
    found = visit(actor(), slug)
    opened = found.lesson(lesson_id)
    if opened.quiz is not None:
        raise NotFoundError
    runtime = learner_runtime(replace(found, enrolment=None))
    runtime.units = opened.units
    own = {b.id for unit in opened.units for b in unit.blocks if frame_of(found, b) is None}
    blocks = runtime.blocks(b.id for unit in opened.units for b in unit.blocks if b.id in own)
    shown = {block.scope_ids.usage_id.block_id: runtime.render_safely(block) for block in blocks}
    return render_template(
        "courses/lesson_on_paper.html",
        visit=found,
        outline=found.outline,
        lesson=opened,
        parts={unit.id: [shown.get(block.id) for block in unit.blocks] for unit in opened.units},
    )


def _neighbours(found: Visit, opened: Lesson, page: Unit) -> dict[str, Any]:
    place = found.outline.position(page.id)
    assert place is not None
    units = found.outline.units
    before = units[place - 1] if place else None
    after = units[place + 1] if place + 1 < len(units) else None
    return {
        "number": opened.units.index(page) + 1,
        "before": before if before and before[0].quiz is None else None,
        "after": after,
    }


@blueprint.post("/cursussen/<slug:slug>/les/<slug:lesson_id>/<slug:unit_id>")
@requires(LEARN)
def finish_unit(slug: str, lesson_id: str, unit_id: str) -> Response:
    """Note that the unit was read and open the next one."""
    found, enrolment = enrolled(actor(), slug)
    opened, page = found.unit(lesson_id, unit_id)
    was_done = enrolment.completed_at is not None
    learning.finish_unit(enrolment, found.outline, opened, page.id, at=now())
    if enrolment.completed_at is not None and not was_done:
        return redirect(url_for("courses.completed", slug=slug), code=303)
    return _next(found, page)


def _next(found: Visit, page: Unit) -> Response:
    place = found.outline.position(page.id)
    assert place is not None
    slug = found.outline.slug
    if place + 1 >= len(found.outline.units):
        return redirect(url_for("courses.progress_page", slug=slug), code=303)
    lesson_after, unit_after = found.outline.units[place + 1]
    fresh = queries.progress(found.outline, found.enrolment)
    missing = fresh.module_of(lesson_after.id).missing
    if missing:
        flash(
            _("To open the next module, finish “%(lesson)s” first.", lesson=missing[0].title),
            "info",
        )
        return redirect(url_for("courses.progress_page", slug=slug), code=303)
    if lesson_after.quiz is not None:
        return redirect(url_for("courses.lesson", slug=slug, lesson_id=lesson_after.id), code=303)
    target = url_for("courses.unit", slug=slug, lesson_id=lesson_after.id, unit_id=unit_after.id)
    return redirect(target, code=303)


@blueprint.post("/cursussen/<slug:slug>/les/<slug:lesson_id>/afvinken")
@requires(LEARN)
def tick(slug: str, lesson_id: str) -> Response:
    """Tick a lesson off."""
    found, enrolment = enrolled(actor(), slug)
    opened = found.lesson(lesson_id)
    was_done = enrolment.completed_at is not None
    learning.tick_lesson(enrolment, found.outline, opened, at=now())
    if enrolment.completed_at is not None and not was_done:
        return redirect(url_for("courses.completed", slug=slug), code=303)
    flash(_("Done: %(lesson)s", lesson=opened.title), "ok")
    return _next(found, opened.units[-1])


@blueprint.post("/cursussen/<slug:slug>/hier/<slug:unit_id>")
@requires(LEARN)
def here(slug: str, unit_id: str) -> Response:
    """Remember the unit that is on screen; sent by the page itself."""
    found, enrolment = enrolled(actor(), slug)
    if found.outline.position(unit_id) is not None:
        learning.remember_place(enrolment, unit_id, at=now())
    return Response(status=204)
