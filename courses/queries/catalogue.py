"""The catalogue, and what a course is made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import undefer

from courses.models import (
    Asset,
    Course,
    CourseVersion,
)
from courses.outline import Outline
from courses.versions import outline_of
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.search import matches

# Asked for by most pages of a course, so built once.
BY_SLUG = select(Course).where(Course.slug == bindparam("slug"), Course.version_id.is_not(None))


@dataclass(frozen=True, slots=True)
class Facet:
    """A value one can filter by, with how many courses have it among the rest of the choice."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Courses that fit, and the facets beside them."""

    courses: list[Course]
    facets: dict[str, list[Facet]]


FACETS = ("theme", "duration", "form", "audience", "language")


def duration_of(course: Course) -> str:
    """Return the class of study load: short (to 30 minutes), medium (to 2 hours) or long."""
    if course.minutes <= 30:  # noqa: PLR2004
        return "short"
    return "medium" if course.minutes <= 120 else "long"  # noqa: PLR2004


def _values(course: Course, facet: str) -> list[str]:
    found = {
        "theme": [str(theme) for theme in course.themes],
        "duration": [duration_of(course)],
        "form": [course.form],
        "audience": [course.audience],
        "language": [course.language],
    }[facet]
    return [value for value in found if value]


def catalogue(text: str, chosen: dict[str, str]) -> Catalogue:
    """Return the courses that hold all words of `text` and fit the chosen facets.

    A catalogue is tens to hundreds of courses, so one query reads it and Python filters; the
    counts of a facet leave its own choice out, so that one can change one's mind.
    """
    everything = list(
        db.session.scalars(
            select(Course).where(Course.version_id.is_not(None)).order_by(Course.title)
        )
    )
    found = [c for c in everything if matches(text, c.stems, c.language)]

    def fits(course: Course, *, but: str = "") -> bool:
        return all(
            facet == but or value in _values(course, facet) for facet, value in chosen.items()
        )

    facets = {}
    for facet in FACETS:
        counts = Counter(v for c in found if fits(c, but=facet) for v in _values(c, facet))
        facets[facet] = [
            Facet(value, count, chosen.get(facet) == value)
            for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
    return Catalogue([c for c in found if fits(c)], facets)


def course_by_slug(slug: str) -> Course:
    """Return a published course. Raises NotFoundError."""
    course = db.session.scalar(BY_SLUG, {"slug": slug.lower()})
    if course is None:
        raise NotFoundError
    return course


def current(course: Course) -> Outline:
    """Return the outline of the version published last."""
    assert course.version_id is not None
    return outline_of(course.version_id)


def asset(digest: str) -> Asset:
    """Return a file of a course, data included. Raises NotFoundError."""
    found = db.session.scalar(
        select(Asset).options(undefer(Asset.data)).where(Asset.content_hash == digest)
    )
    if found is None:
        raise NotFoundError
    return found


def managed_courses(actor: Actor) -> list[tuple[Course, int, datetime | None]]:
    """Return the courses this author writes, with the number and date of their version."""
    query = (
        select(Course, CourseVersion.number, CourseVersion.published_at)
        .outerjoin(CourseVersion, CourseVersion.id == Course.version_id)
        .order_by(Course.title)
    )
    if not actor.all_courses:
        query = query.where(Course.id.in_(actor.courses))
    return [(course, number, at) for course, number, at in db.session.execute(query)]
