"""Alembic's environment: runs the migrations on the engine of the app."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

config = context.config


def _include(item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:  # noqa: FBT001
    """Leave tables alone that are not ours (the search index, extensions)."""
    foreign = name == "sqlite_sequence" or "_fulltext" in (name or "")
    return not (kind == "table" and reflected and foreign)


def _render(kind: str, item: Any, _context: Any) -> str | bool:
    """Write moments as plain columns, so that old migrations never need today's code."""
    from learnenv.kernel.db import UtcDateTime

    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _foreign_keys(connection: Any, state: str) -> None:
    """Switch the checks of SQLite, past SQLAlchemy: within a transaction the switch does nothing."""
    driver = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA foreign_keys={state}")
    (now,) = driver.execute("PRAGMA foreign_keys").fetchone()
    if now != (state == "ON"):
        raise RuntimeError(f"foreign keys could not be switched {state}")


def _not_for_nothing(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no migration when the tables are what the models say."""
    if config.cmd_opts is not None and config.cmd_opts.autogenerate:
        [script] = directives
        if script.upgrade_ops.is_empty():
            directives.clear()


def run() -> None:
    """Run the migrations in one transaction; on SQLite with foreign keys off.

    A batch "alter" copies the table and drops the old one: with foreign keys on that would
    cascade and take the records of others along (TRUST.md, bottom line 3).
    """
    database = current_app.extensions["migrate"].db
    engine = database.engine
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            _foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=_include,
            render_item=_render,
            process_revision_directives=_not_for_nothing,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration would leave broken references: {broken[:5]}")
        connection.commit()
        if is_sqlite:
            _foreign_keys(connection, "ON")


run()
