"""Themes and regions: the one list that certification, the directory and pilots share.

A value is stored by its key, so that one edit here changes it everywhere.
"""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

THEMES: dict[str, Any] = {
    "online-samenwerken": _l("Working together online"),
    "open-overheid": _l("Open government"),
    "participatie": _l("Participation"),
    "sociale-media": _l("Social media"),
    "digitale-dienstverlening": _l("Digital services"),
    "data": _l("Working with data"),
    "leiderschap": _l("Leadership and change"),
    "kennisdelen": _l("Sharing knowledge"),
    "informatiebeheer": _l("Information and archives"),
    "toegankelijkheid": _l("Accessibility and plain language"),
}
"""What the programme is about, by key."""

REGIONS: dict[str, Any] = {
    "landelijk": _l("The whole country"),
    "drenthe": "Drenthe",
    "flevoland": "Flevoland",
    "friesland": "Fryslân",
    "gelderland": "Gelderland",
    "groningen": "Groningen",
    "limburg": "Limburg",
    "noord-brabant": "Noord-Brabant",
    "noord-holland": "Noord-Holland",
    "overijssel": "Overijssel",
    "utrecht": "Utrecht",
    "zeeland": "Zeeland",
    "zuid-holland": "Zuid-Holland",
    "caribisch": _l("Caribbean Netherlands"),
}
"""The provinces, by key."""


def names(keys: Iterable[str], values: dict[str, Any]) -> list[str]:
    """Return the names of known keys, in the order of the list."""
    wanted = set(keys)
    return [str(name) for key, name in values.items() if key in wanted]


def known(keys: Iterable[str], values: dict[str, Any]) -> list[str]:
    """Return the keys that the list knows, in its order, each once."""
    wanted = set(keys)
    return [key for key in values if key in wanted]
