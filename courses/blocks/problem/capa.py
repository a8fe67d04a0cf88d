"""Reads a problem from its XML (OLX `problem`, the CAPA kinds that XBLOCK.md counts first)."""

from __future__ import annotations

import copy
import math
from functools import lru_cache
from typing import Any

import regex
from lxml import etree

from courses.blocks.problem.model import Option, Pair, Problem, Question, TextAnswer
from courses.markup import clean_html

Element = Any
IGNORED = {"solution", "demandhint", "script", "label", "description"}
INTERVAL = regex.compile(r"[\[(]([^,]+),([^,]+)[\])]")


class ProblemError(ValueError):
    """The XML is no problem that can be shown; the message says why and, if known, the line."""


@lru_cache(maxsize=4096)
def parse(data: str) -> Problem:
    """Read a problem. Raises ProblemError for XML that is broken or has no key."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ProblemError(f"line {error.lineno}: {error.msg}") from None
    if root.find(".//script") is not None:
        return Problem(intro="", questions=(), unsupported="script")
    responses = [e for e in root.iter() if isinstance(e.tag, str) and e.tag.endswith("response")]
    unknown = sorted({e.tag for e in responses} - set(READERS))
    if unknown:
        return Problem(intro=_intro(root), questions=(), unsupported=", ".join(unknown))
    return Problem(
        intro=_intro(root),
        questions=tuple(
            READERS[element.tag](element, f"r{n}", root) for n, element in enumerate(responses)
        ),
        solution="".join(_inner(e) for e in root.iter("solution")),
        hints=tuple(_inner(e) for e in root.iterfind(".//demandhint/hint")),
    )


def _inner(element: Element | None) -> str:
    """Return the sanitised HTML inside an element."""
    if element is None:
        return ""
    parts = [_escape(element.text or "")]
    parts += [etree.tostring(child, encoding="unicode", with_tail=True) for child in element]
    return clean_html("".join(parts)).strip()


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _without(element: Element, *tags: str) -> Element:
    """Return a copy of the element without the named children (their tail text is kept)."""
    twin = copy.deepcopy(element)
    for child in [c for c in twin if c.tag in tags]:
        tail = child.tail or ""
        previous = child.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + tail
        else:
            twin.text = (twin.text or "") + tail
        twin.remove(child)
    return twin


def _intro(root: Element) -> str:
    """Return the text round the responses: nothing of a response, a hint or a solution (P26).

    Older courses put a response inside <p> or <div>, so what is secret is taken out at any depth.
    """
    twin = copy.deepcopy(root)
    secret = [e for e in twin.iter() if isinstance(e.tag, str) and _is_secret(e)]
    for element in secret:
        etree.strip_elements(element, "*", with_tail=True)
        element.text = None
        element.tag = "secret"
    etree.strip_elements(twin, "secret", with_tail=False)
    for child in twin:
        child.tail = None
    return _inner(twin)


def _is_secret(element: Element) -> bool:
    return element.tag.endswith("response") or element.tag in IGNORED


def _label(element: Element, root: Element) -> tuple[str, str]:
    label = element.find("label")
    if label is None:
        label = root.find("label")
    hint = element.find("description")
    if hint is None:
        hint = root.find("description")
    return _inner(label), _inner(hint)


def _common(element: Element, name: str, root: Element) -> dict[str, Any]:
    label, hint = _label(element, root)
    return {"id": name, "label": label, "hint": hint}


def _is_true(value: str | None) -> bool:
    return (value or "").strip().lower() in {"true", "1", "yes"}


def _options(group: Element, hint_tag: str) -> tuple[Option, ...]:
    options = []
    for n, choice in enumerate(group):
        if choice.tag not in {"choice", "option"}:
            continue
        hints = choice.findall(hint_tag)
        chosen = [h for h in hints if h.get("selected", "true").lower() == "true"]
        left = [h for h in hints if h.get("selected", "").lower() == "false"]
        options.append(
            Option(
                id=f"c{n}",
                text=_inner(_without(choice, hint_tag)),
                correct=_is_true(choice.get("correct")),
                feedback=_inner(chosen[0]) if chosen else "",
                feedback_not=_inner(left[0]) if left else "",
            )
        )
    return tuple(options)


def _group(element: Element, *tags: str) -> Element:
    for tag in tags:
        found = element.find(f".//{tag}")
        if found is not None:
            return found
    raise ProblemError(f"line {element.sourceline}: <{element.tag}> has no <{tags[0]}>")


def _need_key(element: Element, options: tuple[Option, ...]) -> None:
    if not any(option.correct for option in options):
        raise ProblemError(f"line {element.sourceline}: no option is marked correct")


def _single(element: Element, name: str, root: Element) -> Question:
    options = _options(_group(element, "choicegroup"), "choicehint")
    _need_key(element, options)
    return Question(kind="single", options=options, **_common(element, name, root))


def _multiple(element: Element, name: str, root: Element) -> Question:
    options = _options(_group(element, "checkboxgroup", "choicegroup"), "choicehint")
    return Question(
        kind="multiple",
        options=options,
        partial="edc" in element.get("partial_credit", "").lower(),
        **_common(element, name, root),
    )


def _dropdown(element: Element, name: str, root: Element) -> Question:
    source = _group(element, "optioninput")
    if source.get("options"):
        words = [w.strip(" '\"") for w in source.get("options").strip("() ").split(",")]
        right = (source.get("correct") or "").strip()
        options = tuple(
            Option(id=f"c{n}", text=_escape(w), correct=w == right) for n, w in enumerate(words)
        )
    else:
        options = _options(source, "optionhint")
    _need_key(element, options)
    return Question(kind="dropdown", options=options, **_common(element, name, root))


def _text(element: Element, name: str, root: Element) -> Question:
    kind = element.get("type", "").split()
    answer = element.get("answer") or ""
    texts = [TextAnswer(text=answer, credit=1.0, feedback=_inner(element.find("correcthint")))]
    texts += [
        TextAnswer(
            text=extra.get("answer") or (extra.text or ""),
            credit=1.0,
            feedback=_inner(extra.find("correcthint")),
        )
        for extra in element.findall("additional_answer")
    ]
    texts += [
        TextAnswer(text=wrong.get("answer") or "", credit=0.0, feedback=_inner(wrong))
        for wrong in element.findall("stringequalhint")
    ]
    if not answer:
        raise ProblemError(f"line {element.sourceline}: <stringresponse> has no answer")
    if "regexp" in kind:
        for accepted in texts:
            _need_regexp(element, accepted.text)
    return Question(
        kind="text",
        texts=tuple(texts),
        ignore_case="ci" in kind,
        regexp="regexp" in kind,
        **_common(element, name, root),
    )


def _need_number(element: Element, what: str, text: str) -> None:
    try:
        is_number = math.isfinite(float(text))
    except ValueError:
        is_number = False
    if not is_number:
        raise ProblemError(f"line {element.sourceline}: the {what} '{text}' is no number")


def _need_regexp(element: Element, text: str) -> None:
    try:
        regex.compile(text)
    except regex.error as error:
        raise ProblemError(f"line {element.sourceline}: '{text}' is no regexp: {error}") from None


def _number(element: Element, name: str, root: Element) -> Question:
    answer = (element.get("answer") or "").strip()
    if not answer:
        raise ProblemError(f"line {element.sourceline}: <numericalresponse> has no answer")
    found = element.find(".//responseparam[@type='tolerance']")
    tolerance = (found.get("default") or "0").strip() if found is not None else "0"
    interval = INTERVAL.fullmatch(answer)
    for number in interval.groups() if interval else (answer,):
        _need_number(element, "answer", number)
    _need_number(element, "tolerance", tolerance.removesuffix("%"))
    return Question(
        kind="number",
        number=answer,
        tolerance=tolerance,
        correct_feedback=_inner(element.find("correcthint")),
        wrong_feedback=_inner(element.find("wronghint")),
        **_common(element, name, root),
    )


def _matching(element: Element, name: str, root: Element) -> Question:
    pairs = tuple(
        Pair(
            id=f"p{n}",
            left=_escape(pair.get("left") or ""),
            right=_escape(pair.get("right") or ""),
            feedback=_escape(pair.get("hint") or ""),
        )
        for n, pair in enumerate(element.findall("pair"))
    )
    if len(pairs) < 2:  # noqa: PLR2004
        raise ProblemError(f"line {element.sourceline}: <matchingresponse> needs two pairs")
    return Question(kind="matching", pairs=pairs, partial=True, **_common(element, name, root))


def _ordering(element: Element, name: str, root: Element) -> Question:
    options = tuple(
        Option(id=f"c{n}", text=_inner(item)) for n, item in enumerate(element.findall("item"))
    )
    if len(options) < 2:  # noqa: PLR2004
        raise ProblemError(f"line {element.sourceline}: <orderingresponse> needs two items")
    return Question(
        kind="ordering",
        options=options,
        wrong_feedback=_inner(element.find("hint")),
        partial=True,
        **_common(element, name, root),
    )


READERS = {
    "multiplechoiceresponse": _single,
    "truefalseresponse": _single,
    "choiceresponse": _multiple,
    "optionresponse": _dropdown,
    "stringresponse": _text,
    "numericalresponse": _number,
    "matchingresponse": _matching,
    "orderingresponse": _ordering,
}
