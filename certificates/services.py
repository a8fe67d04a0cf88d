"""Issuing and revoking certificates."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import update

from certificates import codes
from certificates.events import CertificateIssued
from certificates.models import Certificate, HistoryEntry, Status
from courses.api import course_facts
from courses.events import CourseCompleted
from learnenv.accounts.api import person_facts
from learnenv.kernel import audit
from learnenv.kernel.clock import calendar_year, today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.events import publish
from learnenv.kernel.jobs import enqueue
from learnenv.kernel.permissions import Actor
from learnenv.kernel.site import site_name

RENDER = "certificates.render"


def issue(event: CourseCompleted) -> None:
    """Issue the certificate of a completed course: once per person, course and period (P29).

    The facts are frozen in this transaction; the worker makes the PDF and mails the holder.
    """
    person = person_facts(event.person_id)
    course = course_facts(event.version_id)
    issued = db.session.execute(
        insert(Certificate)
        .values(
            number=codes.new_number(calendar_year(event.at)),
            code=codes.new_code(),
            short_code=codes.new_short_code(),
            enrolment_id=event.enrolment_id,
            person_id=event.person_id,
            course_id=event.course_id,
            period=event.period,
            organisation_id=event.organisation_id,
            holder_name=person.name,
            title=course.title,
            language=course.language,
            minutes=course.minutes,
            score=event.score,
            outcomes=list(course.goals),
            course_version=course.version,
            issuer=site_name(),
            issued_at=event.at,
            issued_on=today(event.at),
            status=Status.VALID,
        )
        .on_conflict_do_nothing(index_elements=["person_id", "course_id", "period"])
        .returning(Certificate.id)
    ).scalar()
    if issued is None:
        return
    db.session.add(
        HistoryEntry(certificate_id=issued, at=event.at, status=Status.VALID, reason="issued")
    )
    enqueue(RENDER, {"certificate": issued}, key=f"certificate:{issued}")
    publish(
        CertificateIssued(
            certificate_id=issued,
            enrolment_id=event.enrolment_id,
            person_id=event.person_id,
            course_id=event.course_id,
            organisation_id=event.organisation_id,
            at=event.at,
        )
    )


def revoke(*, certificate: Certificate, reason: str, actor: Actor, at: datetime) -> None:
    """Revoke a certificate; its page says so at the next request. Nothing is deleted."""
    if not reason.strip():
        raise InvalidInputError(
            _("Say why: the reason is kept with the certificate."), field="reason"
        )
    changed = db.session.execute(
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.status == Status.VALID)
        .values(status=Status.REVOKED)
        .returning(Certificate.id)
    ).scalar()
    if changed is None:
        raise DomainError(_("This certificate is not valid any more."))
    db.session.add(
        HistoryEntry(
            certificate_id=certificate.id,
            at=at,
            status=Status.REVOKED,
            reason=reason.strip()[:1000],
            actor_id=actor.person_id,
        )
    )
    audit.record("certificate.revoked", f"certificate:{certificate.number}", actor=actor)
