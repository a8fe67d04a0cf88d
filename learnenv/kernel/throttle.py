"""Slows guessing down: counts tries per key in windows of time, in the database (P20)."""

import hashlib

from flask_babel import gettext as _
from sqlalchemy import delete, select

from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import TooManyError
from learnenv.kernel.models import Throttle


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _window(seconds: int) -> int:
    return int(now().timestamp() // seconds) * seconds


def check(*parts: str, limit: int, seconds: int) -> None:
    """Raise TooManyError when `parts` was hit `limit` times in this window."""
    tries = db.session.scalar(
        select(Throttle.tries).where(
            Throttle.key == _hash(*parts), Throttle.window == _window(seconds)
        )
    )
    if (tries or 0) >= limit:
        minutes = max(1, seconds // 60)
        raise TooManyError(
            _("Too many attempts. Wait %(minutes)s minutes and try again.", minutes=minutes)
        )


def hit(*parts: str, seconds: int) -> None:
    """Count one try of `parts`, and forget the windows before yesterday."""
    window = _window(seconds)
    statement = insert(Throttle).values(key=_hash(*parts), window=window, tries=1)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["key", "window"], set_={"tries": Throttle.tries + 1}
        )
    )
    db.session.execute(delete(Throttle).where(Throttle.window < window - 86_400))
