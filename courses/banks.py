"""Question banks: which questions of many a learner gets.

A bank is OLX's `itembank` (or the older `library_content`): questions of one subject, of which
`max_count` are drawn. A test with several banks is drawn by subject, so every attempt covers all
of them. A test may draw from the banks of another one: before and after are then comparable (b15).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from courses.outline import BANKS, Block, Lesson, Outline

CHANCE = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Subject:
    """A bank as a subject of a test: its name, the module it is about, its questions."""

    id: str
    title: str
    module: str
    questions: tuple[str, ...]
    draws: int
    """How many of them are in one attempt."""


def subjects(lesson: Lesson, outline: Outline) -> tuple[Subject, ...]:
    """Return the banks a test draws from, its own or those of the test it borrows from."""
    assert lesson.quiz is not None
    source = outline.by_lesson.get(lesson.quiz.bank_of, lesson) if lesson.quiz.bank_of else lesson
    return tuple(
        Subject(
            id=bank.id,
            title=str(bank.fields.get("display_name") or ""),
            module=str(bank.fields.get("module") or ""),
            questions=tuple(child.id for child in bank.children),
            draws=min(lesson.quiz.draw_each or count_of(bank), len(bank.children)),
        )
        for bank in _banks(source)
    )


def _banks(lesson: Lesson) -> list[Block]:
    return [b for unit in lesson.units for b in unit.walk() if b.type in BANKS]


def count_of(bank: Block) -> int:
    """Return how many questions a bank gives; all of them when it does not say."""
    asked = int(bank.fields.get("max_count") or -1)
    return min(asked, len(bank.children)) if asked > 0 else len(bank.children)


def fixed(lesson: Lesson) -> tuple[str, ...]:
    """Return the questions of a lesson that are in no bank: everybody gets those."""
    inside = {child.id for bank in _banks(lesson) for child in bank.walk()}
    return tuple(block.id for block in lesson.problems() if block.id not in inside)


def size(lesson: Lesson, outline: Outline) -> int:
    """Return how many questions one attempt has."""
    return len(fixed(lesson)) + sum(subject.draws for subject in subjects(lesson, outline))


def draw(
    lesson: Lesson,
    outline: Outline,
    seen: Mapping[str, int],
    chance: random.Random = CHANCE,
) -> list[str]:
    """Draw the questions of one attempt: from each bank those this learner saw least.

    `seen` says how often each question was in an earlier attempt of this test. The questions
    stand in the order of the subjects; within a subject their order is by chance.
    """
    drawn = list(fixed(lesson))
    for subject in subjects(lesson, outline):
        shuffled = chance.sample(subject.questions, len(subject.questions))
        drawn += sorted(shuffled, key=lambda question: seen.get(question, 0))[: subject.draws]
    return drawn


def practice_of(bank: Block, learner: int | None) -> tuple[Block, ...]:
    """Return what a bank in a lesson gives this learner: the same each time, in source order."""

    def place(block: Block) -> bytes:
        return hashlib.sha256(f"{learner or 0}:{bank.id}:{block.id}".encode()).digest()

    chosen = {block.id for block in sorted(bank.children, key=place)[: count_of(bank)]}
    return tuple(block for block in bank.children if block.id in chosen)


def asked_in_lesson(lesson: Lesson, learner: int) -> set[str]:
    """Return the practice questions a lesson asks of this learner."""
    asked = set(fixed(lesson))
    for bank in _banks(lesson):
        asked |= {block.id for block in practice_of(bank, learner)}
    return asked


def per_subject(
    lesson: Lesson, outline: Outline, points: Iterable[tuple[str, float]]
) -> list[tuple[Subject, float, int]]:
    """Return per subject the fraction earned (0 to 1) and the number of questions.

    `points` are the questions of an attempt with the fraction earned of each.
    """
    earned = dict(points)
    found = []
    for subject in subjects(lesson, outline):
        fractions = [earned[question] for question in subject.questions if question in earned]
        if fractions:
            found.append((subject, sum(fractions) / len(fractions), len(fractions)))
    return found
