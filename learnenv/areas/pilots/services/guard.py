"""Who may see and do what with a pilot, and who stands too near (P3, P7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from learnenv.accounts.api import tops_of
from learnenv.areas.pilots.models import Invitation, Pilot, Side
from learnenv.kernel import guidance
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor


def leads(actor: Actor, pilot: Pilot) -> bool:
    """Whether the actor speaks for the organisation: its leader, or a manager of it.

    A leader who went to work elsewhere does not.
    """
    if not actor.is_known:
        return False
    if pilot.organisation_id in actor.managed:
        return True
    return pilot.leader_id == actor.person_id and _same_tree(actor.id, pilot.organisation_id)


def _same_tree(person_id: int, organisation_id: int) -> bool:
    people, places = tops_of([person_id], [organisation_id])
    return people.get(person_id, 0) == places.get(organisation_id)


def own_pilot(actor: Actor, pilot_id: int, *, hold: bool = False) -> Pilot:
    """Return a pilot for which the actor speaks, held for a change. Raises NotFoundError."""
    found = _one(pilot_id, hold=hold)
    if not leads(actor, found):
        raise NotFoundError
    return found


def _one(pilot_id: int, *, hold: bool) -> Pilot:
    query = select(Pilot).where(Pilot.id == pilot_id)
    if hold:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def invitation_of(
    actor: Actor, pilot_id: int, provider_id: int, *, hold: bool = False
) -> Invitation:
    """Return the invitation of a provider the actor acts for, with its pilot loaded."""
    if provider_id not in guidance.acted_for(actor):
        raise NotFoundError
    pilot = _one(pilot_id, hold=hold)
    query = select(Invitation).where(
        Invitation.pilot_id == pilot.id, Invitation.provider_id == provider_id
    )
    if hold:
        query = query.execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def sides_of(actor: Actor, pilot: Pilot) -> set[Side]:
    """Return for whom the actor works on a pilot: organisation, guidance, both or nobody."""
    found = {Side.ORGANISATION} if leads(actor, pilot) else set()
    if pilot.provider_id is not None and pilot.provider_id in guidance.acted_for(actor):
        found.add(Side.GUIDANCE)
    return found


def worked_on(actor: Actor, pilot_id: int, *, hold: bool = False) -> tuple[Pilot, Side]:
    """Return a pilot the actor works on, and for which side. Raises NotFoundError."""
    found = _one(pilot_id, hold=hold)
    sides = sides_of(actor, found)
    if not sides:
        raise NotFoundError
    return found, Side.ORGANISATION if Side.ORGANISATION in sides else Side.GUIDANCE


def tied(actor: Actor, pilot: Pilot, provider_ids: Iterable[int], day: date) -> set[int]:
    """Return which guidance is of the organisation itself, of its leader or of who chooses (P7)."""
    return guidance.tied(provider_ids, {actor.id, pilot.leader_id}, pilot.organisation_id, day)


def had_a_part(actor: Actor, pilot: Pilot, day: date) -> bool:
    """Whether somebody is too near to look at a pilot again: of either side, or a colleague."""
    if sides_of(actor, pilot) or _same_tree(actor.id, pilot.organisation_id):
        return True
    return pilot.provider_id is not None and bool(
        guidance.tied([pilot.provider_id], {actor.id}, actor.organisation_id, day)
    )
