"""Which class a block type is: our own, that of an installed package, or a placeholder.

Own blocks are trusted with the page. Those of others are fenced (courses/routes/frames.py).
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import structlog
from xblock.core import XBlock, XBlockAside
from xblock.plugin import PluginMissingError

from courses.blocks.hidden import HiddenBlock

log = structlog.get_logger()
OWN_PACKAGE = "courses."


def own_first(identifier: str, found: list[EntryPoint]) -> EntryPoint:
    """Choose among packages that register the same name: ours, else the first by name."""
    del identifier
    ordered = sorted(found, key=lambda e: (not e.value.startswith(OWN_PACKAGE), e.value))
    if not ordered:
        raise PluginMissingError
    return ordered[0]


@lru_cache(maxsize=256)
def block_class(block_type: str) -> type[XBlock]:
    """Return the class of a block type; a placeholder when its package is gone or broken."""
    try:
        if not _is_own(block_type):
            prepare_for_others()
        found: type[XBlock] = XBlock.load_class(block_type, select=own_first)
    except PluginMissingError:
        log.warning("xblock missing", block_type=block_type)
        return HiddenBlock
    except Exception:
        log.exception("xblock cannot be loaded", block_type=block_type)
        return HiddenBlock
    return found


def is_fenced(block_type: str) -> bool:
    """Whether blocks of this type are shown in a frame of their own."""
    return not block_class(block_type).__module__.startswith(OWN_PACKAGE)


@lru_cache(maxsize=64)
def aside_class(aside_type: str) -> type[XBlockAside] | None:
    """Return the class of an aside, or None when it is not installed."""
    try:
        prepare_for_others()
        found: type[XBlockAside] = XBlockAside.load_class(aside_type, select=own_first)
    except Exception:  # noqa: BLE001 - as above
        log.warning("aside missing", aside_type=aside_type)
        return None
    return found


@lru_cache(maxsize=1)
def installed() -> dict[str, EntryPoint]:
    """Return every block type there is, with where it comes from."""
    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group="xblock.v1"):
        found.setdefault(entry.name, []).append(entry)
    return {name: own_first(name, entries) for name, entries in sorted(found.items())}


def _is_own(block_type: str) -> bool:
    entry = installed().get(block_type)
    return entry is not None and entry.value.startswith(OWN_PACKAGE)


def prepare_for_others() -> None:
    """Make ready what blocks of others take for granted, when it is installed."""
    from courses.runtime import xblock_django

    xblock_django.prepare()


def forget() -> None:
    """Forget which classes were loaded; for tests that install others."""
    for cache in (block_class, aside_class, installed):
        cache.cache_clear()


__all__: list[Any] = [
    "aside_class", "block_class", "forget", "installed", "is_fenced", "own_first",
    "prepare_for_others",
]  # fmt: skip
