"""Grading of numbers and formulas, to the digit as Open edX does, and kinder to Dutch notation."""

from __future__ import annotations

import contextlib
import hashlib
import math
import random
import sys
from decimal import Decimal
from typing import Any

import regex

from courses.blocks.problem import expressions
from courses.blocks.problem.expressions import ExpressionError, Number
from courses.blocks.problem.model import Question, Samples, Verdict

STANDARD = "0.001%"
"""Without a tolerance: for what computers round, relative to the larger of the two."""
INTERVAL = regex.compile(r"([\[(])([^,]+),([^,]+)([\])])")
LONGEST = 500


def number_of(text: str) -> float | None:
    """Read a number as a person in the Netherlands writes it: 1234, 1.234,5, 3,5, 3.5, 12 %."""
    clean = text.strip().rstrip("%").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if "," in clean:
        clean = clean.replace(".", "").replace(",", ".")
    elif regex.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+", clean):
        clean = clean.replace(".", "")  # 1.234 in Dutch is a thousand
    if not regex.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", clean, regex.ASCII):
        return None
    return float(clean)


def staff_number(text: str) -> Number:
    """Return the value of an author's answer: 7, 1+2j, 2*pi. Raises ExpressionError."""
    try:
        return complex(text)
    except ValueError:
        return expressions.value_of(text)


def within(given: Number, wanted: Number, tolerance: str) -> bool:
    """Whether two numbers are the same within a tolerance, absolute ("0.5") or not ("5%")."""
    tolerance = tolerance.strip()
    if tolerance == STANDARD:
        margin = 0.00001 * max(abs(given), abs(wanted))
    elif tolerance.endswith("%"):
        margin = float(tolerance[:-1]) * 0.01 * abs(wanted)
    else:
        margin = float(tolerance)
    return _is_near(given, wanted, margin)


def _is_near(given: Number, wanted: Number, margin: float) -> bool:
    one, other = complex(given), complex(wanted)
    numbers = (one.real, one.imag, other.real, other.imag, margin)
    if any(math.isnan(n) for n in numbers):
        return False
    if any(math.isinf(n) for n in numbers[:4]):
        return one == other
    if one.imag or other.imag or math.isinf(margin):
        return abs(one - other) <= margin
    # As decimals: 0.3 with a tolerance of 0.1 takes 0.4, which as floats it would not.
    apart = abs(Decimal(str(one.real)) - Decimal(str(other.real)))
    return apart <= Decimal(str(margin))


# --- numbers --------------------------------------------------------------------------------------


def readings(text: str) -> list[Number]:
    """Return what a typed number can mean: as Open edX reads it, and as the Dutch write it."""
    found: list[Number] = []
    with contextlib.suppress(ExpressionError):
        found.append(expressions.value_of(text))
    dutch = number_of(text)
    if dutch is not None and dutch not in found:
        found.append(dutch)
    return found


def number_verdict(question: Question, given: Any) -> Verdict:
    """Grade a number: the best of what it can mean counts."""
    found = readings(given[:LONGEST]) if isinstance(given, str) else []
    interval = INTERVAL.fullmatch(question.number)
    if interval:
        found = [value for value in found if not isinstance(value, complex)]
    if not found:
        return Verdict(fraction=0.0, right={"": False}, unreadable=True)
    earned = [
        _in_interval(question, interval, value) if interval else _credit(question, value)
        for value in found
    ]
    fraction = max(earned)
    feedback = question.correct_feedback if fraction >= 1.0 else question.wrong_feedback
    if fraction < 1.0:
        for extra in question.texts:
            if any(complex(value) == staff_number(extra.text) for value in found):
                fraction, feedback = 1.0, extra.feedback
                break
    return Verdict(
        fraction=fraction,
        feedback={"": feedback} if feedback else {},
        right={"": fraction >= 1.0},
    )


def _credit(question: Question, value: Number) -> float:
    wanted = staff_number(question.number)
    if within(value, wanted, question.tolerance):
        return 1.0
    wide = _widened(question)
    is_close = "close" in question.credit
    if "list" in question.credit:
        for text in question.partial_numbers:
            partial = staff_number(text)
            if within(value, partial, question.tolerance):
                return 0.5
            if is_close and within(value, wanted, wide):
                return 0.5
            if is_close and within(value, partial, wide):
                return 0.25
        return 0.0
    return 0.5 if is_close and within(value, wanted, wide) else 0.0


def _widened(question: Question) -> str:
    """Return the tolerance within which an answer still earns half."""
    is_percent = question.tolerance.endswith("%")
    wide = question.partial_range * float(question.tolerance.removesuffix("%"))
    return f"{wide!r}%" if is_percent else repr(wide)


def _in_interval(question: Question, interval: Any, value: float) -> float:
    low, high = (staff_number(interval[n]).real for n in (2, 3))
    for bound, is_in in ((low, interval[1] == "["), (high, interval[4] == "]")):
        margin = sys.float_info.epsilon * max(abs(value), abs(bound))
        if _is_near(value, bound, margin):
            return 1.0 if is_in else 0.0
    if low < value < high:
        return 1.0
    extra = question.partial_range * (high - low)
    is_close = "close" in question.credit and low - extra < value < high + extra
    return 0.5 if is_close else 0.0


def right_number(question: Question) -> str:
    """Return an answer that earns everything, as a learner would type it."""
    interval = INTERVAL.fullmatch(question.number)
    if interval:
        low, high = (staff_number(interval[n]).real for n in (2, 3))
        if math.isinf(low) or math.isinf(high):
            return repr(high - 1 if math.isinf(low) else low + 1)
        return repr((low + high) / 2)
    try:
        expressions.value_of(question.number)
    except ExpressionError:  # Python's own way to write a complex number
        number = complex(question.number)
        return f"{number.real!r}+({number.imag!r})*j"
    return question.number


# --- formulas -------------------------------------------------------------------------------------


def points(samples: Samples, seed: str) -> list[dict[str, float]]:
    """Return where a formula is tried: always the same for one question, so a verdict stands."""
    source = random.Random(hashlib.sha256(seed.encode()).digest())  # noqa: S311 - no secret
    return [
        {
            name: source.uniform(low, high)
            for name, low, high in zip(samples.names, samples.lows, samples.highs, strict=True)
        }
        for _ in range(samples.count)
    ]


def formula_verdict(question: Question, given: Any) -> Verdict:
    """Grade a formula: it must have the right value at every sample."""
    assert question.samples is not None
    case = not question.ignore_case
    wanted = expressions.parse(question.number, case_sensitive=case)
    try:
        typed = expressions.parse(str(given)[:LONGEST], case_sensitive=case)
        is_right = True
        for place in points(question.samples, question.number):
            value = typed.value(place)
            is_right = is_right and within(value, wanted.value(place), question.tolerance)
    except ExpressionError:
        return Verdict(fraction=0.0, right={"": False}, unreadable=True)
    feedback = question.correct_feedback if is_right else question.wrong_feedback
    return Verdict(
        fraction=1.0 if is_right else 0.0,
        feedback={"": feedback} if feedback else {},
        right={"": is_right},
    )
