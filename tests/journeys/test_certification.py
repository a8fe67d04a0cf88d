"""Stories of certification in a real browser: from application to register, and an objection."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.factories.certification import PDF
from tests.journeys import steps
from tests.journeys.conftest import PHONE, WIDE, Axe, OpenPage
from tests.journeys.live import Live

pytestmark = pytest.mark.journey
DOSSIER = re.compile(r"/certificering/dossiers/D[\w-]+$")
COORDINATION = "/certificering/coordinatie"


def number_of(page: Page) -> str:
    found = re.search(r"/dossiers/(D[\w-]+)", page.url)
    assert found is not None, page.url
    return found[1]


def fill_in(page: Page) -> None:
    """Fill in one page of questions as it stands, and go on."""
    for box in page.locator("main form textarea, main form input[type=text]").all():
        number = box.get_attribute("inputmode") == "decimal"
        box.fill("9" if number else "Ik help organisaties om open en online te werken.")
    for box in page.locator("main form input[type=url]").all():
        box.fill("https://bureau.example/over")
    for group in page.locator("main form fieldset").all():
        group.locator("input[type=radio]").first.check()
    page.locator("main form button.nl-button--primary").click()


def add_evidence(page: Page, path: Path) -> None:
    """Add a file for every piece that is asked."""
    keys = page.locator("#key option").evaluate_all("all => all.map(o => o.value)")
    for key in keys:
        page.locator("#key").select_option(key)
        page.locator("#file").set_input_files(path)
        page.locator("#issued_on").fill("2026-11-01")
        page.locator("#expires_on").fill("2031-01-01")
        steps.button(page, "/bewijs").click()
        expect(page.locator(".utrecht-alert--ok")).to_be_visible()


def apply(page: Page, kind: str, name: str, path: Path, look: Axe) -> str:
    """Go from the public page to a dossier that is handed in; return its number."""
    page.goto("/certificering")
    look(page)
    page.locator(f"main a[href$='/regelingen/{kind}']").click()
    look(page)
    steps.link(page, f"/certificering/aanvragen/{kind}").click()
    look(page)
    page.locator("#name").fill(name)
    page.locator("main form").last.locator("button[type=submit]").last.click()
    expect(page).to_have_url(DOSSIER)
    number = number_of(page)
    look(page)
    steps.link(page, f"{number}/vragen/1").first.click()
    while "/vragen/" in page.url:
        here = page.url
        look(page)
        fill_in(page)
        expect(page).not_to_have_url(here)
    expect(page).to_have_url(re.compile("/bewijs$"))
    add_evidence(page, path)
    look(page)
    page.goto(f"/certificering/dossiers/{number}")
    for mark in page.locator("main select[name=mark]").all():
        mark.select_option(index=1)
        mark.locator("xpath=ancestor::form").locator("button").click()
    steps.link(page, f"{number}/collegas").click()
    look(page)
    page.goto(f"/certificering/dossiers/{number}/indienen")
    look(page)
    page.locator("#agrees").check()
    steps.button(page, "/indienen").click()
    expect(page).to_have_url(DOSSIER)
    return number


def screen_and_assign(page: Page, number: str, look: Axe) -> list[str]:
    """The coordinator finds the dossier complete and asks the proposed assessors; their names."""
    page.goto(COORDINATION)
    look(page)
    page.locator(f"main a[href$='{number}']").click()
    look(page)
    steps.button(page, "/compleet").click()
    expect(steps.button(page, "/toewijzen")).to_be_visible()
    look(page)
    chosen = page.locator("main form[action$='/toewijzen'] input:checked + label")
    expect(chosen).to_have_count(2)
    names = [text.split(" (")[0] for text in chosen.all_inner_texts()]
    steps.button(page, "/toewijzen").click()
    return names


def assess(page: Page, number: str, level: str, look: Axe) -> None:
    """An assessor declares independence, scores every criterion with a reason, and hands in."""
    page.goto("/certificering/beoordelen")
    look(page)
    page.locator(f"main a[href$='{number}']").click()
    look(page)
    page.locator("input[name='verklaar-independent'][value=yes]").check()
    steps.button(page, "/verklaren").click()
    look(page)
    actions = page.locator("main form[action*='/score/']").evaluate_all(
        "all => all.map(f => f.getAttribute('action'))"
    )
    assert len(actions) >= 5
    for action in actions:
        form = page.locator(f"main form[action='{action}']")
        form.locator(f"input[type=radio][value='{level}']").check()
        form.locator("textarea").fill("Het bewijs laat dit zien.")
        form.locator("button").click()
        expect(page.locator(".utrecht-alert--ok")).to_be_visible()
    page.locator("textarea[name='klaar-text']").fill("Mijn oordeel over het geheel.")
    steps.button(page, "/klaar").click()
    expect(page).to_have_url(re.compile("/certificering/beoordelen$"))


def decide(page: Page, number: str, outcome: str, look: Axe) -> None:
    page.goto("/certificering/besluiten")
    look(page)
    page.locator(f"main a[href$='{number}']").click()
    look(page)
    page.locator(f"input[name='besluit-outcome'][value={outcome}]").check()
    page.locator("textarea[name='besluit-grounds']").fill("De scores geven de doorslag.")
    steps.button(page, "/besluit").click()
    expect(page).to_have_url(re.compile("/certificering/besluiten$"))


def everybody(open_page: OpenPage, live: Live) -> dict[str, Page]:
    """A browser for each member of staff."""
    found = {}
    for role, number in (("coordinator", 0), ("decision_maker", 0), ("decision_maker", 1)):
        page = open_page()
        steps.sign_in(page, live.account(role, number))
        found[f"{role}_{number}"] = page
    return found


def by_name(live: Live, name: str) -> tuple[str, int]:
    names = [a.name for a in live.accounts if a.role == "assessor"]
    return "assessor", names.index(name)


def walk(
    open_page: OpenPage,
    live: Live,
    look: Axe,
    *,
    applicant: Page,
    staff: dict[str, Page],
    path: Path,
    name: str,
    level: str,
    outcome: str,
) -> str:
    number = apply(applicant, "training", name, path, look)
    for assessor in screen_and_assign(staff["coordinator_0"], number, look):
        page = open_page()
        steps.sign_in(page, live.account(*by_name(live, assessor)))
        assess(page, number, level, look)
        page.context.close()
    page = staff["coordinator_0"]
    page.goto(f"{COORDINATION}/{number}")
    look(page)
    page.locator("textarea[name='advies-text']").fill("De scores zijn duidelijk.")
    steps.button(page, "/advies").click()
    decide(staff["decision_maker_0"], number, outcome, look)
    return number


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_from_application_to_register(
    open_page: OpenPage, live: Live, look_twice: Axe, look: Axe, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "bewijs.pdf"
    path.write_bytes(PDF)
    applicant = open_page(width)
    name = f"Opleiding {width}"
    steps.sign_in(applicant, live.account("learner", 2 if width == WIDE else 3))
    staff = everybody(open_page, live)
    number = walk(
        open_page, live, look, applicant=applicant, staff=staff, path=path, name=name,
        level="3", outcome="granted",
    )  # fmt: skip
    applicant.goto("/certificering/mijn")
    look_twice(applicant)
    applicant.goto(f"/certificering/dossiers/{number}")
    look_twice(applicant)
    with applicant.expect_download() as download:
        for _try in range(60):  # the worker makes the letter
            letter = applicant.locator("main a[href$='.pdf']")
            if letter.count():
                break
            applicant.wait_for_timeout(500)
            applicant.reload()
        letter.first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    stranger = open_page(width)
    stranger.goto("/register")
    look_twice(stranger)
    stranger.locator("#q").fill(name)
    stranger.locator("form[role=search] button").click()
    stranger.locator("main table a").click()
    look_twice(stranger)
    expect(stranger.locator(".app-certificate-check--valid")).to_be_visible()
    stranger.locator("#op").fill("2020-01-01")
    stranger.locator("main form.app-search button").click()
    expect(stranger.locator(".utrecht-alert--warning")).to_be_visible()
    with stranger.expect_download() as download:
        stranger.locator("main a[href*='verklaring.pdf']").click()
    assert b"/ByteRange" in download.value.path().read_bytes(), "the statement carries a seal"


def test_an_objection_is_handled_by_somebody_else(
    open_page: OpenPage, live: Live, look: Axe, look_twice: Axe, tmp_path: Path
) -> None:
    path = tmp_path / "bewijs.pdf"
    path.write_bytes(PDF)
    applicant = open_page()
    steps.sign_in(applicant, live.account("learner", 2))
    staff = everybody(open_page, live)
    number = walk(
        open_page, live, look, applicant=applicant, staff=staff, path=path,
        name="Opleiding met bezwaar", level="2", outcome="refused",
    )  # fmt: skip
    applicant.goto(f"/certificering/dossiers/{number}")
    box = applicant.locator("textarea[name='bezwaar-text']")
    box.locator("xpath=ancestor::details").locator("summary").click()
    box.fill("De beoordelaars keken niet naar mijn tweede bewijsstuk.")
    steps.button(applicant, "/bezwaar").click()
    expect(applicant.locator(".utrecht-alert--ok")).to_be_visible()
    page = staff["coordinator_0"]
    page.goto(f"{COORDINATION}/{number}")
    look(page)
    options = page.locator("#bezwaar-person option").all_inner_texts()
    assert options == [live.account("decision_maker", 1).name], "who decided is not in the list"
    page.locator("main form[action*='/bezwaar/'] button").click()
    handler = staff["decision_maker_1"]
    handler.goto("/certificering/besluiten")
    look_twice(handler)
    handler.locator(f"main a[href$='{number}']").click()
    look(handler)
    handler.locator("input[name='bezwaar-verdict'][value=founded]").check()
    handler.locator("input[name='bezwaar-outcome'][value=granted]").check()
    handler.locator("textarea[name='bezwaar-hearing']").fill("Gehoord op kantoor.")
    handler.locator("textarea[name='bezwaar-grounds']").fill("Het bewijsstuk geeft de doorslag.")
    handler.locator("main form[action*='/bezwaar/'] button").click()
    expect(handler).to_have_url(re.compile("/certificering/besluiten$"))
    stranger = open_page()
    stranger.goto("/register?q=Opleiding met bezwaar")
    expect(stranger.locator("main table a")).to_have_count(1)


def test_autosave_keeps_what_was_typed_when_the_browser_dies(
    open_page: OpenPage, live: Live
) -> None:
    page = open_page()
    steps.sign_in(page, live.account("learner", 3))
    page.goto("/certificering/aanvragen/agency")
    page.locator("#name").fill("Bureau dat valt")
    page.locator("main form").last.locator("button[type=submit]").last.click()
    expect(page).to_have_url(DOSSIER)
    number = number_of(page)
    page.goto(f"/certificering/dossiers/{number}/vragen/1")
    box = page.locator("main form textarea, main form input[type=text]").first
    box.fill("7")
    box.blur()
    expect(page.locator("#saved svg")).to_be_visible()
    page.context.close()
    again = open_page()
    steps.sign_in(again, live.account("learner", 3))
    again.goto(f"/certificering/dossiers/{number}/vragen/1")
    kept = again.locator("main form textarea, main form input[type=text]").first
    expect(kept).to_have_value("7")
