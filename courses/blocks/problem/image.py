"""Where on a picture somebody points, and whether that is right."""

from __future__ import annotations

import json
from typing import Any

import regex

from courses.blocks.problem.model import Point, Question, Verdict

MOST_POINTS = 500
RECTANGLE = regex.compile(
    r"\s*[(\[]\s*(\d{1,6})\s*,\s*(\d{1,6})\s*[)\]]\s*-\s*[(\[]\s*(\d{1,6})\s*,\s*(\d{1,6})\s*[)\]]\s*",
    regex.ASCII,
)
POINT = regex.compile(r"\s*\[?\s*(\d{1,6})\s*,\s*(\d{1,6})\s*\]?\s*", regex.ASCII)
Rectangle = tuple[int, int, int, int]


def rectangles(source: str) -> tuple[Rectangle, ...]:
    """Read `(10,20)-(30,40);(50,60)-(70,80)`. Raises ValueError."""
    found = []
    for part in source.split(";"):
        if not part.strip():
            continue
        match = RECTANGLE.fullmatch(part)
        if match is None:
            raise ValueError(part)
        left, top, right, bottom = (int(n) for n in match.groups())
        found.append((left, top, right, bottom))
    return tuple(found)


def regions(source: str) -> tuple[tuple[Point, ...], ...]:
    """Read one area, `[[x,y],...]`, or several. An area is the hull of its points."""
    if not source.strip():
        return ()
    areas = json.loads(source)
    if areas and isinstance(areas[0][0], int | float):
        areas = [areas]
    if sum(len(area) for area in areas) > MOST_POINTS:
        raise ValueError("too many points")
    return tuple(hull([(float(x), float(y)) for x, y in area]) for area in areas)


def _turn(start: Point, middle: Point, end: Point) -> float:
    """Return more than 0 for a turn to the left."""
    (ax, ay), (bx, by), (cx, cy) = start, middle, end
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


def hull(points: list[Point]) -> tuple[Point, ...]:
    """Return the points that a rubber band round all of them touches, counter-clockwise."""
    ordered = sorted(set(points))
    halves = []
    for direction in (ordered, ordered[::-1]):
        half: list[Point] = []
        for point in direction:
            while len(half) > 1 and _turn(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        halves.append(half[:-1])
    return tuple(halves[0] + halves[1])


def is_inside(area: tuple[Point, ...], point: Point) -> bool:
    """Whether a point is within an area; its edge is not."""
    sides = zip(area, (*area[1:], *area[:1]), strict=True)
    return len(area) > 2 and all(_turn(one, two, point) > 0 for one, two in sides)  # noqa: PLR2004


def verdict(question: Question, given: Any) -> Verdict:
    """Grade a place: `120,45`, or `[120,45]` as Open edX writes it."""
    match = POINT.fullmatch(given) if isinstance(given, str) else None
    if match is None:
        return Verdict(fraction=0.0, right={"": False}, unreadable=True)
    x, y = int(match[1]), int(match[2])
    is_right = any(
        left <= x <= right and top <= y <= bottom
        for left, top, right, bottom in question.rectangles
    ) or any(is_inside(area, (x, y)) for area in question.regions)
    return Verdict(fraction=1.0 if is_right else 0.0, right={"": is_right})


def right_place(question: Question) -> str:
    """Return a place that is right."""
    for left, top, right, bottom in question.rectangles:
        if left <= right and top <= bottom:
            return f"{(left + right) // 2},{(top + bottom) // 2}"
    for area in question.regions:
        middle = [round(sum(values) / len(area)) for values in zip(*area, strict=True)]
        if len(middle) == 2:  # noqa: PLR2004 - an area of no points has no middle
            return f"{middle[0]},{middle[1]}"
    return "0,0"
