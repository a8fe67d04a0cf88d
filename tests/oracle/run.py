"""Grades the sample problems with Open edX's own `problem` and keeps the verdicts.

`make oracle` runs this in a venv of its own: xblocks-contrib is AGPL-3.0, so it is asked here and
nowhere else, and what is kept are facts: where a problem stands, its hash, what was submitted and
what it earned.

An answer is kept in a form that says nothing of either side's names: a choice is its place (0..),
checkboxes are a list of places, a dropdown is the place of the option, the rest is what was typed;
null is a part that was not in the form at all.
"""

from __future__ import annotations

import json
import logging
import math
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
from answers import answers_of, expected
from django.conf import settings
from lxml import etree
from samples import VERDICTS, Sample, courses, own, samples_folder

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
settings.configure(
    INSTALLED_APPS=["xblocks_contrib.problem.capa.apps.CapaAppConfig"],
    USE_I18N=True,
    STATIC_URL="/static/",
    SECRET_KEY="oracle",
    CODE_JAIL={},
    FEATURES={},
)
django.setup()

from xblocks_contrib.problem.capa.capa_problem import (  # noqa: E402 - after Django is set up
    LoncapaProblem,
    LoncapaSystem,
)

MOST_CASES = 60
GRADED = {
    "multiplechoiceresponse", "truefalseresponse", "choiceresponse", "optionresponse",
    "numericalresponse", "stringresponse", "formularesponse", "imageresponse",
}  # fmt: skip
INPUTS = {
    "choicegroup", "checkboxgroup", "optioninput", "textline", "formulaequationinput", "imageinput",
}  # fmt: skip


def system() -> LoncapaSystem:
    nothing = SimpleNamespace(gettext=lambda text: text, ngettext=lambda one, *_: one)
    return LoncapaSystem(
        ajax_url="/", anonymous_student_id="student", cache=None,
        can_execute_unsafe_code=lambda: False, get_python_lib_zip=lambda: None, DEBUG=False,
        i18n=nothing, render_template=lambda *_a, **_k: "", resources_fs=None, seed=1, xqueue=None,
    )  # fmt: skip


BLOCK = SimpleNamespace(
    location="oracle",
    data="",
    display_name="oracle",
    runtime=SimpleNamespace(publish=lambda *_a, **_k: None),
    correctness_available=lambda: True,
    scope_ids=SimpleNamespace(usage_id=SimpleNamespace(course_key=None)),
)


def load(xml: str) -> LoncapaProblem:
    return LoncapaProblem(xml, "p", system(), BLOCK, seed=1, extract_tree=False)


def submitted(field: Any, answer: Any) -> Any:
    """Return an answer as Open edX's form sends it."""
    if isinstance(answer, list):
        return [f"choice_{n}" for n in answer]
    if isinstance(answer, int) and field.tag == "optioninput":
        options = expected(field)
        return options[answer] if answer < len(options) else f"option {answer}"
    if isinstance(answer, int):
        # Its name, whatever place shuffling gave it: that is choice_0.. as written, or its own.
        names = sorted(
            (c.get("name") for c in field.iter("choice")),
            key=lambda name: int(name[7:]) if name[7:].isdecimal() else 0,
        )
        return names[answer] if answer < len(names) else f"choice_{answer}"
    return answer


def grade(xml: str, given: list[Any]) -> dict[str, Any]:
    problem = load(xml)
    fields = [f for r in problem.responders.values() for f in r.inputfields]
    answers = {
        field.get("id"): submitted(field, answer)
        for field, answer in zip(fields, given, strict=True)
        if answer is not None
    }
    try:
        verdict = problem.grade_answers(answers)
    except Exception as error:  # noqa: BLE001 - whatever it raises, it earns nothing
        return {"answers": given, "error": type(error).__name__}
    points = [verdict.get_npoints(field.get("id")) for field in fields]
    total = problem.get_max_score()
    return {
        "answers": given,
        "points": [round(p, 6) for p in points],
        "fraction": round(math.fsum(points) / total, 6) if total else 0.0,
    }


def cases(fields: list[Any]) -> list[list[Any]]:
    """Return what is submitted: all right, all empty, all left out, and each part in all ways."""
    right = [answers_of(field)[0] for field in fields]
    found = [right, [None] * len(fields)]
    for place, field in enumerate(fields):
        for answer in answers_of(field)[1:]:
            found.append([*right[:place], answer, *right[place + 1 :]])
    wrong = [answers_of(field)[-1] for field in fields]
    unique = {json.dumps(case): case for case in [*found, wrong]}
    return list(unique.values())[: MOST_CASES * max(1, len(fields) // 4)]


def verdicts(sample: Sample) -> dict[str, Any]:
    known: dict[str, Any] = {"sha256": sample.sha256}
    root = etree.fromstring(sample.xml)
    responses = [
        e.tag for e in root.iter() if isinstance(e.tag, str) and e.tag.endswith("response")
    ]
    if root.find(".//script") is not None:
        return known | {"unsupported": "script"}
    if set(responses) - GRADED:
        return known | {"unsupported": ", ".join(sorted(set(responses) - GRADED))}
    known["types"] = responses
    try:
        problem = load(sample.xml)
    except Exception as error:  # noqa: BLE001 - it does not load there
        return known | {"broken": type(error).__name__}
    fields = [f for r in problem.responders.values() for f in r.inputfields]
    return known | {"cases": [grade(sample.xml, case) for case in cases(fields)]}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else samples_folder()
    found = {s.place: verdicts(s) for s in (*own(), *courses(folder))}
    seen = {place.split("/")[0] for place in found}
    if VERDICTS.exists():  # a course that is not here now keeps its verdicts
        old = json.loads(VERDICTS.read_text(encoding="utf-8"))
        found |= {p: known for p, known in old.items() if p.split("/")[0] not in seen}
    lines = [f"{json.dumps(place)}: {json.dumps(known)}" for place, known in found.items()]
    VERDICTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    graded = sum("cases" in known for known in found.values())
    number = sum(len(known.get("cases", ())) for known in found.values())
    sys.stdout.write(f"{len(found)} problems, {graded} graded, {number} answers\n")


if __name__ == "__main__":
    main()
