"""Levels, the pass rule, spread and agreement."""

from __future__ import annotations

import pytest

from learnenv.areas.certification import scoring
from learnenv.areas.certification.rules import Criterion, PassRule, Rules

LEVELS = ["een", "twee", "drie", "vier"]
RULES = Rules(
    kind="adviser", title="Proef", summary="", statement="",
    pass_rule=PassRule(least_percent=60, least_level=2, spread=2),
    criteria=[
        Criterion(key="a", title="A", text="", weight=70, levels=LEVELS),
        Criterion(key="b", title="B", text="", weight=30, levels=LEVELS),
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    ("scores", "percent", "passes"),
    [
        ([{"a": 4, "b": 4}, {"a": 4, "b": 4}], 100, True),
        ([{"a": 1, "b": 1}, {"a": 1, "b": 1}], 0, False),
        ([{"a": 3, "b": 3}, {"a": 3, "b": 3}], 66, True),
        ([{"a": 3, "b": 3}, {"a": 3, "b": 2}], 61, True),
        ([{"a": 3, "b": 2}, {"a": 3, "b": 2}], 56, False),
        ([{"a": 4, "b": 1}, {"a": 4, "b": 2}], 75, False),  # high, but b stays under level 2
        ([{"a": 4, "b": 2}, {"a": 4, "b": 2}, {"a": 4, "b": 2}], 80, True),
    ],
)
def test_f6_the_weighted_percent_and_the_pass_rule(scores, percent, passes) -> None:
    found = scoring.result(RULES, scores)
    assert (found.percent, found.passes) == (percent, passes)


def test_f6_a_criterion_too_low_is_named() -> None:
    found = scoring.result(RULES, [{"a": 4, "b": 1}, {"a": 4, "b": 2}])
    assert found.too_low == ("b",)
    assert found.apart == ()


def test_f6_levels_two_apart_ask_for_a_third() -> None:
    assert scoring.apart(RULES, [{"a": 4, "b": 2}, {"a": 2, "b": 3}]) == ("a",)
    assert scoring.apart(RULES, [{"a": 4, "b": 2}]) == ()


def test_kappa_is_the_one_of_cohen() -> None:
    """The example of Cohen's own table: 0.7 observed, 0.46 by chance."""
    pairs = [(1, 1)] * 25 + [(1, 2)] * 5 + [(2, 1)] * 10 + [(2, 2)] * 10
    observed, chance = 35 / 50, (30 * 35 + 20 * 15) / 50**2
    assert scoring.kappa(pairs) == pytest.approx((observed - chance) / (1 - chance))
    assert scoring.kappa([(1, 1), (2, 2), (3, 3), (4, 4), (1, 1)]) == 1
    assert scoring.kappa([(1, 2), (2, 1), (1, 2), (2, 1), (1, 2), (2, 1)]) == -1


def test_kappa_is_not_shown_when_it_says_nothing() -> None:
    assert scoring.kappa([(3, 3)] * 4) is None
    assert scoring.kappa([(3, 3)] * 40) is None
