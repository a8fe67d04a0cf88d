"""Which lesson somebody may open: one place for every route that needs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import url_for
from flask_babel import gettext as _

from courses import queries
from courses.models import Course, Enrolment
from courses.outline import Lesson, Outline, Unit
from courses.permissions import PUBLISH
from courses.queries import Progress
from learnenv.kernel.errors import ForbiddenError, NotFoundError
from learnenv.kernel.permissions import Actor, Permission


@dataclass(frozen=True)
class Visit:
    """A course as one person visits it."""

    course: Course
    outline: Outline
    enrolment: Enrolment | None
    actor: Actor

    @cached_property
    def progress(self) -> Progress:
        """Where this person stands; read when it is asked for, which most blocks never do."""
        return queries.progress(self.outline, self.enrolment)

    @property
    def read_only(self) -> bool:
        """Whether nothing that happens is kept: a preview."""
        return self.enrolment is None

    def lesson(self, lesson_id: str) -> Lesson:
        """Return a lesson that this person may open.

        Raises NotFoundError for one that is not there or not open to visitors, ForbiddenError
        (with what to do first) for a locked one.
        """
        found = self.outline.by_lesson.get(lesson_id)
        if found is None:
            raise NotFoundError
        if self.enrolment is None and PUBLISH.covers(self.actor, self.course):
            return found
        if self.enrolment is None:
            if found.id == self.outline.preview:
                return found
            raise ForbiddenError(
                _("Enrol in the course first; then you can open this lesson."),
                way_out=(_("To the course"), url_for("courses.course", slug=self.outline.slug)),
            )
        module = self.outline.module_of[found.id]
        missing = self.progress.module_of(found.id).missing if module.requires else ()
        if missing:
            first = missing[0]
            raise ForbiddenError(
                _("This module opens when you finish “%(lesson)s” first.", lesson=first.title),
                way_out=(
                    _("To “%(lesson)s”", lesson=first.title),
                    url_for("courses.lesson", slug=self.outline.slug, lesson_id=first.id),
                ),
            )
        return found

    def unit(self, lesson_id: str, unit_id: str) -> tuple[Lesson, Unit]:
        """Return a unit of a lesson that may be opened; the units of a test never are."""
        lesson = self.lesson(lesson_id)
        unit = next((u for u in lesson.units if u.id == unit_id), None)
        if unit is None or lesson.quiz is not None:
            raise NotFoundError
        return lesson, unit


def written(permission: Permission, actor: Actor, slug: str) -> Course:
    """Return a course on which this author has the right. Raises NotFoundError."""
    course = queries.course_by_slug(slug)
    permission.demand(actor, course)
    return course


def visit(actor: Actor, slug: str) -> Visit:
    """Return the visit of a course. Raises NotFoundError."""
    course = queries.course_by_slug(slug)
    outline = queries.current(course)
    enrolment = queries.enrolment_for(actor, course)
    return Visit(course, outline, enrolment, actor)


def enrolled(actor: Actor, slug: str) -> tuple[Visit, Enrolment]:
    """Return the visit of a course one is enrolled in. Raises NotFoundError."""
    found = visit(actor, slug)
    if found.enrolment is None:
        raise NotFoundError(_("You are not enrolled in this course."))
    return found, found.enrolment
