"""Journeys through both languages and both widths."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import steps
from tests.journeys.conftest import HEIGHTS, PHONE, WIDE, Axe, OpenPage, Watch
from tests.journeys.live import Live

pytestmark = pytest.mark.journey
ROLES = ("visitor", "learner", "author", "manager", "programme_manager", "administrator")


def test_english(open_page: OpenPage, live: Live, look: Axe) -> None:
    page = open_page()
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    page.locator("header a[hreflang=en]").click()
    in_english(page, look, "/")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Learn to work in an open, connected government"
    )
    for address in (
        "/cursussen",
        "/cursussen/working-openly",
        "/cursussen/working-openly/les/share-unless",
    ):
        page.goto(address)
        in_english(page, look, address)
    steps.sign_in(page, live.account("author", 0))  # who writes courses may look at the test
    in_english(page, look, "/")
    page.goto(steps.TEST)
    in_english(page, look, steps.TEST)
    expect(page.get_by_role("heading", name="The rules")).to_be_visible()


def in_english(page: Page, look: Axe, address: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(address)))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("header a[hreflang=en]")).to_have_attribute("aria-current", "true")
    look(page)


@pytest.mark.parametrize("role", ROLES)
def test_language_and_width_sweep(open_page: OpenPage, live: Live, look: Axe, role: str) -> None:
    page = open_page()
    if role != "visitor":
        steps.sign_in(page, live.account(role))
    for language in ("nl", "en"):
        page.goto(f"/taal/{language}")
        menu = page.locator(".app-nav__link").evaluate_all(
            "links => links.map(a => a.getAttribute('href'))"
        )
        assert menu
        for address in ["/", *menu, "/account"]:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            expect(page.locator("html")).to_have_attribute("lang", language)
            for width in (WIDE, PHONE):
                page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                look(page)


def test_the_guards_bite(browser: Browser, live: Live, axe: Axe, look: Axe) -> None:
    """A check that never fails proves nothing: each is shown one fault."""
    watch = Watch(live.url)
    context = browser.new_context(base_url=live.url)
    watch.over(context)
    page = context.new_page()
    page.goto("/")
    look(page)
    page.goto("/bestaat-niet")  # a page that is not there is no fault of the page
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look(page)
    assert watch.faults == []
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)
    page.goto("/")
    page.evaluate("document.querySelector('h1').style.width = '3000px'")
    with pytest.raises(AssertionError, match="px too wide"):
        look(page)
    page.evaluate(
        "document.querySelector('h1').insertAdjacentHTML('beforeend', '<b style=\"color:red\">x</b>')"
    )
    page.goto(live.url.replace("127.0.0.1", "localhost") + "/healthz")
    context.close()
    assert any(fault.startswith("console: ") and "style-src" in fault for fault in watch.faults), (
        watch.faults
    )
    assert any(fault.startswith("request to another host") for fault in watch.faults), watch.faults
