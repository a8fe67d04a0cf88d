"""Which certificates are revoked: one signed list of bits (W3C Bitstring Status List 1.0).

A verifier fetches the whole list, so we do not learn whose certificate is looked at. The list says
revoked or not; suspended and replaced stand on the page of the certificate only, because Open
Badges allows one status per credential.
"""

from __future__ import annotations

import base64
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from certificates.credentials.facts import STATUS_ENTRIES, did_of
from certificates.credentials.issuing import as_jwt, sign, utc_text
from certificates.credentials.jsonld import VC_CONTEXT
from certificates.credentials.keys import KeyRing

_BYTES = STATUS_ENTRIES // 8
VALID = timedelta(days=7)
"""How long a signed list may be believed: who keeps an old one to hide a revocation has a week."""
_LARGEST = 8 * _BYTES
"""A list may grow; one that unpacks to more than this is a trap, not a list."""


class StatusProblem(ValueError):  # noqa: N818
    """A status list that cannot be read."""


@dataclass(frozen=True, slots=True)
class StatusList:
    """The same list in the two forms that verifiers ask for."""

    document: dict[str, Any]
    """With a proof, for `application/json` and `application/vc`."""
    jwt: str
    """For `application/vc+jwt`."""


def encoded(revoked: Iterable[int]) -> str:
    """Return the bits as multibase base64url of gzip, the same bytes for the same bits."""
    bits = bytearray(_BYTES)
    for index in revoked:
        if not 0 <= index < STATUS_ENTRIES:
            raise StatusProblem(f"index {index} is not on the list")
        bits[index // 8] |= 0x80 >> (index % 8)  # the first index is the leftmost bit (6.2)
    packed = gzip.compress(bytes(bits), 9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def is_set(encoded_list: str, index: int) -> bool:
    """Return whether the bit of an index is set."""
    if not encoded_list.startswith("u"):
        raise StatusProblem("not base64url")
    text = encoded_list[1:]
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            bits = file.read(_LARGEST + 1)
    except (ValueError, OSError, EOFError) as error:
        raise StatusProblem("not a gzipped list") from error
    if not _BYTES <= len(bits) <= _LARGEST or not 0 <= index < 8 * len(bits):
        raise StatusProblem("the list is too short or too long")
    return bool(bits[index // 8] & (0x80 >> (index % 8)))


def status_list(url: str, revoked: Iterable[int], ring: KeyRing, at: datetime) -> StatusList:
    """Return the signed list that stands at `url`, with an end; its host is the issuer."""
    document = {
        "@context": [VC_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(urlsplit(url).netloc),
        "validFrom": utc_text(at),
        "validUntil": utc_text(at + VALID),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(revoked),
        },
    }
    return StatusList(sign(document, ring.current, at), as_jwt(document, ring.current_jwt))
