"""Facts of learning, with their constraints. No queries, no mail."""

from courses.models.catalogue import Asset, BlockHealth, Course, CourseVersion
from courses.models.progress import (
    Answer,
    Attempt,
    AttemptState,
    BlockState,
    Enrolment,
    EnrolmentRequest,
    Evaluation,
    EvaluationGiven,
    HandIn,
    ItemKind,
    ItemProgress,
    OutsideTraining,
    Override,
    RequestState,
)
from learnenv.kernel.db import Base

MODELS: tuple[type[Base], ...] = (
    Course,
    CourseVersion,
    Asset,
    BlockHealth,
    Enrolment,
    ItemProgress,
    BlockState,
    Attempt,
    Answer,
    Evaluation,
    EvaluationGiven,
    EnrolmentRequest,
    Override,
    HandIn,
    OutsideTraining,
)

__all__ = [
    "MODELS",
    "Answer",
    "Asset",
    "Attempt",
    "AttemptState",
    "BlockHealth",
    "BlockState",
    "Course",
    "CourseVersion",
    "Enrolment",
    "EnrolmentRequest",
    "Evaluation",
    "EvaluationGiven",
    "HandIn",
    "ItemKind",
    "ItemProgress",
    "OutsideTraining",
    "Override",
    "RequestState",
]
