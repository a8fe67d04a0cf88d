"""How reviews become stars, the same for every provider (ACM: say how an average is made)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 3
"""Below this many reviews there are no stars (g9)."""
PRIOR_REVIEWS = 5
PRIOR_STARS = 3.5
"""For sorting, as if everybody began with five reviews of three and a half: one glowing review
does not beat forty good ones."""
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class Rating:
    """What reviews say together."""

    number: int
    stars: float | None
    """Average with one decimal; None below `LEAST`."""
    spread: tuple[int, ...]
    """How many of 1, 2, 3, 4 and 5 stars, halves rounded up."""


def star_of(value: float) -> int:
    """Return the whole star a review stands under in the spread."""
    return min(HIGHEST, max(LOWEST, int(value + 0.5)))


def average(scores: Sequence[int]) -> float:
    """Return the stars of one review: the plain average of its criteria, two decimals."""
    return round(sum(scores) / len(scores), 2)


def rating(stars: Sequence[float]) -> Rating:
    """Return what these stars say together, the newest of each person: all weigh the same."""
    spread = [0] * HIGHEST
    for value in stars:
        spread[star_of(value) - 1] += 1
    number, total = len(stars), sum(stars)
    if number < LEAST:
        return Rating(number, None, tuple(spread))
    return Rating(number, round(total / number, 1), tuple(spread))
