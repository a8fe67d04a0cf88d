"""Returned means committed, raised means rolled back."""

from __future__ import annotations

import contextvars
import threading

import pytest
from flask import Flask
from sqlalchemy import select

from learnenv.kernel import settings
from learnenv.kernel.clock import now
from learnenv.kernel.db import begin_mode, db
from learnenv.kernel.errors import DomainError
from learnenv.kernel.models import Setting
from learnenv.kernel.permissions import public
from learnenv.kernel.transaction import after_commit, is_ready, pause, transaction, writing
from learnenv.web.shell import keep_writes
from tests.browser import Browser


def stored() -> set[str]:
    """What another connection sees."""
    mode = begin_mode.set("DEFERRED")
    try:
        with db.engine.connect() as connection:
            return set(connection.scalars(select(Setting.key)))
    finally:
        begin_mode.reset(mode)


def test_returned_is_committed(app: Flask) -> None:
    with transaction():
        settings.put("a", "1")
        assert stored() == set()
    assert stored() == {"a"}


def test_raised_is_rolled_back(app: Flask) -> None:
    with pytest.raises(ValueError, match="toch niet"), transaction():
        settings.put("a", "1")
        raise ValueError("toch niet")
    assert stored() == set()
    with transaction():
        settings.put("b", "1")
    assert stored() == {"b"}, "nothing of the first one came along"


def test_an_inner_transaction_is_part_of_the_outer_one(app: Flask) -> None:
    with pytest.raises(ValueError, match="toch niet"), transaction():
        with transaction():
            settings.put("a", "1")
        raise ValueError("toch niet")
    assert stored() == set()


def test_after_commit_runs_once_it_is_stored(app: Flask) -> None:
    seen = []
    with transaction():
        settings.put("a", "1")
        after_commit(lambda: seen.append(stored()))
        assert seen == []
    assert seen == [{"a"}]


def test_after_commit_may_write_in_a_transaction_of_its_own(app: Flask) -> None:
    def write() -> None:
        with transaction():
            settings.put("later", "1")

    with transaction(write=False):
        after_commit(write)
    assert stored() == {"later"}


def test_after_commit_does_not_run_after_a_rollback(app: Flask) -> None:
    seen = []
    with pytest.raises(ValueError, match="nee"), transaction():
        after_commit(lambda: seen.append("ran"))
        raise ValueError("nee")
    with transaction():
        settings.put("b", "1")
    assert seen == []


def test_pause_refuses_to_lose_what_was_written(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="unsaved"), transaction():
        db.session.add(Setting(key="x", value="1", changed_at=now()))
        pause()
    assert stored() == set()


def test_writing_stores_at_its_end_and_takes_the_lock_only_there(app: Flask) -> None:
    """Who only reads so far holds up nobody; what others stored meanwhile is seen."""
    with transaction(write=False):
        assert db.session.scalars(select(Setting.key)).all() == []
        _store_in_a_thread(app, "other")
        with writing():
            assert db.session.scalars(select(Setting.key)).all() == ["other"]
            settings.put("a", "1")
            assert stored() == {"other"}
        assert stored() == {"a", "other"}
        _store_in_a_thread(app, "later")
        with writing():
            settings.put("b", "1")
    assert stored() == {"a", "b", "later", "other"}


def test_writing_that_raises_is_rolled_back_and_reading_goes_on(app: Flask) -> None:
    seen: list[str] = []
    with transaction(write=False):
        with pytest.raises(ValueError, match="nee"), writing():
            settings.put("a", "1")
            after_commit(lambda: seen.append("ran"))
            raise ValueError("nee")
        assert db.session.scalars(select(Setting.key)).all() == []
    assert stored() == set()
    assert seen == []


def test_writing_in_a_transaction_that_writes_is_part_of_it(app: Flask) -> None:
    with pytest.raises(ValueError, match="toch niet"), transaction():
        with writing():
            settings.put("a", "1")
        assert stored() == set()
        raise ValueError("toch niet")
    assert stored() == set()
    with writing():
        settings.put("b", "1")
    assert stored() == {"b"}


def _store_in_a_thread(app: Flask, key: str) -> None:
    def work() -> None:
        with app.app_context(), transaction():
            settings.put(key, "1")
            db.session.flush()

    thread = threading.Thread(target=contextvars.Context().run, args=(work,))
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_the_database_answers(app: Flask) -> None:
    assert is_ready() is True


@pytest.mark.parametrize(
    ("status", "raises", "keeps", "is_stored"),
    [
        (200, False, False, True),
        (303, False, False, True),
        (400, False, False, False),
        (422, False, False, False),
        (500, False, False, False),
        (422, False, True, True),
        (409, True, False, False),
    ],
)
def test_an_answer_that_says_no_writes_nothing(
    app: Flask,
    client: Browser,
    monkeypatch,
    status: int,
    raises: bool,
    keeps: bool,
    is_stored: bool,
) -> None:
    @public
    def view():
        settings.put("x", "1")
        if keeps:
            keep_writes()
        if raises:
            raise DomainError("Dit kan niet.")
        return "ok", status

    monkeypatch.setitem(app.view_functions, "accounts.sign_out", public(view))
    answer = client.post("/afmelden", status=status)
    assert answer.status == status
    assert stored() == ({"x"} if is_stored else set())
