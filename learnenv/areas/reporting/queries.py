"""Numbers for the pages, from the summary tables only: eight statements, however many learners."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal, or_, select, union_all

from learnenv.accounts.models import Organisation
from learnenv.areas.reporting.models import Figure, Measure, Unique, UniqueMonth
from learnenv.areas.reporting.permissions import sees_all, sees_exactly
from learnenv.areas.reporting.recount import RECOUNTED, table
from learnenv.kernel import settings
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.models import Setting
from learnenv.kernel.permissions import Actor

PACE_DAYS = 90
UNIQUE = "unique"
MEASURES = (UNIQUE, *(measure.value for measure in Measure))

IDS: Any = bindparam("ids", expanding=True)

Counts = dict[str, int]
"""A count per measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the reader asked for, as it came in."""

    year: int | None = None
    organisation_id: int | None = None
    course_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An organisation in the tree that this reader sees."""

    id: int
    name: str
    tier: str
    path: str
    parent_id: int | None
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far this reader looks with this choice."""

    exact: bool
    ids: frozenset[int] | None
    """Organisations that count; None for all, and for people without one."""
    organisations: dict[int, Node]
    """Every organisation the reader may choose, by id, in the order of the tree."""
    organisation: Node | None
    courses: dict[int, str]
    course_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Exact numbers for one choice. Nothing of this is shown before `disclosure.shown`."""

    year: int
    today: date
    years: range
    reach: Reach
    target: int
    own_target: int | None
    """Of the one organisation this is about, when it has a target of its own."""
    recounted_at: str
    programme: int
    """Civil servants of the whole programme in this year."""
    months: dict[int, list[int]]
    """New ones per month, of this year and the year before."""
    until_today: dict[int, int]
    """How many there were on this day, of this year and the year before."""
    recent: int
    """How many of them in the last `window` days."""
    window: int
    organisations: dict[int, Counts]
    """Counts of each organisation itself, without those below it."""
    by_course: dict[int, Counts]


def reach(viewer: Actor, choice: Choice) -> Reach:
    """Return what the reader may see; NotFoundError for what is not his, or not there (P3)."""
    organisations = _organisations(viewer)
    courses = _courses()
    if choice.organisation_id is not None and choice.organisation_id not in organisations:
        raise NotFoundError
    if choice.course_id is not None and choice.course_id not in courses:
        raise NotFoundError
    organisation = organisations[choice.organisation_id] if choice.organisation_id else None
    exact = sees_exactly(viewer, choice.organisation_id)
    ids: frozenset[int] | None = viewer.managed if exact else None
    if organisation is not None:
        ids = frozenset(
            n.id for n in organisations.values() if n.path.startswith(organisation.path)
        )
    return Reach(
        exact=exact,
        ids=ids,
        organisations=organisations,
        organisation=organisation,
        courses=courses,
        course_id=choice.course_id,
    )


def report(viewer: Actor, choice: Choice, *, moment: datetime) -> Report:
    """Load the numbers for a choice."""
    day = today(moment)
    year = choice.year or day.year
    scope = reach(viewer, choice)
    first, last, programme, recounted_at = _programme(year)
    years = range(min(first or day.year, day.year - 1), max(last or day.year, day.year) + 1)
    if year not in years:
        raise NotFoundError
    window = min(PACE_DAYS, day.timetuple().tm_yday)
    organisations, by_course = _totals(scope, year)
    months = {year: [0] * 12, year - 1: [0] * 12}
    for line in _lines(scope, year):
        months[line.year][line.month - 1] += line.count
        if scope.course_id is None and line.year == year:
            organisations[line.organisation_id][UNIQUE] += line.count
    until = {y: sum(counts[: day.month - 1]) for y, counts in months.items()}
    recent = 0
    if scope.course_id is None:
        for row in _days(scope, year, day, day - timedelta(days=window)):
            until[row.year] += row.until
            recent += row.recent if row.year == year else 0
    return Report(
        year=year,
        today=day,
        years=years,
        reach=scope,
        target=settings.yearly_target(year),
        own_target=_own_target(scope, year),
        recounted_at=recounted_at or "",
        programme=programme,
        months=months,
        until_today=until,
        recent=recent,
        window=window,
        organisations=organisations,
        by_course=by_course,
    )


def sole_root(scope: Reach) -> Node | None:
    """Return the organisation that everything of this reader is part of, if there is one."""
    roots = [node for node in scope.organisations.values() if not node.depth]
    return roots[0] if len(roots) == 1 and scope.exact else None


def _own_target(scope: Reach, year: int) -> int | None:
    about = scope.organisation or sole_root(scope)
    if about is None or scope.course_id is not None:
        return None
    return settings.organisation_target(year, about.id)


def programme_total(year: int) -> int:
    """Return the civil servants of the whole programme in a year, exactly."""
    query = select(func.coalesce(func.sum(Unique.count), 0)).where(Unique.year == year)
    return int(db.session.execute(query).scalar_one())


# Statements are built once for each form they can take: building them costs more than the answer.


def _organisations(viewer: Actor) -> dict[int, Node]:
    everywhere = sees_all(viewer)
    asked = {} if everywhere else {"ids": viewer.managed}
    return _as_tree(db.session.execute(_organisations_query(everywhere), asked).all())


@cache
def _organisations_query(everywhere: bool) -> Any:  # noqa: FBT001 - the form, as a key
    query = select(
        Organisation.id,
        Organisation.name,
        Organisation.tier,
        Organisation.path,
        Organisation.parent_id,
    ).order_by(Organisation.name)
    return query if everywhere else query.where(Organisation.id.in_(IDS))


def _as_tree(rows: Iterable[Any]) -> dict[int, Node]:
    """Put each organisation after the one it is part of, by name on every level."""
    known = {row.id: row for row in rows}
    below: dict[int | None, list[Any]] = defaultdict(list)
    for row in known.values():
        below[row.parent_id if row.parent_id in known else None].append(row)
    tree: dict[int, Node] = {}
    todo = [(row, 0) for row in reversed(below[None])]
    while todo:
        row, depth = todo.pop()
        parent = row.parent_id if depth else None
        tree[row.id] = Node(
            id=row.id, name=row.name, tier=row.tier, path=row.path, parent_id=parent, depth=depth
        )
        todo.extend((child, depth + 1) for child in reversed(below[row.id]))
    return tree


def _courses() -> dict[int, str]:
    """Return the courses that were ever published: whether they have learners does not matter."""
    return {row.id: row.title for row in db.session.execute(_courses_query())}


@cache
def _courses_query() -> Any:
    course = table("courses_course").c
    query = select(course.id, course.title).where(course.published_at.is_not(None))
    return query.order_by(course.title, course.id)


def _programme(year: int) -> tuple[int | None, int | None, int, str | None]:
    row = db.session.execute(_programme_query(), {"year": year}).one()
    return row[0], row[1], int(row[2]), row[3]


@cache
def _programme_query() -> Any:
    total = select(func.coalesce(func.sum(Unique.count), 0)).where(Unique.year == bindparam("year"))
    recounted = select(Setting.value).where(Setting.key == RECOUNTED)
    return select(
        select(func.min(Figure.year)).scalar_subquery(),
        select(func.max(Figure.year)).scalar_subquery(),
        total.scalar_subquery(),
        recounted.scalar_subquery(),
    )


def _ask(query: Callable[[bool, bool], Any], scope: Reach, **asked: Any) -> list[Any]:
    """Ask what a query says within this reach."""
    if scope.ids is not None:
        asked["ids"] = scope.ids
    if scope.course_id is not None:
        asked["course"] = scope.course_id
    statement = query(scope.ids is None, scope.course_id is not None)
    return list(db.session.execute(statement, asked))


def _lines(scope: Reach, year: int) -> list[Any]:
    """Return new civil servants (or enrolments in one course) per month and organisation."""
    return _ask(_lines_query, scope, years=(year, year - 1))


@cache
def _lines_query(everywhere: bool, of_course: bool) -> Any:  # noqa: FBT001 - the form, as a key
    years: Any = bindparam("years", expanding=True)
    if not of_course:
        model: Any = UniqueMonth
        query = select(model.year, model.month, model.organisation_id, model.count)
        return _only(query.where(model.year.in_(years)), everywhere, model.organisation_id)
    query = select(
        Figure.year,
        Figure.month,
        literal(0).label("organisation_id"),
        func.sum(Figure.count).label("count"),
    ).where(
        Figure.year.in_(years),
        Figure.measure == Measure.ENROLLED.value,
        Figure.course_id == bindparam("course"),
    )
    return _only(query, everywhere, Figure.organisation_id).group_by(Figure.year, Figure.month)


def _days(scope: Reach, year: int, day: date, since: date) -> list[Any]:
    """Return what months cannot say: this month until today, and the last `window` days.

    Per year: `until` of this month, and `recent` after `since`. Reads at most a few months.
    """
    first, after = (since.month, since.day) if since.year == day.year else (1, 0)
    asked = {"year": year, "before": year - 1, "month": day.month, "day": day.day}
    return _ask(_days_query, scope, **asked, first=first, after=after)


@cache
def _days_query(everywhere: bool, _of_course: bool) -> Any:  # noqa: FBT001 - the form, as a key
    month: Any = bindparam("month")
    first: Any = bindparam("first")
    this_month = and_(Unique.month == month, Unique.day <= bindparam("day"))
    is_recent = and_(
        or_(Unique.month < month, this_month),
        or_(Unique.month > first, and_(Unique.month == first, Unique.day > bindparam("after"))),
    )
    query = select(
        Unique.year,
        func.sum(case((this_month, Unique.count), else_=0)).label("until"),
        func.sum(case((is_recent, Unique.count), else_=0)).label("recent"),
    ).where(
        or_(
            and_(Unique.year == bindparam("year"), Unique.month.between(first, month)),
            and_(Unique.year == bindparam("before"), Unique.month == month),
        )
    )
    return _only(query, everywhere, Unique.organisation_id).group_by(Unique.year)


def _totals(scope: Reach, year: int) -> tuple[dict[int, Counts], dict[int, Counts]]:
    """Return totals of the year per organisation and per course, in one statement."""
    found: dict[str, dict[int, Counts]] = {"organisation": no_counts(), "course": no_counts()}
    for row in _ask(_totals_query, scope, year=year):
        found[row[0]][row[1]][row[2]] += int(row[3])
    return found["organisation"], found["course"]


@cache
def _totals_query(everywhere: bool, of_course: bool) -> Any:  # noqa: FBT001 - the form, as a key
    parts = []
    for kind, column in (("organisation", Figure.organisation_id), ("course", Figure.course_id)):
        query = select(
            literal(kind).label("kind"),
            column.label("id"),
            Figure.measure,
            func.sum(Figure.count).label("count"),
        ).where(Figure.year == bindparam("year"))
        if of_course:
            query = query.where(Figure.course_id == bindparam("course"))
        query = _only(query, everywhere, Figure.organisation_id)
        parts.append(query.group_by(column, Figure.measure))
    return union_all(*parts)


def no_counts() -> dict[int, Counts]:
    """Return an empty table of counts, in which everything unknown is 0."""
    return defaultdict(lambda: dict.fromkeys(MEASURES, 0))


def _only(query: Any, everywhere: bool, column: Any) -> Any:  # noqa: FBT001
    return query if everywhere else query.where(column.in_(IDS))
