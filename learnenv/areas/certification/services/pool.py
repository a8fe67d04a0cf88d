"""The pool of assessors: what each knows, can take, and is tied to (f5)."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from learnenv.accounts.api import PersonFacts, people_with
from learnenv.areas.certification import trail
from learnenv.areas.certification.models import Assessor, Dossier, Kind, Relation, RelationKind
from learnenv.areas.certification.services.base import hold
from learnenv.kernel import audit
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import ForbiddenError, NotFoundError
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
    if person_id == actor.person_id:
        raise ForbiddenError(_("A colleague notes what ties you to an applicant."))
    known_one = db.session.scalar(
        select(Relation).where(
            Relation.person_id == person_id,
            Relation.party_id == held.party_id,
            Relation.kind == RelationKind(kind),
        )
    )
    if known_one is None:
        known_one = Relation(
            person_id=person_id, party_id=held.party_id, kind=RelationKind(kind), until=until,
            note="", told_at=at,
        )  # fmt: skip
        db.session.add(known_one)
    elif known_one.until is not None:  # a tie can only become longer
        known_one.until = None if until is None else max(until, known_one.until)
    known_one.note, known_one.told_at = note.strip()[:300], at
    known_one.told_by = actor.person_id
    db.session.flush()
    trail.add(
        held, "relation_noted", actor=actor, at=at, person=person_id, kind=kind,
        until=known_one.until.isoformat() if known_one.until else None,
    )  # fmt: skip
