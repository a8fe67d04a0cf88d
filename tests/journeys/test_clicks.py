"""FEATURES section 4: the fewest steps, counted, so that they cannot grow unnoticed.

Written as pages/clicks after signing in: a page is a document that was loaded, redirects do not
count; a click is a click on a button, a link or an answer. Typing does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.live import Live

pytestmark = pytest.mark.journey


class Steps:
    """Counts the clicks and the pages of one task."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.pages = 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def came(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if is_page and response.request.redirected_to is None and not 300 <= response.status < 400:
            self.pages += 1


@contextmanager
def within(page: Page, pages: int, clicks: int) -> Iterator[Steps]:
    """Fail when the task takes more (or fewer: then tighten it) than this."""
    counted = Steps(page)
    page.on("response", counted.came)
    yield counted
    page.wait_for_load_state("load")
    page.remove_listener("response", counted.came)
    assert (counted.pages, counted.clicks) == (pages, clicks)


def test_learner_continues_finds_takes_the_test_and_has_the_certificate(
    open_page: OpenPage, live: Live
) -> None:
    page = open_page()
    steps.sign_in(page, live.account("author", 0))

    with within(page, 3, 3) as task:  # find and start a course
        task.click(page.locator(".app-nav a[href='/cursussen']"))
        task.click(page.get_by_role("link", name="Proefcursus"))
        task.click(steps.button(page, f"{steps.COURSE}/inschrijven"))
        expect(page).to_have_url(re.compile("/proef-deel-1$"))

    page.goto("/")
    with within(page, 1, 1) as task:  # continue where I was
        task.click(page.locator("section[aria-labelledby=go-on] a[href$='/verder']"))
        expect(page).to_have_url(re.compile("/proef-deel-1$"))

    steps.button(page, "/proef-deel-1").click()
    steps.check_practice(page, "Dinsdag")
    steps.button(page, "/proef-deel-2").click()
    expect(page).to_have_url(re.compile(steps.TEST + "$"))
    take_the_test(page)

    page.reload()  # the worker needs a moment; the page asks by itself
    pdf = page.locator("#certificate-file a[href$='.pdf']")
    expect(pdf).to_be_visible(timeout=60_000)
    with within(page, 1, 1) as task, page.expect_download() as started:
        task.click(pdf)  # certificate PDF after the last step: the one page is the file itself
    assert started.value.path().read_bytes().startswith(b"%PDF-")


def take_the_test(page: Page) -> None:
    """A quiz of n questions is 3 pages and n + 3 clicks, so 10 questions are 3/13."""
    with within(page, 3, 3 + 4) as task:  # three questions, of which one has two answers
        task.click(steps.button(page, f"{steps.COURSE}/toets/proef-toets"))
        expect(page).to_have_url(steps.ATTEMPT)
        task.click(page.get_by_label("Maandag", exact=True))
        for day in ("Zaterdag", "Zondag"):
            task.click(page.locator("#vraag-2").get_by_label(day, exact=True))
        number = page.locator("#vraag-3 input:not([type=hidden]):not([type=checkbox])")
        task.click(number)
        number.fill("7")
        task.click(page.locator('button[name="do"][value="summary"]'))
        expect(page).to_have_url(steps.SUMMARY)
        task.click(steps.button(page, "/inleveren"))
        expect(page).to_have_url(steps.RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("100%")


def test_go_on_leads_into_an_open_attempt(open_page: OpenPage, live: Live) -> None:
    page = open_page()
    steps.sign_in(page, live.account("administrator", 0))
    steps.finish_lesson(page)
    steps.start_test(page)
    page.goto("/")
    with within(page, 1, 1) as task:
        task.click(page.locator("section[aria-labelledby=go-on] a[href$='/verder']"))
        expect(page).to_have_url(steps.ATTEMPT)


def test_manager_sees_the_year_without_a_click_and_exports_with_one(
    open_page: OpenPage, live: Live
) -> None:
    page = open_page()
    steps.sign_in(page, live.account("manager", 0))
    with within(page, 1, 0):
        page.goto("/")
        figures = page.locator("section[aria-labelledby=figures]")
        assert steps.first_number(figures.locator(".app-stat__value").first.inner_text()) >= 0
        expect(figures.get_by_text("1.000")).to_be_visible()
        expect(figures.locator("table tbody tr").first).to_be_visible()
    page.goto("/cijfers/lijst")
    with within(page, 0, 1) as task, page.expect_download() as started:  # the list shown, as a file
        task.click(page.locator("main a[href*='/cijfers/lijst/export.xlsx']"))
    assert started.value.path().stat().st_size > 0
