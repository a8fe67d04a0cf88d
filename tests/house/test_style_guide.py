"""The style guide shows every macro; the accessibility statement says what was filled in."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from learnenv.kernel.permissions import Role
from tests.browser import Browser
from tests.factories import make_person

SHOWN = {
    "actions": ".app-actions",
    "alert": ".app-alert",
    "badge": ".app-badge",
    "breadcrumb": ".app-breadcrumb",
    "button": "button.nl-button",
    "card": ".app-card",
    "cards": ".app-cards",
    "chart_bars": ".app-bars",
    "chart_line": ".app-chart",
    "details": ".app-details",
    "empty": ".app-empty",
    "error_summary": ".app-error-summary",
    "facts": ".app-facts",
    "field": ".app-field",
    "flashes": "main .app-flashes",
    "form": "main .app-form",
    "icon": ".app-icon",
    "link_button": ".app-link-button",
    "pagination": ".app-pagination",
    "post_button": "main form.app-inline-form",
    "progress": ".app-progress",
    "stat": ".app-stat",
    "stats": ".app-stats",
    "table": ".app-table",
    "tabs": ".app-tabs",
    "question": ".app-question",
    "header": ".app-header",
    "menu": ".app-nav",
}
PARTS = {"attributes", "button_class", "button_content", "error_links", "is_group", "form_open", "form_close"}  # fmt: skip


def test_the_style_guide_shows_every_macro(app: Flask, client: Browser) -> None:
    client.sign_in(make_person(roles=[(Role.ADMINISTRATOR, None)]))
    page = client.get("/_stijlgids")
    missing = [name for name, selector in SHOWN.items() if not page.soup.select(selector)]
    assert not missing
    macros = {
        name
        for name in vars(app.jinja_env.globals["ui"])
        if not name.startswith(("field_", "chart_")) or name in SHOWN
    }
    assert macros - PARTS - set(SHOWN) == set(), "a new macro is not in the style guide"
    assert list(Path("learnenv/web/templates/ui").glob("*.html"))


def test_the_statement_is_honest_until_somebody_fills_it_in(app: Flask, client: Browser) -> None:
    before = client.get("/toegankelijkheid").main
    assert "C: first steps are taken" in before
    assert "not filled in yet" in before
    assert "No independent expert has examined this site yet." in before
    assert "Besluit digitale toegankelijkheid overheid" in before
    client.sign_in(make_person(roles=[(Role.ADMINISTRATOR, None)]))
    form = {
        "status": "B",
        "drawn_up": "2026-11-25",
        "contact": "toegankelijk@site.example",
        "report": "https://onderzoek.example/rapport",
    }
    client.post("/beheer/toegankelijkheid", {**form, "status": "Z"}, status=422)
    client.post("/beheer/toegankelijkheid", {**form, "report": "javascript:alert(1)"}, status=422)
    client.post("/beheer/toegankelijkheid", form)
    after = client.get("/toegankelijkheid")
    for words in ("B: meets the rules in part", "25 November 2026", "toegankelijk@site.example"):
        assert words in after.main
    assert "No independent expert" not in after.main
    assert after.soup.find("a", href="https://onderzoek.example/rapport")


def test_others_do_not_fill_it_in(app: Flask, client: Browser) -> None:
    client.sign_in(make_person(roles=[(Role.PROGRAMME_MANAGER, None)]))
    client.get("/beheer/toegankelijkheid", status=404)
