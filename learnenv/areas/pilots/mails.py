"""Letters by mail about pilots: to people of the organisation, and to the guidance."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from learnenv.accounts.api import PersonFacts, people_facts
from learnenv.kernel import letters
from learnenv.kernel.letters import Words

BECAUSE = _l("You get this mail because you work on this pilot project.")


def tell(people: Iterable[PersonFacts], words: Words, *, path: str, key: str) -> None:
    """Mail everybody once for this `key`; the button leads to `path` of the site."""
    letters.tell(people, words, path=path, key=f"pilots:{key}", reason=BECAUSE)


def tell_person(person_id: int, words: Words, *, path: str, key: str) -> None:
    """Mail one person."""
    tell(people_facts([person_id]).values(), words, path=path, key=key)
