"""Steps that journeys share. They find things by what does not change with the language."""

from __future__ import annotations

import re
from typing import Literal

from playwright.sync_api import Locator, Page, expect

from tests.journeys.live import Account

COURSE = "/cursussen/proef"
LESSON = f"{COURSE}/les/proef-les"
PRACTICE = f"{LESSON}/proef-deel-2"
TEST = f"{COURSE}/les/proef-toets"
ATTEMPT = re.compile(r"/toets/\d+$")
SUMMARY = re.compile(r"/toets/\d+/overzicht$")
RESULT = re.compile(r"/toets/\d+/uitslag$")


def button(page: Page, action: str) -> Locator:
    """Return the button of the form that posts to an address ending like this."""
    return page.locator(f'main form[method="post"][action$="{action}"] button[type="submit"]')


def link(page: Page, href: str) -> Locator:
    """Return the link of the page itself (not of the shell) to this address."""
    return page.locator(f'main a[href$="{href}"]')


def sign_in(page: Page, account: Account) -> None:
    """Sign in and arrive on the home page."""
    page.goto("/aanmelden")
    page.locator("#email").fill(account.email)
    page.locator("#password").fill(account.password)
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"^[^/]+//[^/]+/$"))
    expect(page.locator(".app-account__name")).to_contain_text(account.name)


def open_menu(page: Page) -> None:
    """Open the main menu where it is folded."""
    menu = page.locator("details.app-nav__menu")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")


def choose(page: Page, option: str) -> None:
    """Pick an answer by its words, as a person does (the words are the course's)."""
    page.get_by_label(option, exact=True).check()


def check_practice(page: Page, option: str) -> None:
    """Answer the practice question and have it checked."""
    choose(page, option)
    button(page, "/submit").click()
    expect(page.locator(".app-question__feedback")).to_be_visible()


def start_course(page: Page) -> None:
    """Start the small course with one click."""
    page.goto(COURSE)
    button(page, f"{COURSE}/inschrijven").click()
    expect(page).to_have_url(re.compile(LESSON + "/proef-deel-1$"))


def finish_lesson(page: Page) -> None:
    """Do the only lesson of the small course, up to the start page of its test."""
    start_course(page)
    button(page, "/proef-deel-1").click()
    expect(page).to_have_url(re.compile(PRACTICE + "$"))
    check_practice(page, "Dinsdag")
    button(page, "/proef-deel-2").click()
    expect(page).to_have_url(re.compile(TEST + "$"))


def start_test(page: Page) -> None:
    """Begin (or go on with) the attempt from the start page of the test."""
    button(page, f"{COURSE}/toets/proef-toets").click()
    expect(page).to_have_url(ATTEMPT)


def answer_test(page: Page, first: str, weekend: tuple[str, ...], days: str) -> None:
    """Fill in the three questions."""
    choose(page, first)
    for day in weekend:
        page.locator("#vraag-2").get_by_label(day, exact=True).check()
    page.locator("#vraag-3 input:not([type=hidden]):not([type=checkbox])").fill(days)


def send(page: Page, do: Literal["summary", "save"]) -> None:
    """Press one of the two buttons below the test."""
    page.locator(f'button[name="do"][value="{do}"]').click()
    expect(page).to_have_url(SUMMARY if do == "summary" else ATTEMPT)


def hand_in(page: Page) -> None:
    """Hand in from the overview and see the result."""
    button(page, "/inleveren").click()
    expect(page).to_have_url(RESULT)


def first_number(text: str) -> int:
    """Return the first number in a text, Dutch or English thousands included."""
    found = re.search(r"\d[\d.,\u202f\u00a0]*", text)
    assert found, f"no number in {text!r}"
    return int(re.sub(r"\D", "", found.group()))
