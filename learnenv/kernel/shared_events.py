"""What areas tell each other. They never import one another, so these stand on the ground floor.

Only what more than one area speaks about belongs here; docs/decisions/0009 says why.
"""

from dataclasses import dataclass
from datetime import date, datetime

from learnenv.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChanged(Event):
    """Somebody's place in the register of certified parties began, changed or ended."""

    registration_id: int
    party_id: int
    number: str
    kind: str
    """"adviser", "agency", "institute" or "training"."""
    name: str
    organisation_id: int | None
    standing: str
    """"valid", "suspended", "withdrawn" or "expired"."""
    valid_until: date
    themes: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsEarned(Event):
    """Somebody did something that counts for renewing a certification (a meeting, a pilot)."""

    person_id: int
    source: str
    """The fact, such as "meeting:12"; the same source counts once."""
    kind: str
    """"meeting" or "pilot"; how many points that gives is up to the scheme."""
    title: str
    at: datetime
