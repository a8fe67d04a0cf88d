"""Templates: all compile, and none lets text through unescaped but where it is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
# These show author's HTML that courses.markup sanitised when it was read.
TRUSTING = {"courses/question.html", "courses/unit.html", "courses/lesson_on_paper.html"}
# This one shows what a block of others drew: a page without an origin (TRUST.md 6).
TRUSTING |= {"courses/frame.html"}
FOLDERS = ("learnenv", "courses", "certificates")


def sources() -> dict[str, str]:
    found = {}
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("templates/**/*.html"):
            name = path.as_posix().split("/templates/", 1)[1]
            found[name] = path.read_text(encoding="utf-8")
    return found


def test_every_template_compiles(site: Flask) -> None:
    names = [n for n in site.jinja_env.list_templates() if n.endswith((".html", ".css", ".txt"))]
    assert set(sources()) - {n for n in sources() if n.startswith("pdf/")} <= set(names)
    for name in names:
        if not name.startswith("pdf/"):
            site.jinja_env.get_template(name)


def test_P09_no_template_switches_escaping_off() -> None:
    found = sources()
    assert len(found) > 60
    for name, text in found.items():
        assert not re.search(r"\|\s*safe\b", text), f"{name}: |safe"
        assert not re.search(r"{%-?\s*autoescape", text), f"{name}: autoescape"
        assert not re.search(r"\bMarkup\b", text), f"{name}: Markup"


def test_P09_trusted_stands_only_where_html_was_sanitised() -> None:
    found = {name for name, text in sources().items() if re.search(r"\|\s*trusted\b", text)}
    assert found == TRUSTING, "look at where the HTML comes from, then change this list"


@pytest.mark.parametrize("wanted", [r"\sstyle=", r"\son[a-z]+=", r"<script(?![^>]*(nonce|src))"])
def test_P09_no_template_has_inline_style_or_handlers(wanted: str) -> None:
    for name, text in sources().items():
        if name.startswith("pdf/") or name.endswith(("letter.html", "_pdf.html")):
            continue  # paper and mail, not pages of the site
        assert not re.search(wanted, text), f"{name}: {wanted}"


def test_P37_no_template_loads_from_another_host() -> None:
    for name, text in sources().items():
        outside = re.findall(
            r"""(?:src|srcset|action|data-hx-\w+)=["']\s*(?:https?:)?//[^"']+""", text
        )
        assert not outside, f"{name}: {outside}"
