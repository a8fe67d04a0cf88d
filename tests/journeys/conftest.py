"""Fixtures of the journeys: the site, a browser that trusts nothing, and the accessibility check."""

from __future__ import annotations

import atexit
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    expect,
)

from learnenv.kernel.i18n import LANGUAGES
from tests.conftest import fresh_database
from tests.journeys.live import Live, Processes, start_site

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, PHONE = 1280, 360  # the narrowest phone that is still sold
HEIGHTS = {WIDE: 900, PHONE: 800}
# A page that says "no" is a page; the browser notes its status as an error all the same.
EXPECTED_STATUS = re.compile(r"the server responded with a status of (404|409|422)\b")
REPORT_CSP = """addEventListener("securitypolicyviolation",
  e => console.error(`CSP: ${e.violatedDirective} blocks ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}`));"""
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            assert item.get_closest_marker("journey"), f"{item.nodeid} lacks @pytest.mark.journey"


@pytest.fixture(scope="session", autouse=True)
def processes() -> Iterator[Processes]:
    """Whatever is started here ends here, also when a test or pytest itself breaks off."""
    started = Processes()
    atexit.register(started.stop)
    yield started
    started.stop()
    atexit.unregister(started.stop)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory, processes: Processes) -> Live:
    """The site, one per test process."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    home = tmp_path_factory.mktemp("live")
    return start_site(home, fresh_database(f"learnenv_journeys_{worker}", home), processes)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, without its talks to the outside."""
    chromium = shutil.which("chromium")
    assert chromium, "Install the Debian package chromium."
    flags = [
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": chromium, "args": flags}


class Watch:
    """Notes what no page of ours may do: errors, blocked content, requests to other hosts (P37)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.quiet: tuple[str, ...] = ()
        """What a test brings about on purpose: words of the faults it expects."""
        self.faults: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a browser context."""
        context.add_init_script(REPORT_CSP)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_STATUS.search(message.text):
            self.faults.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url + "/", "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live: Live) -> Iterator[OpenPage]:
    """Open a page in a browser of its own: `open_page(width, java_script_enabled=False)`."""
    watch = Watch(live.url)
    contexts: list[BrowserContext] = []

    def opened(width: int = WIDE, quiet: tuple[str, ...] = (), **options: Any) -> Page:
        watch.quiet += quiet
        context = browser.new_context(
            base_url=live.url,
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="nl-NL",
            timezone_id="Europe/Amsterdam",
            reduced_motion="reduce",
            accept_downloads=True,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        watch.over(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    found = [fault for fault in watch.faults if not any(word in fault for word in watch.quiet)]
    assert not found, "\n".join(found)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """One visitor on a wide screen."""
    return open_page()


Axe = Callable[[Page], None]


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Return the check: no violation of WCAG 2.2 A or AA that a program can see."""
    source = AXE.read_text("utf-8")

    def check(page: Page) -> None:
        page.evaluate(f"() => {{ if (!window.axe) {{ {source} }} }}")  # works under a strict CSP
        found = page.evaluate(
            "tags => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
            AXE_TAGS,
        )
        lines = [
            f"{violation['id']} at {node['target']}: {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        assert not lines, f"axe on {page.url} at {page.viewport_size}:\n" + "\n".join(lines)

    return check


@pytest.fixture(scope="session")
def look(axe: Axe) -> Axe:
    """Return the look at a page that came to rest: accessible, and nothing hangs over the edge."""

    def check(page: Page) -> None:
        page.wait_for_load_state("load")
        axe(page)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{page.url} is {over} px too wide at {page.viewport_size}"

    return check


@pytest.fixture(scope="session")
def look_twice(look: Axe) -> Axe:
    """Return the look in both languages; the page ends as it began, in its own one."""

    def check(page: Page) -> None:
        look(page)
        here = urlsplit(page.url)
        back = quote(here.path + (f"?{here.query}" if here.query else ""))
        own = page.locator("html").get_attribute("lang")
        for language in sorted(LANGUAGES, key=lambda code: code == own):
            page.goto(f"/taal/{language}?next={back}")
            expect(page).to_have_url(urlunsplit(here._replace(fragment="")))
            expect(page.locator("html")).to_have_attribute("lang", language)
            if language != own:
                look(page)

    return check
