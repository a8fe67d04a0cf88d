"""The only commit in the code base.

Returned means committed, raised means rolled back. What must leave the house (mail, a job for
another process) is a row written in the same transaction, so it cannot be lost or sent too early.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import select

from learnenv.kernel.db import begin_mode, db

_depth: ContextVar[int] = ContextVar("transaction_depth", default=0)


@contextmanager
def transaction(*, write: bool = True) -> Iterator[None]:
    """Run the block as one transaction; an inner one joins the outer one.

    `write=False` takes no write lock on SQLite; use it for what only reads.
    """
    if _depth.get():
        yield
        return
    depth = _depth.set(1)
    mode = begin_mode.set("IMMEDIATE" if write else "DEFERRED")
    try:
        with _stored():
            yield
    finally:
        begin_mode.reset(mode)
        _depth.reset(depth)
    _run_after_commit()


@contextmanager
def writing() -> Iterator[None]:
    """Take the write lock late: what was read so far ends here, the block is stored at its end.

    For a view that `reads_first`. SQLite has one writer at a time, so signing in, reading a form
    and drawing a page happen before and after. What was read before may have changed since: read
    again, and lock, what the decision to write depends on. Anywhere else it joins what is open.
    """
    if not _depth.get() or begin_mode.get() == "IMMEDIATE":
        with transaction():
            yield
        return
    with _stored():
        pass  # the end of reading; objects stay as they were read
    mode = begin_mode.set("IMMEDIATE")
    try:
        with _stored():
            yield
    finally:
        begin_mode.reset(mode)
    _run_after_commit()


@contextmanager
def _stored() -> Iterator[None]:
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        db.session.info.pop("after_commit", None)
        raise


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the transaction is stored; never when it is rolled back.

    It may open a transaction of its own.
    """
    db.session.info.setdefault("after_commit", []).append(callback)


def _run_after_commit() -> None:
    for callback in db.session.info.pop("after_commit", []):
        callback()


@contextmanager
def in_vain() -> Iterator[None]:
    """Do the work of the block and keep nothing of it.

    For an answer that must take as long as another one does (P21).
    """
    point = db.session.begin_nested()
    try:
        yield
    finally:
        point.rollback()


def pause() -> None:
    """Let go of the write lock while something slow happens (a password is checked).

    Only before the first write: what was written would be lost, so that is refused.
    """
    if db.session.new or db.session.dirty or db.session.deleted:
        message = "a transaction with unsaved work cannot be paused"
        raise RuntimeError(message)
    db.session.rollback()


def is_ready() -> bool:
    """Say whether the database answers."""
    with transaction(write=False):
        return db.session.scalar(select(1)) == 1


class Rollback(Exception):  # noqa: N818 - not an error: a way out that writes nothing
    """Leave the transaction without writing anything, and carry `value` out."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value
