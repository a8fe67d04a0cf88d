"""The editor's checks: the shipped courses pass, and each rule catches its own planted fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from courses.checking import Report, check
from courses.commands import check_course, check_path
from courses.outline import read
from tests.courses.olx import read_files

CONTENT = Path(__file__).parents[2] / "courses" / "content"
SHIPPED = sorted(path.name for path in CONTENT.iterdir() if (path / "course.xml").exists())

QUESTION = """<problem url_name="vraag"><multiplechoiceresponse><label>Wat doe je?</label>
<choicegroup><choice correct="true">Je belt haar op.<choicehint>Goed, zo hoor je het zelf.</choicehint></choice>
<choice correct="false">Je wacht nog af.<choicehint>Dan blijft de vraag te lang liggen.</choicehint></choice>
</choicegroup></multiplechoiceresponse><solution><p>Bellen is sneller.</p></solution></problem>"""
BODY = (
    "## Kop\n\n"
    + "Je leest een korte zin. Je doet wat er staat. " * 20
    + "\n\n- een\n- twee\n- drie\n"
)
COURSE = f"""<course display_name="Goed" short_description="Een goede cursus." passing_percent="0">
<goal>Een.</goal><goal>Twee.</goal><goal>Drie.</goal>
<chapter url_name="m" display_name="M"><sequential url_name="les" display_name="Les" minutes="5"
 goal="Beantwoord een vraag." completion="read"><vertical url_name="u">
<text url_name="tekst" filename="tekst.md"/>
<picture url_name="beeld" src="/static/b.svg" alt="Een pijl van links naar rechts met twee namen."/>
{QUESTION}<reflection url_name="doen" prompt="Schrijf op wat je doet."/>
</vertical></sequential></chapter></course>"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><title>b</title></svg>'


def _report(course: str = COURSE, body: str = BODY) -> Report:
    files = {
        "course.xml": b'<course org="Proef" course="goed" url_name="course"/>',
        "course/course.xml": course.encode(),
        "text/tekst.md": body.encode(),
        "static/b.svg": SVG,
    }
    return check(read(read_files(files).document, version_id=0, number=0))


def test_a_good_course_has_no_findings() -> None:
    assert _report().findings == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_courses_are_good(name: str) -> None:
    assert [str(finding) for finding in check_path(CONTENT / name).errors] == []


LONG = "Dit is een zin die maar doorgaat en doorgaat omdat niemand ooit eens een punt zet " * 2
HARD = (
    "Organisatieoverstijgende verantwoordelijkheidsverdelingen compliceren beleidsimplementaties. "
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('goal="Beantwoord een vraag."', 'goal=""', "goal is missing"),
        ('goal="Beantwoord', 'goal="De vraag beantwoord', "start with a verb"),
        ('goal="Beantwoord een vraag."', 'goal="Lees dit. Lees dat."', "one short sentence"),
        ('minutes="5"', 'minutes="60"', "seems right"),
        ("<goal>Twee.</goal>", "", "three goals"),
        ('short_description="Een goede cursus."', "", "short_description"),
        ('alt="Een pijl van links naar rechts met twee namen."', 'alt="pijl"', "text alternative"),
        ("Goed, zo hoor je het zelf.", "Goed.", "no feedback that teaches"),
        ("<solution><p>Bellen is sneller.</p></solution>", "", "explanation is missing"),
        ("<label>Wat doe je?</label>", "", "no <label>"),
        ("Je wacht nog af.", "Je belt haar op.", "there twice"),
        ("Je wacht nog af.", "Alle antwoorden", "no real option"),
        (
            "Je belt haar op.<",
            "Je belt haar op, luistert goed en legt daarna vast wat je hebt afgesproken.<",
            "much longer",
        ),
        (QUESTION + '<reflection url_name="doen" prompt="Schrijf op wat je doet."/>', "", "nothing to do"),
    ],
)  # fmt: skip
def test_each_rule_catches_its_fault(old: str, new: str, said: str) -> None:
    assert old in COURSE
    assert any(said in finding.message for finding in _report(COURSE.replace(old, new)).errors)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Kort.\n\n- een", "words; between"),
        (BODY * 9, "words; between"),
        (BODY + (LONG + ". ") * 5, "sentences over"),
        (BODY.replace("Je leest een korte zin", LONG), "sentences of"),
        (HARD * 40, "reading ease"),
        (BODY.replace("## Kop", "#### Kop"), "<h4> after level 1"),
    ],
)
def test_each_rule_on_text_catches_its_fault(body: str, said: str) -> None:
    assert any(said in finding.message for finding in _report(body=body).errors)


def _test_course(right: int, length: str = "") -> str:
    """A test of ten questions in which the right answer stands at `right` (or, -1, anywhere)."""
    problems = []
    for number in range(10):
        place = number % 4 if right < 0 else right
        options = "".join(
            f'<choice correct="{str(n == place).lower()}">optie {n}{length if n == place else ""}'
            "<choicehint>Dit is een uitleg erbij.</choicehint></choice>"
            for n in range(4)
        )
        problems.append(
            f'<problem url_name="t{number}"><multiplechoiceresponse><label>Kies</label>'
            f"<choicegroup>{options}</choicegroup></multiplechoiceresponse>"
            "<solution>Zo is het.</solution></problem>"
        )
    test = (
        '<sequential url_name="toets" graded="true" goal="Laat het zien."><vertical url_name="tu">'
        f'<itembank url_name="bank" max_count="5">{"".join(problems)}</itembank>'
        "</vertical></sequential></chapter>"
    )
    return COURSE.replace("</chapter>", test)


def test_a_test_gives_nothing_away() -> None:
    assert _report(_test_course(-1)).errors == []
    said = [finding.message for finding in _report(_test_course(2)).errors]
    assert said == ["the right answer stands at 3 in 10 questions"]
    said = [finding.message for finding in _report(_test_course(-1, " met meer")).errors]
    assert "the right answer is the longest in 10 of 10 questions" in said


def test_a_bank_needs_more_questions_than_are_drawn() -> None:
    course = _test_course(-1).replace('max_count="5"', 'max_count="8"')
    assert [f.message for f in _report(course).errors] == ["8 of 10 drawn: write more questions"]


def test_the_command_says_so_with_its_exit_code(tmp_path: Path) -> None:
    done = CliRunner().invoke(check_course, [str(CONTENT / "working-openly")])
    assert done.exit_code == 0, done.output
    assert "share-unless" in done.output
    done = CliRunner().invoke(check_course, [str(tmp_path)])
    assert done.exit_code == 1
