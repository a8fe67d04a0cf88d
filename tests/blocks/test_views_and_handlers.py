"""Every block of the table through the real app: its views, its handlers, what is kept of it."""

from __future__ import annotations

import contextvars
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from xblock.exceptions import NoSuchViewError

from courses import queries
from courses.models import Course, ItemProgress
from courses.runtime.runtime import LearnerRuntime
from learnenv.accounts.models import Person
from learnenv.kernel.db import db
from tests.blocks.cases import CASES, Call, Case
from tests.blocks.course import SLUG, draw_for_author, publish
from tests.browser import PASSWORD, Browser, Page
from tests.conftest import empty
from tests.factories import actor_of, make_enrolment, make_organisation, make_person

BROKEN = "cannot be shown here"
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


class Place:
    """A learner in the course with all blocks."""

    def __init__(self, app: Flask) -> None:
        self.course: Course = publish()
        self.person: Person = make_person(password=PASSWORD, organisation=make_organisation())
        self.enrolment = make_enrolment(self.person, self.course)
        self.browser = Browser(app).sign_in(self.person)
        self.browser.fetch_token()

    def open(self, case: Case) -> str:
        """Open the frame of a block, as its form does."""
        answer = Page(
            self._send(
                f"/cursussen/{SLUG}/beeld/{case.id}", method="POST",
                data={"csrf_token": self.browser.token}, headers=self.browser.headers,
            )
        )  # fmt: skip
        assert answer.status == 200, answer.text[:500]
        return answer.text

    def _send(self, path: str, **sent: Any) -> Any:
        """Ask in a context of its own, as on a server: the tests' own must not leak into it."""
        return contextvars.Context().run(self.browser.client.open, path, **sent)

    def ask(self, case: Case, call: Call) -> str:
        """Call a handler, as the bridge does."""
        where = f"/cursussen/{SLUG}/blok/{case.id}/{call.handler}"
        headers = {
            "X-CSRFToken": self.browser.token, "X-Requested-With": "XMLHttpRequest",
            "X-XBlock-Method": call.method, **self.browser.headers,
        }  # fmt: skip
        sent: dict[str, Any] = {"data": json.dumps(call.data), "content_type": "application/json"}
        if call.form:
            sent = {"data": call.data, "content_type": "application/x-www-form-urlencoded"}
        if call.file:
            field, name, content = call.file
            sent = {"data": {**call.data, field: (io.BytesIO(content), name)}}
        answer = Page(
            self._send(f"{where}/{call.suffix}".rstrip("/"), method="POST", headers=headers, **sent)
        )
        assert answer.status == call.status, (call, answer.status, answer.text[:500])
        return answer.data.decode("utf-8", "replace")

    def block(self, case: Case) -> Any:
        """Return the block as a new request of this learner has it."""
        db.session.rollback()
        outline = queries.current(self.course)
        runtime = LearnerRuntime(outline, actor_of(self.person), publish=lambda *_a: None)
        return runtime.block(case.id)

    def record(self, case: Case) -> ItemProgress | None:
        """Return what the learner's record says of the block."""
        db.session.rollback()
        return db.session.scalar(
            select(ItemProgress).where(
                ItemProgress.enrolment_id == self.enrolment.id, ItemProgress.item == case.id
            )
        )


@pytest.fixture(scope="module")
def place(site: Flask) -> Iterator[Place]:
    """One course and one learner for all cases: a block each."""
    empty(site)
    with site.app_context(), site.test_request_context("/", headers={"Accept-Language": "en"}):
        yield Place(site)
        db.session.rollback()
        db.session.remove()


@every_case
def test_a_learner_sees_it_uses_it_and_finds_it_again(place: Place, case: Case) -> None:
    first = place.open(case)
    assert BROKEN not in first
    assert case.shows in first
    for call in case.calls:
        said = place.ask(case, call)
        assert call.says in said, (call.handler, said[:500])
    record = place.record(case)
    if case.grade is not None:
        assert record is not None
        assert (record.earned, record.possible) == pytest.approx(case.grade)
        assert record.reported_by_browser
    if case.grade is None and case.completed:
        assert record is not None
    if case.grade is None and not case.completed:
        assert record is None
    kept = {name: getattr(place.block(case), name) for name in case.kept}
    assert json.loads(json.dumps(kept)) == case.kept
    again = place.open(case)
    assert BROKEN not in again
    assert case.shows in again


@every_case
def test_an_author_sees_it(place: Place, case: Case) -> None:
    if case.studio is None:
        with pytest.raises(NoSuchViewError):
            draw_for_author(place.course, case)
    elif case.studio_fault:
        with pytest.raises(Exception) as found:
            draw_for_author(place.course, case)
        assert case.studio_fault in repr(found.value)
    else:
        assert case.studio in draw_for_author(place.course, case)


@pytest.mark.parametrize("case", [c for c in CASES if c.data], ids=lambda case: case.id)
def test_its_data_for_other_clients_are_json(place: Place, case: Case) -> None:
    """`student_view_data`, of which mobile applications of XBlock draw a view of their own."""
    assert case.data is not None
    said = json.loads(json.dumps(place.block(case).student_view_data()))
    assert {name: said[name] for name in case.data} == case.data
