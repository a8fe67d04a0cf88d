"""P9, P37: every page of every role in a real browser: nothing blocked, no error, no other host."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.live import Live

pytestmark = pytest.mark.journey
ROUTES = Path(__file__).parents[1] / "house" / "routes.txt"
ROLES = (
    "visitor", "learner", "author", "manager", "programme_manager", "administrator", "coordinator",
    "assessor", "decision_maker", "moderator", "applicant", "beginner",
)  # fmt: skip
PER_ROUTE = 1
"""How many pages of one kind each role opens."""
NO_PAGE = re.compile(
    r"\.(csv|xlsx|ods|pdf|txt|json|jwt|png|zip|gz|<)|>\.<|/exporteren$|/bestand(/|$)|/blok-bestand"
    r"|\.ics|/api/|/certificering/.*/bewijs/|/healthz|/taal/|/\.well-known/|/certificaat/status/|/certificaten/veel/"
)
"""Files, fragments and switches: nothing to look at in a browser."""
KIND = "<any(adviser, agency, institute, training):kind>"
# Pages behind a mailed link or a state that the demo does not have; opened in other journeys.
ELSEWHERE = {
    "/account/adres/<token>", "/account/bevestigen/<token>", "/account/eerste-start/<token>",
    "/account/herstellen/<token>", "/account/uitnodiging/<token>", "/toets/<id:attempt_id>",
    "/toets/<id:attempt_id>/overzicht", "/toets/<id:attempt_id>/uitslag",
    "/beheer/cursussen/<slug:slug>/nakijken/<id:enrolment_id>/<slug:block_id>",
    "/beheer/organisaties/importeren/bevestigen", "/certificaat/deel/<slug:code>",
    "/beheer/mensen/<id:person_id>/rollen",  # leads to the page of the person
    "/certificering/uitnodiging/<token>",
    "/gids/aanbieder/<id:provider_id>/beheren",
    "/proefprojecten/<id:pilot_id>/beoordelen",
    "/proefprojecten/<id:pilot_id>/uitnodiging/<id:provider_id>",
    f"/beheer/regelingen/{KIND}",
    f"/beheer/regelingen/{KIND}/<any(criterium, bewijs, vraag, regel):part>/<slug:key>",
}  # fmt: skip
# No link leads here: the address is typed, or a form does it.
TYPED = (
    "/account/nieuw/verstuurd", "/account/vergeten/verstuurd", "/account/wachtwoord", "/account/adres",
    "/beheer/cursussen/proef/nakijken", "/cursussen/proef", "/cursussen/proef/les/proef-les",
    "/cursussen/proef/les/proef-les/afdrukken", "/cursussen/proef/les/proef-toets",
    "/cursussen/proef/afgerond", "/cursussen/werken-2.0/voortgang", "/cursussen/werken-2.0/verder",
    "/certificaat", "/certificaat/papier", "/beheer/certificaten/sjablonen/nieuw?naam=proef",
    "/_stijlgids", "/beheer/leren/1",
)  # fmt: skip


def patterns() -> dict[str, re.Pattern[str]]:
    """Return a pattern for each address that can be opened."""
    found = {}
    for line in ROUTES.read_text("utf-8").splitlines():
        methods, rule = re.fullmatch(r"(\S+) (/.*) \S+ \S+", line).groups()  # type: ignore[union-attr]
        if "GET" in methods and not NO_PAGE.search(rule):
            pattern = "".join(
                "[^/]+" if part.startswith("<") else re.escape(part)
                for part in re.split(r"(<[^>]*>)", rule)
            )
            found[rule] = re.compile(pattern + "$")
    return found


def rule_of(path: str, known: dict[str, re.Pattern[str]]) -> str | None:
    if NO_PAGE.search(path):
        return None
    exact = [rule for rule, pattern in known.items() if pattern.match(path)]
    return min(exact, key=lambda rule: rule.count("<"), default=None)


LINKS = "links => links.map(a => a.href).filter(h => h.startsWith(location.origin + '/'))"


def crawl(page: Page, known: dict[str, re.Pattern[str]]) -> dict[str, int]:
    """Open every kind of page that links lead to; return how many of each kind."""
    seen: dict[str, int] = {}
    waiting, met = ["/", *TYPED], {"/", *TYPED}
    while waiting:
        address = waiting.pop(0)
        rule = rule_of(urlsplit(address).path, known)
        if rule is None or seen.get(rule, 0) >= PER_ROUTE:
            continue
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 500, address
        page.wait_for_load_state("load")
        if answer.status != 200:
            continue
        seen[rule] = seen.get(rule, 0) + 1
        landed = rule_of(urlsplit(page.url).path, known)
        if landed is not None and landed != rule:
            seen[landed] = seen.get(landed, 0) + 1
        for href in page.locator("a[href]").evaluate_all(LINKS):
            parts = urlsplit(href)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if path not in met:
                met.add(path)
                waiting.append(path)
    return seen


@pytest.fixture(scope="module")
def opened() -> dict[str, set[str]]:
    """Which role opened which kind of page; the last test looks at all of it."""
    return {}


@pytest.mark.parametrize("role", ROLES)
def test_P09_P37_nothing_is_blocked_and_nothing_comes_from_elsewhere(
    open_page: OpenPage, live: Live, opened: dict[str, set[str]], role: str
) -> None:
    """The fixture of the page fails on a console error, a violation or another host."""
    page = open_page(quiet=("status of 403",))  # a locked lesson says what to do first
    if role != "visitor":
        # The second learner has a certificate, the third is certified himself.
        # The second assessor has something to assess; the fourth learner fills in a dossier.
        others = {"applicant": ("learner", 2), "beginner": ("learner", 3), "learner": ("learner", 1),
                  "assessor": ("assessor", 1)}  # fmt: skip
        who = others.get(role, (role, 0))
        steps.sign_in(page, live.account(*who))
    seen = crawl(page, patterns())
    assert len(seen) > (10 if role == "visitor" else 20), sorted(seen)
    if role != "visitor":
        page.goto("/")
        expect(page.locator(".app-account__name")).to_be_visible()  # still signed in
    opened[role] = set(seen)
    if len(opened) == len(ROLES):
        missing = set(patterns()) - set().union(*opened.values()) - ELSEWHERE
        assert not missing, f"no role opened: {sorted(missing)}"
