"""Reading and grading questions: every kind, every sort of answer."""

from __future__ import annotations

import cmath
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.blocks.problem import expressions, grading
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
FORMULA = """<problem><formularesponse type="cs" samples="m,c@1,2:3,4#10" answer="m*c^2"><formulaequationinput/>
<correcthint>Ja</correcthint></formularesponse></problem>"""
IMAGE = """<problem><imageresponse><imageinput src="/static/k.png" alt="Kaart" rectangle="(10,20)-(30,40)"
regions="[[100,100],[200,100],[150,200]]"/></imageresponse></problem>"""
ALL = {
    "single": SINGLE, "multiple": MULTIPLE.format(' partial_credit="EDC"'), "dropdown": DROPDOWN,
    "old dropdown": OLD_DROPDOWN, "text": TEXT, "exact": EXACT, "number": NUMBER.format("7", ""),
    "percent": NUMBER.format("200", TOLERANCE.format("5%")), "matching": MATCHING, "ordering": ORDERING,
    "interval": NUMBER.format("[1,5)", ""), "formula": FORMULA, "image": IMAGE, "regexp": REGEXP,
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
        ("text", "text"), ("number", "number"), ("matching", "matching"), ("ordering", "ordering"), ("formula", "formula"), ("image", "image"),
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
        (MULTIPLE.format(' partial_credit="EDC"'), ["c0", "c1"], 0.5),
        (MULTIPLE.format(' partial_credit="EDC"'), ["c1", "c3"], 0.0),
        (MULTIPLE.format(' partial_credit="EDC"'), [], 0.0),
        (MULTIPLE.format(' partial_credit="EDC"'), ["c0", "c1", "c2", "c3"], 0.5),
        (MULTIPLE.format(' partial_credit="halves"'), ["c0"], 0.5),
        (MULTIPLE.format(' partial_credit="halves"'), ["c0", "c1"], 0.0),
        (MULTIPLE.format(' partial_credit="onbekend"'), ["c0"], 0.0),
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
        (FORMULA, "c^2*m", 1.0), (FORMULA, "M*C^2", 0.0), (FORMULA, "mc^2", 0.0), (FORMULA, "", 0.0), (FORMULA, 5, 0.0),
        (IMAGE, "20,30", 1.0), (IMAGE, "[30,40]", 1.0), (IMAGE, "31,40", 0.0), (IMAGE, "150,150", 1.0),
        (IMAGE, "100,100", 0.0), (IMAGE, "x", 0.0), (IMAGE, {"x": 1}, 0.0),
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


@pytest.mark.parametrize(
    "tag",
    [
        "customresponse",
        "jsmeresponse",
        "annotationresponse",
        "schematicresponse",
        "codeproblemresponse",
    ],
)
def test_what_cannot_be_graded_says_so(tag: str) -> None:
    problem = parse(f"<problem><p>Vraag</p><{tag}><label>Zeg</label></{tag}></problem>")
    assert problem.unsupported == tag
    assert problem.intro == "<p>Vraag</p><p>Zeg</p>"
    assert grading.grade_problem(problem, {"r0": "x"}, seed=SEED) == (0.0, {})


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
    if name == "regexp":
        return  # a pattern is no answer by itself
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


# --- formulas -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2*pi", 6.283185307179586), ("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("3--2", 5), ("2*-3", -6),
        ("1.6e-19", 1.6e-19), ("2 e 3", 2000), ("5%", 0.05), ("3||6", 2), ("1||2||2", 0.5), ("fact(5)/5!", None),
        ("fact(5)", 120), ("sqrt(-4)", 2j), ("ln(-1)", 3.141592653589793j), ("arcsin(2)", 1.5707963267948966 + 1.3169578969248166j),
        ("abs(3+4*j)", 5), ("SIN(PI/2)", 1), ("i*i", -1), ("e^0", 1), (".5+1.", 1.5), ("sec(0)", 1), ("arccot(1)", 0.7853981633974483),
        ("coth(1)*tanh(1)", 1), ("arcsech(1)", 0), ("(((1)))", 1), ("log10(1000)", 3), ("log2(8)", 3),
        ("2x", None), ("2 3", None), ("", None), ("(", None), ("1)", None), ("1/0", None), ("x", None), ("sin", None), ("sin(1,2)", None),
        ("**", None), ("2**3", None), ("9^9^9^9", None), ("fact(5000)", None), ("fact(-1)", None), ("fact(2.5)", None),
        ("9" * 400, None), ("(" * 100 + "1" + ")" * 100, None), ("-" * 50 + "1", None), ("__import__('os')", None),
        ("1;2", None), ("a.b", None), ("[1]", None), ("١", None), ("exp(1e9)", None), ("1e400-1e400", None),
    ],
)  # fmt: skip
def test_formulas_are_computed_or_refused_quickly(typed: str, value: complex | None) -> None:
    try:
        found = complex(expressions.value_of(typed))
    except expressions.ExpressionError:
        assert value is None
    else:
        assert cmath.isnan(found) if value is None else found == pytest.approx(value)


def test_variables_may_have_indices_and_primes() -> None:
    formula = expressions.parse("U_{ij}^{2} + x' * R_1", case_sensitive=True)
    assert formula.value({"U_{ij}^{2}": 1.0, "x'": 2.0, "R_1": 3.0}) == 7
    with pytest.raises(expressions.ExpressionError):
        formula.value({"U_{ij}^{2}": 1.0, "X'": 2.0, "R_1": 3.0})


@settings(max_examples=400, deadline=1000, derandomize=True)
@given(typed=st.text(alphabet="0123456789.+-*/^|()%eijxpsinqrtfact_{}' ,", max_size=60))
def test_no_formula_raises_anything_else(typed: str) -> None:
    try:
        complex(expressions.value_of(typed))
    except expressions.ExpressionError:
        pass


@pytest.mark.parametrize(
    "samples",
    [
        "",
        "x",
        "x@1:2",
        "x@1:2#0",
        "x@a:b#3",
        "x,y@1:2#3",
        "x@1:2:3#3",
        "x@1:2#99999999999999999999x",
    ],
)
def test_samples_that_cannot_be_read_are_named(samples: str) -> None:
    with pytest.raises(ProblemError, match="samples"):
        parse(FORMULA.replace("m,c@1,2:3,4#10", samples))


# --- hints, labels and places ---------------------------------------------------------------------


def test_hints_carry_the_authors_own_word() -> None:
    xml = DROPDOWN.replace("Een", 'Een<optionhint label="Bijna">Nog een keer.</optionhint>')
    option = one(xml).options[0]
    assert option.text == "Een"
    assert option.feedback == "<strong>Bijna:</strong> Nog een keer."


@pytest.mark.parametrize(
    ("typed", "said", "right"),
    [("A", "goed", True), ("b", "niet b", False), ("ccc", "niet c", False), ("d", "ook", True), ("e", "", False)],
)  # fmt: skip
def test_text_hints_come_with_their_answers(typed: str, said: str, right: bool) -> None:
    xml = """<problem><stringresponse answer="A" type="ci"><correcthint>goed</correcthint>
    <additional_answer answer="D"><correcthint>ook</correcthint></additional_answer>
    <stringequalhint answer="B">niet b</stringequalhint><regexphint answer="c+">niet c</regexphint>
    <textline/></stringresponse></problem>"""
    verdict = grading.grade(one(xml), typed, seed=SEED)
    assert (verdict.feedback.get("", ""), verdict.is_right) == (said, right)


def test_feedback_on_what_was_left_out_is_kept_apart() -> None:
    xml = MULTIPLE.format("").replace(
        "A</choice>", 'A<choicehint selected="false">Mist.</choicehint></choice>'
    )
    verdict = grading.grade(one(xml), ["c2"], seed=SEED)
    assert verdict.feedback == {}, "a test shows this: it may not tell what was right"
    assert verdict.left_out == {"c0": "Mist."}


def test_the_old_label_replaces_the_paragraph_that_repeats_it() -> None:
    xml = """<problem><p>Hoeveel?</p><numericalresponse answer="7">
    <textline label="Hoeveel?"/></numericalresponse></problem>"""
    problem = parse(xml)
    assert problem.questions[0].label == "Hoeveel?"
    assert problem.intro == ""


def test_a_question_without_label_is_called_by_the_text_before_it() -> None:
    problem = parse(f"<problem><p>Kies <b>goed</b>.</p>{OLD_DROPDOWN[9:]}")
    assert problem.questions[0].label == ""
    assert problem.questions[0].spoken == "Kies goed ."


def test_text_between_questions_goes_with_them_and_links_stay_in_the_intro() -> None:
    xml = f"<problem><p>A</p>{SINGLE[9:-10]}<p>B</p>{OLD_DROPDOWN[9:-10]}<p>C</p></problem>"
    problem = parse(xml)
    assert problem.intro == "<p>A</p>"
    assert [q.before for q in problem.questions] == ["<p>A</p>", "<p>B</p>"]
    assert [q.after for q in problem.questions] == ["", "<p>C</p>"]
    linked = parse(xml.replace("B</p>", '<img src="/static/b.png" alt=""/></p>'))
    assert "/static/b.png" in linked.intro
    assert linked.questions[1].before == ""


def test_a_test_shows_the_picture_with_the_text() -> None:
    assert '<img src="/static/k.png" alt="Kaart">' in parse(IMAGE).intro


def test_options_shuffle_but_for_those_that_are_fixed() -> None:
    xml = SINGLE.replace("<choicegroup>", '<choicegroup shuffle="true">').replace(
        "</choicegroup>", '<choice correct="false">X</choice><choice correct="false" fixed="true">Geen</choice></choicegroup>'
    )  # fmt: skip
    orders = {
        tuple(c.text for c in grading.face(one(xml), prefix="p", seed=str(n), given=None).choices)
        for n in range(40)
    }
    assert len(orders) == 6
    assert {order[-1] for order in orders} == {"Geen"}


# --- bad input ------------------------------------------------------------------------------------


def _nested(depth: int) -> str:
    return f"<problem>{'<div>' * depth}x{'</div>' * depth}</problem>"


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (f"<problem><p>{'x' * 5_000_000}</p></problem>", "larger than"),
        (_nested(5000), "line 1"),
        (f"<problem>{'<p/>' * 30_000}</problem>", "more than"),
        (f"<problem><optionresponse><optioninput>{'<option>x</option>' * 300}</optioninput></optionresponse></problem>", "200 options"),
        ("<problem>" + OLD_DROPDOWN[9:-10] * 300 + "</problem>", "200 questions"),
        (f'<problem><stringresponse answer="{"a?" * 2000}" type="regexp"/></problem>', "longer than"),
        ('<problem><stringresponse answer="(a{{9999999999}}" type="regexp"/></problem>', "regexp"),
        ("<problem>\x00</problem>", "line"), ("", "line"), ("<!DOCTYPE x [<!ENTITY a 'b'>]><problem>&a;", "line"),
        (IMAGE.replace("(10,20)-(30,40)", "10-20").replace("k.png", "x"), "rectangle"),
        (IMAGE.replace("[[100,100],[200,100],[150,200]]", "[[1]]"), "rectangle"),
        ("<problem><imageresponse><imageinput/></imageresponse></problem>", "no rectangle"),
        (NUMBER.format("1/0", ""), "1/0"), (NUMBER.format("9^9^9^9", ""), "no number"), (NUMBER.format("[1,x]", ""), "x"),
        (FORMULA.replace("m*c^2", "m*x"), "no formula"), (FORMULA.replace("m*c^2", "import os"), "no formula"),
        (SINGLE.replace('correct="false"', 'correct="partial" point_value="2"'), "point_value"),
    ],
)  # fmt: skip
def test_bad_input_is_named_in_no_time(xml: str, message: str) -> None:
    begin = time.monotonic()
    with pytest.raises(ProblemError, match=message):
        parse(xml)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "(a?){60}a{60}", "^(([a-z])+.)+[A-Z]([a-z])+$"]
)
def test_a_regexp_that_explodes_is_stopped(pattern: str) -> None:
    question = one(f'<problem><stringresponse answer="{pattern}" type="ci regexp"/></problem>')
    begin = time.monotonic()
    for typed in ("a" * 500, "a" * 499 + "!", "é" * 500):
        grading.grade(question, typed, seed=SEED)
    assert time.monotonic() - begin < 5


def test_many_hints_that_explode_are_stopped_together() -> None:
    hints = '<regexphint answer="(a+)+$">x</regexphint>' * 400
    question = one(f'<problem><stringresponse answer="x">{hints}</stringresponse></problem>')
    begin = time.monotonic()
    assert grading.grade(question, "a" * 499 + "!", seed=SEED).fraction == 0
    assert time.monotonic() - begin < 3


def test_a_script_is_not_shown_either() -> None:
    problem = parse(
        "<problem><p>Wat is $x?</p><p>a<script>GEHEIM</script>b</p><numericalresponse answer='GEHEIM'/></problem>"
    )
    assert problem.unsupported == "script"
    assert problem.intro == "<p>Wat is $x?</p><p>ab</p>"


def test_P26_nothing_of_a_response_is_text() -> None:
    """Whatever an author puts inside a response, only words for the learner come through."""
    secret = "".join(
        f"<{tag} answer='GEHEIM' correct='GEHEIM'>GEHEIM</{tag}>"
        for tag in (
            "correcthint", "stringequalhint", "regexphint", "additional_answer", "hintgroup", "answer", "responseparam",
            "solution", "demandhint", "compoundhint", "grader_payload", "codeparam", "unknown_tag", "choice", "option",
        )
    )  # fmt: skip
    for xml in ALL.values():
        broken = xml.replace("<textline/>", f"{secret}<p>WEL</p><textline/>").replace(
            "<choicegroup>", f"{secret}<p>WEL</p><choicegroup>"
        )
        problem = parse(broken)
        shown = repr(
            [problem.pieces, problem.intro, [q.before + q.label for q in problem.questions]]
        )
        assert "GEHEIM" not in shown
        assert ("WEL" in shown) is ("WEL" in broken)
