"""Ties the XBlock runtime to a visit: what blocks publish ends in one service of courses."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import structlog

from courses import queries
from courses.models import HandIn
from courses.outline import Block
from courses.permissions import PUBLISH
from courses.routes.access import Visit
from courses.runtime.runtime import LearnerRuntime
from courses.services import hand_ins, learning
from courses.services.learning import Grade
from learnenv.kernel.clock import now
from learnenv.kernel.permissions import Actor, Role

log = structlog.get_logger()


def learner_runtime(visit: Visit, *, asides: tuple[str, ...] = ()) -> LearnerRuntime:
    """Return the runtime of one request for one learner."""

    def publish(block: Block, event: str, data: dict[str, Any]) -> None:
        _publish(visit, block, event, data)

    @cache
    def hand_ins() -> dict[str, HandIn]:
        enrolment = visit.enrolment
        return queries.hand_ins_of(enrolment) if enrolment is not None else {}

    return LearnerRuntime(
        visit.outline,
        _as_blocks_see(visit),
        publish=publish,
        read_only=visit.read_only,
        asides=asides,
        hand_ins=hand_ins,
    )


def _as_blocks_see(visit: Visit) -> Actor:
    """Return who looks, an author only of what he writes: blocks show authors the answers."""
    actor = visit.actor
    if PUBLISH.covers(actor, visit.course):
        return actor
    return replace(actor, roles=actor.roles - {Role.AUTHOR})


def _publish(visit: Visit, block: Block, event: str, data: dict[str, Any]) -> None:
    enrolment = visit.enrolment
    if enrolment is None:
        return
    if event == "grade":
        grade = Grade(
            earned=_finite(data.get("value")),
            possible=_finite(data.get("max_value")),
            reported_by_browser=block.type != "problem",
        )
        learning.record_grade(enrolment, visit.outline, block, grade, at=now())
    elif event == "hand_in" and block.type == "problem":
        hand_ins.hand_in(enrolment, visit.outline, block, str(data["text"]), at=now())
    elif event == "completion":
        share = _finite(data.get("completion"))
        learning.record_completion(enrolment, visit.outline, block, share, at=now())
    else:
        log.info("xblock event", block=block.id, name=event)


def _finite(value: Any) -> float:
    """Return a number that a block told; raises ValueError for what is none (P28)."""
    number = float(value or 0)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is no number")
    return number
