"""Questions as plain data: what is asked, what is right, and what each option teaches.

A question's key never leaves the server: templates get a `Face`, which has no key (P26).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["single", "multiple", "dropdown", "text", "number", "matching", "ordering"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An answer one can choose. `feedback_not` is for an option that was left out."""

    id: str
    text: str
    correct: bool = False
    feedback: str = ""
    feedback_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A left side and the right side that belongs to it."""

    id: str
    left: str
    right: str
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAnswer:
    """An accepted (or, with `credit` 0, a recognised wrong) text."""

    text: str
    credit: float
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One response of a problem."""

    id: str
    kind: Kind
    label: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    pairs: tuple[Pair, ...] = ()
    texts: tuple[TextAnswer, ...] = ()
    ignore_case: bool = True
    regexp: bool = False
    number: str = ""
    tolerance: str = "0"
    correct_feedback: str = ""
    wrong_feedback: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A CAPA problem: text round one or more questions, and a solution."""

    intro: str
    """Sanitised HTML before the question."""
    questions: tuple[Question, ...]
    solution: str = ""
    hints: tuple[str, ...] = ()
    unsupported: str = ""
    """Why it cannot be graded here; empty when it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option as the learner sees it: no key, no feedback."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A question as the learner sees it, with what was answered so far."""

    id: str
    name: str
    """Name of the form field."""
    kind: Kind
    label: str
    hint: str
    choices: tuple[Choice, ...] = ()
    lefts: tuple[Choice, ...] = ()
    given: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What grading says of one question. `feedback` is per option id, or under ''."""

    fraction: float
    feedback: dict[str, str] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)
    """Per part that was answered whether it is right: never says what would have been."""

    @property
    def is_right(self) -> bool:
        """Whether all of it is right."""
        return self.fraction >= 1.0
