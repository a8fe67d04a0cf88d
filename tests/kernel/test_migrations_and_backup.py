"""P42 and P41: tables go up and down with rows in them; a backup under load comes back whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import func, inspect, select, text

from learnenv.areas.directory.services import bookings
from learnenv.cli import cli, data
from learnenv.cli.data import schema_state, upgrade_schema
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.models import Setting
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.transaction import transaction
from tests.conftest import fresh_database, make_app
from tests.factories import directory, make_organisation, make_person
from tests.house.world import make_world

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Flask]:
    """An app on a database of its own, which may be taken apart."""
    app = make_app(tmp_path, fresh_database(f"learnenv_own_{WORKER}", tmp_path))
    with app.app_context(), app.test_request_context("/"):
        yield app
        db.session.remove()
        db.engine.dispose()


def counts() -> dict[str, int]:
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            t.name: connection.scalar(select(func.count()).select_from(t))
            for t in db.metadata.sorted_tables
        }


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))
    return ScriptDirectory.from_config(config)


def test_P42_there_is_one_line_of_revisions() -> None:
    assert len(scripts().get_heads()) == 1
    assert len(scripts().get_bases()) == 1


def differences() -> list:
    def ours(_item, name, kind, reflected, _other) -> bool:  # type: ignore[no-untyped-def]
        foreign = name == "sqlite_sequence" or "_fulltext" in name  # the index of words
        return not (kind == "table" and reflected and foreign)

    with db.engine.connect() as connection:
        options = {"compare_type": True, "include_object": ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)


def test_P42_the_tables_are_what_the_models_say(own: Flask) -> None:
    assert differences() == []
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE kernel_setting ADD COLUMN vreemd INTEGER"))
    assert differences() != [], "a difference is seen"


def test_P42_a_migration_is_written_for_what_the_tables_lack_and_only_then(
    own: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(str(files("migrations")), folder)
    monkeypatch.setattr(data, "files", lambda _package: folder)
    monkeypatch.setattr(data, "make", lambda: own)
    own.extensions.pop("migrate")
    before = set((folder / "versions").glob("*.py"))

    def written() -> set[Path]:
        done = CliRunner().invoke(cli, ["db", "migrate", "-m", "weer terug"])
        assert done.exit_code == 0, done.output
        return set((folder / "versions").glob("*.py")) - before

    assert written() == set()
    with db.engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_directory_report_open"))
    [migration] = written()
    assert "ix_directory_report_open" in migration.read_text("utf-8")
    assert "weer_terug" in migration.name
    make_person("Iemand")
    assert not data.is_in_use(own.config["SQLALCHEMY_DATABASE_URI"]), "it has not run yet"
    migration.unlink()
    assert data.is_in_use(own.config["SQLALCHEMY_DATABASE_URI"])


def test_P42_down_to_nothing_and_up_again(own: Flask) -> None:
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade_schema()
    there, wanted = schema_state()
    assert there == wanted
    assert differences() == []


def test_P42_every_step_keeps_every_row(own: Flask) -> None:
    """With rows in the tables, one step down and up again at a time, as far as rows can be kept.

    A table that a step takes away takes its rows along: that is what going down means.
    """
    make_world(own, certified=False)  # a certificate of a certification stops the way back
    with transaction():
        db.session.add(Setting(key="x", value="y", changed_at=now()))
    before = counts()
    assert sum(1 for n in before.values() if n) > 15
    revisions = [r.revision for r in scripts().walk_revisions()]
    for revision in revisions[1:]:
        downgrade(revision=revision)
    kept = set(inspect(db.engine).get_table_names())
    upgrade_schema()
    # Filled by their migrations: from the days, and from the certificates.
    made_again = {"reporting_unique_month", "certificates_status_entry"}
    expected = {t: n if t in kept | made_again else 0 for t, n in before.items()}
    expected["accounts_role"] -= 1  # the moderator, a role of 0009
    assert counts() == expected
    upgrade_schema()
    assert counts() == expected
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def test_P42_certification_goes_down_and_up_and_takes_only_its_own(own: Flask) -> None:
    make_world(own)
    before = counts()
    gone = db.session.scalar(
        text(
            "SELECT count(*) FROM accounts_role"
            " WHERE role IN ('coordinator', 'assessor', 'decision_maker', 'moderator')"
        )
    )
    db.session.rollback()
    assert gone == 6
    downgrade(revision="0007")
    upgrade_schema()
    taken = ("certification_", "directory_", "pilots_")
    expected = {t: 0 if t.startswith(taken) else n for t, n in before.items()}
    expected["accounts_role"] -= gone
    assert counts() == expected
    assert before["certification_trail"] > 0
    with pytest.raises(SystemExit):  # the certificates of certifications would be lost
        downgrade(revision="0005")


def run(home: Path, url: str, *arguments: str, **env: str) -> str:
    settings = {
        "LEARNENV_HOME": str(home), "LEARNENV_DATABASE_URL": url, "LEARNENV_MODE": "test",
        "LEARNENV_BASE_URL": "http://localhost",
    }  # fmt: skip
    done = CliRunner().invoke(cli, list(arguments), env=settings | env, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def url_of(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


@pytest.mark.parametrize("key", ["", "k" * 40])
def test_P41_a_backup_under_load_comes_back_whole(own: Flask, tmp_path: Path, key: str) -> None:
    make_world(own)
    home = own.config["SETTINGS"].home
    (home / "mail").mkdir()
    (home / "mail" / "000001.eml").write_text("Subject: hallo\n\nDag", encoding="utf-8")
    if key:
        (home / "secret.key").unlink()
    before = counts()
    acknowledged: list[int] = []
    stop, going = threading.Event(), threading.Event()

    def write() -> None:
        with own.app_context():
            n = 0
            while not stop.is_set() and n < 5000:
                with transaction():
                    db.session.add(Setting(key=f"last-{n}", value="", changed_at=now()))
                acknowledged.append(n)
                n += 1
                if n > 5:
                    going.set()
            db.session.remove()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert going.wait(20)
        sure = len(acknowledged)
        target = tmp_path / "kopie.tar.gz"
        run(home, url_of(own), "backup", str(target), LEARNENV_SECRET_KEY=key)
        assert len(acknowledged) > sure, "the writer went on while the backup was made"
    finally:
        stop.set()
        thread.join()
    assert target.stat().st_mode & 0o077 == 0, "only the owner may read it"
    assert not list(tmp_path.glob("*.part"))

    elsewhere = tmp_path / "elders"
    elsewhere.mkdir()
    url = fresh_database(f"learnenv_back_{WORKER}", elsewhere)
    output = run(elsewhere, url, "restore", str(target), LEARNENV_SECRET_KEY=key)
    assert "the tables fit this version" in output
    assert (elsewhere / "mail" / "000001.eml").read_text(encoding="utf-8").endswith("Dag")
    if not key:
        assert (elsewhere / "secret.key").read_bytes() == (home / "secret.key").read_bytes()
        assert (elsewhere / "secret.key").stat().st_mode & 0o077 == 0
    from sqlalchemy import create_engine

    engine = create_engine(url)
    with engine.connect() as connection:
        back = {
            t.name: connection.scalar(select(func.count()).select_from(t))
            for t in db.metadata.sorted_tables
        }
        kept = {k for (k,) in connection.execute(select(Setting.key)) if k.startswith("last-")}
    engine.dispose()
    assert {f"last-{n}" for n in range(sure)} <= kept, "what was acknowledged before is there"
    for name, number in before.items():
        if name != "kernel_setting":
            assert back[name] == number, name


@pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="pg_dump has one moment")
def test_P41_a_busy_site_does_not_keep_a_backup_from_ending(own: Flask, tmp_path: Path) -> None:
    """Between any two steps of the copy somebody writes."""
    with transaction():
        for number in range(200):
            db.session.add(Setting(key=f"groot-{number}", value="x" * 9_000, changed_at=now()))
    path, steps = str(db.engine.url.database), []

    class Bar:
        def add_task(self, *_args: object, **_values: object) -> int:
            return 0

        def update(self, *_args: object, completed: int, total: int) -> None:
            steps.append((completed, total))
            assert len(steps) < 10_000, "the copy begins again after every write"
            with transaction():
                db.session.add(Setting(key=f"onder-{len(steps)}", value="", changed_at=now()))

    before = counts()["kernel_setting"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "PAGES_PER_STEP", 20)
        data._copy_sqlite(path, tmp_path / "kopie.db", Bar())  # type: ignore[arg-type]
    assert len(steps) > 10
    copy = sqlite3.connect(tmp_path / "kopie.db")
    assert copy.execute("SELECT count(*) FROM kernel_setting").fetchone() == (before,)
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    assert counts()["kernel_setting"] > before


def test_P41_a_damaged_backup_is_refused(own: Flask, tmp_path: Path) -> None:
    home, target = own.config["SETTINGS"].home, tmp_path / "kopie.tar.gz"
    run(home, url_of(own), "backup", str(target))
    work = tmp_path / "uit"
    with tarfile.open(target) as archive:
        archive.extractall(work, filter="data")
    inner = work / "learnenv-backup"
    path = next(p for p in inner.iterdir() if p.name.startswith("learnenv."))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with tarfile.open(target, "w:gz") as archive:
        archive.add(inner, arcname="learnenv-backup")
    elsewhere = tmp_path / "elders"
    elsewhere.mkdir()
    url = fresh_database(f"learnenv_back_{WORKER}", elsewhere)
    with pytest.raises(AssertionError, match="damaged"):
        run(elsewhere, url, "restore", str(target))
    assert (
        not (elsewhere / "secret.key").exists()
        or url.startswith("postgresql")
        or not (elsewhere / "learnenv_back.db").exists()
    )


@pytest.mark.skipif(
    bool(os.environ.get("TEST_DATABASE_URL")), reason="pg_restore refuses a full database by itself"
)
def test_P41_a_restore_never_overwrites(own: Flask, tmp_path: Path) -> None:
    home, target = own.config["SETTINGS"].home, tmp_path / "kopie.tar.gz"
    run(home, url_of(own), "backup", str(target))
    before = counts()
    with pytest.raises(AssertionError, match="restore into an empty folder"):
        run(home, url_of(own), "restore", str(target))
    assert counts() == before


def test_P42_a_certificate_of_attendance_stops_the_way_back(own: Flask) -> None:
    """It would be lost, or change into something else. The steps before it can be taken again."""
    del own
    person = make_person(organisation=make_organisation())
    provider = directory.make_provider(owner=make_person())
    directory.certify(provider)
    offering = directory.make_offering(provider)
    session = directory.make_session(offering, days=1)
    booking = directory.book(session, person)
    with transaction():
        held = bookings.hold(session.id)
        bookings.mark(held, [booking.id], organiser=SYSTEM, at=held.ends_at)
    before = counts()
    assert before["courses_outside_training"] == before["reporting_person_year"] == 1
    downgrade(revision="0009")  # no pilots: nothing of this is touched
    upgrade_schema()
    assert counts() == before
    with pytest.raises(SystemExit):
        downgrade(revision="0008")
    upgrade_schema()
    assert counts() == before
