"""URL parts with bounds: a 20-digit id must be a 404, not an overflow in the database."""

from flask import Flask
from werkzeug.routing import IntegerConverter, UnicodeConverter


class IdConverter(IntegerConverter):
    """An id that fits a signed 63-bit column."""

    def __init__(self, url_map: object) -> None:
        super().__init__(url_map, min=1, max=2**53)  # type: ignore[arg-type]


class SlugConverter(UnicodeConverter):
    """A short name of letters, digits, hyphens, dots and underscores (as block types begin)."""

    regex = r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,119}"


def install(app: Flask) -> None:
    """Offer the converters as `<id:…>` and `<slug:…>`."""
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["slug"] = SlugConverter
