"""What a first visit costs: every byte of a page with its fonts, scripts and pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.live import Live

pytestmark = pytest.mark.journey
MOST = 200_000
PUBLIC = (
    "/",
    "/cursussen",
    "/cursussen/werken-2.0",
    "/aanmelden",
    "/account/nieuw",
    "/certificaat",
)
LESSON = "/cursussen/werken-2.0/les/les-van-zenden-naar-netwerk"


@dataclass
class Scales:
    """Adds up what comes over the line, headers included."""

    parts: dict[str, int] = field(default_factory=dict)
    _urls: dict[str, str] = field(default_factory=dict)

    def under(self, page: Page) -> Scales:
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.setCacheDisabled", {"cacheDisabled": True})
        line.on("Network.requestWillBeSent", self._asked)
        line.on("Network.loadingFinished", self._came)
        return self

    def _asked(self, event: dict[str, Any]) -> None:
        self._urls[event["requestId"]] = event["request"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        url = self._urls.get(event["requestId"], "")
        if url.startswith("http"):
            self.parts[url] = int(event["encodedDataLength"])

    def check(self, path: str) -> None:
        heaviest = sorted(self.parts.items(), key=lambda part: -part[1])
        lines = "\n".join(f"{size:8} {url}" for url, size in heaviest)
        assert any(".woff2" in url for url in self.parts), f"{path}: no font was weighed\n{lines}"
        assert any("site.css" in url for url in self.parts), f"{path}: no style\n{lines}"
        total = sum(self.parts.values())
        assert total < MOST, f"{path}: {total} bytes\n{lines}"


def weigh(page: Page, path: str) -> None:
    scales = Scales().under(page)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    scales.check(path)


@pytest.mark.parametrize("path", [*PUBLIC, LESSON])
def test_a_first_visit_is_light(open_page: OpenPage, path: str) -> None:
    weigh(open_page(), path)


def test_what_people_see_after_signing_in_is_light(open_page: OpenPage, live: Live) -> None:
    for role, paths in {
        "learner": ("/", "/leren", "/certificaten", "/account"),
        "manager": ("/", "/cijfers"),
    }.items():
        page = open_page()
        steps.sign_in(page, live.account(role))
        for path in paths:
            fresh: Callable[[], Page] = page.context.new_page
            weigh(fresh(), path)
