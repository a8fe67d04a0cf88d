"""Every block of the table in real Chromium, in its frame: it draws without errors, its own script
and handlers work through the bridge, and what the learner did is there after a reload. Every other
host is cut off; which ones a block asks for stands in the table, and no other may be asked.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Frame,
    Page,
    Request,
    Response,
    Route,
    WebError,
    expect,
)

from tests.blocks.cases import CASES, Call, Case
from tests.blocks.course import LESSON, SLUG
from tests.journeys import steps
from tests.journeys.live import ROOT, Live

TIMEOUT = 10_000  # milliseconds
# Chromium names what a policy refused: "Loading the script 'https://…' violates …".
BLOCKED = re.compile(r"(?:'|cannot load )([^'\s]+?)(?:'|\. ).*violates .*Content Security Policy")
NOISE = re.compile(r"JQMIGRATE|status of 4\d\d|net::ERR_|ERR_BLOCKED")
PLAIN = next(case for case in CASES if case.tag == "html_demo")
ASK = """async ({handler, suffix, method, body, type}) => {
  const start = document.querySelector("[data-handlers]").dataset.handlers.replace(/HANDLER$/, handler);
  const answer = await fetch(start + (suffix ? "/" + suffix : ""),
    {method, headers: {"Content-Type": type}, body: method === "GET" ? undefined : body});
  return [answer.status, await answer.text()];
}"""


class Eye:
    """Notes what a block does wrong, and which other hosts it asks for."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.faults: list[str] = []
        self.outside: set[str] = set()

    def clear(self) -> None:
        self.faults, self.outside = [], set()

    def console(self, message: ConsoleMessage) -> None:
        if found := BLOCKED.search(message.text):
            if found[1].startswith((self.site, "/")):
                self.faults.append(f"refused: {message.text}")
            else:
                self.outside.add(urlsplit(found[1]).hostname or found[1])
        elif message.type == "error" and not NOISE.search(message.text):
            self.faults.append(f"console: {message.text}")

    def error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def answer(self, answer: Response) -> None:
        """A file of its own package that is not there is a fault."""
        if answer.status >= 400 and "/blok-bestand/" in answer.url:
            self.faults.append(f"{answer.status}: {answer.url}")

    def route(self, route: Route, request: Request) -> None:
        """Let nothing out of the machine."""
        if request.url.startswith((self.site + "/", "data:", "blob:")):
            route.continue_()
        else:
            self.outside.add(urlsplit(request.url).hostname or request.url)
            route.abort()

    def check(self, expected: tuple[str, ...], complaints: tuple[str, ...]) -> None:
        left = [f for f in self.faults if not any(words in f for words in complaints)]
        assert not left, "\n".join(left)
        assert self.outside == set(expected)


@pytest.fixture(scope="module")
def drawn(live: Live, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Publish the course in the running site; return the authors' views."""
    file = tmp_path_factory.mktemp("views") / "studio.json"
    subprocess.run(
        [sys.executable, "-m", "tests.blocks.course", str(file)], env=live.env, cwd=ROOT, check=True
    )
    found: dict[str, str] = json.loads(file.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def eye(live: Live) -> Eye:
    return Eye(live.url)


@pytest.fixture(scope="module")
def learner(browser: Browser, live: Live, drawn: dict[str, str], eye: Eye) -> Iterator[Page]:
    """One learner, enrolled."""
    context = browser.new_context(base_url=live.url, locale="nl-NL", reduced_motion="reduce")
    context.set_default_timeout(TIMEOUT)
    context.set_default_navigation_timeout(3 * TIMEOUT)  # the first of a package loads it
    context.on("console", eye.console)
    context.on("weberror", eye.error)
    context.on("response", eye.answer)
    context.route("**/*", eye.route)
    page = context.new_page()
    steps.sign_in(page, live.account("learner"))
    page.goto(f"/cursussen/{SLUG}")
    steps.button(page, f"/cursussen/{SLUG}/inschrijven").click()
    yield page
    context.close()


def start(page: Page, eye: Eye) -> None:
    """Leave the last page, and what it still says, behind."""
    page.goto("about:blank")
    page.wait_for_timeout(50)
    eye.clear()


def open_frame(page: Page, case: Case) -> Frame:
    """Open the unit of a case and return its frame, once it drew itself."""
    page.goto(f"{LESSON}/deel-{case.id}")
    page.wait_for_function(
        "name => document.querySelector(`iframe[name='${name}']`)?.dataset.ready === 'true'",
        arg=f"blok-{case.id}",
        timeout=3 * TIMEOUT,
    )
    frame = page.frame(f"blok-{case.id}")
    assert frame is not None
    return frame


def do(frame: Frame, what: tuple[str, ...]) -> None:
    """Do one thing that a learner does."""
    verb, selector, *rest = what
    place = frame.locator(selector).first
    if verb == "click":
        place.click()
    elif verb == "fill":
        place.fill(rest[0])
    elif verb == "choose":
        place.check()
    else:
        raise AssertionError(verb)


def ask(frame: Frame, call: Call) -> None:
    """Call a handler from inside the frame, so through the bridge."""
    body, kind = json.dumps(call.data), "application/json"
    if call.form:
        body = "&".join(f"{k}={v}" for k, v in call.data.items())
        kind = "application/x-www-form-urlencoded"
    sent = {
        "handler": call.handler,
        "suffix": call.suffix,
        "method": call.method,
        "body": body,
        "type": kind,
    }
    status, text = frame.evaluate(ASK, sent)
    assert (status, call.says in text) == (call.status, True), (call.handler, status, text[:300])


def see(frame: Frame, selectors: tuple[str, ...]) -> None:
    for selector in selectors:
        place = frame.locator(selector.removeprefix("folded ")).first
        if selector.startswith("folded "):
            expect(place).to_be_attached(timeout=TIMEOUT)
        else:
            expect(place).to_be_visible(timeout=TIMEOUT)


def note(case: Case, frame: Frame) -> None:
    """Write what is on screen, for who makes a case (LEARNENV_BLOCKS_SEEN=folder)."""
    if folder := os.environ.get("LEARNENV_BLOCKS_SEEN"):
        (Path(folder) / f"{case.id}.html").write_text(frame.content(), "utf-8")
        (Path(folder) / f"{case.id}.txt").write_text(frame.inner_text("body"), "utf-8")


@pytest.mark.journey
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_learner_uses_it_in_its_frame(learner: Page, eye: Eye, case: Case) -> None:
    start(learner, eye)
    frame = open_frame(learner, case)
    see(frame, case.sees)
    for what in case.steps:
        do(frame, what)
    if not case.steps:
        for call in case.calls:
            ask(frame, call)
    see(frame, case.settled)
    frame = open_frame(learner, case)
    note(case, frame)
    see(frame, case.sees + case.after)
    eye.check(case.outside, case.complains)


@pytest.mark.journey
@pytest.mark.parametrize(
    "case", [c for c in CASES if c.studio is not None and not c.studio_fault], ids=lambda c: c.id
)
def test_an_author_sees_it_in_a_frame(
    learner: Page, eye: Eye, drawn: dict[str, str], case: Case
) -> None:
    """There is no page for it yet: what our runtime drew is put in the frame of a plain block."""
    start(learner, eye)
    frame = open_frame(learner, PLAIN)
    frame.set_content(drawn[case.id])
    frame.wait_for_function("() => window.XBlock && document.querySelector('.xblock-v1')")
    frame.wait_for_timeout(100)  # what a script does after the page was loaded
    assert frame.evaluate("() => window.origin") == "null"
    eye.check(case.studio_outside, case.studio_complains)
