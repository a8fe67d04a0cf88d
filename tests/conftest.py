"""Fixtures: a real database (SQLite, or PostgreSQL when TEST_DATABASE_URL is given), a real app."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from courses import versions
from learnenv import config
from learnenv.app import create_app
from learnenv.cli.data import upgrade_schema
from learnenv.kernel.db import db
from tests.browser import Browser, ClosedDoor

TEST_URL = os.environ.get("TEST_DATABASE_URL", "")
BASE_URL = "http://localhost"


# Two processes tell the stories, and the run ends when both have done: the longest go first, and the
# short ones fill the gaps. A story that is not named here stands between the two.
LONG_STORIES = (
    "test_certification.py",
    "test_languages.py",
    "test_learning.py",
    "test_every_page.py",
)
SHORT_STORIES = (
    "test_figures_and_proof.py",
    "test_clicks.py",
    "test_weight.py",
    "test_blocks_of_others.py",
)


def place_of(story: str) -> int:
    """Return where a file stands in the order of the journeys."""
    if story in LONG_STORIES:
        return LONG_STORIES.index(story)
    return len(LONG_STORIES) + (SHORT_STORIES.index(story) + 1 if story in SHORT_STORIES else 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long walks, and end with the browser, its longest stories first.

    Playwright keeps an event loop going in its process, and after it nothing else can start one.
    """
    items.sort(
        key=lambda item: (
            item.path.parent.name == "journeys",
            item.path.parent.name != "house",
            place_of(item.path.name),
        )
    )
    for item in items:
        if not can_open_a_database(item):
            item.add_marker("no_database")


def can_open_a_database(item: pytest.Item) -> bool:
    """Whether a test may ask for the database under test: by a fixture, or its module by itself.

    One that says itself where it runs counts as well: it may be meant for one database only.
    """
    fixtures = set(getattr(item, "fixturenames", ()))
    module = getattr(item, "module", None)
    return (
        bool({"site", "live"} & fixtures)
        or hasattr(module, "fresh_database")
        or item.get_closest_marker("skipif") is not None
    )


class Now:
    """The test that runs now in this process."""

    item: pytest.Item | None = None


def pytest_runtest_setup(item: pytest.Item) -> None:
    Now.item = item


def fresh_database(name: str, folder: Path) -> str:
    """Return the address of an empty database: one per worker, so that tests run side by side.

    This is the only way to the database under test, so a test marked `no_database` that comes here
    has the wrong mark: it would never be run on PostgreSQL.
    """
    assert Now.item is None or not Now.item.get_closest_marker("no_database"), (
        f"{Now.item.nodeid} opens a database: let it ask for the fixture `app` or `site`, or let its "
        "module import fresh_database by name (tests/conftest.py, can_open_a_database)"
    )
    if not TEST_URL:
        return f"sqlite:///{folder / f'{name}.db'}"
    url = make_url(TEST_URL)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def make_app(folder: Path, database_url: str, **overrides: object) -> Flask:
    """Return an app on its own folder and database, tables made by the migrations."""
    settings = config.load(
        home=folder, database_url=database_url, mode="test", base_url=BASE_URL, **overrides
    )
    app = create_app(settings)
    app.config["TESTING"] = False  # errors become pages, as for people
    app.test_client_class = ClosedDoor
    with app.app_context():
        upgrade_schema()
    return app


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app per test process."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    folder = tmp_path_factory.mktemp("site")
    app = make_app(folder, fresh_database(f"learnenv_test_{worker}", folder))
    yield app
    with app.app_context():
        db.engine.dispose()


RESTART = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)


def empty(app: Flask) -> None:
    """Take every row out of every table."""
    with app.app_context():
        engine = db.engine
        names = [f'"{table.name}"' for table in reversed(db.metadata.sorted_tables)]
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                # TRUNCATE would make a hundred new files per test, each synced to disk. Triggers and
                # foreign keys step aside for this transaction; that takes a superuser.
                connection.execute(text("SET LOCAL session_replication_role = replica"))
                for name in names:
                    connection.execute(text(f"DELETE FROM {name}"))
                connection.execute(RESTART)
            else:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
                # History that is only ever added refuses this: its guards step aside for a test.
                guards = connection.exec_driver_sql(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                ).all()
                for guard, _sql in guards:
                    connection.exec_driver_sql(f"DROP TRIGGER {guard}")
                for name in names:
                    connection.exec_driver_sql(f"DELETE FROM {name}")
                for _guard, sql in guards:
                    connection.exec_driver_sql(sql)
    versions.forget()


@pytest.fixture
def app(site: Flask) -> Iterator[Flask]:
    """The app with empty tables, and an app context for services and factories."""
    empty(site)
    with site.app_context(), site.test_request_context("/", headers={"Accept-Language": "en"}):
        yield site
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser that distrusts every page it gets."""
    return Browser(app)


@pytest.fixture
def new_client(app: Flask) -> type[Browser]:
    """For tests that need several browsers: call it with the app."""
    del app
    return Browser


@pytest.fixture
def count_queries(app: Flask) -> Iterator[list[str]]:
    """A list that fills with the SQL statements that are sent."""
    statements: list[str] = []

    def note(_conn, _cursor, statement, _parameters, _context, _many) -> None:  # type: ignore[no-untyped-def]
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import webob  # noqa: F401 - its cgi warning comes once, here
