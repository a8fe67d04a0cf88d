"""The people behind a number: for managers of their organisation, and of nobody else (P4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, and_, case, exists, func, or_, select, true

from learnenv.accounts.models import Person
from learnenv.areas.reporting.models import Figure, Measure, PersonYear, Unique
from learnenv.areas.reporting.permissions import LIST
from learnenv.areas.reporting.queries import MEASURES, UNIQUE, Choice, Reach, reach
from learnenv.areas.reporting.recount import table, year_bounds
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import Actor

PAGE = 25
LARGEST_EXPORT = 50_000
SORTED_BY_NAME = 1_000
"""Longer lists come in the order of the records: sorting them by name would read them whole."""
MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which number somebody clicked on."""

    choice: Choice
    year: int
    measure: str
    month: int | None = None
    until: bool = False
    """Whether the months before `month` belong to it too."""
    own: bool = False
    """Whether organisations below the chosen one are left out."""
    tier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A person in the list. Of who left the organisation only the course is told."""

    name: str | None
    course: str
    at: datetime | None
    percent: int | None
    is_completed: bool
    is_certified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The number, and how to get the lines that add up to it."""

    question: Question
    reach: Reach
    ids: frozenset[int]
    total: int

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // PAGE))


def listing(viewer: Actor, question: Question) -> Listing:
    """Return the number behind the question; NotFoundError for anybody else's."""
    scope = reach(viewer, question.choice)
    if not scope.exact or scope.ids is None:
        raise NotFoundError
    _check(question)
    ids = scope.ids
    if question.own and scope.organisation is not None:
        ids = frozenset({scope.organisation.id})
    if question.tier is not None:
        ids = frozenset(i for i in ids if scope.organisations[i].tier == question.tier)
    if not ids:
        raise NotFoundError
    LIST.demand(viewer, ids)
    return Listing(question=question, reach=scope, ids=ids, total=_total(question, ids))


def _check(question: Question) -> None:
    known = question.measure in MEASURES and (question.month is None or question.month in MONTHS)
    if not known or (question.measure == UNIQUE and question.choice.course_id is not None):
        raise NotFoundError


def _total(question: Question, ids: frozenset[int]) -> int:
    model: Any = Unique if question.measure == UNIQUE else Figure
    query = select(func.coalesce(func.sum(model.count), 0)).where(
        model.year == question.year, model.organisation_id.in_(ids)
    )
    if question.month is not None:
        month = model.month
        query = query.where(month <= question.month if question.until else month == question.month)
    if question.measure != UNIQUE:
        query = query.where(Figure.measure == question.measure)
        if question.choice.course_id is not None:
            query = query.where(Figure.course_id == question.choice.course_id)
    return int(db.session.execute(query).scalar_one())


def page(viewer: Actor, found: Listing, number: int) -> list[Line]:
    """Return the lines of one page, NotFoundError beyond the last."""
    if not 1 <= number <= found.pages:
        raise NotFoundError
    return _lines(viewer, found, limit=PAGE, offset=(number - 1) * PAGE)


def everybody(viewer: Actor, found: Listing) -> list[Line]:
    """Return all lines, unless they are too many for one file."""
    if found.total > LARGEST_EXPORT:
        raise DomainError(
            _(
                "This list has more than %(number)s lines, too many for one file. "
                "Choose one month, course or organisation.",
                number=LARGEST_EXPORT,
            )
        )
    return _lines(viewer, found, limit=LARGEST_EXPORT, offset=0)


def _lines(viewer: Actor, found: Listing, *, limit: int, offset: int) -> list[Line]:
    """Load lines: colleagues by name, then who left, whose place in the list says nothing."""
    is_here = Person.organisation_id.in_(viewer.managed)
    has_left = or_(Person.id.is_(None), Person.organisation_id.is_(None), ~is_here)
    query, key = _source(found, has_left)
    if found.total > SORTED_BY_NAME and limit == PAGE:
        keys = query.with_only_columns(key).order_by(key).limit(limit).offset(offset)
        chosen = list(db.session.scalars(keys))
        return [
            _line(row) for row in db.session.execute(query.where(key.in_(chosen)).order_by(key))
        ]
    ordered = query.order_by(
        case((has_left, 1), else_=0), case((has_left, ""), else_=func.lower(Person.name)), key
    )
    return [_line(row) for row in db.session.execute(ordered.limit(limit).offset(offset))]


def _line(row: Any) -> Line:
    if row.has_left:
        return Line(
            name=None,
            course=row.title,
            at=None,
            percent=None,
            is_completed=False,
            is_certified=False,
        )
    return Line(
        name=row.name,
        course=row.title,
        at=row.at,
        percent=row.percent,
        is_completed=row.completed_at is not None,
        is_certified=row.is_certified,
    )


def _source(found: Listing, has_left: Any) -> tuple[Select[Any], Any]:
    """Return the lines without order, and the column that makes their order stable."""
    question = found.question
    enrolment, course = table("courses_enrolment"), table("courses_course")
    certificate = table("certificates_certificate")
    other = certificate.alias("any_certificate")
    is_certified = exists().where(other.c.enrolment_id == enrolment.c.id)
    if question.measure == UNIQUE:
        source: Any = PersonYear.__table__
        at, course_id, enrolment_id = (
            source.c.counted_at,
            enrolment.c.course_id,
            source.c.enrolment_id,
        )
        when: Any = and_(source.c.year == question.year, source.c.counts)
    else:
        source = certificate if question.measure == Measure.CERTIFIED else enrolment
        at, course_id = source.c[_MOMENTS[question.measure]], source.c.course_id
        enrolment_id = certificate.c.enrolment_id
        is_enrolled = question.measure == Measure.ENROLLED
        given = certificate.c.source.like("course:%")  # no replacements, nothing of other areas
        when = true() if question.measure != Measure.CERTIFIED else given
        when = source.c.year == question.year if is_enrolled else when
    joined = source.outerjoin(Person, Person.id == source.c.person_id)
    whole_year = question.measure == Measure.ENROLLED and question.month is None
    if source is not enrolment:
        joined = joined.outerjoin(enrolment, enrolment.c.id == enrolment_id)
    joined = joined.outerjoin(course, course.c.id == course_id)
    query = select(
        Person.name,
        course.c.title,
        at.label("at"),
        enrolment.c.percent,
        enrolment.c.completed_at,
        is_certified.label("is_certified"),
        has_left.label("has_left"),
    ).select_from(joined)
    query = query.where(when, source.c.organisation_id.in_(found.ids))
    if not whole_year:  # `year` says it already, and the index has it
        query = query.where(*_period(question, at))
    if question.choice.course_id is not None:
        query = query.where(course_id == question.choice.course_id)
    return query, source.c.person_id if question.measure == UNIQUE else source.c.id


_MOMENTS: dict[str, str] = {
    Measure.ENROLLED: "enrolled_at",
    Measure.COMPLETED: "completed_at",
    Measure.CERTIFIED: "issued_at",
}


def _period(question: Question, at: Any) -> Sequence[Any]:
    """Return the conditions of the asked months, on the moment itself, so that an index helps."""
    first, last = year_bounds(question.year)
    if question.month is not None:
        begins, last = year_bounds(question.year, question.month)
        first = first if question.until else begins
    return at >= first, at < last
