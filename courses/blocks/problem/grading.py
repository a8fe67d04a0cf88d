"""Grading: a question and a response in, a verdict out. Pure functions, on the server only."""

from __future__ import annotations

import hashlib
import random
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import regex

from courses.blocks.problem.model import Choice, Face, Problem, Question, Verdict

REGEXP_SECONDS = 0.2
LONGEST_TEXT = 500


def shuffled(items: list[Choice], seed: str) -> tuple[Choice, ...]:
    """Return the items in an order that is always the same for `seed`."""
    order = list(items)
    random.Random(hashlib.sha256(seed.encode()).digest()).shuffle(order)  # noqa: S311 - no secret
    return tuple(order)


def opaque(seed: str, part: str) -> str:
    """Return a name for a part that does not betray its place in the key."""
    return hashlib.sha256(f"{seed}\0{part}".encode()).hexdigest()[:10]


def face(question: Question, *, prefix: str, seed: str, given: Any) -> Face:
    """Return what the learner sees. Sides and items to order come shuffled and renamed."""
    choices: tuple[Choice, ...] = tuple(Choice(id=o.id, text=o.text) for o in question.options)
    lefts: tuple[Choice, ...] = ()
    if question.kind == "ordering":
        choices = shuffled(
            [Choice(id=opaque(seed, o.id), text=o.text) for o in question.options], seed
        )
    elif question.kind == "matching":
        lefts = tuple(Choice(id=p.id, text=p.left) for p in question.pairs)
        choices = shuffled(
            [Choice(id=opaque(seed, p.id), text=p.right) for p in question.pairs], seed
        )
    return Face(
        id=question.id,
        name=f"{prefix}-{question.id}",
        kind=question.kind,
        label=question.label,
        hint=question.hint,
        choices=choices,
        lefts=lefts,
        given=given,
    )


def read_form(question: Question, prefix: str, form: Any) -> Any:
    """Return the response in a form, in its stored shape; None when nothing was given.

    single, dropdown, text, number: a string; multiple: a list of option ids; matching: left id to
    opaque right id; ordering: opaque item id to its place as typed (1..n).
    """
    name = f"{prefix}-{question.id}"
    if question.kind == "multiple":
        known = {o.id for o in question.options}
        return [v for v in form.getlist(name) if v in known] or None
    if question.kind == "matching":
        given = {p.id: form.get(f"{name}-{p.id}", "")[:20] for p in question.pairs}
        return {k: v for k, v in given.items() if v} or None
    if question.kind == "ordering":
        start = f"{name}-"
        given = {
            key.removeprefix(start)[:20]: form.get(key, "")[:3]
            for key in form
            if key.startswith(start)
        }
        return {k: v for k, v in list(given.items())[:50] if v} or None
    value = str(form.get(name, "")).strip()[:LONGEST_TEXT]
    return value or None


def is_complete(question: Question, given: Any) -> bool:
    """Whether every part of the question has an answer."""
    if given is None:
        return False
    if question.kind in {"matching", "ordering"} and not isinstance(given, dict):
        return False
    if question.kind == "matching":
        return len(given) == len(question.pairs)
    if question.kind == "ordering":
        return len(given) == len(question.options)
    return True


def grade(question: Question, given: Any, *, seed: str) -> Verdict:
    """Return the verdict on a response in its stored shape. Garbage is simply wrong."""
    if given is None:
        return Verdict(fraction=0.0)
    return GRADERS[question.kind](question, given, seed)


def grade_problem(
    problem: Problem, response: dict[str, Any], *, seed: str
) -> tuple[float, dict[str, Verdict]]:
    """Return the fraction 0..1 of the whole problem and the verdict per question."""
    verdicts = {q.id: grade(q, response.get(q.id), seed=seed) for q in problem.questions}
    if not verdicts:
        return 0.0, {}
    return sum(v.fraction for v in verdicts.values()) / len(verdicts), verdicts


def _choice(question: Question, given: Any, _seed: str) -> Verdict:
    option = next((o for o in question.options if o.id == given), None)
    if option is None:
        return Verdict(fraction=0.0)
    return Verdict(
        fraction=1.0 if option.correct else 0.0,
        feedback={option.id: option.feedback} if option.feedback else {},
        right={option.id: option.correct},
    )


def _multiple(question: Question, given: Any, _seed: str) -> Verdict:
    """Grade checkboxes; with partial credit "EDC" every decision counts and half is nothing.

    EDC as Open edX documents it: each wrong decision costs a part, two or more wrong of four
    leave 50 % or less; we give (n - wrong) / n and 0 from half wrong on.
    """
    chosen = {v for v in given if isinstance(v, str)} if isinstance(given, list) else set()
    feedback, right, wrong = {}, {}, 0
    for option in question.options:
        ticked = option.id in chosen
        if ticked != option.correct:
            wrong += 1
        if ticked:
            right[option.id] = option.correct
        text = option.feedback if ticked else option.feedback_not
        if text and (ticked or option.correct):
            feedback[option.id] = text
    total = len(question.options)
    fraction = 1.0 if wrong == 0 else 0.0
    if question.partial and wrong and wrong * 2 < total:
        fraction = (total - wrong) / total
    # A left-out right option is named only when all is right: else it would be the key.
    shown = {k: v for k, v in feedback.items() if k in chosen or fraction >= 1.0}
    return Verdict(fraction=fraction, feedback=shown, right=right)


def _fold(text: str, *, ignore_case: bool) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", text).split())
    return folded.casefold() if ignore_case else folded


def _text(question: Question, given: Any, _seed: str) -> Verdict:
    typed = str(given)[:LONGEST_TEXT]
    for candidate in question.texts:
        if _text_matches(question, candidate.text, typed):
            return Verdict(
                fraction=candidate.credit,
                feedback={"": candidate.feedback} if candidate.feedback else {},
                right={"": candidate.credit >= 1.0},
            )
    return Verdict(fraction=0.0, right={"": False})


def _text_matches(question: Question, wanted: str, typed: str) -> bool:
    if question.regexp:
        flags = regex.IGNORECASE if question.ignore_case else 0
        try:
            found = regex.fullmatch(wanted, typed.strip(), flags=flags, timeout=REGEXP_SECONDS)
        except (regex.error, TimeoutError):
            return False
        return found is not None
    return _fold(wanted, ignore_case=question.ignore_case) == _fold(
        typed, ignore_case=question.ignore_case
    )


def number_of(text: str) -> float | None:
    """Read a number as a person writes it: 1234, 1.234,5, 3,5, 3.5, 12 %."""
    clean = text.strip().rstrip("%").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if "," in clean:
        clean = clean.replace(".", "").replace(",", ".")
    elif regex.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+", clean):
        clean = clean.replace(".", "")  # 1.234 in Dutch is a thousand
    if not regex.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", clean):
        return None
    return float(clean)


def _number(question: Question, given: Any, _seed: str) -> Verdict:
    value = number_of(str(given))
    right = value is not None and _number_matches(question, value)
    text = question.correct_feedback if right else question.wrong_feedback
    return Verdict(
        fraction=1.0 if right else 0.0, feedback={"": text} if text else {}, right={"": right}
    )


def _number_matches(question: Question, value: float) -> bool:
    interval = regex.fullmatch(r"([\[(])\s*([^,]+),\s*([^,]+)\s*([\])])", question.number)
    if interval:
        low, high = float(interval[2]), float(interval[3])
        above = value >= low if interval[1] == "[" else value > low
        below = value <= high if interval[4] == "]" else value < high
        return above and below
    wanted = float(question.number)
    margin = question.tolerance.strip()
    allowed = (
        abs(wanted) * float(margin.rstrip("%")) / 100
        if margin.endswith("%")
        else float(margin or 0)
    )
    return abs(value - wanted) <= allowed + 1e-9 * max(1.0, abs(wanted))


def _matching(question: Question, given: Any, seed: str) -> Verdict:
    if not isinstance(given, dict):
        return Verdict(fraction=0.0)
    # Two pairs may share a right side in words; then either name is right.
    by_name = {opaque(seed, p.id): p.right for p in question.pairs}
    right = {
        p.id: by_name.get(str(given[p.id])) == p.right for p in question.pairs if p.id in given
    }
    feedback = {p.id: p.feedback for p in question.pairs if p.feedback and right.get(p.id) is False}
    return Verdict(
        fraction=sum(right.values()) / len(question.pairs), feedback=feedback, right=right
    )


def _ordering(question: Question, given: Any, seed: str) -> Verdict:
    """Grade an order: the share of neighbouring pairs in the right order; ties are wrong."""
    if not isinstance(given, dict):
        return Verdict(fraction=0.0)
    places = [_place(given.get(opaque(seed, o.id))) for o in question.options]
    steps = [a is not None and b is not None and a < b for a, b in pairwise(places)]
    fraction = sum(steps) / len(steps)
    feedback = (
        {} if fraction >= 1.0 or not question.wrong_feedback else {"": question.wrong_feedback}
    )
    return Verdict(fraction=fraction, feedback=feedback, right={"": fraction >= 1.0})


def _place(text: Any) -> int | None:
    is_place = isinstance(text, str) and text.isdecimal() and len(text) <= 3  # noqa: PLR2004
    return int(text) if is_place else None


GRADERS: dict[str, Callable[[Question, Any, str], Verdict]] = {
    "single": _choice,
    "dropdown": _choice,
    "multiple": _multiple,
    "text": _text,
    "number": _number,
    "matching": _matching,
    "ordering": _ordering,
}


def right_response(question: Question, *, seed: str) -> Any:
    """Return a response that earns everything: for demonstrations and tests, never for a page."""
    if question.kind in {"single", "dropdown"}:
        return next(o.id for o in question.options if o.correct)
    if question.kind == "multiple":
        return [o.id for o in question.options if o.correct]
    if question.kind == "matching":
        return {p.id: opaque(seed, p.id) for p in question.pairs}
    if question.kind == "ordering":
        return {opaque(seed, o.id): str(n) for n, o in enumerate(question.options, start=1)}
    if question.kind == "number":
        return question.number
    return question.texts[0].text
