"""Chains of hashes: each entry of a history holds the hash of the one before (P31)."""

import hashlib
import json
from collections.abc import Sequence


def link(previous: str, parts: Sequence[object]) -> str:
    """Return the SHA-256, in hexadecimal, of an entry and by `previous` of all before it.

    Keys are sorted: PostgreSQL gives the keys of a stored object back in an order of its own.
    """
    written = json.dumps([previous, *parts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()
