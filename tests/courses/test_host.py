"""The fences of blocks of others: what raises, lies or is gone leaves the page standing (P28)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from web_fragments.fragment import Fragment
from webob import Request, Response
from xblock.core import XBlock
from xblock.fields import BlockScope, Dict, Integer, List, Scope, String, UserScope
from xblock.plugin import PLUGIN_CACHE

from courses import queries
from courses.models import BlockHealth, BlockState, Course, ItemProgress
from courses.olx.importer import read_course
from courses.olx.package import Package
from courses.runtime import plugins, tokens
from courses.runtime.field_data import LearnerFieldData
from courses.runtime.runtime import LearnerRuntime
from courses.services.publishing import publish_course
from learnenv.accounts.models import Person
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM, Role
from learnenv.kernel.transaction import transaction
from tests.browser import PASSWORD, Browser, Page
from tests.factories import actor_of, make_enrolment, make_organisation, make_person
from tests.journeys.acid import COURSE, block


class Good(XBlock):
    """Counts, grades, and lets an author edit."""

    title = String(default="", scope=Scope.settings)
    count = Integer(default=0, scope=Scope.user_state)
    seen = List(default=[], scope=Scope.preferences)

    def student_view(self, _context: object = None) -> Fragment:
        self.count += 1
        fragment = Fragment(f"<p>goed {self.count} <i>{self.title}</i></p>")
        fragment.add_javascript("function Good() {}")
        fragment.initialize_js("Good", {"danger": "</script><script>alert(1)</script>"})
        return fragment

    @XBlock.json_handler
    def add(self, data: dict[str, Any], _suffix: str = "") -> dict[str, Any]:
        self.count += int(data["by"])
        return {"count": self.count}

    @XBlock.handler
    def echo(self, request: Request, suffix: str = "") -> Response:
        return Response(json={"method": request.method, "suffix": suffix, "q": dict(request.GET)})

    @XBlock.json_handler
    def score(self, data: dict[str, Any], _suffix: str = "") -> dict[str, Any]:
        self.runtime.publish(self, "grade", {"value": data["value"], "max_value": data["max"]})
        return {}

    @XBlock.json_handler
    def submit_studio_edits(self, data: dict[str, Any], _suffix: str = "") -> dict[str, Any]:
        self.title = data["title"]
        return {"result": "success"}

    def private(self, _request: Request, _suffix: str = "") -> Response:
        raise AssertionError("this is no handler")


class Bad(XBlock):
    """Raises wherever it can."""

    kept = Dict(default={}, scope=Scope.user_state)

    def student_view(self, _context: object = None) -> Fragment:
        raise RuntimeError("stuk beeld")

    @XBlock.handler
    def explode(self, _request: Request, _suffix: str = "") -> Response:
        self.kept = {"half": "written"}
        self.save()
        raise RuntimeError("stuk antwoord")

    @XBlock.handler
    def rubbish(self, _request: Request, _suffix: str = "") -> Response:
        return "zomaar tekst"  # type: ignore[return-value]


class Site:
    """A course with blocks of others, and a learner in it."""

    def __init__(self) -> None:
        imported = read_course(Package({"course.xml": COURSE}))
        unit = imported.document["modules"][0]["lessons"][0]["units"][0]
        unit["blocks"] = [
            block("goed", "good_test", title='"><script>alert(2)</script>'),
            block("fout", "bad_test"),
            block("weg", "gone_test", data="bewaard"),
            block("tekst", "text", data="<p>eigen tekst</p>"),
        ]
        with transaction():
            publish_course(imported, actor=SYSTEM, at=now())
        self.course: Course = queries.course_by_slug("acid")
        self.home = make_organisation()
        self.person: Person = make_person(password=PASSWORD, organisation=self.home)
        self.enrolment = make_enrolment(self.person, self.course)

    def runtime(self, person: Person | None = None, **options: Any) -> LearnerRuntime:
        viewer = actor_of(person or self.person)
        return LearnerRuntime(
            queries.current(self.course), viewer, publish=lambda *_a: None, **options
        )


UNIT = "/cursussen/acid/les/les/deel"
BLOCK = "/cursussen/acid/blok"


@pytest.fixture
def others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register the blocks of this file, as an installed package would."""
    found = {
        (name, EntryPoint(name, f"tests.courses.test_host:{cls}", XBlock.entry_point))
        for name, cls in (("good_test", "Good"), ("bad_test", "Bad"))
    }
    monkeypatch.setattr(XBlock, "extra_entry_points", found)
    plugins.forget()
    yield
    plugins.forget()
    for name in ("good_test", "bad_test"):
        PLUGIN_CACHE.pop((XBlock.entry_point, name), None)


@pytest.fixture
def host(others: None) -> Site:
    return Site()


@pytest.fixture
def signed_in(host: Site, client: Browser) -> Browser:
    return client.sign_in(host.person)


def states() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(BlockState)) or 0


def post_json(
    browser: Browser,
    path: str,
    data: Any,
    status: int = 200,
    *,
    token: bool = True,
    **headers: str,
) -> Page:
    """Ask a handler as the bridge does."""
    if token:
        browser.fetch_token()
        headers["X-CSRFToken"] = browser.token
    headers["X-Requested-With"] = "XMLHttpRequest"
    page = browser.open(
        path, method="POST", data=json.dumps(data), headers=headers, content_type="application/json"
    )
    assert page.status == status, f"{path}: {page.status} {page.text[:300]}"
    return page


def open_frame(browser: Browser, block_id: str, status: int = 200) -> Page:
    """Open a frame as its form does; it is no page of ours, so it is not looked at as one."""
    browser.fetch_token()
    form = {"csrf_token": browser.token}
    path = f"/cursussen/acid/beeld/{block_id}"
    answer = Page(browser.client.open(path, method="POST", data=form, headers=browser.headers))
    assert answer.status == status
    return answer


def test_the_page_stands_and_others_are_in_frames(signed_in: Browser) -> None:
    page = signed_in.get(UNIT)
    assert "eigen tekst" in page.main
    assert page.text.count("<iframe") == 2, "what is gone has no frame"
    assert page.text.count('sandbox="allow-scripts"') == 2
    assert "goed 1" not in page.text, "nothing of others runs in our page"
    assert "cannot be shown here" in page.main
    assert states() == 0, "no GET changes state"


def test_a_frame_has_no_origin_and_escapes_what_authors_wrote(
    host: Site, signed_in: Browser
) -> None:
    page = open_frame(signed_in, "goed", status=200)
    policy = page.response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "goed 1" in page.text
    assert "<\\/script><script>alert(1)" in page.text, "json arguments cannot end the script"
    assert states() == 1
    assert "goed 2" in open_frame(signed_in, "goed", status=200).text


def test_a_view_that_raises_is_one_quiet_message_and_named_on_the_health_page(
    host: Site, signed_in: Browser, app: Flask, new_client: Callable[[Flask], Browser]
) -> None:
    page = open_frame(signed_in, "fout", status=200)
    assert "cannot be shown here" in page.text
    assert "stuk beeld" not in page.text
    db.session.rollback()
    ill = db.session.get_one(BlockHealth, "bad_test")
    assert (ill.failures, "stuk beeld" in ill.last_error) == (1, True)


def test_a_handler_that_raises_writes_nothing_and_tells_nothing(signed_in: Browser) -> None:
    answer = post_json(signed_in, f"{BLOCK}/fout/explode", {}, status=500)
    assert answer.json() == {"error": "block"}
    assert states() == 0
    post_json(signed_in, f"{BLOCK}/fout/rubbish", {}, status=500)
    db.session.rollback()
    assert db.session.get_one(BlockHealth, "bad_test").failures == 2


@pytest.mark.parametrize(
    "path", ["goed/private", "goed/save", "goed/student_view", "weg/add", "niets/add"]
)
def test_only_handlers_are_handlers(signed_in: Browser, path: str) -> None:
    post_json(signed_in, f"{BLOCK}/{path}", {}, status=404)


def test_a_learner_cannot_edit_the_course(host: Site, signed_in: Browser) -> None:
    edit = {"title": "van mij"}
    post_json(signed_in, f"{BLOCK}/goed/submit_studio_edits", edit, status=403)
    assert host.runtime().block("goed").title != "van mij"
    assert states() == 0


def test_handlers_get_json_suffix_query_and_method(signed_in: Browser) -> None:
    assert post_json(signed_in, f"{BLOCK}/goed/add", {"by": 3}).json() == {"count": 3}
    assert post_json(signed_in, f"{BLOCK}/goed/add", {"by": 4}).json() == {"count": 7}
    told = post_json(
        signed_in, f"{BLOCK}/goed/echo/a/b?c=d", {}, **{"X-XBlock-Method": "GET"}
    ).json()
    assert told == {"method": "GET", "suffix": "a/b", "q": {"c": "d"}}


def test_P10_no_handler_without_the_token(host: Site, signed_in: Browser) -> None:
    post_json(signed_in, f"{BLOCK}/goed/add", {"by": 1}, status=400, token=False)
    assert states() == 0


def test_P28_a_score_of_a_browser_is_bounded_and_marked(host: Site, signed_in: Browser) -> None:
    post_json(signed_in, f"{BLOCK}/goed/score", {"value": 900, "max": 2})
    db.session.rollback()
    row = db.session.scalars(select(ItemProgress)).one()
    assert (row.item, row.earned, row.possible) == ("goed", 2.0, 2.0)
    assert row.reported_by_browser is True
    for odd, status in ((-5, 200), (None, 200), ("veel", 500), ("nan", 500)):
        post_json(signed_in, f"{BLOCK}/goed/score", {"value": odd, "max": 2}, status=status)
    db.session.rollback()
    assert db.session.scalars(select(ItemProgress)).one().earned == 2.0


def test_a_block_of_a_package_that_is_gone_keeps_its_data(host: Site) -> None:
    assert host.runtime().outline.blocks["weg"][2].fields == {"data": "bewaard"}


def test_j11_off_for_the_site_and_off_for_one_organisation(
    host: Site, app: Flask, new_client: Callable[[Flask], Browser]
) -> None:
    from courses.runtime.switches import switch

    elsewhere = make_person(password=PASSWORD, organisation=make_organisation())
    make_enrolment(elsewhere, host.course)
    here, there = new_client(app).sign_in(host.person), new_client(app).sign_in(elsewhere)
    with app.test_request_context(), transaction():
        switch("good_test", on=True, off_for=frozenset({host.home.id}))
    assert "switched off" in here.get(UNIT).main
    assert "switched off" not in there.get(UNIT).main
    post_json(here, f"{BLOCK}/goed/add", {"by": 1}, status=404)
    open_frame(here, "goed", status=404)
    post_json(there, f"{BLOCK}/goed/add", {"by": 1})
    with app.test_request_context(), transaction():
        switch("good_test", on=False, off_for=frozenset())
    assert "switched off" in there.get(UNIT).main
    post_json(there, f"{BLOCK}/goed/add", {"by": 1}, status=404)


def test_j11_the_administrator_sees_all_blocks(app: Flask, client: Browser) -> None:
    client.sign_in(make_person(password=PASSWORD, roles=[(Role.ADMINISTRATOR, None)]))
    page = client.get("/beheer/blokken")
    assert "acid-xblock" in page.main
    assert "our own" in page.main
    form = {"on": "y", "hosts": "http://kwaad.example", "settings": ""}
    client.post("/beheer/blokken/acid", data=form, status=422)
    client.post("/beheer/blokken/acid", data=form | {"hosts": "", "settings": "[1]"}, status=422)
    client.post("/beheer/blokken/acid", data=form | {"hosts": "https://cdn.example"})
    client.get("/beheer/blokken/text", status=404)


def test_a_signed_address_opens_one_handler_for_two_days(
    host: Site, client: Browser, app: Flask
) -> None:
    with app.test_request_context():
        url = host.runtime().handler_url(host.runtime().block("goed"), "echo", thirdparty=True)
        token = tokens.make("acid", "goed", "echo")
        assert tokens.is_good(token, "acid", "goed", "echo")
        assert not tokens.is_good(token, "acid", "goed", "add")
        assert not tokens.is_good(token + "x", "acid", "goed", "echo")
    path = url.removeprefix("http://localhost")
    assert post_json(client, path, {}, token=False).json()["method"] == "POST"
    post_json(client, path.replace("/echo", "/add"), {}, status=404, token=False)


# --- all twelve scopes (XBLOCK.md 5, step 1) ----------------------------------------------------


def _everything() -> type[XBlock]:
    fields = {
        f"f{n}": Integer(default=0, scope=scope)
        for n, scope in enumerate(Scope.scopes())
        if scope not in {Scope.content, Scope.settings}
    }
    return type("Everything", (XBlock,), fields)


Everything = _everything()


@pytest.mark.parametrize("name", [n for n in Everything.fields if n.startswith("f")])
def test_every_scope_reaches_exactly_as_far_as_it_says(
    host: Site, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Two people, two blocks of one type: seen exactly where user and block scope say."""
    import courses.runtime.runtime as module

    monkeypatch.setattr(module, "block_class", lambda _type: Everything)
    scope = Everything.fields[name].scope
    other = make_person()
    with transaction():
        mine = host.runtime().block("goed")
        setattr(mine, name, 7)
        mine.save()

    def seen(person: Person, block_id: str) -> bool:
        return getattr(host.runtime(person).block(block_id), name) == 7

    for person, same_person in ((host.person, True), (other, False)):
        for block_id, same_block in (("goed", True), ("fout", False)):
            by_user = scope.user != UserScope.ONE or same_person
            by_block = scope.block == BlockScope.ALL or same_block
            assert seen(person, block_id) is (by_user and by_block), (scope, person.id, block_id)


class Leaky(LearnerFieldData):
    """A planted fault: everybody is one person."""

    def key_of(self, block: XBlock, name: str) -> Any:
        return (0, *super().key_of(block, name)[1:])


def test_the_scope_test_sees_a_host_that_mixes_people(
    host: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acid passes such a host in full; the test above must not."""
    import courses.runtime.runtime as module

    monkeypatch.setattr(module, "LearnerFieldData", Leaky)
    name = next(
        n for n, f in Everything.fields.items() if n.startswith("f") and f.scope == Scope.user_state
    )
    with pytest.raises(AssertionError):
        test_every_scope_reaches_exactly_as_far_as_it_says(host, monkeypatch, name)


def test_what_a_view_shows_twice_is_loaded_once(host: Site, app: Flask) -> None:
    with app.test_request_context(), transaction():
        runtime = host.runtime()
        fragment = runtime.render_safely(runtime.blocks(["goed"])[0])
    assert len(fragment.resources) == len(set(fragment.resources))


def test_children_of_a_block_of_others_come_in_from_files(app: Flask) -> None:
    inside = (
        '<acid_parent url_name="ouder" name="parent">'
        '<acid url_name="links" name="left-child"/><acid url_name="rechts" name="right-child"/>'
        "</acid_parent></vertical>"
    )
    course = COURSE.replace(
        b'display_name="Blokken van anderen"/>',
        b'display_name="Blokken van anderen">' + inside.encode(),
    )
    document = read_course(Package({"course.xml": course})).document
    [parent] = document["modules"][0]["lessons"][0]["units"][0]["blocks"]
    assert parent["fields"] == {"name": "parent"}
    assert [(c["id"], c["fields"]) for c in parent["children"]] == [
        ("links", {"name": "left-child"}),
        ("rechts", {"name": "right-child"}),
    ]
