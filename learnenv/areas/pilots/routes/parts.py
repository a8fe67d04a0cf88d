"""What the pages of pilot projects share."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from learnenv.areas.pilots import words
from learnenv.kernel.clock import today
from learnenv.kernel.taxonomy import REGIONS, THEMES

Answer = Response | str | tuple[str, int]


def page(template: str, *, refused: bool = False, **context: Any) -> Answer:
    """Render a page; a refused form answers 422."""
    html = render_template(
        f"pilots/{template}.html",
        words=words,
        day=today(),
        theme_name=lambda key: THEMES.get(key, key),
        region_name=lambda key: REGIONS.get(key, key),
        **context,
    )
    return (html, 422) if refused else html


def go(endpoint: str, message: str, **values: Any) -> Response:
    """Send the browser on after a POST, with a message for the next page."""
    flash(message, "ok")
    return redirect(url_for(f"pilots.{endpoint}", **values), code=303)
