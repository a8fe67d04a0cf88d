"""What pages of certificates show."""

from __future__ import annotations

from datetime import date
from typing import Literal

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import undefer

from certificates.codes import SHORT_LENGTH, normal_short_code
from certificates.models import Certificate, Document, HistoryEntry, Status
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor

State = Literal["valid", "expired", "suspended", "revoked", "replaced"]
PER_PAGE = 25


def state_of(certificate: Certificate, today: date) -> State:
    """Return how a certificate stands on a day; the last day of validity still counts."""
    if certificate.status != Status.VALID:
        return Status(certificate.status).value
    if certificate.valid_until is not None and today > certificate.valid_until:
        return "expired"
    return "valid"


def by_code(code: str) -> Certificate:
    """Return a certificate by the code of its link. Raises NotFoundError."""
    found = db.session.scalar(select(Certificate).where(Certificate.code == code.lower()))
    if found is None:
        raise NotFoundError
    return found


def by_typed_code(typed: str) -> Certificate | None:
    """Return a certificate by its short code as a person types it."""
    code = normal_short_code(typed)
    if len(code) != SHORT_LENGTH:
        return None
    return db.session.scalar(select(Certificate).where(Certificate.short_code == code))


def history(certificate: Certificate) -> list[HistoryEntry]:
    """Return what happened to a certificate, oldest first."""
    return list(
        db.session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.certificate_id == certificate.id)
            .order_by(HistoryEntry.id)
        )
    )


def mine(actor: Actor) -> list[Certificate]:
    """Return the actor's certificates, newest first."""
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.person_id == actor.id)
            .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        )
    )


def own(actor: Actor, number: str) -> Certificate:
    """Return one of the actor's certificates. Raises NotFoundError for somebody else's."""
    found = db.session.scalar(
        select(Certificate).where(
            Certificate.number == number, Certificate.person_id == actor.person_id
        )
    )
    if found is None:
        raise NotFoundError
    return found


def by_number(number: str) -> Certificate:
    """Return a certificate by its number, for staff. Raises NotFoundError."""
    found = db.session.scalar(select(Certificate).where(Certificate.number == number))
    if found is None:
        raise NotFoundError
    return found


def is_made(certificate: Certificate) -> bool:
    """Whether the worker has made the PDF."""
    return bool(
        db.session.scalar(select(exists().where(Document.certificate_id == certificate.id)))
    )


def document(certificate: Certificate) -> Document:
    """Return the PDF. Raises NotFoundError while it is being made."""
    found = db.session.scalar(
        select(Document)
        .options(undefer(Document.data))
        .where(Document.certificate_id == certificate.id)
    )
    if found is None:
        raise NotFoundError
    return found


def of_enrolments(enrolments: list[int]) -> dict[int, Certificate]:
    """Return the certificates of enrolments by enrolment id."""
    if not enrolments:
        return {}
    rows = db.session.scalars(select(Certificate).where(Certificate.enrolment_id.in_(enrolments)))
    return {row.enrolment_id: row for row in rows}


def search(text: str, page: int) -> tuple[list[Certificate], int]:
    """Return a page of certificates whose number, name or title begins with or holds the text."""
    query = select(Certificate)
    if text:
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            or_(
                Certificate.number.ilike(like, escape="\\"),
                Certificate.holder_name.ilike(like, escape="\\"),
                Certificate.title.ilike(like, escape="\\"),
            )
        )
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(
        query.order_by(Certificate.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    return list(rows), int(total)
