"""What accounts tell others."""

from dataclasses import dataclass

from learnenv.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMoved(Event):
    """Somebody works for another organisation from now on."""

    person_id: int
    old: int | None
    new: int | None
