"""Recovering an account, and changing what stands in it."""

from contextlib import nullcontext
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.accounts import mails, organisations, passwords
from learnenv.accounts.events import PersonMoved
from learnenv.accounts.models import (
    Organisation,
    Person,
    TokenKind,
)
from learnenv.accounts.services.sessions import end_sessions
from learnenv.accounts.services.tokens import (
    demand_password,
    new_token,
    normal_email,
    person_of,
    spend_tokens,
    take_token,
)
from learnenv.kernel import audit, throttle
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from learnenv.kernel.events import publish
from learnenv.kernel.i18n import DEFAULT_LANGUAGE
from learnenv.kernel.permissions import Actor
from learnenv.kernel.transaction import in_vain


def ask_recovery(*, email: str, origin: str) -> None:
    """Mail a recovery link when the account exists; the caller cannot tell (P21)."""
    throttle.check("recover", origin, limit=10, seconds=3600)
    throttle.hit("recover", origin, seconds=3600)
    address = email.strip().lower()[:320]
    person = db.session.scalar(select(Person).where(Person.email == address, Person.is_active))
    if person is not None:
        _mail_recovery(person)
    else:
        with in_vain():
            _mail_recovery(Person(email=address, name=address, language=DEFAULT_LANGUAGE))


def _mail_recovery(person: Person) -> None:
    spend_tokens(TokenKind.RECOVER, person.email)
    mails.recovery(person, new_token(TokenKind.RECOVER, email=person.email, person=person))


def recover(token: str, *, password: str) -> Person:
    """Set a new password with a recovery link, and sign out everywhere."""
    passwords.check_strength(password)
    row = take_token(token, TokenKind.RECOVER)
    person = person_of(row.person_id)
    person.password_hash = passwords.make_hash(password)
    end_sessions(person.id)
    return person


def change_password(*, person: Person, current: str, new: str, token: str) -> None:
    """Change the password; every other session ends (P18)."""
    passwords.check_strength(new, email=person.email, field="new")
    demand_password(person, current, field="current")
    person.password_hash = passwords.make_hash(new)
    db.session.add(person)
    end_sessions(person.id, except_token=token)


def ask_email_change(*, person: Person, email: str, password: str) -> None:
    """Mail a link to the new address; nothing changes until it is followed."""
    address = normal_email(email)
    demand_password(person, password, field="password")
    spend_tokens(TokenKind.CHANGE_EMAIL, address)
    is_free = db.session.scalar(select(Person.id).where(Person.email == address)) is None
    with nullcontext() if is_free else in_vain():
        mails.email_change(
            person, address, new_token(TokenKind.CHANGE_EMAIL, email=address, person=person)
        )


def change_email(token: str) -> Person:
    """Change the address that a link was mailed to; recovery links of the old one die (P22)."""
    row = take_token(token, TokenKind.CHANGE_EMAIL)
    person = person_of(row.person_id)
    if db.session.scalar(select(Person.id).where(Person.email == row.email)) is not None:
        raise InvalidInputError(_("This address is in use by another account."))
    spend_tokens(TokenKind.RECOVER, person.email)
    person.email = row.email
    end_sessions(person.id)
    return person


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What people say about themselves."""

    name: str
    job_title: str
    is_leader: bool
    language: str
    organisation_id: int | None


def change_profile(*, person: Person, profile: Profile, actor: Actor) -> None:
    """Change the profile. Moving to another organisation shows at the next request (P4)."""
    old = person.organisation_id
    if profile.organisation_id is not None and profile.organisation_id != old:
        found = db.session.get(Organisation, profile.organisation_id)
        if found is None:
            raise NotFoundError
        home = organisations.organisation_of(person.email)
        if home is not None and found.id != home:
            # the mail domain proves where somebody works; a manager must not gain strangers
            raise InvalidInputError(
                _(
                    "Your e-mail address belongs to another organisation. "
                    "Change your address first."
                ),
                field="organisation_id",
            )
    person.name = profile.name.strip()
    person.job_title = profile.job_title.strip()
    person.is_leader = profile.is_leader
    person.language = profile.language
    person.organisation_id = profile.organisation_id
    db.session.flush()
    if person.organisation_id != old:
        audit.record("person.moved", f"person:{person.id}", actor=actor)
        publish(PersonMoved(person_id=person.id, old=old, new=person.organisation_id))
