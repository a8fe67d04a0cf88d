"""Who may do what: an enum of roles, permissions that name them, and a wall at every route.

Deny by default: a view without `@requires` or `@public` stops the site from starting (P1).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l

from learnenv.kernel.errors import NotFoundError


class Role(StrEnum):
    """Roles of TRUST.md section 4 that this version knows. Roles add up."""

    LEARNER = "learner"  # everyone who is signed in
    AUTHOR = "author"
    MANAGER = "manager"
    PROGRAMME_MANAGER = "programme_manager"
    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    ASSESSOR = "assessor"
    DECISION_MAKER = "decision_maker"
    MODERATOR = "moderator"


ROLE_NAMES: dict[Role, Any] = {
    Role.LEARNER: _l("Learner"),
    Role.AUTHOR: _l("Author"),
    Role.MANAGER: _l("Manager of an organisation"),
    Role.PROGRAMME_MANAGER: _l("Programme manager"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.COORDINATOR: _l("Certification coordinator"),
    Role.ASSESSOR: _l("Assessor"),
    Role.DECISION_MAKER: _l("Decision maker for certification"),
    Role.MODERATOR: _l("Moderator of the Gouden Gids"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person who asks, as far as permissions need to know. `person_id` None is a visitor."""

    person_id: int | None = None
    name: str = ""
    email: str = ""
    language: str = "nl"
    organisation_id: int | None = None
    roles: frozenset[Role] = frozenset()
    managed: frozenset[int] = field(default_factory=frozenset)
    """Ids of the organisations this person manages, those below them included."""
    courses: frozenset[int] = field(default_factory=frozenset)
    """Ids of the courses this person writes, one by one."""
    all_courses: bool = False
    """Whether an author writes every course of the site."""
    viewing_as: Role | None = None
    """The role an administrator looks through: everything shows, nothing can be changed."""

    @property
    def is_known(self) -> bool:
        """Whether somebody is signed in."""
        return self.person_id is not None

    @property
    def id(self) -> int:
        """Id of the person; a programming error for a visitor."""
        if self.person_id is None:
            message = "a visitor has no id"
            raise RuntimeError(message)
        return self.person_id

    def has(self, role: Role) -> bool:
        """Whether the actor holds the role, somewhere."""
        return role in self.roles

    def writes(self, course_id: int | None) -> bool:
        """Whether the actor is an author of this course; of None (a new one), of all courses."""
        return self.has(Role.AUTHOR) and (self.all_courses or course_id in self.courses)


VISITOR = Actor()
SYSTEM = Actor(name="system", roles=frozenset(Role), all_courses=True)


@dataclass(frozen=True, slots=True)
class Permission:
    """A right, the roles that have it, and the rule for one object."""

    key: str
    title: Any
    """What it lets one do, translated when shown."""
    roles: frozenset[Role]
    rule: Callable[[Actor, Any], bool] | None = None

    def allows(self, actor: Actor) -> bool:
        """Whether the actor has this right at all."""
        return bool(self.roles & actor.roles)

    def covers(self, actor: Actor, thing: object) -> bool:
        """Whether the actor has this right on this one thing."""
        return self.allows(actor) and (self.rule is None or self.rule(actor, thing))

    def demand(self, actor: Actor, thing: object) -> None:
        """Raise NotFoundError unless the actor has this right on this one thing.

        Not found rather than forbidden: what is not yours does not exist for you (P3).
        """
        if not self.covers(actor, thing):
            raise NotFoundError


F = TypeVar("F", bound=Callable[..., Any])
PUBLIC = Permission("public", "Public", frozenset())


def requires(permission: Permission) -> Callable[[F], F]:
    """Mark a view: only who has `permission` gets in."""

    def mark(view: F) -> F:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: F) -> F:
    """Mark a view: everyone gets in."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def permission_of(view: Callable[..., Any]) -> Permission | None:
    """Return what the view demands, or None when nobody said."""
    return getattr(view, "permission", None)
