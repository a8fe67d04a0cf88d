"""Professional guidance, as one area offers it and another looks for it.

The directory fills the slots, pilots ask; neither imports the other, and either works alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from learnenv.kernel.permissions import Actor
from learnenv.kernel.slots import collect


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """Somebody who can guide a project, as visitors may know it."""

    provider_id: int
    name: str
    kind: str
    summary: str
    path: str
    """Address of the profile on this site."""
    certified_until: date | None
    """None when it is not certified now."""
    themes: tuple[str, ...]
    region: str
    days_free: int | None
    day_rate: int | None
    stars: float | None
    reviews: int
    is_shown: bool
    """Whether visitors see it now: a name may have been withdrawn (P35)."""


def candidates(day: date) -> list[Guide]:
    """Return everybody who is certified to guide on this day, in no order."""
    return [one for part in collect("guidance.candidates", day=day) for one in part]


def acted_for(actor: Actor) -> dict[int, str]:
    """Return the providers somebody acts for: name by id."""
    found: dict[int, str] = {}
    for part in collect("guidance.acted_for", actor=actor):
        found.update(part)
    return found


def known(provider_ids: Iterable[int], day: date) -> dict[int, Guide]:
    """Return providers by id, also those that are not certified any more or not shown."""
    found: dict[int, Guide] = {}
    for part in collect("guidance.known", provider_ids=set(provider_ids), day=day):
        found.update(part)
    return found


def tied(
    provider_ids: Iterable[int], person_ids: Iterable[int], organisation_id: int | None, day: date
) -> set[int]:
    """Return which providers are too near to any of these people or to the organisation (P7)."""
    found: set[int] = set()
    for part in collect(
        "guidance.tied", provider_ids=set(provider_ids), person_ids=set(person_ids),
        organisation_id=organisation_id, day=day,
    ):  # fmt: skip
        found |= part
    return found


def tell(
    provider_id: int,
    words: Callable[[], tuple[str, tuple[str, ...], str]],
    *,
    path: str,
    key: str,
) -> None:
    """Mail everybody who acts for a provider, once for this `key`.

    `words` gives subject, paragraphs and label of the button, in the language of the reader.
    """
    collect("guidance.tell", provider_id=provider_id, words=words, path=path, key=key)


def review_address() -> str:
    """Return the page where somebody reviews whom he worked with; empty without a directory."""
    return next(iter(collect("guidance.review_address")), "")
