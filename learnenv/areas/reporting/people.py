"""The people behind a number: for managers of their organisation, and of nobody else (P4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, Table, case, exists, func, null, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from learnenv.accounts.models import Person
from learnenv.areas.reporting.models import Figure, Measure, UniqueMonth
from learnenv.areas.reporting.permissions import LIST
from learnenv.areas.reporting.queries import MEASURES, UNIQUE, Choice, Reach, reach
from learnenv.areas.reporting.recount import table, year_bounds
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import Actor

PAGE = 25
LARGEST_EXPORT = 50_000
SORTED_BY_NAME = 1_000
"""Longer lists stand per organisation and course: sorting by name would read them whole."""
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
class Group:
    """Lines that stand together in a long list."""

    organisation_id: int
    course_id: int | None
    """None where each person counts once, whatever the course."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The number, and how to get the lines that add up to it."""

    question: Question
    reach: Reach
    groups: tuple[Group, ...]
    """In the order of the page of figures: organisations as in the tree, courses by title."""

    @property
    def total(self) -> int:
        """How many lines the list has: the number itself."""
        return sum(group.count for group in self.groups)

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
    return Listing(question=question, reach=scope, groups=_groups(question, scope, ids))


def _check(question: Question) -> None:
    known = question.measure in MEASURES and (question.month is None or question.month in MONTHS)
    if not known or (question.measure == UNIQUE and question.choice.course_id is not None):
        raise NotFoundError


def _groups(question: Question, scope: Reach, ids: frozenset[int]) -> tuple[Group, ...]:
    """Return what the number is made of, from the tables that the number itself comes from."""
    is_unique = question.measure == UNIQUE
    model: Any = UniqueMonth if is_unique else Figure
    course: Any = null() if is_unique else Figure.course_id
    query = (
        select(model.organisation_id, course.label("course_id"), func.sum(model.count))
        .where(model.year == question.year, model.organisation_id.in_(ids))
        .group_by(model.organisation_id, *([] if is_unique else [course]))
    )
    if question.month is not None:
        month = model.month
        query = query.where(month <= question.month if question.until else month == question.month)
    if not is_unique:
        query = query.where(Figure.measure == question.measure)
        if question.choice.course_id is not None:
            query = query.where(Figure.course_id == question.choice.course_id)
    groups = [
        Group(organisation_id=organisation, course_id=course_id, count=int(count))
        for organisation, course_id, count in db.session.execute(query)
        if count > 0  # who moved to an earlier month may leave a zero behind
    ]
    organisations = {key: place for place, key in enumerate(scope.organisations)}
    courses = {key: place for place, key in enumerate((None, *scope.courses))}
    return tuple(
        sorted(groups, key=lambda g: (organisations[g.organisation_id], courses[g.course_id]))
    )


def page(viewer: Actor, found: Listing, number: int) -> list[Line]:
    """Return the lines of one page, NotFoundError beyond the last."""
    if not 1 <= number <= found.pages:
        raise NotFoundError
    offset = (number - 1) * PAGE
    if found.total > SORTED_BY_NAME:
        return _by_group(viewer, found, offset)
    return _by_name(viewer, found, limit=PAGE, offset=offset)


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
    return _by_name(viewer, found, limit=LARGEST_EXPORT, offset=0)


def _by_name(viewer: Actor, found: Listing, *, limit: int, offset: int) -> list[Line]:
    """Load lines: colleagues by name, then who left, whose place in the list says nothing."""
    source = _source(found.question)
    has_left = _has_left(viewer)
    query = source.lines(has_left).where(*source.within(found.groups))
    ordered = query.order_by(
        case((has_left, 1), else_=0),
        case((has_left, ""), else_=func.lower(Person.name)),
        source.key,
    )
    return [_line(row) for row in db.session.execute(ordered.limit(limit).offset(offset))]


def _by_group(viewer: Actor, found: Listing, offset: int) -> list[Line]:
    """Load a page of a long list: per group, each in order of date, and last who left.

    The counts of the groups say in which of them the page begins and ends, so that only those
    are opened, and their index serves the order: no page counts or sorts everybody.
    """
    source = _source(found.question)
    parts = [
        select(source.keys(group).limit(take).offset(skip).subquery())
        for group, skip, take in _slices(found.groups, offset)
    ]
    lines = source.lines(_has_left(viewer)).where(
        *source.conditions, source.key.in_(union_all(*parts))
    )
    place = {(g.organisation_id, g.course_id): n for n, g in enumerate(found.groups)}
    in_order = sorted(
        db.session.execute(lines),
        key=lambda row: (
            row.has_left,
            place[row.organisation_id, row.group_course],
            row.at,
            row.key,
        ),
    )
    return [_line(row) for row in in_order]


def _slices(groups: Sequence[Group], offset: int) -> Iterator[tuple[Group, int, int]]:
    """Yield which lines of which groups are on the page: group, how many to skip and to take."""
    left = PAGE
    for group in groups:
        if left and offset < group.count:
            take = min(left, group.count - offset)
            yield group, offset, take
            left -= take
        offset = max(0, offset - group.count)


def _has_left(viewer: Actor) -> ColumnElement[bool]:
    is_here = Person.organisation_id.in_(viewer.managed)
    return or_(Person.id.is_(None), Person.organisation_id.is_(None), ~is_here)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where the lines of a measure stand: a table with an index in the order of a long list."""

    joined: Any
    organisation: Any
    outside: Table | None
    """Trainings of others, where a person may count by one (c4)."""
    course: Any
    """The course by which lines are grouped; NULL where each person counts once."""
    at: Any
    key: Any
    """What makes the order of lines of the same moment stable."""
    conditions: tuple[Any, ...]

    def within(self, groups: Sequence[Group]) -> list[Any]:
        """Return the conditions for all lines: of the groups and no others, for the index."""
        found = [*self.conditions, self.organisation.in_({g.organisation_id for g in groups})]
        courses = {g.course_id for g in groups} - {None}
        return [*found, self.course.in_(courses)] if courses else found

    def keys(self, group: Group) -> Select[Any]:
        """Return the keys of the lines of one group, in order of date."""
        query = select(self.key).where(self.organisation == group.organisation_id)
        if group.course_id is not None:
            query = query.where(self.course == group.course_id)
        return query.where(*self.conditions).order_by(self.at, self.key)

    def lines(self, has_left: ColumnElement[bool]) -> Select[Any]:
        """Return what is told of each line, still of all of them and without order."""
        enrolment, course = table("courses_enrolment"), table("courses_course")
        certificate = table("certificates_certificate").alias("any_certificate")
        title: Any = course.c.title
        percent: Any = enrolment.c.percent
        completed_at: Any = enrolment.c.completed_at
        if self.outside is not None:  # what somebody followed elsewhere is done
            title = func.coalesce(title, self.outside.c.title)
            percent = case((self.outside.c.id.is_not(None), 100), else_=percent)
            completed_at = func.coalesce(completed_at, self.outside.c.at)
        return select(
            self.key.label("key"),
            self.organisation.label("organisation_id"),
            self.course.label("group_course"),
            Person.name,
            title.label("title"),
            self.at.label("at"),
            percent.label("percent"),
            completed_at.label("completed_at"),
            exists().where(certificate.c.enrolment_id == enrolment.c.id).label("is_certified"),
            has_left.label("has_left"),
        ).select_from(self.joined)


def _source(question: Question) -> _Source:
    enrolment, certificate = table("courses_enrolment"), table("certificates_certificate")
    if question.measure == UNIQUE:
        facts, at = table("reporting_person_year"), "counted_at"
        conditions = [facts.c.year == question.year, facts.c.counts]
    elif question.measure == Measure.ENROLLED:
        facts, at = enrolment, "enrolled_at"
        conditions = [facts.c.year == question.year]
    elif question.measure == Measure.COMPLETED:
        facts, at, conditions = enrolment, "completed_at", []
    else:
        facts, at = certificate, "issued_at"
        # No replacements (they were counted before), and nothing that another area gave.
        conditions = [certificate.c.source.like("course:%")]
    joined: Any = facts.outerjoin(Person, Person.id == facts.c.person_id)
    if facts is not enrolment:
        joined = joined.outerjoin(enrolment, enrolment.c.id == facts.c.enrolment_id)
    course, outside = table("courses_course"), None
    if question.measure == UNIQUE:
        outside = table("courses_outside_training")
        joined = joined.outerjoin(outside, outside.c.id == facts.c.outside_id)
    of_course = (enrolment if question.measure == UNIQUE else facts).c.course_id
    return _Source(
        joined=joined.outerjoin(course, course.c.id == of_course),
        organisation=facts.c.organisation_id,
        outside=outside,
        course=null() if question.measure == UNIQUE else of_course,
        at=facts.c[at],
        key=facts.c.person_id if question.measure == UNIQUE else facts.c.id,
        conditions=(*conditions, *_period(question, facts.c[at])),
    )


def _period(question: Question, at: Any) -> Sequence[Any]:
    """Return the conditions of the asked months, on the moment itself, so that an index helps."""
    first, last = year_bounds(question.year)
    if question.month is not None:
        begins, last = year_bounds(question.year, question.month)
        first = first if question.until else begins
    return at >= first, at < last
