"""People, organisations, roles and sessions: facts and constraints."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.permissions import Role
from learnenv.kernel.privacy import ACCOUNT, ACCOUNTABILITY, SECURITY, personal, plain


class Tier(StrEnum):
    """Layer of government (bestuurslaag) of an organisation."""

    STATE = "rijk"
    PROVINCE = "provincie"
    MUNICIPALITY = "gemeente"
    WATER_BOARD = "waterschap"
    AGENCY = "uitvoeringsorganisatie"
    JOINT = "gemeenschappelijke regeling"
    EXTERNAL = "extern"


class Organisation(Base):
    """A government organisation, or an external party; organisations form a tree."""

    __tablename__ = "accounts_organisation"
    __table_args__ = (one_of("tier", Tier),)

    id: Mapped[int] = plain(Id, primary_key=True)
    name: Mapped[str] = plain(String(200), unique=True)
    tier: Mapped[str] = plain(String(40))
    parent_id: Mapped[int | None] = plain(Id, ForeignKey("accounts_organisation.id"), index=True)
    path: Mapped[str] = plain(String(400), index=True, default="")
    """Ids from the root down to itself, such as /1/7/: everything below starts with it."""
    created_at: Mapped[datetime] = plain()
    join_code: Mapped[str | None] = plain(String(20), unique=True)
    """What people without a mail domain type to belong here (feature j3); None for no code."""
    needs_approval: Mapped[bool] = plain(default=False)
    """Whether a manager says yes before somebody starts a course (feature a3)."""
    seats: Mapped[int | None] = plain()
    """How many different people may start a course in a calendar year; None for all (h6)."""
    merged_into_id: Mapped[int | None] = plain(Id, ForeignKey("accounts_organisation.id"))
    """The organisation it went up in. It stays as a part of that one, so history stays (h6)."""
    merged_at: Mapped[datetime | None] = plain()

    domains: Mapped[list["MailDomain"]] = relationship(lazy="raise_on_sql", cascade="all, delete")


class MailDomain(Base):
    """A mail domain whose users belong to an organisation (feature j3)."""

    __tablename__ = "accounts_mail_domain"

    domain: Mapped[str] = plain(String(253), primary_key=True)
    organisation_id: Mapped[int] = plain(Id, ForeignKey("accounts_organisation.id"), index=True)


class Person(Base):
    """Somebody with an account."""

    __tablename__ = "accounts_person"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    email: Mapped[str] = personal(ACCOUNT, String(320), unique=True)
    name: Mapped[str] = personal(ACCOUNT, String(200))
    """Name as it stands on a certificate."""
    password_hash: Mapped[str] = personal(SECURITY, String(200), default="")
    organisation_id: Mapped[int | None] = personal(
        ACCOUNT, Id, ForeignKey("accounts_organisation.id"), index=True
    )
    job_title: Mapped[str] = personal(ACCOUNT, String(120), default="")
    is_leader: Mapped[bool] = personal(ACCOUNT, default=False)
    """Whether the person leads others (leidinggevende); says nothing about rights."""
    language: Mapped[str] = personal(ACCOUNT, String(2), default="nl")
    is_active: Mapped[bool] = plain(default=True)
    """Whether the person can sign in: the address is confirmed and the account not blocked."""
    is_blocked: Mapped[bool] = plain(default=False)
    """Whether an administrator closed the account; no mailed link opens it again."""
    created_at: Mapped[datetime] = plain()

    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    roles: Mapped[list["RoleAssignment"]] = relationship(
        lazy="raise_on_sql", foreign_keys="RoleAssignment.person_id"
    )


class Scope(StrEnum):
    """What a role is about."""

    SITE = "site"
    ORGANISATION = "organisation"
    COURSE = "course"


class RoleAssignment(Base):
    """A role of a person, for the site, for one organisation or for one course."""

    __tablename__ = "accounts_role"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "scope", "scope_id"),
        one_of("role", Role),
        one_of("scope", Scope),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    person_id: Mapped[int] = personal(
        ACCOUNTABILITY, Id, ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[str] = plain(String(30))
    scope: Mapped[str] = plain(String(20), default=Scope.SITE)
    scope_id: Mapped[int] = plain(Id, default=0)
    """Id of the organisation or course; 0 for the site, because NULLs are never unique."""
    granted_at: Mapped[datetime] = plain()


class WebSession(Base):
    """A sign-in on one device; ending the row signs that device out at its next request (P18)."""

    __tablename__ = "accounts_session"

    id: Mapped[int] = plain(Id, primary_key=True)
    token_hash: Mapped[str] = personal(SECURITY, String(64), unique=True)
    person_id: Mapped[int] = personal(
        SECURITY, Id, ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    device: Mapped[str] = personal(SECURITY, String(200), default="")
    created_at: Mapped[datetime] = personal(SECURITY)
    last_seen_at: Mapped[datetime] = personal(SECURITY)
    ended_at: Mapped[datetime | None] = personal(SECURITY)
    view_as: Mapped[str] = plain(String(30), default="")
    """The role an administrator looks through ("bekijk als"); empty for the own ones."""


class TokenKind(StrEnum):
    """What a mailed link is for."""

    CONFIRM = "confirm"
    RECOVER = "recover"
    CHANGE_EMAIL = "change_email"
    INVITE = "invite"
    SETUP = "setup"


class MailedToken(Base):
    """A link that works once; only its hash is stored (P22)."""

    __tablename__ = "accounts_token"
    __table_args__ = (one_of("kind", TokenKind), Index("ix_accounts_token_email", "kind", "email"))

    id: Mapped[int] = plain(Id, primary_key=True)
    kind: Mapped[str] = plain(String(20))
    token_hash: Mapped[str] = personal(SECURITY, String(64), unique=True)
    email: Mapped[str] = personal(SECURITY, String(320))
    person_id: Mapped[int | None] = personal(
        SECURITY, Id, ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    organisation_id: Mapped[int | None] = plain(Id, ForeignKey("accounts_organisation.id"))
    role: Mapped[str] = plain(String(30), default="")
    created_at: Mapped[datetime] = plain()
    expires_at: Mapped[datetime] = plain()
    used_at: Mapped[datetime | None] = plain()


MODELS: tuple[type[Base], ...] = (
    Organisation,
    MailDomain,
    Person,
    RoleAssignment,
    WebSession,
    MailedToken,
)
