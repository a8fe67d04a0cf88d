"""Moments are aware and in UTC; a year is the Amsterdam year; SQLite keeps its word."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from learnenv.kernel.clock import calendar_year, local, now, today
from learnenv.kernel.db import db
from learnenv.kernel.models import Setting
from learnenv.kernel.transaction import transaction
from tests.factories import make_course, make_enrolment, make_person

on_sqlite = pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="SQLite only")


def keep(moment: datetime) -> datetime:
    with transaction():
        db.session.add(Setting(key="moment", value="", changed_at=moment))
    db.session.remove()
    return db.session.get_one(Setting, "moment").changed_at


@pytest.mark.parametrize("hours", [-8, 0, 1, 2, 5.75])
def test_an_aware_moment_comes_back_in_utc(app: Flask, hours: float) -> None:
    moment = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=hours)))
    found = keep(moment)
    assert found == moment
    assert found.tzinfo is UTC
    assert found.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        keep(datetime(2026, 6, 1, 12, 0))  # noqa: DTZ001
    db.session.rollback()
    assert db.session.get(Setting, "moment") is None


@pytest.mark.parametrize(
    ("moment", "year", "day"),
    [
        ("2026-12-31T22:59:59+00:00", 2026, "2026-12-31"),
        ("2026-12-31T23:00:00+00:00", 2027, "2027-01-01"),
        ("2026-12-31T23:30:00+00:00", 2027, "2027-01-01"),
        ("2026-06-30T21:59:00+00:00", 2026, "2026-06-30"),
        ("2026-06-30T22:01:00+00:00", 2026, "2026-07-01"),
        ("2028-02-28T23:30:00+00:00", 2028, "2028-02-29"),
    ],
)
def test_P45_a_year_is_the_amsterdam_year(moment: str, year: int, day: str) -> None:
    at = datetime.fromisoformat(moment)
    assert calendar_year(at) == year
    assert today(at).isoformat() == day


def test_P45_an_enrolment_at_new_year_counts_in_the_new_year(app: Flask) -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert make_enrolment(make_person(), make_course(), at=late).year == 2027


def test_P45_summer_time(app: Flask) -> None:
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert local(before).strftime("%H:%M") == "01:59"
    assert local(before + timedelta(minutes=1)).strftime("%H:%M") == "03:00"


def test_now_is_aware() -> None:
    with time_machine.travel("2026-12-31T23:30:00Z", tick=False):
        assert now() == datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
        assert today().year == 2027


@on_sqlite
def test_P39_the_connection_keeps_what_it_acknowledged(app: Flask) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    with db.engine.connect() as first, db.engine.connect() as second:
        for connection in (first, second):
            found = {n: connection.scalar(text(f"PRAGMA {n}")) for n in wanted}
            assert found == wanted


WRITES = 20
WRITER = """
import sys
from pathlib import Path
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.models import Setting
from learnenv.kernel.transaction import transaction
from tests.conftest import make_app
home = Path(sys.argv[1])
app = make_app(home, f"sqlite:///{home / 'x.db'}")
with app.app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(sys.argv[2])):
        with transaction():
            db.session.add(Setting(key=f"k{number}", value="", changed_at=now()))
        print("acknowledged", flush=True)
"""


@on_sqlite
def test_P39_each_acknowledged_write_is_synced_to_the_disk(tmp_path: Path) -> None:
    """Counted from outside: at least one fdatasync before each word that it is stored."""
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-e", "trace=fdatasync,write", "-s", "40", "-o", str(trace)]
    done = subprocess.run(
        [*command, sys.executable, "-c", WRITER, str(tmp_path), str(WRITES)],
        cwd=Path(__file__).parents[2], input="\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.count("acknowledged") == WRITES, done.stderr[-1000:]
    lines = trace.read_text("utf-8", "replace").splitlines()
    start = next(n for n, line in enumerate(lines) if "ready" in line)
    synced, acknowledged = False, 0
    for line in lines[start:]:
        if "fdatasync(" in line:
            synced = True
        elif "write(1" in line and "acknowledged" in line:
            assert synced, "a write was acknowledged that no fdatasync had put on the disk"
            synced, acknowledged = False, acknowledged + 1
    assert acknowledged == WRITES


@on_sqlite
def test_P38_who_writes_takes_the_lock_at_once(app: Flask, count_queries: list[str]) -> None:
    """BEGIN IMMEDIATE: two writers wait for one another instead of failing half-way."""
    import sqlite3

    path = db.engine.url.database
    with transaction():
        db.session.get(Setting, "x")
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    with transaction(write=False):
        db.session.get(Setting, "x")
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        other.close()


def test_P38_eight_writers_at_once_all_succeed(app: Flask) -> None:
    from tests.threads import together

    def write(number: int) -> None:
        with transaction():
            db.session.add(Setting(key=f"writer-{number}", value="", changed_at=now()))

    together(app, 8, write)
    assert db.session.query(Setting).count() == 8


def test_a_broken_reference_is_refused(app: Flask) -> None:
    from sqlalchemy.exc import IntegrityError

    from learnenv.accounts.models import MailDomain

    with pytest.raises(IntegrityError), transaction():
        db.session.add(MailDomain(domain="x.nl", organisation_id=404))
