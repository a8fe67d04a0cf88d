"""Cells of the tables as HTML.

A page has some hundred numbers; nested macros took half of its time (benchmarks/results.md).
"""

from functools import lru_cache

from babel.numbers import format_decimal
from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from learnenv.areas.reporting.shapes import Block, Cell, Link, Row

BAR = (
    '<br><svg viewBox="0 0 100 6" width="120" height="12" preserveAspectRatio="none"'
    ' aria-hidden="true" focusable="false"><rect width="100" height="6" fill="#e8ecf2"/>'
    '<rect width="{}" height="6" fill="#0b5a94"/></svg>'
)


@lru_cache(maxsize=8192)
def _decimal(number: int, locale: str) -> str:
    return str(escape(format_decimal(number, locale=locale)))


class Drawing:
    """Draws the rows of a block for the language of this request."""

    def __init__(self) -> None:
        self.locale = str(get_locale())
        self.people = url_for("reporting.people")
        self.page = url_for("reporting.year")
        unknown = escape(_("not yet known"))
        self.unknown = (
            f'<span aria-hidden="true">–</span><span class="app-sr-only">{unknown}</span>'
        )

    def rows(self, block: Block) -> list[list[Markup]]:
        """Return the cells of a table, the heading of each row first."""
        columns = [escape(title) for title in block.columns]
        return [self._row(row, columns) for row in block.rows]

    def _row(self, row: Row, columns: list[Markup]) -> list[Markup]:
        label = heading = escape(row.label)
        if row.choose:
            href = _address(self.page, row.choose)
            heading = Markup(f'<a class="nl-link" href="{href}">{label}</a>')  # noqa: S704 - escaped
        if row.bar is not None:
            heading += Markup(BAR.format(int(row.bar)))  # noqa: S704 - a number
        cells = (
            self._cell(cell, label, column)
            for cell, column in zip(row.cells, columns[1:], strict=True)
        )
        return [heading, *cells]

    def _cell(self, cell: Cell, label: Markup, column: Markup) -> Markup:
        if cell.shown is None:
            text = self.unknown
        elif cell.shown.is_small:
            text = "&lt; 5"
        else:
            text = _decimal(cell.shown.value, self.locale)
        if cell.link:
            href = _address(self.people, cell.link)
            named = f'<span class="app-sr-only"> {column}, {label}</span>'
            text = f'<a class="nl-link" href="{href}">{text}{named}</a>'
        return Markup(text)  # noqa: S704 - everything in it is escaped above


def _address(base: str, arguments: Link) -> Markup:
    """Return an address; its values are numbers and our own words, so nothing needs quoting."""
    query = "&".join([f"{key}={value}" for key, value in arguments.items() if value is not None])
    return escape(f"{base}?{query}")
