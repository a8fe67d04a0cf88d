"""Settings that change while the site runs, such as the target of a year."""

from sqlalchemy import bindparam, select

from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.models import Setting

DEFAULT_TARGET = 1000  # programme plan 2010, area 2: at least 1000 civil servants a year

VALUE = select(Setting.value).where(Setting.key == bindparam("key"))  # built once: asked often

BEGINNING = select(Setting.key, Setting.value).where(Setting.key.startswith(bindparam("prefix")))


def get(key: str, default: str) -> str:
    """Return the value of `key`, or `default` when nobody set it."""
    found = db.session.scalar(VALUE, {"key": key})
    return default if found is None else found


def beginning_with(prefix: str) -> dict[str, str]:
    """Return every setting whose key begins with `prefix`, by key."""
    rows = db.session.execute(BEGINNING, {"prefix": prefix})
    return {key: value for key, value in rows}  # noqa: C416 - rows are no pairs to mypy


def put(key: str, value: str) -> None:
    """Set `key`, in this transaction."""
    statement = insert(Setting).values(key=key, value=value, changed_at=now())
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": value, "changed_at": now()}
        )
    )


def organisation_target(year: int, organisation_id: int) -> int | None:
    """Return how many civil servants of an organisation should, or None when nobody said."""
    value = get(f"organisation_target.{year}.{organisation_id}", "")
    return int(value) if value else None


def put_organisation_target(year: int, organisation_id: int, number: int | None) -> None:
    """Set the target of an organisation in a year, or take it away."""
    put(f"organisation_target.{year}.{organisation_id}", str(number or ""))


def yearly_target(year: int) -> int:
    """Return how many civil servants should follow a course in `year` (default 1000)."""
    return int(get(f"target.{year}", str(DEFAULT_TARGET)))
