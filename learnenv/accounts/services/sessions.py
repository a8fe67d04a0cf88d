"""Signing in and out. A session is a row, so that it can be ended."""

import secrets

from flask_babel import gettext as _
from sqlalchemy import select, update

from learnenv.accounts import passwords
from learnenv.accounts.models import (
    Person,
    WebSession,
)
from learnenv.accounts.services.tokens import TRIES_PER_ACCOUNT, WINDOW_SECONDS, token_hash
from learnenv.kernel import audit, throttle
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.transaction import pause

TRIES_PER_ORIGIN = 60


def sign_in(*, email: str, password: str, device: str, origin: str) -> tuple[str, Person] | None:
    """Check the password and open a session; return its secret token, or None when wrong.

    Raises TooManyError after ten wrong tries for one account from one place in a quarter; from
    elsewhere the owner can still get in (P20).
    """
    address = email.strip().lower()[:320]
    throttle.check("signin", origin, limit=TRIES_PER_ORIGIN, seconds=WINDOW_SECONDS)
    throttle.check("signin", origin, address, limit=TRIES_PER_ACCOUNT, seconds=WINDOW_SECONDS)
    person = db.session.scalar(select(Person).where(Person.email == address))
    known_hash = person.password_hash if person and person.is_active else ""
    pause()  # argon2 takes a tenth of a second; nobody should wait for the write lock meanwhile
    if not passwords.verify(password, known_hash) or person is None:
        throttle.hit("signin", origin, seconds=WINDOW_SECONDS)
        throttle.hit("signin", origin, address, seconds=WINDOW_SECONDS)
        return None
    return open_session(person, device=device), person


def open_session(person: Person, *, device: str) -> str:
    """Open a session and return its secret token (256 random bits)."""
    token = secrets.token_urlsafe(32)
    moment = now()
    db.session.add(
        WebSession(
            token_hash=token_hash(token),
            person_id=person.id,
            device=device[:200],
            created_at=moment,
            last_seen_at=moment,
        )
    )
    db.session.flush()
    return token


def end_session(token: str) -> None:
    """Sign out on this device."""
    db.session.execute(
        update(WebSession)
        .where(WebSession.token_hash == token_hash(token), WebSession.ended_at.is_(None))
        .values(ended_at=now())
    )


def end_sessions(person_id: int, *, except_token: str | None = None) -> int:
    """Sign out everywhere, or everywhere but here; return how many sessions ended."""
    query = update(WebSession).where(
        WebSession.person_id == person_id, WebSession.ended_at.is_(None)
    )
    if except_token:
        query = query.where(WebSession.token_hash != token_hash(except_token))
    return int(db.session.execute(query.values(ended_at=now())).rowcount)  # type: ignore[attr-defined]


def end_one_session(person_id: int, session_id: int) -> None:
    """Sign out one device of one's own."""
    ended = db.session.execute(
        update(WebSession)
        .where(WebSession.id == session_id, WebSession.person_id == person_id)
        .values(ended_at=now())
    )
    if not ended.rowcount:  # type: ignore[attr-defined]
        raise NotFoundError


def look_as(*, token: str, role: Role | None, actor: Actor) -> None:
    """Look at the site as somebody with `role` would; None for as oneself again.

    Only what one sees changes: rights are taken, never given, and nothing can be written.
    """
    if role is not None and role == Role.ADMINISTRATOR:
        raise InvalidInputError(_("You are an administrator already."), field="role")
    db.session.execute(
        update(WebSession)
        .where(WebSession.token_hash == token_hash(token))
        .values(view_as=role.value if role else "")
    )
    audit.record("session.looks_as", f"person:{actor.id}", actor=actor, role=role or "self")
