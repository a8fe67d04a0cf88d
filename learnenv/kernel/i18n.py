"""Languages: Dutch first, English second. Source strings are English."""

from functools import cached_property
from typing import Any

from flask import g
from flask_babel import Babel, Domain, gettext, lazy_gettext, ngettext

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

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "_", "babel", "gettext", "lazy_gettext", "ngettext"]
