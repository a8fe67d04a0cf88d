"""Letters by mail about pilots: to people of the organisation, and to the guidance."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_babel import gettext as _

from learnenv.accounts.api import PersonFacts, people_facts
from learnenv.kernel.letters import Letter, in_language, send
from learnenv.kernel.site import site_url

Words = Callable[[], tuple[str, tuple[str, ...], str]]
"""Subject, paragraphs and label of the button; called in the language of the reader."""


def tell(people: Iterable[PersonFacts], words: Words, *, path: str, key: str) -> None:
    """Mail everybody once for this `key`; the button leads to `path` of the site."""
    for person in people:
        with in_language(person.language):
            subject, paragraphs, label = words()
            letter = Letter(
                subject=subject,
                greeting=_("Hello %(name)s,", name=person.name),
                paragraphs=paragraphs,
                action=(label, site_url(path)),
                reason=_("You get this mail because you work on this pilot project."),
            )
            send(
                letter,
                key=f"pilots:{key}:{person.person_id}",
                recipient=person.email,
                language=person.language,
            )


def tell_person(person_id: int, words: Words, *, path: str, key: str) -> None:
    """Mail one person."""
    tell(people_facts([person_id]).values(), words, path=path, key=key)
