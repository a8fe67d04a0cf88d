"""The keys of this site as an issuer: read once per process, made at the first use."""

from __future__ import annotations

import base64
import json
import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app

from certificates.credentials import fragment, issuing
from certificates.credentials.facts import LOOPBACK, CredentialFacts
from certificates.credentials.keys import KeyProblem, KeyRing
from certificates.credentials.status import VALID, StatusList, status_list
from certificates.sealing import SealSettings, make_development_keys
from learnenv.kernel.clock import now
from learnenv.kernel.site import site_url

RENEW_LIST = VALID / 7
"""A status list is signed anew after a seventh of the time that it may be believed."""


def keys_folder() -> Path:
    """Return the folder with the keys of certificates."""
    home: Path = current_app.config["SETTINGS"].home
    return home / "keys" / "certificates"


def seal_settings() -> SealSettings:
    """Return what the operator says about the seal (docs/operating.md)."""
    return SealSettings.from_environment(os.environ, keys_folder())


def make_trial_keys() -> None:
    """Make keys to try sealing with, which have no legal force and say so on every page."""
    make_development_keys(keys_folder(), now())


class Keeper:
    """Signs what certificates say, and publishes with which keys."""

    def __init__(self, ring: KeyRing, base: str) -> None:
        self.ring = ring
        self.base = base
        self.host = urlsplit(base).netloc

    def credential(self, facts: CredentialFacts, at: datetime) -> dict[str, Any]:
        """Return the credential, signed at this moment: what a leaked key is judged by."""
        return issuing.sign(issuing.build(facts), self.ring.current, at)

    def as_jwt(self, credential: str) -> str:
        """Return a stored credential as VC-JWT."""
        plain = {key: value for key, value in json.loads(credential).items() if key != "proof"}
        return issuing.as_jwt(plain, self.ring.current_jwt)

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
        return issuing.jwks(self.host, self.ring)

    def jwk(self, key_id: str) -> dict[str, Any] | None:
        """Return one key of the JWT form, or None."""
        key = self.ring.find_jwt(key_id)
        return issuing.jwk(self.host, key) if key is not None else None

    def revoked(self, key_id: str) -> str | None:
        """Return since when a pair may be in other hands, as text; None for one that is not."""
        key = self.ring.find_jwt(key_id)
        return issuing.utc_text(key.revoked) if key is not None and key.revoked else None

    def status_list(self, number: int, places: tuple[int, ...]) -> StatusList:
        """Return the signed status list with these places set."""
        period = int(now().timestamp() // RENEW_LIST.total_seconds())
        return _signed_list(self, f"{self.base}/certificaat/status/{number}", places, period)

    def paper_keys(self) -> dict[str, str]:
        """Return every public key as the paper page wants it: id to base64url of 32 bytes.

        A key that may be in other hands is there without its bytes: the page says why it refuses.
        """
        return {
            key.id: base64.urlsafe_b64encode(
                key.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
            ).decode().rstrip("=") if key.revoked is None else ""
            for key in self.ring.issuer_keys
        }  # fmt: skip

    @property
    def can_issue(self) -> bool:
        """Whether a verifier could find this site: did:web asks for https, or one's own machine."""
        parts = urlsplit(self.base)
        return parts.scheme == "https" or parts.hostname in LOOPBACK


@lru_cache(maxsize=16)
def _signed_list(keeper: Keeper, url: str, places: tuple[int, ...], _period: int) -> StatusList:
    """Sign a list once a day for as long as nothing on it changes: long before it ends."""
    return status_list(url, places, keeper.ring, now())


@lru_cache(maxsize=4)
def _load(folder: Path, base: str, stamp: tuple[str, ...]) -> Keeper:
    if stamp:
        return Keeper(KeyRing.load(folder), base)
    try:
        return Keeper(KeyRing.make(folder, now()), base)
    except KeyProblem:  # another process of this site was first
        return Keeper(KeyRing.load(folder), base)


def keeper() -> Keeper:
    """Return the keys of this site; the first call on a new site makes them.

    New files in the folder (a key was renewed, or marked) are seen without a restart.
    """
    folder = keys_folder()
    keys = sorted(path.name for path in folder.glob("issuer-*.pem"))
    marks = sorted(
        f"{path.name}:{path.stat().st_mtime_ns}" for path in folder.glob("revoked-*.txt")
    )
    return _load(folder, site_url(""), (*keys, *marks))
