"""How complete a profile is, and what to do next (g3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from learnenv.areas.directory.models import Offering, Provider

FULL = 100


@dataclass(frozen=True, slots=True)
class Step:
    """Something a profile can have, and what it is worth."""

    points: int
    done: bool
    todo: Any
    endpoint: str
    """Where it is done: "edit" or "offering"."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The score of a profile, percent 0-100."""

    percent: int
    next: Step | None

    @property
    def then(self) -> int:
        """What the score becomes after the next step."""
        return self.percent + (self.next.points if self.next else 0)


def steps_of(provider: Provider, offerings: Sequence[Offering], sessions: int) -> list[Step]:
    """Return everything that makes a profile complete, the most useful first."""
    shown = [one for one in offerings if one.is_published]
    return [
        Step(15, bool(provider.summary), _l("Add a summary"), "edit"),
        Step(10, bool(provider.themes), _l("Choose your themes"), "edit"),
        Step(15, bool(provider.email or provider.phone), _l("Add contact details"), "edit"),
        Step(15, bool(shown) or provider.is_person, _l("Add a training"), "offering"),
        Step(
            15,
            provider.day_rate is not None or any(one.price is not None for one in shown),
            _l("Add a price"),
            "edit",
        ),
        Step(10, len(provider.about) >= FULL, _l("Tell more about how you work"), "edit"),
        Step(5, provider.place is not None, _l("Add where you are"), "edit"),
        Step(5, bool(provider.website), _l("Add your website"), "edit"),
        Step(
            10,
            sessions > 0 or provider.days_free is not None,
            _l("Add a date, or how many days you have free"),
            "edit",
        ),
    ]


def completeness(provider: Provider, offerings: Sequence[Offering], sessions: int) -> Completeness:
    """Return the score and the first step that is still open."""
    steps = steps_of(provider, offerings, sessions)
    percent = sum(step.points for step in steps if step.done)
    return Completeness(percent, next((step for step in steps if not step.done), None))
