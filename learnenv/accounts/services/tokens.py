"""Mailed links, and small checks that the other parts share."""

import hashlib
import secrets
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import update

from learnenv.accounts import passwords
from learnenv.accounts.errors import DeadLinkError
from learnenv.accounts.models import (
    MailedToken,
    Person,
    TokenKind,
)
from learnenv.kernel import throttle
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError, NotFoundError

TOKEN_LIFE = {
    TokenKind.CONFIRM: timedelta(days=2),
    TokenKind.RECOVER: timedelta(minutes=60),
    TokenKind.CHANGE_EMAIL: timedelta(minutes=60),
    TokenKind.INVITE: timedelta(days=14),
    TokenKind.SETUP: timedelta(hours=1),
}
TRIES_PER_ACCOUNT = 10
WINDOW_SECONDS = 15 * 60


def token_hash(token: str) -> str:
    """Return what is stored of a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()


def normal_email(text: str, *, field: str = "email") -> str:
    """Return the address in its one written form; raise InvalidInputError when it is none."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise InvalidInputError(
            _("Enter a valid e-mail address, such as name@organisation.nl."), field=field
        ) from None
    return checked.normalized.lower()


def take_token(token: str, kind: TokenKind) -> MailedToken:
    """Use a mailed link up: of eight parallel uses one succeeds (P22)."""
    moment = now()
    used = db.session.execute(
        update(MailedToken)
        .where(
            MailedToken.token_hash == token_hash(token),
            MailedToken.kind == kind,
            MailedToken.used_at.is_(None),
            MailedToken.expires_at > moment,
        )
        .values(used_at=moment)
        .returning(MailedToken.id)
    ).scalar()
    row = db.session.get(MailedToken, used) if used is not None else None
    if row is None:
        raise DeadLinkError(kind)
    return row


def new_token(
    kind: TokenKind,
    *,
    email: str,
    person: Person | None = None,
    organisation_id: int | None = None,
    role: str = "",
) -> str:
    """Return a secret that works once and for a while; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    moment: datetime = now()
    db.session.add(
        MailedToken(
            kind=kind,
            token_hash=token_hash(token),
            email=email,
            person_id=person.id if person else None,
            organisation_id=organisation_id,
            role=role,
            created_at=moment,
            expires_at=moment + TOKEN_LIFE[kind],
        )
    )
    db.session.flush()
    return token


def spend_tokens(kind: TokenKind, email: str) -> None:
    """Let the links of this kind that this address was mailed work no longer."""
    db.session.execute(
        update(MailedToken)
        .where(MailedToken.kind == kind, MailedToken.email == email, MailedToken.used_at.is_(None))
        .values(used_at=now())
    )


def demand_password(person: Person, password: str, *, field: str) -> None:
    """Ask for the password again; a wrong one is counted if the caller keeps what was written."""
    throttle.check("password", str(person.id), limit=TRIES_PER_ACCOUNT, seconds=WINDOW_SECONDS)
    if not passwords.verify(password, person.password_hash):
        throttle.hit("password", str(person.id), seconds=WINDOW_SECONDS)
        raise InvalidInputError(_("This is not your current password."), field=field)


def person_of(person_id: int | None) -> Person:
    """Return the person of a link. Raises NotFoundError when there is none any more."""
    person = db.session.get(Person, person_id) if person_id else None
    if person is None:
        raise NotFoundError
    return person
