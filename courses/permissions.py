"""Who may do what with courses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from courses.models import Attempt, Course, Enrolment, EnrolmentRequest
from learnenv.kernel.permissions import Actor, Permission, Role


def _own_enrolment(actor: Actor, enrolment: object) -> bool:
    return isinstance(enrolment, Enrolment) and enrolment.person_id == actor.person_id


def _own_attempt(actor: Actor, attempt: object) -> bool:
    return isinstance(attempt, Attempt) and attempt.enrolment.person_id == actor.person_id


def _of_own_people(actor: Actor, request: object) -> bool:
    return isinstance(request, EnrolmentRequest) and request.organisation_id in actor.managed


def _own_course(actor: Actor, course: object) -> bool:
    return isinstance(course, Course) and actor.writes(course.id)


LEARN = Permission("courses.learn", _l("Take courses"), frozenset({Role.LEARNER}), _own_enrolment)
TAKE_TEST = Permission(
    "courses.take_test", _l("Take a test"), frozenset({Role.LEARNER}), _own_attempt
)
PUBLISH = Permission(
    "courses.publish", _l("Import and publish courses"), frozenset({Role.AUTHOR}), _own_course
)
APPROVE = Permission(
    "courses.approve",
    _l("Decide who of the own organisation starts a course"),
    frozenset({Role.MANAGER}),
    _of_own_people,
)
OVERRIDE = Permission(
    "courses.override",
    _l("Count a lesson as done for somebody, with a reason"),
    frozenset({Role.ADMINISTRATOR}),
)

BLOCKS = Permission(
    "courses.blocks",
    _l("Switch blocks of others on and off, and see how they behave"),
    frozenset({Role.ADMINISTRATOR}),
)

GRADE = Permission(
    "courses.grade",
    _l("Grade answers in own words, without names"),
    frozenset({Role.AUTHOR}),
    _own_course,
)

ALL = (LEARN, TAKE_TEST, PUBLISH, APPROVE, OVERRIDE, BLOCKS, GRADE)
