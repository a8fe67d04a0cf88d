from contextlib import contextmanager

import pytest
from sqlalchemy import event

from learnenv.kernel.db import db
from tests.areas.reporting.world import World, transaction


@pytest.fixture
def world():
    return World()


@pytest.fixture
def stage(app):
    """Everything inside is one transaction of a script: `with stage(): ...`."""

    @contextmanager
    def open_stage():
        with app.app_context(), transaction():
            yield

    return open_stage


@pytest.fixture
def statements(app):
    """Collect the statements of a block, without those that find out who asks."""

    @contextmanager
    def collect():
        found = []

        def note(_connection, _cursor, statement, *_rest):
            if (
                not statement.startswith("BEGIN")
                and "accounts_session" not in statement
                and "above" not in statement
            ):
                found.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect
