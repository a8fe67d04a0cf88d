"""Parties: the inventory of who is not certified yet, invitations, colleagues and consent."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, update

from learnenv.areas.certification import mails
from learnenv.areas.certification.models import (
    Invitation,
    Kind,
    Member,
    Party,
    Registration,
    Relation,
    RelationKind,
)
from learnenv.areas.certification.services import register
from learnenv.kernel import audit
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.search import folded
from learnenv.kernel.taxonomy import REGIONS, THEMES, known

LONGEST_NAME = 200
INVITATION_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """What is filled in about a party."""

    kind: Kind
    name: str
    email: str = ""
    website: str = ""
    region: str = "landelijk"
    themes: tuple[str, ...] = ()
    organisation_id: int | None = None
    note: str = ""


def add_party(facts: PartyFacts, *, actor: Actor, at: datetime, source: str = "entered") -> Party:
    """Add a party to the inventory. Raises InvalidInputError for what cannot be."""
    name = " ".join(facts.name.split())
    if not name:
        raise InvalidInputError(_("Give a name."), field="name")
    if known_party(facts.kind, name, facts.email) is not None:
        raise InvalidInputError(_("%(name)s is in the list already.", name=name), field="name")
    party = made(facts, source=source, actor=actor, at=at)
    db.session.add(party)
    db.session.flush()
    return party


def party_for(facts: PartyFacts, *, actor: Actor, at: datetime) -> Party:
    """Return the party somebody wants to apply for, with the actor as who acts for it.

    One that is only known (in the inventory) is taken over; one that somebody else acts for is
    not.
    """
    found = known_party(facts.kind, facts.name, facts.email) or known_party(facts.kind, facts.name)
    if found is None:
        found = add_party(facts, actor=actor, at=at, source="application")
    elif not is_member(found.id, actor):
        taken = db.session.scalar(select(Member.id).where(Member.party_id == found.id).limit(1))
        if taken is not None:
            raise InvalidInputError(
                _("Somebody acts for %(name)s already. Ask that colleague to add you.",
                  name=found.name),
                field="name",
            )  # fmt: skip
        change_party(found, facts, actor=actor)
    add_member(found, email=actor.email, at=at, is_owner=True, person_id=actor.id)
    return found


def made(facts: PartyFacts, *, source: str, actor: Actor, at: datetime) -> Party:
    """Return a new party, not added yet."""
    name = " ".join(facts.name.split())
    return Party(
        kind=facts.kind,
        name=name[:LONGEST_NAME],
        search=folded(name),
        email=facts.email.strip().lower(),
        website=facts.website.strip(),
        region=facts.region if facts.region in REGIONS else "landelijk",
        themes=known(facts.themes, THEMES),
        organisation_id=facts.organisation_id,
        source=source,
        note=facts.note.strip(),
        created_at=at,
        created_by=actor.person_id,
    )


def known_party(kind: str, name: str, email: str = "") -> Party | None:
    """Return the party of this kind with this name and, when both say one, this address."""
    for party in db.session.scalars(
        select(Party).where(Party.kind == kind, Party.name == " ".join(name.split()))
    ):
        if not email or not party.email or party.email == email.strip().lower():
            return party
    return None


def by_ids(ids: Iterable[int]) -> list[Party]:
    """Return parties by id."""
    return list(db.session.scalars(select(Party).where(Party.id.in_(set(ids)))))


def change_party(party: Party, facts: PartyFacts, *, actor: Actor) -> None:
    """Change what is known of a party. The name of a registered one changes by replacement."""
    name = " ".join(facts.name.split())
    if not name:
        raise InvalidInputError(_("Give a name."), field="name")
    if name != party.name and is_registered(party):
        raise InvalidInputError(
            _("This name is in the register. Ask the coordinator to correct the certificate."),
            field="name",
        )
    party.name, party.email = name[:LONGEST_NAME], facts.email.strip().lower()
    party.website, party.region = facts.website.strip(), facts.region
    party.themes = known(facts.themes, THEMES)
    party.note = facts.note.strip()
    party.search = folded(name)
    db.session.flush()
    audit.record("certification.party_changed", f"party:{party.id}", actor=actor)


def is_registered(party: Party) -> bool:
    """Whether a party stands, or stood, in the register."""
    return (
        db.session.scalar(select(Registration.id).where(Registration.party_id == party.id))
        is not None
    )


# --- invitations ---------------------------------------------------------------------------------


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(parties: Iterable[Party], *, actor: Actor, at: datetime) -> int:
    """Mail parties an invitation; return how many went out.

    Not to who declined, has no address, or was invited less than 90 days ago.
    """
    sent = 0
    for party in parties:
        last = last_invitation(party.id)
        recently = last is not None and at - last.sent_at < timedelta(days=INVITATION_DAYS)
        if not party.email or recently or (last is not None and last.answer):
            continue
        token = secrets.token_urlsafe(32)
        invitation = Invitation(
            party_id=party.id, token_hash=token_hash(token), sent_at=at, sent_by=actor.person_id
        )
        db.session.add(invitation)
        db.session.flush()
        mails.invite(
            party,
            path=f"/certificering/uitnodiging/{token}",
            key=f"certification:invitation:{invitation.id}",
        )
        sent += 1
    audit.record("certification.invited", "parties", actor=actor, number=sent)
    return sent


def last_invitation(party_id: int) -> Invitation | None:
    """Return the newest invitation of a party."""
    return db.session.scalar(
        select(Invitation)
        .where(Invitation.party_id == party_id)
        .order_by(Invitation.id.desc())
        .limit(1)
    )


def invitation_by(token: str) -> Invitation:
    """Return the invitation a mailed link is of. Raises NotFoundError."""
    found = db.session.scalar(select(Invitation).where(Invitation.token_hash == token_hash(token)))
    if found is None:
        raise NotFoundError
    return found


def party_of(invitation: Invitation) -> Party:
    """Return who is invited."""
    return db.session.get_one(Party, invitation.party_id)


def answer_invitation(invitation: Invitation, answer: str, *, at: datetime) -> None:
    """Note that a party applies ("applied") or does not want to ("declined")."""
    invitation.answer, invitation.answered_at = answer, at
    db.session.flush()


def accept_invitation(invitation: Invitation, *, actor: Actor, at: datetime) -> Party:
    """Make the actor the one who acts for the invited party. Who holds the link may."""
    party = db.session.get_one(Party, invitation.party_id)
    owner = db.session.scalar(select(Member.id).where(Member.party_id == party.id, Member.is_owner))
    if owner is not None and not is_member(party.id, actor):
        raise DomainError(_("Somebody else acts for this applicant already. Ask a colleague."))
    if owner is None:
        add_member(party, email=actor.email, at=at, is_owner=True, person_id=actor.id)
    answer_invitation(invitation, "applied", at=at)
    return party


# --- colleagues ----------------------------------------------------------------------------------


def add_member(
    party: Party,
    *,
    email: str,
    at: datetime,
    is_owner: bool = False,
    person_id: int | None = None,
) -> None:
    """Let somebody act for a party; twice changes nothing."""
    db.session.execute(
        insert(Member)
        .values(
            party_id=party.id,
            email=email.lower(),
            person_id=person_id,  # whoever was only asked is no tie yet: see claim()
            is_owner=is_owner,
            added_at=at,
        )
        .on_conflict_do_nothing(index_elements=["party_id", "email"])
    )


def ask_colleague(party: Party, *, email: str, actor: Actor, at: datetime) -> None:
    """Ask a colleague, by address, to work along. The answer tells nothing about accounts (P21)."""
    add_member(party, email=email, at=at)
    mails.add_colleague(party, email=email, by=actor.name, language=actor.language)
    audit.record("certification.member_added", f"party:{party.id}", actor=actor)


def drop_member(party: Party, member: Member, *, actor: Actor) -> None:
    """Take somebody off; not the one in whose name the certificate stands."""
    if member.is_owner:
        raise DomainError(_("The certificate stands in this person's name."))
    if member.person_id is not None:  # who worked along stays tied for three years
        db.session.execute(
            insert(Relation)
            .values(
                person_id=member.person_id, party_id=party.id, kind=RelationKind.BUSINESS,
                until=today(), note="", told_at=now(), told_by=actor.person_id,
            )
            .on_conflict_do_nothing(index_elements=["person_id", "party_id", "kind"])
        )  # fmt: skip
    db.session.delete(member)
    db.session.flush()
    audit.record("certification.member_dropped", f"party:{party.id}", actor=actor)


def claim(actor: Actor) -> None:
    """Tie what was asked by address to the person, at the first visit."""
    db.session.execute(
        update(Member)
        .where(Member.email == actor.email.lower(), Member.person_id.is_(None))
        .values(person_id=actor.id)
    )


def acts_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for being a member: as a person, or by an address nobody claimed."""
    return or_(
        Member.person_id == actor.id,
        and_(Member.person_id.is_(None), Member.email == actor.email.lower()),
    )


def is_member(party_id: int, actor: Actor) -> bool:
    """Whether the actor acts for a party."""
    return (
        db.session.scalar(
            select(Member.id)
            .where(
                Member.party_id == party_id,
                acts_for(actor),
            )
            .limit(1)
        )
        is not None
    )


# --- consent -------------------------------------------------------------------------------------


def give_consent(party: Party, *, actor: Actor, at: datetime) -> None:
    """Let the register show address, website and region; dated, and to be withdrawn (P35)."""
    party.consent_at, party.consent_by = at, actor.person_id
    audit.record("certification.consent_given", f"party:{party.id}", actor=actor)
    register.tell(party.id, at=at)


def withdraw_consent(party: Party, *, actor: Actor, at: datetime) -> None:
    """Take the consent back: the next request does not show it any more."""
    party.consent_at = None
    audit.record("certification.consent_withdrawn", f"party:{party.id}", actor=actor)
    register.tell(party.id, at=at)
