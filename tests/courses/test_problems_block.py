"""The problem block in a lesson: what it shows, what it takes, and when; by real forms."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from courses import queries
from courses.blocks.problem import grading
from courses.blocks.problem.capa import parse
from courses.blocks.problem.rules import Standing, grace
from courses.models import Course, HandIn, ItemProgress
from courses.olx.importer import CourseError
from learnenv.accounts.models import Person
from learnenv.kernel.db import db
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.permissions import Role
from tests.browser import Browser, Page
from tests.courses.olx import publish_files, read_files, with_files
from tests.factories import NOW, make_enrolment, make_person
from tests.oracle import samples

UNIT = "/cursussen/proef/les/proef-les/proef-deel-2"
BLOCK = "/cursussen/proef/blok/proef-oefenvraag"
FORM = {"Accept": "text/html"}
NAME = "proef-oefenvraag"
CHOICE = """<multiplechoiceresponse><label>Kies</label><choicegroup>
<choice correct="false">Fout<choicehint>Jammer.</choicehint></choice>
<choice correct="true">Goed<choicehint>Mooi.</choicehint></choice></choicegroup></multiplechoiceresponse>
<solution><p>DE-UITLEG</p></solution>"""
NUMBER = """<numericalresponse answer="7"><label>Hoeveel?</label><textline trailing_text="dagen"/></numericalresponse>
<solution><p>DE-UITLEG</p></solution>"""


class Desk:
    """Somebody who has the course open, with one problem in it."""

    def __init__(self, client: Browser, folder: Path, xml: str, **attributes: str) -> None:
        told = "".join(f' {name}="{value}"' for name, value in attributes.items())
        source = f'<problem display_name="Oefenvraag" weight="1"{told}>{xml}</problem>'
        self.course: Course = publish_files(with_files({f"problem/{NAME}.xml": source}), folder)
        person = make_person()
        make_enrolment(person, self.course, at=NOW)
        self.client = client.sign_in(person)

    @property
    def fields(self) -> dict[str, Any]:
        return queries.current(self.course).blocks[NAME][2].fields

    def look(self) -> Page:
        return self.client.get(UNIT)

    def send(self, handler: str, data: dict[str, Any] | None = None) -> Page:
        self.client.post(f"{BLOCK}/{handler}", data or {}, headers=FORM)
        return self.look()

    def answer(self, **parts: Any) -> Page:
        return self.send("submit", {f"{NAME}-{k.replace('_', '-')}": v for k, v in parts.items()})


@pytest.fixture
def desk(app: Flask, client: Browser, tmp_path: Path):
    return lambda xml, **attributes: Desk(client, tmp_path, xml, **attributes)


def test_text_and_questions_stand_in_the_order_of_the_document(desk) -> None:
    page = desk(
        f"<p>EEN</p>{CHOICE}<p>TWEE</p>{NUMBER}<p>DRIE</p>"
        '<stringresponse answer="x"><p>VIER</p><textline/></stringresponse><p>VIJF</p>'
    ).look()
    places = [
        page.main.index(w) for w in ("EEN", "Kies", "TWEE", "Hoeveel?", "DRIE", "VIER", "VIJF")
    ]
    assert places == sorted(places)
    assert "dagen" in page.main


def test_questions_in_a_table_stand_in_their_cells(desk) -> None:
    cell = """<optionresponse><optioninput options="('a','b')" correct="{}"/></optionresponse>"""
    page = desk(
        f"<table><tr><td>Rij 1</td><td>{cell.format('a')}</td></tr>"
        f"<tr><td>Rij 2</td><td>{cell.format('b')}</td></tr></table>"
    ).look()
    rows = page.text.split("<tr>")
    assert "Rij 1" in rows[1] and f"{NAME}-r0" in rows[1] and f"{NAME}-r1" not in rows[1]
    assert "Rij 2" in rows[2] and f"{NAME}-r1" in rows[2]
    assert "DE-UITLEG" not in page.text


def test_an_answer_that_cannot_be_read_comes_back_and_costs_nothing(desk) -> None:
    mine = desk(NUMBER, max_attempts="1")
    page = mine.answer(r0="zeven")
    assert "This is no number" in page.main and 'value="zeven"' in page.text
    assert "1 more time" in page.main
    page = mine.answer(r0="3+4")
    assert "Your answer is right" in page.main
    assert "DE-UITLEG" in page.main


def test_no_more_answers_than_the_attempts_allow(desk) -> None:
    mine = desk(CHOICE, max_attempts="2")
    assert mine.fields["max_attempts"] == 2
    assert "1 more time" in mine.answer(r0="c0").main
    mine.send("again")
    page = mine.answer(r0="c0")
    assert "used all your attempts" in page.main
    assert "Answer again" not in page.main
    mine.client.post(f"{BLOCK}/again", headers={"X-Requested-With": "x"}, status=422)
    mine.client.post(
        f"{BLOCK}/submit", {f"{NAME}-r0": "c1"}, headers={"X-Requested-With": "x"}, status=422
    )
    assert "Your answer is right" not in mine.look().main


def test_the_waiting_time_is_kept(desk) -> None:
    with time_machine.travel(NOW + timedelta(days=1), tick=False) as clock:
        mine = desk(CHOICE, submission_wait_seconds="60")
        mine.answer(r0="c0")
        clock.shift(20)
        assert "in 40 seconds" in mine.send("again").main
        assert "Kies" in mine.answer(r0="c1").main
        assert "Your answer is right" not in mine.look().main
        clock.shift(41)
        assert "Your answer is right" in mine.answer(r0="c1").main


def test_after_the_date_nothing_is_taken_but_the_answer_is_shown(desk) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        due = (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        mine = desk(CHOICE, due=due, graceperiod="1 hour", showanswer="past_due")
        assert "DE-UITLEG" not in mine.send("show_answer").text
        clock.shift(3600 + 1800)
        assert "The date to answer" not in mine.look().main
        clock.shift(1801)
        assert "The date to answer" in mine.answer(r0="c1").main
        assert "DE-UITLEG" not in mine.look().text
        assert "DE-UITLEG" in mine.send("show_answer").main


@pytest.mark.parametrize(
    ("showanswer", "before", "after_wrong", "after_right"),
    [
        ("", False, False, True), ("never", False, False, False), ("always", True, True, True),
        ("attempted", False, True, True), ("answered", False, False, True),
        ("closed", False, False, False), ("finished", False, False, True),
        ("past_due", False, False, False), ("onbekend", False, False, False),
        ("after_all_attempts_or_correct", False, False, True),
    ],
)  # fmt: skip
def test_P26_the_answer_is_shown_when_the_course_says_so(
    desk, showanswer: str, before: bool, after_wrong: bool, after_right: bool
) -> None:
    mine = desk(CHOICE, **({"showanswer": showanswer} if showanswer else {}))
    assert "DE-UITLEG" not in mine.look().text
    assert ("DE-UITLEG" in mine.send("show_answer").text) is before
    mine.answer(r0="c0")
    assert ("DE-UITLEG" in mine.send("show_answer").text) is after_wrong
    mine.send("again")
    assert "DE-UITLEG" not in mine.look().text
    mine.answer(r0="c1")
    assert ("DE-UITLEG" in mine.send("show_answer").text) is after_right


def test_P26_hints_come_one_by_one_and_only_when_asked_for(desk) -> None:
    mine = desk(
        f"{CHOICE}<demandhint><hint>EERSTE-HINT</hint><hint>TWEEDE-HINT</hint></demandhint>"
    )
    assert "HINT" not in mine.look().text
    page = mine.send("hint")
    assert "EERSTE-HINT" in page.main and "TWEEDE-HINT" not in page.text
    page = mine.send("hint")
    assert "TWEEDE-HINT" in page.main and "Next hint" not in page.main
    mine.client.post(f"{BLOCK}/hint", headers={"X-Requested-With": "x"}, status=422)


@pytest.mark.parametrize("rule", ["never", "past_due"])
def test_P26_a_result_that_is_held_back_tells_nothing(desk, rule: str) -> None:
    mine = desk(CHOICE, show_correctness=rule, showanswer="always")
    page = mine.answer(r0="c1")
    assert "Your answer is kept" in page.main
    for word in ("Mooi.", "answer is right", "Right", "DE-UITLEG"):
        assert word not in page.main
    assert "DE-UITLEG" not in mine.send("show_answer").text


def test_hints_on_what_was_left_out_and_on_the_whole(desk) -> None:
    mine = desk("""<choiceresponse><label>Kies</label><checkboxgroup>
        <choice correct="true">A<choicehint selected="false">MIST-A</choicehint></choice>
        <choice correct="false">B<choicehint selected="true">WEL-B</choicehint></choice>
        <choice correct="true">C</choice>
        <compoundhint value="A B">SAMEN</compoundhint></checkboxgroup></choiceresponse>""")
    page = mine.answer(r0=["c1", "c2"])
    assert "MIST-A" in page.main and "WEL-B" in page.main and "SAMEN" not in page.text
    mine.send("again")
    page = mine.answer(r0=["c0", "c1"])
    assert "SAMEN" in page.main and "WEL-B" not in page.text


def test_a_place_on_a_picture_by_mouse_and_by_keyboard(desk) -> None:
    xml = """<imageresponse><imageinput src="/static/kaart.svg" alt="Kaart" width="600" height="400"
        rectangle="(100,50)-(200,150)"/></imageresponse>"""
    mine = desk(xml)
    page = mine.look()
    assert 'type="image"' in page.text
    assert f'for="{NAME}-r0-x"' in page.text
    assert (
        "Your answer is right"
        in mine.send("submit", {f"{NAME}-r0.x": "150", f"{NAME}-r0.y": "99"}).main
    )
    mine.send("again")
    assert "Your answer is not right" in mine.answer(r0_x="1", r0_y="2").main
    mine.send("again")
    assert (
        "Your answer is right"
        in mine.send(
            "submit",
            {f"{NAME}-r0.x": "0", f"{NAME}-r0.y": "0", f"{NAME}-r0-x": "100", f"{NAME}-r0-y": "50"},
        ).main
    )
    mine.send("again")
    assert "two whole numbers" in mine.answer(r0_x="hier").main


def test_settings_are_kept_and_nothing_of_the_tag_is_lost(desk) -> None:
    mine = desk(
        CHOICE, max_attempts="null", weight_="2", showanswer="&quot;always&quot;", rerandomize="true",
        show_reset_button="true", markdown="&gt;&gt;Vraag&lt;&lt;", attempts_before_showanswer_button="3",
        submission_wait_seconds="5", source_code="x",
    )  # fmt: skip
    fields = mine.fields
    assert "max_attempts" not in fields
    assert fields["showanswer"] == "always"
    assert fields["rerandomize"] == "always"
    assert fields["show_reset_button"] is True
    assert fields["markdown"] == ">>Vraag<<"
    assert fields["attempts_before_showanswer_button"] == 3
    assert fields["submission_wait_seconds"] == 5
    assert fields["xml_attributes"] == {"weight_": "2", "source_code": "x"}


def test_a_problem_without_settings_has_the_fields_it_always_had() -> None:
    document = read_files(with_files({})).document
    blocks = [
        b for m in document["modules"] for lesson in m["lessons"] for u in lesson["units"]
        for b in u["blocks"] if b["type"] == "problem"
    ]  # fmt: skip
    assert blocks
    for block in blocks:
        assert set(block["fields"]) == {"display_name", "weight", "data"}


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("max_attempts", "veel"), ("max_attempts", "-1"), ("max_attempts", "1e400"),
     ("submission_wait_seconds", "nan"), ("due", "gisteren of zo"), ("show_reset_button", "\x7f")],
)  # fmt: skip
def test_a_setting_that_cannot_be_read_is_named_or_harmless(attribute: str, value: str) -> None:
    source = f'<problem display_name="V" {attribute}="{value}">{CHOICE}</problem>'
    files = with_files({f"problem/{NAME}.xml": source})
    if attribute == "show_reset_button":
        assert read_files(files)
        return
    with pytest.raises(CourseError, match=attribute):
        read_files(files)


@pytest.mark.parametrize(
    ("rule", "facts", "shown"),
    [
        ("after_attempts", {"attempts": 1, "attempts_before_answer": 2}, False),
        ("after_attempts", {"attempts": 2, "attempts_before_answer": 2}, True),
        ("after_attempts", {"attempts": 2, "attempts_before_answer": 9, "max_attempts": 2}, True),
        ("after_attempts", {}, True),
        ("after_all_attempts", {"attempts": 2, "max_attempts": 3, "is_correct": True}, False),
        ("after_all_attempts", {"attempts": 3, "max_attempts": 3}, True),
        ("after_all_attempts_or_correct", {"attempts": 1, "max_attempts": 3, "is_correct": True}, True),
        ("closed", {"attempts": 3, "max_attempts": 3}, True), ("closed", {"is_correct": True}, False),
        ("finished", {"attempts": 3, "max_attempts": 3}, True), ("finished", {"due": NOW}, False),
        ("finished", {"due": NOW - timedelta(seconds=1)}, True),
        ("correct_or_past_due", {"due": NOW - timedelta(seconds=1)}, True),
        ("correct_or_past_due", {"attempts": 3, "max_attempts": 3}, False),
        ("attempted", {"due": NOW - timedelta(seconds=1)}, True),
        ("attempted_no_past_due", {"due": NOW - timedelta(seconds=1)}, False),
        ("attempted_no_past_due", {"attempts": 1}, True), ("answered", {"attempts": 1}, False),
        ("past_due", {"due": NOW + timedelta(days=1)}, False), ("always", {}, True),
        ("never", {"is_correct": True}, False), ("", {"is_correct": True}, False),
    ],
)  # fmt: skip
def test_P26_every_rule_of_showanswer(rule: str, facts: dict[str, Any], shown: bool) -> None:
    assert Standing(at=NOW, **facts).may_see_answer(rule) is shown


@pytest.mark.parametrize(
    ("text", "hours"),
    [("", 0), ("2 hours", 2), ("1 day 3 hours", 27), ("1 day, 60 minutes", 25), ("onzin", 0)],
)
def test_the_period_of_grace(text: str, hours: int) -> None:
    assert grace(text) == timedelta(hours=hours)


def test_the_right_answer_is_told_in_words(desk) -> None:
    mine = desk(
        CHOICE.split("<solution>", maxsplit=1)[0] + NUMBER.replace("DE-UITLEG", "")
        + '<imageresponse><imageinput src="/static/k.svg" rectangle="(1,2)-(3,4)"/></imageresponse>'
        + '<stringresponse answer="DEN-HAAG"><additional_answer answer="OOK-GOED"/>'
        + '<stringequalhint answer="FOUT-1">x</stringequalhint><textline/></stringresponse>'
        + '<matchingresponse><pair left="LL" right="RR"/><pair left="MM" right="SS"/></matchingresponse>'
        + "<orderingresponse><item>II</item><item>JJ</item></orderingresponse>",
        showanswer="always",
    )  # fmt: skip
    page = mine.send("show_answer")
    for word in ("Goed", "1,2 – 3,4", "DEN-HAAG", "OOK-GOED", "LL: RR", "1. II", "2. JJ"):
        assert word in page.main
    assert "FOUT-1" not in page.text


# --- what cannot be graded here -------------------------------------------------------------------

SCRIPT = """<script type="loncapa/python">GEHEIM = 1</script><p>Wat vind je?</p>
<customresponse cfn="GEHEIM"><label>Zeg het</label><textline correct_answer="GEHEIM"/>
<answer>GEHEIM</answer></customresponse><solution>GEHEIM</solution>"""


@pytest.fixture
def _lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish what the importer would refuse."""
    from courses.olx import importer

    monkeypatch.setattr(importer._Reader, "check_problem", lambda *_a: False)


@pytest.mark.usefixtures("_lenient")
@pytest.mark.parametrize("xml", [SCRIPT, SCRIPT.split("</script>")[1]])
def test_what_cannot_be_graded_takes_words_for_staff(desk, xml: str) -> None:
    mine = desk(xml)
    page = mine.look()
    assert "cannot be graded here" in page.main
    assert "Wat vind je?" in page.main and "Zeg het" in page.main
    assert "GEHEIM" not in page.text
    assert "own words" in mine.send("hand_in_text", {"text": "  "}).main
    page = mine.send("hand_in_text", {"text": "Mijn <b>mening</b>" + "x" * 30_000})
    assert "is handed in" in page.main
    assert "You finished this lesson" in page.main
    assert "Mijn &lt;b&gt;mening" in page.text
    assert "x" * 19_900 in page.text and "x" * 20_000 not in page.text
    assert "Tweede" in mine.send("hand_in_text", {"text": "Tweede"}).text


@pytest.mark.usefixtures("_lenient")
def test_an_author_grades_without_a_name_and_the_learner_reads_it(
    app: Flask, desk, new_client
) -> None:
    mine = desk(SCRIPT)
    mine.send("hand_in_text", {"text": "Mijn antwoord"})
    author = new_client(app).sign_in(make_person("Auteur Aa", roles=[(Role.AUTHOR, None)]))
    assert "Grade 1 answer" in author.get("/beheer/cursussen").text
    queue = author.get("/beheer/cursussen/proef/nakijken")
    assert "Oefenvraag" in queue.main
    [row] = db.session.scalars(select(HandIn))
    path = f"/beheer/cursussen/proef/nakijken/{row.enrolment_id}/{NAME}"
    page = author.get(path)
    assert "Mijn antwoord" in page.main
    assert "Zeg het" in page.main, "the question stands beside the answer"
    [name] = db.session.scalars(select(Person.name).where(Person.name != "Auteur Aa"))
    assert name not in page.text
    author.post(path, {"percent": "101", "comment": "x"}, status=422)
    done = author.post(path, {"percent": "50", "comment": "Bijna."}, follow=True)
    assert "Nothing to grade" in done.main
    author.post(path, {"percent": "90", "comment": "Toch niet."}, status=422)
    page = mine.look()
    assert "graded: 50%" in page.main and "Bijna." in page.main and "Mijn antwoord" in page.main
    mine.client.post(
        f"{BLOCK}/hand_in_text", {"text": "x"}, headers={"X-Requested-With": "x"}, status=409
    )
    item = db.session.scalars(select(ItemProgress).where(ItemProgress.item == NAME)).one()
    assert (item.earned, item.possible) == (0.5, 1.0)
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.key.startswith("graded:"))).all()
    assert len(mail) == 1 and "proef-deel-2" in mail[0].text


def test_a_graded_problem_takes_no_words_for_staff(desk) -> None:
    mine = desk(CHOICE)
    mine.client.post(
        f"{BLOCK}/hand_in_text", {"text": "x"}, headers={"X-Requested-With": "x"}, status=422
    )


# --- all of them, on a page -----------------------------------------------------------------------


def all_samples() -> list[samples.Sample]:
    folder = samples.samples_folder()
    return [*samples.own(), *(samples.courses(folder) if folder.is_dir() else [])]


@pytest.mark.usefixtures("_lenient")
def test_P26_every_sample_is_shown_as_valid_html_without_its_key(
    app: Flask, client: Browser, tmp_path: Path
) -> None:
    """Each on the page of its unit (all at once: pages are checked whole), new and answered."""
    found = {}
    for number, sample in enumerate(all_samples()):
        xml = re.sub(r'^<problem([^>]*?)( url_name="[^"]*")?', r"<problem\1", sample.xml)
        found[f"p{number}"] = xml.replace("<problem", f'<problem url_name="p{number}"', 1)
    unit = f'<vertical display_name="Alles">{"".join(found.values())}</vertical>'
    course = publish_files(with_files({"vertical/proef-deel-1.xml": unit}), tmp_path)
    person = make_person()
    make_enrolment(person, course, at=NOW)
    client.sign_in(person)
    url = "/cursussen/proef/les/proef-les/proef-deel-1"
    page = client.get(url)
    for xml in found.values():
        for secret in re.findall(
            r"<(?:choicehint|correcthint|optionhint|hint)\b[^>]*>([^<]{12,})<", xml
        ):
            assert secret.strip() not in page.main
    for name, xml in found.items():
        problem = parse(xml)
        form = {}
        for question in problem.questions:
            right = grading.right_response(question, seed="x")
            key = f"{name}-{question.id}"
            if question.kind == "image":
                form |= dict(zip((f"{key}-x", f"{key}-y"), right.split(","), strict=True))
            else:
                form[key] = right
        if form:
            client.post(f"/cursussen/proef/blok/{name}/submit", form, headers=FORM)
    page = client.get(url)
    told = page.main.count("Your answer is right") + page.main.count("Rightly chosen")
    assert told >= 100
    assert "cannot be shown here" not in page.main


def test_feedback_stands_at_its_option_in_its_colour(desk) -> None:
    mine = desk("""<choiceresponse partial_credit="EDC"><label>Kies</label><checkboxgroup>
        <choice correct="true">A<choicehint selected="false">MIST-A</choicehint></choice>
        <choice correct="false">B<choicehint selected="true">WEL-B</choicehint></choice>
        <choice correct="true">C<choicehint selected="true">WEL-C</choicehint></choice>
        <choice correct="false">D<choicehint selected="false">TERECHT-D</choicehint></choice>
        </checkboxgroup></choiceresponse>""")
    page = mine.answer(r0=["c1", "c2"])
    right, wrong = "app-question__feedback--right", "app-question__feedback--wrong"
    for option, words, colour in (
        ("c0", "MIST-A", wrong),
        ("c1", "WEL-B", wrong),
        ("c2", "WEL-C", right),
        ("c3", "TERECHT-D", right),
    ):
        box = page.soup.find("input", id=f"{NAME}-r0-{option}")
        said = box.find_parent("div").find_next_sibling("div")
        assert said.get_text(strip=True) == words
        assert colour in said["class"]
        assert box["aria-describedby"] == said["id"]
    assert page.main.count("MIST-A") == 1
    assert "Rightly chosen" in page.main
    assert "Wrongly chosen" in page.main


def test_what_is_partly_right_is_said_once(desk) -> None:
    mine = desk(
        CHOICE.replace(
            "<multiplechoiceresponse>", '<multiplechoiceresponse partial_credit="points">'
        ).replace('<choice correct="false">', '<choice correct="partial" point_value="0.5">')
    )
    page = mine.answer(r0="c0")
    assert "Partly right" in page.main
    assert "not right" not in page.main


def test_a_mark_below_a_list_is_no_choice(desk) -> None:
    mine = desk("""<optionresponse><label>Welke?</label><optioninput>
        <option correct="False">Nee</option><option correct="True">Ja</option>
        </optioninput></optionresponse>""")
    page = mine.answer(r0="c0")
    mark = page.soup.select_one("p.app-verdict--wrong .app-choice__mark")
    assert "not right" in mark.get_text()
    assert not page.soup.select("p[class*=app-choice]"), "the bar of a choice runs through the icon"
