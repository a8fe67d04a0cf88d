"""What is submitted to a problem: for each kind of field the right answer first, a wrong one last.

Made from the XML alone, so that it does not matter who grades.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

GARBAGE = ["", " ", "abc", "(", "1/0", "3+", "1e999", "£", "x" * 600, "2 2", "--1", "0x10", "nan"]


def response_of(field: Any) -> Any:
    while not field.tag.endswith("response"):
        field = field.getparent()
    return field


def expected(field: Any) -> list[str]:
    """Return the words of a dropdown."""
    if field.findall("option"):
        return [(o.text or "").strip() for o in field.findall("option")]
    inner = (field.get("options") or "").strip()[1:-1]
    quoted = re.findall(r"'((?:[^'\\]|\\.)*)'|\"([^\"]*)\"", inner)
    if quoted:
        return [one or other for one, other in quoted]
    return [word.strip() for word in inner.split(",")]


def answers_of(field: Any) -> list[Any]:
    """Return answers for one field: right first, wrong last."""
    return MAKERS[field.tag](field)


def _is_right(choice: Any) -> bool:
    return (choice.get("correct") or "").strip().lower() == "true"


def _choice(field: Any) -> list[Any]:
    choices = list(field.iter("choice"))
    right = [n for n, c in enumerate(choices) if _is_right(c)]
    wrong = [n for n in range(len(choices)) if n not in right]
    return [*right, None, 99, "", "garbage", *wrong]


def _checkboxes(field: Any) -> list[Any]:
    choices = list(field.iter("choice"))
    right = [n for n, c in enumerate(choices) if _is_right(c)]
    wrong = [n for n in range(len(choices)) if n not in right]
    every = list(range(len(choices)))
    found: list[Any] = [right, None, [], every, [*right, 99], [*right, *wrong[:1]], right[1:]]
    found += [[*right[1:], *wrong[:1]], right[2:], [*right[1:], *wrong[:2]], [*right, *wrong[:2]]]
    return [*found, *([n] for n in every[:6]), wrong]


def _dropdown(field: Any) -> list[Any]:
    words = expected(field)
    correct = [n for n, o in enumerate(field.findall("option")) if _is_right(o)]
    right = correct[0] if correct else words.index(field.get("correct"))
    return [right, None, 99, *(n for n in range(len(words)) if n != right)]


def _textline(field: Any) -> list[Any]:
    response = response_of(field)
    if response.tag == "stringresponse":
        return _words(response)
    return _number(response) if response.tag == "numericalresponse" else _formula(response)


def _words(response: Any) -> list[Any]:
    tags = ("additional_answer", "stringequalhint", "regexphint")
    kept = [response.get("answer")]
    kept += [e.get("answer") or (e.text or "") for tag in tags for e in response.findall(tag)]
    examples = (response.get("examples") or "").split("|")
    first = kept[0].split("_or_")[0].strip()
    found: list[Any] = [first, None, *kept[1:], *(e for e in examples if e)]
    found += [kept[0], kept[0].upper(), kept[0].lower(), f" {first} ", f"{first}x", f"x{first}"]
    found += [first.replace(" ", "  "), first.replace("a", "\N{FULLWIDTH LATIN SMALL LETTER A}")]
    found += [first[:-1], *(part.strip() for part in kept[0].split("_or_"))]
    return [*found, *(g for g in GARBAGE if g != first), "\N{GRINNING FACE}", "wrong answer"]


def _bounds(text: str) -> tuple[float, float] | None:
    found = re.fullmatch(r"[\[(]([^,]+),([^,]+)[\])]", text.strip())
    if not found:
        return None
    try:
        return float(found[1]), float(found[2])
    except ValueError:
        return None


def _near(value: float, tolerance: str) -> list[str]:
    """Return numbers just inside and just outside the tolerance, and its multiples."""
    try:
        margin = (
            abs(value) * float(tolerance.removesuffix("%")) / 100
            if tolerance.endswith("%")
            else float(tolerance)
        )
    except ValueError:
        return []
    steps = (-3.1, -2.01, -1.99, -1.01, -0.99, 0.5, 0.99, 1.01, 1.99, 2.01, 3.1)
    return [repr(value + step * margin) for step in steps]


def _number(response: Any) -> list[Any]:
    answer = response.get("answer").strip()
    found_tolerance = response.find(".//responseparam[@type='tolerance']")
    tolerance = "0.001%" if found_tolerance is None else found_tolerance.get("default").strip()
    extras = [e.get("answer") for e in response.findall("additional_answer")]
    partial = response.find(".//responseparam[@partial_answers]")
    if partial is not None:
        extras += [p.strip() for p in partial.get("partial_answers").split(",")]
    bounds = _bounds(answer)
    found: list[Any] = []
    if bounds:
        low, high = bounds
        middle = (low + high) / 2
        width = high - low
        found = [repr(middle), repr(low), repr(high), repr(low - width), repr(high + 1.9 * width)]
        found += [repr(low - 1e-9), repr(high + 1e-9), repr(high + 2.1 * width), "2*j"]
    else:
        found = [answer, f" {answer} ", f"({answer})*1", f"{answer}+0", f"({answer})*2/2"]
        try:
            found += _near(float(answer), tolerance)
            found += [f"{float(answer):e}", f"{float(answer) * 100!r}%", f"0{answer}"]
        except ValueError:
            pass
    for extra in extras:
        found += [extra, *(_near(float(extra), tolerance) if _is_plain(extra) else [])]
    found += ["fact(3)", "fact(-1)", "2^3", "sqrt(-4)", "ln(1)", "pi", "e", "1,5", "j", "x", "sin"]
    return [found[0], None, *found[1:], *GARBAGE, "-98765.4321"]


def _is_plain(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def _formula(response: Any) -> list[Any]:
    answer = response.get("answer")
    names = (response.get("samples") or "@").split("@")[0].split(",")
    examples = [e for e in (response.get("examples") or "").split("|") if e]
    found: list[Any] = [answer, *examples, f"({answer})*1", f"0+{answer}", f"1.0000001*({answer})"]
    found += [
        f"({answer})*1.005",
        f"({answer})*1.5",
        answer.upper(),
        answer.lower(),
        "*".join(names),
    ]
    found += [f"({answer}", f"{answer})", f"{answer}+undefined_1", "0", f"sin({answer})"]
    found += [f"{a}/{b}" for a, b in pairwise(names)]
    return [*found, *(g for g in GARBAGE if g), "", f"({answer})+17"]


def _image(field: Any) -> list[Any]:
    found: list[Any] = []
    for part in (field.get("rectangle") or "").split(";"):
        corners = [int(n) for n in re.findall(r"\d+", part)]
        if len(corners) == 4:
            left, top, right, bottom = corners
            found += [[(left + right) // 2, (top + bottom) // 2], [left, top], [right, bottom]]
            found += [[left - 1, top], [right + 1, bottom], [left, bottom + 1], [right, top]]
    numbers = [int(n) for n in re.findall(r"\d+", field.get("regions") or "")]
    points = list(zip(numbers[::2], numbers[1::2], strict=False))
    if points:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        middle = [sum(xs) // len(xs), sum(ys) // len(ys)]
        inside = middle if not found else found[0]
        found = [inside, middle, *([x, y] for x, y in points), [min(xs), min(ys)], *found]
    typed = [f"[{max(x, 0)},{max(y, 0)}]" for x, y in found]
    return [*typed, "", " [ 1 , 2 ] ", "[1,2,3]", "garbage", "[-1,5]", "[99999,99999]"]


MAKERS = {
    "choicegroup": _choice,
    "checkboxgroup": _checkboxes,
    "optioninput": _dropdown,
    "textline": _textline,
    "formulaequationinput": _textline,
    "imageinput": _image,
}
