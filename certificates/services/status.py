"""The status of a certificate: suspend, lift, and revoke by two people. Nothing is deleted."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, update

from certificates import codes, history, mails
from certificates.events import CertificateStatusChanged
from certificates.models import Certificate, Proposal, Status
from learnenv.accounts.api import person_facts
from learnenv.kernel import audit
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError
from learnenv.kernel.events import publish
from learnenv.kernel.permissions import Actor

LONGEST_REASON = 1000


def _why(reason: str) -> str:
    if not reason.strip():
        raise InvalidInputError(
            _("Say why: the reason is kept with the certificate."), field="reason"
        )
    return reason.strip()[:LONGEST_REASON]


def _not_own(certificate: Certificate, actor: Actor) -> None:
    if certificate.person_id == actor.person_id:
        raise ForbiddenError(_("You cannot do this for yourself. Ask a colleague."))


def _change(
    certificate: Certificate,
    new: Status,
    *,
    of: tuple[Status, ...],
    reason: str,
    at: datetime,
    actor_id: int | None,
    second_id: int | None = None,
) -> None:
    """Change the status, once, whoever comes first; the row is held until the transaction ends."""
    changed = db.session.execute(
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.status.in_(of))
        .values(status=new)
        .returning(Certificate.id)
    ).scalar()
    if changed is None:
        raise DomainError(_("The state of this certificate changed meanwhile. Look at it again."))
    history.append(
        certificate.id, status=new, reason=reason, at=at, actor_id=actor_id, second_id=second_id
    )
    mails.changed(
        certificate,
        person_facts(certificate.person_id),
        status=new.value,
        key=f"certificate:{certificate.id}:{new.value}:{at.isoformat()}",
    )
    publish(
        CertificateStatusChanged(
            certificate_id=certificate.id, source=certificate.source, status=new.value, at=at
        )
    )


def suspend(*, certificate: Certificate, reason: str, actor: Actor, at: datetime) -> None:
    """Suspend a valid certificate; its page says so at the next request."""
    _not_own(certificate, actor)
    _change(
        certificate,
        Status.SUSPENDED,
        of=(Status.VALID,),
        reason=_why(reason),
        at=at,
        actor_id=actor.person_id,
    )
    audit.record("certificate.suspended", f"certificate:{certificate.number}", actor=actor)


def lift(*, certificate: Certificate, reason: str, actor: Actor, at: datetime) -> None:
    """Make a suspended certificate valid again."""
    _not_own(certificate, actor)
    _change(
        certificate,
        Status.VALID,
        of=(Status.SUSPENDED,),
        reason=_why(reason),
        at=at,
        actor_id=actor.person_id,
    )
    audit.record("certificate.lifted", f"certificate:{certificate.number}", actor=actor)


def propose_revocation(
    *, certificate: Certificate, reason: str, actor: Actor, at: datetime
) -> None:
    """Ask a second person to revoke a certificate (d6)."""
    _not_own(certificate, actor)
    if certificate.status not in {Status.VALID, Status.SUSPENDED}:
        raise DomainError(_("This certificate is not valid any more."))
    first = db.session.execute(
        insert(Proposal)
        .values(
            certificate_id=certificate.id,
            reason=_why(reason),
            proposed_by=actor.id,
            proposed_at=at,
        )
        .on_conflict_do_nothing(index_elements=["certificate_id"])
        .returning(Proposal.certificate_id)
    ).scalar()
    if first is None:
        raise DomainError(_("A colleague proposed this already; it waits for a second person."))
    audit.record(
        "certificate.revocation_proposed", f"certificate:{certificate.number}", actor=actor
    )


def confirm_revocation(
    *, certificate: Certificate, proposal: Proposal, actor: Actor, at: datetime
) -> None:
    """Revoke a certificate that somebody else proposed to revoke."""
    _not_own(certificate, actor)
    if proposal.proposed_by == actor.person_id:
        raise ForbiddenError(_("Somebody else must confirm what you proposed."))
    _take(proposal)
    _change(
        certificate,
        Status.REVOKED,
        of=(Status.VALID, Status.SUSPENDED),
        reason=proposal.reason,
        at=at,
        actor_id=proposal.proposed_by,
        second_id=actor.person_id,
    )
    audit.record("certificate.revoked", f"certificate:{certificate.number}", actor=actor)


def revoke_decided(
    *, certificate: Certificate, reason: str, actor: Actor, second_id: int, at: datetime
) -> None:
    """Revoke a certificate because an area decided so with two people of its own (d6)."""
    _not_own(certificate, actor)
    if second_id == actor.person_id:
        raise ForbiddenError(_("Somebody else must confirm what you proposed."))
    _change(
        certificate,
        Status.REVOKED,
        of=(Status.VALID, Status.SUSPENDED),
        reason=_why(reason),
        at=at,
        actor_id=actor.person_id,
        second_id=second_id,
    )
    audit.record("certificate.revoked", f"certificate:{certificate.number}", actor=actor)


def decline_revocation(*, certificate: Certificate, proposal: Proposal, actor: Actor) -> None:
    """Put a proposal aside; also for who made it and thought again."""
    _take(proposal)
    audit.record(
        "certificate.revocation_declined", f"certificate:{certificate.number}", actor=actor
    )


def _take(proposal: Proposal) -> None:
    taken = db.session.execute(
        delete(Proposal)
        .where(
            Proposal.certificate_id == proposal.certificate_id,
            Proposal.proposed_at == proposal.proposed_at,
        )
        .returning(Proposal.certificate_id)
    ).scalar()
    if taken is None:
        raise DomainError(_("This was decided meanwhile. Look at it again."))


def open_link(*, certificate: Certificate) -> None:
    """Open a link with which others see the certificate; an open one stays as it is (d12)."""
    db.session.execute(
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.share_code.is_(None))
        .values(share_code=codes.new_code())
    )


def close_link(*, certificate: Certificate) -> None:
    """Close the link: who has it sees nothing any more. A later one is another."""
    db.session.execute(
        update(Certificate).where(Certificate.id == certificate.id).values(share_code=None)
    )
