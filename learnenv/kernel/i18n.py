"""Languages: Dutch first, English second. Source strings are English."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from functools import cached_property
from typing import Any

import flask_babel
from flask import g
from flask_babel import (
    Babel,
    Domain,
    force_locale,
    get_locale,
    gettext,
    lazy_gettext,
    ngettext,
)

LANGUAGES = {"nl": "Nederlands", "en": "English"}
DEFAULT_LANGUAGE = "nl"


class OnceDomain(Domain):
    """Finds the catalogue once per request: a page has a hundred strings.

    It is kept where Flask-Babel itself puts it aside in `force_locale` and `refresh`.
    """

    def get_translations(self) -> Any:
        kept = g.get("_flask_babel") if g else None
        found = getattr(kept, "babel_translations", None)
        if found is None:
            found = super().get_translations()
            if g:
                g._flask_babel.babel_translations = found  # noqa: SLF001 - its own place
        return found


class SiteBabel(Babel):
    """Flask-Babel with that domain."""

    @cached_property
    def domain_instance(self) -> OnceDomain:
        return OnceDomain(domain=self.domain)


babel = SiteBabel()
_ = gettext

MINUTES = 60


def _british() -> AbstractContextManager[Any]:
    """English of the site is British: 25 November 2026, not November 25, 2026."""
    return force_locale("en_GB") if str(get_locale()) == "en" else nullcontext()


def format_date(day: date | None = None, format: str | None = None) -> str:  # noqa: A002
    """Return a date (of now, when none is given) as people of this language write it."""
    with _british():
        return str(flask_babel.format_date(day, format))


def format_datetime(moment: datetime | None = None, format: str | None = None) -> str:  # noqa: A002
    """Return a moment on the clock of Amsterdam, as people of this language write it."""
    with _british():
        return str(flask_babel.format_datetime(moment, format))


def study_load(minutes: int) -> str:
    """Return a study load in words: whole minutes below an hour, whole hours above it.

    It rounds as certificates do, so that a course page and its certificate say the same.
    """
    if minutes < MINUTES:
        return str(ngettext("%(num)d minute", "%(num)d minutes", minutes))
    return str(ngettext("%(num)d hour", "%(num)d hours", round(minutes / MINUTES)))


__all__ = [
    "DEFAULT_LANGUAGE",
    "LANGUAGES",
    "_",
    "babel",
    "format_date",
    "format_datetime",
    "gettext",
    "lazy_gettext",
    "ngettext",
    "study_load",
]
