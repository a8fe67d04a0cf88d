"""Slots: places in a page (or a list) that a higher floor fills, without being imported."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

_fillers: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def fill(slot: str, filler: Callable[..., Any]) -> None:
    """Let `filler` contribute to `slot`; a second start in one process changes nothing."""
    if filler not in _fillers[slot]:
        _fillers[slot].append(filler)


def collect(slot: str, **values: Any) -> list[Any]:
    """Return what every filler of the slot contributes."""
    return [filler(**values) for filler in _fillers[slot]]
