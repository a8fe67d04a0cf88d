"""The pool of assessors: what each knows, can take, and is tied to (f5)."""

from __future__ import annotations

from datetime import date, datetime

from learnenv.accounts.api import PersonFacts, people_with
from learnenv.areas.certification import trail
from learnenv.areas.certification.models import Assessor, Dossier, Kind, Relation, RelationKind
from learnenv.areas.certification.services.base import hold
from learnenv.kernel import audit
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.taxonomy import THEMES, known


def profile_of(person_id: int) -> tuple[PersonFacts, Assessor]:
    """Return an assessor and the profile, a plain one when there is none yet."""
    person = next((p for p in people_with(Role.ASSESSOR) if p.person_id == person_id), None)
    if person is None:
        raise NotFoundError
    found = db.session.get(Assessor, person_id)
    if found is None:
        found = Assessor(person_id=person_id, kinds=[], themes=[], most=4, is_available=True)
    return person, found


def save_profile(
    person_id: int,
    *,
    kinds: list[str],
    themes: list[str],
    most: int,
    is_available: bool,
    actor: Actor,
) -> None:
    """Keep what an assessor knows and can take."""
    values = {
        "kinds": [kind.value for kind in Kind if kind in kinds],
        "themes": known(themes, THEMES),
        "most": most,
        "is_available": is_available,
    }
    statement = insert(Assessor).values(person_id=person_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    audit.record("certification.assessor_changed", f"person:{person_id}", actor=actor)


def add_relation(
    dossier: Dossier,
    *,
    person_id: int,
    kind: str,
    until: date | None,
    note: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Note a tie between a person and a party; it blocks from now on, also late (P7)."""
    held = hold(dossier.id)
    values = {"until": until, "note": note.strip()[:300], "told_at": at, "told_by": actor.id}
    statement = insert(Relation).values(
        person_id=person_id, party_id=held.party_id, kind=RelationKind(kind), **values
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "party_id", "kind"], set_=values
        )
    )
    trail.add(held, "relation_noted", actor=actor, at=at, person=person_id, kind=kind)
