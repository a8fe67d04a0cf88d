"""Letters by mail: one shape, in the language of each reader."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from learnenv.accounts.api import PersonFacts, people_facts
from learnenv.areas.directory.models import Member
from learnenv.kernel import letters
from learnenv.kernel.db import db
from learnenv.kernel.letters import Letter, Words, in_language, send
from learnenv.kernel.site import site_url

BECAUSE = _l("You get this mail because of something you did in the Gouden Gids.")


def tell(people: Iterable[PersonFacts], words: Words, *, path: str, key: str) -> None:
    """Mail everybody once for this `key`; the button leads to `path` of the site."""
    letters.tell(people, words, path=path, key=f"directory:{key}", reason=BECAUSE)


def tell_person(person_id: int, words: Words, *, path: str, key: str) -> None:
    """Mail one person."""
    tell(people_facts([person_id]).values(), words, path=path, key=key)


def tell_provider(provider_id: int, words: Words, *, path: str, key: str) -> None:
    """Mail everybody who acts for a provider; who acts for two hears of both."""
    ids = db.session.scalars(
        select(Member.person_id).where(
            Member.provider_id == provider_id, Member.person_id.is_not(None)
        )
    )
    known = people_facts([i for i in ids if i is not None])
    tell(known.values(), words, path=path, key=f"{key}:{provider_id}")


def tell_address(address: str, words: Words, *, language: str, path: str, key: str) -> None:
    """Mail an address of which nobody says whether it has an account (P21)."""
    with in_language(language):
        subject, paragraphs, label = words()
        letter = Letter(
            subject=subject,
            greeting=_("Hello,"),
            paragraphs=paragraphs,
            action=(label, site_url(path)),
            reason=_("You get this mail because a colleague gave your address."),
        )
        send(letter, key=f"directory:{key}:{address}", recipient=address, language=language)
