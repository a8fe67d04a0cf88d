"""Becoming somebody: signing up, being invited, setting a site up."""

from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.accounts import mails, organisations, passwords
from learnenv.accounts.errors import DeadLinkError
from learnenv.accounts.models import (
    MailedToken,
    Organisation,
    Person,
    Scope,
    TokenKind,
)
from learnenv.accounts.services.roles import assign
from learnenv.accounts.services.tokens import (
    new_token,
    normal_email,
    person_of,
    spend_tokens,
    take_token,
    token_hash,
)
from learnenv.kernel import audit, throttle
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.transaction import in_vain


def sign_up(
    *,
    email: str,
    name: str,
    password: str,
    language: str,
    origin: str,
    code: str = "",
    target: str = "",
) -> None:
    """Ask for an account. The answer is the same whether the address is known or not (P21).

    `code` is the one an organisation hands out; a mail domain says more and goes first. `target`
    is the path where the visitor was going; the link in the mail leads there.
    """
    address = normal_email(email)
    passwords.check_strength(password, email=address)
    throttle.check("signup", origin, limit=20, seconds=3600)
    throttle.hit("signup", origin, seconds=3600)
    place = organisations.organisation_by_code(code).id if code.strip() else None
    place = organisations.organisation_of(address) or place
    password_hash = passwords.make_hash(password)
    existing = db.session.scalar(select(Person).where(Person.email == address))
    if existing is not None and existing.is_blocked:
        with in_vain():
            mails.already_known(existing)
        return
    if existing is not None and existing.is_active:
        mails.already_known(existing, target)
        return
    spend_tokens(TokenKind.CONFIRM, address)  # only the link of the last password opens it
    db.session.execute(
        insert(Person)
        .values(
            email=address,
            name=name.strip(),
            password_hash=password_hash,
            organisation_id=place,
            job_title="",
            is_leader=False,
            language=language,
            is_active=False,
            is_blocked=False,
            created_at=now(),
        )
        .on_conflict_do_update(
            index_elements=["email"],
            set_={
                "name": name.strip(),
                "password_hash": password_hash,
                "organisation_id": place,
            },
        )
    )
    person = db.session.scalars(select(Person).where(Person.email == address)).one()
    mails.confirm(person, new_token(TokenKind.CONFIRM, email=address, person=person), target)


def confirm(token: str) -> Person:
    """Open the account that a confirmation link is for."""
    row = take_token(token, TokenKind.CONFIRM)
    person = person_of(row.person_id)
    if person.is_blocked:
        raise NotFoundError(_("This account is blocked. Ask your administrator."))
    person.is_active = True
    person.organisation_id = person.organisation_id or organisations.organisation_of(person.email)
    return person


def invite(
    *, email: str, organisation: Organisation | None, role: Role | None, actor: Actor
) -> str:
    """Mail an invitation for an account in `organisation`; return its token."""
    address = normal_email(email)
    token = new_token(
        TokenKind.INVITE,
        email=address,
        organisation_id=organisation.id if organisation else None,
        role=role or "",
    )
    mails.invitation(
        address, token, organisation.name if organisation else "", actor.name, actor.language
    )
    audit.record("person.invited", f"mail:{token_hash(address)[:12]}", actor=actor, role=role or "")
    return token


def invitation(token: str) -> MailedToken:
    """Return the invitation or set-up link, if it still works, without using it."""
    row = db.session.scalar(
        select(MailedToken).where(
            MailedToken.token_hash == token_hash(token),
            MailedToken.kind.in_((TokenKind.INVITE, TokenKind.SETUP)),
            MailedToken.used_at.is_(None),
            MailedToken.expires_at > now(),
        )
    )
    if row is None:
        raise DeadLinkError(TokenKind.INVITE)
    return row


def accept_invitation(
    token: str, *, name: str, password: str, language: str, email: str = ""
) -> Person:
    """Make the account that an invitation (or the first set-up link) promises."""
    row = invitation(token)
    address = row.email or normal_email(email)
    passwords.check_strength(password, email=address)
    take_token(token, TokenKind(row.kind))
    person = db.session.scalar(select(Person).where(Person.email == address))
    if person is None:
        person = Person(email=address, created_at=now(), language=language)
        db.session.add(person)
    elif person.is_blocked or (person.is_active and person.password_hash):
        raise InvalidInputError(_("You already have an account. Sign in with it."))
    person.name = name.strip()
    person.password_hash = passwords.make_hash(password)
    person.is_active = True
    person.organisation_id = row.organisation_id or organisations.organisation_of(address)
    db.session.flush()
    if row.role:
        assign(person, Role(row.role), Scope.ORGANISATION, row.organisation_id)
    return person


def setup_token() -> str | None:
    """Make the one-time link of a first start, or return None when people exist already."""
    if db.session.scalar(select(Person.id).limit(1)) is not None:
        return None
    return new_token(TokenKind.SETUP, email="", role=Role.ADMINISTRATOR)
