"""Taking over the profile of a listed agency."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask_babel import gettext as _

from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    Claim,
    Provider,
    Waiting,
)
from learnenv.areas.directory.services.providers.people import add_member, has_members
from learnenv.areas.directory.services.providers.profiles import stand_apart
from learnenv.kernel import audit
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor


def host_of(website: str) -> str:
    """Return the host of a website without www, or nothing."""
    return (urlsplit(website).hostname or "").removeprefix("www.")


def claim(provider: Provider, text: str, *, actor: Actor, at: datetime) -> bool:
    """Ask to act for a listed agency or institute; True when that is granted at once.

    Who has a confirmed address at the host of the website needs no moderator.
    """
    if not provider.is_shown or provider.is_person or has_members(provider.id):
        raise NotFoundError
    host = host_of(provider.website)
    whole = urlsplit(provider.website).path in {"", "/"}  # a page at a host of many says nothing
    if host and whole and actor.email.rsplit("@", 1)[-1].lower() == host:
        _grant(provider, actor.id, actor.email, at=at)
        audit.record("directory.claimed", f"provider:{provider.id}", actor=actor, by="mail domain")
        return True
    statement = insert(Claim).values(
        provider_id=provider.id, person_id=actor.id, text=text.strip(), state=Waiting.WAITING,
        asked_at=at, reason="",
    )  # fmt: skip
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["provider_id", "person_id"],
            set_={"text": text.strip(), "state": Waiting.WAITING, "asked_at": at},
        )
    )
    return False


def _grant(provider: Provider, person_id: int, email: str, *, at: datetime) -> None:
    add_member(provider, email=email, person_id=person_id, at=at)


def decide_claim(claim_id: int, *, granted: bool, reason: str, actor: Actor, at: datetime) -> None:
    """Grant or refuse a claim, and tell who asked."""
    from learnenv.accounts.api import person_facts

    found = db.session.get(Claim, claim_id, with_for_update=True, populate_existing=True)
    if found is None or found.state != Waiting.WAITING:
        raise NotFoundError
    provider = db.session.get_one(Provider, found.provider_id)
    stand_apart(actor, provider, at=at, asked_by=found.person_id)
    if granted and has_members(provider.id):
        raise DomainError(_("Somebody manages this profile already. Refuse, and say so."))
    if not granted and not reason.strip():
        raise InvalidInputError(_("Say why."), field="reason")
    found.state = Waiting.GRANTED if granted else Waiting.REFUSED
    found.decided_at, found.decided_by, found.reason = at, actor.person_id, reason.strip()
    who = person_facts(found.person_id)
    if granted:
        _grant(provider, who.person_id, who.email, at=at)
    name, why = provider.name, found.reason

    def words() -> tuple[str, tuple[str, ...], str]:
        if granted:
            return (
                _("You manage %(name)s in the Gouden Gids", name=name),
                (_("Complete the profile, then decide what visitors see."),),
                _("To the profile"),
            )
        return (
            _("You cannot manage %(name)s", name=name),
            (_("The moderator gives this reason: %(reason)s", reason=why),),
            _("To the Gouden Gids"),
        )

    path = f"/gids/beheer/{provider.id}" if granted else "/gids"
    mails.tell_person(found.person_id, words, path=path, key=f"claim:{found.id}:{at.isoformat()}")
    audit.record(
        "directory.claim_decided", f"provider:{provider.id}", actor=actor,
        outcome="ok" if granted else "refused",
    )  # fmt: skip
