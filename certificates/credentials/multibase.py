"""Keys and signatures as text: base58btc and Multikey (Controlled Identifiers 1.0)."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE58BTC = "z"
ED25519_PUBLIC = b"\xed\x01"
"""The multicodec prefix that says: an Ed25519 public key follows."""
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_MAX_LENGTH = 200
"""More than any key or signature of ours; decoding takes quadratic time, so length is bounded."""


class MultibaseProblem(ValueError):  # noqa: N818
    """Text that is no base58btc, or no key."""


def encode(data: bytes) -> str:
    """Return bytes as multibase base58btc."""
    number, letters = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = ALPHABET[rest] + letters
    zeros = len(data) - len(data.lstrip(b"\0"))
    return BASE58BTC + ALPHABET[0] * zeros + letters


def decode(text: str) -> bytes:
    """Return the bytes of multibase base58btc; only the one way we would write them is accepted."""
    if not text.startswith(BASE58BTC) or len(text) > _MAX_LENGTH:
        raise MultibaseProblem("not base58btc")
    number = 0
    for letter in text[1:]:
        if letter not in _VALUES:
            raise MultibaseProblem("not base58btc")
        number = number * 58 + _VALUES[letter]
    zeros = len(text[1:]) - len(text[1:].lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey(key: Ed25519PublicKey) -> str:
    """Return a public key as the value of `publicKeyMultibase`."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return encode(ED25519_PUBLIC + raw)


def from_multikey(text: str) -> Ed25519PublicKey:
    """Return the public key of a `publicKeyMultibase` value."""
    data = decode(text)
    if not data.startswith(ED25519_PUBLIC) or len(data) != len(ED25519_PUBLIC) + 32:
        raise MultibaseProblem("not an Ed25519 public key")
    return Ed25519PublicKey.from_public_bytes(data[len(ED25519_PUBLIC) :])
