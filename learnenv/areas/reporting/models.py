"""Figures kept up to date in the transaction of the fact, so that a page never counts learners."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import FIGURES, personal, plain


class Measure(StrEnum):
    """What is counted per course."""

    ENROLLED = "enrolled"
    COMPLETED = "completed"
    CERTIFIED = "certified"


class Figure(Base):
    """How often something happened in a month (Amsterdam clock), per organisation and course."""

    __tablename__ = "reporting_figure"
    __table_args__ = (one_of("measure", Measure),)

    year: Mapped[int] = plain(primary_key=True, autoincrement=False)
    month: Mapped[int] = plain(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = plain(Id, primary_key=True, autoincrement=False)
    """0 when no organisation is known: NULLs are never unique."""
    course_id: Mapped[int] = plain(Id, primary_key=True, autoincrement=False)
    measure: Mapped[str] = plain(String(10), primary_key=True)
    count: Mapped[int] = plain(default=0)


class PersonYear(Base):
    """The one enrolment by which a person counts in a calendar year: nobody counts twice.

    Or the one training of somebody else that was shown with proof (c4).
    """

    __tablename__ = "reporting_person_year"
    __table_args__ = (
        Index(
            "ix_reporting_person_year_list",
            "year",
            "organisation_id",
            "counts",
            "counted_at",
            "person_id",
        ),
    )

    year: Mapped[int] = plain(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = personal(
        FIGURES, Id, ForeignKey("accounts_person.id"), primary_key=True, autoincrement=False
    )
    organisation_id: Mapped[int] = personal(FIGURES, Id)
    """Where the person worked then; 0 when unknown."""
    enrolment_id: Mapped[int | None] = personal(FIGURES, Id)
    outside_id: Mapped[int | None] = personal(FIGURES, Id)
    """The training of somebody else; either this or the enrolment is known."""
    month: Mapped[int] = plain()
    counted_at: Mapped[datetime] = personal(FIGURES)
    counts: Mapped[bool] = plain(default=True)
    """Whether this is a civil servant: somebody of a government organisation."""


class Unique(Base):
    """How many civil servants count since this day of the year, per organisation.

    Per day and not per month: the forecast looks back 90 days, and last year is compared on
    the same day (docs/decisions/0005).
    """

    __tablename__ = "reporting_unique"

    year: Mapped[int] = plain(primary_key=True, autoincrement=False)
    month: Mapped[int] = plain(primary_key=True, autoincrement=False)
    day: Mapped[int] = plain(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = plain(Id, primary_key=True, autoincrement=False)
    count: Mapped[int] = plain(default=0)


class UniqueMonth(Base):
    """The same per month: what the page shows, without reading every day of two years."""

    __tablename__ = "reporting_unique_month"

    year: Mapped[int] = plain(primary_key=True, autoincrement=False)
    month: Mapped[int] = plain(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = plain(Id, primary_key=True, autoincrement=False)
    count: Mapped[int] = plain(default=0)


MODELS: tuple[type[Base], ...] = (Figure, PersonYear, Unique, UniqueMonth)
