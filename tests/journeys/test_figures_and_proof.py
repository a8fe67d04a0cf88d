"""Journeys of a manager (number, list, file) and of a stranger who checks a certificate."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page, Route, expect

from learnenv.web.shell import LANGUAGE_COOKIE
from tests.journeys import steps
from tests.journeys.conftest import PHONE, WIDE, Axe, OpenPage
from tests.journeys.live import Live

pytestmark = pytest.mark.journey
LIST = re.compile(r"/cijfers/lijst\?")


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_manager_from_number_to_list_to_file(
    open_page: OpenPage, live: Live, look_twice: Axe, width: int
) -> None:
    page = open_page(width)
    steps.sign_in(page, live.account("manager", 0 if width == WIDE else 1))
    steps.open_menu(page)
    page.locator(".app-nav a[href='/cijfers']").click()
    expect(page).to_have_url(re.compile("/cijfers$"))
    open_year_with_figures(page)
    look_twice(page)
    see_the_table_of_the_chart(page)
    look_twice(page)
    figures = page.url
    stat = page.locator(".app-stat", has=page.locator("a.app-stat__link")).first
    number = steps.first_number(stat.locator(".app-stat__value").inner_text())
    stat.locator("a").click()
    expect(page).to_have_url(LIST)
    look_twice(page)
    assert number > 0
    assert lines_of(page, number) == number

    page.goto(figures)  # and a number of a table, the last of the courses
    cell = page.locator("section[aria-labelledby=verdeling] td a[href*='/cijfers/lijst']").last
    number = steps.first_number(cell.inner_text())
    cell.click()
    expect(page).to_have_url(LIST)
    assert lines_of(page, number) == number


def open_year_with_figures(page: Page) -> None:
    """In the first days of January the current year may still be empty."""
    if page.locator("a.app-stat__link").count() == 0:
        page.locator(".app-tabs__link").nth(1).click()
        expect(page).to_have_url(re.compile("jaar="))
    expect(page.locator("a.app-stat__link").first).to_be_visible()


def see_the_table_of_the_chart(page: Page) -> None:
    chart = page.locator("section[aria-labelledby=verloop]")
    expect(chart.get_by_role("img")).to_be_visible()
    table = chart.locator("table")
    expect(table).not_to_be_visible()
    chart.locator("summary").click()
    expect(table).to_be_visible()
    expect(table.locator("tbody tr")).to_have_count(12)


def lines_of(page: Page, number: int) -> int:
    """Count the lines of the list, page by page, and see that the file has as many."""
    expect(page.locator("main h1 + p")).to_contain_text(str(number))
    assert rows_of_file(page) == number
    rows = page.locator("#table-people tbody tr")
    count = rows.count()
    following = page.locator(".app-pagination a[rel=next]")
    while following.count():
        target = following.get_attribute("href")
        assert target
        page.goto(target)
        count += rows.count()
    return count


def rows_of_file(page: Page) -> int:
    with page.expect_download() as started:
        page.locator("main a[href*='/cijfers/lijst/export.csv']").click()
    text = started.value.path().read_text("utf-8-sig")
    return len(list(csv.reader(io.StringIO(text), delimiter=";"))) - 1


def test_stranger_checks_code_file_and_paper_until_it_is_revoked(
    open_page: OpenPage, live: Live, look: Axe, look_twice: Axe, tmp_path: Path
) -> None:
    holder = live.account("learner", 1)
    number, code = certificate_of(open_page, live)
    page = open_page()
    page.goto("/")
    page.locator("footer a[href='/certificaat']").click()
    look_twice(page)
    check(page, " ".join(code.lower().split("-")))
    expect(page).to_have_url(re.compile(r"/certificaat/[a-z2-7]{26}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("echt en geldig|real and valid")
    )
    expect(page.locator("main")).to_contain_text(holder.name)
    expect(page.locator("main")).to_contain_text(code)
    look_twice(page)
    proof = page.url

    page.goto("/certificaat")
    check(page, "zzzz zzzz zzzz")
    expect(page.locator("main [role=alert]")).to_be_visible()
    expect(page.locator("#code")).to_have_value("zzzz zzzz zzzz")
    look_twice(page)

    data = the_holder_shares_it(open_page, live, look)
    a_stranger_checks_the_file(page, look, data, tmp_path)
    paper_is_checked_without_network(page, look, data, holder.name)

    revoke(open_page, live, number, look)
    page.goto(proof)
    expect(page.get_by_role("heading", level=1)).to_have_text("Dit certificaat is ingetrokken")
    expect(page.locator("main")).not_to_contain_text(holder.name)
    look_twice(page)
    names = {cookie.get("name") for cookie in page.context.cookies()}
    assert names <= {LANGUAGE_COOKIE}, "a check leaves no trace but the chosen language"


def certificate_of(open_page: OpenPage, live: Live) -> tuple[str, str]:
    """Return number and short code of the certificate that the demo gave to the second learner."""
    page = open_page()
    steps.sign_in(page, live.account("learner", 1))
    page.goto("/certificaten")
    page.locator("main .app-card__link").first.click()
    expect(page).to_have_url(re.compile("/certificaten/.+"))
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.locator("main").inner_text())
    assert found
    return page.url.rsplit("/", 1)[1], found.group()


def check(page: Page, code: str) -> None:
    page.locator("#code").fill(code)
    page.locator("#code").press("Enter")


def revoke(open_page: OpenPage, live: Live, number: str, look: Axe) -> None:
    """Two people: one proposes, another confirms."""
    page = open_page()
    steps.sign_in(page, live.account("administrator", 0))
    page.goto(f"/beheer/certificaten/{number}")
    look(page)
    steps.link(page, "/intrekken").click()
    look(page)
    page.locator("#reason").fill("Op naam van de verkeerde persoon")
    steps.button(page, "/intrekken").click()
    expect(page.locator("main")).to_contain_text("Op naam van de verkeerde persoon")
    second = open_page()
    steps.sign_in(second, live.account("programme_manager", 0))
    second.goto("/beheer/certificaten/voorstellen")
    look(second)
    steps.button(second, f"/{number}/bevestigen").click()
    expect(second.locator("main")).not_to_contain_text(number)


def the_holder_shares_it(open_page: OpenPage, live: Live, look: Axe) -> bytes:
    """Download, open a link for a stranger, and close it again."""
    mine = open_page()
    steps.sign_in(mine, live.account("learner", 1))
    mine.goto("/certificaten")
    look(mine)
    mine.locator("main .app-card__link").first.click()
    look(mine)
    expect(steps.link(mine, ".pdf")).to_be_visible(timeout=90_000)  # the worker makes it
    with mine.expect_download() as started:
        steps.link(mine, ".pdf").click()
    mine.reload()
    steps.button(mine, "/delen").click()
    look(mine)
    link = mine.locator("main a[href*='/certificaat/deel/']").get_attribute("href")
    assert link
    stranger = open_page()
    stranger.goto(link)
    expect(stranger.locator("main img")).to_be_visible()
    look(stranger)
    steps.button(mine, "/niet-delen").click()
    stranger.goto(link)
    expect(stranger.locator("main img")).to_have_count(0)
    return started.value.path().read_bytes()


def a_stranger_checks_the_file(page: Page, look: Axe, data: bytes, folder: Path) -> None:
    at = data.index(b"stream") + 40
    altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    for name, content, answer in (
        ("echt.pdf", data, "Dit bestand is echt"),
        ("anders.pdf", altered, "Dit bestand is gewijzigd"),
        ("ander.pdf", b"%PDF-1.7 van iemand anders", "We kennen dit bestand niet"),
    ):
        (folder / name).write_bytes(content)
        page.goto("/certificaat")
        page.locator("#file").set_input_files(folder / name)
        steps.button(page, "/certificaat/bestand").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(answer)
        look(page)


def paper_is_checked_without_network(page: Page, look: Axe, data: bytes, name: str) -> None:
    """The text of the QR, read from the real document, holds without asking anybody."""
    with pypdfium2.PdfDocument(data) as document:
        picture = document[0].render(scale=4).to_pil()
    [code] = zxingcpp.read_barcodes(picture)
    page.goto("/certificaat/papier")
    look(page)
    page.context.set_offline(True)
    page.locator("#paper-text").fill(code.text)
    page.locator("[data-paper-check]").click()
    expect(page.locator("[data-paper-facts]")).to_contain_text(name)
    look(page)
    page.locator("#paper-text").fill(code.text.replace("#", "#e"))
    page.locator("[data-paper-check]").click()
    expect(page.locator("[data-paper-bad]")).to_be_visible()
    page.context.set_offline(False)

    def with_lost_keys(route: Route) -> None:
        """Take the bytes of every key away, as the server does for one in other hands."""
        answer = route.fetch()
        body = re.sub(r"(&#34;[\d-]+&#34;: ?)&#34;[\w-]{43}&#34;", r"\1&#34;&#34;", answer.text())
        route.fulfill(response=answer, body=body)

    page.route("**/certificaat/papier", with_lost_keys)
    page.goto("/certificaat/papier")
    page.locator("#paper-text").fill(code.text)
    page.locator("[data-paper-check]").click()
    expect(page.locator("[data-paper-revoked]")).to_be_visible()
    expect(page.locator("[data-paper-bad]")).to_be_hidden()
    expect(page.locator("[data-paper-facts]")).to_be_empty()
    look(page)
    page.unroute("**/certificaat/papier")


def test_an_administrator_waits_for_the_example_of_a_template(
    open_page: OpenPage, live: Live, look: Axe
) -> None:
    page = open_page()
    steps.sign_in(page, live.account("administrator", 0))
    page.goto("/beheer/certificaten/sjablonen/standaard")
    status = page.locator("#preview-status")
    expect(status).to_contain_text("paar seconden")
    page.locator("#signatory_name").fill("Noor de Bruin")
    button = page.locator("button[data-hx-target='#preview']")
    seen = page.evaluate_handle(
        """() => {
            const words = [], status = document.getElementById("preview-status");
            new MutationObserver(() => words.push(status.textContent)).observe(
                status, {childList: true, characterData: true, subtree: true});
            return words;
        }"""
    )
    button.click()
    expect(page.locator("#preview img")).to_be_visible(timeout=60_000)
    expect(status).to_contain_text("bovenaan")
    assert "We tekenen het voorbeeld" in seen.json_value()[0]
    expect(page.locator("#signatory_name")).to_have_value("Noor de Bruin")
    look(page)
