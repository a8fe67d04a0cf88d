"""The verbs of people and organisations. They flush and publish; they never commit."""

import hashlib
import secrets
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import select, update

from learnenv.accounts import mails, organisations, passwords
from learnenv.accounts.errors import DeadLinkError
from learnenv.accounts.events import PersonMoved
from learnenv.accounts.models import (
    MailedToken,
    Organisation,
    Person,
    RoleAssignment,
    Scope,
    TokenKind,
    WebSession,
)
from learnenv.kernel import audit, throttle
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.events import publish
from learnenv.kernel.i18n import DEFAULT_LANGUAGE
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.transaction import in_vain, pause

TOKEN_LIFE = {
    TokenKind.CONFIRM: timedelta(days=2),
    TokenKind.RECOVER: timedelta(minutes=60),
    TokenKind.CHANGE_EMAIL: timedelta(minutes=60),
    TokenKind.INVITE: timedelta(days=14),
    TokenKind.SETUP: timedelta(hours=1),
}
TRIES_PER_ACCOUNT = 10
TRIES_PER_ORIGIN = 60
WINDOW_SECONDS = 15 * 60
CERTIFIERS = frozenset({Role.COORDINATOR, Role.ASSESSOR, Role.DECISION_MAKER})
STAFF = CERTIFIERS | {
    Role.ADMINISTRATOR, Role.AUTHOR, Role.PROGRAMME_MANAGER, Role.MODERATOR,
}  # fmt: skip
GRANTABLE = STAFF | {Role.MANAGER}


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


# --- becoming somebody -----------------------------------------------------------------------


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
    _spend_tokens(TokenKind.CONFIRM, address)  # only the link of the last password opens it
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
    mails.confirm(person, _new_token(TokenKind.CONFIRM, email=address, person=person), target)


def confirm(token: str) -> Person:
    """Open the account that a confirmation link is for."""
    row = take_token(token, TokenKind.CONFIRM)
    person = _person(row.person_id)
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
    token = _new_token(
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
        _assign(person, Role(row.role), Scope.ORGANISATION, row.organisation_id)
    return person


def setup_token() -> str | None:
    """Make the one-time link of a first start, or return None when people exist already."""
    if db.session.scalar(select(Person.id).limit(1)) is not None:
        return None
    return _new_token(TokenKind.SETUP, email="", role=Role.ADMINISTRATOR)


# --- signing in and out ----------------------------------------------------------------------


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


# --- recovering and changing -----------------------------------------------------------------


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
    _spend_tokens(TokenKind.RECOVER, person.email)
    mails.recovery(person, _new_token(TokenKind.RECOVER, email=person.email, person=person))


def recover(token: str, *, password: str) -> Person:
    """Set a new password with a recovery link, and sign out everywhere."""
    passwords.check_strength(password)
    row = take_token(token, TokenKind.RECOVER)
    person = _person(row.person_id)
    person.password_hash = passwords.make_hash(password)
    end_sessions(person.id)
    return person


def change_password(*, person: Person, current: str, new: str, token: str) -> None:
    """Change the password; every other session ends (P18)."""
    passwords.check_strength(new, email=person.email, field="new")
    _demand_password(person, current, field="current")
    person.password_hash = passwords.make_hash(new)
    db.session.add(person)
    end_sessions(person.id, except_token=token)


def ask_email_change(*, person: Person, email: str, password: str) -> None:
    """Mail a link to the new address; nothing changes until it is followed."""
    address = normal_email(email)
    _demand_password(person, password, field="password")
    _spend_tokens(TokenKind.CHANGE_EMAIL, address)
    is_free = db.session.scalar(select(Person.id).where(Person.email == address)) is None
    with nullcontext() if is_free else in_vain():
        mails.email_change(
            person, address, _new_token(TokenKind.CHANGE_EMAIL, email=address, person=person)
        )


def change_email(token: str) -> Person:
    """Change the address that a link was mailed to; recovery links of the old one die (P22)."""
    row = take_token(token, TokenKind.CHANGE_EMAIL)
    person = _person(row.person_id)
    if db.session.scalar(select(Person.id).where(Person.email == row.email)) is not None:
        raise InvalidInputError(_("This address is in use by another account."))
    _spend_tokens(TokenKind.RECOVER, person.email)
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


def grant_role(
    *, person: Person, role: Role, scope: Scope, scope_id: int | None, actor: Actor
) -> None:
    """Give a role. Nobody changes his own roles; sessions of the person end (P18)."""
    if actor.person_id == person.id:
        raise ForbiddenError(_("You cannot change your own roles. Ask a colleague."))
    if role not in GRANTABLE:
        raise InvalidInputError(_("This role cannot be given."), field="role")
    if role == Role.MANAGER and (scope != Scope.ORGANISATION or not scope_id):
        raise InvalidInputError(_("Choose the organisation of this manager."), field="scope_id")
    if scope == Scope.COURSE and not (role == Role.AUTHOR and scope_id):
        raise InvalidInputError(_("Only an author has a role for one course."), field="course_id")
    _assign(person, role, scope, scope_id)
    end_sessions(person.id)
    audit.record(
        "role.granted", f"person:{person.id}", actor=actor, role=role, scope=f"{scope}:{scope_id}"
    )


def withdraw_role(*, assignment: RoleAssignment, actor: Actor) -> None:
    """Take a role away; sessions of the person end."""
    if actor.person_id == assignment.person_id:
        raise ForbiddenError(_("You cannot change your own roles. Ask a colleague."))
    audit.record(
        "role.withdrawn", f"person:{assignment.person_id}", actor=actor, role=assignment.role
    )
    end_sessions(assignment.person_id)
    db.session.delete(assignment)


def set_active(*, person: Person, active: bool, actor: Actor) -> None:
    """Block an account or open it again; blocking ends its sessions."""
    if actor.person_id == person.id:
        raise ForbiddenError(_("You cannot block your own account."))
    person.is_active = active
    person.is_blocked = not active
    end_sessions(person.id)
    audit.record(
        "person.opened" if active else "person.blocked", f"person:{person.id}", actor=actor
    )


# --- inside ----------------------------------------------------------------------------------


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


def _new_token(
    kind: TokenKind,
    *,
    email: str,
    person: Person | None = None,
    organisation_id: int | None = None,
    role: str = "",
) -> str:
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


def _spend_tokens(kind: TokenKind, email: str) -> None:
    db.session.execute(
        update(MailedToken)
        .where(MailedToken.kind == kind, MailedToken.email == email, MailedToken.used_at.is_(None))
        .values(used_at=now())
    )


def _demand_password(person: Person, password: str, *, field: str) -> None:
    """Ask for the password again; a wrong one is counted if the caller keeps what was written."""
    throttle.check("password", str(person.id), limit=TRIES_PER_ACCOUNT, seconds=WINDOW_SECONDS)
    if not passwords.verify(password, person.password_hash):
        throttle.hit("password", str(person.id), seconds=WINDOW_SECONDS)
        raise InvalidInputError(_("This is not your current password."), field=field)


def _person(person_id: int | None) -> Person:
    person = db.session.get(Person, person_id) if person_id else None
    if person is None:
        raise NotFoundError
    return person


def _assign(person: Person, role: Role, scope: Scope, scope_id: int | None) -> None:
    """Write a role down: a manager's is about an organisation, an author's may be of a course."""
    kinds = {Role.MANAGER: Scope.ORGANISATION, Role.AUTHOR: Scope.COURSE}
    on_site = scope != kinds.get(role)
    db.session.execute(
        insert(RoleAssignment)
        .values(
            person_id=person.id,
            role=role,
            scope=Scope.SITE if on_site else scope,
            scope_id=0 if on_site else (scope_id or 0),
            granted_at=now(),
        )
        .on_conflict_do_nothing(index_elements=["person_id", "role", "scope", "scope_id"])
    )
