"""Which class a block type is: our own, that of an installed package, or a placeholder.

Own blocks are trusted with the page. Those of others are fenced (courses/routes/frames.py).
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path, PurePosixPath
from typing import Any

import structlog
from xblock.core import XBlock, XBlockAside
from xblock.plugin import PluginMissingError

from courses.blocks.hidden import HiddenBlock
from courses.runtime import xblock_django

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
        with xblock_django.LOADING:
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
    """Whether blocks of this type are shown in a frame of their own.

    Loads no package when it need not: some take seconds, and the page around the frame asks this.
    """
    entry = installed().get(block_type)
    if entry is not None:
        return not entry.value.startswith(OWN_PACKAGE)
    return not block_class(block_type).__module__.startswith(OWN_PACKAGE)


@lru_cache(maxsize=64)
def aside_class(aside_type: str) -> type[XBlockAside] | None:
    """Return the class of an aside, or None when it is not installed."""
    try:
        with xblock_django.LOADING:
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
    xblock_django.prepare()


def module_of(block: XBlock) -> str:
    """Return the module a block's class was written in; the runtime mixes ours into another."""
    return str(getattr(block, "unmixed_class", type(block)).__module__)


def is_foreign(block: XBlock) -> bool:
    """Whether the class of this block is of others; a placeholder in its stead is ours."""
    return not module_of(block).startswith(OWN_PACKAGE)


def public_file(module: str, path: str) -> bytes | None:
    """Return a file from any folder `public` in the package of a module, or None.

    XBlock itself serves the one folder beside the class; packages of several blocks name the
    folder of one of them, as Open edX serves them.
    """
    parts = PurePosixPath(path).parts
    if "public" not in parts[:-1] or any(part.startswith((".", "/")) for part in parts):
        return None
    for root in package_folders(module):
        found = root.joinpath(*parts).resolve()
        if found.is_relative_to(root) and "public" in found.parts and found.is_file():
            return found.read_bytes()
    return None


@lru_cache(maxsize=256)
def package_folders(module: str) -> tuple[Path, ...]:
    """Return the folders of the packages that a module is in, the innermost first."""
    found = []
    package = module
    while package:
        loaded = import_module(package)
        found += [Path(path).resolve() for path in getattr(loaded, "__path__", ())]
        package = package.rpartition(".")[0]
    return tuple(found)


def forget() -> None:
    """Forget which classes were loaded; for tests that install others."""
    for cache in (block_class, aside_class, installed):
        cache.cache_clear()


__all__: list[Any] = [
    "aside_class", "block_class", "forget", "installed", "is_fenced", "is_foreign", "module_of",
    "own_first", "package_folders", "prepare_for_others", "public_file",
]  # fmt: skip
