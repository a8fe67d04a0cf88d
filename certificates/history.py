"""What happened to a certificate, as a chain: each entry holds the hash of the one before (P31)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select

from certificates.models import HistoryEntry
from learnenv.kernel import chain
from learnenv.kernel.db import db


def hash_of(
    *,
    previous: str,
    certificate_id: int,
    at: datetime,
    status: str,
    reason: str,
    actor_id: int | None,
    second_id: int | None,
) -> str:
    """Return the SHA-256 of an entry and of all before it, in hexadecimal."""
    moment = at.astimezone(UTC).isoformat()
    return chain.link(previous, [certificate_id, moment, status, reason, actor_id, second_id])


def append(
    certificate_id: int,
    *,
    status: str,
    reason: str,
    at: datetime,
    actor_id: int | None = None,
    second_id: int | None = None,
) -> None:
    """Add an entry. The caller holds the certificate's row, so that no two come at once."""
    last = db.session.scalar(
        select(HistoryEntry.hash)
        .where(HistoryEntry.certificate_id == certificate_id)
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )
    previous = last or ""
    digest = hash_of(
        previous=previous,
        certificate_id=certificate_id,
        at=at,
        status=status,
        reason=reason,
        actor_id=actor_id,
        second_id=second_id,
    )
    db.session.add(
        HistoryEntry(
            certificate_id=certificate_id,
            at=at,
            status=status,
            reason=reason,
            actor_id=actor_id,
            second_id=second_id,
            previous=previous,
            hash=digest,
        )
    )
    db.session.flush()


def broken(entries: Iterable[HistoryEntry]) -> list[int]:
    """Return the ids of entries, oldest first, that do not fit the chain."""
    found, previous = [], ""
    for entry in entries:
        right = hash_of(
            previous=previous,
            certificate_id=entry.certificate_id,
            at=entry.at,
            status=entry.status,
            reason=entry.reason,
            actor_id=entry.actor_id,
            second_id=entry.second_id,
        )
        if entry.previous != previous or entry.hash != right:
            found.append(entry.id)
        previous = entry.hash
    return found
