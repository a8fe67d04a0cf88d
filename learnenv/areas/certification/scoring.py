"""From levels to a result: weighted percent, the pass rule, spread, and agreement (kappa)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from learnenv.areas.certification.models.assessing import MOST_LEVEL
from learnenv.areas.certification.rules import Rules

Levels = Mapping[str, int]
"""Level 1 to 4 by the key of a criterion, of one assessor."""
LEAST_PAIRS = 5
"""Below this many pairs a kappa says nothing, so none is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the scores of all assessors together say."""

    percent: int
    """Weighted mean of the levels, 1 is 0 and 4 is 100; rounded down, so nobody passes by it."""
    passes: bool
    too_low: tuple[str, ...]
    """Criteria whose mean stays under the least level."""
    apart: tuple[str, ...]
    """Criteria on which two assessors differ as much as the scheme's spread, or more."""


def result(rules: Rules, scores: Sequence[Levels]) -> Result:
    """Return the result of complete scores; the mean counts where assessors differ."""
    parts, too_low = 0, []
    for criterion in rules.criteria:
        levels = [levels[criterion.key] for levels in scores]
        total, number = sum(levels), len(levels)
        parts += criterion.weight * (total - number) * 100 // number
        if total < rules.pass_rule.least_level * number:
            too_low.append(criterion.key)
    weights = sum(criterion.weight for criterion in rules.criteria)
    percent = parts // (weights * (MOST_LEVEL - 1))
    return Result(
        percent=percent,
        passes=percent >= rules.pass_rule.least_percent and not too_low,
        too_low=tuple(too_low),
        apart=apart(rules, scores),
    )


def apart(rules: Rules, scores: Sequence[Levels]) -> tuple[str, ...]:
    """Return the criteria on which the assessors differ too much (f6)."""
    found = []
    for criterion in rules.criteria:
        levels = [levels[criterion.key] for levels in scores if criterion.key in levels]
        if len(levels) > 1 and max(levels) - min(levels) >= rules.pass_rule.spread:
            found.append(criterion.key)
    return tuple(found)


def kappa(pairs: Iterable[tuple[int, int]]) -> float | None:
    """Return Cohen's kappa (1960, unweighted) of pairs of levels; None when it says nothing.

    1 is full agreement, 0 what chance gives. None below five pairs, and when both assessors
    always gave the same one level, since chance then explains everything.
    """
    listed = list(pairs)
    if len(listed) < LEAST_PAIRS:
        return None
    number = len(listed)
    observed = sum(a == b for a, b in listed) / number
    first, second = Counter(a for a, _ in listed), Counter(b for _, b in listed)
    expected = sum(first[level] * second[level] for level in first) / number**2
    if expected == 1:
        return None
    return (observed - expected) / (1 - expected)
