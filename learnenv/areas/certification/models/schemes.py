"""Schemes: the versioned rules of one kind of certification."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, personal, plain


class Kind(StrEnum):
    """What can be certified (programme plan: advisers, agencies, institutes and trainings)."""

    ADVISER = "adviser"
    AGENCY = "agency"
    INSTITUTE = "institute"
    TRAINING = "training"


class SchemeState(StrEnum):
    """Where a version of a scheme stands. The newest published one of a kind is in use."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Scheme(Base):
    """A version of the rules; a published one never changes, so dossiers stay on theirs (f1)."""

    __tablename__ = "certification_scheme"
    __table_args__ = (
        UniqueConstraint("kind", "version"),
        one_of("kind", Kind),
        one_of("state", SchemeState),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    kind: Mapped[str] = plain(String(12))
    version: Mapped[int] = plain()
    state: Mapped[str] = plain(String(10), default=SchemeState.DRAFT)
    rules: Mapped[dict[str, Any]] = plain()
    """What `rules.Rules` reads: questions, eligibility, evidence, criteria, terms."""
    changed_at: Mapped[datetime] = plain()
    published_at: Mapped[datetime | None] = plain()
    published_by: Mapped[int | None] = personal(
        ACCOUNTABILITY, Id, ForeignKey("accounts_person.id")
    )
