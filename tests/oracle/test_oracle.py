"""Our grading against the verdicts of Open edX's own `problem` (see run.py and decision 0007)."""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from courses.blocks.problem import grading
from courses.blocks.problem.capa import parse
from courses.blocks.problem.grading import number_of
from courses.blocks.problem.model import Problem, Question, Verdict
from tests.oracle import samples

KNOWN: dict[str, dict[str, Any]] = json.loads(samples.VERDICTS.read_text(encoding="utf-8"))
OWN = list(samples.own())
FOLDER = samples.samples_folder()
# Where Open edX stops with an error because the author wrote a way of partial credit that the
# kind does not have, we grade all or nothing: it is not the learner's mistake.
DUTCH, SPACED = "Dutch notation", "spaces and forms of letters"
AUTHORS_MISTAKE = {"own/boxes-partial-unknown.xml", "own/single-partial-unknown.xml"}


def stored(question: Question, answer: Any) -> Any:
    """Return an answer of the verdicts in the shape we keep it."""
    ids = [option.id for option in question.options]
    if isinstance(answer, list):
        return [ids[n] if n < len(ids) else f"c{n + 900}" for n in answer]
    if isinstance(answer, int):
        return ids[answer] if answer < len(ids) else f"c{answer + 900}"
    return answer


@dataclass
class Graded:
    """One case, as both sides see it."""

    problem: Problem
    answers: list[Any]
    case: dict[str, Any]
    fraction: float
    verdicts: list[Verdict]

    def dutch(self, question: Question, answer: Any) -> bool:
        """Whether a number is written as the Dutch do, and not as Open edX reads it."""
        if question.kind != "number" or not isinstance(answer, str):
            return False
        try:
            return number_of(answer) is not None and number_of(answer) != float(answer)
        except ValueError:
            return True

    def spaced(self, question: Question, answer: Any) -> bool:
        """Whether a text differs in spaces or in the form of letters only."""
        if question.kind != "text" or not isinstance(answer, str):
            return False
        return any(
            " ".join(unicodedata.normalize("NFKC", text.text).casefold().split())
            == " ".join(unicodedata.normalize("NFKC", answer).casefold().split())
            for text in question.texts
        )


def graded(problem: Problem, case: dict[str, Any]) -> Graded:
    questions = problem.questions
    answers = case["answers"]
    assert len(questions) == len(answers)
    response = {
        question.id: stored(question, answer)
        for question, answer in zip(questions, answers, strict=True)
        if answer is not None
    }
    fraction, verdicts = grading.grade_problem(problem, response, seed="oracle")
    return Graded(problem, answers, case, fraction, [verdicts[q.id] for q in questions])


def difference(place: str, found: Graded) -> str:
    """Return why the two differ: "" when they agree, "?" when nobody decided so."""
    if place in AUTHORS_MISTAKE:
        return "partial credit that the kind does not have"
    if "error" in found.case:
        return _refused(found)
    parts = zip(
        found.problem.questions, found.answers, found.verdicts, found.case["points"], strict=True
    )
    whys = {_of_part(found, *part) for part in parts}
    if whys == {""} and not math.isclose(found.fraction, found.case["fraction"], abs_tol=1e-6):
        return "?"
    return next((why for why in ("?", DUTCH, SPACED) if why in whys), "")


def _refused(found: Graded) -> str:
    """Compare an error there. One answer that cannot be read refuses the whole form.

    Here that part earns nothing, the others do; in a lesson the form comes back all the same.
    """
    parts = list(zip(found.problem.questions, found.answers, found.verdicts, strict=True))
    if any(
        v.fraction == 0.0 and (v.unreadable or a is None or a == "" or q.kind == "image")
        for q, a, v in parts
    ):
        return ""
    if any(found.dutch(q, a) for q, a, _ in parts):
        return DUTCH
    return "" if found.fraction == 0.0 else "?"


def _of_part(
    found: Graded, question: Question, answer: Any, verdict: Verdict, points: float
) -> str:
    if math.isclose(verdict.fraction, points, abs_tol=1e-6):
        return ""
    if verdict.fraction > points and found.dutch(question, answer):
        return DUTCH
    return SPACED if verdict.fraction > points and found.spaced(question, answer) else "?"


def compare(sample: samples.Sample) -> Counter[str]:
    """Compare one problem; return how often it differs, and why."""
    known = KNOWN[sample.place]
    assert known["sha256"] == sample.sha256, f"{sample.place} changed: run `make oracle`"
    problem = parse(sample.xml)
    if "unsupported" in known:
        assert problem.unsupported == known["unsupported"]
        return Counter()
    assert not problem.unsupported
    why: Counter[str] = Counter()
    unexplained = []
    for case in known["cases"]:
        found = graded(problem, case)
        reason = difference(sample.place, found)
        why[reason] += 1
        if reason == "?":
            unexplained.append((case, [v.fraction for v in found.verdicts]))
    assert not unexplained, unexplained[:5]
    return why


@pytest.mark.parametrize("sample", OWN, ids=lambda s: s.place)
def test_our_own_problems_are_graded_as_open_edx_does(sample: samples.Sample) -> None:
    compare(sample)


def test_the_verdicts_cover_every_kind() -> None:
    kinds = Counter(t for s in OWN for t in KNOWN[s.place].get("types", ()))
    assert {k for k, number in kinds.items() if number >= 2} >= {
        "multiplechoiceresponse", "choiceresponse", "optionresponse", "stringresponse",
        "numericalresponse", "formularesponse", "imageresponse",
    }  # fmt: skip
    assert len(OWN) >= 60
    for sample in OWN:
        cases = KNOWN[sample.place].get("cases", ())
        assert (
            not cases
            or len({case.get("fraction") for case in cases}) > 1
            or (sample.place in AUTHORS_MISTAKE | {"own/boxes-none-right.xml"})
        ), f"{sample.place} tells right from wrong nowhere"


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no sample courses: set {samples.VARIABLE}")
def test_the_problems_of_real_courses_are_graded_as_open_edx_does() -> None:
    compared = [compare(s) for s in samples.courses(FOLDER) if s.place in KNOWN]
    assert compared, f"{FOLDER} has none of the courses that were graded"


def test_a_difference_that_nobody_decided_is_seen() -> None:
    """The comparison itself can fail: a verdict turned round is found."""
    sample = next(s for s in OWN if s.place == "own/single-plain.xml")
    case = KNOWN[sample.place]["cases"][0]
    turned = case | {"points": [0], "fraction": 0.0}
    assert difference(sample.place, graded(parse(sample.xml), case)) == ""
    assert difference(sample.place, graded(parse(sample.xml), turned)) == "?"
