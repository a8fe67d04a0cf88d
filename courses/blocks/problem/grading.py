"""Grading: a question and a response in, a verdict out. Pure functions, on the server only.

Points are given as Open edX gives them (docs/decisions/0007); the tests compare both.
"""

from __future__ import annotations

import hashlib
import random
import time
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import regex

from courses.blocks.problem import image, numeric
from courses.blocks.problem.model import Choice, Face, Problem, Question, TextAnswer, Verdict
from courses.blocks.problem.numeric import number_of

REGEXP_SECONDS = 0.2
LONGEST_TEXT = 500
TYPED = frozenset({"number", "formula", "image"})


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
    elif question.shuffle:
        choices = _shuffled_options(question, choices, seed)
    return Face(
        id=question.id,
        name=f"{prefix}-{question.id}",
        kind=question.kind,
        label=question.label,
        hint=question.hint,
        spoken=question.spoken,
        before=question.before,
        after=question.after,
        trailing=question.trailing,
        picture=question.picture,
        digits=question.kind == "number" and number_of(question.number) is not None,
        choices=choices,
        lefts=lefts,
        given=given,
    )


def _shuffled_options(
    question: Question, choices: tuple[Choice, ...], seed: str
) -> tuple[Choice, ...]:
    """Shuffle the options that have no fixed place."""
    fixed = {o.id for o in question.options if o.fixed}
    others = iter(shuffled([c for c in choices if c.id not in fixed], f"{seed}:{question.id}"))
    return tuple(choice if choice.id in fixed else next(others) for choice in choices)


# --- what a form says -----------------------------------------------------------------------------


def read_form(question: Question, prefix: str, form: Any) -> Any:
    """Return the response in a form, in its stored shape; None when nothing was given.

    single, dropdown, text, number, formula: a string; image: "x,y"; multiple: a list of option
    ids; matching: left id to opaque right id; ordering: opaque item id to its place (1..n).
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
    if question.kind == "image":
        return _place_in(form, name)
    value = str(form.get(name, "")).strip()[:LONGEST_TEXT]
    return value or None


def _place_in(form: Any, name: str) -> str | None:
    """Return a place on a picture: clicked (`name.x`, as browsers send it) or typed (`name-x`)."""
    for sign in (".", "-"):
        x, y = (str(form.get(f"{name}{sign}{axis}", "")).strip()[:10] for axis in "xy")
        # A key pressed on the picture clicks at 0,0: then what was typed counts.
        if (x or y) and not (sign == "." and x == y == "0" and form.get(f"{name}-x")):
            return f"{x},{y}"
    return None


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


def is_unreadable(question: Question, given: Any) -> bool:
    """Whether what was typed is no number, formula or place at all: a slip to mend."""
    if given is None or question.kind not in TYPED:
        return False
    return grade(question, given, seed="").unreadable


# --- grading --------------------------------------------------------------------------------------


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
    part = option.credit if "points" in question.credit else 0.0
    return Verdict(
        fraction=1.0 if option.correct else part,
        feedback={option.id: option.feedback} if option.feedback else {},
        right={option.id: option.correct},
    )


def _multiple(question: Question, given: Any, _seed: str) -> Verdict:
    """Grade checkboxes: all or nothing, or with partial credit as Open edX defines it."""
    chosen = {v for v in given if isinstance(v, str)} if isinstance(given, list) else set()
    known = {option.id for option in question.options}
    wrong = sum((option.id in chosen) != option.correct for option in question.options)
    if not question.credit:
        wrong += len(chosen - known)
    feedback = {o.id: o.feedback for o in question.options if o.id in chosen and o.feedback}
    left_out = {
        o.id: o.feedback_not for o in question.options if o.id not in chosen and o.feedback_not
    }
    for compound in question.compounds:
        if compound.options == chosen:
            feedback, left_out = {"": compound.feedback}, {}
            break
    return Verdict(
        fraction=_credit(question, wrong) if chosen else 0.0,
        feedback=feedback,
        right={o.id: o.correct for o in question.options if o.id in chosen},
        left_out=left_out,
        left_out_right={o.id: not o.correct for o in question.options if o.id not in chosen},
    )


def _credit(question: Question, wrong: int) -> float:
    """Return what so many wrong decisions on the options leave, in cents as Open edX counts.

    "EDC" (every decision counts): each costs its share. "halves": one costs half when there are
    three options or more, two cost three quarters when there are five or more.
    """
    total = len(question.options)
    if wrong == 0:
        return 1.0
    if "edc" in question.credit:
        share = Decimal(max(0, total - wrong)) / Decimal(total)
        return float(share.quantize(Decimal("0.01"), ROUND_HALF_UP))
    if "halves" in question.credit and wrong == 1 and total > 2:  # noqa: PLR2004
        return 0.5
    if "halves" in question.credit and wrong == 2 and total > 4:  # noqa: PLR2004
        return 0.25
    return 0.0


# --- text -----------------------------------------------------------------------------------------


def _fold(text: str, *, ignore_case: bool) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", text).split())
    return folded.casefold() if ignore_case else folded


def _text(question: Question, given: Any, _seed: str) -> Verdict:
    typed = str(given)[:LONGEST_TEXT].strip()
    is_right = bool(typed) and _is_accepted(question, typed)
    said = ""
    deadline = time.monotonic() + REGEXP_SECONDS  # for all hints together
    for candidate in question.texts:
        if time.monotonic() > deadline:
            break
        if (candidate.credit >= 1.0) == is_right and _text_matches(question, candidate, typed):
            said = candidate.feedback
            break
    return Verdict(
        fraction=1.0 if is_right else 0.0,
        feedback={"": said} if said else {},
        right={"": is_right},
    )


def _is_accepted(question: Question, typed: str) -> bool:
    accepted = [text for text in question.texts if text.credit >= 1.0]
    if question.regexp:
        # Joined first, anchored then, as Open edX does: "^one|two$" also takes "one too many".
        joined = "|".join(text.text.strip() for text in accepted)
        return _matches(f"^{joined}$", typed, ignore_case=question.ignore_case)
    return any(_text_matches(question, text, typed) for text in accepted)


def _text_matches(question: Question, wanted: TextAnswer, typed: str) -> bool:
    if wanted.regexp:
        pattern = f"^{wanted.text.strip()}$"
        return _matches(pattern, typed, ignore_case=question.ignore_case)
    return _fold(wanted.text, ignore_case=question.ignore_case) == _fold(
        typed, ignore_case=question.ignore_case
    )


def _matches(pattern: str, typed: str, *, ignore_case: bool) -> bool:
    """Whether a text fits; a regexp that takes too long fits nothing."""
    flags = regex.IGNORECASE if ignore_case else 0
    try:
        return regex.search(pattern, typed, flags=flags, timeout=REGEXP_SECONDS) is not None
    except (regex.error, TimeoutError, OverflowError, RecursionError, MemoryError):
        return False


# --- our own kinds --------------------------------------------------------------------------------


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
    "number": lambda question, given, _seed: numeric.number_verdict(question, given),
    "formula": lambda question, given, _seed: numeric.formula_verdict(question, given),
    "image": lambda question, given, _seed: image.verdict(question, given),
    "matching": _matching,
    "ordering": _ordering,
}


RIGHT: dict[str, Callable[[Question, str], Any]] = {
    "single": lambda question, _seed: next(o.id for o in question.options if o.correct),
    "dropdown": lambda question, _seed: next(o.id for o in question.options if o.correct),
    "multiple": lambda question, _seed: [o.id for o in question.options if o.correct],
    "text": lambda question, _seed: question.texts[0].text,
    "number": lambda question, _seed: numeric.right_number(question),
    "formula": lambda question, _seed: question.number,
    "image": lambda question, _seed: image.right_place(question),
    "matching": lambda question, seed: {p.id: opaque(seed, p.id) for p in question.pairs},
    "ordering": lambda question, seed: {
        opaque(seed, o.id): str(n) for n, o in enumerate(question.options, start=1)
    },
}


def right_response(question: Question, *, seed: str) -> Any:
    """Return a response that earns everything: for demonstrations and tests, never for a page.

    Of a regexp it is the pattern itself, which often is no answer.
    """
    return RIGHT[question.kind](question, seed)
