"""Who may see and do what with a pilot, and who stands too near (P3, P7)."""

from __future__ import annotations

from sqlalchemy import select

from learnenv.accounts.api import tops_of
from learnenv.areas.pilots.models import Invitation, Pilot, Side
from learnenv.kernel import guidance
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.guidance import Guide
from learnenv.kernel.permissions import Actor


def leads(actor: Actor, pilot: Pilot) -> bool:
    """Whether the actor speaks for the organisation: its leader, or a manager of it."""
    return actor.is_known and (
        pilot.leader_id == actor.person_id or pilot.organisation_id in actor.managed
    )


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


def tied(actor: Actor, pilot: Pilot, guide: Guide) -> bool:
    """Whether this guidance is of the organisation itself, or of who chooses (P7)."""
    if guide.provider_id in guidance.acted_for(actor):
        return True
    if guide.organisation_id is None:
        return False
    _people, tops = tops_of([], [guide.organisation_id, pilot.organisation_id])
    return tops.get(guide.organisation_id) == tops.get(pilot.organisation_id)


def had_a_part(actor: Actor, pilot: Pilot) -> bool:
    """Whether somebody is too near to look at a pilot again: of either side, or a colleague."""
    if sides_of(actor, pilot):
        return True
    people, tops = tops_of([actor.id], [pilot.organisation_id])
    return people.get(actor.id, 0) == tops.get(pilot.organisation_id)
