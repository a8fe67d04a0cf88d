"""A small world that counts: facts are written, and told to this area only.

The listeners are called themselves: published events would also wake the areas next door.
"""

from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import JSON, insert

from certificates.events import CertificateIssued
from courses.events import CourseCompleted, Enrolled
from courses.models import Course, CourseVersion, Enrolment
from learnenv.accounts.models import Organisation, Person, RoleAssignment, Scope
from learnenv.areas.reporting import services
from learnenv.kernel.clock import calendar_year, now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction

__all__ = ["World", "moment", "transaction"]


def moment(year: int, month: int = 6, day: int = 15, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


class World:
    """Makes facts with fixed values; every name is used once."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.last: Person | None = None

    def organisation(
        self, name: str, tier: str = "gemeente", parent: Organisation | None = None
    ) -> Organisation:
        found = Organisation(
            name=name, tier=tier, parent_id=parent.id if parent else None, path="", created_at=now()
        )
        db.session.add(found)
        db.session.flush()
        found.path = f"{parent.path if parent else '/'}{found.id}/"
        db.session.flush()
        return found

    def person(self, name: str, organisation: Organisation | None, roles=()) -> Person:
        person = Person(
            email=f"p{next(self.numbers)}@example.nl",
            name=name,
            organisation_id=organisation.id if organisation else None,
            is_active=True,
            created_at=now(),
            language="en",
        )
        db.session.add(person)
        db.session.flush()
        for role, about in roles:
            scope = Scope.ORGANISATION if about else Scope.SITE
            db.session.add(
                RoleAssignment(
                    person_id=person.id,
                    role=role,
                    scope=scope,
                    scope_id=about.id if about else 0,
                    granted_at=now(),
                )
            )
        db.session.flush()
        self.last = person
        return person

    def manager(self, name: str, *organisations: Organisation) -> Person:
        home = organisations[0] if organisations else None
        return self.person(name, home, [(Role.MANAGER, o) for o in organisations])

    def programme_manager(self, name: str = "Pia Programma") -> Person:
        return self.person(name, None, [(Role.PROGRAMME_MANAGER, None)])

    def course(self, title: str) -> Course:
        course = Course(
            slug=f"cursus-{next(self.numbers)}",
            organisation_code="learnenv",
            title=title,
            summary="",
            language="nl",
            minutes=60,
            themes=[],
            form="e-learning",
            audience="",
            level="",
            stems="",
            published_at=moment(2020),
        )
        db.session.add(course)
        db.session.flush()
        version = CourseVersion(
            course_id=course.id,
            number=1,
            content_hash="0" * 64,
            document="{}",
            published_at=moment(2020),
        )
        db.session.add(version)
        db.session.flush()
        course.version_id = version.id
        return course

    def enrolment(
        self, person: Person, course: Course, *, at: datetime, period: int = 1
    ) -> Enrolment:
        enrolment = Enrolment(
            person_id=person.id,
            course_id=course.id,
            period=period,
            organisation_id=person.organisation_id,
            version_id=course.version_id,
            year=calendar_year(at),
            enrolled_at=at,
            last_seen_at=at,
        )
        db.session.add(enrolment)
        db.session.flush()
        services.count_enrolled(
            Enrolled(
                enrolment_id=enrolment.id,
                person_id=person.id,
                course_id=course.id,
                organisation_id=enrolment.organisation_id,
                at=at,
            )
        )
        return enrolment

    def complete(self, enrolment: Enrolment, *, at: datetime) -> None:
        enrolment.completed_at, enrolment.percent = at, 100
        db.session.flush()
        services.count_completed(
            CourseCompleted(
                enrolment_id=enrolment.id,
                person_id=enrolment.person_id,
                course_id=enrolment.course_id,
                period=enrolment.period,
                version_id=enrolment.version_id,
                organisation_id=enrolment.organisation_id,
                score=None,
                at=at,
            )
        )

    def certify(self, enrolment: Enrolment, *, at: datetime) -> None:
        """Write a certificate as the table has it; columns this test does not care about are filled."""
        table = db.metadata.tables["certificates_certificate"]
        values = {
            "enrolment_id": enrolment.id,
            "person_id": enrolment.person_id,
            "course_id": enrolment.course_id,
            "organisation_id": enrolment.organisation_id,
            "issued_at": at,
            "source": f"course:{enrolment.id}",
        }
        if "period" in table.c:
            values["period"] = enrolment.period
        row = db.session.execute(insert(table).values(**(_filling(table, values) | values)))
        services.count_certified(
            CertificateIssued(
                certificate_id=row.inserted_primary_key[0],
                enrolment_id=enrolment.id,
                person_id=enrolment.person_id,
                course_id=enrolment.course_id,
                organisation_id=enrolment.organisation_id,
                at=at,
            )
        )


def _filling(table, values) -> dict:
    found = {}
    for column in table.c:
        if column.name in values or column.nullable or column.default or column.primary_key:
            continue
        kind = list if isinstance(column.type, JSON) else column.type.python_type
        text = f"{values['enrolment_id']:012d}"[-(getattr(column.type, "length", None) or 12) :]
        plain = {str: text, int: 1, bool: False, dict: {}, list: [], bytes: b"", float: 0.0}
        dated = {date: values["issued_at"].date()}
        found[column.name] = (plain | dated).get(kind, values["issued_at"])
    return found
