"""The small signed token behind the # of the QR: paper that can be checked without a network.

A browser never sends what is behind the #, so the holder's name does not reach any server. The
token is a compact JWS (RFC 7515) with EdDSA (RFC 8037), written here by hand: it is two lines, and
a page with WebCrypto reads it without a library.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature

from certificates.credentials.keys import IssuerKey, KeyRing

ORDINARY_SIZE = 360
"""Up to here the QR stays at version 14, which prints well at 34 mm."""
_MAX_SIZE = 4000


class FragmentProblem(ValueError):  # noqa: N818
    """A token that is not ours, or not as we made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FragmentClaims:
    """What the paper says."""

    code: str
    holder_name: str
    title: str
    issued_on: date
    valid_until: date | None
    key_id: str


def make(
    *,
    code: str,
    holder_name: str,
    title: str,
    issued_on: date,
    valid_until: date | None,
    key: IssuerKey,
) -> str:
    """Return the token. Names of claims are one letter, because every letter is ink."""
    claims = {"c": code, "n": holder_name, "t": title, "i": issued_on.isoformat()}
    if valid_until is not None:
        claims["u"] = valid_until.isoformat()
    signed = f"{_pack({'alg': 'EdDSA', 'kid': key.id})}.{_pack(claims)}"
    return f"{signed}.{_text(key.sign(signed.encode()))}"


def read(token: str, ring: KeyRing) -> FragmentClaims:
    """Return what a token says when one of our keys signed it. Dates are the caller's to judge."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _MAX_SIZE:  # noqa: PLR2004
        raise FragmentProblem("not a token")
    header, claims = _unpack(parts[0]), _unpack(parts[1])
    if set(header) != {"alg", "kid"} or header["alg"] != "EdDSA":
        raise FragmentProblem("not a token of ours")
    key = ring.find(str(header["kid"]))
    if key is None:
        raise FragmentProblem("unknown key")
    if key.revoked is not None:
        # It says a day and no moment, and whoever has the key may write any day.
        raise FragmentProblem("a key that may be in other hands")
    try:
        key.public.verify(_bytes(parts[2]), f"{parts[0]}.{parts[1]}".encode())
    except InvalidSignature as error:
        raise FragmentProblem("the signature is not right") from error
    try:
        return FragmentClaims(
            code=claims["c"],
            holder_name=claims["n"],
            title=claims["t"],
            issued_on=date.fromisoformat(claims["i"]),
            valid_until=date.fromisoformat(claims["u"]) if "u" in claims else None,
            key_id=key.id,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FragmentProblem("not a token of ours") from error


def _pack(value: dict[str, str]) -> str:
    return _text(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Decode base64url, and only as we write it: two spellings of one token are one too many."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise FragmentProblem("not base64url") from error
    if _text(data) != text:
        raise FragmentProblem("not base64url as we write it")
    return data


def _unpack(text: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(text))
    except (ValueError, RecursionError) as error:
        raise FragmentProblem("not a token") from error
    if not isinstance(value, dict):
        raise FragmentProblem("not a token")
    return value
