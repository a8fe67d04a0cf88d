"""The accessibility statement: what an administrator fills in, with honest values until then."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from learnenv.kernel import settings


class Status(StrEnum):
    """How far a site meets EN 301 549, as the Dutch register of statements counts it."""

    FULL = "A"
    PARTLY = "B"
    FIRST_STEPS = "C"
    NOT = "D"


STATUS_NAMES = {
    Status.FULL: _l("A: meets all rules"),
    Status.PARTLY: _l("B: meets the rules in part, and what is missing is known and planned"),
    Status.FIRST_STEPS: _l("C: first steps are taken, not everything has been examined"),
    Status.NOT: _l("D: does not meet the rules"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the page of the statement says of this site."""

    status: Status
    drawn_up: date | None
    contact: str
    report: str
    """Address of the research it rests on; empty when nobody examined the site yet."""


def statement() -> Statement:
    """Return the statement; before anybody filled it in it claims as little as can be."""
    day = settings.get("accessibility.drawn_up", "")
    return Statement(
        status=Status(settings.get("accessibility.status", Status.FIRST_STEPS.value)),
        drawn_up=date.fromisoformat(day) if day else None,
        contact=settings.get("accessibility.contact", ""),
        report=settings.get("accessibility.report", ""),
    )


def fill_in(new: Statement) -> None:
    """Keep the statement, in this transaction."""
    settings.put("accessibility.status", new.status.value)
    settings.put("accessibility.drawn_up", new.drawn_up.isoformat() if new.drawn_up else "")
    settings.put("accessibility.contact", new.contact)
    settings.put("accessibility.report", new.report)
