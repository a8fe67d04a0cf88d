"""What the pages of accounts show: loaded and sorted, a fixed number of queries per page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from learnenv.accounts.errors import DeadLinkError
from learnenv.accounts.identity import ABSOLUTE
from learnenv.accounts.models import (
    MailDomain,
    MailedToken,
    Organisation,
    Person,
    RoleAssignment,
    Scope,
    TokenKind,
    WebSession,
)
from learnenv.accounts.services import token_hash
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.models import AuditEntry, OutboxMail, Setting
from learnenv.kernel.permissions import Actor, Role

PAGE_SIZE = 25
TREE_PAGE_SIZE = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a long list."""

    items: Sequence[T]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An organisation in the tree, with how deep it hangs and how many people it has."""

    organisation: Organisation
    parent: str
    depth: int
    people: int


def _shape(total: int, number: int, size: int) -> tuple[int, int]:
    pages = max(1, -(-total // size))
    return min(max(1, number), pages), pages


def _page(
    query: Select[*tuple[Any, ...]], total: int, number: int
) -> tuple[Select[*tuple[Any, ...]], int, int]:
    number, pages = _shape(total, number, PAGE_SIZE)
    return query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE), number, pages


# --- people ----------------------------------------------------------------------------------


def person(person_id: int) -> Person:
    """Return a person with organisation and roles; NotFoundError when there is none."""
    found = db.session.scalar(
        select(Person)
        .where(Person.id == person_id)
        .options(joinedload(Person.organisation), selectinload(Person.roles))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError
    return found


def people(*, search: str, organisation_id: int | None, number: int) -> Page[Person]:
    """Return people whose name or address contains `search`, by name."""
    conditions: list[ColumnElement[bool]] = []
    if search:
        conditions.append(
            or_(
                Person.name.icontains(search, autoescape=True),
                Person.email.icontains(search, autoescape=True),
            )
        )
    if organisation_id is not None:
        conditions.append(Person.organisation_id == organisation_id)
    total = db.session.scalar(select(func.count(Person.id)).where(*conditions)) or 0
    query = (
        select(Person)
        .where(*conditions)
        .options(joinedload(Person.organisation), selectinload(Person.roles))
        .order_by(func.lower(Person.name), Person.id)
    )
    limited, number, pages = _page(query, total, number)
    return Page(items=db.session.scalars(limited).all(), number=number, pages=pages, total=total)


def assignment(person_id: int, assignment_id: int) -> RoleAssignment:
    """Return a role of this person; NotFoundError when it is somebody else's."""
    found = db.session.scalar(
        select(RoleAssignment).where(
            RoleAssignment.id == assignment_id, RoleAssignment.person_id == person_id
        )
    )
    if found is None:
        raise NotFoundError
    return found


def places(roles: Sequence[RoleAssignment]) -> dict[int, str]:
    """Return the names of the organisations that roles are about, by id."""
    ids = {role.scope_id for role in roles if role.scope == Scope.ORGANISATION and role.scope_id}
    rows = db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def has_people() -> bool:
    """Whether anybody has an account."""
    return db.session.scalar(select(Person.id).limit(1)) is not None


def sessions(person_id: int) -> Sequence[WebSession]:
    """Return where a person is signed in, the last used first."""
    return db.session.scalars(
        select(WebSession)
        .where(
            WebSession.person_id == person_id,
            WebSession.ended_at.is_(None),
            WebSession.created_at > now() - ABSOLUTE,
        )
        .order_by(WebSession.last_seen_at.desc(), WebSession.id.desc())
    ).all()


def mailed_link(token: str, kind: TokenKind) -> MailedToken:
    """Return what a mailed link is for, without using it; NotFoundError when it is dead."""
    found = db.session.scalar(
        select(MailedToken).where(
            MailedToken.token_hash == token_hash(token),
            MailedToken.kind == kind,
            MailedToken.used_at.is_(None),
            MailedToken.expires_at > now(),
        )
    )
    if found is None:
        raise DeadLinkError(kind)
    return found


# --- organisations ---------------------------------------------------------------------------


def organisation(organisation_id: int) -> Organisation:
    """Return an organisation with its mail domains; NotFoundError when there is none."""
    found = db.session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id)
        .options(selectinload(Organisation.domains))
    )
    if found is None:
        raise NotFoundError
    return found


def organisation_name(organisation_id: int | None) -> str:
    """Return the name of an organisation, or nothing."""
    found = db.session.get(Organisation, organisation_id) if organisation_id else None
    return found.name if found else ""


def organisation_choices(only: frozenset[int] | None = None) -> list[tuple[str, str]]:
    """Return every organisation, or those in `only`, by name, as (id, name)."""
    query = (
        select(Organisation.id, Organisation.name)
        .where(Organisation.merged_into_id.is_(None))
        .order_by(func.lower(Organisation.name))
    )
    if only is not None:
        query = query.where(Organisation.id.in_(only))
    return [(str(row.id), row.name) for row in db.session.execute(query)]


def invitable(actor: Actor) -> list[tuple[str, str]]:
    """Return the organisations for which this actor may invite people."""
    return organisation_choices(None if actor.has(Role.ADMINISTRATOR) else actor.managed)


def tree(number: int) -> Page[Branch]:
    """Return organisations from the roots down, each with its number of people."""
    found = db.session.scalars(
        select(Organisation)
        .options(selectinload(Organisation.domains))
        .order_by(func.lower(Organisation.name))
    ).all()
    counted = {
        row.organisation_id: row.number
        for row in db.session.execute(
            select(Person.organisation_id, func.count(Person.id).label("number")).group_by(
                Person.organisation_id
            )
        )
    }
    names = {item.id: item.name for item in found}
    below: dict[int | None, list[Organisation]] = {}
    for item in found:
        below.setdefault(item.parent_id, []).append(item)
    branches: list[Branch] = []
    waiting = [(item, 0) for item in reversed(below.get(None, []))]
    while waiting:
        item, depth = waiting.pop()
        branches.append(
            Branch(
                organisation=item,
                parent=names.get(item.parent_id or 0, ""),
                depth=depth,
                people=counted.get(item.id, 0),
            )
        )
        waiting += [(child, depth + 1) for child in reversed(below.get(item.id, []))]
    number, pages = _shape(len(branches), number, TREE_PAGE_SIZE)
    start = (number - 1) * TREE_PAGE_SIZE
    shown = branches[start : start + TREE_PAGE_SIZE]
    return Page(items=shown, number=number, pages=pages, total=len(branches))


def taken(names: set[str], domains: set[str]) -> tuple[dict[str, Organisation], set[str]]:
    """Return which organisations and mail domains exist already, for an import."""
    organisations = db.session.scalars(select(Organisation).where(Organisation.name.in_(names)))
    used = db.session.scalars(select(MailDomain.domain).where(MailDomain.domain.in_(domains)))
    return {item.name: item for item in organisations}, set(used)


# --- oversight -------------------------------------------------------------------------------


def mails(number: int) -> Page[OutboxMail]:
    """Return the mails of the site, the newest first."""
    total = db.session.scalar(select(func.count(OutboxMail.id))) or 0
    query, number, pages = _page(select(OutboxMail).order_by(OutboxMail.id.desc()), total, number)
    return Page(items=db.session.scalars(query).all(), number=number, pages=pages, total=total)


def mail(mail_id: int) -> OutboxMail:
    """Return one mail; NotFoundError when there is none."""
    found = db.session.get(OutboxMail, mail_id)
    if found is None:
        raise NotFoundError
    return found


def audit_lines(number: int) -> Page[tuple[AuditEntry, str | None]]:
    """Return who did what, the newest first, each with the name of who did it."""
    total = db.session.scalar(select(func.count(AuditEntry.id))) or 0
    query = (
        select(AuditEntry, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .order_by(AuditEntry.id.desc())
    )
    limited, number, pages = _page(query, total, number)
    lines = [(row[0], row[1]) for row in db.session.execute(limited)]
    return Page(items=lines, number=number, pages=pages, total=total)


def targets() -> list[tuple[str, str]]:
    """Return (year, target) for every year with a target of its own, the last year first."""
    rows = db.session.scalars(
        select(Setting).where(Setting.key.startswith("target.")).order_by(Setting.key.desc())
    )
    return [(row.key.removeprefix("target."), row.value) for row in rows]
