"""What other parts may ask about people and organisations."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from learnenv.accounts.models import Organisation, Person, RoleAssignment, Scope
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor, Role


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Name, address and language of a person, as they are now."""

    person_id: int
    name: str
    email: str
    language: str


def person_facts(person_id: int) -> PersonFacts:
    """Return the facts of a person. Raises NotFoundError."""
    row = db.session.execute(
        select(Person.name, Person.email, Person.language).where(Person.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return PersonFacts(person_id, row.name, row.email, row.language)


def administrator(email: str) -> Actor | None:
    """Return an active administrator by address, for a command that acts in a person's name."""
    row = db.session.execute(
        select(Person.id, Person.name)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            Person.email == email.strip().lower(),
            Person.is_active,
            RoleAssignment.role == Role.ADMINISTRATOR,
        )
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Actor(person_id=row.id, name=row.name, roles=frozenset({Role.ADMINISTRATOR}))


@dataclass(frozen=True, slots=True)
class SeatLimit:
    """How many different people of these organisations may start a course in a year."""

    organisation: str
    ids: frozenset[int]
    seats: int


@dataclass(frozen=True, slots=True)
class EnrolmentRules:
    """What an organisation, or one it is part of, asks before somebody starts a course."""

    needs_approval: bool
    limits: tuple[SeatLimit, ...]
    managers: tuple[PersonFacts, ...]
    """Who says yes: the managers of the nearest organisation upwards that has any."""


NO_RULES = EnrolmentRules(needs_approval=False, limits=(), managers=())


def enrolment_rules(organisation_id: int | None) -> EnrolmentRules:
    """Return the rules for people of an organisation; two queries, four when there are any."""
    found = db.session.get(Organisation, organisation_id) if organisation_id else None
    if found is None:
        return NO_RULES
    ids = [int(part) for part in found.path.strip("/").split("/")]
    chain = db.session.scalars(
        select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.path.desc())
    ).all()
    needs_approval = any(organisation.needs_approval for organisation in chain)
    limits = tuple(_limit(o) for o in chain if o.seats is not None)
    managers = _managers(ids) if needs_approval else ()
    return EnrolmentRules(needs_approval, limits, managers)


def _limit(organisation: Organisation) -> SeatLimit:
    """Return a limit and hold its row, so that two people cannot take the last seat."""
    db.session.refresh(organisation, with_for_update={"of": Organisation})
    below = db.session.scalars(
        select(Organisation.id).where(Organisation.path.startswith(organisation.path))
    )
    return SeatLimit(organisation.name, frozenset(below), organisation.seats or 0)


def _managers(ids: list[int]) -> tuple[PersonFacts, ...]:
    rows = db.session.execute(
        select(Person.id, Person.name, Person.email, Person.language, RoleAssignment.scope_id)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.role == Role.MANAGER,
            RoleAssignment.scope == Scope.ORGANISATION,
            RoleAssignment.scope_id.in_(ids),
            Person.is_active,
        )
        .order_by(Person.name)
    ).all()
    for organisation_id in reversed(ids):
        nearest = tuple(
            PersonFacts(r.id, r.name, r.email, r.language)
            for r in rows
            if r.scope_id == organisation_id
        )
        if nearest:
            return nearest
    return ()


def people_facts(person_ids: Iterable[int]) -> dict[int, PersonFacts]:
    """Return the facts of many people at once, by id."""
    rows = db.session.execute(
        select(Person.id, Person.name, Person.email, Person.language).where(
            Person.id.in_(set(person_ids))
        )
    )
    return {r.id: PersonFacts(r.id, r.name, r.email, r.language) for r in rows}


def people_with(role: Role) -> tuple[PersonFacts, ...]:
    """Return who holds a role for the whole site, by name."""
    rows = db.session.execute(
        select(Person.id, Person.name, Person.email, Person.language)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(RoleAssignment.role == role, Person.is_active)
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return tuple(PersonFacts(r.id, r.name, r.email, r.language) for r in rows)


def person_of_address(email: str) -> int | None:
    """Return who signs in with this address, or None."""
    found: int | None = db.session.scalar(
        select(Person.id).where(Person.email == email.strip().lower(), Person.is_active)
    )
    return found


def tops_of(
    person_ids: Iterable[int], organisation_ids: Iterable[int] = ()
) -> tuple[dict[int, int], dict[int, int]]:
    """Return the top of the tree of organisations, by person and by organisation.

    Two share a tree when they have the same top. Who has no organisation is not there.
    """
    people = db.session.execute(
        select(Person.id, Organisation.path)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id.in_(set(person_ids)))
    )
    places = db.session.execute(
        select(Organisation.id, Organisation.path).where(Organisation.id.in_(set(organisation_ids)))
    )
    return {r.id: _top(r.path) for r in people}, {r.id: _top(r.path) for r in places}


def _top(path: str) -> int:
    return int(path.strip("/").split("/")[0])


def authors_of(course_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Return who is an author of these courses one by one, as person and course."""
    rows = db.session.execute(
        select(RoleAssignment.person_id, RoleAssignment.scope_id).where(
            RoleAssignment.role == Role.AUTHOR,
            RoleAssignment.scope == Scope.COURSE,
            RoleAssignment.scope_id.in_(set(course_ids)),
        )
    )
    return {(row.person_id, row.scope_id) for row in rows}


def managers_of(organisation_id: int | None) -> tuple[PersonFacts, ...]:
    """Return the managers of an organisation, or of the nearest one above it that has any."""
    places = organisations_up(organisation_id)
    return _managers(places) if places else ()


def organisation_names(organisation_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of organisations by id."""
    rows = db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(organisation_ids)))
    )
    return {row.id: row.name for row in rows}


def organisations_up(organisation_id: int | None) -> list[int]:
    """Return an organisation and all above it, the top first; none for None."""
    found = db.session.get(Organisation, organisation_id) if organisation_id else None
    return [int(part) for part in found.path.strip("/").split("/")] if found else []


def organisation_of(person_id: int) -> int | None:
    """Return where a person works now, or None."""
    found: int | None = db.session.scalar(
        select(Person.organisation_id).where(Person.id == person_id)
    )
    return found
