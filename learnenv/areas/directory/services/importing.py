"""Agencies and institutes from a CSV file: checked row by row, written whole or not at all.

Nobody agreed to be in such a file, so people (trainers, advisers) are refused, and what is listed
are public facts without contact data, until somebody claims the profile (P35).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.areas.directory.models import Kind, Provider
from learnenv.areas.directory.services import indexing, providers
from learnenv.areas.directory.services.providers import Profile
from learnenv.kernel import audit, sheets
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.places import find
from learnenv.kernel.search import folded
from learnenv.kernel.taxonomy import REGIONS, THEMES

KINDS = {
    "bureau": Kind.AGENCY, "adviesbureau": Kind.AGENCY, "agency": Kind.AGENCY,
    "instituut": Kind.INSTITUTE, "opleidingsinstituut": Kind.INSTITUTE,
    "institute": Kind.INSTITUTE,
}  # fmt: skip
PEOPLE = {"adviseur", "adviser", "trainer"}
COLUMNS = {
    "soort": "kind", "kind": "kind", "naam": "name", "name": "name", "website": "website",
    "regio": "region", "region": "region", "plaats": "place", "place": "place",
    "thema's": "themes", "themas": "themes", "themes": "themes",
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """A row of the file: what it says, and what is wrong with it."""

    number: int
    """As a spreadsheet numbers it: the titles are row 1."""
    profile: Profile
    problems: list[str] = field(default_factory=list)
    is_known: bool = False
    """Whether it is in the Gids already; then the row changes nothing."""


def read(data: bytes) -> list[Line]:
    """Return the rows with what is wrong. Raises InvalidInputError when it is no such file."""
    lines = list(_lines(sheets.rows_of(data, COLUMNS)))
    known = set(
        db.session.scalars(
            select(Provider.folded_name).where(
                Provider.folded_name.in_({folded(line.profile.name) for line in lines})
            )
        )
    )
    for line in lines:
        line.is_known = folded(line.profile.name) in known
    return lines


def _lines(rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Line]:
    seen: set[str] = set()
    for number, values in rows:
        line = _line(number, values)
        key = folded(line.profile.name)
        if key in seen and not line.problems:
            line.problems.append(_("This row stands in the file twice."))
        seen.add(key)
        yield line


def _line(number: int, values: dict[str, str]) -> Line:
    problems = []
    told = values.get("kind", "").lower()
    kind = KINDS.get(told)
    if told in PEOPLE:
        problems.append(_("People are listed only when they ask so themselves."))
    elif kind is None:
        problems.append(_("“%(text)s” is no kind: use bureau or instituut.", text=told))
    name = " ".join(values.get("name", "").split())
    if not name:
        problems.append(_("The name is missing."))
    if len(name) > 200:  # noqa: PLR2004 - the column
        problems.append(_("The name is too long."))
    region = values.get("region", "").lower().replace(" ", "-") or "landelijk"
    if region not in REGIONS:
        problems.append(_("“%(text)s” is no region.", text=values.get("region", "")))
    place = values.get("place", "")
    if place and find(place) is None:
        problems.append(_("We do not know the place “%(text)s”.", text=place))
    themes = [t.strip().lower().replace(" ", "-") for t in values.get("themes", "").split("|")]
    unknown = [theme for theme in themes if theme and theme not in THEMES]
    if unknown:
        problems.append(_("These are no themes: %(list)s.", list=", ".join(unknown)))
    website = values.get("website", "")
    if website and not website.startswith(("https://", "http://")):
        website = f"https://{website}"
    if website and (len(website) > 300 or "." not in providers.host_of(website)):  # noqa: PLR2004
        problems.append(_("“%(text)s” is no address of a website.", text=website[:80]))
    profile = Profile(
        kind=kind or Kind.AGENCY, name=name, website=website, region=region, place=place,
        themes=tuple(theme for theme in themes if theme),
    )  # fmt: skip
    return Line(number=number, profile=profile, problems=problems)


def write(lines: list[Line], *, actor: Actor, at: datetime) -> int:
    """Add every new row, or none when one of them is wrong; return how many were added."""
    if any(line.problems for line in lines):
        raise InvalidInputError(
            _("Nothing was imported: repair the rows that are marked first."), field="file"
        )
    fresh = [line for line in lines if not line.is_known]
    made = []
    for line in fresh:
        profile = line.profile
        provider = providers.blank(profile.kind, profile.name, at=at, source="import", actor=actor)
        provider.website, provider.region = profile.website, profile.region
        provider.place = providers.place_key(profile.place)
        provider.themes = list(profile.themes)
        provider.is_listed = provider.is_shown = True
        provider.shown_since = at
        made.append(provider)
    db.session.add_all(made)
    db.session.flush()
    indexing.index_providers([provider.id for provider in made])
    audit.record("directory.imported", "providers", actor=actor, number=len(made))
    return len(made)
