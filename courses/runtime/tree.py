"""Walking the tree of blocks, for `runtime.query` and the little paths of `runtime.querypath`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from xblock.core import XBlock

if TYPE_CHECKING:
    from courses.runtime.runtime import LearnerRuntime


class Blocks:
    """Some blocks of one tree, in the order of the course; steps lead to others."""

    def __init__(self, runtime: LearnerRuntime, found: Iterable[XBlock]) -> None:
        self._runtime = runtime
        self._found = list(found)

    def __iter__(self) -> Iterator[XBlock]:
        return iter(self._found)

    def parent(self) -> Blocks:
        """Step up to the blocks these are in, each once."""
        keys = dict.fromkeys(block.parent for block in self._found if block.parent is not None)
        return Blocks(self._runtime, map(self._runtime.get_block, keys))

    def children(self) -> Blocks:
        """Step down to what is right inside these."""
        return Blocks(self._runtime, (c for block in self._found for c in block.get_children()))

    def descendants(self) -> Blocks:
        """Step down to everything inside these."""
        return Blocks(self._runtime, (d for block in self._found for d in self._below(block)))

    def _below(self, block: XBlock) -> Iterator[XBlock]:
        for child in block.get_children():
            yield child
            yield from self._below(child)

    def tagged(self, word: str) -> Blocks:
        """Keep the blocks whose name or whose class has this word."""
        return Blocks(
            self._runtime,
            (b for b in self._found if b.name == word or word in type(b)._class_tags),  # noqa: SLF001 - XBlock has no other way to ask
        )

    def attr(self, name: str) -> list[Any]:
        """Return the value of a field of each block that has it."""
        return [getattr(block, name) for block in self._found if hasattr(block, name)]
