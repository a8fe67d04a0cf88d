"""XBlock fields, and how many statements a page costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from xblock.core import XBlock
from xblock.exceptions import InvalidScopeError
from xblock.fields import Integer, List, Scope, String

from courses import queries
from courses.models import BlockState
from courses.runtime import runtime as host
from courses.runtime.runtime import LearnerRuntime
from learnenv.accounts.models import Person
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.courses.olx import publish_files, with_files
from tests.factories import actor_of, make_course, make_enrolment, make_person
from tests.house.world import complete


class EveryScope(XBlock):
    """A block with a field in every scope."""

    title = String(default="titel", scope=Scope.settings)
    body = String(default="tekst", scope=Scope.content)
    mine_here = Integer(default=0, scope=Scope.user_state)
    mine_everywhere = Integer(default=0, scope=Scope.preferences)
    mine_always = Integer(default=0, scope=Scope.user_info)
    ours_here = Integer(default=0, scope=Scope.user_state_summary)
    lijst = List(default=[], scope=Scope.user_state)


@pytest.fixture
def pages(app: Flask, monkeypatch):
    """A function: a runtime for a person, in which every text is a block with all scopes."""
    course = make_course()
    monkeypatch.setattr(host, "block_class", lambda _type: EveryScope)

    def open_as(person: Person) -> LearnerRuntime:
        outline = queries.current(course)
        return LearnerRuntime(outline, actor_of(person), publish=lambda *_a: None)

    return open_as


FIRST, SECOND = "proef-tekst-1", "proef-tekst-2"
# scope: does the other block of the same person see it, the other person here, the other there
SHARES = {
    "mine_here": (False, False, False),
    "mine_everywhere": (True, False, False),
    "mine_always": (True, False, False),
    "ours_here": (False, True, False),
}


@pytest.mark.parametrize("name", SHARES)
def test_each_scope_reaches_as_far_as_it_says(pages, name: str) -> None:
    a, b = make_person(), make_person()
    with transaction():
        block = pages(a).block(FIRST)
        setattr(block, name, 7)
        block.save()
    db.session.expire_all()

    def seen(person: Person, block_id: str) -> bool:
        return getattr(pages(person).block(block_id), name) == 7

    assert seen(a, FIRST)
    assert (seen(a, SECOND), seen(b, FIRST), seen(b, SECOND)) == SHARES[name]


@pytest.mark.parametrize("name", ["title", "body"])
def test_a_learner_cannot_write_what_an_author_wrote(pages, name: str) -> None:
    block = pages(make_person()).block(FIRST)
    setattr(block, name, "gekaapt")
    with pytest.raises(InvalidScopeError), transaction():
        block.save()
    with pytest.raises(InvalidScopeError):
        pages(make_person()).learner_fields.set_many(block, {"mine_here": 1, name: "gekaapt"})
    with pytest.raises(InvalidScopeError):
        pages(make_person()).learner_fields.delete(block, name)
    db.session.rollback()
    assert db.session.scalars(select(BlockState)).all() == []


def test_a_list_that_is_changed_in_place_is_kept(pages) -> None:
    person = make_person()
    with transaction():
        block = pages(person).block(FIRST)
        block.lijst.append("a")
        block.save()
    assert pages(person).block(FIRST).lijst == ["a"]
    with transaction():
        block = pages(person).block(FIRST)
        del block.lijst
        block.mine_here = 3
        block.save()
    again = pages(person).block(FIRST)
    assert (again.lijst, again.mine_here) == ([], 3)


def test_a_visitor_leaves_nothing(pages) -> None:
    from learnenv.kernel.permissions import VISITOR

    runtime = LearnerRuntime(pages(make_person()).outline, VISITOR, publish=lambda *_a: None)
    with transaction():
        block = runtime.block(FIRST)
        block.mine_here = 5
        block.save()
    assert db.session.scalars(select(BlockState)).all() == []


def test_a_block_that_raises_does_not_take_the_page_along(
    app: Flask, client: Browser, monkeypatch
) -> None:
    from courses.blocks.text import TextBlock

    make_course()

    def fails(_self: object, _context: object = None) -> None:
        raise RuntimeError("stuk blok")

    monkeypatch.setattr(TextBlock, "student_view", fails)
    page = client.get("/cursussen/proef/les/proef-les/proef-deel-2")
    assert "cannot be shown here" in page.main
    assert "Welke dag komt na maandag?" in page.main
    assert "stuk blok" not in page.text


def test_a_block_of_a_package_that_is_gone_keeps_its_data(
    app: Flask, client: Browser, tmp_path: Path
) -> None:
    unit = '<vertical display_name="L"><verdwenen url_name="v" a="1"><x/></verdwenen></vertical>'
    course = publish_files(with_files({"vertical/proef-deel-1.xml": unit}), tmp_path)
    assert "cannot be shown here" in client.get("/cursussen/proef/les/proef-les/proef-deel-1").main
    assert queries.current(course).blocks["v"][2].fields["unknown_xml"].startswith("<verdwenen")


def test_the_state_of_30_blocks_is_one_query(
    app: Flask, client: Browser, tmp_path: Path, count_queries: list[str]
) -> None:
    blocks = "".join(f'<reflection url_name="r{n}" prompt="Vraag {n}"/>' for n in range(30))
    course = publish_files(
        with_files({"vertical/proef-deel-1.xml": f"<vertical>{blocks}</vertical>"}), tmp_path
    )
    person = make_person()
    client.sign_in(person)
    make_enrolment(person, course)
    for n in range(0, 30, 3):
        url = f"/cursussen/proef/blok/r{n}/save_text"
        client.post(url, {"text": f"Gedachte {n}"}, headers={"Accept": "text/html"})
    count_queries.clear()
    page = client.get("/cursussen/proef/les/proef-les/proef-deel-1")
    assert "Gedachte 27" in page.main
    state = [q for q in count_queries if "courses_block_state" in q]
    assert len(state) == 1, state


MOST = 8
PAGES = ("/", "/cursussen", "/cursussen/proef", "/cursussen/proef/les/proef-les/proef-deel-2", "/leren", "/cursussen/proef/voortgang", "test", "summary")  # fmt: skip


def test_a_page_costs_few_statements_and_not_more_with_more_learners(
    app: Flask, client: Browser, count_queries: list[str]
) -> None:
    course = make_course()
    person = make_person()
    enrolment = make_enrolment(person, course)
    client.sign_in(person)
    from tests.courses.test_learning import complete_lesson

    complete_lesson(enrolment, course)
    attempt = client.post("/cursussen/proef/toets/proef-toets").location
    addresses = {p: {"test": attempt, "summary": f"{attempt}/overzicht"}.get(p, p) for p in PAGES}

    def measure() -> dict[str, int]:
        found = {}
        for name, path in addresses.items():
            client.get(path)  # what is cached for ever is read once
            count_queries.clear()
            client.get(path)
            real = [q for q in count_queries if not q.startswith(("BEGIN", "PRAGMA", "ROLLBACK"))]
            found[name] = len(real)
        return found

    before = measure()
    assert all(0 < n <= MOST for n in before.values()), before
    for _ in range(10):
        complete(make_person(), course)
    assert measure() == before
