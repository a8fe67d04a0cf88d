"""Shortlists: what an organisation chooses from, with reasons, shared with colleagues (g5)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import and_, func, or_, select

from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    Offering,
    Provider,
    Shortlist,
    ShortlistItem,
    ShortlistMember,
)
from learnenv.areas.directory.services.providers import DAY, MAILS_A_DAY
from learnenv.kernel import audit, throttle
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor

MOST_ITEMS = 50
MOST_LISTS = 100
MOST_COLLEAGUES = 20


def make(name: str, *, actor: Actor, at: datetime) -> Shortlist:
    """Begin a list."""
    clean = " ".join(name.split())
    if not clean:
        raise InvalidInputError(_("Give the list a name."), field="name")
    number = db.session.scalar(
        select(func.count()).select_from(Shortlist).where(Shortlist.owner_id == actor.id)
    )
    if (number or 0) >= MOST_LISTS:
        raise InvalidInputError(_("You have a hundred lists. Remove one first."), field="name")
    made = Shortlist(
        name=clean[:200], organisation_id=actor.organisation_id, owner_id=actor.id,
        conclusion="", made_at=at, changed_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def shared_with(actor: Actor) -> list[Shortlist]:
    """Return the lists somebody made or was asked to see, the newest first."""
    asked = select(ShortlistMember.shortlist_id).where(
        or_(
            ShortlistMember.person_id == actor.id,
            and_(
                ShortlistMember.person_id.is_(None),
                ShortlistMember.email == actor.email.lower(),
            ),
        )
    )
    return list(
        db.session.scalars(
            select(Shortlist)
            .where(or_(Shortlist.owner_id == actor.id, Shortlist.id.in_(asked)))
            .order_by(Shortlist.changed_at.desc(), Shortlist.id.desc())
            .limit(2 * MOST_LISTS)
        )
    )


def one_of(actor: Actor, shortlist_id: int) -> Shortlist:
    """Return a list the actor may see. Raises NotFoundError."""
    found = db.session.get(Shortlist, shortlist_id)
    if found is None or (
        found.owner_id != actor.id and found.id not in {one.id for one in shared_with(actor)}
    ):
        raise NotFoundError
    return found


def add(
    shortlist: Shortlist, *, provider_id: int, offering_id: int | None, actor: Actor, at: datetime
) -> None:
    """Put a provider or a training on a list; twice changes nothing."""
    number = db.session.scalar(
        select(func.count())
        .select_from(ShortlistItem)
        .where(ShortlistItem.shortlist_id == shortlist.id)
    )
    if (number or 0) >= MOST_ITEMS:
        raise InvalidInputError(_("A list holds %(number)s at most.", number=MOST_ITEMS))
    db.session.execute(
        insert(ShortlistItem)
        .values(
            shortlist_id=shortlist.id, provider_id=provider_id, offering_id=offering_id,
            offering_key=offering_id or 0, reason="", is_chosen=False, added_at=at,
            added_by=actor.id,
        )
        .on_conflict_do_nothing(index_elements=["shortlist_id", "provider_id", "offering_key"])
    )  # fmt: skip
    shortlist.changed_at = at
    db.session.flush()


def shown_thing(what: str, ref: int) -> tuple[int, int | None]:
    """Return provider and training of a thing that visitors see. Raises NotFoundError."""
    if what == "aanbod":
        row = db.session.execute(
            select(Offering.provider_id, Offering.id)
            .join(Provider, Provider.id == Offering.provider_id)
            .where(Offering.id == ref, Offering.is_published, Provider.is_shown)
        ).one_or_none()
        if row is None:
            raise NotFoundError
        return row.provider_id, row.id
    found = db.session.scalar(select(Provider.id).where(Provider.id == ref, Provider.is_shown))
    if found is None:
        raise NotFoundError
    return found, None


def _item(shortlist: Shortlist, item_id: int) -> ShortlistItem:
    found = db.session.get(ShortlistItem, item_id)
    if found is None or found.shortlist_id != shortlist.id:
        raise NotFoundError
    return found


def give_reason(
    shortlist: Shortlist, item_id: int, reason: str, *, is_chosen: bool, at: datetime
) -> None:
    """Write down why something is on the list, and whether it was chosen."""
    item = _item(shortlist, item_id)
    if is_chosen and not reason.strip():
        raise InvalidInputError(_("Say why you choose this one."))
    item.reason, item.is_chosen = reason.strip(), is_chosen
    shortlist.changed_at = at
    db.session.flush()


def remove(shortlist: Shortlist, item_id: int, *, at: datetime) -> None:
    """Take something off a list."""
    db.session.delete(_item(shortlist, item_id))
    shortlist.changed_at = at
    db.session.flush()


def conclude(shortlist: Shortlist, text: str, *, at: datetime) -> None:
    """Write down what the choice became, for the file."""
    shortlist.conclusion, shortlist.changed_at = text.strip(), at
    db.session.flush()


def share(shortlist: Shortlist, email: str, *, actor: Actor, at: datetime) -> None:
    """Let a colleague, by address, see and change a list. It tells nothing of accounts (P21)."""
    number = db.session.scalar(
        select(func.count())
        .select_from(ShortlistMember)
        .where(ShortlistMember.shortlist_id == shortlist.id)
    )
    if (number or 0) >= MOST_COLLEAGUES:
        raise InvalidInputError(
            _("%(number)s people is the most.", number=MOST_COLLEAGUES), field="email"
        )
    throttle.check("gids-mail", str(actor.id), limit=MAILS_A_DAY, seconds=DAY)
    throttle.hit("gids-mail", str(actor.id), seconds=DAY)
    address = email.strip().lower()
    db.session.execute(
        insert(ShortlistMember)
        .values(shortlist_id=shortlist.id, email=address, added_at=at)
        .on_conflict_do_nothing(index_elements=["shortlist_id", "email"])
    )
    name = shortlist.name

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("A colleague shares a list of the Gouden Gids"),
            (
                _("%(by)s asks you to look along at “%(name)s”.", by=actor.name, name=name),
                _("Sign in with this address, or make an account with it."),
            ),
            _("To the list"),
        )

    mails.tell_address(
        address, words, language=actor.language, path=f"/gids/lijsten/{shortlist.id}",
        key=f"shortlist:{shortlist.id}:{at.date().isoformat()}",
    )  # fmt: skip
    audit.record("directory.list_shared", f"shortlist:{shortlist.id}", actor=actor)


def unshare(shortlist: Shortlist, member_id: int, *, actor: Actor) -> None:
    """Let somebody no longer see a list, by who made it."""
    found = db.session.get(ShortlistMember, member_id)
    if shortlist.owner_id != actor.id or found is None or found.shortlist_id != shortlist.id:
        raise NotFoundError
    db.session.delete(found)
    db.session.flush()
    audit.record("directory.list_unshared", f"shortlist:{shortlist.id}", actor=actor)


def drop(shortlist: Shortlist, *, actor: Actor) -> None:
    """Remove a list, by who made it."""
    if shortlist.owner_id != actor.id:
        raise NotFoundError
    db.session.delete(shortlist)
    db.session.flush()
    audit.record("directory.list_removed", f"shortlist:{shortlist.id}", actor=actor)
