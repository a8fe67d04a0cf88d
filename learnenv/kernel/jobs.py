"""Jobs: rows written with the fact, done by the worker, never lost to a kill -9.

A row is claimed with a lease; a worker that dies leaves a stale lease and the row is taken again.
So a job may run twice and must be idempotent. Failures wait longer each time. See
docs/decisions/0003-jobs-are-rows.md for why no queue library stands between.
"""

import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select, update

from learnenv.kernel.area import Job
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.models import JobState, QueuedJob
from learnenv.kernel.transaction import transaction

log = structlog.get_logger()
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
KEEP_DONE = timedelta(days=14)


def enqueue(
    name: str, payload: dict[str, Any], *, key: str | None = None, at: datetime | None = None
) -> None:
    """Ask the worker to run job `name`, in this transaction; the same `key` asks only once."""
    moment = now()
    db.session.execute(
        insert(QueuedJob)
        .values(
            name=name,
            key=key or uuid.uuid4().hex,
            payload=payload,
            state=JobState.QUEUED,
            run_at=at or moment,
            attempts=0,
            last_error="",
            created_at=moment,
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )


def claim() -> QueuedJob | None:
    """Take the next job that is due, with a lease, in a transaction of its own."""
    moment = now()
    with transaction():
        query = (
            select(QueuedJob)
            .where(
                or_(
                    (QueuedJob.state == JobState.QUEUED) & (QueuedJob.run_at <= moment),
                    (QueuedJob.state == JobState.RUNNING)
                    & (QueuedJob.heartbeat_at < moment - LEASE),
                )
            )
            .order_by(QueuedJob.run_at, QueuedJob.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        job = db.session.scalar(query)
        if job is not None:
            job.state = JobState.RUNNING
            job.heartbeat_at = moment
            job.attempts += 1
        return job


def is_due() -> bool:
    """Whether something waits, without taking a write lock."""
    moment = now()
    with transaction(write=False):
        found = db.session.scalar(
            select(QueuedJob.id)
            .where(
                or_(
                    (QueuedJob.state == JobState.QUEUED) & (QueuedJob.run_at <= moment),
                    (QueuedJob.state == JobState.RUNNING)
                    & (QueuedJob.heartbeat_at < moment - LEASE),
                )
            )
            .limit(1)
        )
        return found is not None


def run_one(jobs: dict[str, Job]) -> bool:
    """Run the next job; say whether there was one. A job that raises is tried again later."""
    if not is_due():
        return False
    row = claim()
    if row is None:
        return False
    try:
        if row.name not in jobs:
            raise LookupError(f"no job is called '{row.name}'")  # noqa: TRY301
        jobs[row.name].run(row.payload)
    except Exception as error:  # noqa: BLE001 - one bad job must not stop the worker
        log.warning("job failed", job=row.name, id=row.id, attempt=row.attempts, error=repr(error))
        _finish(row, error=error)
    else:
        _finish(row, error=None)
    return True


def _finish(row: QueuedJob, *, error: Exception | None) -> None:
    moment = now()
    values: dict[str, Any] = {"state": JobState.DONE, "finished_at": moment, "last_error": ""}
    if error is not None:
        final = row.attempts >= MAX_ATTEMPTS
        values = {
            "state": JobState.FAILED if final else JobState.QUEUED,
            "last_error": repr(error)[:2000],
            "run_at": moment + timedelta(seconds=min(3600, 5 * 3 ** (row.attempts - 1))),
        }
    with transaction():
        db.session.execute(update(QueuedJob).where(QueuedJob.id == row.id).values(**values))


def run_due(jobs: dict[str, Job]) -> int:
    """Run everything that is due now; return how many ran. For tests and one-off commands."""
    count = 0
    while run_one(jobs):
        count += 1
    return count


def schedule(jobs: dict[str, Job], moment: datetime) -> None:
    """Queue the repeating jobs of this moment: one row per job per period, whoever asks."""
    with transaction():
        for job in jobs.values():
            if job.every is not None:
                slot = int(moment.timestamp() // job.every.total_seconds())
                enqueue(job.name, {}, key=f"every:{job.name}:{slot}")


def work(jobs: dict[str, Job], stop: Callable[[], bool], *, pause_seconds: float = 0.3) -> None:
    """Work until `stop()` says so: the loop of the worker process."""
    next_schedule = 0.0
    while not stop():
        if time.monotonic() >= next_schedule:
            schedule(jobs, now())
            next_schedule = time.monotonic() + 30
        if not run_one(jobs):
            time.sleep(pause_seconds)
        db.session.remove()
