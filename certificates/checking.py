"""Whether a file is one of our certificates, unchanged (d3). The file is read, never kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from certificates import queries
from certificates.keeping import keeper, seal_settings
from certificates.models import Certificate
from certificates.sealing import SealSettings, check_seal, seal_certificates

LARGEST = 5 * 1024 * 1024
Verdict = Literal["genuine", "altered", "unknown"]
Reason = Literal["same", "sealed", "broken-seal", "other-seal", "no-seal", "no-pdf", "too-large"]

SEALS: dict[str, tuple[Verdict, Reason]] = {
    "sealed": ("genuine", "sealed"),
    "altered": ("altered", "broken-seal"),
    "unknown_seal": ("unknown", "other-seal"),
    "unsealed": ("unknown", "no-seal"),
    "unreadable": ("unknown", "no-pdf"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a file."""

    verdict: Verdict
    reason: Reason
    certificate: Certificate | None = None
    state: queries.State | None = None
    sealed_by: str = ""
    unsafe: bool = False
    """It is ours, but the key under its credential may be in other hands."""


def has_unsafe_key(certificate: Certificate) -> bool:
    """Whether the stored credential was signed with a key that may be in other hands.

    Asks the database only on a site that has such a key.
    """
    compromised = keeper().ring.compromised
    return bool(compromised) and queries.signing_key(certificate) in compromised


@lru_cache(maxsize=2)
def _trusted(settings: SealSettings, _stamp: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(seal_certificates(settings))


def trusted() -> tuple[bytes, ...]:
    """Return every certificate that ever sealed for this site; a renewed one is seen at once."""
    settings = seal_settings()
    return _trusted(settings, settings.stamp())


def check(data: bytes, today: date) -> Checked:
    """Say whether `data` is a certificate of ours: real, changed, or unknown."""
    if len(data) > LARGEST:
        return Checked("unknown", "too-large")
    found = queries.by_hash(hashlib.sha256(data).hexdigest())
    if found is not None:
        state, unsafe = queries.state_of(found, today), has_unsafe_key(found)
        return Checked("genuine", "same", found, state, unsafe=unsafe)
    if not data.startswith(b"%PDF-"):
        return Checked("unknown", "no-pdf")
    seal = check_seal(data, trusted())
    verdict, reason = SEALS[seal.state]
    return Checked(verdict, reason, sealed_by=seal.subject or "")
