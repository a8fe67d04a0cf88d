"""Tables of the ground floor: work to do, mail to send, what was done, and settings."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id, one_of
from learnenv.kernel.privacy import ACCOUNTABILITY, SECURITY, personal, plain


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class QueuedJob(Base):
    """Work for the worker, written in the transaction of the fact that asks for it."""

    __tablename__ = "kernel_job"
    __table_args__ = (
        one_of("state", JobState),
        Index("ix_kernel_job_due", "state", "run_at"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    name: Mapped[str] = plain(String(80))
    key: Mapped[str] = plain(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = plain()
    state: Mapped[str] = plain(String(10), default=JobState.QUEUED)
    run_at: Mapped[datetime] = plain()
    attempts: Mapped[int] = plain(default=0)
    heartbeat_at: Mapped[datetime | None] = plain()
    last_error: Mapped[str] = plain(Text, default="")
    created_at: Mapped[datetime] = plain()
    finished_at: Mapped[datetime | None] = plain()


class MailState(StrEnum):
    """Where a mail stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class OutboxMail(Base):
    """A mail to send, or sent. `key` makes that the same reason never mails twice."""

    __tablename__ = "kernel_mail"
    __table_args__ = (one_of("state", MailState),)

    id: Mapped[int] = plain(Id, primary_key=True)
    key: Mapped[str] = plain(String(200), unique=True)
    recipient: Mapped[str] = personal(SECURITY, String(320))
    subject: Mapped[str] = plain(String(300))
    text: Mapped[str] = personal(SECURITY, Text)
    html: Mapped[str] = personal(SECURITY, Text)
    state: Mapped[str] = plain(String(10), default=MailState.WAITING)
    attempts: Mapped[int] = plain(default=0)
    last_error: Mapped[str] = plain(Text, default="")
    message_id: Mapped[str] = plain(String(200))
    created_at: Mapped[datetime] = plain(index=True)
    sent_at: Mapped[datetime | None] = plain()


class AuditEntry(Base):
    """A line that is only ever added: who did what to what, when, from where (P36)."""

    __tablename__ = "kernel_audit"

    id: Mapped[int] = plain(Id, primary_key=True)
    at: Mapped[datetime] = plain(index=True)
    actor_id: Mapped[int | None] = personal(
        ACCOUNTABILITY, Id, ForeignKey("accounts_person.id", ondelete="SET NULL")
    )
    action: Mapped[str] = plain(String(80), index=True)
    subject: Mapped[str] = personal(ACCOUNTABILITY, String(200))
    outcome: Mapped[str] = plain(String(40), default="ok")
    origin: Mapped[str] = personal(ACCOUNTABILITY, String(60), default="")
    details: Mapped[dict[str, Any]] = personal(ACCOUNTABILITY)


class Setting(Base):
    """A value that a functional administrator sets, such as the target of a year."""

    __tablename__ = "kernel_setting"

    key: Mapped[str] = plain(String(80), primary_key=True)
    value: Mapped[str] = plain(Text)
    changed_at: Mapped[datetime] = plain()


class Throttle(Base):
    """How often something was tried in a window of time (P20). Keys are hashes."""

    __tablename__ = "kernel_throttle"

    key: Mapped[str] = personal(SECURITY, String(64), primary_key=True)
    window: Mapped[int] = plain(Id, primary_key=True)
    tries: Mapped[int] = plain(default=0)


MODELS: tuple[type[Base], ...] = (QueuedJob, OutboxMail, AuditEntry, Setting, Throttle)
