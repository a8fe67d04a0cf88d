"""Addresses of handlers for outside services: signed, for one handler, for two days."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

LIFE_SECONDS = 2 * 24 * 3600


def _signer() -> URLSafeTimedSerializer:
    """Old keys still read, so that a new key does not break what is under way."""
    fallbacks = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    keys = [*reversed(fallbacks), str(current_app.config["SECRET_KEY"])]
    return URLSafeTimedSerializer(keys, salt="xblock-handler")


def make(slug: str, block_id: str, handler: str) -> str:
    """Return a token for one handler of one block."""
    return str(_signer().dumps([slug, block_id, handler]))


def is_good(token: str, slug: str, block_id: str, handler: str) -> bool:
    """Whether the token is ours, for exactly this, and not too old."""
    try:
        found = _signer().loads(token, max_age=LIFE_SECONDS)
    except BadData:
        return False
    return bool(found == [slug, block_id, handler])
