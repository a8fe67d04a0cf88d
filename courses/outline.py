"""A published version as objects: what a course consists of, read-only and cached for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Completion = Literal["read", "tick", "practice", "test"]
COMPLETIONS: tuple[Completion, ...] = ("read", "tick", "practice", "test")
AttemptRule = Literal["best", "last", "first", "mean"]
ATTEMPT_RULES: tuple[AttemptRule, ...] = ("best", "last", "first", "mean")
REVIEWS = ("score", "own", "feedback", "key")
BANKS = ("itembank", "library_content")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One XBlock of a unit: its type, its authored fields as JSON values, its children."""

    id: str
    type: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[Block, ...] = ()
    parent: str = ""

    def walk(self) -> Iterator[Block]:
        """Yield this block and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One page of a lesson (OLX: vertical)."""

    id: str
    title: str
    blocks: tuple[Block, ...]

    def walk(self) -> Iterator[Block]:
        """Yield every block of the unit, children included."""
        for block in self.blocks:
            yield from block.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizRules:
    """The rules of a test, as printed on its first page."""

    minutes: int | None
    """Time limit in minutes; None for no limit."""
    attempts: int | None
    """How often it may be taken; None for as often as one likes."""
    wait_minutes: int
    """Waiting time between attempts."""
    rule: AttemptRule
    passing_percent: int
    review: frozenset[str]
    """What is shown afterwards: score, own (answers), feedback, key (only after passing)."""
    bank_of: str = ""
    """The test whose question banks this one draws from; empty for its own."""
    draw_each: int = 0
    """How many questions of each borrowed bank; 0 for as many as the bank says."""
    advice: bool = False
    """Whether the result advises where to begin: a self-test, without passing or failing."""
    bands: tuple[tuple[int, str], ...] = ()
    """From which score in percent what is said at the end, the highest first."""

    def said_at(self, percent: int) -> str:
        """Return what is said to who scored this; nothing below the lowest band."""
        return next((words for at, words in self.bands if percent >= at), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson (OLX: sequential). A lesson with `quiz` is a test."""

    id: str
    title: str
    goal: str
    minutes: int
    completion: Completion
    required: bool
    essential: bool
    """Whether it is asked too of who enrolled before it existed (feature c3)."""
    depth: bool
    units: tuple[Unit, ...]
    quiz: QuizRules | None
    weight: float

    def problems(self) -> tuple[Block, ...]:
        """Return the questions of the lesson, in order."""
        return tuple(b for unit in self.units for b in unit.walk() if b.type == "problem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module (OLX: chapter)."""

    id: str
    title: str
    description: str
    requires: tuple[str, ...]
    """Ids of modules to finish first."""
    lessons: tuple[Lesson, ...]

    @property
    def minutes(self) -> int:
        """Study load in minutes."""
        return sum(lesson.minutes for lesson in self.lessons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way through the course for some: lessons in order, each with the reason why."""

    id: str
    title: str
    description: str
    steps: tuple[tuple[str, str], ...]
    """Lesson id and reason."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A whole course version."""

    version_id: int
    number: int
    slug: str
    org: str
    title: str
    summary: str
    language: str
    goals: tuple[str, ...]
    passing_percent: int
    preview: str
    """Id of the lesson that visitors may read."""
    modules: tuple[Module, ...]
    assets: Mapping[str, str]
    """Path such as /static/x.svg to the hash of the file."""
    meta: Mapping[str, str]
    paths: tuple[Path, ...] = ()

    @cached_property
    def has_depth(self) -> bool:
        """Whether lessons are marked as essential or depth."""
        return any(lesson.depth for lesson in self.lessons)

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """Every lesson in order."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @cached_property
    def by_lesson(self) -> dict[str, Lesson]:
        """Lessons by id."""
        return {lesson.id: lesson for lesson in self.lessons}

    @cached_property
    def module_of(self) -> dict[str, Module]:
        """Module by lesson id."""
        return {lesson.id: module for module in self.modules for lesson in module.lessons}

    @cached_property
    def units(self) -> tuple[tuple[Lesson, Unit], ...]:
        """Every unit in reading order, with its lesson."""
        return tuple((lesson, unit) for lesson in self.lessons for unit in lesson.units)

    @cached_property
    def blocks(self) -> dict[str, tuple[Lesson, Unit, Block]]:
        """Every block by id, with where it stands."""
        return {
            block.id: (lesson, unit, block) for lesson, unit in self.units for block in unit.walk()
        }

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Ids of the lessons that count for progress."""
        return tuple(lesson.id for lesson in self.lessons if lesson.required)

    @property
    def minutes(self) -> int:
        """Study load in minutes."""
        return sum(module.minutes for module in self.modules)

    @property
    def asked_minutes(self) -> int:
        """Study load of what is asked of everybody, in minutes: what a certificate may claim."""
        return sum(lesson.minutes for lesson in self.lessons if lesson.required)

    def position(self, unit_id: str) -> int | None:
        """Return the place of a unit in reading order."""
        return self._positions.get(unit_id)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {unit.id: place for place, (_, unit) in enumerate(self.units)}


def canonical(document: dict[str, Any]) -> str:
    """Return the one written form of a document, so that equal content has an equal hash."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(document: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def read(document: dict[str, Any], *, version_id: int, number: int) -> Outline:
    """Make the objects from the stored document."""
    return Outline(
        version_id=version_id,
        number=number,
        slug=document["slug"],
        org=document["org"],
        title=document["title"],
        summary=document["summary"],
        language=document["language"],
        goals=tuple(document["goals"]),
        passing_percent=document["passing_percent"],
        preview=document["preview"],
        modules=tuple(_module(module) for module in document["modules"]),
        assets=document["assets"],
        meta=document["meta"],
        paths=tuple(
            Path(**{**path, "steps": tuple((s[0], s[1]) for s in path["steps"])})
            for path in document.get("paths", [])
        ),
    )


def _module(data: dict[str, Any]) -> Module:
    return Module(
        id=data["id"],
        title=data["title"],
        description=data["description"],
        requires=tuple(data["requires"]),
        lessons=tuple(_lesson(lesson) for lesson in data["lessons"]),
    )


def _lesson(data: dict[str, Any]) -> Lesson:
    quiz = data["quiz"]
    return Lesson(
        id=data["id"],
        title=data["title"],
        goal=data["goal"],
        minutes=data["minutes"],
        completion=data["completion"],
        required=data["required"],
        essential=data["essential"],
        depth=data["depth"],
        weight=data["weight"],
        units=tuple(
            Unit(
                id=unit["id"],
                title=unit["title"],
                blocks=tuple(_block(block, "") for block in unit["blocks"]),
            )
            for unit in data["units"]
        ),
        quiz=_rules(quiz) if quiz else None,
    )


def _rules(data: dict[str, Any]) -> QuizRules:
    bands = tuple((at, words) for at, words in data.get("bands", ()))
    return QuizRules(**{**data, "review": frozenset(data["review"]), "bands": bands})


def _block(data: dict[str, Any], parent: str) -> Block:
    return Block(
        id=data["id"],
        type=data["type"],
        fields=data["fields"],
        children=tuple(_block(child, data["id"]) for child in data["children"]),
        parent=parent,
    )
