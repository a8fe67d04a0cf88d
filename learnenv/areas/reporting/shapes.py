"""What a page of figures is made of: numbers as they may be shown, in lines and tables."""

from dataclasses import dataclass
from typing import Any

from learnenv.areas.reporting.disclosure import Shown

Link = dict[str, Any]
"""Which list is behind a number: arguments of the page `reporting.people`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, and where the people behind it are listed."""

    shown: Shown | None
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a table."""

    label: str
    cells: list[Cell]
    choose: Link | None = None
    """The same page for this organisation or course only."""
    bar: int | None = None
    """Length of its bar, in percent of the longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A table: the same for the screen, the printer and a file."""

    key: str
    title: str
    columns: list[str]
    rows: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What matters most."""

    total: Shown
    link: Link | None
    target: int | None
    percent: int | None
    forecast: Shown | None
    last_today: Shown | None
    last_year: Shown
    last_link: Link | None
    programme: Shown | None
    """The whole programme, for the manager of a part; always rounded down."""
    programme_target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Points of the lines, x and y, x from 0 (1 January) to 1 (31 December)."""

    points: list[tuple[float, float]]
    previous: list[tuple[float, float]]
    pace: list[tuple[float, float]] | None
    forecast: list[tuple[float, float]] | None
    labels: list[str]
