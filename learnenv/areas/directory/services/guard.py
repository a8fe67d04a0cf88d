"""Who acts for whom, and who stands too near to judge (g7, P7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.accounts.api import tops_of
from learnenv.areas.directory.models import FormerMember, Member, Provider
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor


def acts_for(actor: Actor, provider_id: int) -> bool:
    """Whether the actor acts for a provider."""
    if not actor.is_known:
        return False
    found = db.session.scalar(
        select(Member.id)
        .where(Member.provider_id == provider_id, Member.person_id == actor.person_id)
        .limit(1)
    )
    return found is not None


def own_provider(actor: Actor, provider_id: int) -> Provider:
    """Return a provider the actor acts for. Raises NotFoundError for any other."""
    if not acts_for(actor, provider_id):
        raise NotFoundError
    return db.session.get_one(Provider, provider_id)


def tie(person_id: int, organisation_id: int | None, provider: Provider, day: date) -> str | None:
    """Return what ties a person to a provider, as a sentence; None when nothing does.

    Who was asked to act along and did not accept is not tied: else a provider silences its critics.
    """
    member = db.session.scalar(
        select(Member.id).where(Member.provider_id == provider.id, Member.person_id == person_id)
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


def tied_to(
    provider_ids: Iterable[int], person_ids: Iterable[int], organisation_id: int | None, day: date
) -> set[int]:
    """Return which providers are tied to any of these people or to the organisation.

    The same as `tie`, for many providers in a fixed number of queries.
    """
    from learnenv.accounts.models import Person

    ids, people = set(provider_ids), set(person_ids)
    members = db.session.execute(
        select(Member.provider_id, Member.person_id, Person.organisation_id)
        .join(Person, Person.id == Member.person_id)
        .where(Member.provider_id.in_(ids))
    ).all()
    former = db.session.scalars(
        select(FormerMember.provider_id).where(
            FormerMember.provider_id.in_(ids),
            FormerMember.person_id.in_(people),
            FormerMember.until >= day,
        )
    )
    own = {
        row.id: row.organisation_id
        for row in db.session.execute(
            select(Provider.id, Provider.organisation_id).where(Provider.id.in_(ids))
        )
    }
    places = {row.organisation_id for row in members} | set(own.values()) | {organisation_id}
    tops_of_people, tops = tops_of(people, [place for place in places if place is not None])
    mine = {*tops_of_people.values(), tops.get(organisation_id or 0)} - {None}
    found = set(former)
    for row in members:
        if row.person_id in people or tops.get(row.organisation_id or 0) in mine:
            found.add(row.provider_id)
    return found | {key for key, place in own.items() if tops.get(place or 0) in mine}
