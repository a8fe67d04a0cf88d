"""Reads the responses where one chooses: radio buttons, checkboxes, dropdowns, pairs, an order."""

from __future__ import annotations

import math

import regex

from courses.blocks.problem.model import Compound, Option, Pair, Question
from courses.blocks.problem.reading import Fields, common, group, is_true, said, schemes
from courses.blocks.problem.source import Element, escape, fail, inner, without

MOST_OPTIONS = 200
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _options(box: Element, hint_tag: str) -> tuple[Option, ...]:
    options = []
    for n, choice in enumerate(box):
        if choice.tag not in {"choice", "option"}:
            continue
        hints = choice.findall(hint_tag)
        chosen = [h for h in hints if h.get("selected", "true").lower() == "true"]
        left = [h for h in hints if h.get("selected", "").lower() == "false"]
        options.append(
            Option(
                id=f"c{n}",
                text=inner(without(choice, hint_tag)),
                correct=is_true(choice.get("correct")),
                credit=_part(choice),
                fixed=is_true(choice.get("fixed")),
                feedback=said(chosen[0]) if chosen else "",
                feedback_not=said(left[0]) if left else "",
            )
        )
    if len(options) > MOST_OPTIONS:
        raise fail(box, f"more than {MOST_OPTIONS} options")
    return tuple(options)


def _part(choice: Element) -> float:
    """Return what an option marked correct="partial" earns."""
    if (choice.get("correct") or "").strip().lower() != "partial":
        return 0.0
    try:
        value = float(choice.get("point_value") or 0.5)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise fail(choice, f'point_value="{choice.get("point_value")}" must be 0 to 1')
    return value


def _need_key(element: Element, options: tuple[Option, ...]) -> None:
    if not any(option.correct for option in options):
        raise fail(element, "no option is marked correct")


def single(element: Element, name: str, root: Element) -> Fields:
    """Read radio buttons."""
    box = group(element, "choicegroup")
    options = _options(box, "choicehint")
    _need_key(element, options)
    question = Question(
        kind="single",
        options=options,
        shuffle=is_true(box.get("shuffle")),
        credit=schemes(element),
        **common(element, name, root, box),
    )
    return [(box, question)]


def multiple(element: Element, name: str, root: Element) -> Fields:
    """Read checkboxes."""
    box = group(element, "checkboxgroup", "choicegroup")
    options = _options(box, "choicehint")
    # A compound hint names options by their id, or by their letter.
    choices = [c for c in box if c.tag in {"choice", "option"}]
    letters = {
        (choice.get("id") or LETTERS[n % 26]).upper(): option.id
        for n, (choice, option) in enumerate(zip(choices, options, strict=True))
    }
    compounds = tuple(
        Compound(
            options=frozenset(letters.get(w, "?") for w in (c.get("value") or "").upper().split()),
            feedback=said(c),
        )
        for c in box.findall("compoundhint")
    )
    question = Question(
        kind="multiple",
        options=options,
        compounds=compounds,
        credit=schemes(element),
        **common(element, name, root, box),
    )
    return [(box, question)]


def _words_of(source: str) -> list[str]:
    """Return the options of the old form: ('one','two, three')."""
    within = source.strip().removeprefix("(").removesuffix(")")
    quoted = regex.findall(r"\s*'((?:[^'\\]|\\.|(?<=\pL)'(?=\pL))*)'\s*(?:,|$)", within)
    if quoted and len(quoted) == len(regex.findall(r"'\s*(?:,|$)", within)):
        return [word.replace("\\'", "'").strip() for word in quoted]
    return [word.strip(" '\"") for word in within.split(",")]


def dropdown(element: Element, name: str, root: Element) -> Fields:
    """Read dropdowns: a response may have several."""
    group(element, "optioninput")
    found = []
    for number, field in enumerate(element.iter("optioninput")):
        if field.get("options") and field.find("option") is None:
            right = (field.get("correct") or "").strip()
            options = tuple(
                Option(id=f"c{n}", text=escape(w), correct=w == right)
                for n, w in enumerate(_words_of(field.get("options")))
            )
        else:
            options = _options(field, "optionhint")
        _need_key(element, options)
        part = name if number == 0 else f"{name}i{number}"
        asked = common(element, part, root, field)
        found.append((field, Question(kind="dropdown", options=options, **asked)))
    return found


def matching(element: Element, name: str, root: Element) -> Fields:
    """Read pairs to match: our own kind."""
    pairs = tuple(
        Pair(
            id=f"p{n}",
            left=escape(pair.get("left") or ""),
            right=escape(pair.get("right") or ""),
            feedback=escape(pair.get("hint") or ""),
        )
        for n, pair in enumerate(element.findall("pair"))
    )
    if len(pairs) < 2:  # noqa: PLR2004
        raise fail(element, "<matchingresponse> needs two pairs")
    asked = common(element, name, root, None)
    return [(element, Question(kind="matching", pairs=pairs, **asked))]


def ordering(element: Element, name: str, root: Element) -> Fields:
    """Read items to put in order: our own kind."""
    options = tuple(
        Option(id=f"c{n}", text=inner(item)) for n, item in enumerate(element.findall("item"))
    )
    if len(options) < 2:  # noqa: PLR2004
        raise fail(element, "<orderingresponse> needs two items")
    question = Question(
        kind="ordering",
        options=options,
        wrong_feedback=inner(element.find("hint")),
        **common(element, name, root, None),
    )
    return [(element, question)]
