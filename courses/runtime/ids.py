"""Usage and definition ids as opaque keys: blocks of others break on plain strings."""

from __future__ import annotations

from functools import lru_cache

from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator
from xblock.fields import ScopeIds

RUN = "run"


@lru_cache(maxsize=256)
def course_key(org: str, slug: str) -> CourseLocator:
    """Return the key of a course."""
    return CourseLocator(org=_safe(org), course=_safe(slug), run=RUN)


def _safe(text: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text) or "learnenv"


@lru_cache(maxsize=65536)
def usage_key(org: str, slug: str, block_type: str, block_id: str) -> BlockUsageLocator:
    """Return the key of one block of a course."""
    return BlockUsageLocator(course_key(org, slug), block_type, block_id)


def scope_ids(user_id: int | None, usage: BlockUsageLocator) -> ScopeIds:
    """Return the ids that XBlock's scopes need. One definition per usage in our model."""
    return ScopeIds(user_id, usage.block_type, usage, usage)


__all__ = ["course_key", "scope_ids", "usage_key"]
