"""When a problem may be answered, and when its answer may be seen: the settings of Open edX.

Pure functions and one value; the block gathers the facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import regex

PERIOD = regex.compile(r"(\d{1,5})\s*(day|hour|minute|second)s?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How somebody stands with a problem at this moment."""

    attempts: int = 0
    max_attempts: int | None = None
    is_correct: bool = False
    due: datetime | None = None
    """The last moment, grace included."""
    at: datetime
    last_submission: datetime | None = None
    wait_seconds: int = 0
    attempts_before_answer: int = 0

    @property
    def is_past_due(self) -> bool:
        """Whether the last moment is over."""
        return self.due is not None and self.at > self.due

    @property
    def attempts_left(self) -> int | None:
        """How often it may still be answered; None for as often as one likes."""
        return None if self.max_attempts is None else max(0, self.max_attempts - self.attempts)

    @property
    def is_closed(self) -> bool:
        """Whether no answer is taken any more."""
        return self.is_past_due or self.attempts_left == 0

    @property
    def seconds_to_wait(self) -> int:
        """How long before a next answer is taken."""
        if self.last_submission is None or not self.wait_seconds:
            return 0
        again = self.last_submission + timedelta(seconds=self.wait_seconds)
        return max(0, -int((self.at - again).total_seconds() // 1))

    def may_see_answer(self, rule: str) -> bool:
        """Whether the right answer and the explanation may be shown (`showanswer`)."""
        ask = SHOW_ANSWER.get(rule)
        return ask is not None and ask(self)

    def may_see_result(self, rule: str) -> bool:
        """Whether right or wrong may be told (`show_correctness`)."""
        return rule not in {"never", "past_due"} or (rule == "past_due" and self.is_past_due)


def _enough_attempts(standing: Standing) -> bool:
    needed = standing.attempts_before_answer
    if standing.max_attempts:
        needed = min(needed, standing.max_attempts)
    return standing.attempts >= needed


SHOW_ANSWER: dict[str, Callable[[Standing], bool]] = {
    "always": lambda _s: True,
    "answered": lambda s: s.is_correct,
    "attempted": lambda s: s.attempts > 0 or s.is_past_due,
    "attempted_no_past_due": lambda s: s.attempts > 0,
    "closed": lambda s: s.is_closed,
    "finished": lambda s: s.is_closed or s.is_correct,
    "correct_or_past_due": lambda s: s.is_correct or s.is_past_due,
    "past_due": lambda s: s.is_past_due,
    "after_attempts": _enough_attempts,
    "after_all_attempts": lambda s: s.attempts_left == 0,
    "after_all_attempts_or_correct": lambda s: s.attempts_left == 0 or s.is_correct,
}


def grace(text: str) -> timedelta:
    """Return a period as Open edX writes it: `2 days 3 hours`."""
    found = timedelta()
    for number, unit in PERIOD.findall(text or ""):
        found += timedelta(**{f"{unit}s": int(number)})
    return found
