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
    region: str = "landelijk"
    person_id: int | None = None
    """In whose name the certificate stands."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideTrainingFollowed(Event):
    """Somebody followed a training that is not a course of this site, and that was shown.

    Learning keeps it in the record of the person, and the figures count it (feature c4).
    """

    person_id: int
    organisation_id: int | None
    """Where the person worked when he booked; figures count there for ever."""
    source: str
    """The fact, such as "directory:booking:12"; the same source counts once."""
    title: str
    provider: str
    minutes: int
    proof: str
    """What shows it, in words: "attendance list of Academie Dichtbij"."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentDone(Event):
    """An organisation and a provider worked together, and both said so: the one may be reviewed."""

    source: str
    """The fact, such as "pilot:12"; the same source counts once."""
    provider_id: int
    person_id: int
    """Who speaks for the organisation."""
    title: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleDrafted(Event):
    """A project ended and left the draft of an example, for whoever keeps examples."""

    source: str
    title: str
    organisation_id: int
    person_id: int
    theme: str
    text: str
    at: datetime
