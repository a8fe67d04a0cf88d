"""What certificates tell the other parts."""

from dataclasses import dataclass
from datetime import datetime

from learnenv.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued(Event):
    """A certificate was issued, once per person, course and period."""

    certificate_id: int
    enrolment_id: int
    person_id: int
    course_id: int
    organisation_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatusChanged(Event):
    """A certificate was suspended, made valid again, revoked or replaced."""

    certificate_id: int
    source: str
    """What gave it, such as "course:7", or what an area called it."""
    status: str
    at: datetime
