"""Journeys of a learner: from visitor to certificate, a killed browser, keyboard, no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys import steps
from tests.journeys.conftest import PHONE, WIDE, Axe, OpenPage
from tests.journeys.live import Account, Live, body

pytestmark = pytest.mark.journey
PASSWORD = "elke dag een beetje wijzer"
KEY_WORDS = (
    "De eerste dag is maandag",
    "Zaterdag en zondag zijn het weekend",
    "Een week heeft zeven dagen",
)


@pytest.mark.parametrize(("width", "language"), [(WIDE, "nl"), (PHONE, "nl"), (WIDE, "en")])
def test_visitor_to_certificate(
    open_page: OpenPage, live: Live, look: Axe, width: int, language: str
) -> None:
    page = open_page(width)
    address = f"bezoeker{width}{language}@nieuwterp.example"
    page.goto(f"/taal/{language}")
    look = speaking(language, look)
    read_without_account(page, look)
    make_account(page, live, look, address, f"Bezoeker van {width}")
    learn(page, look)
    fail_the_test(page, look)
    pass_the_test(page, look)
    take_certificate(page, live, look, address)


def speaking(language: str, look: Axe) -> Axe:
    """Return the look that also sees whether the page is in this language."""

    def check(page: Page) -> None:
        expect(page.locator("html")).to_have_attribute("lang", language)
        look(page)

    return check


def read_without_account(page: Page, look: Axe) -> None:
    page.goto("/")
    look(page)
    page.locator("main .app-hero a[href='/cursussen']").click()
    expect(page).to_have_url(re.compile("/cursussen$"))
    look(page)
    page.locator("#q").fill("werken")
    page.locator("input[name=language][value=nl]").check()
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(r"q=werken&.*language=nl"))
    expect(page.locator("input[name=language][value=nl]")).to_be_checked()
    expect(steps.link(page, "/cursussen/working-openly")).to_have_count(0)
    look(page)
    steps.link(page, "/cursussen/werken-2.0").click()
    expect(page.get_by_role("heading", level=1, name="Werken 2.0")).to_be_visible()
    look(page)
    preview = "/les/les-van-zenden-naar-netwerk"
    page.locator(f"main .app-course-head a[href$='{preview}']").click()
    expect(page).to_have_url(re.compile(preview + "/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look(page)


def make_account(page: Page, live: Live, look: Axe, address: str, name: str) -> None:
    page.locator("header a[href='/account/nieuw']").click()
    expect(page).to_have_url(re.compile("/account/nieuw$"))
    look(page)
    page.locator("#name").fill(name)
    page.locator("#email").fill(address)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile("/account/nieuw/verstuurd$"))
    look(page)
    found = re.search(
        rf"{re.escape(live.url)}/account/bevestigen/\S+", body(live.wait_for_mail(address))
    )
    assert found, "the mail has no link"
    page.goto(found.group())
    expect(page.get_by_text(address)).to_be_visible()
    look(page)
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile("/account$"))
    expect(page.locator(".app-account__name")).to_contain_text(name)
    look(page)


def learn(page: Page, look: Axe) -> None:
    steps.open_menu(page)
    page.locator(".app-nav a[href='/cursussen']").click()
    page.get_by_role("link", name="Proefcursus").click()
    expect(page.get_by_role("heading", level=1, name="Proefcursus")).to_be_visible()
    look(page)
    steps.button(page, f"{steps.COURSE}/inschrijven").click()
    expect(page.get_by_role("heading", level=1, name="Lezen")).to_be_visible()
    look(page)
    steps.button(page, "/proef-deel-1").click()
    expect(page.get_by_role("heading", level=1, name="Oefenen")).to_be_visible()
    look(page)
    steps.check_practice(page, "Zondag")
    expect(page.locator(".app-question__feedback")).to_contain_text("Zondag komt vóór maandag.")
    expect(page.locator(".app-choice--wrong")).to_contain_text("Zondag")
    expect(page.get_by_text("Na maandag komt dinsdag.")).to_have_count(0)
    look(page)
    steps.button(page, "/again").click()
    steps.check_practice(page, "Dinsdag")
    expect(page.locator(".app-question__feedback")).to_contain_text(
        "Goed: na maandag komt dinsdag."
    )
    expect(page.locator(".app-choice--right")).to_contain_text("Dinsdag")
    look(page)
    steps.button(page, "/proef-deel-2").click()
    expect(page).to_have_url(re.compile(steps.TEST + "$"))


def fail_the_test(page: Page, look: Axe) -> None:
    rules = page.locator("section[aria-labelledby=rules]")
    for rule in ("3", "10 minut", "70%", "2"):
        expect(rules).to_contain_text(rule)
    look(page)
    steps.start_test(page)
    look(page)
    steps.answer_test(page, "Woensdag", ("Vrijdag", "Dinsdag"), "7")
    expect(page.locator("[data-save-status]")).to_have_attribute("data-state", "saved")
    steps.send(page, "summary")
    expect(page.locator("table")).to_be_visible()
    look(page)
    steps.hand_in(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("33%")
    expect(page.locator(".app-choice--wrong").first).to_contain_text("Woensdag")
    expect(page.locator(".app-verdict--right")).to_have_count(1)  # the number, which was right
    html = page.content()
    assert not [words for words in KEY_WORDS if words in html], "the key went to who did not pass"
    look(page)
    steps.link(page, steps.TEST).first.click()
    expect(page).to_have_url(re.compile(steps.TEST + "$"))
    look(page)


def pass_the_test(page: Page, look: Axe) -> None:
    steps.start_test(page)
    expect(page.locator("main input:checked")).to_have_count(0)
    steps.answer_test(page, "Maandag", ("Zaterdag", "Zondag"), "7")
    steps.send(page, "summary")
    steps.hand_in(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("100%")
    look(page)
    steps.link(page, f"{steps.COURSE}/afgerond").click()
    expect(page).to_have_url(re.compile("/afgerond$"))


def take_certificate(page: Page, live: Live, look: Axe, address: str) -> None:
    page.evaluate("window.sameDocument = true")
    pdf = page.locator("#certificate-file a[href$='.pdf']")
    expect(pdf).to_be_visible(timeout=60_000)
    assert page.evaluate("window.sameDocument"), "the page had to be loaded again"
    look(page)
    with page.expect_download() as started:
        pdf.click()
    assert started.value.suggested_filename.endswith(".pdf")
    assert started.value.path().read_bytes().startswith(b"%PDF-")
    mail = live.wait_for_mail(address, 2)
    assert f"{live.url}/certificaten/" in body(mail)
    assert "Proefcursus" in str(mail["Subject"]) + body(mail)
    page.goto("/certificaten")
    number = re.search(r"/certificaten/[0-9A-Z-]+", body(mail))
    assert number
    steps.link(page, number.group()).click()
    expect(page.get_by_role("heading", level=1, name="Proefcursus")).to_be_visible()
    look(page)


def deadline(page: Page) -> str:
    found = page.locator("[data-deadline]").get_attribute("data-deadline")
    assert found
    return found


def test_kill_the_browser_in_mid_quiz(open_page: OpenPage, live: Live) -> None:
    learner = live.account("learner", 0)
    page = open_page()
    steps.sign_in(page, learner)
    steps.finish_lesson(page)
    steps.start_test(page)
    until = deadline(page)
    number = page.locator("#vraag-3 input:not([type=hidden]):not([type=checkbox])")
    with saved(page):
        steps.choose(page, "Maandag")
    with saved(page):
        page.locator("#vraag-2").get_by_label("Zaterdag", exact=True).check()
    with saved(page):
        number.fill("7")
        number.press("Tab")
    page.context.close()

    page = open_page()
    steps.sign_in(page, learner)
    page.locator("section[aria-labelledby=go-on] a[href$='/verder']").click()
    expect(page).to_have_url(steps.ATTEMPT)
    expect(page.get_by_label("Maandag", exact=True)).to_be_checked()
    expect(page.locator("#vraag-2").get_by_label("Zaterdag", exact=True)).to_be_checked()
    expect(page.locator("#vraag-2").get_by_label("Zondag", exact=True)).not_to_be_checked()
    expect(page.locator("#vraag-3 input:not([type=hidden]):not([type=checkbox])")).to_have_value(
        "7"
    )
    assert deadline(page) == until
    steps.send(page, "summary")
    steps.hand_in(page)
    # One decision of four is wrong in the second question: 1 + 3/4 + 1 of 3 points.
    expect(page.get_by_role("heading", level=1)).to_contain_text("91%")


@contextmanager
def saved(page: Page) -> Iterator[None]:
    """Wait until the server answered an autosave."""
    with page.expect_response(
        lambda r: r.request.method == "POST" and steps.ATTEMPT.search(r.url) is not None
    ) as answer:
        yield
    assert answer.value.status == 200


@contextmanager
def slowly_saved(page: Page) -> Iterator[None]:
    """Hold the first autosave until the block ends, as a busy site does."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held or "hx-request" not in route.request.headers:
            route.continue_()
        else:
            held.append(route)

    with page.expect_request(lambda r: "hx-request" in r.headers):
        page.route(steps.ATTEMPT, hold)
        yield
    held[0].continue_()


def test_P38_a_slow_autosave_loses_no_later_answer(open_page: OpenPage, live: Live) -> None:
    page = open_page()
    steps.sign_in(page, live.account("administrator", 1))
    steps.finish_lesson(page)
    steps.start_test(page)
    address = page.url
    status = page.locator("[data-save-status]")
    with slowly_saved(page):
        steps.answer_test(page, "Maandag", ("Zaterdag", "Zondag"), "7")
        page.keyboard.press("Tab")
    expect(page.locator("#answered")).to_contain_text("3 van 3")
    expect(status).to_have_attribute("data-state", "saved")
    page.goto(address)
    expect(page.locator("main input:checked")).to_have_count(3)
    expect(page.locator("#vraag-3 input:not([type=hidden]):not([type=checkbox])")).to_have_value(
        "7"
    )

    # What was sent earlier does not arrive later: the button waits for it.
    page.unroute(steps.ATTEMPT)
    with slowly_saved(page):
        steps.choose(page, "Woensdag")
        expect(status).to_have_attribute("data-state", "saving")
        steps.choose(page, "Maandag")
        page.locator('button[name="do"][value="summary"]').click()
        expect(page).to_have_url(address)
    expect(page).to_have_url(steps.SUMMARY)
    steps.hand_in(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("100%")


# The ring may be drawn by the element or, where the whole card is the target, by its ::after.
SHOWS_FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return "nothing has the focus";
  const name = `${e.tagName} ${e.id} ${e.className}`, box = e.getBoundingClientRect();
  if (box.width < 1 || box.height < 1) return `${name} has no size`;
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return `${name} is off screen`;
  const ring = style => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  const after = getComputedStyle(e, "::after");
  if (!ring(getComputedStyle(e)) && !(after.content !== "none" && ring(after))) return `${name} has no ring`;
  const seen = document.elementFromPoint(box.left + box.width / 2, Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1));
  if (seen && !seen.contains(e) && !e.contains(seen)) return `${name} is under ${seen.tagName} ${seen.className}`;
  return "";
}"""


def tab_to(page: Page, selector: str, *, most: int = 60, key: str = "Tab") -> None:
    """Press Tab until the element has the focus; on the way the focus always shows."""
    wrapped = False
    for _ in range(most):
        page.keyboard.press(key)
        if not wrapped and page.evaluate("document.activeElement === document.body"):
            wrapped = True  # once round: past the last element comes the browser's own bar
            continue
        problem = page.evaluate(SHOWS_FOCUS)
        assert not problem, f"{page.url}: {problem}"
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{page.url}: Tab does not reach {selector}")


def press(page: Page, selector: str, url: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(url + "$"))
    page.wait_for_load_state("load")


def test_by_keyboard(page: Page, live: Live) -> None:
    author = live.account("author", 1)
    page.goto("/aanmelden")
    tab_to(page, "a.nl-skip-link", most=1)
    page.keyboard.press("Enter")
    expect(page.locator("main#inhoud")).to_be_focused()
    tab_to(page, "#email", most=2)
    page.keyboard.type(author.email)
    tab_to(page, "#password", most=1)
    page.keyboard.type(author.password)
    page.keyboard.press("Enter")
    expect(page.locator(".app-account__name")).to_contain_text(author.name)

    press(page, ".app-nav a[href='/cursussen']", "/cursussen")
    press(page, f"main a[href='{steps.COURSE}']", steps.COURSE)
    press(page, "main form[action$='/inschrijven'] button", "/proef-deel-1")
    page.goto("/")
    press(page, "main a[href$='/verder']", "/proef-deel-1")
    tab_to(page, "a.nl-skip-link", most=1)
    page.keyboard.press("Enter")
    expect(page.locator("main#inhoud")).to_be_focused()
    press(page, "main form[action$='/proef-deel-1'] button", "/proef-deel-2")

    tab_to(page, "main input[type=radio]")
    page.keyboard.press("Space")
    expect(page.get_by_label("Zondag", exact=True)).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Dinsdag", exact=True)).to_be_checked()
    tab_to(page, "main form[action$='/submit'] button", most=1)
    page.keyboard.press("Enter")
    expect(page.locator(".app-question__feedback")).to_contain_text("Goed")
    # The button is gone: the focus goes on to what is said.
    expect(page.locator("main [role=status]")).to_be_focused()
    tab_to(page, "main form[action$='/again'] button", most=1)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Zondag", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    tab_to(page, "main form[action$='/submit'] button", most=1)
    page.keyboard.press("Enter")
    expect(page.locator("main [role=status]")).to_be_focused()
    tab_to(page, "main form[action$='/proef-deel-2'] button", most=3)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(steps.TEST + "$"))

    # In the test a bar sticks to the top: on the way back it must not cover what has the focus.
    page.wait_for_load_state("load")
    tab_to(page, "main form[action$='/toets/proef-toets'] button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(steps.ATTEMPT)
    page.wait_for_load_state("load")
    tab_to(page, "main button[value=save]")
    tab_to(page, "main #vraag-1 input[type=radio]", key="Shift+Tab")
    pass_by_keyboard(page)

    press(page, f"main a[href='{steps.COURSE}/afgerond']", "/afgerond")
    expect(page.locator("#certificate-file a[href$='.pdf']")).to_be_visible(timeout=60_000)
    tab_to(page, "#certificate-file a[href$='.pdf']")
    page.goto("/certificaten")
    press(page, "main .app-card__link", r"/certificaten/[0-9A-Z-]+")


def pass_by_keyboard(page: Page) -> None:
    """Answer the three questions, look them over and hand in."""
    page.keyboard.press("Space")
    for _ in range(3):
        if page.get_by_label("Maandag", exact=True).is_checked():
            break
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Maandag", exact=True)).to_be_checked()
    for _ in range(2):  # in the order of the page, whatever that is
        tab_to(page, "main #vraag-2 input[type=checkbox]:not([name^=mark]):not(:checked)")
        while not page.evaluate(IS_WEEKEND):
            tab_to(page, "main #vraag-2 input[type=checkbox]:not([name^=mark])", most=1)
        page.keyboard.press("Space")
    tab_to(page, "main #vraag-3 input:not([type=hidden]):not([type=checkbox])")
    page.keyboard.type("7")
    tab_to(page, "main button[value=summary]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(steps.SUMMARY)
    tab_to(page, "main form[action$='/inleveren'] button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(steps.RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("100%")


IS_WEEKEND = """() => ["Zaterdag", "Zondag"].includes(
  document.activeElement.labels[0].innerText.trim()) && !document.activeElement.checked"""


def test_the_manager_by_keyboard(page: Page, live: Live) -> None:
    manager = live.account("manager", 0)
    page.goto("/aanmelden")
    tab_to(page, "#email")
    page.keyboard.type(manager.email)
    tab_to(page, "#password", most=1)
    page.keyboard.type(manager.password)
    page.keyboard.press("Enter")
    expect(page.locator(".app-account__name")).to_contain_text(manager.name)
    press(page, ".app-nav a[href='/cijfers']", "/cijfers")
    if page.locator("a.app-stat__link").count() == 0:  # the first days of January
        page.goto(page.locator(".app-tabs__link").nth(1).get_attribute("href") or "")
    tab_to(page, "section[aria-labelledby=verloop] summary", most=90)
    page.keyboard.press("Enter")
    expect(page.locator("section[aria-labelledby=verloop] table")).to_be_visible()
    tab_to(page, "a.app-stat__link", most=90)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/cijfers/lijst\?"))
    tab_to(page, "main a[href*='/cijfers/lijst/export.csv']", most=90)


def test_without_javascript(open_page: OpenPage, live: Live) -> None:
    page = open_page(java_script_enabled=False)
    learner: Account = live.account("programme_manager", 1)
    steps.sign_in(page, learner)
    steps.start_course(page)
    steps.button(page, "/proef-deel-1").click()
    steps.check_practice(page, "Zondag")
    expect(page.locator(".app-question__feedback")).to_contain_text("Zondag komt vóór maandag.")
    steps.button(page, "/again").click()
    steps.check_practice(page, "Dinsdag")
    steps.button(page, "/proef-deel-2").click()
    expect(page).to_have_url(re.compile(steps.TEST + "$"))
    steps.start_test(page)
    steps.answer_test(page, "Maandag", ("Zaterdag",), "")
    steps.send(page, "save")
    expect(page.locator(".app-alert")).to_be_visible()
    page.goto("/")
    page.locator("section[aria-labelledby=go-on] a[href$='/verder']").click()
    expect(page.get_by_label("Maandag", exact=True)).to_be_checked()
    steps.answer_test(page, "Maandag", ("Zaterdag", "Zondag"), "7")
    steps.send(page, "summary")
    steps.hand_in(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("100%")
    steps.link(page, f"{steps.COURSE}/afgerond").click()
    # Without script nothing polls: a link looks again, and the certificate's own page has the file.
    page.locator("section[aria-labelledby=certificate] > p > a").last.click()
    expect(page).to_have_url(re.compile(r"/certificaten/[0-9A-Z-]+$"))
