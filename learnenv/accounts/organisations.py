"""The verbs of organisations: the tree, mail domains, codes, rules for enrolment, merging."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select, update

from learnenv.accounts.events import PersonMoved
from learnenv.accounts.models import MailDomain, Organisation, Person, RoleAssignment, Scope, Tier
from learnenv.kernel import audit
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, InvalidInputError, NotFoundError
from learnenv.kernel.events import publish
from learnenv.kernel.permissions import Actor

# No letters and digits that look alike: people type this from a poster.
CODE_SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LENGTH = 8


def add_organisation(
    *, name: str, tier: Tier, parent: Organisation | None, domains: tuple[str, ...], actor: Actor
) -> Organisation:
    """Add an organisation below `parent`, with the mail domains of its people."""
    if db.session.scalar(select(Organisation.id).where(Organisation.name == name)):
        raise InvalidInputError(_("There is already an organisation with this name."), field="name")
    organisation = Organisation(
        name=name, tier=tier, parent_id=parent.id if parent else None, created_at=now(), path=""
    )
    db.session.add(organisation)
    db.session.flush()
    organisation.path = f"{parent.path if parent else '/'}{organisation.id}/"
    for domain in domains:
        add_domain(organisation=organisation, domain=domain)
    db.session.flush()
    audit.record("organisation.added", f"organisation:{organisation.id}", actor=actor)
    return organisation


def add_domain(*, organisation: Organisation, domain: str) -> None:
    """Let people with addresses in `domain` belong to the organisation."""
    clean = domain.strip().lower().lstrip("@")
    if "." not in clean or " " in clean:
        raise InvalidInputError(
            _("'%(domain)s' is not a mail domain. Write it as organisation.nl.", domain=domain),
            field="domains",
        )
    other = db.session.get(MailDomain, clean)
    if other is not None and other.organisation_id != organisation.id:
        raise InvalidInputError(
            _("The mail domain %(domain)s belongs to another organisation.", domain=clean),
            field="domains",
        )
    if other is None:
        db.session.add(MailDomain(domain=clean, organisation_id=organisation.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How people of an organisation enrol."""

    needs_approval: bool = False
    """Whether a manager says yes first (feature a3)."""
    seats: int | None = None
    """How many different people may start a course in a calendar year; None for all (h6)."""


def change_organisation(
    *,
    organisation: Organisation,
    name: str,
    domains: tuple[str, ...],
    rules: Rules | None = None,
    actor: Actor,
) -> None:
    """Give an organisation another name, exactly these mail domains, and these rules."""
    clash = select(Organisation.id).where(
        Organisation.name == name, Organisation.id != organisation.id
    )
    if db.session.scalar(clash) is not None:
        raise InvalidInputError(_("There is already an organisation with this name."), field="name")
    organisation.name = name
    if rules is not None:
        organisation.needs_approval = rules.needs_approval
        organisation.seats = rules.seats
    wanted = {domain.strip().lower().lstrip("@") for domain in domains}
    for domain in organisation.domains:
        if domain.domain not in wanted:
            db.session.delete(domain)
    for name_of_domain in sorted(wanted):
        add_domain(organisation=organisation, domain=name_of_domain)
    db.session.flush()
    audit.record("organisation.changed", f"organisation:{organisation.id}", actor=actor)


def move_organisation(
    *, organisation: Organisation, tier: Tier, parent: Organisation | None, actor: Actor
) -> None:
    """Give an organisation another layer of government or another place in the tree."""
    if parent is not None and parent.path.startswith(organisation.path):
        raise InvalidInputError(
            _("An organisation cannot be a part of itself or of one of its parts."),
            field="parent_id",
        )
    parent_id = parent.id if parent else None
    if (organisation.tier, organisation.parent_id) == (tier, parent_id):
        return
    organisation.tier = tier
    if organisation.parent_id != parent_id:
        _move(organisation, parent)
    db.session.flush()
    audit.record("organisation.moved", f"organisation:{organisation.id}", actor=actor)


def organisation_of(email: str) -> int | None:
    """Return the id of the organisation that the mail domain of `email` belongs to."""
    domain = email.rsplit("@", 1)[-1]
    candidates = [domain]
    while domain.count(".") > 1:
        domain = domain.split(".", 1)[1]
        candidates.append(domain)
    found = {
        row.domain: row.organisation_id
        for row in db.session.scalars(select(MailDomain).where(MailDomain.domain.in_(candidates)))
    }
    return next((found[c] for c in candidates if c in found), None)


def renew_code(*, organisation: Organisation, actor: Actor) -> str:
    """Give the organisation a new code to join with; the old one stops working (j3)."""
    code = "".join(secrets.choice(CODE_SIGNS) for _n in range(CODE_LENGTH))
    organisation.join_code = code
    db.session.flush()
    audit.record("organisation.code_renewed", f"organisation:{organisation.id}", actor=actor)
    return code


def organisation_by_code(code: str) -> Organisation:
    """Return the organisation that hands out this code. Raises InvalidInputError."""
    clean = "".join(sign for sign in code.upper() if sign.isalnum())
    found = db.session.scalar(
        select(Organisation).where(
            Organisation.join_code == clean, Organisation.merged_into_id.is_(None)
        )
    )
    if found is None:
        raise InvalidInputError(
            _("We do not know this code. Ask your manager for the right one."), field="code"
        )
    return found


def merge(*, organisation: Organisation, into: Organisation, actor: Actor) -> int:
    """Let an organisation go up in another one; return how many people moved.

    People, mail domains, managers and organisations below move. The old one stays, closed, as a
    part of the new one: what its people did is still counted there, and rolls up (h6).
    """
    if into.path.startswith(organisation.path):
        raise DomainError(_("An organisation cannot go up in itself or in a part of itself."))
    if organisation.merged_into_id is not None:
        raise DomainError(_("This organisation has gone up in another one already."))
    if into.merged_into_id is not None:
        raise DomainError(_("Choose an organisation that still exists."))
    people = db.session.scalars(
        update(Person)
        .where(Person.organisation_id == organisation.id)
        .values(organisation_id=into.id)
        .returning(Person.id)
    ).all()
    db.session.execute(
        update(MailDomain)
        .where(MailDomain.organisation_id == organisation.id)
        .values(organisation_id=into.id)
    )
    _hand_over_roles(organisation, into)
    _move(organisation, into)
    organisation.merged_into_id, organisation.merged_at = into.id, now()
    organisation.join_code = None
    db.session.flush()
    for person_id in people:
        publish(PersonMoved(person_id=person_id, old=organisation.id, new=into.id))
    audit.record(
        "organisation.merged", f"organisation:{organisation.id}", actor=actor, into=into.id
    )
    return len(people)


def _hand_over_roles(organisation: Organisation, into: Organisation) -> None:
    """Give managers the same role for the new organisation; who had it already keeps one."""
    old = db.session.scalars(
        select(RoleAssignment).where(
            RoleAssignment.scope == Scope.ORGANISATION, RoleAssignment.scope_id == organisation.id
        )
    ).all()
    for assignment in old:
        db.session.execute(
            insert(RoleAssignment)
            .values(
                person_id=assignment.person_id,
                role=assignment.role,
                scope=assignment.scope,
                scope_id=into.id,
                granted_at=now(),
            )
            .on_conflict_do_nothing(index_elements=["person_id", "role", "scope", "scope_id"])
        )
        db.session.delete(assignment)


def _move(organisation: Organisation, into: Organisation | None) -> None:
    """Hang an organisation, with everything below it, under another one, or on its own."""
    old = organisation.path
    new = f"{into.path if into else '/'}{organisation.id}/"
    for part in db.session.scalars(select(Organisation).where(Organisation.path.startswith(old))):
        part.path = new + part.path[len(old) :]
    organisation.parent_id = into.id if into else None


def current(organisation_id: int) -> Organisation:
    """Return an organisation that still exists. Raises NotFoundError."""
    found = db.session.get(Organisation, organisation_id)
    if found is None or found.merged_into_id is not None:
        raise NotFoundError
    return found
