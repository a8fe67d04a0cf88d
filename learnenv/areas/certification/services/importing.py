"""Known parties from a CSV file: checked row by row, written whole or not at all (k15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.areas.certification.models import Kind, Party
from learnenv.areas.certification.services import parties
from learnenv.areas.certification.services.parties import PartyFacts
from learnenv.kernel import audit, sheets
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.taxonomy import REGIONS, THEMES

KINDS = {
    "adviseur": Kind.ADVISER, "adviser": Kind.ADVISER,
    "bureau": Kind.AGENCY, "adviesbureau": Kind.AGENCY, "agency": Kind.AGENCY,
    "instituut": Kind.INSTITUTE, "opleidingsinstituut": Kind.INSTITUTE,
    "institute": Kind.INSTITUTE,
    "opleiding": Kind.TRAINING, "training": Kind.TRAINING,
}  # fmt: skip
COLUMNS = {
    "soort": "kind", "kind": "kind",
    "naam": "name", "name": "name",
    "e-mail": "email", "email": "email", "e-mailadres": "email",
    "website": "website",
    "regio": "region", "region": "region",
    "thema's": "themes", "themas": "themes", "themes": "themes",
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """A row of the file: what it says, and what is wrong with it."""

    number: int
    """As a spreadsheet numbers it: the titles are row 1."""
    facts: PartyFacts
    problems: list[str] = field(default_factory=list)
    is_known: bool = False
    """Whether this party is in the list already; then the row changes nothing."""


def read(data: bytes) -> list[Line]:
    """Return the rows with what is wrong. Raises InvalidInputError when it is no such file."""
    lines = list(_lines(sheets.rows_of(data, COLUMNS)))
    _mark_known(lines)
    return lines


def _lines(rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Line]:
    seen: set[tuple[str, str, str]] = set()
    for number, values in rows:
        line = _line(number, values)
        key = (line.facts.kind, line.facts.name.casefold(), line.facts.email)
        if key in seen and not line.problems:
            line.problems.append(_("This row stands in the file twice."))
        seen.add(key)
        yield line


def _line(number: int, values: dict[str, str]) -> Line:
    problems = []
    kind = KINDS.get(values.get("kind", "").lower())
    if kind is None:
        problems.append(
            _("“%(text)s” is no kind: use adviseur, bureau, instituut or opleiding.",
              text=values.get("kind", ""))
        )  # fmt: skip
    name = " ".join(values.get("name", "").split())
    if not name:
        problems.append(_("The name is missing."))
    if len(name) > parties.LONGEST_NAME:
        problems.append(_("The name is too long."))
    email = values.get("email", "").lower()
    if email and not _is_address(email):
        problems.append(_("“%(text)s” is no e-mail address.", text=email))
    region = values.get("region", "").lower().replace(" ", "-") or "landelijk"
    if region not in REGIONS:
        problems.append(_("“%(text)s” is no region.", text=values.get("region", "")))
    themes = [t.strip().lower().replace(" ", "-") for t in values.get("themes", "").split("|")]
    unknown = [theme for theme in themes if theme and theme not in THEMES]
    if unknown:
        problems.append(_("These are no themes: %(list)s.", list=", ".join(unknown)))
    website = values.get("website", "")
    if website and not website.startswith(("https://", "http://")):
        website = f"https://{website}"
    facts = PartyFacts(
        kind=kind or Kind.ADVISER, name=name, email=email, website=website[:300],
        region=region, themes=tuple(theme for theme in themes if theme),
    )  # fmt: skip
    return Line(number=number, facts=facts, problems=problems)


def _is_address(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _mark_known(lines: list[Line]) -> None:
    """Mark what is in the list already, with one query."""
    known: dict[tuple[str, str], list[str]] = {}
    for kind, name, email in db.session.execute(
        select(Party.kind, Party.name, Party.email).where(
            Party.name.in_({line.facts.name for line in lines})
        )
    ):
        known.setdefault((kind, name), []).append(email)
    for line in lines:
        addresses = known.get((line.facts.kind, line.facts.name), [])
        line.is_known = any(
            not line.facts.email or not address or address == line.facts.email
            for address in addresses
        )


def write(lines: list[Line], *, actor: Actor, at: datetime) -> int:
    """Add every new row, or none when one of them is wrong; return how many were added."""
    if any(line.problems for line in lines):
        raise InvalidInputError(
            _("Nothing was imported: repair the rows that are marked first."), field="file"
        )
    fresh = [line for line in lines if not line.is_known]
    for line in fresh:
        db.session.add(parties.made(line.facts, source="import", actor=actor, at=at))
    db.session.flush()
    audit.record("certification.imported", "parties", actor=actor, number=len(fresh))
    return len(fresh)
