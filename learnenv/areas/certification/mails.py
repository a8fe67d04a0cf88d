"""Letters by mail: one shape, in the language of each reader."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from learnenv.accounts.api import PersonFacts, people_facts
from learnenv.areas.certification.models import Dossier, Member, Party
from learnenv.kernel import letters
from learnenv.kernel.db import db
from learnenv.kernel.letters import Letter, Words, in_language, send
from learnenv.kernel.site import site_url

BECAUSE = _l("You get this mail because you have a part in this certification.")


def tell(people: Iterable[PersonFacts], words: Words, *, path: str, key: str) -> None:
    """Mail everybody once for this `key`; the button leads to `path` of the site."""
    letters.tell(people, words, path=path, key=f"certification:{key}", reason=BECAUSE)


def members_of(party_id: int) -> list[PersonFacts]:
    """Return who acts for a party and has an account."""
    ids = db.session.scalars(
        select(Member.person_id).where(Member.party_id == party_id, Member.person_id.is_not(None))
    )
    return list(people_facts([i for i in ids if i is not None]).values())


def tell_applicant(dossier: Dossier, words: Words, *, key: str) -> None:
    """Mail everybody who works on a dossier for the applicant."""
    tell(
        members_of(dossier.party_id),
        words,
        path=f"/certificering/dossiers/{dossier.number}",
        key=f"{dossier.number}:{key}",
    )


def tell_party(party: Party, words: Words, *, path: str, key: str) -> None:
    """Mail everybody who acts for a party."""
    tell(members_of(party.id), words, path=path, key=f"party:{party.id}:{key}")


def invite(party: Party, *, path: str, key: str, language: str = "nl") -> None:
    """Ask a known party, by its address, to apply."""
    with in_language(language):
        letter = Letter(
            subject=_("Certification for %(name)s", name=party.name),
            greeting=_("Hello,"),
            paragraphs=(
                _("Organisations of the government look for people who help them work openly"
                  " and online. We would like to have %(name)s in our register.",
                  name=party.name),
                _("Certification is free of charge. You see at once whether you meet the entry"
                  " rules, and you can stop at any moment."),
            ),
            action=(_("See what it asks"), site_url(path)),
            closing=(_("Not interested? Say so on the same page; then we do not write again."),),
            reason=_("You get this mail once, because you are known as a professional in this"
                     " field."),
        )  # fmt: skip
        send(letter, key=key, recipient=party.email, language=language)


def add_colleague(party: Party, *, email: str, by: str, language: str) -> None:
    """Tell somebody that a colleague asks help with a dossier."""
    with in_language(language):
        letter = Letter(
            subject=_("Work along on the certification of %(name)s", name=party.name),
            greeting=_("Hello,"),
            paragraphs=(
                _("%(by)s asks you to work along on the application of %(name)s.",
                  by=by, name=party.name),
                _("Sign in with this address, or make an account with it."),
            ),
            action=(_("To the application"), site_url("/certificering/mijn")),
            reason=_("You get this mail because a colleague gave your address."),
        )  # fmt: skip
        send(
            letter,
            key=f"certification:member:{party.id}:{email}",
            recipient=email,
            language=language,
        )
