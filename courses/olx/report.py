"""What an import tells: what came over, what was adapted, what is not supported, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Level = Literal["came_over", "adapted", "not_supported", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)
# A course can be wrong in every line; what nobody reads need not be kept.
MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know about the source, with where it stands."""

    file: str
    line: int
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


Problem = Line
"""Something wrong with the source: a line of level error."""


@dataclass(slots=True)
class Report:
    """All lines, and per tag how many came over, were adapted or are not supported."""

    lines: list[Line] = field(default_factory=list)
    tags: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, level: Level, file: str, line: int | None, message: str) -> None:
        """Add a line."""
        if len(self.lines) < MOST_LINES or level == "error":
            self.lines.append(Line(file, line or 1, message, level))

    def count(self, tag: str, level: Level = "came_over") -> None:
        """Count one element of the course."""
        self.tags.setdefault(tag, Counter())[level] += 1

    def of(self, level: Level) -> list[Line]:
        """Return the lines of one level."""
        return [line for line in self.lines if line.level == level]

    @property
    def errors(self) -> list[Line]:
        """What stops the course from being published."""
        return self.of("error")

    def totals(self) -> dict[Level, int]:
        """Return how many elements are of each level; errors are counted in lines."""
        found: dict[Level, int] = {
            level: sum(counter[level] for counter in self.tags.values()) for level in LEVELS
        }
        return found | {"error": len(self.errors)}

    def to_json(self, most: int = 500) -> dict[str, Any]:
        """Return the report as plain data, with at most `most` lines of each level."""
        kept = [line for level in LEVELS for line in self.of(level)[:most]]
        return {
            "lines": [[line.level, line.file, line.line, line.message] for line in kept],
            "tags": {tag: dict(counter) for tag, counter in sorted(self.tags.items())},
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        """Return the report that `to_json` wrote."""
        lines = [Line(file, number, said, level) for level, file, number, said in data["lines"]]
        return cls(lines, {tag: Counter(counted) for tag, counted in data["tags"].items()})


class CourseError(ValueError):
    """The course cannot be published; `problems` says why, each with file and line."""

    def __init__(self, problems: Iterable[Line], report: Report | None = None) -> None:
        self.problems = list(problems)
        self.report = report or Report(list(self.problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
