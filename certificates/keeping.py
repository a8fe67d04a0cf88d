"""The keys of this site as an issuer: read once per process, made at the first use."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app

from certificates.credentials import fragment, issuing, status
from certificates.credentials.facts import CredentialFacts
from certificates.credentials.keys import KeyRing
from learnenv.kernel.clock import now
from learnenv.kernel.site import site_url


def keys_folder() -> Path:
    """Return the folder with the keys of certificates."""
    home: Path = current_app.config["SETTINGS"].home
    return home / "keys" / "certificates"


class Keeper:
    """Signs what certificates say, and publishes with which keys."""

    def __init__(self, ring: KeyRing, base: str) -> None:
        self.ring = ring
        self.base = base
        self.host = urlsplit(base).netloc

    def credential(self, facts: CredentialFacts) -> dict[str, Any]:
        """Return the signed credential."""
        return issuing.sign(issuing.build(facts), self.ring.current, facts.issued_at)

    def as_jwt(self, credential: str) -> str:
        """Return a stored credential as VC-JWT."""
        plain = {key: value for key, value in json.loads(credential).items() if key != "proof"}
        return issuing.as_jwt(plain, self.ring.jwt)

    def fragment(self, facts: CredentialFacts) -> str:
        """Return the signed text for the QR, checked on paper without network."""
        return fragment.make(
            key=self.ring.current,
            code=facts.short_code,
            holder_name=facts.holder_name,
            title=facts.title,
            issued_on=facts.issued_at.date(),
            valid_until=facts.valid_until,
        )

    def did_document(self) -> dict[str, Any]:
        """Return the DID document of the site."""
        return issuing.did_document(self.host, self.ring)

    def jwks(self) -> dict[str, Any]:
        """Return the keys of the JWT form."""
        return issuing.jwks(self.ring)

    def status_list(self, number: int, places: list[int]) -> dict[str, Any]:
        """Return the signed status list with these places set."""
        url = f"{self.base}/certificaat/status/{number}"
        return status.status_list(url, places, self.ring, now())

    def status_jwt(self, number: int, places: list[int]) -> str:
        """Return the status list as JWT."""
        url = f"{self.base}/certificaat/status/{number}"
        return status.status_list_jwt(url, places, self.ring, now())

    def paper_keys(self) -> dict[str, str]:
        """Return every public key as the paper page wants it: id to base64url of 32 bytes."""
        return {
            key.id: base64.urlsafe_b64encode(
                key.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
            ).decode().rstrip("=")
            for key in self.ring.keys
        }  # fmt: skip


@lru_cache(maxsize=4)
def _load(folder: Path, base: str, _stamp: tuple[str, ...]) -> Keeper:
    ring = KeyRing.load(folder) if _stamp else KeyRing.make(folder, now())
    return Keeper(ring, base)


def keeper() -> Keeper:
    """Return the keys of this site; the first call on a new site makes them.

    New files in the folder (a key was renewed) are seen without a restart.
    """
    folder = keys_folder()
    stamp = tuple(sorted(path.name for path in folder.glob("issuer-*.pem")))
    return _load(folder, site_url(""), stamp)
