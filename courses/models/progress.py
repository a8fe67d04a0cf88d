"""What learners do: enrolments, progress, attempts and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, relationship

from courses.models.catalogue import Course
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import FIGURES, LEARNING, personal, plain

PERSON = "accounts_person.id"


class Enrolment(Base):
    """A person in a course in a period. Period 2 is the course taken again; 1 is kept."""

    __tablename__ = "courses_enrolment"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "period"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        # The order of the lists behind the figures: a page of a long one reads its own lines only.
        Index(
            "ix_courses_enrolment_list",
            "organisation_id",
            "year",
            "course_id",
            "enrolled_at",
            "id",
        ),
        Index(
            "ix_courses_enrolment_completed",
            "organisation_id",
            "course_id",
            "completed_at",
            "id",
            sqlite_where=text("completed_at IS NOT NULL"),
            postgresql_where=text("completed_at IS NOT NULL"),
        ),
        Index("ix_courses_enrolment_course", "course_id", "year", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    person_id: Mapped[int] = personal(LEARNING, Id, ForeignKey(PERSON))
    course_id: Mapped[int] = plain(Id, ForeignKey("courses_course.id"))
    period: Mapped[int] = plain(default=1)
    organisation_id: Mapped[int | None] = personal(
        FIGURES, Id, ForeignKey("accounts_organisation.id")
    )
    """Where the person worked when enrolling; figures keep counting there."""
    version_id: Mapped[int] = plain(Id, ForeignKey("courses_version.id"))
    """The version at enrolment: only its lessons are asked of the learner (feature c3)."""
    year: Mapped[int] = plain()
    """Calendar year of the enrolment, Europe/Amsterdam."""
    enrolled_at: Mapped[datetime] = personal(LEARNING)
    last_seen_at: Mapped[datetime] = personal(LEARNING)
    last_unit: Mapped[str] = personal(LEARNING, String(120), default="")
    """url_name of the unit left last."""
    done: Mapped[int] = personal(LEARNING, default=0)
    asked: Mapped[int] = personal(LEARNING, default=0)
    """Required lessons done, of those asked."""
    percent: Mapped[int] = personal(LEARNING, default=0)
    score: Mapped[int | None] = personal(LEARNING)
    """Course score in percent of the points that can be earned, once there is one."""
    completed_at: Mapped[datetime | None] = personal(LEARNING)
    completed_version_id: Mapped[int | None] = plain(Id, ForeignKey("courses_version.id"))

    course: Mapped[Course] = relationship(lazy="raise_on_sql")


class ItemKind(StrEnum):
    """What a line of progress is about."""

    BLOCK = "block"
    UNIT = "unit"
    LESSON = "lesson"


class ItemProgress(Base):
    """That an item (by url_name) was done, and with what score. Never taken away."""

    __tablename__ = "courses_item_progress"
    __table_args__ = (one_of("kind", ItemKind),)

    enrolment_id: Mapped[int] = personal(
        LEARNING, Id, ForeignKey("courses_enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = plain(String(120), primary_key=True)
    kind: Mapped[str] = plain(String(10))
    done_at: Mapped[datetime] = personal(LEARNING)
    earned: Mapped[float | None] = personal(LEARNING)
    possible: Mapped[float | None] = personal(LEARNING)
    reported_by_browser: Mapped[bool] = plain(default=False)
    """Whether the score was only reported by the browser (P28)."""


class BlockState(Base):
    """XBlock fields of the learner's scopes: one row per block, user, scope and family."""

    __tablename__ = "courses_block_state"

    person_id: Mapped[int] = personal(LEARNING, Id, primary_key=True, autoincrement=False)
    """0 for fields that all users share."""
    scope: Mapped[str] = plain(String(40), primary_key=True)
    scope_id: Mapped[str] = plain(String(200), primary_key=True)
    family: Mapped[str] = plain(String(40), primary_key=True)
    fields: Mapped[str] = personal(LEARNING, Text)
    """The fields as JSON."""


class AttemptState(StrEnum):
    """Where an attempt stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    EXPIRED = "expired"


class Attempt(Base):
    """One sitting of a quiz, on the server: its clock, its version, its result."""

    __tablename__ = "courses_attempt"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "lesson", "number"),
        one_of("state", AttemptState),
        Index(
            "uq_courses_attempt_open",
            "enrolment_id",
            "lesson",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_courses_attempt_deadline", "state", "deadline_at"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    enrolment_id: Mapped[int] = personal(
        LEARNING, Id, ForeignKey("courses_enrolment.id", ondelete="CASCADE")
    )
    lesson: Mapped[str] = plain(String(120))
    number: Mapped[int] = plain()
    version_id: Mapped[int] = plain(Id, ForeignKey("courses_version.id"))
    questions: Mapped[list[Any]] = plain()
    """url_names of the drawn questions, in the order of this attempt."""
    state: Mapped[str] = plain(String(10), default=AttemptState.OPEN)
    started_at: Mapped[datetime] = personal(LEARNING)
    deadline_at: Mapped[datetime | None] = plain()
    submitted_at: Mapped[datetime | None] = personal(LEARNING)
    earned: Mapped[float | None] = personal(LEARNING)
    possible: Mapped[float | None] = personal(LEARNING)
    percent: Mapped[int | None] = personal(LEARNING)

    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")


class Answer(Base):
    """What was given to one question of an attempt."""

    __tablename__ = "courses_answer"

    attempt_id: Mapped[int] = personal(
        LEARNING, Id, ForeignKey("courses_attempt.id", ondelete="CASCADE"), primary_key=True
    )
    question: Mapped[str] = plain(String(120), primary_key=True)
    response: Mapped[dict[str, Any]] = personal(LEARNING)
    marked: Mapped[bool] = plain(default=False)
    saved_at: Mapped[datetime] = plain()
    earned: Mapped[float | None] = personal(LEARNING)
    possible: Mapped[float | None] = personal(LEARNING)


class Evaluation(Base):
    """An anonymous opinion about a course; that somebody gave one is kept apart from what."""

    __tablename__ = "courses_evaluation"
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5", name="stars_range"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    course_id: Mapped[int] = plain(Id, ForeignKey("courses_course.id"), index=True)
    version_id: Mapped[int] = plain(Id, ForeignKey("courses_version.id"))
    stars: Mapped[int] = plain()
    useful: Mapped[str] = plain(Text)
    missing: Mapped[str] = plain(Text)
    year: Mapped[int] = plain()
    """Only the year: a date would say who wrote it."""


class EvaluationGiven(Base):
    """That this enrolment gave its opinion, so that it is given once."""

    __tablename__ = "courses_evaluation_given"

    enrolment_id: Mapped[int] = personal(
        LEARNING, Id, ForeignKey("courses_enrolment.id", ondelete="CASCADE"), primary_key=True
    )


class RequestState(StrEnum):
    """Where a request to start a course stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class EnrolmentRequest(Base):
    """Somebody asks the own manager to start a course (feature a3)."""

    __tablename__ = "courses_enrolment_request"
    __table_args__ = (
        one_of("state", RequestState),
        Index(
            "uq_courses_enrolment_request_waiting",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_courses_enrolment_request_list", "organisation_id", "state", "asked_at"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    person_id: Mapped[int] = personal(LEARNING, Id, ForeignKey(PERSON))
    course_id: Mapped[int] = plain(Id, ForeignKey("courses_course.id"))
    organisation_id: Mapped[int] = plain(
        Id,
        # The name of the convention is longer than PostgreSQL allows.
        ForeignKey("accounts_organisation.id", name="fk_courses_enrolment_request_organisation"),
    )
    """Where the person works; its managers, and those above, may decide."""
    managers: Mapped[str] = personal(LEARNING, String(400))
    """Names of who was asked, as the learner sees them."""
    state: Mapped[str] = plain(String(10), default=RequestState.WAITING)
    asked_at: Mapped[datetime] = personal(LEARNING)
    reminded_at: Mapped[datetime | None] = plain()
    decided_at: Mapped[datetime | None] = plain()
    decided_by: Mapped[int | None] = personal(LEARNING, Id, ForeignKey(PERSON))
    reason: Mapped[str] = personal(LEARNING, Text, default="")

    course: Mapped[Course] = relationship(lazy="raise_on_sql")


class Override(Base):
    """A lesson that staff counted as done for somebody, with name and reason (feature c7)."""

    __tablename__ = "courses_override"

    enrolment_id: Mapped[int] = personal(
        LEARNING, Id, ForeignKey("courses_enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    lesson: Mapped[str] = plain(String(120), primary_key=True)
    reason: Mapped[str] = personal(LEARNING, Text)
    actor_id: Mapped[int] = personal(LEARNING, Id, ForeignKey(PERSON))
    actor_name: Mapped[str] = personal(LEARNING, String(200))
    at: Mapped[datetime] = personal(LEARNING)


class HandIn(Base):
    """An answer in the learner's own words to a question that no program grades here.

    The last words before the grading count; an author grades them once, without seeing a name.
    """

    __tablename__ = "courses_hand_in"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        Index("ix_courses_hand_in_queue", "course_id", "graded_at", "handed_in_at"),
    )

    enrolment_id: Mapped[int] = personal(
        LEARNING, Id, ForeignKey("courses_enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    block: Mapped[str] = plain(String(120), primary_key=True)
    course_id: Mapped[int] = plain(Id, ForeignKey("courses_course.id"))
    version_id: Mapped[int] = plain(Id, ForeignKey("courses_version.id"))
    """The version in which the question was answered."""
    text: Mapped[str] = personal(LEARNING, Text)
    handed_in_at: Mapped[datetime] = personal(LEARNING)
    percent: Mapped[int | None] = personal(LEARNING)
    comment: Mapped[str] = personal(LEARNING, Text, default="")
    graded_at: Mapped[datetime | None] = plain()
    graded_by: Mapped[int | None] = personal(LEARNING, Id, ForeignKey(PERSON))

    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")


class OutsideTraining(Base):
    """A training of somebody else that a learner followed, with what shows it (c4)."""

    __tablename__ = "courses_outside_training"
    __table_args__ = (Index("ix_courses_outside_training_person", "person_id", "at"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    source: Mapped[str] = plain(String(80), unique=True)
    """The fact, such as "directory:booking:12": the same fact once."""
    person_id: Mapped[int] = personal(LEARNING, Id, ForeignKey("accounts_person.id"))
    organisation_id: Mapped[int | None] = personal(
        LEARNING, Id, ForeignKey("accounts_organisation.id")
    )
    """Where the person worked then; figures count there for ever."""
    title: Mapped[str] = plain(String(300))
    provider: Mapped[str] = plain(String(200))
    minutes: Mapped[int] = plain()
    proof: Mapped[str] = personal(LEARNING, String(300))
    at: Mapped[datetime] = personal(LEARNING)
