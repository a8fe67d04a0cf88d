"""Small words and figures of learning pages: said once, in the right form, in the right font."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
import pytest
from flask import Flask
from flask_babel import force_locale

from learnenv.config import named
from learnenv.kernel.i18n import format_date, study_load
from learnenv.web.exports import Table, download
from tests.browser import Browser
from tests.courses.test_learning import complete_lesson
from tests.factories import make_course, make_enrolment, make_person


@pytest.mark.parametrize(
    ("minutes", "dutch", "english"),
    [
        (1, "1 minuut", "1 minute"),
        (48, "48 minuten", "48 minutes"),
        (60, "1 uur", "1 hour"),
        (70, "1 uur", "1 hour"),
        (355, "6 uur", "6 hours"),
    ],
)
def test_study_load_is_minutes_or_whole_hours(
    app: Flask, minutes: int, dutch: str, english: str
) -> None:
    for language, words in (("nl", dutch), ("en", english)):
        with force_locale(language):
            assert study_load(minutes) == words


def test_english_dates_are_british(app: Flask) -> None:
    day = date(2026, 11, 25)
    with force_locale("en"):
        assert format_date(day, "long") == "25 November 2026"
    with force_locale("nl"):
        assert format_date(day, "long") == "25 november 2026"


def test_the_record_as_pdf_has_the_fonts_and_dates_of_the_site(app: Flask, client: Browser) -> None:
    person = make_person("Şahin Wałęsa", language="nl")
    make_enrolment(person, make_course())
    client.sign_in(person)
    data = client.get("/leren/overzicht.pdf").data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts = {
            str(o.get("/BaseFont"))
            for o in pdf.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font"
        }
    assert fonts
    assert all("Source-Sans" in font or "SourceSans" in font for font in fonts), fonts
    assert "10 maart 2026" in text_of(data)


def text_of(data: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    words = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(words.split())


def test_the_progress_page_says_each_module_once(app: Flask, client: Browser) -> None:
    course, person = make_course(), make_person()
    make_enrolment(person, course)
    client.sign_in(person)
    page = client.get("/cursussen/proef/voortgang")
    title = page.soup.h2.get_text(strip=True)
    assert page.main.count(title) == 1
    for table in page.soup.find_all("table"):
        assert page.soup.find(id=table["aria-labelledby"]).name == "h2"


def test_before_a_test_there_is_no_score(app: Flask, client: Browser) -> None:
    course, person = make_course(), make_person()
    enrolment = make_enrolment(person, course)
    complete_lesson(enrolment, course)
    client.sign_in(person)
    assert "not yet known" in client.get("/leren").main
    assert ";50;;" in client.get("/leren/overzicht.csv").data.decode()
    attempt = client.post("/cursussen/proef/toets/proef-toets").location
    client.post(f"{attempt}/inleveren")
    main = client.get("/leren").main
    assert "not yet known" not in main
    assert " 0% " in main


def test_a_file_has_a_plain_name(app: Flask) -> None:
    table = Table("Per organisatie, opgeteld -- Súdwest-Fryslân 2026", ["a"], [])
    name = download(table, "csv").headers["Content-Disposition"]
    assert "--" not in name
    assert 'filename="per-organisatie-opgeteld-sudwest-fryslan-2026-' in name


def test_a_sender_without_a_name_carries_the_name_of_the_site() -> None:
    assert named("post@site.example", "Leeromgeving") == "Leeromgeving <post@site.example>"
    assert named("Eigen <post@site.example>", "Leeromgeving") == "Eigen <post@site.example>"
