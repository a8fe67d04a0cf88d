"""Reads the responses where one types or points; and says who reads which tag."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import regex

from courses.blocks.problem import choices, expressions, image, numeric
from courses.blocks.problem.expressions import ExpressionError
from courses.blocks.problem.model import Picture, Question, Samples, TextAnswer
from courses.blocks.problem.reading import Fields, common, group, line, said, schemes
from courses.blocks.problem.source import Element, fail, words

MOST_TEXTS = 500
MOST_SAMPLES = 200
LONGEST_REGEXP = 1000


# --- text -----------------------------------------------------------------------------------------


def _text(element: Element, name: str, root: Element) -> Fields:
    kind = (element.get("type") or "").lower().split()
    answer = element.get("answer") or ""
    if not answer:
        raise fail(element, "<stringresponse> has no answer")
    texts, is_regexp = _accepted(element, answer, is_regexp="regexp" in kind)
    for tag in ("stringequalhint", "regexphint"):
        texts += [
            TextAnswer(
                text=wrong.get("answer") or "",
                credit=0.0,
                feedback=said(wrong),
                regexp=tag == "regexphint",
            )
            for wrong in element.findall(tag)
        ]
    if len(texts) > MOST_TEXTS:
        raise fail(element, f"more than {MOST_TEXTS} answers")
    for text in texts:
        if text.regexp:
            _need_regexp(element, text.text)
    field = line(element)
    question = Question(
        kind="text",
        texts=tuple(texts),
        ignore_case="ci" in kind,
        regexp=is_regexp,
        **common(element, name, root, field),
    )
    return [(field if field is not None else element, question)]


def _accepted(element: Element, answer: str, *, is_regexp: bool) -> tuple[list[TextAnswer], bool]:
    """Return the right texts. An answer with "_or_" is of long ago: plain words, no regexp."""
    feedback = said(element.find("correcthint"))
    if "_or_" in answer:
        words_ = [word.strip() for word in answer.split("_or_")]
        return [TextAnswer(text=w, credit=1.0, feedback=feedback) for w in words_ if w], False
    texts = [TextAnswer(text=answer, credit=1.0, feedback=feedback, regexp=is_regexp)]
    texts += [
        TextAnswer(
            text=extra.get("answer") or (extra.text or ""),
            credit=1.0,
            feedback=said(extra.find("correcthint")),
            regexp=is_regexp,
        )
        for extra in element.findall("additional_answer")
    ]
    return texts, is_regexp


def _need_regexp(element: Element, text: str) -> None:
    if len(text) > LONGEST_REGEXP:
        raise fail(element, f"the regexp is longer than {LONGEST_REGEXP} characters")
    try:
        regex.compile(text)
    except (regex.error, OverflowError, RecursionError) as error:
        raise fail(element, f"'{text}' is no regexp: {error}") from None


# --- numbers and formulas -------------------------------------------------------------------------


def _need_number(element: Element, what: str, text: str, *, infinite: bool = False) -> None:
    try:
        value = complex(numeric.staff_number(text))
        is_number = not math.isnan(abs(value)) and (infinite or not math.isinf(abs(value)))
    except (ExpressionError, OverflowError):
        is_number = False
    if not is_number:
        raise fail(element, f"the {what} '{text}' is no number")


def _tolerance(element: Element) -> str:
    """Return the tolerance; without one what computers round."""
    found = element.find(".//responseparam[@type='tolerance']")
    text = (found.get("default") or "").strip() if found is not None else ""
    if not text:
        return numeric.STANDARD
    try:
        is_number = math.isfinite(float(text.removesuffix("%")))
    except ValueError:
        is_number = False
    if not is_number:
        raise fail(element, f"the tolerance '{text}' is no number")
    return text


def _number(element: Element, name: str, root: Element) -> Fields:
    answer = (element.get("answer") or "").strip()
    if not answer:
        raise fail(element, "<numericalresponse> has no answer")
    interval = numeric.INTERVAL.fullmatch(answer)
    for number in (interval[2], interval[3]) if interval else (answer,):
        _need_number(element, "answer", number, infinite=bool(interval))
    more = element.find(".//responseparam[@partial_answers]")
    partial = (
        [p.strip() for p in more.get("partial_answers").split(",")] if more is not None else []
    )
    extras = [(e.get("answer") or "").strip() for e in element.findall("additional_answer")]
    for number in (*partial, *extras):
        _need_number(element, "answer", number)
    field = line(element)
    question = Question(
        kind="number",
        number=answer,
        tolerance=_tolerance(element),
        partial_numbers=tuple(partial),
        partial_range=_range(element),
        texts=tuple(
            TextAnswer(text=text, credit=1.0, feedback=said(e.find("correcthint")))
            for text, e in zip(extras, element.findall("additional_answer"), strict=True)
        ),
        correct_feedback=said(element.find("correcthint")),
        wrong_feedback=said(element.find("wronghint")),
        credit=schemes(element),
        **common(element, name, root, field),
    )
    return [(field if field is not None else element, question)]


def _range(element: Element) -> float:
    found = element.find(".//responseparam[@partial_range]")
    text = found.get("partial_range") if found is not None else "2"
    _need_number(element, "partial_range", text)
    return float(abs(numeric.staff_number(text)))


def _formula(element: Element, name: str, root: Element) -> Fields:
    answer = (element.get("answer") or "").strip()
    types = (element.get("type") or "").replace(" ", "").split(",")
    case_sensitive = "cs" in types and "ci" not in types
    samples = _samples(element)
    try:
        formula = expressions.parse(answer, case_sensitive=case_sensitive)
        for place in numeric.points(samples, answer):
            formula.value(place)
    except ExpressionError as error:
        raise fail(element, f"the answer '{answer}' is no formula: {error}") from None
    field = line(element)
    question = Question(
        kind="formula",
        number=answer,
        tolerance=_tolerance(element),
        samples=samples,
        ignore_case=not case_sensitive,
        correct_feedback=said(element.find("correcthint")),
        wrong_feedback=said(element.find("wronghint")),
        **common(element, name, root, field),
    )
    return [(field if field is not None else element, question)]


def _samples(element: Element) -> Samples:
    """Read `x,y@1,2:3,4#10`: x from 1 to 3, y from 2 to 4, ten times."""
    text = element.get("samples") or ""
    try:
        names, rest = text.split("@")
        bounds, count = rest.split("#")
        lows, highs = ([float(n) for n in part.split(",")] for part in bounds.split(":"))
        found = Samples(
            names=tuple(name.strip() for name in names.split(",")),
            lows=tuple(lows),
            highs=tuple(highs),
            count=min(int(count), MOST_SAMPLES),
        )
    except ValueError:
        found = None
    if (
        found is None
        or found.count < 1
        or not (len(found.names) == len(found.lows) == len(found.highs))
    ):
        raise fail(element, f'samples="{text}" must read like x,y@1,2:3,4#10')
    return found


# --- pictures, and our own kinds ------------------------------------------------------------------


def _image(element: Element, name: str, root: Element) -> Fields:
    group(element, "imageinput")
    found = []
    for number, field in enumerate(element.iter("imageinput")):
        try:
            rectangles = image.rectangles(field.get("rectangle") or "")
            regions = image.regions(field.get("regions") or "")
        except (ValueError, TypeError, IndexError, json.JSONDecodeError):
            raise fail(field, "the rectangle or regions cannot be read") from None
        if not rectangles and not regions:
            raise fail(field, "<imageinput> has no rectangle and no regions")
        part = name if number == 0 else f"{name}i{number}"
        picture = Picture(
            src=field.get("src") or "",
            alt=words(field.get("alt") or ""),
            width=_pixels(field, "width"),
            height=_pixels(field, "height"),
        )
        question = Question(
            kind="image",
            picture=picture,
            rectangles=rectangles,
            regions=regions,
            **common(element, part, root, field),
        )
        found.append((field, question))
    return found


def _pixels(field: Element, name: str) -> int:
    digits = regex.match(r"\d{1,5}", field.get(name) or "")
    return int(digits[0]) if digits else 0


READERS: dict[str, Callable[[Element, str, Element], Fields]] = {
    "multiplechoiceresponse": choices.single,
    "truefalseresponse": choices.single,
    "choiceresponse": choices.multiple,
    "optionresponse": choices.dropdown,
    "stringresponse": _text,
    "numericalresponse": _number,
    "formularesponse": _formula,
    "imageresponse": _image,
    "matchingresponse": choices.matching,
    "orderingresponse": choices.ordering,
}
