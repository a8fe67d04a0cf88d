"""Agencies and institutes from a file: looked at row by row, written whole or not at all."""

from __future__ import annotations

import base64
import io
import zlib

import pytest
from flask import Flask
from sqlalchemy import func, select

from learnenv.areas.directory.models import Entry, Provider
from learnenv.areas.directory.services import importing
from learnenv.kernel import sheets
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.transaction import transaction
from tests.browser import Browser, Page
from tests.factories import make_person
from tests.factories.directory import make_moderator, make_provider

PATH = "/gids/moderatie/importeren"
TITLES = "soort;naam;website;regio;plaats;thema's"


def file_of(rows: list[str], titles: str = TITLES) -> bytes:
    return "\n".join([titles, *rows]).encode("utf-8-sig")


def agencies(number: int) -> list[str]:
    return [
        f"{'bureau' if n % 2 else 'instituut'};Bureau {n:04d};www.bureau{n}.example;overijssel;"
        f"Zwolle;data|participatie"
        for n in range(number)
    ]


def look(browser: Browser, data: bytes, status: int = 200) -> Page:
    browser.get(PATH)
    upload = {"file": (io.BytesIO(data), "lijst.csv")}
    return browser.post(PATH, upload, status=status, content_type="multipart/form-data")


def agree(browser: Browser, page: Page) -> Page:
    """Press "Import" below the preview."""
    assert page.soup is not None
    field = page.soup.select_one("input[name=data]")
    assert field is not None
    return browser.post(PATH, {"data": str(field["value"])})


def number_of(model: type[Provider | Entry]) -> int:
    with transaction(write=False):
        return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def moderator(app: Flask) -> Browser:
    return Browser(app).sign_in(make_moderator())


def test_g1_a_thousand_at_once_and_a_second_time_nothing(
    app: Flask, moderator: Browser, count_queries: list[str]
) -> None:
    data = file_of(agencies(1000))
    page = look(moderator, data)
    assert "1000 rows are new" in page.main.replace(",", "")
    assert number_of(Provider) == 0
    count_queries.clear()
    agree(moderator, page)
    others = [sql for sql in count_queries if not sql.startswith("INSERT INTO directory_provider")]
    assert len(others) < 60
    assert (number_of(Provider), number_of(Entry)) == (1000, 1000)
    stranger = Browser(app)
    assert "1000 results" in stranger.get("/gids").main.replace(",", "")
    assert "1 result" in stranger.get("/gids?q=0999").main
    assert "500 results" in stranger.get("/gids?soort=institute&thema=data&bij=Zwolle").main
    again = look(moderator, data)
    assert "0 rows are new" in again.main
    agree(moderator, again)
    assert (number_of(Provider), number_of(Entry)) == (1000, 1000)


def test_g1_one_wrong_row_and_nothing_is_written(moderator: Browser) -> None:
    rows = agencies(30)
    wrong = {
        4: ("bedrijf;Fout;;;;", "“bedrijf” is no kind"),
        7: ("bureau; ;;;;", "The name is missing."),
        9: ("bureau;Ver weg;;atlantis;;", "“atlantis” is no region."),
        12: ("bureau;Nergens;;;Nergenshuizen;", "We do not know the place “Nergenshuizen”."),
        15: ("bureau;Vreemd;;;;data|toveren", "These are no themes: toveren."),
        18: ("bureau;Adres;geen adres;;;", "is no address of a website."),
        21: ("bureau;bureau 0001;;;;", "This row stands in the file twice."),
        24: (f"bureau;{'n' * 201};;;;", "The name is too long."),
    }
    for number, (row, _told) in wrong.items():
        rows[number - 2] = row
    page = look(moderator, file_of(rows), status=422)
    assert page.soup is not None
    table = {
        int(tr.select("th, td")[0].get_text(strip=True)): tr.get_text(" ", strip=True)
        for tr in page.soup.select("main tbody tr")
    }
    assert sorted(table) == sorted(wrong)
    for number, (_row, told) in wrong.items():
        assert told in table[number], number
    assert not page.soup.select("input[name=data]")
    sent = {"data": sheets.wrap(file_of(rows))}  # somebody insists
    moderator.post(PATH, sent, status=422)
    with pytest.raises(InvalidInputError, match="Nothing was imported"), transaction():
        importing.write(importing.read(file_of(rows)), actor=SYSTEM, at=now())
    assert number_of(Provider) == 0


@pytest.mark.parametrize("kind", ["trainer", "adviseur", "Adviser"])
def test_P35_people_are_refused(moderator: Browser, kind: str) -> None:
    page = look(moderator, file_of([f"{kind};Piet Persoon;;;;"]), status=422)
    assert "People are listed only when they ask so themselves." in page.main
    assert number_of(Provider) == 0


def test_g1_what_is_known_is_left_as_it_is(moderator: Browser) -> None:
    make_provider("Bureau Élan", owner=make_person(), summary="Van onszelf.")
    page = look(moderator, file_of(["bureau;bureau elan;x.example;;;", "bureau;Nieuw;;;;"]))
    agree(moderator, page)
    with transaction(write=False):
        found = {one.name: one for one in db.session.scalars(select(Provider))}
    assert set(found) == {"Bureau Élan", "Nieuw"}
    assert (found["Bureau Élan"].summary, found["Bureau Élan"].website) == ("Van onszelf.", "")
    assert found["Nieuw"].consent_at is None


def test_g1_the_preview_writes_nothing_and_strangers_import_nothing(app: Flask) -> None:
    data = sheets.wrap(file_of(agencies(2)))
    for person in (make_person(), None):
        him = Browser(app)
        if person is not None:
            him.sign_in(person)
            him.get(PATH, status=404)
        him.post(PATH, {"data": data}, status=404 if person else 303)
    assert number_of(Provider) == 0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Choose a file."),
        (b"naam;plaats\nBureau;Zwolle", "at least the titles soort and naam"),
        (b"soort;naam\n", "no rows below the titles"),
        ("soort;naam\nbureau;Caf\u00e9".encode("latin-1"), "not UTF-8"),
        (b"x" * 1_000_001, "1 MB at most"),
        (b"soort;naam\nbureau;" + b"a" * 200_000, "not a readable CSV"),
        (b"PK\x03\x04\xff\xfe", "not UTF-8"),
    ],
)
def test_g1_what_is_no_such_file_is_refused(moderator: Browser, data: bytes, told: str) -> None:
    assert told in look(moderator, data, status=422).main
    assert number_of(Provider) == 0


@pytest.mark.parametrize(
    "sent", ["%%%", "AAAA", base64.b64encode(zlib.compress(b"a" * 50_000_000)).decode()]
)
def test_P14_what_the_preview_sends_back_is_not_trusted(moderator: Browser, sent: str) -> None:
    moderator.post(PATH, {"data": sent}, status=422)
    assert number_of(Provider) == 0


def test_g1_more_rows_than_may_be_are_refused(app: Flask) -> None:
    del app
    rows = [f"bureau;B{n}" for n in range(sheets.MOST_ROWS + 1)]
    with transaction(write=False):
        with pytest.raises(InvalidInputError, match="5000 rows"):
            importing.read(file_of(rows, "soort;naam"))
        assert len(importing.read(file_of(rows[:-1], "soort;naam"))) == sheets.MOST_ROWS


def test_g1_the_largest_file_goes_through_the_preview(moderator: Browser) -> None:
    rows = [f"bureau;{'Bureau voor samenwerking ' * 7}{n};www.b{n}.example" for n in range(4000)]
    data = file_of(rows, "soort;naam;website")
    assert 800_000 < len(data) <= sheets.LARGEST
    agree(moderator, look(moderator, data))
    assert number_of(Provider) == 4000


@pytest.mark.parametrize("titles", ["kind,name,themes", "Soort;Naam;Themas"])
def test_g1_titles_and_separators_may_differ(app: Flask, titles: str) -> None:
    del app
    mark = "," if "," in titles else ";"
    with transaction():
        lines = importing.read(f"{titles}\r\nagency{mark}Eén{mark}Data\r\n\r\n".encode())
        assert importing.write(lines, actor=SYSTEM, at=now()) == 1
    with transaction(write=False):
        one = db.session.scalars(select(Provider)).one()
    assert (one.name, one.themes, one.source) == ("Eén", ["data"], "import")
