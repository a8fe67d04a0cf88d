"""Issuing certificates: of a course, of a certification, in place of another one."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import select, update

from certificates import codes, history
from certificates.events import CertificateIssued, CertificateStatusChanged
from certificates.models import (
    NEW_DOCUMENT,
    Certificate,
    Kind,
    Status,
    StatusEntry,
    Template,
    TemplateUse,
)
from courses.api import course_facts, finished_enrolment
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
STANDARD = "standaard"
LIST_SIZE = 131_072
"""Entries of a status list: the least that the standard asks for (Bitstring Status List 1.0)."""
LIST_FILL = 98_304
"""How many certificates share a list; the rest stays empty, so that a free place is soon found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a certificate is issued for. `source` says what gives it, and gives it once (P29)."""

    source: str
    kind: Kind
    person_id: int
    organisation_id: int | None
    holder_name: str
    title: str
    language: str
    minutes: int = 0
    score: int | None = None
    outcomes: tuple[str, ...] = field(default_factory=tuple)
    version: int = 1
    enrolment_id: int | None = None
    course_id: int | None = None
    period: int = 1
    template: Template | None = None
    valid_from: date | None = None
    """Later than the day of issue when it renews one that has not ended."""
    valid_until: date | None = None
    """Overrules what the template says."""
    supersedes_id: int | None = None
    issued_at: datetime | None = None
    """Earlier than now for one that says what an older one said, its date too."""


def issue(
    order: Order, *, at: datetime, reason: str = "issued", actor_id: int | None = None
) -> int:
    """Issue a certificate and return its id; the same source a second time gives the first one.

    The facts are frozen in this transaction; the worker makes the document and mails the holder.
    """
    issued_at = order.issued_at or at
    day = today(issued_at)
    start = order.valid_from or day
    until = order.valid_until
    if until is None and order.template is not None and order.template.months_valid:
        until = start + relativedelta(months=order.template.months_valid) - timedelta(days=1)
    issued = db.session.execute(
        insert(Certificate)
        .values(
            number=codes.new_number(calendar_year(issued_at)),
            code=codes.new_code(),
            short_code=codes.new_short_code(),
            source=order.source,
            kind=order.kind,
            enrolment_id=order.enrolment_id,
            person_id=order.person_id,
            course_id=order.course_id,
            period=order.period,
            organisation_id=order.organisation_id,
            holder_name=order.holder_name,
            title=order.title,
            language=order.language,
            minutes=order.minutes,
            score=order.score,
            outcomes=list(order.outcomes),
            course_version=order.version,
            issuer=(order.template.issuer if order.template else "") or site_name(),
            template_id=order.template.id if order.template else None,
            issued_at=issued_at,
            issued_on=day,
            valid_from=start,
            valid_until=until,
            status=Status.VALID,
            supersedes_id=order.supersedes_id,
            problem="",
        )
        .on_conflict_do_nothing(index_elements=["source"])
        .returning(Certificate.id)
    ).scalar()
    if issued is None:
        known: int = db.session.scalars(
            select(Certificate.id).where(Certificate.source == order.source)
        ).one()
        return known
    _take_place(issued)
    history.append(issued, status=Status.VALID, reason=reason, at=at, actor_id=actor_id)
    enqueue(RENDER, {"certificate": issued}, key=f"certificate:{issued}")
    return int(issued)


def _take_place(certificate_id: int) -> None:
    """Give a certificate a free place, by chance, in a status list."""
    number = certificate_id // LIST_FILL + 1
    while True:
        taken = db.session.execute(
            insert(StatusEntry)
            .values(certificate_id=certificate_id, list=number, place=secrets.randbelow(LIST_SIZE))
            .on_conflict_do_nothing(index_elements=["list", "place"])
            .returning(StatusEntry.certificate_id)
        ).scalar()
        if taken is not None:
            return


def current_template(name: str) -> Template | None:
    """Return the version in use of a template; None for the standard words of the house."""
    return db.session.scalar(
        select(Template).where(Template.name == name).order_by(Template.version.desc()).limit(1)
    )


def _template_of(course_id: int) -> Template | None:
    name = db.session.scalar(select(TemplateUse.template).where(TemplateUse.course_id == course_id))
    return current_template(name or STANDARD)


def on_completion(event: CourseCompleted) -> None:
    """Issue the certificate of a completed course: once per person, course and period (P29)."""
    _issue_for(event, at=event.at)


def _issue_for(event: CourseCompleted, *, at: datetime) -> None:
    person = person_facts(event.person_id)
    course = course_facts(event.version_id)
    source = f"course:{event.enrolment_id}"
    known = db.session.scalar(select(Certificate.id).where(Certificate.source == source))
    if known is not None:
        return
    before = _newest(event.person_id, event.course_id)
    template = _template_of(event.course_id)
    start = None
    if before is not None and before.valid_until is not None and template is not None:
        # Renewed early: the new period begins where the old one ends (d5), so nobody loses time.
        start = max(today(at), before.valid_until + timedelta(days=1))
    issued = issue(
        Order(
            source=source,
            kind=Kind.COURSE,
            person_id=event.person_id,
            organisation_id=event.organisation_id,
            holder_name=person.name,
            title=course.title,
            language=course.language,
            minutes=course.minutes,
            score=event.score,
            outcomes=tuple(course.goals),
            version=course.version,
            enrolment_id=event.enrolment_id,
            course_id=event.course_id,
            period=event.period,
            template=template,
            valid_from=start,
            supersedes_id=before.id if before is not None else None,
        ),
        at=at,
    )
    publish(
        CertificateIssued(
            certificate_id=issued,
            enrolment_id=event.enrolment_id,
            person_id=event.person_id,
            course_id=event.course_id,
            organisation_id=event.organisation_id,
            at=at,
        )
    )


def _newest(person_id: int, course_id: int) -> Certificate | None:
    return db.session.scalar(
        select(Certificate)
        .where(
            Certificate.person_id == person_id,
            Certificate.course_id == course_id,
            Certificate.status == Status.VALID,
        )
        .order_by(Certificate.id.desc())
        .limit(1)
    )


def issue_for_enrolment(enrolment_id: int, *, at: datetime) -> bool:
    """Issue the certificate of a course that was finished before there were any (d12).

    Return whether there is one now: an enrolment that is not finished gets none.
    """
    event = finished_enrolment(enrolment_id)
    if event is None:
        return False
    _issue_for(event, at=at)
    return True


def replace(
    *, certificate: Certificate, holder_name: str, reason: str, actor: Actor, at: datetime
) -> int:
    """Issue a certificate with the right name in place of one (d8); return the id of the new one.

    The old number stays and points to the new one. Raises DomainError for one that is not valid.
    """
    name = " ".join(holder_name.split())
    if not name:
        raise InvalidInputError(_("Write the right name."), field="holder_name")
    if not reason.strip():
        raise InvalidInputError(
            _("Say why: the reason is kept with the certificate."), field="reason"
        )
    if not _retire(certificate.id, reason.strip()[:1000], at=at, actor_id=actor.person_id):
        raise DomainError(_("This certificate is not valid any more."))
    new = issue(
        _same(certificate, holder_name=name),
        at=at,
        reason="replaces another certificate",
        actor_id=actor.person_id,
    )
    audit.record("certificate.replaced", f"certificate:{certificate.number}", actor=actor)
    _tell(certificate, at)
    return new


def renew_document(certificate_id: int, *, at: datetime, actor_id: int) -> bool:
    """Issue the same certificate with a new number, code and document; the date stays as it was.

    For when the key under the old document came into other hands. The old one stays, points to the
    new one, and its open link goes along. Return False for one that is not valid (any more).
    """
    if not _retire(certificate_id, NEW_DOCUMENT, at=at, actor_id=actor_id):
        return False
    old = db.session.get_one(Certificate, certificate_id, populate_existing=True)
    shared, old.share_code = old.share_code, None
    db.session.flush()
    order = dataclasses.replace(_same(old, holder_name=old.holder_name), issued_at=old.issued_at)
    new = issue(order, at=at, reason=NEW_DOCUMENT, actor_id=actor_id)
    db.session.execute(update(Certificate).where(Certificate.id == new).values(share_code=shared))
    _tell(old, at)
    return True


def _retire(certificate_id: int, reason: str, *, at: datetime, actor_id: int | None) -> bool:
    """Say that another one comes in place of a valid certificate: once, whoever comes first."""
    changed = db.session.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.status == Status.VALID)
        .values(status=Status.REPLACED)
        .returning(Certificate.id)
    ).scalar()
    if changed is None:
        return False
    history.append(certificate_id, status=Status.REPLACED, reason=reason, at=at, actor_id=actor_id)
    return True


def _same(certificate: Certificate, *, holder_name: str) -> Order:
    """Return the order of a certificate that says what this one says."""
    template = (
        db.session.get(Template, certificate.template_id) if certificate.template_id else None
    )
    return Order(
        source=f"replacement:{certificate.id}",
        kind=Kind(certificate.kind),
        person_id=certificate.person_id,
        organisation_id=certificate.organisation_id,
        holder_name=holder_name,
        title=certificate.title,
        language=certificate.language,
        minutes=certificate.minutes,
        score=certificate.score,
        outcomes=tuple(str(outcome) for outcome in certificate.outcomes),
        version=certificate.course_version,
        enrolment_id=certificate.enrolment_id,
        course_id=certificate.course_id,
        period=certificate.period,
        template=template,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        supersedes_id=certificate.id,
    )


def _tell(certificate: Certificate, at: datetime) -> None:
    publish(
        CertificateStatusChanged(
            certificate_id=certificate.id, source=certificate.source, status="replaced", at=at
        )
    )
