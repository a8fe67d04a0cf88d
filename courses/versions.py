"""Published versions, read once per process and kept: they never change."""

from __future__ import annotations

import json
from functools import lru_cache

from sqlalchemy import Engine, select

from courses.models import CourseVersion
from courses.outline import Outline, read
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError


@lru_cache(maxsize=64)
def _by_hash(content_hash: str, version_id: int, number: int) -> Outline:
    document = db.session.scalars(
        select(CourseVersion.document).where(
            CourseVersion.id == version_id, CourseVersion.content_hash == content_hash
        )
    ).one()
    return read(json.loads(document), version_id=version_id, number=number)


_hashes: dict[tuple[str, int], tuple[str, int]] = {}


def outline_of(version_id: int) -> Outline:
    """Return the outline of a version. Raises NotFoundError when there is none.

    The id is looked up per database (tests use several in one process); the content is cached by
    its hash, for ever.
    """
    key = (_address(db.engine), version_id)
    if key not in _hashes:
        row = db.session.execute(
            select(CourseVersion.content_hash, CourseVersion.number).where(
                CourseVersion.id == version_id
            )
        ).one_or_none()
        if row is None:
            raise NotFoundError
        _hashes[key] = (row.content_hash, row.number)
    content_hash, number = _hashes[key]
    return _by_hash(content_hash, version_id, number)


@lru_cache(maxsize=8)
def _address(engine: Engine) -> str:
    return str(engine.url)


def forget() -> None:
    """Forget what was read; for tests that make a new database under the same address."""
    _hashes.clear()
    _by_hash.cache_clear()
