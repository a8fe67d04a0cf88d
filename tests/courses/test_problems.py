"""Reading and grading questions: every kind, every sort of answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.blocks.problem import grading
from courses.blocks.problem.capa import ProblemError, parse
from courses.blocks.problem.grading import number_of
from courses.blocks.problem.model import Question
from courses.olx.importer import read_course
from courses.olx.package import read
from courses.outline import read as read_outline

SINGLE = """<problem><multiplechoiceresponse><label>V</label><choicegroup>
<choice correct="false">Fout<choicehint>Nee.</choicehint></choice>
<choice correct="true">Goed<choicehint>Ja.</choicehint></choice></choicegroup></multiplechoiceresponse></problem>"""
MULTIPLE = """<problem><choiceresponse{}><checkboxgroup>
<choice correct="true">A</choice><choice correct="false">B</choice>
<choice correct="true">C</choice><choice correct="false">D</choice></checkboxgroup></choiceresponse></problem>"""
DROPDOWN = """<problem><optionresponse><optioninput>
<option correct="false">Een</option><option correct="true">Twee</option></optioninput></optionresponse></problem>"""
OLD_DROPDOWN = """<problem><optionresponse><optioninput options="('Een','Twee')" correct="Twee"/></optionresponse></problem>"""
TEXT = """<problem><stringresponse answer="Den Haag" type="ci"><correcthint>Ja</correcthint>
<additional_answer answer="'s-Gravenhage"/><stringequalhint answer="Utrecht">Dat is een andere stad.</stringequalhint>
<textline/></stringresponse></problem>"""
EXACT = """<problem><stringresponse answer="Wet"><textline/></stringresponse></problem>"""
REGEXP = """<problem><stringresponse answer="wet(ten)?" type="ci regexp"><textline/></stringresponse></problem>"""
SLOW = """<problem><stringresponse answer="(a+)+$" type="regexp"><textline/></stringresponse></problem>"""
NUMBER = """<problem><numericalresponse answer="{}">{}<correcthint>Ja</correcthint><wronghint>Nee</wronghint>
<formulaequationinput/></numericalresponse></problem>"""
TOLERANCE = '<responseparam type="tolerance" default="{}"/>'
MATCHING = """<problem><matchingresponse><pair left="NL" right="Den Haag" hint="Nee"/>
<pair left="BE" right="Brussel"/><pair left="LU" right="Luxemburg"/></matchingresponse></problem>"""
ORDERING = """<problem><orderingresponse><item>Een</item><item>Twee</item><item>Drie</item><hint>Tel.</hint></orderingresponse></problem>"""
ALL = {
    "single": SINGLE, "multiple": MULTIPLE.format(' partial_credit="EDC"'), "dropdown": DROPDOWN,
    "old dropdown": OLD_DROPDOWN, "text": TEXT, "exact": EXACT, "number": NUMBER.format("7", ""),
    "percent": NUMBER.format("200", TOLERANCE.format("5%")), "matching": MATCHING, "ordering": ORDERING,
    "interval": NUMBER.format("[1,5)", ""),
}  # fmt: skip
SEED = "zaad"


def one(xml: str) -> Question:
    return parse(xml).questions[0]


def fraction(xml: str, answer: Any) -> float:
    return grading.grade(one(xml), answer, seed=SEED).fraction


def opaque(n: int, kind: str) -> str:
    return grading.opaque(SEED, f"{kind}{n}")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("single", "single"), ("multiple", "multiple"), ("dropdown", "dropdown"), ("old dropdown", "dropdown"),
        ("text", "text"), ("number", "number"), ("matching", "matching"), ("ordering", "ordering"),
    ],
)  # fmt: skip
def test_every_kind_is_read_as_what_it_is(name: str, kind: str) -> None:
    assert one(ALL[name]).kind == kind


@pytest.mark.parametrize(
    ("xml", "answer", "wanted"),
    [
        (SINGLE, "c1", 1.0), (SINGLE, "c0", 0.0), (SINGLE, None, 0.0), (SINGLE, "", 0.0), (SINGLE, "c9", 0.0),
        (SINGLE, ["c1"], 0.0), (SINGLE, "Goed", 0.0),
        (DROPDOWN, "c1", 1.0), (DROPDOWN, "c0", 0.0), (OLD_DROPDOWN, "c1", 1.0), (OLD_DROPDOWN, "c0", 0.0),
        (MULTIPLE.format(""), ["c0", "c2"], 1.0), (MULTIPLE.format(""), ["c0"], 0.0),
        (MULTIPLE.format(""), ["c0", "c1", "c2"], 0.0), (MULTIPLE.format(""), "c0", 0.0),
        (MULTIPLE.format(' partial_credit="EDC"'), ["c2", "c0"], 1.0),
        (MULTIPLE.format(' partial_credit="EDC"'), ["c0"], 0.75),
        (MULTIPLE.format(' partial_credit="EDC"'), ["c0", "c1"], 0.0),
        (MULTIPLE.format(' partial_credit="EDC"'), [], 0.0),
        (MULTIPLE.format(' partial_credit="EDC"'), ["c0", "c1", "c2", "c3"], 0.0),
        (TEXT, "den haag", 1.0), (TEXT, "  Den   HAAG ", 1.0), (TEXT, "'s-gravenhage", 1.0), (TEXT, "Utrecht", 0.0),
        (TEXT, "Den Haag!", 0.0), (TEXT, "", 0.0), (EXACT, "Wet", 1.0), (EXACT, "wet", 0.0),
        (REGEXP, "WETTEN", 1.0), (REGEXP, "wetboek", 0.0), (SLOW, "a" * 40 + "!", 0.0), (SLOW, "aaa", 1.0),
        (MATCHING, {"p0": opaque(0, "p"), "p1": opaque(1, "p"), "p2": opaque(2, "p")}, 1.0),
        (MATCHING, {"p0": opaque(1, "p"), "p1": opaque(1, "p")}, 1 / 3), (MATCHING, {"p0": "p0"}, 0.0),
        (MATCHING, {}, 0.0), (MATCHING, "p0", 0.0), (MATCHING, {"p0": ["x"]}, 0.0),
        (ORDERING, {opaque(0, "c"): "1", opaque(1, "c"): "2", opaque(2, "c"): "3"}, 1.0),
        (ORDERING, {opaque(0, "c"): "1", opaque(1, "c"): "3", opaque(2, "c"): "2"}, 0.5),
        (ORDERING, {opaque(0, "c"): "1", opaque(1, "c"): "1", opaque(2, "c"): "1"}, 0.0),
        (ORDERING, {"c0": "1", "c1": "2", "c2": "3"}, 0.0), (ORDERING, {opaque(0, "c"): "²"}, 0.0),
        (ORDERING, {opaque(0, "c"): "9" * 5000}, 0.0), (ORDERING, [1, 2, 3], 0.0),
    ],
)  # fmt: skip
def test_grading(xml: str, answer: Any, wanted: float) -> None:
    assert fraction(xml, answer) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("7", 7), (" 7 ", 7), ("1.234,5", 1234.5), ("1.234", 1234), ("1.234.567", 1234567), ("3,5", 3.5), ("3.5", 3.5),
        ("-3,5", -3.5), ("+4", 4), ("12 %", 12), ("1 000", 1000), ("1\N{NO-BREAK SPACE}000", 1000), ("1e3", 1000),
        (",5", 0.5), ("5,", 5), ("0,0", 0),
        ("", None), ("zeven", None), ("7x", None), ("1,2,3", None), ("--7", None), ("nan", None), ("inf", None),
        ("1e", None), ("0x10", None), ("7;8", None), ("²", None), (".", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_the_dutch_write_them(typed: str, number: float | None) -> None:
    assert number_of(typed) == (None if number is None else pytest.approx(number))


@pytest.mark.parametrize(
    ("answer", "tolerance", "typed", "right"),
    [
        ("7", "0", "7", True), ("7", "0", "7,0", True), ("7", "0", "7,001", False), ("7", "0,5", "7", None),
        ("7", "0.5", "7,5", True), ("7", "0.5", "7,51", False), ("200", "5%", "190", True), ("200", "5%", "189", False),
        ("-200", "5%", "-210", True), ("1234.5", "0", "1.234,5", True), ("[1,5)", "0", "1", True),
        ("[1,5)", "0", "5", False), ("(1,5]", "0", "1", False), ("(1,5]", "0", "5", True), ("0", "0", "-0", True),
    ],
)  # fmt: skip
def test_a_number_is_right_within_its_tolerance(
    answer: str, tolerance: str, typed: str, right: bool | None
) -> None:
    xml = NUMBER.format(answer, TOLERANCE.format(tolerance))
    if right is None:
        with pytest.raises(ProblemError, match="tolerance"):
            parse(xml)
    else:
        assert (fraction(xml, typed) == 1.0) is right


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<problem><open></problem>", "line 1"),
        (SINGLE.replace('correct="true"', 'correct="false"'), "no option is marked correct"),
        ("<problem><multiplechoiceresponse/></problem>", "has no <choicegroup>"),
        ("<problem><stringresponse/></problem>", "no answer"),
        ("<problem><numericalresponse/></problem>", "no answer"),
        (NUMBER.format("zeven", ""), "zeven"), (NUMBER.format("$x", ""), "x"), (NUMBER.format("nan", ""), "nan"),
        (NUMBER.format("[a,b]", ""), "a"),
        ('<problem><stringresponse answer="(" type="regexp"/></problem>', "regexp"),
        ("<problem><matchingresponse><pair left='a' right='b'/></matchingresponse></problem>", "two pairs"),
        ("<problem><orderingresponse><item>a</item></orderingresponse></problem>", "two items"),
    ],
)  # fmt: skip
def test_a_problem_without_a_usable_key_is_refused(xml: str, message: str) -> None:
    with pytest.raises(ProblemError, match=message.replace("(", r"\(")):
        parse(xml)


@pytest.mark.parametrize("tag", ["customresponse", "jsmeresponse", "formularesponse"])
def test_what_cannot_be_graded_says_so(tag: str) -> None:
    assert parse(f"<problem><{tag}/></problem>").unsupported == tag


def test_python_of_an_author_is_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "gelopen"
    xml = f"<problem><script>open({str(mark)!r}, 'w')</script>{SINGLE[9:]}"
    assert parse(xml).unsupported == "script"
    assert not mark.exists()


def test_P09_authors_html_is_cleaned() -> None:
    bad = "<p onclick='x()'>v<script>alert(1)</script><img src='https://elders/x'/></p>"
    problem = parse(
        SINGLE.replace("Goed", f"Goed{bad}")
        .replace("<label>V", f"<label>{bad}")
        .replace("Ja.", bad)
        .replace("</problem>", f"<solution>{bad}</solution></problem>")
        .replace("<script>alert(1)</script>", "<a href='javascript:x'>k</a>")
    )
    question = problem.questions[0]
    everything = " ".join(
        [question.label, problem.solution, *(o.text + o.feedback for o in question.options)]
    )
    for word in ("onclick", "javascript", "elders"):
        assert word not in everything


@pytest.mark.parametrize("name", ALL)
def test_the_right_response_earns_everything(name: str) -> None:
    if name == "interval":
        return  # an interval is no answer by itself
    question = one(ALL[name])
    assert (
        grading.grade(question, grading.right_response(question, seed=SEED), seed=SEED).fraction
        == 1.0
    )


def json_like(inner: Any) -> Any:
    return st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5)


known = st.sampled_from(
    [
        "c0",
        "c1",
        "c2",
        "c3",
        "p0",
        "p1",
        "1",
        "2",
        "²",
        "7",
        "1e308",
        "-1e999",
        "9" * 400,
        "Den Haag",
    ]
    + [opaque(n, k) for n in range(3) for k in "cp"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | known,
    json_like,
    max_leaves=12,
) | st.dictionaries(known, known)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(name=st.sampled_from(sorted(ALL)), answer=anything)
def test_any_answer_at_all_earns_between_nothing_and_everything(name: str, answer: Any) -> None:
    question = one(ALL[name])
    verdict = grading.grade(question, answer, seed=SEED)
    assert 0.0 <= verdict.fraction <= 1.0
    total, _ = grading.grade_problem(parse(ALL[name]), {"r0": answer}, seed=SEED)
    assert 0.0 <= total <= 1.0
    assert grading.is_complete(question, answer) in {True, False}


CONTENT = sorted((Path(__file__).parents[2] / "courses" / "content").iterdir())


@pytest.mark.parametrize("folder", CONTENT, ids=lambda p: p.name)
def test_every_question_of_the_shipped_courses_can_be_answered(folder: Path) -> None:
    outline = read_outline(read_course(read(folder)).document, version_id=1, number=1)
    asked = 0
    for _lesson, unit in outline.units:
        for block in unit.walk():
            if block.type != "problem":
                continue
            problem = parse(block.fields["data"])
            assert not problem.unsupported, block.id
            response = {q.id: grading.right_response(q, seed="x") for q in problem.questions}
            assert grading.grade_problem(problem, response, seed="x")[0] == 1.0, block.id
            assert grading.grade_problem(problem, {}, seed="x")[0] == 0.0, block.id
            asked += 1
    assert asked >= 10


def test_P26_what_a_learner_sees_has_no_key() -> None:
    for name, xml in ALL.items():
        question = one(xml)
        shown = repr(grading.face(question, prefix="p", seed=SEED, given=None))
        for secret in ("Ja", "Nee", "correct", "Tel.", "Utrecht", "Gravenhage"):
            assert secret not in shown, f"{name}: {secret}"
    shuffled = {
        tuple(
            c.text for c in grading.face(one(ORDERING), prefix="p", seed=str(n), given=None).choices
        )
        for n in range(30)
    }
    assert len(shuffled) > 3, "the items to order come in another order"


@pytest.mark.parametrize("around", ["p", "div", "blockquote"])
def test_P26_a_question_inside_other_tags_shows_no_key(around: str) -> None:
    """Older courses wrap the response in text: what is hidden must stay hidden there too."""
    inner = (
        SINGLE.removeprefix("<problem>")
        .removesuffix("</problem>")
        .replace("Ja.", "GEHEIM-1")
        .replace("Nee.", "GEHEIM-2")
    )
    xml = f"<problem><{around}>Vooraf {inner}<solution>GEHEIM-3</solution><demandhint><hint>GEHEIM-4</hint></demandhint></{around}></problem>"
    problem = parse(xml)
    assert "Vooraf" in problem.intro
    assert "GEHEIM" not in problem.intro
    assert problem.questions[0].options[1].feedback == "GEHEIM-1"
