"""Which guidance fits a pilot, best first, each with the reasons: no black box (g13).

Points, the same for everybody and told on the page: theme 4; region 3, or 2 for who works in the
whole country; room 2; certified until after the end 1; budget enough for three days 1; reviews up
to 1. Who has the same points stands in an order that differs per pilot, so that nobody is always
first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from learnenv.kernel.guidance import Guide
from learnenv.kernel.i18n import format_date
from learnenv.kernel.taxonomy import REGIONS, THEMES

NATIONAL = "landelijk"
THEME, REGION, WHOLE_COUNTRY, ROOM, LONG, AFFORDABLE = 4.0, 3.0, 2.0, 2.0, 1.0, 1.0
LEAST_DAYS = 3
"""Fewer days of guidance than these help nobody."""
HIGHEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a pilot asks for."""

    key: int
    """Of the pilot: decides the order of equals."""
    theme: str
    region: str
    ends_on: date
    budget: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody stands where he stands."""

    fits: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Guidance with its points and why."""

    guide: Guide
    points: float
    reasons: tuple[Reason, ...]


def rank(wanted: Wanted, guides: Iterable[Guide]) -> list[Ranked]:
    """Return the guidance, best first. Who cannot take anything on now comes last."""
    found = [_ranked(wanted, guide) for guide in guides]
    return sorted(
        found,
        key=lambda one: (one.guide.days_free == 0, -one.points, _turn(wanted.key, one.guide)),
    )


def _turn(key: int, guide: Guide) -> str:
    return hashlib.sha256(f"{key}:{guide.provider_id}".encode()).hexdigest()


def _ranked(wanted: Wanted, guide: Guide) -> Ranked:
    parts = [
        _theme(wanted, guide), _region(wanted, guide), _room(guide), _certificate(wanted, guide),
        _price(wanted, guide), _reviews(guide),
    ]  # fmt: skip
    return Ranked(
        guide=guide,
        points=round(sum(points for points, _reason in parts), 2),
        reasons=tuple(reason for _points, reason in parts),
    )


Part = tuple[float, Reason]


def _theme(wanted: Wanted, guide: Guide) -> Part:
    name = THEMES[wanted.theme]
    if wanted.theme in guide.themes:
        return THEME, Reason(True, _("Theme: %(theme)s", theme=name))
    return 0, Reason(False, _("Does not name the theme %(theme)s", theme=name))


def _region(wanted: Wanted, guide: Guide) -> Part:
    name = REGIONS[wanted.region]
    if guide.region == wanted.region:
        return REGION, Reason(True, _("Region: %(region)s", region=name))
    if NATIONAL in (guide.region, wanted.region):
        return WHOLE_COUNTRY, Reason(True, _("Works in the whole country"))
    return 0, Reason(False, _("Works in %(region)s", region=REGIONS.get(guide.region, "-")))


def _room(guide: Guide) -> Part:
    if guide.days_free is None:
        return 0, Reason(False, _("Does not say how many days are free"))
    if guide.days_free == 0:
        return 0, Reason(False, _("Has no room now"))
    text = ngettext("1 day a month free", "%(num)s days a month free", guide.days_free)
    return ROOM, Reason(True, text)


def _certificate(wanted: Wanted, guide: Guide) -> Part:
    until = guide.certified_until
    if until is None:
        return 0, Reason(False, _("Not certified"))
    text = _("Certified until %(date)s", date=format_date(until, "long"))
    if until >= wanted.ends_on:
        return LONG, Reason(True, text)
    return 0, Reason(False, text + ", " + _("before the pilot ends"))


def _price(wanted: Wanted, guide: Guide) -> Part:
    if not guide.day_rate:
        return 0, Reason(False, _("Does not tell the price of a day"))
    days = wanted.budget // guide.day_rate
    text = ngettext("The budget is enough for 1 day", "The budget is enough for %(num)s days", days)
    return (AFFORDABLE, Reason(True, text)) if days >= LEAST_DAYS else (0, Reason(False, text))


def _reviews(guide: Guide) -> Part:
    if guide.stars is None:
        return 0.5, Reason(False, _("Too few reviews for stars"))
    text = _(
        "Reviews: %(stars)s of 5 (%(number)s)",
        stars=format_decimal(guide.stars),
        number=guide.reviews,
    )
    return guide.stars / HIGHEST, Reason(guide.stars >= 3, text)  # noqa: PLR2004 - the middle
