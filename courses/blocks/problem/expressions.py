"""Formulas as people type them: 2*pi, 1.6e-19, 5%, sqrt(-x), R_1||R_2. Never eval.

A formula is parsed once into small functions and then computed for any values of its variables.
The language is the one that Open edX documents for numerical and math expression problems:
`+ - * / ^ ||` (parallel resistors), numbers with an exponent or a percent sign, the constants
i, j, e and pi, functions of one argument, and variables with indices such as U_{ij}^{2} or x'.
There is no multiplication without a sign: 2x is refused.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import regex

Number = Any  # int, float or complex: whole numbers stay whole, so that fact(3) works
Compute = Callable[[Mapping[str, Number]], Number]
LONGEST = 2000
DEEPEST = 40
MOST_BITS = 20_000
NAME = regex.compile(
    r"[A-Za-z][A-Za-z0-9]*(?:_\{[A-Za-z0-9]+\})?\^\{[A-Za-z0-9]+\}'*"
    r"|[A-Za-z][A-Za-z0-9]*_\{[A-Za-z0-9]+\}'*"
    r"|[A-Za-z][A-Za-z0-9_]*'*"
)
FUNCTION = regex.compile(r"([A-Za-z][A-Za-z0-9_]*'*)\s*\(")
NUMBER = regex.compile(
    r"([+-]?)\s*(\d+\.?\d*|\.\d+)(?:\s*[eE]\s*([+-]?)\s*(\d+))?\s*(%?)", regex.ASCII
)
CONSTANTS: dict[str, Number] = {"i": 1j, "j": 1j, "e": math.e, "pi": math.pi}


class ExpressionError(ValueError):
    """A text that is no formula, or a formula that has no value."""


# --- functions ------------------------------------------------------------------------------------


def _either(real: Callable[[float], Number], other: Callable[[complex], Number]) -> Any:
    """Return a function that leaves the real numbers only where it must."""

    def apply(value: Number) -> Number:
        if isinstance(value, complex):
            return other(value)
        try:
            return real(value)
        except ValueError:
            return other(complex(value))

    return apply


def _logarithm(real: Callable[[float], float], base: float) -> Any:
    def apply(value: Number) -> Number:
        if isinstance(value, complex):
            return cmath.log(value) / math.log(base)
        if value == 0:
            return -math.inf
        return real(value) if value > 0 else cmath.log(value) / math.log(base)

    return apply


def _factorial(value: Number) -> int:
    if not isinstance(value, int) or not 0 <= value <= 1000:  # noqa: PLR2004 - bounded work
        raise ExpressionError("fact")
    return math.factorial(value)


def _arccot(value: Number) -> Number:
    half = -math.pi / 2 if complex(value).real < 0 else math.pi / 2
    return half - FUNCTIONS["arctan"](value)


FUNCTIONS: dict[str, Callable[[Number], Number]] = {
    "sin": _either(math.sin, cmath.sin),
    "cos": _either(math.cos, cmath.cos),
    "tan": _either(math.tan, cmath.tan),
    "sqrt": _either(math.sqrt, cmath.sqrt),
    "ln": _logarithm(math.log, math.e),
    "log10": _logarithm(math.log10, 10),
    "log2": _logarithm(math.log2, 2),
    "exp": _either(math.exp, cmath.exp),
    "arcsin": _either(math.asin, cmath.asin),
    "arccos": _either(math.acos, cmath.acos),
    "arctan": _either(math.atan, cmath.atan),
    "sinh": _either(math.sinh, cmath.sinh),
    "cosh": _either(math.cosh, cmath.cosh),
    "tanh": _either(math.tanh, cmath.tanh),
    "arcsinh": _either(math.asinh, cmath.asinh),
    "arccosh": _either(math.acosh, cmath.acosh),
    "arctanh": _either(math.atanh, cmath.atanh),
    "abs": abs,
    "fact": _factorial,
    "factorial": _factorial,
    "arccot": _arccot,
}


def _one_over(inner: str) -> Callable[[Number], Number]:
    return lambda value: 1 / FUNCTIONS[inner](value)


def _of_one_over(inner: str) -> Callable[[Number], Number]:
    return lambda value: FUNCTIONS[inner](1 / value)


FUNCTIONS |= {
    name: _one_over(inner)
    for name, inner in [
        ("sec", "cos"), ("csc", "sin"), ("cot", "tan"),
        ("sech", "cosh"), ("csch", "sinh"), ("coth", "tanh"),
    ]
}  # fmt: skip
FUNCTIONS |= {
    name: _of_one_over(inner)
    for name, inner in [
        ("arcsec", "arccos"), ("arccsc", "arcsin"),
        ("arcsech", "arccosh"), ("arccsch", "arcsinh"), ("arccoth", "arctanh"),
    ]
}  # fmt: skip


# --- operators ------------------------------------------------------------------------------------


def _power(base: Number, exponent: Number) -> Number:
    """Return a power; whole numbers that would grow without end become floats, and overflow."""
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and exponent >= 0 and exponent * max(1, base.bit_length()) > MOST_BITS:
        base = float(base)
    return base**exponent


def _parallel(values: list[Number]) -> Number:
    if 0 in values:
        return math.nan
    return 1 / sum(1 / value for value in values)


# --- the parser -----------------------------------------------------------------------------------


class _Parser:
    """Recursive descent; every method returns a function of the variables."""

    def __init__(self, text: str, *, case_sensitive: bool) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.case_sensitive = case_sensitive

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, *signs: str) -> str:
        """Return the sign that stands here and step over it; nothing when there is none."""
        self.skip()
        for sign in signs:
            if self.text.startswith(sign, self.at):
                self.at += len(sign)
                return sign
        return ""

    def whole(self) -> Compute:
        found = self.sum()
        self.skip()
        if self.at != len(self.text):
            raise ExpressionError(self.text[self.at :])
        return found

    def sum(self) -> Compute:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError("too deep")
        terms = [(self.take("+", "-") or "+", self.product())]
        while sign := self.take("+", "-"):
            terms.append((sign, self.product()))
        self.depth -= 1
        if len(terms) == 1 and terms[0][0] == "+":
            return terms[0][1]

        def compute(values: Mapping[str, Number]) -> Number:
            total: Number = 0
            for sign, term in terms:
                total = total + term(values) if sign == "+" else total - term(values)
            return total

        return compute

    def product(self) -> Compute:
        first = self.parallel()
        rest = []
        while sign := self.take("*", "/"):
            rest.append((sign, self.parallel()))
        if not rest:
            return first

        def compute(values: Mapping[str, Number]) -> Number:
            result = first(values)
            for sign, term in rest:
                result = result * term(values) if sign == "*" else result / term(values)
            return result

        return compute

    def parallel(self) -> Compute:
        terms = [self.power()]
        while self.take("||"):
            terms.append(self.power())
        if len(terms) == 1:
            return terms[0]
        return lambda values: _parallel([term(values) for term in terms])

    def power(self) -> Compute:
        steps = [self.atom()]
        while self.take("^"):
            steps.append(self.atom())
        if len(steps) == 1:
            return steps[0]

        def compute(values: Mapping[str, Number]) -> Number:
            result = steps[-1](values)
            for step in reversed(steps[:-1]):  # 2^3^2 is 2^(3^2)
                result = _power(step(values), result)
            return result

        return compute

    def atom(self) -> Compute:
        self.skip()
        if found := NUMBER.match(self.text, self.at):
            self.at = found.end()
            number = _number(found)
            return lambda _values: number
        if found := FUNCTION.match(self.text, self.at):
            self.at = found.end()
            apply = FUNCTIONS.get(self.name(found[1]))
            if apply is None:
                raise ExpressionError(found[1])
            return self.applied(apply)
        if found := NAME.match(self.text, self.at):
            self.at = found.end()
            name = self.name(found[0])
            return lambda values: _variable(values, name)
        if self.take("("):
            inner = self.sum()
            self.close()
            return inner
        raise ExpressionError(self.text[self.at :] or "the end")

    def applied(self, apply: Callable[[Number], Number]) -> Compute:
        inner = self.sum()
        self.close()
        return lambda values: apply(inner(values))

    def close(self) -> None:
        if not self.take(")"):
            raise ExpressionError("( without )")

    def name(self, found: str) -> str:
        return found if self.case_sensitive else found.lower()


def _number(found: Any) -> Number:
    sign, digits, exponent_sign, exponent, percent = found.groups(default="")
    if exponent or "." in digits or percent:
        text = f"{sign}{digits}" + (f"e{exponent_sign}{exponent}" if exponent else "")
        return float(text) * 0.01 if percent else float(text)
    return int(sign + digits)


def _variable(values: Mapping[str, Number], name: str) -> Number:
    if name in values:
        return values[name]
    if name in CONSTANTS:
        return CONSTANTS[name]
    raise ExpressionError(name)


class Expression:
    """A formula, ready to be computed."""

    def __init__(self, compute: Compute, *, case_sensitive: bool) -> None:
        self._compute = compute
        self._case_sensitive = case_sensitive

    def value(self, variables: Mapping[str, float] | None = None) -> Number:
        """Return its value for these variables. Raises ExpressionError when it has none."""
        values = variables or {}
        if not self._case_sensitive:
            values = {name.lower(): value for name, value in values.items()}
        try:
            found = self._compute(values)
            complex(found)  # a whole number too large for any comparison has no value either
        except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
            raise ExpressionError(str(error)) from None
        return found


@lru_cache(maxsize=2048)
def parse(text: str, *, case_sensitive: bool = False) -> Expression:
    """Read a formula. Raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError("too long")
    if not text.strip():
        return Expression(lambda _values: math.nan, case_sensitive=case_sensitive)
    parser = _Parser(text, case_sensitive=case_sensitive)
    return Expression(parser.whole(), case_sensitive=case_sensitive)


def value_of(text: str) -> Number:
    """Return the value of a formula without variables; nothing is not a number (nan)."""
    return parse(text).value()
