"""What other parts of the site ask (courses.api)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from courses.events import CourseCompleted
from courses.models import (
    Course,
    CourseVersion,
    Enrolment,
)
from courses.versions import outline_of
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """What a certificate says of a course version."""

    slug: str
    title: str
    language: str
    minutes: int
    goals: tuple[str, ...]
    version: int
    passing_percent: int


def course_facts(version_id: int) -> CourseFacts:
    """Return the facts of a version, as they stood when it was published."""
    outline = outline_of(version_id)
    return CourseFacts(
        slug=outline.slug,
        title=outline.title,
        language=outline.language,
        minutes=outline.asked_minutes,
        goals=outline.goals,
        version=outline.number,
        passing_percent=outline.passing_percent,
    )


def course_titles() -> dict[int, str]:
    """Return the titles of all courses by id."""
    return {row.id: row.title for row in db.session.execute(select(Course.id, Course.title))}


def current_version(course: Course) -> CourseVersion:
    """Return the version published last, with its document and report. Raises NotFoundError."""
    found = db.session.scalar(
        select(CourseVersion)
        .options(undefer(CourseVersion.document), undefer(CourseVersion.report))
        .where(CourseVersion.id == course.version_id)
    )
    if found is None:
        raise NotFoundError
    return found


def finished_enrolment(enrolment_id: int) -> CourseCompleted | None:
    """Return what was told when this enrolment was finished; None when it is not."""
    found = db.session.get(Enrolment, enrolment_id)
    if found is None or found.completed_at is None:
        return None
    return CourseCompleted(
        enrolment_id=found.id,
        person_id=found.person_id,
        course_id=found.course_id,
        period=found.period,
        version_id=found.completed_version_id or found.version_id,
        organisation_id=found.organisation_id,
        score=found.score,
        at=found.completed_at,
    )


def finished_of(person_id: int) -> list[tuple[int, str, datetime]]:
    """Return the finished enrolments of a person: id, title of the course, when."""
    rows = db.session.execute(
        select(Enrolment.id, Course.title, Enrolment.completed_at)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.person_id == person_id, Enrolment.completed_at.is_not(None))
        .order_by(Enrolment.completed_at.desc())
    )
    return [(row[0], row[1], at) for row in rows if (at := row[2]) is not None]


def finished_without(enrolments: Any, *, most: int) -> list[int]:
    """Return finished enrolments that are not among `enrolments`, oldest first, at most `most`."""
    return list(
        db.session.scalars(
            select(Enrolment.id)
            .where(Enrolment.completed_at.is_not(None), Enrolment.id.not_in(enrolments))
            .order_by(Enrolment.completed_at, Enrolment.id)
            .limit(most)
        )
    )


def course_names() -> list[tuple[int, str]]:
    """Return every published course: id and title, by title."""
    rows = db.session.execute(
        select(Course.id, Course.title).where(Course.version_id.is_not(None)).order_by(Course.title)
    )
    return [(row[0], row[1]) for row in rows]


def course_id(slug: str) -> int | None:
    """Return the id of a published course by its address, or None."""
    found: int | None = db.session.scalar(
        select(Course.id).where(Course.slug == slug, Course.version_id.is_not(None))
    )
    return found


def course_slug(course: int) -> str:
    """Return the address of a course by its id; empty when there is none."""
    return db.session.scalar(select(Course.slug).where(Course.id == course)) or ""


def finished_courses(person_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Return what these people finished, as person and course."""
    rows = db.session.execute(
        select(Enrolment.person_id, Enrolment.course_id).where(
            Enrolment.person_id.in_(set(person_ids)), Enrolment.completed_at.is_not(None)
        )
    )
    return {(row.person_id, row.course_id) for row in rows}
