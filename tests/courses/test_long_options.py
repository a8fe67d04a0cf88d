"""A matching question on a phone: a select cuts long text off, so it stands in full above."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from flask import Flask

LONG = "een rechterkant die langer is dan een telefoon laat zien"


@pytest.mark.parametrize(("texts", "listed"), [(("kort", "ook kort"), 0), (("kort", LONG), 2)])
def test_b1_long_options_of_a_matching_question_stand_in_full(
    app: Flask, texts: tuple[str, str], listed: int
) -> None:
    face = SimpleNamespace(
        kind="matching",
        name="q",
        choices=[SimpleNamespace(id=str(n), text=text) for n, text in enumerate(texts)],
        lefts=[SimpleNamespace(id="l", text="links")],
        given={},
    )
    macros = app.jinja_env.get_template("courses/question.html").module
    soup = BeautifulSoup(str(macros.control(face, None, False)), "html5lib")
    above = [item.get_text() for item in soup.select("ul li")]
    assert len(above) == listed
    options = [option.get_text() for option in soup.select("option[value]") if option["value"]]
    assert options == (above or list(texts)), "the letters say which is which"
