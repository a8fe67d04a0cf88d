"""Authors grade answers in own words, one after the other, and see no names (feature b10)."""

from __future__ import annotations

import hashlib

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses import queries
from courses.blocks.problem.capa import parse
from courses.forms import GradeForm
from courses.models import Course, HandIn
from courses.permissions import GRADE
from courses.routes import blueprint
from courses.routes.access import written
from courses.runtime.offers import anonymous_id
from courses.runtime.runtime import rewrite_links
from courses.services import hand_ins
from courses.versions import outline_of
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


def alias(found: HandIn) -> str:
    """Return what stands for the learner's name: the same within a course, and no more than that.

    An author sees no names of learners (the matrix of TRUST.md 4).
    """
    person = anonymous_id(found.enrolment.person_id)
    return hashlib.sha256(f"{person}:{found.course_id}".encode()).hexdigest()[:6].upper()


@blueprint.get("/beheer/cursussen/<slug:slug>/nakijken")
@requires(GRADE)
def to_grade(slug: str) -> str:
    """List the answers that wait, longest waiting first."""
    course = written(GRADE, actor(), slug)
    outline = queries.current(course)
    waiting = queries.to_grade(course)
    return render_template("courses/to_grade.html", course=course, outline=outline, waiting=waiting)


@blueprint.get("/beheer/cursussen/<slug:slug>/nakijken/<id:enrolment_id>/<slug:block_id>")
@requires(GRADE)
def grade_one(slug: str, enrolment_id: int, block_id: str) -> str:
    """Show one answer beside its question."""
    course = written(GRADE, actor(), slug)
    return _page(course, queries.hand_in_of(course, enrolment_id, block_id), GradeForm())


def _page(course: Course, found: HandIn, form: GradeForm) -> str:
    outline = outline_of(found.version_id)
    lesson, _unit, block = outline.blocks[found.block]
    problem = parse(str(block.fields.get("data") or "<problem/>"))
    return render_template(
        "courses/grade_one.html",
        course=course,
        found=found,
        lesson=lesson,
        title=block.fields.get("display_name") or lesson.title,
        question=rewrite_links(problem.intro, outline),
        solution=rewrite_links(problem.solution, outline),
        alias=alias(found),
        form=form,
    )


@blueprint.post("/beheer/cursussen/<slug:slug>/nakijken/<id:enrolment_id>/<slug:block_id>")
@requires(GRADE)
def grade(slug: str, enrolment_id: int, block_id: str) -> Response | tuple[str, int]:
    """Keep the grade and go to the next answer."""
    course = written(GRADE, actor(), slug)
    found = queries.hand_in_of(course, enrolment_id, block_id)
    form = GradeForm()
    if not form.validate():
        return _page(course, found, form), 422
    try:
        hand_ins.grade(
            hand_in=found,
            course=course,
            outline=queries.current(course),
            percent=form.percent.data or 0,
            comment=form.comment.data or "",
            actor=actor(),
            at=now(),
        )
    except DomainError as error:
        form.blame(error)
        return _page(course, found, form), 422
    flash(_("Graded. The learner gets a mail."), "ok")
    following = queries.to_grade(course)
    if not following:
        return redirect(url_for("courses.to_grade", slug=slug), code=303)
    target = url_for(
        "courses.grade_one",
        slug=slug,
        enrolment_id=following[0].enrolment_id,
        block_id=following[0].block,
    )
    return redirect(target, code=303)
