"""Who may do what: roles given and taken, accounts blocked."""

from flask_babel import gettext as _

from learnenv.accounts.models import (
    Person,
    RoleAssignment,
    Scope,
)
from learnenv.accounts.services.sessions import end_sessions
from learnenv.kernel import audit
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import ForbiddenError, InvalidInputError
from learnenv.kernel.permissions import Actor, Role

CERTIFIERS = frozenset({Role.COORDINATOR, Role.ASSESSOR, Role.DECISION_MAKER})
STAFF = CERTIFIERS | {
    Role.ADMINISTRATOR, Role.AUTHOR, Role.PROGRAMME_MANAGER, Role.MODERATOR,
}  # fmt: skip
GRANTABLE = STAFF | {Role.MANAGER}


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
    assign(person, role, scope, scope_id)
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


def assign(person: Person, role: Role, scope: Scope, scope_id: int | None) -> None:
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
