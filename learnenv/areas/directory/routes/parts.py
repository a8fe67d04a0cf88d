"""What the pages of the Gouden Gids share."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from learnenv.areas.directory import words
from learnenv.kernel.clock import today
from learnenv.kernel.places import places
from learnenv.kernel.taxonomy import REGIONS, THEMES, names

Answer = Response | str | tuple[str, int]
MOST_PAGES = 10_000
LONG_NUMBER = 16
"""Digits that no id of ours has."""


def place_name(key: str | None) -> str:
    """Return the name of a place by its key, or nothing."""
    found = places().get(key or "")
    return found.name if found else ""


def page(template: str, *, refused: bool = False, status: int = 422, **context: Any) -> Answer:
    """Render a page; a refused form answers `status`."""
    html = render_template(
        f"directory/{template}.html",
        words=words,
        day=today(),
        theme_names=lambda keys: names(keys, THEMES),
        region_name=lambda key: REGIONS.get(key, key),
        place_name=place_name,
        **context,
    )
    return (html, status) if refused else html


def go(endpoint: str, message: str = "", **values: Any) -> Response:
    """Send the browser on after a POST, with a message for the next page."""
    if message:
        flash(message, "ok")
    return redirect(url_for(f"directory.{endpoint}", **values), code=303)


def page_number() -> int:
    """Return the page of a list that is asked for."""
    return max(1, min(request.args.get("pagina", 1, type=int), MOST_PAGES))


def asked_text(name: str = "q") -> str:
    """Return what a visitor looks for."""
    return request.args.get(name, "").replace("\0", "").strip()[:100]


def numbers_in(name: str, most: int = 500) -> list[int]:
    """Return the numbers that a form sent under a name; what is no number is left out."""
    return [int(text) for text in request.form.getlist(name)[:most] if is_number(text)]


def is_number(text: str) -> bool:
    """Whether a text is a number that an id can be."""
    return text.isascii() and text.isdigit() and 0 < len(text) < LONG_NUMBER
