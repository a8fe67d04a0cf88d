"""Slowing down, finding words, and tables that are safe to open."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from learnenv.kernel import throttle
from learnenv.kernel.db import db
from learnenv.kernel.errors import TooManyError
from learnenv.kernel.models import Throttle
from learnenv.kernel.search import matches, stems
from learnenv.kernel.transaction import transaction
from learnenv.web.exports import WRITERS, Table, download, safe
from tests.threads import together

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def hit(*parts: str) -> None:
    with transaction():
        throttle.hit(*parts, seconds=900)


def test_P20_a_key_is_stopped_and_others_are_not(app: Flask) -> None:
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(3):
            throttle.check("a", "x", limit=3, seconds=900)
            hit("a", "x")
        with pytest.raises(TooManyError, match="15"):
            throttle.check("a", "x", limit=3, seconds=900)
        throttle.check("a", "y", limit=3, seconds=900)
        throttle.check("ax", limit=3, seconds=900)
        throttle.check("a\0x", "", limit=3, seconds=900)
        clock.shift(901)
        throttle.check("a", "x", limit=3, seconds=900)


def test_P20_parallel_tries_all_count(app: Flask) -> None:
    with time_machine.travel(START, tick=False):
        together(app, 8, lambda _n: hit("a"))
        assert db.session.scalars(select(Throttle.tries)).all() == [8]


def test_what_is_counted_is_hashed_and_forgotten(app: Flask) -> None:
    with time_machine.travel(START, tick=False) as clock:
        hit("sign-in", "sanne@example.nl")
        assert "sanne" not in db.session.scalars(select(Throttle.key)).one()
        clock.shift(timedelta(days=2))
        hit("other")
        assert len(db.session.scalars(select(Throttle)).all()) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cursussen ambtenaar", True), ("ambtenaren", True), ("CURSUS", True), ("ambtenaar", True),
        ("cursussen visserij", False), ("", True), ("café", True), ("cafe", True), ("'; DROP", False),
    ],
)  # fmt: skip
def test_words_are_found_by_their_stem(query: str, found: bool) -> None:
    document = " ".join(stems("Een cursus voor ambtenaren in het café", "nl"))
    assert matches(query, document, "nl") is found


def test_english_has_its_own_stems() -> None:
    document = " ".join(stems("Working openly with colleagues", "en"))
    assert matches("work colleague", document, "en")
    assert not matches("werken", document, "en")


EVIL = [
    '=HYPERLINK("http://elders","klik")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1",
    '=cmd|"/c calc"!A1',
]  # fmt: skip
TABLE = Table(
    "Lijst: a/b",
    ["Naam", "=Kop", "Getal", "Dag"],
    [[e, "gewoon", 5, date(2026, 3, 1)] for e in EVIL],
)


def read_back(kind: str, data: bytes) -> list[list[object]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_P13_no_cell_is_a_formula(app: Flask, kind: str) -> None:
    table = Table("Lijst", TABLE.columns, TABLE.rows)
    rows = read_back(kind, WRITERS[kind](table))
    assert len(rows) == len(EVIL) + 1
    for wanted, row in zip(["Naam", *EVIL], rows, strict=True):
        cell = str(row[0])
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), cell
        if wanted in EVIL:
            assert cell.startswith("'"), cell
            assert cell[1:].strip() == wanted.replace("\r", "\n").strip() or kind != "csv"
    assert rows[0][1] == "'=Kop"
    assert rows[1][1] == "gewoon"
    assert float(rows[1][2]) == 5.0


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_P13_the_file_holds_no_formula_at_all(app: Flask, kind: str) -> None:
    import zipfile

    data = WRITERS[kind](Table("Lijst", TABLE.columns, TABLE.rows))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        whole = b" ".join(archive.read(n) for n in archive.namelist())
    for mark in (b"<f>", b"<f ", b"table:formula", b"hyperlink"):
        assert mark not in whole


def test_a_number_stays_a_number() -> None:
    assert safe(-5) == -5
    assert safe("tekst") == "tekst"
    assert safe("") == ""


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_a_download_has_a_safe_name(app: Flask, kind: str) -> None:
    with time_machine.travel("2026-12-31T23:30:00Z", tick=False):
        answer = download(Table('Cijfers "2026"/../Şişli', ["a"], [["b"]]), kind)
    name = answer.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="cijfers')
    assert name.endswith(f'-2027-01-01-0030.{kind}"')
    assert "/" not in name
    assert name.isascii(), "a header that a server can send"
    assert "no-store" in answer.headers["Cache-Control"]
    assert read_back(kind, answer.data)[1][0] == "b"


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_odd_characters_do_not_break_an_export(app: Flask, kind: str) -> None:
    rows = [["a\0b\x07c"], ["🙃"], ["é" * 40_000], [None], [datetime(2026, 6, 1, 10, tzinfo=UTC)]]
    found = read_back(kind, WRITERS[kind](Table("[Vreemd]: a/b?*" + "x" * 40, ["k"], rows)))
    assert any("🙃" in str(row) for row in found)
    assert any("2026-06-01 12:00" in str(row) for row in found)
