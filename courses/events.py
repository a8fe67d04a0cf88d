"""What learning tells the other parts."""

from dataclasses import dataclass
from datetime import datetime

from learnenv.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled(Event):
    """Somebody began a course."""

    enrolment_id: int
    person_id: int
    course_id: int
    organisation_id: int | None
    """Where the person works at this moment; figures count there for ever."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCompleted(Event):
    """Everything asked is done and the passing grade is reached. Published once per enrolment."""

    enrolment_id: int
    person_id: int
    course_id: int
    period: int
    version_id: int
    organisation_id: int | None
    score: int | None
    """Percent 0-100, None for a course without graded lessons."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePublished(Event):
    """A new version of a course is out."""

    course_id: int
    version_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideLearned(Event):
    """A training of somebody else came into the record of a learner, with proof (c4)."""

    training_id: int
    person_id: int
    organisation_id: int | None
    """Where the person worked then; figures count there for ever."""
    at: datetime
