"""What the host offers a package of others: templates, words, fields, files and frames of its own."""

from __future__ import annotations

import gettext
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from xblock.core import XBlock
from xblock.plugin import PLUGIN_CACHE

from courses import queries
from courses.models import ItemProgress
from courses.olx.importer import read_course
from courses.olx.package import Package
from courses.runtime import plugins, switches
from courses.runtime.runtime import LearnerRuntime
from courses.services.publishing import publish_course
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.transaction import transaction
from tests.browser import PASSWORD, Browser, Page
from tests.factories import actor_of, make_enrolment, make_organisation, make_person
from tests.journeys.acid import COURSE, block
from tests.journeys.live import ROOT

CODE = """
from web_fragments.fragment import Fragment
from xblock.completable import CompletableXBlockMixin
from xblock.core import XBlock
from xblock.fields import Scope, String


class Guest(CompletableXBlockMixin, XBlock):
    has_children = True
    i18n_js_namespace = "Guest"
    link = String(default="", scope=Scope.settings)

    def student_view(self, context=None):
        word = self.runtime.service(self, "i18n").gettext("Hello")
        html = self.runtime.render_template("guest.html", word=word, due=self.due, link=self.link)
        return Fragment(html)

    @XBlock.json_handler
    def finish(self, data, suffix=""):
        self.emit_completion(1.0)
        self.runtime.publish(self, "grade", {"value": 1, "max_value": 2})
        return {"names": [b.name for b in self.runtime.querypath(self, "./inner")],
                "up": [b.name for b in self.runtime.querypath(self, "./inner/..")],
                "links": list(self.runtime.querypath(self, "./inner/@link"))}
"""
TEMPLATE = "{% load i18n %}<p>{{ word }} {{ due|date:'F' }} <a href='{{ link }}'>x</a></p>{% include 'part.html' %}"


@pytest.fixture
def guest(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Install a package of others: a block, its templates, translations and public files."""
    root = tmp_path / "guest_of_tests"
    words = root / "translations" / "nl" / "LC_MESSAGES"
    for folder in (
        words,
        root / "inner" / "templates",
        root / "inner" / "public" / "js",
        root / "secret",
    ):
        folder.mkdir(parents=True)
    (root / "__init__.py").write_text(CODE)
    (root / "inner" / "templates" / "guest.html").write_text(TEMPLATE)
    (root / "inner" / "templates" / "part.html").write_text("<i>deel</i>")
    (root / "inner" / "public" / "js" / "text.js").write_text("window.guest = 1;")
    (root / "secret" / "key.txt").write_text("geheim")
    (root / "public" / "js" / "translations" / "en").mkdir(parents=True)
    (root / "public" / "js" / "translations" / "en" / "text.js").write_text("window.words = {};")
    catalogue = Catalog(locale="nl", domain="text")
    catalogue.add("Hello", "Goedendag")
    with (words / "text.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = EntryPoint("guest", "guest_of_tests:Guest", XBlock.entry_point)
    monkeypatch.setattr(XBlock, "extra_entry_points", {("guest", entry)})
    plugins.forget()
    yield "guest"
    plugins.forget()
    PLUGIN_CACHE.pop((XBlock.entry_point, "guest"), None)
    for name in [name for name in sys.modules if name.startswith("guest_of_tests")]:
        del sys.modules[name]
    gettext._translations.clear()  # type: ignore[attr-defined]


class Place:
    def __init__(self, app: Flask) -> None:
        imported = read_course(Package({"course.xml": COURSE, "static/plaat.svg": b"<svg/>"}))
        unit = imported.document["modules"][0]["lessons"][0]["units"][0]
        inner = block("binnen", "guest", name="inner", link="/static/weg.svg")
        outer = block(
            "gast",
            "guest",
            inner,
            name="outer",
            link="/static/plaat.svg",
            due="2026-05-01T12:00:00Z",
        )
        unit["blocks"] = [outer]
        with transaction():
            publish_course(imported, actor=SYSTEM, at=now())
        self.course = queries.course_by_slug("acid")
        self.person = make_person(
            password=PASSWORD, organisation=make_organisation(), language="nl"
        )
        make_enrolment(self.person, self.course)
        self.browser = Browser(app, language="nl").sign_in(self.person)
        self.browser.fetch_token()

    def runtime(self) -> LearnerRuntime:
        return LearnerRuntime(
            queries.current(self.course), actor_of(self.person), publish=lambda *_a: None
        )

    def post(self, path: str, **sent: object) -> Page:
        headers = {
            **self.browser.headers,
            "X-CSRFToken": self.browser.token,
            "X-Requested-With": "XMLHttpRequest",
        }
        return Page(self.browser.client.open(path, method="POST", headers=headers, **sent))


@pytest.fixture
def place(guest: str, app: Flask) -> Place:
    return Place(app)


def test_templates_and_words_of_its_own_package_in_the_language_of_the_page(place: Place) -> None:
    page = place.post("/cursussen/acid/beeld/gast")
    assert "Goedendag mei" in page.text, "its own catalogue, and Django in Dutch"
    assert "<i>deel</i>" in page.text, "a template that a template includes"


def test_files_of_the_course_are_found_and_others_stay_as_they_are(place: Place) -> None:
    page = place.post("/cursussen/acid/beeld/gast")
    assert "<a href='/bestand/" in page.text
    assert "/static/plaat.svg" not in page.text


def test_a_course_hands_its_due_date_down(place: Place) -> None:
    inner = place.runtime().block("binnen")
    assert (inner.due.year, inner.due.month, inner.graded) == (2026, 5, False)


def test_the_tree_can_be_walked_and_completion_and_score_are_kept(place: Place) -> None:
    path = "/cursussen/acid/blok/gast/finish"
    said = place.post(path, data="{}", content_type="application/json")
    assert said.json() == {"names": ["inner"], "up": ["outer"], "links": ["/static/weg.svg"]}
    db.session.rollback()
    row = db.session.scalars(select(ItemProgress)).one()
    assert (row.item, row.earned, row.possible) == ("gast", 1.0, 2.0)
    assert row.reported_by_browser, "also when completion came first"


def test_public_folders_inside_the_package_are_served_and_nothing_else(place: Place) -> None:
    def status(path: str) -> int:
        return place.browser.client.open(f"/blok-bestand/guest/{path}").status_code

    assert status("inner/public/js/text.js") == 200
    for path in (
        "secret/key.txt",
        "inner/public/../../secret/key.txt",
        "public/../secret/key.txt",
        "__init__.py",
        "inner/templates/guest.html",
    ):
        assert status(path) == 404, path


def test_catalogues_for_the_browser_only_where_there_is_one(place: Place) -> None:
    block = place.runtime().block("gast")
    with force_locale("nl"):
        i18n = block.runtime.service(block, "i18n")
        url = i18n.get_javascript_i18n_catalog_url(block)
    assert url == "/blok-bestand/guest/public/js/translations/en/text.js"
    assert place.browser.client.open(url).status_code == 200
    block.unmixed_class.i18n_js_namespace = None
    assert i18n.get_javascript_i18n_catalog_url(block) is None


def test_frames_inside_only_of_hosts_that_were_allowed(place: Place) -> None:
    def policy() -> str:
        return place.post("/cursussen/acid/beeld/gast").response.headers["Content-Security-Policy"]

    assert "frame-src 'none'" in policy()
    with transaction():
        switches.allow_hosts("guest", ["https://film.example", "http://kwaad.example"])
    assert "frame-src https://film.example;" in policy()


def test_services_that_say_no(place: Place) -> None:
    block = place.runtime().block("gast")
    service = block.runtime.service
    assert service(block, "sandbox").can_execute_unsafe_code() is False
    assert service(block, "xqueue") is None
    service(block, "cache").set("a", 1)
    assert json.dumps(service(block, "cache").get("a")) == "1"
    assert block.runtime.resource_url("js/vendor/underscore-min.js").endswith(
        "underscore-umd-min.js"
    )
    with pytest.raises(NotImplementedError):
        block.runtime.resource_url("js/vendor/unknown.js")


def test_the_page_around_a_frame_loads_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some packages take seconds; the frame waits for that, and its page does not."""
    entry = EntryPoint("slow", "no_such_package:Slow", XBlock.entry_point)
    monkeypatch.setattr(plugins, "installed", lambda: {"slow": entry})
    monkeypatch.setattr(plugins, "block_class", lambda _type: pytest.fail("it was loaded"))
    assert plugins.is_fenced("slow")


FIRST_VISITORS = """
import sys, threading, time, secrets
from courses.runtime import plugins
from courses.blocks.hidden import HiddenBlock

true_token = secrets.token_urlsafe
def slow_token(size):  # asked for between the question whether Django is ready and making it so
    time.sleep(0.3)
    return true_token(size)
secrets.token_urlsafe = slow_token
found, at_once = [], threading.Barrier(6)
def visit(load, name):
    at_once.wait()
    found.append(load(name))
asked = [(plugins.block_class, "acid"), (plugins.block_class, "acid_parent"),
         (plugins.aside_class, "acid_aside")] * 2
threads = [threading.Thread(target=visit, args=one) for one in asked]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
names = sorted(str(getattr(one, "__name__", None)) for one in found)
sys.exit(0 if names == ["AcidAside"] * 2 + ["AcidBlock"] * 2 + ["AcidParentBlock"] * 2 else str(names))
"""


def test_the_first_visitors_at_the_same_moment_all_get_the_block() -> None:
    """A page with two frames asks twice at once; a process that lost that race never got well."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_VISITORS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
