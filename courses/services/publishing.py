"""Publishing a course: an immutable version, found by the hash of its content."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from courses.events import CoursePublished
from courses.models import Asset, Course, CourseVersion
from courses.olx.importer import Imported
from courses.outline import Outline, canonical, content_hash, read
from learnenv.kernel import audit
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import ForbiddenError
from learnenv.kernel.events import publish
from learnenv.kernel.permissions import Actor
from learnenv.kernel.search import stems


@dataclass(frozen=True, slots=True)
class Published:
    """What an import did."""

    course_id: int
    slug: str
    version: int
    is_new: bool
    """False when this content was published before: nothing changed."""


def publish_course(imported: Imported, *, actor: Actor, at: datetime) -> Published:
    """Publish what was imported; the same content a second time changes nothing.

    Raises ForbiddenError when the actor is not an author of this course.
    """
    document = imported.document
    digest = content_hash(document)
    course = db.session.scalar(
        select(Course).where(Course.slug == document["slug"]).with_for_update()
    )
    if not actor.writes(course.id if course else None):
        # the same words for a course of others and for one that is not there
        raise ForbiddenError(
            _(
                "This is the course “%(slug)s”. You may only publish the courses that you write.",
                slug=document["slug"],
            )
        )
    if course is None:
        course = _new_course(document)
    known = db.session.scalar(
        select(CourseVersion).where(
            CourseVersion.course_id == course.id, CourseVersion.content_hash == digest
        )
    )
    if known is not None and known.id == course.version_id:
        return Published(course.id, course.slug, known.number, is_new=False)
    _store_assets(imported)
    version = known or _new_version(course, digest, imported, at)
    _describe(course, read(document, version_id=version.id, number=version.number))
    course.version_id = version.id
    course.published_at = at
    db.session.flush()
    audit.record("course.published", f"course:{course.id}", actor=actor, version=version.number)
    publish(CoursePublished(course_id=course.id, version_id=version.id, at=at))
    return Published(course.id, course.slug, version.number, is_new=True)


def _new_course(document: dict[str, object]) -> Course:
    course = Course(
        slug=document["slug"], organisation_code=document["org"], title="", summary="",
        language="nl", minutes=0, themes=[], form="", audience="", level="", stems="",
    )  # fmt: skip
    db.session.add(course)
    db.session.flush()
    return course


def _new_version(course: Course, digest: str, imported: Imported, at: datetime) -> CourseVersion:
    last = db.session.scalar(
        select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
    )
    version = CourseVersion(
        course_id=course.id,
        number=(last or 0) + 1,
        content_hash=digest,
        document=canonical(imported.document),
        report=json.dumps(imported.report.to_json(), ensure_ascii=False),
        published_at=at,
    )
    db.session.add(version)
    db.session.flush()
    return version


def _store_assets(imported: Imported) -> None:
    for digest, (media_type, data) in imported.assets.items():
        db.session.execute(
            insert(Asset)
            .values(content_hash=digest, media_type=media_type, data=data)
            .on_conflict_do_nothing(index_elements=["content_hash"])
        )


def _describe(course: Course, outline: Outline) -> None:
    """Show in the catalogue what the new version says."""
    words = [outline.title, outline.summary, *outline.goals]
    words += [text for lesson in outline.lessons for text in (lesson.title, lesson.goal)]
    words += [outline.meta.get("themes", ""), outline.meta.get("audience", "")]
    course.organisation_code = outline.org
    course.title = outline.title
    course.summary = outline.summary
    course.language = outline.language
    course.minutes = outline.minutes
    course.themes = [t.strip() for t in outline.meta.get("themes", "").split(",") if t.strip()]
    course.form = outline.meta.get("form", "")
    course.audience = outline.meta.get("audience", "")
    course.level = outline.meta.get("level", "")
    course.stems = " ".join(dict.fromkeys(stems(" ".join(words), outline.language)))
