"""Blocks of others in a real browser: Acid passes in its frame, and the frame holds."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.live import ROOT, Live

pytestmark = pytest.mark.journey
UNIT = "/cursussen/acid/les/les/deel"
# Acid marks this one wrong on an acid_parent in every host: its script only knows "acid".
ACIDS_OWN = 1
COUNT = """() => Object.fromEntries(["pass", "fail", "error", "unknown"].map(
  name => [name, document.querySelectorAll("." + name).length]))"""

STOPPED = """() => !window.jQuery?.active && !document.ajaxq?.q["acid-queue"]?.length"""
GOOD = {"error": 0, "unknown": 0}


@pytest.fixture(scope="module")
def acid(live: Live) -> None:
    """Publish the course with Acid in the running site."""
    subprocess.run(
        [sys.executable, "-m", "tests.journeys.acid"], env=live.env, cwd=ROOT, check=True
    )


def frame_named(page: Page, name: str) -> Frame:
    found = page.frame(name)
    assert found is not None
    return found


def open_unit(page: Page) -> None:
    page.goto("/cursussen/acid")
    start = steps.button(page, "/cursussen/acid/inschrijven")
    if start.count():
        start.click()  # and one arrives there
    else:
        page.goto(UNIT)
    # Going there as well would draw each frame twice, and a drawing that was broken off may end
    # last: Acid then finds other numbers than those on its page, as it would in a second tab.
    expect(page).to_have_url(re.compile(UNIT + "$"))
    for name in ("blok-alleen", "blok-ouder"):
        frame = page.frame_locator(f"iframe[name={name}]")
        expect(frame.locator(".xblock-v1").first).to_be_visible()
        page.wait_for_function(
            "name => document.querySelector(`iframe[name=${name}]`).dataset.ready === 'true'",
            arg=name,
        )


def settled(frame: Frame) -> dict[str, int]:
    """Return what Acid says once it has stopped asking.

    A test that failed leaves those after it unknown for ever, so "nothing unknown" never comes.
    """
    frame.wait_for_function(STOPPED, polling=200, timeout=60_000)
    return dict(frame.evaluate(COUNT))


@pytest.mark.usefixtures("acid")
def test_acid_passes_twice_for_two_people(live: Live, open_page: OpenPage) -> None:
    for number in range(2):
        page = open_page(quiet=("netdna.bootstrapcdn.com", "JQMIGRATE"))
        steps.sign_in(page, live.account("learner", number))
        for _time in range(2):
            open_unit(page)
            alone = settled(frame_named(page, "blok-alleen"))
            parent = settled(frame_named(page, "blok-ouder"))
            assert alone == {"pass": 37, "fail": 0, **GOOD}
            assert parent == {"pass": 112, "fail": ACIDS_OWN, **GOOD}


TRIES = """async () => {
  const said = {};
  const attempt = async (name, work) => { try { said[name] = String(await work()); } catch (e) { said[name] = e.name; } };
  await attempt("page", () => window.parent.document.title);
  await attempt("cookie", () => document.cookie);
  await attempt("page as the person", async () => (await fetch("/account", {credentials: "include"})).status);
  await attempt("another handler", () => new Promise(done => {
    window.addEventListener("message", e => e.data.id === 9999 && done(e.data.status));
    window.parent.postMessage({kind: "xblock:ask", id: 9999, url: "/account/sessies/einde", method: "POST", headers: {}, body: ""}, "*");
  }));
  await attempt("out of the folder", () => new Promise(done => {
    window.addEventListener("message", e => e.data.id === 9998 && done(e.data.status));
    window.parent.postMessage({kind: "xblock:ask", id: 9998, url: "/cursussen/acid/blok/alleen/../../../../afmelden", method: "POST", headers: {}, body: ""}, "*");
  }));
  await attempt("another host", async () => (await fetch("http://127.0.0.1:9/x")).status);
  return said;
}"""


@pytest.mark.usefixtures("acid")
def test_P28_a_frame_reaches_its_own_handlers_and_nothing_else(
    live: Live, open_page: OpenPage
) -> None:
    page = open_page(
        quiet=(
            "netdna.bootstrapcdn.com",
            "JQMIGRATE",
            "127.0.0.1:9",
            "/account",
            "ERR_FAILED",
            "CORS policy",
        )
    )
    steps.sign_in(page, live.account("learner", 1))
    open_unit(page)
    said = frame_named(page, "blok-alleen").evaluate(TRIES)
    assert said == {
        "page": "SecurityError",
        "cookie": "csrftoken=bridge",
        "page as the person": "TypeError",
        "another handler": "403",
        "out of the folder": "403",
        "another host": "TypeError",
    }
    page.reload()
    expect(page.locator(".app-account__name")).to_be_visible()  # still signed in
