"""Stories of the Gouden Gids and of pilot projects in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import PHONE, WIDE, Axe, OpenPage
from tests.journeys.live import Live

pytestmark = pytest.mark.journey
OK = ".utrecht-alert--ok"
GUIDE = 2
"""Which learner of the demo acts for the providers."""


def open_filters(page: Page) -> None:
    """Open the filters where they are folded."""
    box = page.locator(".app-facets details")
    if box.get_attribute("open") is None:
        box.locator("summary").click()


def provider_of(page: Page, name: str) -> str:
    """Find a provider as a visitor does; return its address."""
    page.goto(f"/gids?q={name}&soort=agency&soort=institute")
    page.locator("main .app-card__title a", has_text=name).first.click()
    expect(page.locator("h1")).to_contain_text(name)
    return page.url


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_visitor_finds_and_compares_three(
    open_page: OpenPage, look: Axe, look_twice: Axe, width: int
) -> None:
    page = open_page(width)
    page.goto("/gids")
    look_twice(page)
    page.locator("#q").fill("schrijven")
    page.locator("#bij").fill("Zwolle")
    expect(page.locator("#plaatsen option").first).to_be_attached()  # towns to choose from
    page.locator(".app-search button").click()
    expect(page.locator(".app-card")).to_have_count(1)
    expect(page.locator(".app-card")).to_contain_text("0 km")
    page.goto("/gids")
    open_filters(page)
    page.locator("#sorteer").select_option("naam")
    page.locator("#gecertificeerd").check()
    page.get_by_role("button", name="Filter toepassen").click()
    expect(page).to_have_url(re.compile("gecertificeerd=1"))
    look(page)
    boxes = page.locator("main .app-card input[name=wie]")
    for number in range(3):
        boxes.nth(number).check()
    page.locator("main button[formaction$='/gids/vergelijken']").click()
    expect(page).to_have_url(re.compile("/gids/vergelijken"))
    look_twice(page)
    expect(page.locator("main thead th")).to_have_count(4)
    rows = page.locator("main tbody tr").all_inner_texts()
    different = [len(set(row.split("\t")[1:])) > 1 for row in rows]
    assert different == sorted(different, reverse=True), "what differs stands first"
    page.emulate_media(media="print")
    expect(page.locator("main table")).to_be_visible()
    expect(page.locator(".app-nav")).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto("/gids/uitleg")
    look_twice(page)
    page.goto("/gids?q=zzzzzz")
    look(page)
    expect(page.locator(".app-empty")).to_be_visible()


@pytest.mark.parametrize(("width", "number"), [(WIDE, 0), (PHONE, 1)])
def test_a_civil_servant_chooses_with_reasons_and_books(
    open_page: OpenPage, live: Live, look: Axe, look_twice: Axe, width: int, number: int
) -> None:
    page = open_page(width)
    steps.sign_in(page, live.account("manager", number))
    page.goto("/gids?soort=training&q=netwerk")
    page.locator("main .app-card__title a").first.click()
    look_twice(page)
    page.locator("main form[action*='/op-lijst/'] button").click()
    expect(page.locator(OK)).to_be_visible()
    look_twice(page)
    page.locator("textarea[name=reden]").fill("Past bij ons team.")
    page.locator("input[name=gekozen]").check()
    page.locator("main form[action*='/gids/lijsten/'] button.nl-button--secondary").first.click()
    expect(page.locator(OK)).to_be_visible()
    with page.expect_download() as download:
        page.locator("main a[href$='.pdf']").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    provider_of(page, "Bureau Noordwest")
    page.locator("main a[href$='/beheren']").click()
    look_twice(page)
    page.goto("/gids?soort=training&q=netwerk")
    page.locator("main .app-card__title a").first.click()
    page.locator("main a[href*='/gids/uitvoering/']:not([href$='.ics'])").first.click()
    look_twice(page)
    steps.button(page, page.url.split("/")[-1]).click()  # without agreeing to the terms
    expect(page.locator(".app-error-summary")).to_be_focused()
    page.locator("#needs").fill("Een plek vooraan.")
    page.locator("#agrees").check()
    steps.button(page, page.url.split("/")[-1]).click()
    expect(page).to_have_url(re.compile("/gids/mijn$"))
    look_twice(page)
    with page.expect_download() as download:
        page.locator("main a[href$='.ics']").first.click()
    assert b"BEGIN:VCALENDAR" in download.value.path().read_bytes()
    page.locator("main form[action$='/annuleren'] button").first.click()
    expect(page.locator(OK)).to_be_visible()


def test_a_participant_reviews_and_the_provider_edits_and_answers(
    open_page: OpenPage, live: Live, look: Axe, look_twice: Axe
) -> None:
    page = open_page()
    steps.sign_in(page, live.account("learner", 0))
    page.goto("/gids/mijn")
    page.locator("main a", has_text="Schrijf een beoordeling").first.click()
    look_twice(page)
    for part in ("content", "guidance", "use", "organisation"):
        page.locator(f"input[name={part}][value='4']").check()
    page.locator("#text").fill("Het team overlegt nu de helft minder, en dat blijft zo.")
    page.locator("#honest").check()
    page.locator("main form").first.locator("button[type=submit]").click()
    expect(page).to_have_url(re.compile("/gids/aanbieder/"))
    expect(page.locator("main")).to_contain_text("Het team overlegt nu de helft minder")
    address = page.url.split("#")[0]
    look(page)

    owner = open_page()
    steps.sign_in(owner, live.account("learner", GUIDE))
    owner.goto("/gids/beheer")
    look_twice(owner)
    owner.locator("main a", has_text="Bureau Buitenkant").click()
    look_twice(owner)
    box = owner.locator("article", has_text="Het team overlegt nu de helft minder")
    box.locator("textarea").fill("Fijn om te horen. Tot de volgende keer.")
    box.locator("form[action*='/beoordeling/'] button").click()
    expect(owner.locator(OK)).to_be_visible()
    owner.locator("main a[href$='/profiel']").first.click()
    look_twice(owner)
    owner.locator("#name").fill("Bureau Buitenkant en Co")
    owner.locator("#day_rate").fill("1150")
    owner.locator("main form").first.locator("button[type=submit]").click()
    expect(owner.locator("main")).to_contain_text("Bureau Buitenkant en Co")  # it waits
    visitor = open_page()
    visitor.goto(address)
    expect(visitor.locator("h1")).to_have_text("Bureau Buitenkant")
    expect(visitor.locator("main")).to_contain_text("1.150")
    expect(visitor.locator("main")).to_contain_text("Tot de volgende keer.")
    look_twice(visitor)


def test_a_provider_plans_a_training_and_keeps_the_list(
    open_page: OpenPage, live: Live, look: Axe, look_twice: Axe
) -> None:
    page = open_page(PHONE)
    steps.sign_in(page, live.account("learner", GUIDE))
    page.goto("/gids/beheer")
    page.locator("main a", has_text="Academie Dichtbij").click()
    page.locator("main a[href$='/aanbod/nieuw']").first.click()
    look_twice(page)
    page.locator("#title").fill("Luisteren naar inwoners")
    page.locator("#summary").fill("Een dag oefenen met gesprekken.")
    page.locator("#goals").fill("Je luistert zonder oordeel")
    page.locator("main form").first.locator("button[type=submit]").click()
    expect(page.locator(OK)).to_be_visible()
    look_twice(page)
    page.locator("#starts_at").fill("2031-05-06T09:30")
    page.locator("#ends_at").fill("2031-05-06T16:30")
    page.locator("#place").fill("Verweggistan")
    page.locator("#seats").fill("8")
    page.locator("main form").last.locator("button[type=submit]").click()
    expect(page.locator(".app-error-summary")).to_be_focused()
    page.locator("#place").fill("Deventer")
    page.locator("main form").last.locator("button[type=submit]").click()
    expect(page.locator(OK)).to_be_visible()
    page.locator("main table a").first.click()
    look_twice(page)
    page.goto("/gids?q=luisteren&bij=Deventer&sorteer=datum")
    expect(page.locator(".app-card")).to_contain_text("Luisteren naar inwoners")
    page.goto("/gids/beheer")
    page.locator("main a", has_text="Academie Dichtbij").click()
    page.locator("main a[href*='/uitvragen/']").first.click()
    look_twice(page)
    for box in page.locator("textarea[name=antwoord]").all():
        box.fill("In drie bijeenkomsten.")
    page.locator("#prijs").fill("2400")
    page.locator("main form").first.locator("button[type=submit]").first.click()
    expect(page.locator(OK)).to_be_visible()
    look(page)


def test_a_moderator_removes_a_review_and_its_place_says_why(
    open_page: OpenPage, live: Live, look: Axe, look_twice: Axe
) -> None:
    page = open_page()
    steps.sign_in(page, live.account("moderator", 0))
    page.goto("/gids/moderatie")
    look_twice(page)
    reported = page.locator("article", has_text="Vraag eerst naar het niveau").first
    remove = reported.locator("button[formaction$='/verwijderen']")
    remove.click()  # without a reason
    expect(page.locator("main")).to_contain_text("Vertel waarom")
    page.goto("/gids/moderatie")
    reported = page.locator("article", has_text="Vraag eerst naar het niveau").first
    reported.locator("textarea").fill("Gaat over een andere opleiding.")
    reported.locator("button[formaction$='/verwijderen']").click()
    expect(page.locator(OK)).to_be_visible()
    visitor = open_page(PHONE)
    provider_of(visitor, "Academie")
    expect(visitor.locator("main")).to_contain_text("Gaat over een andere opleiding.")
    expect(visitor.locator("main")).not_to_contain_text("Vraag eerst naar het niveau")
    look_twice(visitor)
    page.goto("/gids/moderatie/importeren")
    look_twice(page)
    page.locator("#file").set_input_files(
        {
            "name": "a.csv",
            "mimeType": "text/csv",
            "buffer": b"soort;naam\nbureau;\nbureau;Nieuw & Co\n",
        }
    )
    page.locator("main form[enctype] button").click()
    expect(page.locator("main table")).to_contain_text("2")
    look(page)
    page.goto("/gids/cijfers")
    look_twice(page)


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_project_leader_posts_chooses_and_closes(
    open_page: OpenPage, live: Live, look: Axe, look_twice: Axe, width: int
) -> None:
    page, guide = open_page(width), open_page(width)
    title = f"Proef op {width}"
    steps.sign_in(page, live.account("learner", 1))
    page.goto("/proefprojecten")
    look_twice(page)
    steps.link(page, "/proefprojecten/nieuw").first.click()
    look_twice(page)
    for name, text in (
        ("title", title), ("question", "Kan het met minder overleg?"), ("budget", "9000"),
        ("help", "Iemand die meekijkt."), ("measure", "Uren overleg per week"), ("before", "11"),
        ("baseline_days", "60"),
    ):  # fmt: skip
        page.locator(f"#{name}").fill(text)
    page.locator("#theme").select_option("online-samenwerken")
    page.locator("main form").first.locator("button[type=submit]").click()
    expect(page.locator(OK)).to_be_visible()
    look_twice(page)
    first = page.locator("main ol.app-list > li").first
    expect(first).to_contain_text("Bureau Buitenkant")
    first.locator("button").click()
    expect(page.locator(OK)).to_be_visible()
    address = page.url

    steps.sign_in(guide, live.account("learner", GUIDE))
    guide.goto("/proefprojecten/mijn")
    look_twice(guide)
    guide.locator("main table a", has_text=title).click()
    look_twice(guide)
    guide.locator("#approach").fill("Zes bijeenkomsten op de werkplek.")
    guide.locator("#price").fill("6000")
    guide.locator("#days").fill("5")
    guide.locator("main form").first.locator("button[type=submit]").click()
    expect(guide.locator(OK)).to_be_visible()

    page.goto(address)
    look_twice(page)
    page.locator("input[name=aanbod]").first.check()
    page.locator("textarea[name='kies-reason']").fill("Begint bij het werk zelf.")
    steps.button(page, "/kiezen").click()
    expect(page.locator(OK)).to_be_visible()
    look_twice(page)
    page.locator("textarea[name='log-text']").fill("Eerste gesprek met het team.")
    page.locator("input[name='log-hours']").fill("2")
    steps.button(page, "/logboek").click()
    expect(page.locator("main table")).to_contain_text("Eerste gesprek")
    for _stage in range(3):
        steps.button(page, "/fase").click()
        expect(page.locator(OK)).to_be_visible()
    steps.link(page, "/afsluiten").first.click()
    look_twice(page)
    page.locator("input[name=outcome][value=yes]").check()
    page.locator("#result").fill("Het overleg is gehalveerd.")
    page.locator("#lessons").fill("Begin met meten.")
    page.locator("#after").fill("6")
    steps.button(page, "/afsluiten").click()
    expect(page.locator("main")).to_contain_text("Het overleg is gehalveerd.")
    look_twice(page)
    guide.goto(address)
    look(guide)
    steps.link(guide, "/beoordelen").click()
    look_twice(guide)
    for part in ("question", "time", "use"):
        guide.locator(f"input[name={part}][value='5']").check()
    guide.locator("#text").fill("Een team dat wilde.")
    steps.button(guide, "/beoordelen").click()
    expect(guide.locator(OK)).to_be_visible()
    visitor = open_page(width)
    visitor.goto("/proefprojecten")
    expect(visitor.locator("main")).to_contain_text(title)
    look(visitor)


def test_the_programme_looks_back_and_accounts(
    open_page: OpenPage, live: Live, look: Axe, look_twice: Axe
) -> None:
    page = open_page()
    steps.sign_in(page, live.account("programme_manager", 0))
    page.goto("/proefprojecten/terugblikken")
    look_twice(page)
    page.locator("main table a", has_text="Minder overleg in team Vergunningen").click()
    look_twice(page)
    page.locator("input[name=in_use][value=yes]").check()
    page.locator("#now").fill("6")
    page.locator("#story").fill("De teamleider en twee medewerkers: het werkt nog zo.")
    page.locator("main form").first.locator("button[type=submit]").click()
    expect(page.locator(OK)).to_be_visible()
    page.goto("/proefprojecten/cijfers")
    look_twice(page)
    expect(page.locator("main")).to_contain_text("/ 100")
    with page.expect_download() as download:
        page.locator("main a[href*='cijfers.csv']").click()
    assert b"Vergunningen" in download.value.path().read_bytes()
