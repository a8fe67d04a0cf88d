"""What a certificate says, and what travels inside its file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from urllib.parse import urlsplit

from certificates.rendering.text import printable

MOST_ATTACHED = 5_000_000
LONGEST_STATEMENT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateContent:
    """All that a certificate says. Plain values, so that a job or a test can make one.

    `code` is the secret-free public id (26 characters of lower-case base32); the rosette is drawn
    from it. `short_code` has 12 characters of Crockford base32, with or without hyphens. `minutes`
    is the study load (0: not said), `score_percent` 0 to 100. `verify_host` is what is printed of
    `verify_url`. `statement` stands between name and title instead of the words of its `kind`;
    `logo` is a PNG that takes the place of the site's own mark.
    """

    number: str
    code: str
    short_code: str
    verify_url: str
    verify_host: str
    holder_name: str
    title: str
    language: Literal["nl", "en"]
    issued_on: date
    minutes: int
    score_percent: int | None
    outcomes: tuple[str, ...]
    course_version: str
    issuer_name: str
    signatory_name: str
    signatory_role: str
    assessed_by: str
    valid_until: date | None
    statement: str = ""
    logo: bytes | None = None
    kind: Literal["course", "certification", "attendance"] = "course"
    qr_text: str = ""
    """What the QR holds: the address with a signed text behind its #; empty for the address."""

    def __post_init__(self) -> None:
        """Refuse what would give a broken document; raises ValueError."""
        if self.language not in ("nl", "en"):
            raise ValueError(f"no certificate texts in {self.language!r}")
        if self.kind not in ("course", "certification", "attendance"):
            raise ValueError(f"no certificate texts for {self.kind!r}")
        address = urlsplit(self.verify_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("verify_url must be an absolute http(s) address")
        if not re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", self.short_code.replace("-", "")):
            raise ValueError("short_code must have 12 characters of Crockford base32")
        if len(self.statement) > LONGEST_STATEMENT:
            raise ValueError(f"statement has more than {LONGEST_STATEMENT} characters")
        if self.minutes < 0:
            raise ValueError("minutes cannot be less than 0")
        if not printable(self.holder_name):
            raise ValueError("holder_name is empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file inside the file, such as the credential that a wallet reads.

    `relationship` says what it is to the page: the same facts in another form ("Alternative") or
    something to check them with ("Supplement"). `at` is a fixed moment, not the moment of
    rendering: the bytes must not depend on the clock.
    """

    name: str
    description: str
    data: bytes
    relationship: Literal["Alternative", "Supplement"]
    at: datetime

    def __post_init__(self) -> None:
        """Refuse what a reader of the file would stumble over; raises ValueError."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", self.name):
            raise ValueError(f"{self.name[:100]!r} is no name for a file inside a certificate")
        if self.relationship not in ("Alternative", "Supplement"):
            raise ValueError(f"no relationship {self.relationship!r}")
        if len(self.data) > MOST_ATTACHED:
            raise ValueError(f"{self.name} has more than {MOST_ATTACHED} bytes")
        if self.at.tzinfo is None:
            raise ValueError("at needs a time zone")
