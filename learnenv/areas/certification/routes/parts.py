"""What the pages of certification share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from learnenv.areas.certification import words
from learnenv.areas.certification.forms import KIND_NAMES
from learnenv.areas.certification.models import Dossier, Evidence, ScanState
from learnenv.kernel import audit, uploads
from learnenv.kernel.clock import AMSTERDAM, today
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.taxonomy import REGIONS, THEMES, names
from learnenv.kernel.transaction import after_commit, transaction

Answer = Response | str | tuple[str, int]
MOST_PAGES = 10_000
YEARS = range(2000, 2200)
LONG_NUMBER = 16
"""Digits that no id of ours has."""


def page(template: str, *, refused: bool = False, **context: Any) -> Answer:
    """Render a page; a refused form answers 422."""
    html = render_template(
        f"certification/{template}.html",
        words=words,
        kinds=KIND_NAMES,
        day=today(),
        theme_names=lambda keys: names(keys, THEMES),
        region_name=lambda key: REGIONS.get(key, key),
        **context,
    )
    return (html, 422) if refused else html


def go(endpoint: str, message: str = "", **values: Any) -> Response:
    """Send the browser on after a POST, with a message for the next page."""
    if message:
        flash(message, "ok")
    return redirect(url_for(f"certification.{endpoint}", **values), code=303)


def page_number() -> int:
    """Return the page of a list that is asked for."""
    return max(1, min(request.args.get("pagina", 1, type=int), MOST_PAGES))


def asked_text(name: str = "q") -> str:
    """Return what a visitor looks for."""
    return request.args.get(name, "").replace("\0", "").strip()[:100]


def choice_of(name: str, known: Any) -> str:
    """Return a value of the address that the list knows, or nothing."""
    value = request.args.get(name, "")
    return value if value in known else ""


def number_in(name: str) -> int:
    """Return a number that a form sent; 0, which nothing has, when it is none that can be."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONG_NUMBER else 0


def moment_of(value: datetime) -> datetime:
    """Return what was filled in as a moment on the clock of Amsterdam.

    Raises InvalidInputError for a year in which nobody makes appointments.
    """
    if value.year not in YEARS:
        raise InvalidInputError(_("Choose a time to come."), field="starts_at")
    return value.replace(tzinfo=AMSTERDAM)


def day_of(text: str) -> date | None:
    """Return a date of the address, or None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def leave_line(action: str, subject: str, who: Actor, **details: Any) -> None:
    """Write down who looked at what of another, after the page was made (P36)."""

    def write() -> None:
        with transaction():
            audit.record(action, subject, actor=who, **details)  # action: see callers

    after_commit(write)


def send_evidence(dossier: Dossier, row: Evidence, *, name: str = "") -> Response:
    """Answer with a file of a dossier; one that waits for the scanner is read by nobody."""
    if row.dossier_id != dossier.id or row.scan != ScanState.CLEAN:
        raise NotFoundError
    return uploads.send(row.file, name=name or row.name, media=row.media)
