"""Questions as plain data: what is asked, what is right, and what each option teaches.

A question's key never leaves the server: templates get a `Face`, which has no key (P26).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "single", "multiple", "dropdown", "text", "number", "formula", "image", "matching", "ordering"
]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An answer one can choose. `feedback_not` is for an option that was left out."""

    id: str
    text: str
    correct: bool = False
    credit: float = 0.0
    """What it earns when it is not right and the question has partial credit for points."""
    fixed: bool = False
    """Whether it keeps its place when the others are shuffled."""
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
    regexp: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound:
    """What is said when exactly these options are ticked."""

    options: frozenset[str]
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Where a formula is tried: each variable between its two bounds, so many times."""

    names: tuple[str, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is clicked on."""

    src: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field to answer: most responses of a problem have one, some have several."""

    id: str
    kind: Kind
    label: str
    hint: str = ""
    spoken: str = ""
    """What stands just before it, for who hears the page, when there is no label."""
    before: str = ""
    """Sanitised HTML between the question before and this one (of the first: the intro)."""
    after: str = ""
    trailing: str = ""
    options: tuple[Option, ...] = ()
    shuffle: bool = False
    compounds: tuple[Compound, ...] = ()
    pairs: tuple[Pair, ...] = ()
    texts: tuple[TextAnswer, ...] = ()
    ignore_case: bool = True
    regexp: bool = False
    number: str = ""
    tolerance: str = "0.001%"
    partial_numbers: tuple[str, ...] = ()
    partial_range: float = 2.0
    samples: Samples | None = None
    picture: Picture | None = None
    rectangles: tuple[tuple[int, int, int, int], ...] = ()
    regions: tuple[tuple[Point, ...], ...] = ()
    correct_feedback: str = ""
    wrong_feedback: str = ""
    credit: tuple[str, ...] = ()
    """How it gives partial credit: edc, halves, points, list, close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A CAPA problem: text round one or more questions, and a solution."""

    intro: str
    """Sanitised HTML before the first question; all text when it cannot stand where it belongs."""
    questions: tuple[Question, ...]
    pieces: tuple[str, ...] = ()
    """The text in the order of the document: before each question, and after the last."""
    nested: bool = False
    """Whether a question stands inside other tags (a table): then a piece is no whole HTML."""
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
    spoken: str = ""
    before: str = ""
    after: str = ""
    trailing: str = ""
    picture: Picture | None = None
    digits: bool = False
    """Whether a keyboard with digits alone is enough."""
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
    left_out: dict[str, str] = field(default_factory=dict)
    """Feedback on what was not chosen. It tells the key, so only practice shows it."""
    left_out_right: dict[str, bool] = field(default_factory=dict)
    """Whether it was right to leave these out; kept apart for the same reason."""
    unreadable: bool = False
    """Whether the answer is no number or formula at all: a slip to mend, not a wrong answer."""

    @property
    def is_right(self) -> bool:
        """Whether all of it is right."""
        return self.fraction >= 1.0
