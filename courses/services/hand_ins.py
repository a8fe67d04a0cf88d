"""Answers that people grade: handed in by learners, graded by authors who see no name."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import update

from courses import mails
from courses.models import Course, Enrolment, HandIn
from courses.outline import Block, Outline
from courses.services import learning
from learnenv.accounts.api import person_facts
from learnenv.kernel import audit
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError
from learnenv.kernel.permissions import Actor

HUNDRED = 100


def hand_in(
    enrolment: Enrolment, outline: Outline, block: Block, text: str, *, at: datetime
) -> None:
    """Keep a learner's own words; they can be changed until they are graded."""
    statement = insert(HandIn).values(
        enrolment_id=enrolment.id,
        block=block.id,
        course_id=enrolment.course_id,
        version_id=outline.version_id,
        text=text,
        handed_in_at=at,
        comment="",
    )
    kept = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["enrolment_id", "block"],
            set_={"text": text, "handed_in_at": at, "version_id": outline.version_id},
            where=HandIn.graded_at.is_(None),
        ).returning(HandIn.block)
    ).scalar()
    if kept is None:
        raise DomainError(_("Your answer is graded already."))


def grade(
    *,
    hand_in: HandIn,
    course: Course,
    outline: Outline,
    percent: int,
    comment: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Grade an answer, 0 to 100 percent, once. The learner gets the points and a mail.

    Raises ForbiddenError for one's own answer, DomainError when somebody else was first.
    """
    if not 0 <= percent <= HUNDRED:
        raise InvalidInputError(_("Give 0 to 100 percent."), field="percent")
    enrolment = hand_in.enrolment
    if enrolment.person_id == actor.person_id:
        raise ForbiddenError(_("You cannot do this for yourself. Ask a colleague."))
    first = db.session.execute(
        update(HandIn)
        .where(
            HandIn.enrolment_id == hand_in.enrolment_id,
            HandIn.block == hand_in.block,
            HandIn.graded_at.is_(None),
            # What was read is what is graded: not words that came in meanwhile.
            HandIn.handed_in_at == hand_in.handed_in_at,
        )
        .values(percent=percent, comment=comment.strip()[:4000], graded_at=at, graded_by=actor.id)
        .returning(HandIn.block)
    ).scalar()
    if first is None:
        raise DomainError(_("This answer was changed or graded meanwhile. Look at it again."))
    path = f"/cursussen/{course.slug}"
    if hand_in.block in outline.blocks:
        lesson, unit, block = outline.blocks[hand_in.block]
        path = f"{path}/les/{lesson.id}/{unit.id}#block-{block.id}"
        weight = float(block.fields.get("weight", 1.0) or 0)
        points = learning.Grade(earned=weight * percent / HUNDRED, possible=weight)
        learning.record_grade(enrolment, outline, block, points, at=at)
    audit.record(
        "answer.graded",
        f"enrolment:{enrolment.id}",
        actor=actor,
        block=hand_in.block,
        percent=percent,
    )
    mails.graded(hand_in, course, person_facts(enrolment.person_id), path=path)
