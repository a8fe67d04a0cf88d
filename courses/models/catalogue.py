"""Courses as the catalogue knows them, and their published versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id
from learnenv.kernel.privacy import plain


class Course(Base):
    """A course: its address and what the catalogue shows of the version published last."""

    __tablename__ = "courses_course"

    id: Mapped[int] = plain(Id, primary_key=True)
    slug: Mapped[str] = plain(String(120), unique=True)
    organisation_code: Mapped[str] = plain(String(120))
    """The `org` of the OLX course key, not one of our organisations."""
    title: Mapped[str] = plain(String(300))
    summary: Mapped[str] = plain(Text)
    language: Mapped[str] = plain(String(2))
    minutes: Mapped[int] = plain()
    """Study load in minutes."""
    themes: Mapped[list[Any]] = plain()
    form: Mapped[str] = plain(String(40))
    audience: Mapped[str] = plain(String(80))
    level: Mapped[str] = plain(String(40))
    stems: Mapped[str] = plain(Text)
    """Word stems of title, summary, goals and lessons, for search."""
    version_id: Mapped[int | None] = plain(Id)
    """The version published last. No foreign key: course and version would need each other."""
    published_at: Mapped[datetime | None] = plain()


class CourseVersion(Base):
    """A published version: never changed, found by the hash of its content."""

    __tablename__ = "courses_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        UniqueConstraint("course_id", "content_hash"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    course_id: Mapped[int] = plain(Id, ForeignKey("courses_course.id"), index=True)
    number: Mapped[int] = plain()
    content_hash: Mapped[str] = plain(String(64))
    document: Mapped[str] = plain(Text, deferred=True)
    """The whole course as canonical JSON: see courses.outline."""
    published_at: Mapped[datetime] = plain()
    report: Mapped[str] = plain(Text, default="", server_default="", deferred=True)
    """What the import told, as JSON: see courses.olx.report; empty for older versions."""


class Asset(Base):
    """A file of a course, stored once under the hash of its content."""

    __tablename__ = "courses_asset"

    content_hash: Mapped[str] = plain(String(64), primary_key=True)
    media_type: Mapped[str] = plain(String(100))
    data: Mapped[bytes] = plain(LargeBinary, deferred=True)


class BlockHealth(Base):
    """How often a block type of others failed here, and the last time why."""

    __tablename__ = "courses_block_health"

    block_type: Mapped[str] = plain(String(120), primary_key=True)
    failures: Mapped[int] = plain(default=0)
    last_error: Mapped[str] = plain(String(500), default="")
    last_at: Mapped[datetime] = plain()
