"""What a credential is built from: plain facts, checked once, so that building cannot go wrong.

The fields are those that the EU asks of a micro-credential (Council Recommendation 2022/C 243/02,
annex I) and edubadges asks in the Netherlands: learner, title, country and name of the awarding
body, date, outcomes, workload, level, type of assessment, form of participation, quality assurance,
supervision and identity check, result.
"""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Literal
from urllib.parse import quote, urlsplit

STATUS_ENTRIES = 131_072
"""At least this many, so that a list does not tell whose status is asked (Bitstring 1.0, 6.1)."""
LOOPBACK = ("localhost", "127.0.0.1")
LEVELS = range(1, 9)
"""The European framework has eight levels."""


class FactProblem(ValueError):  # noqa: N818
    """Facts from which no good credential can be made. The text says which and why."""


def did_of(host: str) -> str:
    """Return the did:web of a host; a port is percent-encoded (did:web method, 3.1)."""
    return "did:web:" + quote(host.lower(), safe=".-")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerFacts:
    """The organisation that stands behind the certificate."""

    host: str
    name: str
    url: str
    email: str
    oin: str | None = None
    """Organisation identification number of the Dutch government."""
    country: str = "NL"
    """ISO 3166-1 alpha-2."""

    def __post_init__(self) -> None:
        _check_texts(self)
        _check_address("url", self.url)
        if not self.host or "/" in self.host:
            raise FactProblem("host: a host name, without https:// and path")
        if len(self.country) != len("NL") or not self.country.isupper():
            raise FactProblem("country: two capitals (ISO 3166-1)")

    @property
    def did(self) -> str:
        """Return who the issuer is to a verifier."""
        return did_of(self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialFacts:
    """Everything one credential says."""

    id_url: str
    uuid: str
    short_code: str
    number: str
    holder_name: str
    email: str | None
    """Goes in as a salted hash only; None leaves it out."""
    kind: Literal["course", "certification", "attendance"]
    title: str
    description: str
    language: str
    outcomes: tuple[str, ...]
    criteria: str
    """How it was assessed, in words."""
    minutes: int
    """Study load. In European credits as well when `ects` is given."""
    ects: float | None = None
    eqf: int | None = None
    nlqf: str | None = None
    quality_framework: tuple[str, str] | None = None
    """Name and address of the quality framework."""
    participation: str = "online"
    assessment_type: str
    supervision: str
    identity_checked: bool
    version: str
    score_percent: int | None = None
    issued_at: datetime
    valid_until: date | None = None
    """The last day that counts, in Amsterdam."""
    issuer: IssuerFacts
    status_list_url: str
    status_index: int
    achievement_url: str | None = None
    """Names what was learned, the same for all who learned it; None makes it this one's own."""

    def __post_init__(self) -> None:
        _check_texts(self)
        _check_address("id_url", self.id_url, bare=True)
        _check_address("status_list_url", self.status_list_url, bare=True)
        if self.achievement_url is not None:
            _check_address("achievement_url", self.achievement_url)
        if self.quality_framework is not None:
            _check_address("quality_framework", self.quality_framework[1])
        self._check_numbers()
        self._check_rest()

    def _check_numbers(self) -> None:
        if not 0 <= self.status_index < STATUS_ENTRIES:
            raise FactProblem(f"status_index: from 0 to {STATUS_ENTRIES - 1}")
        if self.score_percent is not None and not 0 <= self.score_percent <= 100:  # noqa: PLR2004
            raise FactProblem("score_percent: from 0 to 100")
        if self.eqf is not None and self.eqf not in LEVELS:
            raise FactProblem("eqf: from 1 to 8")
        if self.minutes < 0:
            raise FactProblem("minutes: not under 0")
        if self.ects is not None and not 0 < self.ects < 1000:  # noqa: PLR2004
            raise FactProblem("ects: over 0")

    def _check_rest(self) -> None:
        try:
            uuid.UUID(self.uuid)
        except ValueError as error:
            raise FactProblem("uuid: not a UUID") from error
        if self.kind not in {"course", "certification", "attendance"}:
            raise FactProblem("kind: course or certification")
        if self.language not in {"nl", "en"}:
            raise FactProblem("language: nl or en")
        if self.issued_at.tzinfo is None:
            raise FactProblem("issued_at: without a time zone it is no moment")
        if len(set(self.outcomes)) != len(self.outcomes):
            raise FactProblem("outcomes: one is there twice")


def _check_address(name: str, url: str, *, bare: bool = False) -> None:
    """Refuse what is no https address; http is for a site that runs on one's own machine."""
    parts = urlsplit(url)
    plain = url.isascii() and url.isprintable() and not any(c in url for c in ' "<>\\^`{|}')
    own = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or own) or not parts.hostname or not plain:
        raise FactProblem(f"{name}: not an https address")
    if bare and "#" in url:
        raise FactProblem(f"{name}: has a # already")


def _check_texts(facts: object) -> None:
    """Refuse empty text and control characters: processors write these differently when hashing."""
    for item in fields(facts):  # type: ignore[arg-type]
        value = getattr(facts, item.name)
        texts = value if isinstance(value, tuple) else (value,)
        for text in texts:
            if not isinstance(text, str):
                continue
            if not text.strip():
                raise FactProblem(f"{item.name}: empty")
            if any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" for c in text):
                raise FactProblem(f"{item.name}: holds a control character")
