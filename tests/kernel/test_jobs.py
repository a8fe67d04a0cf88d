"""Jobs: asked once, retried with growing waits, never lost with a dead worker (P43)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from learnenv.kernel import jobs
from learnenv.kernel.area import Job
from learnenv.kernel.db import db
from learnenv.kernel.models import QueuedJob
from learnenv.kernel.transaction import transaction
from tests.threads import together

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Work:
    """A job that notes what it does and may fail."""

    def __init__(self, *, bad: bool = False) -> None:
        self.done: list[Any] = []
        self.bad = bad

    def __call__(self, payload: dict[str, Any]) -> None:
        self.done.append(payload["n"])
        if self.bad:
            raise RuntimeError("lukt niet")


def card(**works: Work) -> dict[str, Job]:
    return {name: Job(name=name, run=work) for name, work in works.items()}


def ask(name: str, n: int = 1, **kwargs: Any) -> None:
    with transaction():
        jobs.enqueue(name, {"n": n}, **kwargs)


def row(key: str) -> QueuedJob:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(QueuedJob).where(QueuedJob.key == key)).one()


def test_P43_the_same_key_asks_once(app: Flask) -> None:
    work = Work()
    for n in range(3):
        ask("a", n, key="same")
    ask("a", 7)
    ask("a", 8)
    assert jobs.run_due(card(a=work)) == 3
    assert sorted(work.done) == [0, 7, 8]
    ask("a", 9, key="same")
    assert jobs.run_due(card(a=work)) == 0
    assert row("same").state == "done"


def test_what_is_rolled_back_is_not_asked(app: Flask) -> None:
    with pytest.raises(ValueError, match="nee"), transaction():
        jobs.enqueue("a", {"n": 1})
        raise ValueError("nee")
    assert jobs.run_due(card(a=Work())) == 0


def test_P43_a_failing_job_waits_longer_each_time_and_ends(app: Flask) -> None:
    work = Work(bad=True)
    waits = []
    with time_machine.travel(START, tick=False) as clock:
        ask("a", key="k")
        for _ in range(jobs.MAX_ATTEMPTS):
            assert jobs.run_due(card(a=work)) == 1
            assert jobs.run_due(card(a=work)) == 0, "not before its time"
            moment = datetime.now(UTC)
            waits.append((row("k").run_at - moment).total_seconds())
            assert "lukt niet" in row("k").last_error
            clock.move_to(row("k").run_at - timedelta(seconds=1))
            assert jobs.run_due(card(a=work)) == 0
            clock.shift(1)
        assert row("k").state == "failed"
        clock.shift(timedelta(days=30))
        assert jobs.run_due(card(a=work)) == 0
    assert waits[:4] == [5, 15, 45, 135]
    assert waits == sorted(waits)
    assert max(waits) <= 3600
    assert len(work.done) == jobs.MAX_ATTEMPTS


def test_P43_a_job_that_recovers_is_done(app: Flask) -> None:
    work = Work(bad=True)
    with time_machine.travel(START, tick=False) as clock:
        ask("a", key="k")
        jobs.run_due(card(a=work))
        work.bad = False
        clock.shift(6)
        assert jobs.run_due(card(a=work)) == 1
    assert (row("k").state, row("k").last_error, row("k").attempts) == ("done", "", 2)


def test_P43_one_bad_job_blocks_nobody(app: Flask) -> None:
    bad, good = Work(bad=True), Work()
    ask("bad", 1)
    ask("unknown", 2, key="u")
    for n in range(5):
        ask("good", n)
    assert jobs.run_due(card(bad=bad, good=good)) == 7
    assert good.done == [0, 1, 2, 3, 4]
    assert "no job is called 'unknown'" in row("u").last_error


def test_P43_the_work_of_a_dead_worker_is_taken_again(app: Flask) -> None:
    work = Work()
    with time_machine.travel(START, tick=False) as clock:
        ask("a", key="k")
        assert jobs.claim() is not None  # and then the worker is killed
        assert row("k").state == "running"
        clock.shift(jobs.LEASE - timedelta(seconds=1))
        assert jobs.run_due(card(a=work)) == 0, "it may still be at work"
        clock.shift(2)
        assert jobs.run_due(card(a=work)) == 1
    assert work.done == [1]
    assert row("k").state == "done"


def test_a_job_for_later_waits(app: Flask) -> None:
    work = Work()
    with time_machine.travel(START, tick=False) as clock:
        ask("a", at=START + timedelta(hours=1))
        assert jobs.run_due(card(a=work)) == 0
        clock.shift(3601)
        assert jobs.run_due(card(a=work)) == 1


def test_a_repeating_job_is_queued_once_per_period(app: Flask) -> None:
    work = Work()
    repeating = {"a": Job(name="a", run=lambda _p: work({"n": 1}), every=timedelta(minutes=1))}
    for second in (0, 20, 59):
        jobs.schedule(repeating, START + timedelta(seconds=second))
    assert jobs.run_due(repeating) == 1
    jobs.schedule(repeating, START + timedelta(seconds=60))
    assert jobs.run_due(repeating) == 1


def test_P43_two_workers_never_take_the_same_job(app: Flask) -> None:
    for n in range(12):
        ask("a", n)
    taken = together(app, 4, lambda _n: [job.id for job in iter(jobs.claim, None)])
    ids = [job for one in taken for job in one]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 12
