"""Templates of blocks of others: compiled once, never another one's (courses.runtime.compiled)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from courses.runtime import compiled, xblock_django


@pytest.fixture(autouse=True)
def ready() -> None:
    assert xblock_django.prepare(), "requirements/xblocks.txt is part of what tests install"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that Django parses from here on."""
    from django.template import base

    found: list[str] = []
    real = base.Lexer.tokenize

    def tokenize(self: Any) -> Any:
        found.append(self.template_string)
        return real(self)

    monkeypatch.setattr(base.Lexer, "tokenize", tokenize)
    return found


def drawn(text: str, **values: Any) -> str:
    """Draw a text as `xblock.utils.resources` does: with an engine made for this call."""
    from django.template import Context, Engine, Template

    libraries = {"i18n": "django.templatetags.i18n"}
    return str(Template(text, engine=Engine(libraries=libraries)).render(Context(values)))


def test_e5_a_text_is_parsed_once_and_drawn_with_each_value(parsed: list[str]) -> None:
    text = "{% load i18n %}{% for x in xs %}<b>{{ x }}</b>{% endfor %}{# eens #}"
    assert [drawn(text, xs=xs) for xs in (["<"], ["a", "b"], [])] == [
        "<b>&lt;</b>", "<b>a</b><b>b</b>", "",
    ]  # fmt: skip
    assert parsed == [text]


def test_e5_what_an_engine_knows_tells_texts_apart() -> None:
    from django.template import Context, Engine, Template, TemplateSyntaxError

    text = "{% load alleen_hier %}{{ 1 }}"
    known = Engine(libraries={"alleen_hier": "django.templatetags.i18n"})
    assert Template(text, engine=known).render(Context()) == "1"
    with pytest.raises(TemplateSyntaxError, match="alleen_hier"):
        Template(text, engine=Engine())


def test_e5_templates_in_files_are_told_apart_and_a_changed_one_is_read_anew(
    tmp_path: Path,
) -> None:
    from mako.lookup import TemplateLookup

    def mako(folder: str, **values: Any) -> str:
        lookup = TemplateLookup(directories=[str(tmp_path / folder)])
        return str(lookup.get_template("blok.html").render_unicode(**values))

    for name in ("een", "twee"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "blok.html").write_text(f"{name} ${{wie}}")
    assert [mako("een", wie="a"), mako("twee", wie="a"), mako("een", wie="b")] == [
        "een a", "twee a", "een b",
    ]  # fmt: skip
    (tmp_path / "een" / "blok.html").write_text("nieuw ${wie}")
    assert mako("een", wie="c") == "nieuw c"


def test_e5_mako_reads_a_file_once_for_lookups_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mako.lexer import Lexer
    from mako.lookup import TemplateLookup

    (tmp_path / "blok.html").write_text("een keer ${wie}")
    number = 0
    real = Lexer.parse

    def parse(self: Any) -> Any:
        nonlocal number
        number += 1
        return real(self)

    monkeypatch.setattr(Lexer, "parse", parse)
    for who in ("a", "b"):
        template = TemplateLookup(directories=[str(tmp_path)]).get_template("blok.html")
        assert template.render_unicode(wie=who) == f"een keer {who}"
    assert number == 1


def test_e5_mako_texts_without_a_file_are_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from mako.lexer import Lexer
    from mako.template import Template

    read: list[str] = []
    real = Lexer.parse

    def parse(self: Any) -> Any:
        read.append(self.text)
        return real(self)

    monkeypatch.setattr(Lexer, "parse", parse)
    texts = ["los ${wie}", "los ${wie}!", "los ${wie}"]
    assert [Template(text).render(wie="a") for text in texts] == ["los a", "los a!", "los a"]
    assert [text.rstrip() for text in read] == texts[:2]


def test_e5_mako_with_an_option_that_cannot_be_compared_works(tmp_path: Path) -> None:
    from mako.template import Template

    for _time in range(2):
        made = Template("x ${wie}", preprocessor=[lambda text: text.replace("x", "y")])
        assert made.render(wie="a") == "y a"


def test_e5_a_block_that_makes_its_text_anew_does_not_fill_the_memory() -> None:
    kept = compiled.Kept()
    text = "x" * 9_000
    for number in range(300):
        assert kept.of(text, (number,), lambda number=number: [number]) == [number]
        assert len(kept.found) * len(text) <= compiled.MOST_LETTERS
    assert kept.of("", ("klein",), lambda: "gemaakt") == "gemaakt"
    assert kept.of("", ("klein",), lambda: "anders") == "gemaakt"
    kept.of("x" * (compiled.LONGEST + 1), ("groot",), lambda: "een")
    assert kept.of("", ("groot",), lambda: "twee") == "twee"
