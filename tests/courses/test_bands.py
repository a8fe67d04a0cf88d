"""b9: what a test says at the end depends on the score."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from courses import queries
from courses.models import Attempt, Enrolment
from courses.olx import exporter
from courses.olx.importer import CourseError
from courses.outline import content_hash
from courses.services import quizzes
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.courses.olx import publish_files, read_files, replaced
from tests.courses.test_learning import complete_lesson
from tests.factories import make_enrolment, make_person
from tests.house.world import right_answers

TEST = "sequential/proef-toets.xml"
END = "</sequential>"
BANDS = """<band from="0">Lees de les nog eens.</band>
<band from="100">Alles goed: ga  <b>door</b> &amp; <i>lees</i>.</band>
<band from="60">Je bent er bijna.</band>"""


def with_bands(bands: str = BANDS) -> dict[str, bytes]:
    return replaced(TEST, END, f"{bands}\n{END}")


@pytest.mark.parametrize(
    ("right", "wanted"),
    [(0, "Lees de les nog eens."), (2, "Je bent er bijna."), (3, "Alles goed: ga door & lees.")],
)
def test_b9_the_result_says_what_fits_the_score(
    app: Flask, client: Browser, tmp_path: Path, right: int, wanted: str
) -> None:
    course = publish_files(with_bands(), tmp_path)
    person = make_person()
    enrolment = make_enrolment(person, course, at=now() - timedelta(hours=1))
    complete_lesson(enrolment, course)
    outline = queries.current(course)
    with transaction():
        mine = db.session.get_one(Enrolment, enrolment.id)
        attempt = quizzes.start(mine, outline, outline.by_lesson["proef-toets"], at=now())
    with transaction():
        found = db.session.get_one(Attempt, attempt.id)
        quizzes.save(found, dict(list(right_answers(found).items())[:right]), at=now())
        quizzes.hand_in(found, db.session.get_one(Enrolment, enrolment.id), at=now())
    shown = client.sign_in(person).get(f"/toets/{attempt.id}/uitslag")
    assert wanted in shown.main
    others = {"Lees de les", "Je bent er bijna", "Alles goed"}
    assert [words for words in others if words in shown.main] == [
        words for words in others if wanted.startswith(words)
    ]


def test_b9_below_the_lowest_band_nothing_is_said(app: Flask, tmp_path: Path) -> None:
    course = publish_files(with_bands('<band from="60">Bijna.</band>'), tmp_path)
    rules = queries.current(course).by_lesson["proef-toets"].quiz
    assert rules is not None
    assert [rules.said_at(percent) for percent in (0, 59, 60, 100)] == ["", "", "Bijna.", "Bijna."]


def test_b9_bands_go_out_as_olx_and_come_in_the_same() -> None:
    document = read_files(with_bands()).document
    quiz = document["modules"][1]["lessons"][0]["quiz"]
    assert [at for at, _words in quiz["bands"]] == [100, 60, 0]
    files = exporter.write(document, lambda _digest: b"")
    assert b'<band from="60">Je bent er bijna.</band>' in files[TEST]
    assert content_hash(read_files(files).document) == content_hash(document)
    plain = read_files(replaced(TEST, END, END)).document
    assert "bands" not in plain["modules"][1]["lessons"][0]["quiz"], (
        "older versions keep their hash"
    )


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ('<band from="101">X</band>', 'from="101" of a band must be a whole number'),
        ("<band>X</band>", 'from="" of a band must be'),
        ('<band from="²">X</band>', "must be a whole number from 0 to 100"),
        ('<band from="5"> </band>', "a band has no words"),
        ('<band from="5">X</band><band from="05">Y</band>', "two bands begin at 05"),
    ],
)
def test_b9_what_is_wrong_with_a_band_is_told(bands: str, words: str) -> None:
    with pytest.raises(CourseError, match=f"proef-toets.xml, line .*{words}"):
        read_files(with_bands(bands))


def test_b9_a_lesson_has_no_bands() -> None:
    files = replaced("sequential/proef-les.xml", END, f'<band from="5">X</band>{END}')
    with pytest.raises(CourseError, match="a band belongs in a test"):
        read_files(files)
