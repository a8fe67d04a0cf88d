"""The right answers of a problem in words, for who may see them."""

from __future__ import annotations

from dataclasses import dataclass

from courses.blocks.problem.model import Problem, Question
from courses.blocks.problem.source import escape


@dataclass(frozen=True, slots=True)
class RightAnswer:
    """What was asked, and what is right: each a piece of sanitised HTML."""

    label: str
    texts: tuple[str, ...]


def of(problem: Problem) -> tuple[RightAnswer, ...]:
    """Return the right answers, question by question."""
    return tuple(
        RightAnswer(question.label or escape(question.spoken), _texts(question))
        for question in problem.questions
    )


def _texts(question: Question) -> tuple[str, ...]:
    if question.kind == "ordering":
        return tuple(f"{n}. {option.text}" for n, option in enumerate(question.options, start=1))
    if question.options:
        return tuple(option.text for option in question.options if option.correct)
    if question.pairs:
        return tuple(f"{pair.left}: {pair.right}" for pair in question.pairs)
    if question.kind == "image":
        places = [f"{x1},{y1} – {x2},{y2}" for x1, y1, x2, y2 in question.rectangles]
        areas = [" – ".join(f"{x:g},{y:g}" for x, y in area) for area in question.regions]
        return tuple(escape(text) for text in (*places, *areas))
    numbers = [question.number] if question.number else []
    accepted = [text.text.strip() for text in question.texts if text.credit >= 1.0]
    return tuple(escape(text) for text in (*numbers, *accepted))
