"""Codes of certificates: random, readable, and forgiving when typed."""

import base64
import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHORT_LENGTH = 12
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def new_code() -> str:
    """Return 128 random bits as 26 lower-case base32 characters (ASVS 11.5.1)."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def new_short_code() -> str:
    """Return 12 characters of Crockford base32: 60 random bits."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(SHORT_LENGTH))


def new_number(year: int) -> str:
    """Return a printed number of a year, such as 2026-4F7KQ2MB."""
    return f"{year}-" + "".join(secrets.choice(CROCKFORD) for _ in range(8))


def grouped(short_code: str) -> str:
    """Return a short code as it is printed: 4-4-4."""
    return "-".join(short_code[i : i + 4] for i in range(0, len(short_code), 4))


def normal_short_code(typed: str) -> str:
    """Return what was meant by a typed code: case, spaces, hyphens, I, L, O, U forgiven."""
    kept = "".join(c for c in typed.upper() if c.isalnum())
    return kept.translate(_MISREAD)[: SHORT_LENGTH + 1]
