"""Independence: who may not judge whom, with the reason printed (f5, P7, ISO 17024 4.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import select

from courses.api import finished_courses
from learnenv.accounts.api import authors_of, tops_of
from learnenv.areas.certification.models import (
    Assignment,
    Dossier,
    Member,
    Objection,
    Party,
    Relation,
    RelationKind,
    TrailLine,
)
from learnenv.kernel.db import db
from learnenv.kernel.errors import ForbiddenError
from learnenv.kernel.permissions import Actor

YEARS = 3
"""How long something between two people stands in the way."""


def relation_words(kind: str) -> str:
    """Return a relation as a reason."""
    words = {
        RelationKind.TRAINER: _("trained somebody of this applicant"),
        RelationKind.PUPIL: _("was trained by this applicant"),
        RelationKind.REVIEWER: _("reviewed this applicant"),
        RelationKind.BUSINESS: _("did business with this applicant"),
        RelationKind.PRIVATE: _("knows this applicant privately"),
    }
    return str(words[RelationKind(kind)])


@dataclass(slots=True)
class _Ties:
    members: set[int]
    tops: dict[int, int]
    party_tops: set[int]
    relations: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    trained_by: set[int] = field(default_factory=set)
    trained: set[int] = field(default_factory=set)


def reasons(person_ids: Iterable[int], party: Party, *, today: date) -> dict[int, list[str]]:
    """Return why each of these people is not independent of a party; eight queries for all."""
    people = set(person_ids)
    ties = _ties(people, party, today)
    found: dict[int, list[str]] = {}
    for person in people:
        why = []
        if person in ties.members:
            why.append(_("belongs to this applicant"))
        elif ties.tops.get(person) in ties.party_tops:
            why.append(_("works at the same organisation, or in the same tree"))
        if person in ties.trained_by:
            why.append(_("wrote a course that somebody of this applicant followed"))
        if person in ties.trained:
            why.append(_("followed a course that somebody of this applicant wrote"))
        why += ties.relations.get(person, [])
        found[person] = list(dict.fromkeys(why))
    return found


def _ties(people: set[int], party: Party, today: date) -> _Ties:
    members = set(
        db.session.scalars(
            select(Member.person_id).where(
                Member.party_id == party.id, Member.person_id.is_not(None)
            )
        )
    )
    known = {member for member in members if member is not None}
    places = [party.organisation_id] if party.organisation_id else []
    tops, party_places = tops_of(people | known, places)
    ties = _Ties(
        members=known,
        tops=tops,
        party_tops={tops[m] for m in known if m in tops} | set(party_places.values()),
    )
    oldest = today - relativedelta(years=YEARS)
    for relation in db.session.scalars(
        select(Relation).where(Relation.party_id == party.id, Relation.person_id.in_(people))
    ):
        if relation.until is None or relation.until >= oldest:
            ties.relations[relation.person_id].append(relation_words(relation.kind))
    finished = finished_courses(people | known)
    written = authors_of({course for _person, course in finished})
    for author, course in written:
        for person, followed in finished:
            if course == followed and author in people and person in known:
                ties.trained_by.add(author)
            if course == followed and author in known and person in people:
                ties.trained.add(person)
    return ties


def involved(dossier: Dossier) -> dict[int, str]:
    """Return who had a part in a dossier, and which: they decide on nothing in it."""
    found: dict[int, str] = {}
    parts = {
        **dict.fromkeys(("accept", "accept_short", "set_aside"), _("screened this dossier")),
        **dict.fromkeys(("ask",), _("asked a question in this dossier")),
        **dict.fromkeys(
            ("assessor_asked", "assessor_released", "complete"), _("handled this dossier")
        ),
        **dict.fromkeys(("advise",), _("advised on this dossier")),
    }
    for person, action in db.session.execute(
        select(TrailLine.actor_id, TrailLine.action).where(
            TrailLine.dossier_id == dossier.id,
            TrailLine.action.in_(parts),
            TrailLine.actor_id.is_not(None),
        )
    ):
        if person is not None:
            found[person] = parts[action]
    for person in db.session.scalars(
        select(Assignment.person_id).where(Assignment.dossier_id == dossier.id)
    ):
        found[person] = _("was asked as assessor of this dossier")
    return found


def handled(dossier: Dossier) -> set[int]:
    """Return who handles an objection in this dossier."""
    return {
        person
        for person in db.session.scalars(
            select(Objection.handler_id).where(Objection.dossier_id == dossier.id)
        )
        if person is not None
    }


def demand_independent(actor: Actor, dossier: Dossier, *, today: date) -> None:
    """Raise ForbiddenError, with the reason, when the actor is not independent of the applicant.

    Asked at every act and not only at the first: a conflict that is found late blocks too (P7).
    """
    why = reasons([actor.id], dossier.party, today=today)[actor.id]
    if why:
        raise ForbiddenError(
            _("You are not independent in this dossier: %(why)s.", why="; ".join(why))
        )


def demand_four_eyes(actor: Actor, dossier: Dossier) -> None:
    """Raise ForbiddenError when who decides had a part in the dossier (ISO 17024 9.4.6)."""
    part = involved(dossier).get(actor.id)
    if part:
        raise ForbiddenError(_("Somebody else must decide: you %(part)s.", part=part))
