"""The trail of a dossier: every step a line, each tied to the one before (f17, P31)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from learnenv.areas.certification.models import Dossier, StandingLine, TrailLine
from learnenv.kernel import chain
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Actor


def hash_of(line: TrailLine) -> str:
    """Return the hash a line must have."""
    parts: list[object] = [
        line.dossier_id, line.number, line.at.astimezone(UTC).isoformat(), line.actor_id,
        line.action, line.before, line.after, line.details,
    ]  # fmt: skip
    return chain.link(line.previous, parts)


def add(
    dossier: Dossier,
    action: str,
    *,
    actor: Actor | None,
    at: datetime,
    before: str = "",
    **details: Any,
) -> TrailLine:
    """Append a line. The caller holds the dossier's row, so that no two come at once."""
    last = db.session.execute(
        select(TrailLine.number, TrailLine.hash)
        .where(TrailLine.dossier_id == dossier.id)
        .order_by(TrailLine.number.desc())
        .limit(1)
    ).one_or_none()
    line = TrailLine(
        dossier_id=dossier.id,
        number=last.number + 1 if last else 1,
        at=at,
        actor_id=actor.person_id if actor else None,
        action=action,
        before=before or dossier.state,
        after=dossier.state,
        details=details,
        previous=last.hash if last else "",
        hash="",
    )
    line.hash = hash_of(line)
    db.session.add(line)
    db.session.flush()
    return line


def broken(lines: Iterable[TrailLine]) -> list[int]:
    """Return the numbers of lines, oldest first, that do not fit the chain."""
    found, previous = [], ""
    for line in lines:
        if line.previous != previous or line.hash != hash_of(line):
            found.append(line.number)
        previous = line.hash
    return found


def standing_hash(line: StandingLine) -> str:
    """Return the hash a line of the register must have."""
    parts: list[object] = [
        line.registration_id, line.from_on.isoformat(), line.until_on.isoformat(),
        line.valid_from.isoformat(), line.standing,
        line.scheme_id, line.themes, line.reason, line.at.astimezone(UTC).isoformat(),
        line.actor_id,
    ]  # fmt: skip
    return chain.link(line.previous, parts)


def broken_standing(lines: Iterable[StandingLine]) -> list[int]:
    """Return the ids of register lines, oldest first, that do not fit the chain."""
    found, previous = [], ""
    for line in lines:
        if line.previous != previous or line.hash != standing_hash(line):
            found.append(line.id)
        previous = line.hash
    return found
