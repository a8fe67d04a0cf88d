"""The world of the walks, made once in each process and put back for each test.

Making it takes two thirds of a second, putting its rows back a fraction of that, and some eighty
tests want one. Each of them starts with the same rows and with objects of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, Table, inspect, text

from learnenv.areas.certification.services import base
from learnenv.areas.directory.queries import bits
from learnenv.kernel.db import Base, db
from learnenv.kernel.transaction import transaction
from tests.house.world import World

COUNTERS = text(
    "SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
)
COUNT_ON = text("SELECT setval(format('%I.%I', CAST(:s AS text), CAST(:n AS text))::regclass, :v)")


@dataclass(frozen=True)
class Kept:
    """A world, and every row that belongs to it."""

    world: World
    rows: list[tuple[Table, list[dict[str, Any]]]]
    counters: list[dict[str, Any]]
    """How far PostgreSQL has counted; SQLite looks at the rows."""


def keep(world: World) -> Kept:
    """Note what the tables hold now."""
    rows = []
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            columns = [column for column in table.columns if column.computed is None]
            found = connection.execute(table.select().with_only_columns(*columns)).mappings()
            if values := [dict(row) for row in found]:
                rows.append((table, values))
        counters = (
            [{"s": s, "n": n, "v": v} for s, n, v in connection.execute(COUNTERS)]
            if _is_postgresql(connection)
            else []
        )
    return Kept(world, rows, counters)


def put_back(kept: Kept) -> World:
    """Fill the empty tables, and return the world with objects that belong to this test."""
    with db.engine.begin() as connection:
        if _is_postgresql(connection):
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table, values in kept.rows:
            connection.execute(table.insert(), values)
        if kept.counters:
            connection.execute(COUNT_ON, kept.counters)
    base.forget_rules()
    bits.forget()
    with transaction(write=False):
        own = {f.name: _own(getattr(kept.world, f.name)) for f in fields(World)}
    return replace(kept.world, **own | {"_browsers": {}})


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _own(value: Any) -> Any:
    """Return the object of this test's session for one of the session that made the world."""
    if isinstance(value, Base):
        return db.session.get_one(type(value), inspect(value).identity)
    if isinstance(value, dict):
        return {key: _own(one) for key, one in value.items()}
    return value
