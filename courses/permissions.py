"""Who may do what with courses."""

from __future__ import annotations

from courses.models import Attempt, Enrolment
from learnenv.kernel.permissions import Actor, Permission, Role


def _own_enrolment(actor: Actor, enrolment: object) -> bool:
    return isinstance(enrolment, Enrolment) and enrolment.person_id == actor.person_id


def _own_attempt(actor: Actor, attempt: object) -> bool:
    return isinstance(attempt, Attempt) and attempt.enrolment.person_id == actor.person_id


LEARN = Permission("courses.learn", "Take courses", frozenset({Role.LEARNER}), _own_enrolment)
TAKE_TEST = Permission("courses.take_test", "Take a test", frozenset({Role.LEARNER}), _own_attempt)
PUBLISH = Permission("courses.publish", "Import and publish courses", frozenset({Role.AUTHOR}))

ALL = (LEARN, TAKE_TEST, PUBLISH)
