"""The figures made again from the facts, year by year, by the database itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Integer,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from learnenv.accounts.models import Organisation, Tier
from learnenv.areas.reporting.models import Figure, Measure, PersonYear, Unique, UniqueMonth
from learnenv.kernel import settings
from learnenv.kernel.clock import AMSTERDAM, local, now
from learnenv.kernel.db import Base, db

RECOUNTED = "reporting.recounted_at"
SHOWN_DIFFERENCES = 100

Expected = Select[Any] | CompoundSelect[Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of a table that is not what the facts say. `stored` or `expected` None: no line."""

    table: str
    key: tuple[Any, ...]
    stored: tuple[Any, ...] | None
    expected: tuple[Any, ...] | None


def rebuild(
    check: bool,  # noqa: FBT001 - the command's flag
    *,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> list[Difference]:
    """Compare every figure with the facts; unless `check`, make them right.

    Returns what differed. Of each table and year at most a hundred lines are returned.
    """
    if not check:
        _hold_still()
    found: list[Difference] = []
    for year in progress(_years()):
        for model, expected in _expected(year).items():
            found.extend(_differences(model, expected, year))
            if not check:
                _replace(model, expected, year)
    if not check:
        settings.put(RECOUNTED, now().isoformat())
    return found


LOCK = text(
    "LOCK TABLE reporting_figure, reporting_person_year, reporting_unique,"
    " reporting_unique_month IN EXCLUSIVE MODE"
)


def _hold_still() -> None:
    """Let no listener count while we do. SQLite has one writer anyway: us."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(LOCK)


def table(name: str) -> Table:
    """Return a table of a lower floor by name; areas do not import its models."""
    return db.metadata.tables[name]


def year_bounds(year: int, month: int | None = None) -> tuple[datetime, datetime]:
    """Return the moments (UTC) at which a year, or a month of it, begins and ends in Amsterdam."""
    first = datetime(year, month or 1, 1, tzinfo=AMSTERDAM)
    if month is None:
        last = first.replace(year=year + 1)
    else:
        last = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=AMSTERDAM)
    return first.astimezone(UTC), last.astimezone(UTC)


def _years() -> list[int]:
    """Return every year with a fact or a figure."""
    enrolment, certificate = table("courses_enrolment").c, table("certificates_certificate").c
    found: set[int] = set()
    outside = table("courses_outside_training").c
    for column in (
        enrolment.enrolled_at, enrolment.completed_at, certificate.issued_at, outside.at,
    ):  # fmt: skip
        first, last = db.session.execute(select(func.min(column), func.max(column))).one()
        if first is not None:
            found.update(range(local(first).year, local(last).year + 1))
    for model in (Figure, PersonYear, Unique, UniqueMonth):
        found.update(db.session.scalars(select(model.year).distinct()))
    return sorted(found)


def _expected(year: int) -> dict[type[Base], Expected]:
    """Return per table the query that makes its lines of `year`, columns in the table's order."""
    enrolment, certificate = table("courses_enrolment").c, table("certificates_certificate").c
    figures = union_all(
        _figures(enrolment, enrolment.enrolled_at, Measure.ENROLLED, year),
        _figures(enrolment, enrolment.completed_at, Measure.COMPLETED, year),
        _figures(certificate, certificate.issued_at, Measure.CERTIFIED, year),
    )
    return {
        Figure: figures,
        PersonYear: _person_years(year),
        Unique: _uniques(year),
        UniqueMonth: _unique_months(year),
    }


def _figures(source: Any, at: ColumnElement[Any], measure: Measure, year: int) -> Select[Any]:
    month, organisation = _part("month", at, year), func.coalesce(source.organisation_id, 0)
    return (
        select(
            literal(year, Integer).label("year"),
            month.label("month"),
            organisation.label("organisation_id"),
            source.course_id.label("course_id"),
            literal(measure.value, String).label("measure"),
            func.count().label("count"),
        )
        .where(_within(at, year), *_given_by_a_course(source))
        .group_by(month, organisation, source.course_id)
    )


def _given_by_a_course(source: Any) -> tuple[ColumnElement[bool], ...]:
    """Leave out certificates that replace one (counted already) or that no course gave."""
    return (source.source.like("course:%"),) if "source" in source else ()


def _facts() -> CompoundSelect[Any]:
    """Return everything by which a person counts: enrolments, and trainings of others (c4)."""
    enrolment, outside = table("courses_enrolment").c, table("courses_outside_training").c
    return union_all(
        select(
            enrolment.person_id, enrolment.organisation_id, enrolment.id.label("enrolment_id"),
            cast(null(), BigInteger).label("outside_id"), enrolment.enrolled_at.label("at"),
        ),
        select(
            outside.person_id, outside.organisation_id, cast(null(), BigInteger), outside.id,
            outside.at,
        ),
    )  # fmt: skip


def _person_years(year: int) -> Select[Any]:
    """Give each person the enrolment that counts: a civil servant's first, else simply the first.

    The order is the one of `services._comes_before`. Tiers are those of today.
    """
    fact = _facts().subquery().c
    at = fact.at
    counts = case((Organisation.tier != Tier.EXTERNAL.value, True), else_=False)
    ranked = (
        select(
            fact.person_id,
            func.coalesce(fact.organisation_id, 0).label("organisation_id"),
            fact.enrolment_id,
            fact.outside_id,
            _part("month", at, year).label("month"),
            at.label("counted_at"),
            counts.label("counts"),
            func.row_number()
            .over(
                partition_by=fact.person_id,
                order_by=(
                    case((counts, 0), else_=1), at, func.coalesce(fact.outside_id, 0),
                    fact.enrolment_id,
                ),
            )
            .label("place"),
        )
        .select_from(fact.person_id.table)
        .outerjoin(Organisation, Organisation.id == fact.organisation_id)
        .where(_within(at, year))
        .subquery()
    )  # fmt: skip
    return select(
        literal(year, Integer).label("year"), *(c for c in ranked.c if c.name != "place")
    ).where(ranked.c.place == 1)


def _uniques(year: int) -> Select[Any]:
    person = _person_years(year).subquery().c
    day = _part("day", person.counted_at, year)
    return (
        select(
            person.year,
            person.month,
            day.label("day"),
            person.organisation_id,
            func.count().label("count"),
        )
        .where(person.counts)
        .group_by(person.year, person.month, day, person.organisation_id)
    )


def _unique_months(year: int) -> Select[Any]:
    person = _person_years(year).subquery().c
    return (
        select(person.year, person.month, person.organisation_id, func.count().label("count"))
        .where(person.counts)
        .group_by(person.year, person.month, person.organisation_id)
    )


def _within(at: ColumnElement[Any], year: int) -> ColumnElement[bool]:
    first, last = year_bounds(year)
    return and_(at >= first, at < last)


def _part(name: str, at: ColumnElement[Any], year: int) -> ColumnElement[int]:
    """Return the month or day of `at` on the Amsterdam clock. SQLite knows no time zones."""
    if db.session.get_bind().dialect.name == "postgresql":
        return cast(extract(name, func.timezone(AMSTERDAM.key, at)), Integer)
    shifts = [(at >= moment, f"{minutes:+} minutes") for moment, minutes in _clock_changes(year)]
    whole = func.substr(cast(at, String), 1, 19)  # SQLite rounds 59.9999 up to the next minute
    part = func.strftime({"month": "%m", "day": "%d"}[name], whole, case(*reversed(shifts)))
    return cast(part, Integer)


def _clock_changes(year: int) -> list[tuple[datetime, int]]:
    """Return from which moment on the clock of Amsterdam is how many minutes ahead of UTC."""
    moment, last = year_bounds(year)
    found: list[tuple[datetime, int]] = []
    while moment < last:  # the clock only changes on a whole hour UTC
        ahead = int((local(moment).utcoffset() or timedelta()).total_seconds() // 60)
        if not found or found[-1][1] != ahead:
            found.append((moment, ahead))
        moment += timedelta(hours=1)
    return found


def _replace(model: type[Base], expected: Expected, year: int) -> None:
    stored = model.__table__
    assert isinstance(stored, Table)
    db.session.execute(delete(stored).where(stored.c.year == year))
    names = [column.name for column in expected.selected_columns]
    db.session.execute(insert(stored).from_select(names, expected))


def _differences(model: type[Base], expected: Expected, year: int) -> list[Difference]:
    """Subtract what is stored from what should be: equal lines cancel out."""
    stored = model.__table__
    assert isinstance(stored, Table)
    names = [column.name for column in expected.selected_columns]
    should = expected.subquery()
    here = select(*(stored.c[n] for n in names)).where(stored.c.year == year)
    if "count" in stored.c:
        here = here.where(stored.c.count != 0)  # a person who moved on may leave a zero behind
    there = select(*(should.c[n] for n in names))
    keys = [column.name for column in stored.primary_key]
    places = [names.index(key) for key in keys]
    rows: dict[tuple[Any, ...], list[tuple[Any, ...] | None]] = {}
    for side, (left, right) in enumerate(((here, there), (there, here))):
        only = left.except_(right).subquery()
        ordered = select(only).order_by(*(only.c[key] for key in keys)).limit(SHOWN_DIFFERENCES)
        for row in db.session.execute(ordered):
            found = rows.setdefault(tuple(row[p] for p in places), [None, None])
            found[side] = tuple(v for p, v in enumerate(row) if p not in places)
    name = str(model.__tablename__)
    return [Difference(name, key, *pair) for key, pair in sorted(rows.items())][:SHOWN_DIFFERENCES]


__all__ = ["RECOUNTED", "Difference", "rebuild", "table", "year_bounds"]
