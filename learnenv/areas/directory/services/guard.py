"""Who acts for whom, and who stands too near to judge (g7, P7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, update

from learnenv.accounts.api import people_facts, tops_of
from learnenv.areas.directory.models import FormerMember, Member, Provider, ShortlistMember
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor


def claim_addresses(actor: Actor) -> None:
    """Tie what was asked by address to the person, at a visit."""
    for model in (Member, ShortlistMember):
        db.session.execute(
            update(model)
            .where(model.email == actor.email.lower(), model.person_id.is_(None))
            .values(person_id=actor.id)
        )


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for being a member: as a person, or by an address nobody claimed."""
    return or_(
        Member.person_id == actor.person_id,
        and_(Member.person_id.is_(None), Member.email == actor.email.lower()),
    )


def acts_for(actor: Actor, provider_id: int) -> bool:
    """Whether the actor acts for a provider."""
    if not actor.is_known:
        return False
    found = db.session.scalar(
        select(Member.id).where(Member.provider_id == provider_id, is_mine(actor)).limit(1)
    )
    return found is not None


def own_provider(actor: Actor, provider_id: int) -> Provider:
    """Return a provider the actor acts for. Raises NotFoundError for any other."""
    if not acts_for(actor, provider_id):
        raise NotFoundError
    return db.session.get_one(Provider, provider_id)


def tie(person_id: int, organisation_id: int | None, provider: Provider, day: date) -> str | None:
    """Return what ties a person to a provider, as a sentence; None when nothing does."""
    who = people_facts([person_id]).get(person_id)
    member = db.session.scalar(
        select(Member.id).where(
            Member.provider_id == provider.id,
            or_(
                Member.person_id == person_id,
                Member.email == (who.email.lower() if who is not None else ""),
            ),
        )
    )
    if member is not None:
        return str(_("You act for this provider yourself."))
    former = db.session.scalar(
        select(FormerMember.id).where(
            FormerMember.provider_id == provider.id,
            FormerMember.person_id == person_id,
            FormerMember.until >= day,
        )
    )
    if former is not None:
        return str(_("You acted for this provider less than three years ago."))
    organisations = {organisation_id} - {None}
    colleagues = _organisations_of_members(provider.id)
    if provider.organisation_id is not None:
        colleagues.add(provider.organisation_id)
    people, tops = tops_of([person_id], [i for i in {*colleagues, *organisations} if i is not None])
    mine = {people.get(person_id), tops.get(organisation_id or 0)} - {None}
    if mine & {tops.get(i) for i in colleagues if i is not None}:
        return str(_("This provider belongs to your own organisation."))
    return None


def _organisations_of_members(provider_id: int) -> set[int | None]:
    """Return where the people who act for a provider work: its owners (g7)."""
    from learnenv.accounts.models import Person

    found: Iterable[int | None] = db.session.scalars(
        select(Person.organisation_id)
        .join(Member, Member.person_id == Person.id)
        .where(Member.provider_id == provider_id, Person.organisation_id.is_not(None))
    )
    return set(found)
