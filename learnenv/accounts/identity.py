"""Who asks: from a session token to an Actor, in one query."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select, update

from learnenv.accounts.models import Organisation, Person, RoleAssignment, Scope, WebSession
from learnenv.accounts.services import STAFF, token_hash
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.transaction import transaction

IDLE_STAFF = timedelta(minutes=30)
IDLE_LEARNER = timedelta(hours=8)
ABSOLUTE = timedelta(hours=20)
TOUCH = timedelta(minutes=5)


# Asked for every page, so built once.
SESSION = (
    select(
        WebSession.id,
        WebSession.created_at,
        WebSession.last_seen_at,
        WebSession.view_as,
        Person.id.label("person_id"),
        Person.name,
        Person.email,
        Person.language,
        Person.organisation_id,
        RoleAssignment.role,
        RoleAssignment.scope,
        RoleAssignment.scope_id,
    )
    .join(Person, Person.id == WebSession.person_id)
    .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
    .where(
        WebSession.token_hash == bindparam("token_hash"),
        WebSession.ended_at.is_(None),
        Person.is_active,
    )
)
_below, _above = Organisation.__table__.alias("below"), Organisation.__table__.alias("above")
BELOW = select(_below.c.id).join(
    _above,
    and_(
        _above.c.id.in_(bindparam("ids", expanding=True)), _below.c.path.startswith(_above.c.path)
    ),
)


@dataclass(slots=True)
class SignedIn:
    """What Flask-Login keeps for a request: the session, and the actor behind it."""

    token: str
    session_id: int
    last_seen_at: datetime
    actor: Actor
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the secret token; Flask-Login puts it in the signed cookie."""
        return self.token


def load(token: str) -> SignedIn | None:
    """Return who holds this session token, or None when it ended, timed out or was blocked."""
    rows = db.session.execute(SESSION, {"token_hash": token_hash(token)}).all()
    if not rows:
        return None
    first = rows[0]
    roles = {Role.LEARNER} | {Role(row.role) for row in rows if row.role}
    moment = now()
    idle = IDLE_STAFF if roles & STAFF else IDLE_LEARNER
    if moment - first.last_seen_at > idle or moment - first.created_at > ABSOLUTE:
        return None
    managed = {r.scope_id for r in rows if r.role == Role.MANAGER and r.scope == Scope.ORGANISATION}
    written = [r for r in rows if r.role == Role.AUTHOR]
    if first.view_as and Role.ADMINISTRATOR in roles:
        return _looking(token, first)
    actor = Actor(
        person_id=first.person_id,
        name=first.name,
        email=first.email,
        language=first.language,
        organisation_id=first.organisation_id,
        roles=frozenset(roles),
        managed=_with_below(managed) if managed else frozenset(),
        courses=frozenset(r.scope_id for r in written if r.scope == Scope.COURSE),
        all_courses=any(r.scope != Scope.COURSE for r in written),
    )
    return SignedIn(token, first.id, first.last_seen_at, actor)


def _looking(token: str, row: Any) -> SignedIn:
    """Return an administrator who looks through another role; a manager's is the own place."""
    role = Role(row.view_as)
    place = {row.organisation_id} if role == Role.MANAGER and row.organisation_id else set()
    actor = Actor(
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        language=row.language,
        organisation_id=row.organisation_id,
        roles=frozenset({Role.LEARNER, role}),
        managed=_with_below(place) if place else frozenset(),
        all_courses=role == Role.AUTHOR,
        viewing_as=role,
    )
    return SignedIn(token, row.id, row.last_seen_at, actor)


def _with_below(organisations: set[int]) -> frozenset[int]:
    return frozenset(db.session.scalars(BELOW, {"ids": organisations}))


def touch(signed_in: SignedIn) -> None:
    """Remember that the session is in use, at most every five minutes, so pages only read."""
    moment = now()
    if moment - signed_in.last_seen_at < TOUCH:
        return
    with transaction():
        db.session.execute(
            update(WebSession)
            .where(WebSession.id == signed_in.session_id)
            .values(last_seen_at=moment)
        )
