"""Dossiers: one application from the first answer to the decision, and its trail."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from learnenv.areas.certification.models.parties import PARTY, PERSON, Party
from learnenv.areas.certification.models.schemes import Scheme
from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, CERTIFICATION, EVIDENCE, personal, plain

DOSSIER = "certification_dossier.id"


class State(StrEnum):
    """Where a dossier stands; `life.py` has the steps between these."""

    DRAFT = "draft"
    SCREENING = "screening"
    SCREENING_WAITS = "screening_waits"
    ASSIGNING = "assigning"
    ASSESSING = "assessing"
    ASSESSING_WAITS = "assessing_waits"
    ADVISING = "advising"
    DECIDING = "deciding"
    GRANTED = "granted"
    REFUSED = "refused"
    SET_ASIDE = "set_aside"
    WITHDRAWN = "withdrawn"


class DossierKind(StrEnum):
    """Why there is a dossier."""

    FIRST = "first"
    RENEWAL = "renewal"


class Dossier(Base):
    """An application of a party under one version of a scheme."""

    __tablename__ = "certification_dossier"
    __table_args__ = (
        one_of("state", State),
        one_of("kind", DossierKind),
        Index("ix_certification_dossier_work", "state", "due_on", "id"),
        Index("ix_certification_dossier_party", "party_id", "id"),
        Index("ix_certification_dossier_due", "due_on", "id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    number: Mapped[str] = plain(String(20), unique=True)
    party_id: Mapped[int] = plain(Id, ForeignKey(PARTY))
    scheme_id: Mapped[int] = plain(Id, ForeignKey("certification_scheme.id"))
    kind: Mapped[str] = plain(String(10), default=DossierKind.FIRST)
    registration_id: Mapped[int | None] = plain(Id)
    """What a renewal renews."""
    state: Mapped[str] = plain(String(16), default=State.DRAFT)
    answers: Mapped[dict[str, Any]] = personal(CERTIFICATION)
    to_confirm: Mapped[list[Any]] = plain()
    """Keys of answers taken over from before, each to be confirmed once (f2)."""
    exemptions: Mapped[dict[str, Any]] = personal(CERTIFICATION)
    """Marks the applicant holds, by eligibility rule (f3)."""
    created_at: Mapped[datetime] = plain()
    created_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    changed_at: Mapped[datetime] = plain()
    submitted_at: Mapped[datetime | None] = plain()
    step_at: Mapped[datetime | None] = plain()
    """When the present step of the handling began."""
    stopped_days: Mapped[int] = plain(default=0)
    """Days the clock of this step stood still (Awb 4:15)."""
    due_on: Mapped[date | None] = plain()
    """Last day for whoever acts now; None when nobody has to."""
    advice: Mapped[str] = plain(Text, default="")
    advised_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    screened_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    needs_third: Mapped[bool] = plain(default=False)
    """Whether the two scores differ so much that a third assessor is asked (f6)."""

    party: Mapped[Party] = relationship(lazy="raise_on_sql")
    scheme: Mapped[Scheme] = relationship(lazy="raise_on_sql")


class Revision(Base):
    """A dossier as it was handed in or completed: only ever added, so a change can be shown."""

    __tablename__ = "certification_revision"
    __table_args__ = (UniqueConstraint("dossier_id", "number"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER))
    number: Mapped[int] = plain()
    answers: Mapped[dict[str, Any]] = personal(CERTIFICATION)
    evidence: Mapped[list[Any]] = personal(EVIDENCE)
    """Ids, keys and hashes of the evidence that was there."""
    statement: Mapped[str] = plain(Text, default="")
    """The statement of truth that was agreed with, in full."""
    at: Mapped[datetime] = plain()
    by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))


class ScanState(StrEnum):
    """What the scanner said; a file that waits can be read by nobody (TRUST.md 6)."""

    WAITING = "waiting"
    CLEAN = "clean"
    REFUSED = "refused"


class Evidence(Base):
    """A file or a link that shows something."""

    __tablename__ = "certification_evidence"
    __table_args__ = (
        one_of("scan", ScanState),
        Index("ix_certification_evidence_dossier", "dossier_id", "key"),
        Index("ix_certification_evidence_expiry", "expires_on"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER))
    key: Mapped[str] = plain(String(60))
    """Which piece of the scheme's list this is."""
    link: Mapped[str] = personal(EVIDENCE, String(500), default="")
    file: Mapped[str] = plain(String(80), default="")
    """Random name of the stored file; empty for a link."""
    name: Mapped[str] = personal(EVIDENCE, String(200), default="")
    """Name that the file had, only for downloading."""
    media: Mapped[str] = plain(String(100), default="")
    size: Mapped[int] = plain(default=0)
    digest: Mapped[str] = plain(String(64), default="")
    scan: Mapped[str] = plain(String(8), default=ScanState.CLEAN)
    issued_on: Mapped[date | None] = plain()
    expires_on: Mapped[date | None] = plain()
    added_at: Mapped[datetime] = plain()
    added_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    removed_at: Mapped[datetime | None] = plain()
    """Taken out of the dossier; what an earlier revision shows stays."""


class Question(Base):
    """A question to the applicant; the clock stands still until the answer (f8)."""

    __tablename__ = "certification_question"
    __table_args__ = (Index("ix_certification_question_dossier", "dossier_id", "id"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER))
    step: Mapped[str] = plain(String(16))
    text: Mapped[str] = personal(CERTIFICATION, Text)
    asked_at: Mapped[datetime] = plain()
    asked_by: Mapped[int] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    revision: Mapped[int] = plain()
    """Number of the revision that the question is about."""
    answer: Mapped[str] = personal(CERTIFICATION, Text, default="")
    answered_at: Mapped[datetime | None] = plain()
    answered_by: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))


class TrailLine(Base):
    """A line of a dossier's trail: only ever added, each tied to the one before (f17, P31).

    The database refuses a change or a removal.
    """

    __tablename__ = "certification_trail"
    __table_args__ = (UniqueConstraint("dossier_id", "number"),)

    id: Mapped[int] = plain(Id, primary_key=True)
    dossier_id: Mapped[int] = plain(Id, ForeignKey(DOSSIER))
    number: Mapped[int] = plain()
    at: Mapped[datetime] = plain()
    actor_id: Mapped[int | None] = personal(ACCOUNTABILITY, Id, ForeignKey(PERSON))
    action: Mapped[str] = plain(String(40))
    before: Mapped[str] = plain(String(16))
    after: Mapped[str] = plain(String(16))
    details: Mapped[dict[str, Any]] = personal(ACCOUNTABILITY)
    previous: Mapped[str] = plain(String(64))
    hash: Mapped[str] = plain(String(64))
