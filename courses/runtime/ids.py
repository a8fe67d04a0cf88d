"""Usage and definition ids as opaque keys: blocks of others break on plain strings."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from opaque_keys.edx.asides import AsideUsageKeyV2
from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator
from xblock.fields import ScopeIds
from xblock.runtime import IdGenerator, IdReader

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


class Ids(IdReader, IdGenerator):
    """Ids are worked out, never stored: the same question always has the same answer.

    A block has one definition per usage in our model, so its definition id is its usage id.
    """

    def get_definition_id(self, usage_id: Any) -> Any:
        """Return the definition of a usage: itself."""
        return usage_id

    def get_block_type(self, def_id: Any) -> str:
        """Return the type of a block."""
        return str(def_id.block_type)

    def get_usage_id_from_aside(self, aside_id: Any) -> Any:
        """Return the block an aside stands beside."""
        return aside_id.usage_key

    def get_definition_id_from_aside(self, aside_id: Any) -> Any:
        """Return the definition of the block an aside stands beside."""
        return aside_id.definition_key

    def get_aside_type_from_usage(self, aside_id: Any) -> str:
        """Return the type of an aside."""
        return str(aside_id.aside_type)

    def get_aside_type_from_definition(self, aside_id: Any) -> str:
        """Return the type of an aside."""
        return str(aside_id.aside_type)

    def create_aside(self, definition_id: Any, usage_id: Any, aside_type: str) -> tuple[Any, Any]:
        """Return definition and usage id of an aside; called at every rendering."""
        return _aside_definition(definition_id, aside_type), aside_key(usage_id, aside_type)

    def create_usage(self, def_id: Any) -> Any:
        """Return the usage of a definition: itself."""
        return def_id

    def create_definition(self, block_type: str, slug: str | None = None) -> Any:
        """Refuse: what a course consists of was settled when it was published."""
        raise NotImplementedError(f"{block_type} {slug}: a published course makes no new blocks")


@lru_cache(maxsize=65536)
def aside_key(usage: BlockUsageLocator, aside_type: str) -> AsideUsageKeyV2:
    """Return the key of an aside beside a block."""
    return AsideUsageKeyV2(usage, aside_type)  # type: ignore[abstract]


@lru_cache(maxsize=65536)
def _aside_definition(definition: Any, aside_type: str) -> Any:
    # Our definition ids are usage ids, and opaque keys want a definition key there.
    return _AsideDefinition(definition, aside_type)


class _AsideDefinition:
    """The definition of an aside: equal and equally written at each reading."""

    __slots__ = ("aside_type", "definition_key")

    def __init__(self, definition_key: Any, aside_type: str) -> None:
        self.definition_key = definition_key
        self.aside_type = aside_type

    @property
    def block_id(self) -> str:
        """Return the id of the block it stands beside."""
        return str(self.definition_key.block_id)

    @property
    def block_type(self) -> str:
        """Return the type of the aside."""
        return self.aside_type

    def __str__(self) -> str:
        return f"{self.definition_key}::{self.aside_type}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _AsideDefinition) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


IDS = Ids()

__all__ = ["IDS", "Ids", "aside_key", "course_key", "scope_ids", "usage_key"]
