"""Factories: plain functions with fixed values; each commits what it makes."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from courses import queries
from courses.commands import import_path
from courses.models import Course, Enrolment
from courses.olx.importer import read_course
from courses.olx.package import Package
from courses.services import learning
from courses.services.publishing import publish_course
from learnenv.accounts import organisations, passwords
from learnenv.accounts.models import Organisation, Person, RoleAssignment, Scope, Tier
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM, Actor, Role
from learnenv.kernel.transaction import transaction

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINI = Path(__file__).parents[1] / "fixtures" / "olx-mini"
_numbers = itertools.count(1)
_hashes: dict[str, str] = {}


def make_organisation(
    name: str = "",
    *,
    tier: Tier = Tier.MUNICIPALITY,
    parent: Organisation | None = None,
    domains: tuple[str, ...] = (),
) -> Organisation:
    """Make an organisation, below `parent`."""
    with transaction():
        return organisations.add_organisation(
            name=name or f"Gemeente {next(_numbers)}",
            tier=tier,
            parent=parent,
            domains=domains,
            actor=SYSTEM,
        )


def make_person(
    name: str = "",
    *,
    email: str = "",
    password: str = "",
    organisation: Organisation | None = None,
    roles: list[tuple[Role, Organisation | Course | None]] | None = None,
    **values: Any,
) -> Person:
    """Make an active person, with roles for an organisation, a course or the site (None)."""
    number = next(_numbers)
    if password and password not in _hashes:
        _hashes[password] = passwords.make_hash(password)
    with transaction():
        person = Person(
            email=email or f"persoon{number}@example.nl",
            name=name or f"Persoon {number}",
            password_hash=_hashes.get(password, "no hash") if password else "no hash",
            organisation_id=organisation.id if organisation else None,
            created_at=NOW,
            **{"language": "en", "is_active": True, **values},
        )
        db.session.add(person)
        db.session.flush()
        for role, where in roles or []:
            db.session.add(
                RoleAssignment(
                    person_id=person.id,
                    role=role,
                    scope=_scope_of(where),
                    scope_id=where.id if where else 0,
                    granted_at=NOW,
                )
            )
    return person


def _scope_of(where: Organisation | Course | None) -> Scope:
    if where is None:
        return Scope.SITE
    return Scope.COURSE if isinstance(where, Course) else Scope.ORGANISATION


def tiny_course(slug: str) -> dict[str, bytes]:
    """Return the files of a course of one page."""
    source = f"""<course org="Test" course="{slug}" display_name="Cursus {slug}">
<chapter url_name="{slug}-m"><sequential url_name="{slug}-les" display_name="Les van {slug}">
<vertical url_name="{slug}-deel" display_name="Deel"><html url_name="{slug}-tekst"/></vertical>
</sequential></chapter></course>"""
    page = f"<p>Alleen in {slug} te lezen.</p>".encode()
    return {
        "course.xml": source.encode(),
        f"html/{slug}-tekst.xml": f'<html filename="{slug}-tekst"/>'.encode(),
        f"html/{slug}-tekst.html": page,
    }


def make_tiny_course(slug: str) -> Course:
    """Publish a course of one page."""
    with transaction():
        publish_course(read_course(Package(tiny_course(slug))), actor=SYSTEM, at=NOW)
    with transaction(write=False):
        return queries.course_by_slug(slug)


def make_course(path: Path = MINI) -> Course:
    """Publish the three-question course of the tests (or another)."""
    done = import_path(path)
    with transaction(write=False):
        return queries.course_by_slug(done.slug)


def actor_of(person: Person) -> Actor:
    """Return the person as an actor, without special roles."""
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        organisation_id=person.organisation_id,
        roles=frozenset({Role.LEARNER}),
    )


def make_enrolment(person: Person, course: Course, *, at: datetime = NOW) -> Enrolment:
    """Enrol a person at a moment."""
    with transaction():
        return learning.enrol(course=course, actor=actor_of(person), at=at)
