"""Trainings of others in the record of a learner, told by whoever has the proof (c4)."""

from __future__ import annotations

from courses.events import OutsideLearned
from courses.models import OutsideTraining
from learnenv.kernel.db import db, insert
from learnenv.kernel.events import publish
from learnenv.kernel.shared_events import OutsideTrainingFollowed


def on_followed(event: OutsideTrainingFollowed) -> None:
    """Keep a training in the record; the same source counts once."""
    made = db.session.scalar(
        insert(OutsideTraining)
        .values(
            source=event.source, person_id=event.person_id, organisation_id=event.organisation_id,
            title=event.title[:300], provider=event.provider[:200], minutes=event.minutes,
            proof=event.proof[:300], at=event.at,
        )
        .on_conflict_do_nothing(index_elements=["source"])
        .returning(OutsideTraining.id)
    )  # fmt: skip
    if made is not None:
        publish(
            OutsideLearned(
                training_id=made, person_id=event.person_id,
                organisation_id=event.organisation_id, at=event.at,
            )
        )  # fmt: skip
