"""Languages: Dutch first, English second. Source strings are English."""

from flask_babel import Babel, gettext, lazy_gettext, ngettext

LANGUAGES = {"nl": "Nederlands", "en": "English"}
DEFAULT_LANGUAGE = "nl"

babel = Babel()
_ = gettext

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "_", "babel", "gettext", "lazy_gettext", "ngettext"]
